#include "engine/engine.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "base/memory.h"
#include "base/thread.h"
#include "engine/claim.h"
#include "engine/crash.h"
#include "engine/job.h"
#include "engine/jump.h"
#include "engine/queue.h"
#include "engine/run.h"
#include "engine/turns.h"

#define RUNS_PER_WORKER 4
#define IDLE_POLL_MS 1000 /* another node may have added work; a wake-up is only a hint */
#define STORE_RETRY_MS 500
#define GRACE_MS 4000 /* for what is under way when told to stop */
#define OFFERS_MAX 64
#define PASS_MS 50 /* of looking after runs, before claiming and the jobs that are done have their turn */

/* Facts that whoever made the request has read already. */
struct offer {
    char id[UUID_SIZE];
    json_t *facts; /* NULL: free */
};

struct engine {
    struct engine_parts parts;
    struct engine_settings settings;
    struct run_host host;
    struct run **runs; /* scheduler only, as all of these */
    struct turn *turns;
    size_t run_count;
    char served[UUID_SIZE]; /* the tenant whose turn it was last */
    struct jump jump;
    int64_t cut_off_at;   /* while stopping, by the monotonic clock */
    int64_t sated_until;  /* what is due cannot be taken yet: by the monotonic clock */
    pthread_mutex_t lock; /* everything below */
    pthread_cond_t wake;  /* the scheduler */
    pthread_cond_t work;  /* the workers */
    struct queue *queue;
    struct job *done;
    bool woken;
    bool poked;
    bool stopping;                   /* no new jobs */
    bool quit;                       /* workers leave */
    struct offer offers[OFFERS_MAX]; /* the oldest gives way */
    size_t next_offer;
    pthread_t scheduler;
    pthread_t *workers;
};

static int64_t now_ms(const struct engine *engine)
{
    return clock_utc_ms(engine->parts.clock);
}

static int64_t mono_ms(const struct engine *engine)
{
    return clock_mono_ms(engine->parts.clock);
}

static size_t runs_max(const struct engine *engine)
{
    return (size_t)engine->settings.workers * RUNS_PER_WORKER;
}

static void enqueue(void *ctx, struct job *job)
{
    struct engine *engine = ctx;
    WITH_LOCK(&engine->lock);
    queue_add(engine->queue, job);
    pthread_cond_signal(&engine->work);
}

static void poke(void *ctx)
{
    struct engine *engine = ctx;
    WITH_LOCK(&engine->lock);
    engine->poked = true;
    pthread_cond_signal(&engine->wake);
}

static json_t *take_facts(void *ctx, const char *offboarding_id)
{
    struct engine *engine = ctx;
    WITH_LOCK(&engine->lock);
    for (size_t i = 0; i < OFFERS_MAX; i++) {
        json_t *facts = engine->offers[i].facts;
        if (!facts || strcmp(engine->offers[i].id, offboarding_id) != 0)
            continue;
        engine->offers[i].facts = NULL;
        return facts;
    }
    return NULL;
}

/* Both at one moment: the process may be stopped for an hour between two readings. */
static void look_at_clocks(struct engine *engine)
{
    int64_t before, passed;
    do {
        before = now_ms(engine);
        passed = clock_passed_ms(engine->parts.clock);
    } while (now_ms(engine) - before > 1000);
    jump_look(&engine->jump, before, passed);
}

static bool leapt_over(void *ctx, int64_t at)
{
    const struct engine *engine = ctx;
    return jump_went_over(&engine->jump, at);
}

void engine_offer_facts(struct engine *engine, const char *offboarding_id, json_t *facts)
{
    WITH_LOCK(&engine->lock);
    struct offer *offer = &engine->offers[engine->next_offer++ % OFFERS_MAX];
    json_decref(offer->facts);
    snprintf(offer->id, sizeof offer->id, "%s", offboarding_id);
    offer->facts = json_incref(facts);
}

static void absorb_done(struct engine *engine)
{
    struct job *done;
    {
        WITH_LOCK(&engine->lock);
        done = engine->done;
        engine->done = NULL;
    }
    while (done) {
        struct job *job = done;
        done = job->next;
        run_absorb(job);
    }
}

static bool next_due(struct engine *engine, int64_t *ret_at)
{
    struct err err;
    AUTO_TX struct tx *tx = store_begin_read(engine->parts.store, &err);
    return tx && offboarding_next_due(tx, now_ms(engine), mono_ms(engine), ret_at, &err);
}

/* Claims what is due, as far as there is room for it, and returns when to look again. What cannot be taken
 * (its tenant has enough, another node is faster) is not asked for again until something has changed. */
static int64_t claim_more(struct engine *engine)
{
    int64_t due;
    struct runs_room room = {.places = runs_max(engine), .served = engine->served};
    if (mono_ms(engine) < engine->sated_until)
        return INT64_MAX;
    if (!next_due(engine, &due))
        return now_ms(engine) + STORE_RETRY_MS;
    if (due > now_ms(engine))
        return due;
    size_t count = runs_claim(&engine->host, &room, engine->runs, engine->run_count);
    engine->run_count += count;
    if (count)
        return 0; /* there may be more, after those that are here had their turn */
    engine->sated_until = mono_ms(engine) + IDLE_POLL_MS;
    return INT64_MAX;
}

/* After a hint: asking for each run would cost a transaction each. */
static void note_cancellations(struct engine *engine)
{
    struct err err;
    struct offboarding_id ids[RUNS_CLAIM_MAX];
    AUTO_TX struct tx *tx = engine->run_count ? store_begin_read(engine->parts.store, &err) : NULL;
    ptrdiff_t count =
        tx ? offboarding_cancelled(tx, engine->settings.node_name, now_ms(engine), ids, RUNS_CLAIM_MAX, &err)
           : 0;
    for (size_t i = 0; i < engine->run_count; i++)
        for (ptrdiff_t k = 0; k < count; k++)
            run_note_cancelled(engine->runs[i], ids[k].text);
}

/* Returns when the next one wants to be looked at: at once when not all had their turn. Those then come
 * first, among tenants with equally many. */
static int64_t look_after_runs(struct engine *engine, bool woken, bool stopping)
{
    int64_t next = INT64_MAX, begun = mono_ms(engine);
    size_t count = engine->run_count, looked = 0;
    if (woken)
        note_cancellations(engine);
    for (size_t i = 0; i < count; i++)
        engine->turns[i] = (struct turn){.run = engine->runs[i], .tenant_id = run_tenant_id(engine->runs[i])};
    turns_sort(engine->turns, count);
    for (; looked < count && (!looked || mono_ms(engine) - begun <= PASS_MS); looked++) {
        struct run *run = engine->turns[looked].run;
        int64_t wanted = run_look_after(run, stopping);
        next = wanted < next ? wanted : next;
        if (!run_is_over(run))
            continue;
        run_free(run);
        engine->turns[looked].run = NULL;
        engine->sated_until = 0;
    }
    engine->run_count = 0;
    for (size_t i = 0; i < count; i++) {
        struct run *run = engine->turns[(looked + i) % count].run;
        if (run)
            engine->runs[engine->run_count++] = run;
    }
    return looked < count ? 0 : next;
}

/* Nothing new begins, and what is under way gets a moment to end. Then it is cut off: another node, or the
 * next start, goes on at its observation. */
static void hand_over(struct engine *engine)
{
    int64_t now = mono_ms(engine);
    {
        WITH_LOCK(&engine->lock);
        for (struct job *job; (job = queue_drain(engine->queue));) {
            job->unwritten = true;
            job->next = engine->done;
            engine->done = job;
        }
    }
    if (!engine->cut_off_at)
        engine->cut_off_at = now + GRACE_MS;
    for (size_t i = 0; now >= engine->cut_off_at && i < engine->run_count; i++)
        run_cut_off(engine->runs[i]);
}

static void *scheduler_run(void *arg)
{
    struct engine *engine = arg;
    bool woken = true;
    for (;;) {
        bool stopping;
        {
            WITH_LOCK(&engine->lock);
            stopping = engine->stopping;
        }
        absorb_done(engine);
        engine->sated_until = woken ? 0 : engine->sated_until;
        if (stopping)
            hand_over(engine);
        int64_t due = stopping ? INT64_MAX : claim_more(engine);
        size_t before = engine->run_count;
        /* After claiming: what fell due by a jump is not started before the jump is seen. */
        look_at_clocks(engine);
        int64_t next = look_after_runs(engine, woken, stopping);
        if (stopping && !engine->run_count)
            return NULL;
        next = engine->run_count < before ? 0 : due < next ? due : next; /* one has ended: there is room */
        int64_t delay = next - now_ms(engine);
        delay = delay < 0 ? 0 : delay > IDLE_POLL_MS ? IDLE_POLL_MS : delay;
        WITH_LOCK(&engine->lock);
        if (!engine->done && !engine->woken && !engine->poked && delay > 0)
            thread_wait_ms(&engine->wake, &engine->lock, delay);
        woken = engine->woken;
        engine->woken = engine->poked = false;
    }
}

static void *worker_run(void *arg)
{
    struct engine *engine = arg;
    for (;;) {
        struct job *job;
        {
            WITH_LOCK(&engine->lock);
            while (!(job = queue_take(engine->queue))) {
                if (engine->quit)
                    return NULL;
                thread_wait_ms(&engine->work, &engine->lock, -1);
            }
            if (queue_has_next(engine->queue))
                pthread_cond_signal(&engine->work);
        }
        job_run(job);
        WITH_LOCK(&engine->lock);
        queue_done(engine->queue, job);
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
    bool only_one = !store_is_shared(engine->parts.store);
    return tx && offboarding_take_up(tx, engine->settings.node_name, only_one, err) && tx_commit(&tx, err);
}

struct engine *engine_start(const struct engine_settings *settings, const struct engine_parts *parts,
                            struct err *err)
{
    struct engine *engine = must(calloc(1, sizeof *engine));
    engine->settings = *settings;
    engine->parts = *parts;
    engine->host =
        (struct run_host){&engine->parts, &engine->settings, enqueue, poke, take_facts, leapt_over, engine};
    look_at_clocks(engine);
    if (!crash_watch(parts->store, settings->data_dir, err) || !take_up_again(engine, err)) {
        crash_unwatch();
        free(engine);
        return NULL;
    }
    pthread_mutex_init(&engine->lock, NULL);
    thread_cond_init(&engine->wake);
    thread_cond_init(&engine->work);
    engine->workers = must(calloc((size_t)settings->workers, sizeof *engine->workers));
    engine->queue = queue_new((size_t)settings->workers);
    engine->runs = must(calloc(runs_max(engine), sizeof *engine->runs));
    engine->turns = must(calloc(runs_max(engine), sizeof *engine->turns));
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
}

void engine_free(struct engine *engine)
{
    if (!engine)
        return;
    pthread_mutex_destroy(&engine->lock);
    pthread_cond_destroy(&engine->wake);
    pthread_cond_destroy(&engine->work);
    for (size_t i = 0; i < OFFERS_MAX; i++)
        json_decref(engine->offers[i].facts);
    crash_unwatch();
    queue_free(engine->queue);
    free(engine->runs);
    free(engine->turns);
    free(engine->workers);
    free(engine);
}
