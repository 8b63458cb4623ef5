#include "engine/engine.h"

#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "base/thread.h"
#include "connector/cancel.h"
#include "engine/job.h"
#include "plan/options.h"
#include "plan/plan.h"

#define RUNS_PER_WORKER 4
#define CLAIM_BATCH 32            /* claimed in one transaction */
#define IDLE_POLL_MS 1000         /* another node may have added work; a wake-up is only a hint */
#define PARK_AFTER_MS (60 * 1000) /* waiting longer gives the claim back */
#define STORE_RETRY_MS 500

enum facts_state { FACTS_MISSING, FACTS_READING, FACTS_READ };

/* One claimed offboarding. The scheduler thread's own. */
struct run {
    struct run *next;
    struct arena *arena;
    struct offboarding o;
    struct run_view view;
    struct task_row rows[TASK_COUNT];
    task_set chosen, active, ended, good;
    enum facts_state facts_state;
    json_t *facts;
    struct cancel *cancel;
    size_t jobs;
    int64_t lease_until;
    bool cancelled;
    bool stale;
    bool finished; /* recorded: to be forgotten */
};

struct engine {
    struct engine_parts parts;
    struct engine_settings settings;
    struct run *runs; /* scheduler only */
    size_t run_count;
    pthread_mutex_t lock; /* everything below */
    pthread_cond_t wake;  /* the scheduler */
    pthread_cond_t work;  /* the workers */
    struct job *queue;    /* lockout first, then in order */
    struct job *queue_end;
    struct job *done;
    bool woken;
    bool stopping; /* no new jobs */
    bool quit;     /* workers leave */
    pthread_t scheduler;
    pthread_t *workers;
};

static int64_t now_ms(const struct engine *engine)
{
    return clock_utc_ms(engine->parts.clock);
}

static void enqueue(struct engine *engine, struct job *job)
{
    WITH_LOCK(&engine->lock);
    if (job->urgent || !engine->queue) {
        job->next = engine->queue;
        engine->queue_end = engine->queue ? engine->queue_end : job;
        engine->queue = job;
    } else {
        engine->queue_end->next = job;
        engine->queue_end = job;
    }
    pthread_cond_signal(&engine->work);
}

static struct job *job_for(struct engine *engine, struct run *run, bool urgent)
{
    struct job *job = calloc(1, sizeof *job);
    if (!job)
        abort();
    job->run = run;
    job->parts = &engine->parts;
    job->lease_ms = engine->settings.lease_ms;
    job->view = &run->view;
    job->epoch = run->o.epoch;
    job->cancel = run->cancel;
    job->urgent = urgent;
    run->jobs++;
    return job;
}

static void start_facts(struct engine *engine, struct run *run)
{
    run->facts_state = FACTS_READING;
    enqueue(engine, job_for(engine, run, false));
}

/* The row moves into the job and comes back with it. */
static void start_unit(struct engine *engine, struct run *run, task_set tasks)
{
    struct job *job = NULL;
    for (int id = 0; id < TASK_COUNT; id++) {
        if (!(tasks & TASK_BIT(id)))
            continue;
        if (!job)
            job = job_for(engine, run, task_info((enum task_id)id)->unit == UNIT_LOCKOUT);
        job->tasks[job->count] = (enum task_id)id;
        job->rows[job->count++] = run->rows[id];
        run->rows[id] = (struct task_row){.task = (enum task_id)id};
    }
    run->active |= tasks;
    job->shared_facts = run->facts;
    enqueue(engine, job);
}

static bool record(struct engine *engine, struct run *run, const struct task_row *row)
{
    struct err err;
    AUTO_TX struct tx *tx = store_begin(engine->parts.store, &err);
    if (tx && task_move(tx, run->o.id, run->o.epoch, row, now_ms(engine), &err) &&
        journal_commit(engine->parts.journal, &tx, &err))
        return true;
    run->stale |= err.kind == ERR_STALE;
    log_error("task_not_recorded", LOG_TEXT("offboarding", run->o.id), LOG_ERR(&err));
    return false;
}

static void end_unstarted(struct engine *engine, struct run *run, enum task_id task, enum task_status status,
                          const char *reason)
{
    struct task_row *row = &run->rows[task];
    struct task_row ended = *row;
    ended.status = status;
    ended.reason = reason;
    ended.waiting_until = 0;
    ended.ended_at = now_ms(engine);
    if (!record(engine, run, &ended))
        return;
    *row = ended;
    run->ended |= TASK_BIT(task);
}

static void end_run(struct engine *engine, struct run *run)
{
    struct err err;
    bool failed = false, warned = false;
    int64_t now = now_ms(engine);
    for (int id = 0; id < TASK_COUNT; id++) {
        if (!(run->chosen & TASK_BIT(id)))
            continue;
        failed |= run->rows[id].status == TASK_STATUS_FAILED || run->rows[id].status == TASK_STATUS_BLOCKED;
        warned |= json_array_size(run->rows[id].warnings) > 0;
    }
    enum run_status status = run->cancelled ? RUN_CANCELLED
                             : failed       ? RUN_FAILED
                             : warned       ? RUN_SUCCEEDED_WITH_WARNINGS
                                            : RUN_SUCCEEDED;
    AUTO_TX struct tx *tx = store_begin(engine->parts.store, &err);
    if (tx && offboarding_move(tx, run->o.id, run->o.epoch, status, now, now, &err) &&
        journal_commit(engine->parts.journal, &tx, &err)) {
        run->finished = true;
        log_info("offboarding_ended", LOG_TEXT("offboarding", run->o.id),
                 LOG_TEXT("status", run_status_name(status)), LOG_INT("ms", now - run->o.started_at));
        return;
    }
    run->stale |= err.kind == ERR_STALE;
    log_error("end_not_recorded", LOG_TEXT("offboarding", run->o.id), LOG_ERR(&err));
}

/* Gives the claim back: until due_at when it waits, at once when this node stops. */
static void release(struct engine *engine, struct run *run, int64_t due_at)
{
    struct err err;
    int64_t now = now_ms(engine);
    AUTO_TX struct tx *tx = store_begin(engine->parts.store, &err);
    bool good = tx != NULL;
    if (good && due_at > now)
        good = offboarding_move(tx, run->o.id, run->o.epoch, RUN_WAITING, now, due_at, &err);
    else if (good)
        good = tx_exec(tx, &err, "UPDATE offboardings SET lease_until = 0 WHERE id = $1 AND epoch = $2",
                       P_TEXT(run->o.id), P_INT(run->o.epoch));
    run->finished = good && journal_commit(engine->parts.journal, &tx, &err);
    run->stale |= !run->finished; /* the lease runs out by itself */
}

static void note_lockout(struct engine *engine, struct run *run)
{
    struct err err;
    const task_set lockout = run->chosen & (TASK_BIT(TASK_disable_sign_in) | TASK_BIT(TASK_reset_password) |
                                            TASK_BIT(TASK_revoke_sessions));
    if (run->o.locked_out_at || !(lockout & TASK_BIT(TASK_disable_sign_in)) || (lockout & ~run->good))
        return;
    int64_t now = now_ms(engine);
    AUTO_TX struct tx *tx = store_begin(engine->parts.store, &err);
    if (tx && offboarding_locked_out(tx, run->o.id, run->o.epoch, now, &err) &&
        journal_commit(engine->parts.journal, &tx, &err))
        run->o.locked_out_at = now;
}

/* Starts what is ready and ends what cannot start. Returns when it next wants to be looked at. */
static int64_t advance(struct engine *engine, struct run *run, bool stopping)
{
    int64_t now = now_ms(engine), next = INT64_MAX;
    task_set waiting = 0, ready;
    if (run->stale || stopping) {
        if (!run->jobs && !run->stale)
            release(engine, run, 0);
        return next;
    }
    if (run->facts_state == FACTS_MISSING && (run->chosen & ~run->ended))
        start_facts(engine, run);
    for (int id = 0; id < TASK_COUNT; id++) {
        struct task_row *row = &run->rows[id];
        if (!(run->chosen & TASK_BIT(id)) || ((run->active | run->ended) & TASK_BIT(id)))
            continue;
        if (run->cancelled)
            end_unstarted(engine, run, (enum task_id)id, TASK_STATUS_CANCELLED, NULL);
        else if (row->status == TASK_STATUS_PENDING &&
                 plan_blocker((enum task_id)id, run->chosen, run->ended, run->good) != TASK_COUNT)
            end_unstarted(engine, run, (enum task_id)id, TASK_STATUS_BLOCKED,
                          task_info(plan_blocker((enum task_id)id, run->chosen, run->ended, run->good))->id);
        else if (row->status == TASK_STATUS_WAITING && row->waiting_until > now) {
            waiting |= TASK_BIT(id);
            next = row->waiting_until < next ? row->waiting_until : next;
        }
    }
    ready = plan_ready(run->chosen, run->active | run->ended | waiting, run->ended);
    for (int id = 0; id < TASK_COUNT; id++) {
        enum task_unit unit = task_info((enum task_id)id)->unit;
        task_set together = 0;
        if (!(ready & TASK_BIT(id)) || (unit != UNIT_LOCKOUT && run->facts_state != FACTS_READ))
            continue;
        for (int other = id; other < TASK_COUNT; other++) {
            if ((ready & TASK_BIT(other)) &&
                (other == id || (unit != UNIT_SINGLE && task_info((enum task_id)other)->unit == unit)))
                together |= TASK_BIT(other);
        }
        ready &= ~together;
        start_unit(engine, run, together);
    }
    if (run->jobs || run->stale)
        return next;
    if (run->ended == run->chosen)
        end_run(engine, run);
    else if (next != INT64_MAX && next > now + PARK_AFTER_MS)
        release(engine, run, next);
    return run->finished || run->stale ? 0 : next == INT64_MAX ? now + STORE_RETRY_MS : next;
}

static void absorb(struct engine *engine, struct job *job)
{
    struct run *run = job->run;
    run->jobs--;
    run->stale |= job->stale;
    if (!job->count) {
        run->facts = job->facts;
        run->facts_state = FACTS_READ;
    }
    for (size_t i = 0; i < job->count; i++) {
        enum task_id task = job->tasks[i];
        struct task_row *row = &job->rows[i];
        run->active &= ~TASK_BIT(task);
        run->rows[task] = *row;
        if (job->unwritten) { /* the store did not take it: the task runs again from its observation */
            run->rows[task].status = TASK_STATUS_WAITING;
            run->rows[task].waiting_until = now_ms(engine) + STORE_RETRY_MS;
            run->rows[task].attempts--; /* a full disk wears nobody out */
            continue;
        }
        if (task_status_ended(row->status))
            run->ended |= TASK_BIT(task);
        if (task_status_good(row->status))
            run->good |= TASK_BIT(task);
    }
    if (run->stale)
        cancel_trigger(run->cancel);
    else
        note_lockout(engine, run);
    free(job);
}

static void run_free(struct run *run)
{
    for (int id = 0; id < TASK_COUNT; id++)
        task_row_done(&run->rows[id]);
    offboarding_done(&run->o);
    json_decref(run->facts);
    cancel_free(run->cancel);
    arena_free(run->arena);
    free(run);
}

static const char *tenant_name(struct tx *tx, struct arena *arena, const char *tenant_id)
{
    AUTO_ROWS struct rows *rows =
        tx_query(tx, NULL, "SELECT display_name FROM tenants WHERE id = $1", P_TEXT(tenant_id));
    return rows && rows_next(rows) ? arena_text(arena, row_text(rows, 0)) : "";
}

/* Claims one of those that are due, in the transaction of all. */
static struct run *claim_one(struct engine *engine, struct tx *tx, const char *id, struct err *err)
{
    int64_t now = now_ms(engine);
    struct run *run = calloc(1, sizeof *run);
    if (!run)
        abort();
    run->arena = arena_new();
    if (!offboarding_take(tx, run->arena, id, engine->settings.node_name, now, engine->settings.lease_ms,
                          &run->o, err)) {
        arena_free(run->arena);
        free(run);
        return NULL;
    }
    run->chosen = offboarding_tasks(tx, run->arena, run->o.id, run->rows, err);
    run->cancel = cancel_new();
    run->cancelled = run->o.cancel_requested;
    run->lease_until = now + engine->settings.lease_ms;
    run->view = (struct run_view){
        .offboarding_id = run->o.id,
        .tenant_id = run->o.tenant_id,
        .tenant_name = tenant_name(tx, run->arena, run->o.tenant_id),
        .user_id = run->o.user_id,
        .user_principal_name = run->o.user_principal_name,
        .options = run->o.options,
        .m365 = engine->parts.m365,
        .store = engine->parts.store,
        .vault = engine->parts.vault,
        .clock = engine->parts.clock,
        .rng = engine->parts.rng,
    };
    for (int task = 0; task < TASK_COUNT; task++) {
        if (!(run->chosen & TASK_BIT(task)))
            continue;
        run->ended |= task_status_ended(run->rows[task].status) ? TASK_BIT(task) : 0;
        run->good |= task_status_good(run->rows[task].status) ? TASK_BIT(task) : 0;
    }
    return run;
}

/* They are ours only when the claims are durable. */
static void keep_claimed(struct engine *engine, struct run *claimed, bool durable)
{
    for (struct run *run; (run = claimed);) {
        claimed = run->next;
        if (!durable) {
            run_free(run);
            continue;
        }
        log_info("offboarding_claimed", LOG_TEXT("offboarding", run->o.id), LOG_INT("epoch", run->o.epoch));
        run->next = engine->runs;
        engine->runs = run;
        engine->run_count++;
    }
}

/* Claims up to room of them; false when nothing more is due or the store does not answer. */
static bool claim(struct engine *engine, size_t room)
{
    struct err err;
    struct offboarding_id ids[CLAIM_BATCH];
    struct run *claimed = NULL, **end = &claimed;
    size_t most = room < CLAIM_BATCH ? room : CLAIM_BATCH;
    AUTO_TX struct tx *tx = store_begin(engine->parts.store, &err);
    ptrdiff_t count = tx ? offboarding_due(tx, now_ms(engine), ids, most, &err) : -1;
    bool good = count > 0;
    for (ptrdiff_t i = 0; good && i < count; i++) {
        *end = claim_one(engine, tx, ids[i].text, &err);
        good = *end != NULL;
        if (good)
            end = &(*end)->next;
    }
    good = good && journal_commit(engine->parts.journal, &tx, &err);
    keep_claimed(engine, claimed, good);
    return good && (size_t)count == most;
}

/* Also where a cancellation is noticed whose hint was lost. */
static void renew(struct engine *engine, struct run *run)
{
    struct err err;
    bool cancelled = false;
    int64_t now = now_ms(engine);
    AUTO_TX struct tx *tx = store_begin(engine->parts.store, &err);
    if (tx &&
        offboarding_renew(tx, run->o.id, run->o.epoch, now, engine->settings.lease_ms, &cancelled, &err) &&
        tx_commit(&tx, &err)) {
        run->lease_until = now + engine->settings.lease_ms;
        run->cancelled |= cancelled;
        return;
    }
    if (err.kind == ERR_STALE || now_ms(engine) > run->lease_until) {
        run->stale = true; /* self-fencing: without a lease nothing more is sent */
        cancel_trigger(run->cancel);
    }
}

/* After a hint: asking for each run would cost a transaction each. */
static void note_cancellations(struct engine *engine)
{
    struct err err;
    struct offboarding_id ids[CLAIM_BATCH];
    AUTO_TX struct tx *tx = engine->runs ? store_begin_read(engine->parts.store, &err) : NULL;
    ptrdiff_t count =
        tx ? offboarding_cancelled(tx, engine->settings.node_name, now_ms(engine), ids, CLAIM_BATCH, &err)
           : 0;
    for (struct run *run = engine->runs; run; run = run->next)
        for (ptrdiff_t i = 0; i < count; i++)
            run->cancelled |= strcmp(run->o.id, ids[i].text) == 0;
}

static int64_t look_after_runs(struct engine *engine, bool woken, bool stopping)
{
    int64_t next = INT64_MAX, now = now_ms(engine);
    if (woken)
        note_cancellations(engine);
    for (struct run **at = &engine->runs; *at;) {
        struct run *run = *at;
        if (!run->stale && run->lease_until - now < engine->settings.lease_ms * 2 / 3)
            renew(engine, run);
        int64_t wanted = advance(engine, run, stopping);
        next = wanted < next ? wanted : next;
        if (!run->jobs && (run->finished || run->stale)) {
            *at = run->next;
            engine->run_count--;
            run_free(run);
        } else {
            at = &run->next;
        }
    }
    return next;
}

static int64_t next_due(struct engine *engine)
{
    struct err err;
    int64_t at = INT64_MAX;
    AUTO_TX struct tx *tx = store_begin_read(engine->parts.store, &err);
    if (!tx || !offboarding_next_due(tx, &at, &err))
        return now_ms(engine) + STORE_RETRY_MS;
    return at;
}

static void *scheduler_run(void *arg)
{
    struct engine *engine = arg;
    bool woken = true;
    for (;;) {
        struct job *done;
        bool stopping;
        {
            WITH_LOCK(&engine->lock);
            done = engine->done;
            engine->done = NULL;
            stopping = engine->stopping;
        }
        while (done) {
            struct job *job = done;
            done = job->next;
            absorb(engine, job);
        }
        const size_t most = (size_t)engine->settings.workers * RUNS_PER_WORKER;
        while (!stopping && engine->run_count < most && claim(engine, most - engine->run_count))
            ;
        bool room = !stopping && engine->run_count < most;
        int64_t next = look_after_runs(engine, woken, stopping);
        if (stopping && !engine->runs)
            return NULL;
        int64_t due = room ? next_due(engine) : INT64_MAX;
        next = due < next ? due : next;
        int64_t delay = next - now_ms(engine);
        delay = delay < 0 ? 0 : delay > IDLE_POLL_MS ? IDLE_POLL_MS : delay;
        WITH_LOCK(&engine->lock);
        if (!engine->done && !engine->woken && delay > 0)
            thread_wait_ms(&engine->wake, &engine->lock, delay);
        woken = engine->woken;
        engine->woken = false;
    }
}

static void *worker_run(void *arg)
{
    struct engine *engine = arg;
    for (;;) {
        struct job *job;
        {
            WITH_LOCK(&engine->lock);
            while (!engine->queue && !engine->quit)
                thread_wait_ms(&engine->work, &engine->lock, -1);
            job = engine->queue;
            if (!job)
                return NULL;
            engine->queue = job->next;
        }
        job_run(job);
        WITH_LOCK(&engine->lock);
        job->next = engine->done;
        engine->done = job;
        pthread_cond_signal(&engine->wake);
    }
}

/* What this node held when it died need not wait for its lease, unless another node carries its name. */
static bool take_up_again(struct engine *engine, struct err *err)
{
    if (!store_take_name(engine->parts.store, engine->settings.node_name)) {
        log_warn("node_name_in_use", LOG_TEXT("node", engine->settings.node_name),
                 LOG_TEXT("message",
                          "Another node seems to have this name: give each its own engine.node_name. What "
                          "this one held before waits for its lease to end."));
        return true;
    }
    AUTO_TX struct tx *tx = store_begin(engine->parts.store, err);
    return tx &&
           tx_exec(tx, err, "UPDATE offboardings SET lease_until = 0 WHERE owner = $1 AND unfinished = 1",
                   P_TEXT(engine->settings.node_name)) &&
           tx_commit(&tx, err);
}

struct engine *engine_start(const struct engine_settings *settings, const struct engine_parts *parts,
                            struct err *err)
{
    struct engine *engine = calloc(1, sizeof *engine);
    if (!engine)
        abort();
    engine->settings = *settings;
    engine->parts = *parts;
    if (!take_up_again(engine, err)) {
        free(engine);
        return NULL;
    }
    pthread_mutex_init(&engine->lock, NULL);
    thread_cond_init(&engine->wake);
    thread_cond_init(&engine->work);
    engine->workers = calloc((size_t)settings->workers, sizeof *engine->workers);
    if (!engine->workers)
        abort();
    for (int i = 0; i < settings->workers; i++)
        engine->workers[i] = thread_start("worker", worker_run, engine);
    engine->scheduler = thread_start("scheduler", scheduler_run, engine);
    return engine;
}

void engine_wake(struct engine *engine)
{
    WITH_LOCK(&engine->lock);
    engine->woken = true;
    pthread_cond_signal(&engine->wake);
}

void engine_stop(struct engine *engine)
{
    if (!engine)
        return;
    {
        WITH_LOCK(&engine->lock);
        engine->stopping = true;
        pthread_cond_signal(&engine->wake);
    }
    pthread_join(engine->scheduler, NULL);
    {
        WITH_LOCK(&engine->lock);
        engine->quit = true;
        pthread_cond_broadcast(&engine->work);
    }
    for (int i = 0; i < engine->settings.workers; i++)
        pthread_join(engine->workers[i], NULL);
    pthread_mutex_destroy(&engine->lock);
    pthread_cond_destroy(&engine->wake);
    pthread_cond_destroy(&engine->work);
    free(engine->workers);
    free(engine);
}
