#include "task/elsewhere.h"

#include <string.h>

#include "access/access.h"
#include "base/log.h"
#include "task/items.h"

#define HOUR_MS ((int64_t)60 * 60 * 1000)
#define PATIENCE_MS (24 * HOUR_MS)
#define TOO_OLD_MS (14 * 24 * HOUR_MS) /* twice the longest refresh period: nobody scans any more */
#define WAIT_MIN_MS 2000
#define WAIT_MAX_MS ((int64_t)2 * 60 * 1000)
#define MAILBOX_MS 20 /* waiting for each mailbox that is still to be looked at */
#define REASON "permission_index"

/* --- where to ask ----------------------------------------------------------------------------------------
 */

static bool is_known(const json_t *places, const char *id, const char *folder)
{
    size_t i;
    json_t *place;
    json_array_foreach ((json_t *)places, i, place) {
        if (text_equal_nocase(json_text(place, "id"), id) &&
            strcmp(json_text_or(place, "folder", ""), folder ? folder : "") == 0)
            return true;
    }
    return false;
}

static void add(json_t *places, const char *id, const char *name, const char *folder)
{
    if (!id || !*id || is_known(places, id, folder))
        return;
    json_t *place = json_object();
    json_put_text(place, "id", id);
    json_put_text(place, "name", name);
    if (folder)
        json_put_text(place, "folder", folder);
    json_add(places, place);
}

/* What the run touched is asked again even when the index no longer shows it: to prove that it is gone, or
 * back. */
static void add_touched(json_t *mailboxes, json_t *calendars, const struct task_row *rows)
{
    size_t i;
    json_t *item;
    if (!rows)
        return;
    json_array_foreach (rows[TASK_remove_mailbox_permissions].items, i, item) {
        if (strcmp(json_text_or(item, "kind", ""), "full_access") == 0)
            add(mailboxes, json_text(item, "mailbox"), json_text(item, "name"), NULL);
    }
    json_array_foreach (rows[TASK_remove_calendar_permissions].items, i, item)
        add(calendars, json_text(item, "mailbox"), json_text(item, "name"), json_text_or(item, "folder", ""));
}

struct places {
    json_t *mailboxes, *calendars;
};

static void add_found(void *ctx, const char *mailbox_id, const char *name, const char *folder)
{
    const struct places *places = ctx;
    add(folder ? places->calendars : places->mailboxes, mailbox_id, name, folder);
}

static bool is_usable(const json_t *index, int64_t now)
{
    int64_t as_of;
    return time_parse(json_text(index, "as_of"), &as_of) && now - as_of < TOO_OLD_MS;
}

json_t *elsewhere_read(struct tx *tx, const struct elsewhere *about, int64_t now, struct err *err)
{
    struct places places = {json_array(), json_array()};
    const struct access_person person = {about->user_id, {about->user_principal_name, about->display_name}};
    json_t *index = access_state(tx, about->tenant_id, err);
    if (!index || !access_find(tx, about->tenant_id, &person, add_found, &places, err)) {
        json_decref(index);
        json_decref(places.mailboxes);
        json_decref(places.calendars);
        return NULL;
    }
    json_put(index, "kept", json_boolean(about->indexed));
    json_put(index, "usable", json_boolean(is_usable(index, now)));
    add_touched(places.mailboxes, places.calendars, about->rows);
    add_touched(places.mailboxes, places.calendars, about->forward);
    return json_make("{s:o, s:o, s:o}", "mailboxes", places.mailboxes, "calendars", places.calendars, "index",
                     index);
}

bool elsewhere_want(struct tx *tx, const struct elsewhere *about, const json_t *elsewhere, int64_t now,
                    struct err *err)
{
    return json_flag(json_object_at(elsewhere, "index"), "usable") ||
           access_want(tx, about->tenant_id, now, err);
}

json_t *elsewhere_refresh(const struct run_view *run, const struct task_row *rows)
{
    const struct elsewhere about = {.tenant_id = run->tenant_id,
                                    .user_id = run->user_id,
                                    .user_principal_name = run->user_principal_name,
                                    .display_name = run->display_name,
                                    .rows = rows,
                                    .forward = run->forward,
                                    .indexed = run->indexed};
    int64_t now = clock_utc_ms(run->clock);
    struct err err;
    json_t *elsewhere;
    {
        AUTO_TX struct tx *tx = store_begin_read(run->store, &err);
        if (!tx)
            return NULL;
        elsewhere = elsewhere_read(tx, &about, now, &err);
    }
    if (!elsewhere)
        return NULL;
    if (!json_flag(json_object_at(elsewhere, "index"), "usable")) {
        AUTO_TX struct tx *tx = store_begin(run->store, &err);
        if (!tx || !elsewhere_want(tx, &about, elsewhere, now, &err) || !tx_commit(&tx, &err))
            log_warn("permission_scan_not_wanted", LOG_TEXT("tenant", run->tenant_id), LOG_ERR(&err));
    }
    return elsewhere;
}

/* --- the way back ----------------------------------------------------------------------------------------
 */

static bool has_ended(const json_t *item)
{
    return item_is(item, "succeeded") || item_is(item, "already_done");
}

/* Where the item's permission is: for grants, the user's own mailbox. False: it is none that the index holds.
 */
static bool change_of(const struct run_view *run, enum task_id task, const json_t *item,
                      struct access_change *ret)
{
    bool forward = !run->forward;
    *ret = (struct access_change){.tenant_id = run->tenant_id};
    switch (task) {
    case TASK_remove_mailbox_permissions:
        ret->mailbox_id = json_text(item, "mailbox");
        ret->mailbox_name = json_text(item, "name");
        ret->user_id = run->user_id;
        ret->granted = !forward;
        return strcmp(json_text_or(item, "kind", ""), "full_access") == 0 && ret->mailbox_id;
    case TASK_remove_calendar_permissions:
        ret->mailbox_id = json_text(item, "mailbox");
        ret->mailbox_name = json_text(item, "name");
        ret->folder = json_text(item, "folder");
        ret->user_id = run->user_id;
        ret->granted = !forward;
        return ret->mailbox_id && ret->folder;
    case TASK_grant_mailbox_access:
    case TASK_grant_mailbox_access_automap:
        ret->mailbox_id = run->user_id;
        ret->mailbox_name = run->user_principal_name;
        ret->user_id = json_text(item, "id");
        ret->granted = forward;
        return ret->user_id;
    default:
        return false;
    }
}

bool elsewhere_note(struct tx *tx, const struct run_view *run, const struct task_row *row, int64_t now,
                    struct err *err)
{
    size_t i;
    json_t *item;
    struct access_change change;
    json_array_foreach (row->items, i, item) {
        if (has_ended(item) && change_of(run, row->task, item, &change) &&
            !access_note(tx, &change, now, err))
            return false;
    }
    return true;
}

/* --- what rests on it ------------------------------------------------------------------------------------
 */

static int64_t waited_ms(const struct work *work)
{
    int64_t since = work->row->started_at;
    return since ? clock_utc_ms(work->run->clock) - since : 0; /* a plan has not begun */
}

static const json_t *index_of(const json_t *facts)
{
    return json_object_at(facts, "access_index");
}

/* The more mailboxes are left, and the longer it lasts, the later it is worth looking again. */
static int64_t wait_ms(const struct work *work, const json_t *index)
{
    const json_t *pass = json_object_at(index, "pass");
    int64_t left = json_int(pass, "mailboxes", 0) - json_int(pass, "looked", 0), wait = left * MAILBOX_MS;
    wait = wait > waited_ms(work) / 8 ? wait : waited_ms(work) / 8;
    return wait < WAIT_MIN_MS ? WAIT_MIN_MS : wait > WAIT_MAX_MS ? WAIT_MAX_MS : wait;
}

/* A refusal that came while this task was waiting, and that waiting longer does not change. */
static bool is_refused(const struct work *work, const json_t *error)
{
    int64_t at;
    return json_is_object(error) && !json_flag(error, "retryable") &&
           time_parse(json_text(error, "at"), &at) && at >= work->row->started_at;
}

static enum observed give_up(struct work *work, const json_t *index, const char *why)
{
    const char *error = json_text(json_object_at(index, "error"), "message");
    return work_refuse(
        work, REASON,
        arena_printf(work->arena,
                     "Which mailboxes and calendars of others the user may use is not known in "
                     "full: %s%s%s",
                     why, error ? " Microsoft 365 says: " : "", error ? error : ""));
}

static void warn_unreadable(struct work *work, const json_t *index)
{
    int64_t unreadable = json_int(index, "unreadable", 0);
    if (unreadable)
        work_warn(work, "permission_index_incomplete",
                  arena_printf(work->arena,
                               "%d mailboxes could not be looked at: whether the user may use them is not "
                               "known.",
                               (int)unreadable));
}

json_t *elsewhere_item(struct work *work, const char *id, const char *name, const char *kind)
{
    if (work_reads_back(work) && !json_array_find(work->row->items, "id", id))
        return NULL;
    return work_item(work, id, name, kind);
}

static enum observed look_again(struct work *work, int64_t delay_ms)
{
    work->row->reason = REASON;
    work->wait_ms = delay_ms;
    work->wait_at_most_ms = 2 * PATIENCE_MS; /* giving up comes first, with its sentence */
    return OBSERVED_WAIT;
}

enum observed elsewhere_settled(struct work *work, const json_t *facts, bool more)
{
    const json_t *index = index_of(facts);
    if (more)
        return look_again(work, WAIT_MIN_MS);
    if (json_flag(index, "usable")) {
        warn_unreadable(work, index);
        return OBSERVED_DONE;
    }
    if (!json_flag(index, "kept"))
        return give_up(work, index, "index.enabled is off, so nobody looks. What was known has been done.");
    if (is_refused(work, json_object_get(index, "error")))
        return give_up(work, index, "the mailboxes cannot be looked at.");
    if (waited_ms(work) > PATIENCE_MS)
        return give_up(work, index,
                       "they were not all looked at within 24 hours. What was known has been done.");
    return look_again(work, wait_ms(work, index));
}

static void add_new_rows(json_t *rows, const json_t *more)
{
    size_t i, n;
    json_t *row, *known;
    json_array_foreach ((json_t *)more, i, row) {
        bool there = false;
        json_array_foreach (rows, n, known)
            there |= json_equal(known, row);
        if (!there)
            json_add(rows, json_incref(row));
    }
}

void elsewhere_before(struct work *work, json_t *evidence)
{
    const char *name;
    json_t *value;
    if (!work->row->before) {
        work_before(work, json_deep_copy(evidence));
    } else {
        json_object_foreach (evidence, name, value) {
            json_t *rows = json_object_get(work->row->before, name);
            if (json_is_array(rows))
                add_new_rows(rows, value);
            else
                json_put(work->row->before, name, json_incref(value));
        }
    }
    json_decref(evidence);
}

json_t *elsewhere_evidence(const json_t *facts)
{
    static const char *const names[] = {"completed_at", "as_of", "mailboxes", "unreadable", NULL};
    return evidence_of(index_of(facts), names);
}
