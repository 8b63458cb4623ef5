#include "task/task.h"

#include <string.h>

#include "connector/exchange.h"
#include "plan/options.h"
#include "task/facts.h"
#include "task/lockout.h"

#define ATTEMPTS_MAX 8
#define PATIENCE_MS ((int64_t)15 * 60 * 1000)
#define POLL_MIN_MS 500
#define POLL_MAX_MS ((int64_t)5 * 60 * 1000)
#define RETRY_MAX_MS ((int64_t)5 * 60 * 1000)
#define VERIFYING "verifying"

#define TASK(id, ...) extern const struct task_type task_##id;
#define PARAM(...)
#define CONFLICT(...)
#include "model/catalogue.def"
#undef TASK

static const struct task_type *const types[TASK_COUNT] = {
#define TASK(id, ...) [TASK_##id] = &task_##id,
#include "model/catalogue.def"
#undef TASK
#undef PARAM
#undef CONFLICT
};

const struct task_type *task_type(enum task_id task)
{
    return types[task];
}

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

static void set_error(struct work *work, const struct err *err)
{
    json_t *error = json_object();
    json_put_text(error, "code", err->code);
    json_put_text(error, "message", err->message);
    json_put_text(error, "request_id", *err->request_id ? err->request_id : NULL);
    json_put(error, "retryable", json_boolean(err_again(err)));
    json_decref(work->row->error);
    work->row->error = error;
}

void work_fail(struct work *work, const struct err *err)
{
    int64_t attempts = work->row->attempts;
    if (err->kind == ERR_STALE)
        return; /* another node goes on; this one writes nothing more */
    if (err->kind == ERR_CANCELLED) {
        work_end(work, TASK_STATUS_CANCELLED, NULL);
        return;
    }
    set_error(work, err);
    if ((err_again(err) || err->outcome_unknown) && attempts < ATTEMPTS_MAX) {
        /* Full jitter, so that many that failed together do not come back together. */
        int64_t most = (int64_t)1000 << (attempts < 8 ? attempts : 8);
        int64_t delay =
            200 + rng_below(work->run->rng, (uint32_t)(most < RETRY_MAX_MS ? most : RETRY_MAX_MS));
        work_wait(work, "retrying", delay > err->retry_after_ms ? delay : err->retry_after_ms);
        return;
    }
    work_end(work, TASK_STATUS_FAILED, NULL);
}

void work_warn(struct work *work, const char *code, const char *message)
{
    if (!work->row->warnings)
        work->row->warnings = json_array();
    if (!json_array_find(work->row->warnings, "code", code))
        json_add(work->row->warnings, json_make("{s:s, s:s}", "code", code, "message", message));
}

json_t *work_item(struct work *work, const char *id, const char *name, const char *kind)
{
    if (!work->row->items)
        work->row->items = json_array();
    json_t *item = json_array_find(work->row->items, "id", id);
    if (item)
        return item;
    item = json_object();
    json_put_text(item, "id", id);
    json_put_text(item, "name", name);
    json_put_text(item, "kind", kind);
    work_item_set(item, "pending", "");
    json_add(work->row->items, item);
    return item;
}

void work_item_set(json_t *item, const char *status, const char *message)
{
    json_put_text(item, "status", status);
    json_put_text(item, "message", message);
}

bool work_has_mailbox(struct work *work, const json_t *facts)
{
    if (json_is_object(json_object_get(facts, "mailbox")))
        return true;
    work->row->reason = "no_mailbox";
    return false;
}

/* Ends a task whose wanted state is there: one failed item makes it failed. */
static void end_done(struct work *work, bool changed)
{
    json_t *item = json_array_find(work->row->items, "status", "failed");
    if (!item) {
        json_decref(work->row->error);
        work->row->error = NULL;
        work_end(work, changed ? TASK_STATUS_SUCCEEDED : TASK_STATUS_ALREADY_DONE, NULL);
        return;
    }
    if (!work->row->error)
        work->row->error = json_make("{s:s, s:s, s:n, s:b}", "code", "item_failed", "message",
                                     json_text_or(item, "message", ""), "request_id", "retryable", 1);
    work_end(work, TASK_STATUS_FAILED, NULL);
}

/* The read-back does not show it yet: come again, for as long as the task's patience lasts. */
static void wait_for_read_back(struct work *work)
{
    const struct task_type *type = types[work->task];
    int64_t since = clock_utc_ms(work->run->clock) - work->row->started_at;
    int64_t delay = since / 4;
    struct err err;
    if (since > (type->patience_ms ? type->patience_ms : PATIENCE_MS)) {
        err_code(&err, ERR_REFUSED, "not_confirmed",
                 "Microsoft 365 accepted the change, but reading it back does not show it after %d minutes.",
                 (int)(since / 60000));
        work_fail(work, &err);
        return;
    }
    delay = delay < POLL_MIN_MS ? POLL_MIN_MS : delay > POLL_MAX_MS ? POLL_MAX_MS : delay;
    work_wait(work, VERIFYING, delay);
}

/* Looks once; true when the task still has to act. */
static bool still_needed(struct work *work, const json_t *facts, bool changed)
{
    switch (types[work->task]->observe(work, facts)) {
    case OBSERVED_NEEDED:
        return true;
    case OBSERVED_DONE:
        end_done(work, changed);
        break;
    case OBSERVED_SKIP:
        work_end(work, TASK_STATUS_SKIPPED, work->row->reason);
        break;
    case OBSERVED_UNKNOWN:
        work_end(work, TASK_STATUS_FAILED, NULL);
        break;
    }
    return false;
}

static bool is_on_premises(const struct err *err)
{
    /* The write-scope error has no class of its own (contract/exchange.md section 3). */
    return strstr(err->message, "on-premises") != NULL;
}

static void mailbox_failed(struct work *work, const struct err *err)
{
    if (!is_on_premises(err)) {
        work_fail(work, err);
        return;
    }
    work_warn(
        work, "on_premises_source",
        "This mailbox is managed in Active Directory. Make this change there; the cloud does not accept it.");
    work_end(work, TASK_STATUS_SKIPPED, "on_premises_source");
}

/* One Set-Mailbox for all of them; when it is refused each goes alone, so that one refusal does not fail all.
 */
static void mailbox_apply(struct work *works[], size_t count, const json_t *facts)
{
    struct err err;
    const struct work *first = works[0];
    AUTO_JSON json_t *params = json_make("{s:s, s:b}", "Identity", first->run->user_id, "Confirm", 0);
    for (size_t i = 0; i < count; i++)
        types[works[i]->task]->contribute(works[i], facts, params);
    if (exchange_call(first->run->m365, first->target, "Set-Mailbox", params, first->run->user_principal_name,
                      NULL, NULL, &err))
        return;
    if (count == 1 || err_again(&err) || err.kind == ERR_STALE || err.kind == ERR_CANCELLED) {
        for (size_t i = 0; i < count; i++)
            mailbox_failed(works[i], &err);
        return;
    }
    for (size_t i = 0; i < count; i++)
        mailbox_apply(&works[i], 1, facts);
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

static void apply(struct work *works[], size_t count, const json_t *facts)
{
    struct err err;
    if (task_info(works[0]->task)->unit == UNIT_MAILBOX) {
        mailbox_apply(works, count, facts);
        return;
    }
    for (size_t i = 0; i < count; i++) {
        if (!types[works[i]->task]->apply(works[i], facts, &err))
            work_fail(works[i], &err);
    }
}

static json_t *read_facts(struct work *works[], size_t count)
{
    struct err err;
    unsigned wanted = 0;
    const struct run_view *run = works[0]->run;
    for (size_t i = 0; i < count; i++)
        wanted |= types[works[i]->task]->facts;
    json_t *facts = facts_read(run->m365, works[0]->target, run->user_id, run->options, wanted, &err);
    for (size_t i = 0; !facts && i < count; i++)
        work_fail(works[i], &err);
    return facts;
}

void task_unit_run(struct work *all, size_t total, const json_t *shared)
{
    struct work *works[TASK_COUNT];
    size_t count = 0;
    bool again = !shared;
    if (task_info(all[0].task)->unit == UNIT_LOCKOUT) {
        lockout_run(all, total);
        return;
    }
    for (size_t i = 0; i < total; i++) {
        works[i] = &all[i];
        again |= all[i].resumed || types[all[i].task]->fresh;
    }
    AUTO_JSON json_t *own = again ? read_facts(works, total) : NULL;
    const json_t *facts = again ? own : shared;
    if (!facts)
        return;
    for (size_t i = 0; i < total; i++) {
        struct work *work = works[i];
        bool verifying = work->row->reason && strcmp(work->row->reason, VERIFYING) == 0;
        if (!still_needed(work, facts, work->resumed))
            continue;
        if (verifying)
            wait_for_read_back(work);
        else
            works[count++] = work;
    }
    if (!count)
        return;
    apply(works, count, facts);
    count = only_running(works, count);
    if (!count)
        return;
    AUTO_JSON json_t *after = read_facts(works, count);
    for (size_t i = 0; after && i < count; i++) {
        if (still_needed(works[i], after, true))
            wait_for_read_back(works[i]);
    }
}

void task_forecast(json_t *plan, const json_t *options, const json_t *facts)
{
    size_t i;
    json_t *step;
    const struct run_view run = {.options = options,
                                 .clock = clock_system(),
                                 .user_id = json_text(json_object_at(facts, "user"), "id"),
                                 .user_principal_name =
                                     json_text(json_object_at(facts, "user"), "userPrincipalName")};
    json_array_foreach (plan, i, step) {
        static const char *const words[] = {"change", "nothing", "skip", "change"};
        AUTO_ARENA struct arena *arena = arena_new();
        enum task_id task = task_by_name(json_text(step, "task"));
        struct task_row row = {.task = task};
        struct work work = {
            .run = &run, .task = task, .params = options_of(options, task), .row = &row, .arena = arena};
        enum observed observed = types[task]->observe(&work, facts);
        json_put_text(step, "expected", words[observed]);
        json_put_text(step, "reason", row.reason);
        json_put(step, "items", row.items ? json_incref(row.items) : json_array());
        task_row_done(&row);
    }
}
