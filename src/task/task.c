#include "task/task.h"

#include <stdio.h>
#include <string.h>

#include "plan/options.h"
#include "task/calls.h"
#include "task/elsewhere.h"
#include "task/facts.h"
#include "task/items.h"
#include "task/lockout.h"

#define FAILURES_MAX 12 /* with the delays below about a quarter of an hour */
#define RETRY_MIN_MS 200
#define RETRY_MAX_MS ((int64_t)5 * 60 * 1000)
#define PATIENCE_MS ((int64_t)15 * 60 * 1000)
#define POLL_MIN_MS 1000
#define POLL_MAX_MS ((int64_t)5 * 60 * 1000)
#define FACTS_FRESH_MS ((int64_t)60 * 1000)
#define DISCONNECTED_MS ((int64_t)65 * 1000) /* long enough for the run to be given back */
#define VERIFYING "verifying"

#define TASK(id, ...) extern const struct task_type task_##id;
#include "model/catalogue.def"

static const struct task_type *const types[TASK_COUNT] = {
#define TASK(id, ...) [TASK_##id] = &task_##id,
#include "model/catalogue.def"
};

const struct task_type *task_type(enum task_id task)
{
    return types[task];
}

const struct task_verbs *work_verbs(const struct work *work)
{
    return work->run->forward ? &types[work->task]->undo : &types[work->task]->forward;
}

/* --- what a task says of itself ------------------------------------------------------------------------- */

void work_end(struct work *work, enum task_status status, const char *reason)
{
    work->row->status = status;
    work->row->reason = reason;
    work->row->waiting_until = 0;
    work->row->ended_at = clock_utc_ms(work->run->clock);
}

void work_wait(struct work *work, const char *reason, int64_t delay_ms)
{
    work->row->status = TASK_STATUS_WAITING;
    work->row->reason = reason;
    work->row->waiting_until = clock_utc_ms(work->run->clock) + delay_ms;
}

static void set_error(struct work *work, json_t *error)
{
    json_decref(work->row->error);
    work->row->error = error;
}

static json_t *error_json(const struct err *err)
{
    json_t *error = json_object();
    json_put_text(error, "code", err->code);
    json_put_text(error, "message", err->message);
    json_put_text(error, "request_id", *err->request_id ? err->request_id : NULL);
    return json_put(error, "retryable", json_boolean(err_again(err)));
}

void work_note_error(struct work *work, const struct err *err)
{
    if (!work->row->error)
        set_error(work, error_json(err));
}

void work_later(struct work *work, const struct err *err)
{
    bool more_urgent = err->kind == ERR_STALE || err->kind == ERR_CANCELLED;
    if (work->later.kind == ERR_NONE || more_urgent || err->retry_after_ms > work->later.retry_after_ms)
        work->later = *err;
}

/* Longer each time, and never the same for all that failed together. */
static int64_t retry_delay(const struct work *work)
{
    int64_t failures = work->row->failures, most = (int64_t)1000 << (failures < 9 ? failures : 9);
    most = most < RETRY_MAX_MS ? most : RETRY_MAX_MS;
    return RETRY_MIN_MS + most / 2 + rng_below(work->run->rng, (uint32_t)(most / 2));
}

void work_fail(struct work *work, const struct err *err)
{
    if (err->kind == ERR_STALE)
        return; /* another node goes on; this one writes nothing more */
    if (err->kind == ERR_CANCELLED) {
        work_end(work, TASK_STATUS_CANCELLED, NULL);
        return;
    }
    set_error(work, error_json(err));
    if (m365_is_disconnected(err)) { /* a person has to repair that: trying wears nobody out */
        work_wait(work, "disconnected", DISCONNECTED_MS);
        return;
    }
    /* Being asked to wait is no failure, and neither is what was not even sent because the service does not
     * answer: it is waited out, however often. */
    bool asked =
        err->retry_after_ms > 0 && (err->kind == ERR_LIMIT || strcmp(err->code, "circuit_open") == 0);
    if (asked || ((err_again(err) || err->outcome_unknown) && work->row->failures + 1 < FAILURES_MAX)) {
        int64_t delay = asked ? RETRY_MIN_MS : retry_delay(work);
        work->row->failures += !asked;
        work_wait(work, asked ? "throttled" : "retrying",
                  delay > err->retry_after_ms ? delay : err->retry_after_ms);
        return;
    }
    size_t i;
    json_t *item;
    items_pending_foreach (work, i, item)
        item_set(item, "failed", err->message);
    work_end(work, TASK_STATUS_FAILED, NULL);
}

void work_warn_command(struct work *work, const char *code, const char *message, const char *command)
{
    size_t i;
    json_t *row;
    if (!work->row->warnings)
        work->row->warnings = json_array();
    json_array_foreach (work->row->warnings, i, row) {
        bool same_command = !command || strcmp(json_text_or(row, "command", ""), command) == 0;
        if (strcmp(json_text_or(row, "code", ""), code) == 0 && same_command)
            return;
    }
    row = json_make("{s:s, s:s}", "code", code, "message", message);
    if (command)
        json_put_text(row, "command", command);
    json_add(work->row->warnings, row);
}

void work_warn(struct work *work, const char *code, const char *message)
{
    work_warn_command(work, code, message, NULL);
}

enum observed work_refuse(struct work *work, const char *code, const char *message)
{
    struct err err;
    err_code(&err, ERR_REFUSED, code, "%s", message);
    set_error(work, error_json(&err));
    return OBSERVED_FAILED;
}

enum observed work_skip(struct work *work, const char *reason)
{
    work->row->reason = reason;
    return OBSERVED_SKIP;
}

void work_before(struct work *work, json_t *evidence)
{
    if (work->row->before)
        json_decref(evidence);
    else
        work->row->before = evidence;
}

void work_after(struct work *work, json_t *evidence)
{
    json_decref(work->row->after);
    work->row->after = evidence;
}

const json_t *work_forward_before(const struct work *work)
{
    const json_t *before = work->run->forward[work->task].before;
    return before ? before : json_object_at(NULL, "");
}

const json_t *facts_mailbox(const json_t *facts)
{
    const json_t *mailbox = json_object_get(facts, fact_name(FACT_NUMBER_MAILBOX));
    return json_is_object(mailbox) ? mailbox : NULL;
}

json_t *evidence_of(const json_t *object, const char *const *names)
{
    json_t *evidence = json_object();
    for (; *names; names++) {
        json_t *value = json_object_get(object, *names);
        json_put(evidence, *names, value ? json_incref(value) : json_null());
    }
    return evidence;
}

static void explain(struct err *err, const char *permission)
{
    size_t length = strlen(err->message);
    if (length + strlen(permission) + 40 < sizeof err->message)
        snprintf(err->message + length, sizeof err->message - length, " It takes the permission %s.",
                 permission);
}

void work_explain(const struct work *work, const json_t *item, struct err *err)
{
    const char *own = json_text(item, "permission");
    size_t count;
    const struct app_permission *rows = catalogue_permissions(&count);
    if (err->upstream_status != 403)
        return;
    for (size_t i = 0; i < count && !own; i++)
        own = rows[i].task == work->task ? rows[i].any : NULL;
    if (own)
        explain(err, own);
}

/* --- ends ----------------------------------------------------------------------------------------------- */

/* Every item was refused because only Active Directory may change it: then so was the task. */
static bool all_on_premises(const struct work *work)
{
    size_t i, count = json_array_size(work->row->items);
    json_t *item;
    items_foreach (work, i, item) {
        if (strcmp(json_text_or(item, "reason", ""), "on_premises_source") != 0)
            return false;
    }
    return count > 0;
}

/* Ends a task whose wanted state is there: one failed item makes it failed. */
static void end_done(struct work *work)
{
    const json_t *item = json_array_find(work->row->items, "status", "failed");
    bool changed = work->acted || work->resumed;
    if (all_on_premises(work)) {
        work_end(work, TASK_STATUS_SKIPPED, "on_premises_source");
        return;
    }
    if (!item) {
        set_error(work, NULL);
        work_end(work, changed ? TASK_STATUS_SUCCEEDED : TASK_STATUS_ALREADY_DONE, NULL);
        return;
    }
    if (!work->row->error)
        set_error(work, json_make("{s:s, s:s, s:n, s:b}", "code", "item_failed", "message",
                                  json_text_or(item, "message", ""), "request_id", "retryable", 1));
    work_end(work, TASK_STATUS_FAILED, NULL);
}

static int64_t patience_of(const struct work *work)
{
    int64_t own = types[work->task]->patience_ms;
    return own ? own : PATIENCE_MS;
}

static int64_t since_start(const struct work *work)
{
    return clock_utc_ms(work->run->clock) - work->row->started_at;
}

/* Twice as long each time. */
static int64_t poll_delay(int64_t since)
{
    return since < POLL_MIN_MS ? POLL_MIN_MS : since > POLL_MAX_MS ? POLL_MAX_MS : since;
}

enum observed work_no_mailbox(struct work *work)
{
    const task_set brings_back = TASK_BIT(TASK_remove_licenses) | TASK_BIT(TASK_delete_user);
    int64_t since = work->row->started_at ? since_start(work) : 0; /* a forecast has not begun */
    if (!work->run->forward || !(work->run->chosen & brings_back))
        return work_skip(work, "no_mailbox");
    if (since > patience_of(work)) {
        work_warn(work, "mailbox_missing",
                  "The mailbox has not come back with its license yet. Undo this again when it has.");
        return work_skip(work, "no_mailbox");
    }
    work->row->reason = "mailbox_returns";
    work->wait_ms = poll_delay(since);
    return OBSERVED_WAIT;
}

/* The read-back does not show it yet: come again, for as long as the task's patience lasts. */
static void wait_for_read_back(struct work *work)
{
    int64_t since = since_start(work);
    struct err err;
    if (since > patience_of(work)) {
        err_code(&err, ERR_REFUSED, "not_confirmed",
                 "Microsoft 365 accepted the change, but reading it back does not show it after %d minutes.",
                 (int)(since / 60000));
        work_fail(work, &err);
        return;
    }
    work_wait(work, VERIFYING, poll_delay(since));
}

static void wait_for_others(struct work *work)
{
    struct err err;
    int64_t most = work->wait_at_most_ms ? work->wait_at_most_ms : patience_of(work);
    if (since_start(work) <= most) {
        work_wait(work, work->row->reason, work->wait_ms);
        return;
    }
    err_code(&err, ERR_REFUSED, work->row->reason, "It did not become possible within %d days.",
             (int)(most / (24 * 60 * 60 * 1000)));
    work_fail(work, &err);
}

/* --- a user who is gone ----------------------------------------------------------------------------------
 */

static bool user_is_gone(const struct work *work, const json_t *facts)
{
    return (types[work->task]->facts & FACT(USER)) && work->task != TASK_delete_user &&
           json_is_null(json_object_get(facts, fact_name(FACT_NUMBER_USER)));
}

/* Deleted meanwhile by somebody else: then the account is out of use, and there is nothing left to do to it.
 */
static void end_without_user(struct work *work, const json_t *facts)
{
    struct err err;
    if (json_is_object(json_object_get(facts, fact_name(FACT_NUMBER_DELETED)))) {
        work_warn(work, "user_deleted",
                  "The user was deleted meanwhile. The account can be restored within 30 days.");
        work_end(work, TASK_STATUS_SKIPPED, "user_deleted");
        return;
    }
    err_code(&err, ERR_NOT_FOUND, "user_gone",
             "There is no user with this object id any more, not even among the deleted ones.");
    work_fail(work, &err);
}

/* --- the unit --------------------------------------------------------------------------------------------
 */

/* What a unit knows while it runs. */
struct unit {
    const struct run_view *run;
    const struct m365_target *target;
    const struct work *works; /* all of the unit */
    size_t count;
    json_t *facts;  /* everything known */
    json_t *read;   /* of that, what this unit has read itself; NULL: nothing */
    struct err err; /* reading was cut off */
};

/* Where to ask about the user's access, as the index has it now: it may have grown since the run was claimed.
 * NULL when these facts do not ask, or the store does not answer. */
static json_t *unit_elsewhere(const struct unit *unit, fact_set wanted)
{
    struct task_row rows[TASK_COUNT] = {0};
    if (!(wanted & FACTS_INDEXED))
        return NULL;
    for (size_t i = 0; i < unit->count; i++)
        rows[unit->works[i].task] = *unit->works[i].row;
    return elsewhere_refresh(unit->run, rows);
}

static bool unit_read(struct unit *unit, fact_set wanted)
{
    AUTO_JSON json_t *elsewhere = unit_elsewhere(unit, wanted);
    const struct facts_request request = {.m365 = unit->run->m365,
                                          .target = unit->target,
                                          .user_id = unit->run->user_id,
                                          .options = unit->run->options,
                                          .people = unit->run->people,
                                          .elsewhere = elsewhere ? elsewhere : unit->run->elsewhere,
                                          .known = unit->facts,
                                          .wanted = wanted};
    if (!wanted)
        return true;
    AUTO_JSON json_t *newer = facts_read(&request, &unit->err);
    if (!newer)
        return false;
    json_t *facts = facts_merge(unit->facts, newer), *read = facts_merge(unit->read, newer);
    json_decref(unit->facts);
    json_decref(unit->read);
    unit->facts = facts;
    unit->read = read;
    return true;
}

static bool is_verifying(const struct work *work)
{
    return work->row->reason && strcmp(work->row->reason, VERIFYING) == 0;
}

bool work_reads_back(const struct work *work)
{
    return work->acted || is_verifying(work);
}

static fact_set wanted_by(struct work *works[], size_t count)
{
    fact_set wanted = 0;
    for (size_t i = 0; i < count; i++)
        wanted |= types[works[i]->task]->facts;
    return wanted;
}

static fact_set proof_of(struct work *works[], size_t count)
{
    fact_set wanted = 0;
    for (size_t i = 0; i < count; i++)
        wanted |= types[works[i]->task]->proof;
    return wanted;
}

/* What is missing or too old; a task that comes again must see the present. */
static fact_set stale_facts(const struct unit *unit, struct work *works[], size_t count)
{
    int64_t now = clock_mono_ms(clock_system());
    fact_set wanted = wanted_by(works, count), again = 0;
    for (size_t i = 0; i < count; i++)
        again |= !works[i]->resumed       ? 0
                 : is_verifying(works[i]) ? types[works[i]->task]->proof
                                          : types[works[i]->task]->facts;
    return again | (wanted & ~facts_fresh(unit->facts, wanted, now - FACTS_FRESH_MS));
}

/* Ends or fails what cannot be looked at. True: observe may look. */
static bool may_look(struct unit *unit, struct work *work)
{
    struct err err;
    if (facts_missing(unit->facts, types[work->task]->facts, &err)) {
        work_explain(work, NULL, &err);
        work_fail(work, &err);
        return false;
    }
    if (!user_is_gone(work, unit->facts))
        return true;
    if (unit_read(unit, FACT(DELETED)))
        end_without_user(work, unit->facts);
    else
        work_fail(work, &unit->err);
    return false;
}

/* Looks once; true when the task still has to act. */
static bool still_needed(struct unit *unit, struct work *work)
{
    if (!may_look(unit, work))
        return false;
    switch (work_verbs(work)->observe(work, unit->facts)) {
    case OBSERVED_NEEDED:
        return true;
    case OBSERVED_DONE:
        end_done(work);
        break;
    case OBSERVED_SKIP:
        work_end(work, TASK_STATUS_SKIPPED, work->row->reason);
        break;
    case OBSERVED_WAIT:
        wait_for_others(work);
        break;
    case OBSERVED_FAILED:
        work_end(work, TASK_STATUS_FAILED, NULL);
        break;
    }
    return false;
}

static size_t only_running(struct work *works[], size_t count)
{
    size_t left = 0;
    for (size_t i = 0; i < count; i++) {
        if (works[i]->row->status == TASK_STATUS_RUNNING)
            works[left++] = works[i];
    }
    return left;
}

static void act(struct unit *unit, struct work *works[], size_t count)
{
    struct calls *calls = calls_new(works[0]->arena);
    for (size_t i = 0; i < count; i++) {
        const struct task_verbs *verbs = work_verbs(works[i]);
        struct err err = {0};
        works[i]->acted = true;
        set_error(works[i], NULL); /* what an earlier try met is over */
        works[i]->user = json_object_get(unit->facts, fact_name(FACT_NUMBER_USER));
        if (verbs->act)
            verbs->act(works[i], unit->facts, calls);
        else if (!verbs->apply(works[i], unit->facts, &err))
            work_later(works[i], &err);
    }
    calls_run(calls);
    for (size_t i = 0; i < count; i++) {
        if (works[i]->later.kind != ERR_NONE)
            work_fail(works[i], &works[i]->later);
        else
            works[i]->row->failures = 0;
    }
}

static void fail_all(struct unit *unit, struct work *works[], size_t count)
{
    for (size_t i = 0; i < count; i++)
        work_fail(works[i], &unit->err);
}

static void unit_run(struct unit *unit, struct work *works[], size_t count)
{
    if (!unit_read(unit, stale_facts(unit, works, count))) {
        fail_all(unit, works, count);
        return;
    }
    size_t needed = 0;
    for (size_t i = 0; i < count; i++) {
        bool verifying = is_verifying(works[i]);
        if (!still_needed(unit, works[i]))
            continue;
        if (verifying)
            wait_for_read_back(works[i]);
        else
            works[needed++] = works[i];
    }
    if (!needed)
        return;
    act(unit, works, needed);
    needed = only_running(works, needed);
    if (!needed)
        return;
    if (!unit_read(unit, proof_of(works, needed))) {
        fail_all(unit, works, needed);
        return;
    }
    for (size_t i = 0; i < needed; i++) {
        if (still_needed(unit, works[i]))
            wait_for_read_back(works[i]);
    }
}

void task_unit_run(struct work *all, size_t total, const json_t *facts, json_t **ret_facts)
{
    struct work *works[TASK_COUNT];
    struct unit unit = {.run = all[0].run,
                        .target = all[0].target,
                        .works = all,
                        .count = total,
                        .facts = json_incref((json_t *)facts)};
    *ret_facts = NULL;
    if (task_info(all[0].task)->unit == UNIT_LOCKOUT && !all[0].run->forward) {
        json_decref(unit.facts);
        lockout_run(all, total);
        return;
    }
    for (size_t i = 0; i < total; i++)
        works[i] = &all[i];
    unit_run(&unit, works, total);
    json_decref(unit.facts);
    *ret_facts = unit.read;
}

/* --- forecast --------------------------------------------------------------------------------------------
 */

static void forecast_step(json_t *step, const struct run_view *run, const json_t *facts)
{
    static const char *const words[] = {"change", "nothing", "skip", "wait", "fail"};
    AUTO_ARENA struct arena *arena = arena_new();
    enum task_id task = task_by_name(json_text(step, "task"));
    struct task_row row = {.task = task};
    struct work work = {
        .run = run, .task = task, .params = options_of(run->options, task), .row = &row, .arena = arena};
    struct err err;
    enum observed observed = OBSERVED_NEEDED;
    if (!facts_missing(facts, types[task]->facts & ~FACTS_READ_LATE, &err))
        observed = work_verbs(&work)->observe(&work, facts);
    json_put_text(step, "expected", words[observed]);
    json_put_text(step, "reason", row.reason);
    json_put(step, "items", row.items ? json_incref(row.items) : json_array());
    json_put(step, "warnings", row.warnings ? json_incref(row.warnings) : json_array());
    task_row_done(&row);
}

void task_forecast(json_t *plan, const struct run_view *run, const json_t *facts)
{
    size_t i;
    json_t *step;
    json_array_foreach (plan, i, step)
        forecast_step(step, run, facts);
}
