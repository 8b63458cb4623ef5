#include "engine/job.h"

#include "base/log.h"
#include "plan/options.h"
#include "task/facts.h"

#define CALL_PATIENCE_MS 5000 /* longer throttling parks the task instead of holding a worker */

/* Intent before the effect: the claim still stands, nobody has cancelled, and the journal knows what will be
 * sent. */
static bool before_write(void *ctx, const char *what, struct err *err)
{
    struct job *job = ctx;
    bool cancelled = false;
    int64_t now = clock_utc_ms(job->parts->clock);
    const char *task = job->count == 1 ? task_info(job->tasks[0])->id : NULL;
    AUTO_TX struct tx *tx = store_begin(job->parts->store, err);
    if (tx &&
        offboarding_renew(tx, job->view->offboarding_id, job->epoch, now, job->lease_ms, &cancelled, err)) {
        if (cancelled)
            return err_set(err, ERR_CANCELLED, "The offboarding was cancelled.");
        if (journal_effect(tx, job->view->offboarding_id, job->epoch, EVENT_INTENT, task,
                           json_make("{s:s}", "what", what), now, err) &&
            journal_commit(job->parts->journal, &tx, err))
            return true;
    }
    job->stale |= err->kind == ERR_STALE;
    job->unwritten |= err->kind != ERR_STALE; /* nothing was sent: the task pauses until the store takes it */
    return false;
}

static void after_write(void *ctx, const char *what, int status, const char *request_id)
{
    struct job *job = ctx;
    struct err err;
    int64_t now = clock_utc_ms(job->parts->clock);
    const char *task = job->count == 1 ? task_info(job->tasks[0])->id : NULL;
    json_t *data = json_make("{s:s, s:i, s:s}", "what", what, "status", status, "request_id",
                             request_id ? request_id : "");
    AUTO_TX struct tx *tx = store_begin(job->parts->store, &err);
    if (!tx) {
        json_decref(data);
        log_error("journal_result_lost", LOG_TEXT("offboarding", job->view->offboarding_id), LOG_ERR(&err));
    } else if (!journal_effect(tx, job->view->offboarding_id, job->epoch, EVENT_RESULT, task, data, now,
                               &err) ||
               !journal_commit(job->parts->journal, &tx, &err)) {
        log_error("journal_result_lost", LOG_TEXT("offboarding", job->view->offboarding_id), LOG_ERR(&err));
    }
}

static bool store_rows(struct job *job)
{
    struct err err;
    int64_t now = clock_utc_ms(job->parts->clock);
    AUTO_TX struct tx *tx = store_begin(job->parts->store, &err);
    bool good = tx != NULL;
    for (size_t i = 0; good && i < job->count; i++)
        good = task_move(tx, job->view->offboarding_id, job->epoch, &job->rows[i], now, &err);
    if (good && journal_commit(job->parts->journal, &tx, &err))
        return true;
    /* A conflict: the store holds another state than this node remembers. It is claimed anew and read again.
     */
    job->stale |= err.kind == ERR_STALE || err.kind == ERR_CONFLICT;
    job->unwritten = true;
    log_error("task_not_recorded", LOG_TEXT("offboarding", job->view->offboarding_id), LOG_ERR(&err));
    return false;
}

static void run_tasks(struct job *job, const struct m365_target *target)
{
    AUTO_ARENA struct arena *arena = arena_new();
    struct work works[TASK_COUNT];
    for (size_t i = 0; i < job->count; i++) {
        struct task_row *row = &job->rows[i];
        job->resumed[i] = row->attempts > 0;
        row->status = TASK_STATUS_RUNNING;
        row->waiting_until = 0;
        row->attempts++;
        row->started_at = row->started_at ? row->started_at : clock_utc_ms(job->parts->clock);
        works[i] = (struct work){.run = job->view,
                                 .task = job->tasks[i],
                                 .params = options_of(job->view->options, job->tasks[i]),
                                 .row = row,
                                 .arena = arena,
                                 .target = target,
                                 .resumed = job->resumed[i]};
    }
    if (!store_rows(job))
        return;
    task_unit_run(works, job->count, job->shared_facts);
    for (size_t i = 0; i < job->count; i++)
        job->stale |= job->rows[i].status == TASK_STATUS_RUNNING; /* what has no end lost its claim */
    if (!job->stale && !job->unwritten)
        store_rows(job);
}

void job_run(struct job *job)
{
    struct err err;
    const struct m365_target target = {.tenant_id = job->view->tenant_id,
                                       .cancel = job->cancel,
                                       .patience_ms = CALL_PATIENCE_MS,
                                       .urgent = job->urgent,
                                       .before_write = before_write,
                                       .after_write = after_write,
                                       .ctx = job};
    if (job->count) {
        run_tasks(job, &target);
        return;
    }
    job->facts = facts_read(job->parts->m365, &target, job->view->user_id, job->view->options,
                            facts_wanted(job->view->options), &err);
    if (!job->facts) /* each task then reads its own, and says what is wrong with it */
        log_warn("facts_unreadable", LOG_TEXT("offboarding", job->view->offboarding_id), LOG_ERR(&err));
}
