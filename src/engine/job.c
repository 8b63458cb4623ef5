#include "engine/job.h"

#include <string.h>

#include "base/log.h"
#include "base/thread.h"
#include "engine/crash.h"
#include "plan/options.h"
#include "task/elsewhere.h"

#define CALL_PATIENCE_MS 5000 /* longer throttling parks the task instead of holding a worker */

/* A call must be over before its lease is: leases are short in tests alone. */
static int64_t call_timeout_ms(const struct job *job)
{
    int64_t most = job->lease_ms * 6 / 10;
    return most < M365_TIMEOUT_MS ? most : M365_TIMEOUT_MS;
}

/* Is the lease, renewed at `since`, still long enough for a call? The store may have taken its time. */
static bool lease_lasts(const struct job *job, int64_t since, struct err *err)
{
    int64_t gone = clock_mono_ms(job->parts->clock) - since, margin = job->lease_ms / 10;
    return gone + call_timeout_ms(job) + margin <= job->lease_ms ||
           err_set(err, ERR_UNREACHABLE, "The store took too long to answer: the claim has to be renewed.");
}

/* Intent before the effect: the claim still stands, nobody has cancelled, and the journal knows what will be
 * sent. */
static bool before_writes(void *ctx, const struct m365_write *writes, size_t count, struct err *err)
{
    struct job *job = ctx;
    bool cancelled = false, good;
    int64_t now = clock_utc_ms(job->parts->clock), mono = clock_mono_ms(job->parts->clock);
    char deadline[TIME_TEXT_SIZE];
    AUTO_TX struct tx *tx = store_begin(job->parts->store, err);
    good = tx &&
           offboarding_renew(tx, job->view->offboarding_id, job->epoch, mono, job->lease_ms, &cancelled, err);
    if (cancelled)
        return err_set(err, ERR_CANCELLED, "The offboarding was cancelled.");
    time_format(now + call_timeout_ms(job), deadline);
    for (size_t i = 0; good && i < count; i++)
        good =
            journal_effect(tx, job->view->offboarding_id, job->epoch, EVENT_INTENT, writes[i].task,
                           json_make("{s:s, s:s, s:I, s:s}", "what", writes[i].what, "hash", writes[i].hash,
                                     "epoch", (json_int_t)job->epoch, "deadline", deadline),
                           now, err);
    if (!good || !journal_commit(job->parts->journal, &tx, err) || !lease_lasts(job, mono, err)) {
        job->stale |= err->kind == ERR_STALE;
        job->unwritten |=
            err->kind != ERR_STALE; /* nothing was sent: the task pauses until the store takes it */
        return false;
    }
    if (!atomic_exchange(&job->sent, true) && job->poke)
        job->poke(job->poke_ctx);
    return true;
}

static void after_writes(void *ctx, const struct m365_write *writes, size_t count)
{
    struct job *job = ctx;
    struct err err;
    bool good = true;
    int64_t now = clock_utc_ms(job->parts->clock);
    AUTO_TX struct tx *tx = store_begin(job->parts->store, &err);
    for (size_t i = 0; tx && good && i < count; i++)
        good = journal_effect(tx, job->view->offboarding_id, job->epoch, EVENT_RESULT, writes[i].task,
                              json_make("{s:s, s:s, s:i, s:o}", "what", writes[i].what, "hash",
                                        writes[i].hash, "status", writes[i].status, "request_id",
                                        json_text_new(writes[i].request_id)),
                              now, &err);
    if (!tx || !good || !journal_commit(job->parts->journal, &tx, &err))
        log_error("journal_result_lost", LOG_TEXT("offboarding", job->view->offboarding_id), LOG_ERR(&err));
}

/* What was read is evidence too: which call showed that a change is there. */
static void after_read(void *ctx, const struct m365_read *read)
{
    struct job *job = ctx;
    char at[TIME_TEXT_SIZE];
    json_t *entry = json_object();
    json_put_text(entry, "at", time_format(clock_utc_ms(job->parts->clock), at));
    json_put_text(entry, "what", read->what);
    json_put(entry, "status", json_integer(read->status));
    json_put_text(entry, "request_id", read->request_id);
    WITH_LOCK(&job->lock);
    if (!job->reads)
        job->reads = json_array();
    json_add(job->reads, entry);
}

bool job_record_reads(struct tx *tx, const char *offboarding_id, int64_t epoch, const char *task,
                      json_t *reads, int64_t now, struct err *err)
{
    return !reads || journal_effect(tx, offboarding_id, epoch, EVENT_READS, task,
                                    json_make("{s:o}", "calls", reads), now, err);
}

static bool store_rows(struct job *job)
{
    struct err err;
    int64_t now = clock_utc_ms(job->parts->clock);
    AUTO_TX struct tx *tx = store_begin(job->parts->store, &err);
    bool good = tx && job_record_reads(tx, job->view->offboarding_id, job->epoch,
                                       job->count == 1 ? task_info(job->tasks[0])->id : NULL,
                                       json_incref(job->reads), now, &err);
    bool wakes = job->wakes && !job->woke;
    if (good && wakes)
        good = offboarding_move(tx, job->view->offboarding_id, job->epoch, RUN_RUNNING, now, now, &err);
    for (size_t i = 0; good && i < job->count; i++)
        good = task_move(tx, job->view->offboarding_id, job->epoch, &job->rows[i], now, &err) &&
               elsewhere_note(tx, job->view, &job->rows[i], now, &err);
    if (good && journal_commit(job->parts->journal, &tx, &err)) {
        json_decref(job->reads);
        job->reads = NULL;
        job->woke |= wakes;
        return true;
    }
    /* A conflict: the store holds another state than this node remembers. It is claimed anew and read again.
     */
    job->stale |= err.kind == ERR_STALE || err.kind == ERR_CONFLICT;
    job->unwritten = true;
    log_error("task_not_recorded", LOG_TEXT("offboarding", job->view->offboarding_id), LOG_ERR(&err));
    return false;
}

/* Waiting for something to show, or to happen, is no new try. */
static bool is_new_try(const struct task_row *row)
{
    static const char *const tries[] = {"retrying", "throttled"};
    if (row->status != TASK_STATUS_WAITING || !row->reason)
        return true;
    for (size_t i = 0; i < sizeof tries / sizeof *tries; i++) {
        if (strcmp(row->reason, tries[i]) == 0)
            return true;
    }
    return false;
}

static void start_row(struct job *job, struct task_row *row)
{
    row->attempts += is_new_try(row) || !row->attempts;
    row->status = TASK_STATUS_RUNNING;
    row->waiting_until = 0;
    row->started_at = row->started_at ? row->started_at : clock_utc_ms(job->parts->clock);
}

static void run_tasks(struct job *job, const struct m365_target *target)
{
    AUTO_ARENA struct arena *arena = arena_new();
    struct work works[TASK_COUNT];
    for (size_t i = 0; i < job->count; i++) {
        struct task_row *row = &job->rows[i];
        works[i] = (struct work){.run = job->view,
                                 .task = job->tasks[i],
                                 .params = options_of(job->view->options, job->tasks[i]),
                                 .row = row,
                                 .arena = arena,
                                 .target = target,
                                 .resumed = row->attempts > 0};
        start_row(job, row);
    }
    if (!store_rows(job))
        return;
    task_unit_run(works, job->count, job->known, &job->read);
    if (cancel_requested(job->cancel)) { /* cut off: whoever goes on looks first */
        job->unwritten = true;
        return;
    }
    for (size_t i = 0; i < job->count; i++)
        job->stale |= job->rows[i].status == TASK_STATUS_RUNNING; /* what has no end lost its claim */
    if (!job->stale && !job->unwritten)
        store_rows(job);
}

static void read_facts(struct job *job, const struct m365_target *target)
{
    struct err err;
    const struct facts_request request = {.m365 = job->parts->m365,
                                          .target = target,
                                          .user_id = job->view->user_id,
                                          .options = job->view->options,
                                          .people = job->view->people,
                                          .elsewhere = job->view->elsewhere,
                                          .wanted = job->wanted};
    job->read = facts_read(&request, &err);
    if (!job->read) /* each task then reads its own, and says what is wrong with it */
        log_warn("facts_unreadable", LOG_TEXT("offboarding", job->view->offboarding_id), LOG_ERR(&err));
    job->unwritten = cancel_requested(job->cancel);
    if (job->look_at && !job->unwritten)
        start_judge(job->parts, job->look_at, job->read, job->leapt, &job->start);
}

void job_run(struct job *job)
{
    const struct m365_target target = {.tenant_id = job->view->tenant_id,
                                       .task = job->count == 1 ? task_info(job->tasks[0])->id : NULL,
                                       .cancel = job->cancel,
                                       .timeout_ms = call_timeout_ms(job),
                                       .patience_ms = CALL_PATIENCE_MS,
                                       .urgent = job->urgent,
                                       .before_writes = before_writes,
                                       .after_writes = after_writes,
                                       .after_read = after_read,
                                       .ctx = job};
    crash_working_on(job->view->offboarding_id);
    crash_on_purpose(job->view->offboarding_id);
    if (job->count)
        run_tasks(job, &target);
    else
        read_facts(job, &target);
    crash_working_on(NULL);
}
