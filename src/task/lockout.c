#include "task/lockout.h"

#include <string.h>

#include "connector/graph.h"
#include "task/on_premises.h"
#include "vault/vault.h"

#define LOCKOUT_PROPERTIES                                                                       \
    "id,userPrincipalName,accountEnabled,onPremisesSyncEnabled,signInSessionsValidFromDateTime," \
    "onPremisesSamAccountName,lastPasswordChangeDateTime"
#define ITEMS 5
#define VERIFYING "verifying"
#define WRITEBACK "password_writeback" /* the long-running reset is under way */
#define WRITEBACK_POLL_MS 2000
#define PATIENCE_MS ((int64_t)15 * 60 * 1000)
#define PASSWORD_METHOD \
    "28c10230-6103-485e-b985-444c60001490" /* contract/graph.md 1.5: the same for everybody */

/* The new password, stored before it is sent: an attempt after a crash sends the same one. */
static struct secret *password_of(struct work *work, struct err *err)
{
    const struct run_view *run = work->run;
    struct secret *fresh = vault_password(run->rng), *stored = NULL;
    AUTO_TX struct tx *tx = store_begin(run->store, err);
    bool good = tx && vault_store_secret(tx, run->vault, run->offboarding_id, "password", fresh,
                                         clock_utc_ms(run->clock), &stored, err);
    secret_free(fresh);
    if (good && tx_commit(&tx, err))
        return stored;
    secret_free(stored);
    return NULL;
}

/* The call of one task. The password is in the body, so the body is never logged nor journaled. */
static bool request_for(struct work *work, struct graph_item *item, struct err *err)
{
    struct arena *arena = work->arena;
    const char *user = work->run->user_id;
    AUTO_SECRET struct secret *password = NULL;
    *item = (struct graph_item){.method = "PATCH",
                                .path = graph_path(arena, "/users/%s", user),
                                .after = -1,
                                .task = task_info(work->task)->id};
    switch (work->task) {
    case TASK_disable_sign_in:
        item->body = json_make("{s:b}", "accountEnabled", 0);
        return true;
    case TASK_revoke_sessions:
        item->method = "POST";
        item->path = graph_path(arena, "/users/%s/revokeSignInSessions", user);
        return true;
    default:
        password = password_of(work, err);
        if (!password)
            return false;
        item->body = json_make("{s:{s:s%, s:b}}", "passwordProfile", "password", secret_reveal(password),
                               secret_length(password), "forceChangePasswordNextSignIn", 0);
        return true;
    }
}

/* Sent alone after a chain broke before its turn: a refused disable must not keep the sessions alive. */
static void send_alone(struct work *work, struct graph_item *item)
{
    struct err err;
    item->after = -1;
    if (!graph_batch(work->run->m365, work->target, item, 1, &err))
        item->err = err;
}

static bool was_synced(const json_t *user)
{
    return json_flag(user, "onPremisesSyncEnabled");
}

/* --- passwords kept in Active Directory ------------------------------------------------------------------
 */

/* "https://…/v1.0/users/…/operations/…" -> "/users/…": the rest is ours to choose. */
static const char *operation_path(const char *location)
{
    return strstr(location, "/users/");
}

/* Only the authentication method's reset writes back, and only a signed-in user may call it
 * (contract/graph.md 1.5). */
static void start_writeback(struct work *work)
{
    struct err err = {0};
    struct graph_reply reply = {0};
    AUTO_SECRET struct secret *password = password_of(work, &err);
    struct m365_target target = *work->target;
    target.task = task_info(work->task)->id;
    if (!password) {
        work_fail(work, &err);
        return;
    }
    AUTO_JSON json_t *body =
        json_make("{s:s%}", "newPassword", secret_reveal(password), secret_length(password));
    const char *path =
        graph_path(work->arena, "/users/%s/authentication/methods/" PASSWORD_METHOD "/resetPassword",
                   work->run->user_id);
    if (!graph_call(work->run->m365, &target, "POST", path, body, false, &reply, &err)) {
        work_explain(work, NULL, &err);
        work_fail(work, &err);
        return;
    }
    const char *operation = operation_path(reply.location);
    work_after(work, json_put_text(json_object(), "operation", operation));
    graph_reply_done(&reply);
    work_wait(work, WRITEBACK, WRITEBACK_POLL_MS);
}

static void poll_writeback(struct work *work)
{
    struct err err = {0};
    AUTO_GRAPH_REPLY struct graph_reply reply = {0};
    const char *operation = json_text(work->row->after, "operation");
    if (!operation) { /* nobody told where to look: the directory has it in its own time */
        work_end(work, TASK_STATUS_SUCCEEDED, NULL);
        return;
    }
    if (!graph_call(work->run->m365, work->target, "GET", operation, NULL, false, &reply, &err)) {
        work_fail(work, &err);
        return;
    }
    const char *status = json_text_or(reply.body, "status", "");
    if (strcmp(status, "succeeded") == 0) {
        work_end(work, TASK_STATUS_SUCCEEDED, NULL);
    } else if (strcmp(status, "failed") == 0) {
        err_code(&err, ERR_REFUSED, "writeback_failed", "Active Directory did not take the new password: %s",
                 json_text_or(reply.body, "statusDetail", "no reason was given."));
        work_fail(work, &err);
    } else {
        work_wait(work, WRITEBACK, WRITEBACK_POLL_MS);
    }
}

static void password_refused(struct work *work, const json_t *before, const struct err *err)
{
    struct err told = *err;
    if (!was_synced(before) || err_again(err)) {
        work_explain(work, NULL, &told);
        work_fail(work, &told);
        return;
    }
    if (m365_is_delegated(work->run->m365)) {
        start_writeback(work);
        return;
    }
    on_premises_warn(work, before, NULL);
    work_end(work, TASK_STATUS_SKIPPED, "needs_delegated_sign_in");
}

/* --- ends ------------------------------------------------------------------------------------------------
 */

/* True when the user as read afterwards shows what the task promises. */
static bool shows(const struct work *work, const json_t *before, const json_t *after)
{
    int64_t was = 0, is = 0;
    const char *property =
        work->task == TASK_revoke_sessions ? "signInSessionsValidFromDateTime" : "lastPasswordChangeDateTime";
    if (work->task == TASK_disable_sign_in)
        return json_is_false(json_object_get(after, "accountEnabled"));
    bool had = time_parse(json_text(before, property), &was);
    /* Graph tells these times to the second: a second attempt within one second moves nothing, so a time from
     * the task's own start on proves it too. */
    return time_parse(json_text(after, property), &is) &&
           (!had || is > was || is >= work->row->started_at / 1000 * 1000);
}

static json_t *evidence(const struct work *work, const json_t *user)
{
    const char *const property[] = {work->task == TASK_disable_sign_in   ? "accountEnabled"
                                    : work->task == TASK_revoke_sessions ? "signInSessionsValidFromDateTime"
                                                                         : "lastPasswordChangeDateTime",
                                    NULL};
    return evidence_of(user, property);
}

static void refused(struct work *work, const struct graph_item *item, const json_t *before)
{
    struct err told = item->err;
    if (work->task == TASK_reset_password) {
        password_refused(work, before, &item->err);
        return;
    }
    work_explain(work, NULL, &told);
    work_fail(work, &told);
}

static void not_shown_yet(struct work *work)
{
    int64_t since = clock_utc_ms(work->run->clock) - work->row->started_at;
    struct err err;
    if (since < PATIENCE_MS) {
        work_wait(work, VERIFYING, since < 2000 ? 500 : since / 4);
        return;
    }
    err_code(&err, ERR_REFUSED, "not_confirmed",
             "Microsoft 365 accepted the change, but reading it back does not show it.");
    work_fail(work, &err);
}

static void finish(struct work *work, const struct graph_item *item, const json_t *before,
                   const json_t *after)
{
    if (json_is_object(before))
        work_before(work, evidence(work, before));
    if (item && !graph_item_ok(item)) {
        refused(work, item, before);
        return;
    }
    const json_t *was = work->resumed ? work->row->before : before; /* what it was before the first attempt */
    if (!after || !shows(work, was, after)) {
        not_shown_yet(work);
        return;
    }
    work_after(work, evidence(work, after));
    json_decref(work->row->error);
    work->row->error = NULL;
    if (work->task == TASK_disable_sign_in && was_synced(after))
        on_premises_warn(work, after, NULL);
    bool already = work->task == TASK_disable_sign_in && !work->resumed &&
                   json_is_false(json_object_get(before, "accountEnabled"));
    work_end(work, already ? TASK_STATUS_ALREADY_DONE : TASK_STATUS_SUCCEEDED, NULL);
}

static struct graph_item read_user(struct work *work, int after)
{
    return (struct graph_item){
        .method = "GET",
        .path = graph_path(work->arena, "/users/%s?$select=" LOCKOUT_PROPERTIES, work->run->user_id),
        .after = after};
}

/* Nobody has this id: deleted meanwhile, or gone for good. */
static void without_user(struct work *works, size_t count, const struct err *why)
{
    struct err err;
    struct graph_item item = {
        .method = "GET",
        .path = graph_path(works[0].arena, "/directory/deletedItems/%s", works[0].run->user_id),
        .after = -1};
    bool good = graph_batch(works[0].run->m365, works[0].target, &item, 1, &err);
    for (size_t i = 0; i < count; i++) {
        if (good && graph_item_ok(&item)) {
            work_warn(&works[i], "user_deleted",
                      "The user was deleted meanwhile. The account can be restored within 30 days.");
            work_end(&works[i], TASK_STATUS_SKIPPED, "user_deleted");
        } else {
            work_fail(&works[i], !good ? &err : item.err.kind == ERR_NOT_FOUND ? why : &item.err);
        }
    }
    graph_items_done(&item, 1);
}

/* --- sending ---------------------------------------------------------------------------------------------
 */

/* Only the read-back is missing: nothing is sent a second time. */
static void read_back(struct work *works, size_t count)
{
    struct err err;
    struct graph_item item = read_user(&works[0], -1);
    bool good = graph_batch(works[0].run->m365, works[0].target, &item, 1, &err);
    for (size_t i = 0; i < count; i++) {
        if (good && graph_item_ok(&item))
            finish(&works[i], NULL, works[i].row->before, item.reply);
        else
            work_fail(&works[i], good ? &item.err : &err);
    }
    graph_items_done(&item, 1);
}

/* Read, change one after the other, read again: one request. */
static void act(struct work *works, size_t count)
{
    struct graph_item items[ITEMS];
    struct err err;
    size_t total = 0;
    items[total++] = read_user(&works[0], -1);
    for (size_t i = 0; i < count; i++) {
        if (!request_for(&works[i], &items[total], &err)) {
            for (size_t w = 0; w < count; w++)
                work_fail(&works[w], &err);
            for (size_t made = 1; made < total; made++)
                json_decref((json_t *)items[made].body);
            return;
        }
        items[total].after = (int)total - 1;
        total++;
    }
    items[total] = read_user(&works[0], (int)total - 1);
    total++;
    bool good = graph_batch(works[0].run->m365, works[0].target, items, total, &err);
    bool gone = good && items[0].err.kind == ERR_NOT_FOUND;
    for (size_t i = 1; good && !gone && i < total; i++) {
        if (!items[i].ran)
            send_alone(&works[i - 1 < count ? i - 1 : 0], &items[i]);
    }
    const json_t *after = good && graph_item_ok(&items[total - 1]) ? items[total - 1].reply : NULL;
    for (size_t i = 0; i < count && !gone; i++) {
        if (good && graph_item_ok(&items[0]))
            finish(&works[i], &items[i + 1], items[0].reply, after);
        else
            work_fail(&works[i], good ? &items[0].err : &err);
    }
    if (gone)
        without_user(works, count, &items[0].err);
    for (size_t i = 1; i + 1 < total; i++)
        json_decref((json_t *)items[i].body);
    graph_items_done(items, total);
}

static bool has_reason(const struct work *work, const char *reason)
{
    return work->row->reason && strcmp(work->row->reason, reason) == 0;
}

/* What is not for the batch: true when the task was dealt with alone. */
static bool goes_alone(struct work *work)
{
    if (work->task != TASK_reset_password)
        return false;
    if (has_reason(work, WRITEBACK)) {
        poll_writeback(work);
        return true;
    }
    if (!work->run->federated)
        return false;
    work_warn(work, "federated_domain",
              "The password of this user is kept by another identity provider. Change it there.");
    work_end(work, TASK_STATUS_SKIPPED, "federated_domain");
    return true;
}

void lockout_run(struct work *all, size_t total)
{
    struct work works[ITEMS];
    struct work *origin[ITEMS];
    size_t count = 0, acting = 0;
    for (size_t i = 0; i < total; i++) {
        if (goes_alone(&all[i]))
            continue;
        acting += !has_reason(&all[i], VERIFYING);
        origin[count] = &all[i];
        works[count++] = all[i];
    }
    if (acting == count && count)
        act(works, count);
    else if (!acting && count)
        read_back(works, count);
    else /* some were sent before and some were not: each in its own way */
        for (size_t i = 0; i < count; i++)
            (has_reason(&works[i], VERIFYING) ? read_back : act)(&works[i], 1);
    for (size_t i = 0; i < count; i++)
        *origin[i] = works[i];
}
