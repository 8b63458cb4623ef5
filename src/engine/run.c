#include "engine/run.h"

#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "base/memory.h"
#include "engine/crash.h"
#include "journal/disconnected.h"
#include "plan/options.h"
#include "plan/plan.h"
#include "task/elsewhere.h"

#define CRASHES_MAX 3
#define SHOWN_AFTER_MS 5000       /* waiting longer shows */
#define PARK_AFTER_MS (60 * 1000) /* waiting longer gives the claim back */
#define STORE_RETRY_MS 500
#define LOOK_AGAIN_MS (30 * 1000) /* when what has to be known at the start cannot be read */
#define OFFERED_FRESH_MS (30 * 1000)
#define JOIN_MS 2000 /* tasks of a unit that wait for read-back about as long are looked at together */

enum facts_state { FACTS_MISSING, FACTS_READING, FACTS_READ };

struct run {
    const struct run_host *host;
    struct arena *arena;
    struct offboarding o;
    struct run_view view;
    struct task_row rows[TASK_COUNT];    /* of the direction it goes */
    struct task_row forward[TASK_COUNT]; /* what is undone; empty when going forward */
    task_set chosen, forward_set, active, ended, good;
    enum facts_state facts_state;
    bool tries;    /* whether its tenant can be signed in to again */
    bool waits;    /* shows as waiting, with the claim held */
    bool unjudged; /* it was planned: nothing starts before it was looked at again */
    json_t *facts; /* jobs hold their own reference; replaced as a whole, never changed */
    json_t *elsewhere;
    struct cancel *cancel;
    json_t *reads;       /* not recorded yet: the next job or the end of the run does */
    struct job *lockout; /* while it is under way */
    size_t jobs;
    int64_t lease_until; /* by the monotonic clock */
    bool cancelled;
    bool stale;
    bool finished; /* recorded: to be forgotten */
};

static int64_t now_ms(const struct run *run)
{
    return clock_utc_ms(run->host->parts->clock);
}

static int64_t mono_ms(const struct run *run)
{
    return clock_mono_ms(run->host->parts->clock);
}

static enum direction direction_of(const struct run *run)
{
    return run->o.direction;
}

/* Undoing, nothing is urgent: what locks the account goes with the others. */
static enum task_unit unit_of(const struct run *run, enum task_id task)
{
    enum task_unit unit = task_info(task)->unit;
    return unit == UNIT_LOCKOUT && direction_of(run) == DIRECTION_UNDO ? UNIT_CLOUD : unit;
}

/* --- jobs ------------------------------------------------------------------------------------------------
 */

static struct job *job_for(struct run *run, bool urgent)
{
    struct job *job = must(calloc(1, sizeof *job));
    job->run = run;
    job->parts = run->host->parts;
    job->lease_ms = run->host->settings->lease_ms;
    job->view = &run->view;
    job->epoch = run->o.epoch;
    job->cancel = run->cancel;
    job->urgent = urgent;
    job->poke = run->host->poke;
    job->poke_ctx = run->host->ctx;
    job->known = json_incref(run->facts);
    pthread_mutex_init(&job->lock, NULL);
    job->reads = run->reads;
    run->reads = NULL;
    run->jobs++;
    return job;
}

static fact_set facts_needed(const struct run *run)
{
    fact_set wanted = run->unjudged ? facts_of_plan(run->o.options) : 0;
    for (int id = 0; id < TASK_COUNT; id++) {
        bool needs =
            (run->chosen & ~run->ended & TASK_BIT(id)) && unit_of(run, (enum task_id)id) != UNIT_LOCKOUT;
        wanted |= needs ? task_type((enum task_id)id)->facts : 0;
    }
    wanted &= ~FACTS_READ_LATE;
    return wanted & ~facts_fresh(run->facts, wanted, clock_mono_ms(clock_system()) - OFFERED_FRESH_MS);
}

static void start_facts(struct run *run)
{
    fact_set wanted = facts_needed(run);
    bool needed = wanted || run->unjudged;
    run->facts_state = needed ? FACTS_READING : FACTS_READ;
    if (!needed)
        return;
    struct job *job = job_for(run, run->unjudged);
    job->wanted = wanted;
    job->look_at = run->unjudged ? &run->o : NULL;
    job->leapt = run->host->leapt_over(run->host->ctx, run->o.scheduled_at);
    run->host->enqueue(run->host->ctx, job);
}

/* The row moves into the job and comes back with it. */
static void start_unit(struct run *run, task_set tasks, bool urgent)
{
    struct job *job = job_for(run, urgent);
    job->wakes = run->waits;
    for (int id = 0; id < TASK_COUNT; id++) {
        if (!(tasks & TASK_BIT(id)))
            continue;
        job->tasks[job->count] = (enum task_id)id;
        job->rows[job->count++] = run->rows[id];
        run->rows[id] = (struct task_row){.task = (enum task_id)id, .direction = direction_of(run)};
    }
    run->active |= tasks;
    run->lockout = urgent ? job : run->lockout;
    run->host->enqueue(run->host->ctx, job);
}

/* --- recording -------------------------------------------------------------------------------------------
 */

static bool record(struct run *run, const struct task_row *row)
{
    struct err err;
    AUTO_TX struct tx *tx = store_begin(run->host->parts->store, &err);
    if (tx && task_move(tx, run->o.id, run->o.epoch, row, now_ms(run), &err) &&
        journal_commit(run->host->parts->journal, &tx, &err))
        return true;
    run->stale |= err.kind == ERR_STALE;
    log_error("task_not_recorded", LOG_TEXT("offboarding", run->o.id), LOG_ERR(&err));
    return false;
}

static void end_unstarted(struct run *run, enum task_id task, enum task_status status, const char *reason)
{
    struct task_row *row = &run->rows[task];
    struct task_row ended = *row;
    ended.status = status;
    ended.reason = reason;
    ended.waiting_until = 0;
    ended.ended_at = now_ms(run);
    if (!record(run, &ended))
        return;
    *row = ended;
    run->ended |= TASK_BIT(task);
}

static enum run_status end_status(const struct run *run)
{
    bool failed = false, warned = false;
    for (int id = 0; id < TASK_COUNT; id++) {
        if (!(run->chosen & TASK_BIT(id)))
            continue;
        failed |= run->rows[id].status == TASK_STATUS_FAILED || run->rows[id].status == TASK_STATUS_BLOCKED;
        warned |= json_array_size(run->rows[id].warnings) > 0;
    }
    if (direction_of(run) == DIRECTION_UNDO)
        return offboarding_undo_end(&run->o, run->forward, run->forward_set, run->chosen & run->good, failed);
    return run->cancelled ? RUN_CANCELLED
           : failed       ? RUN_FAILED
           : warned       ? RUN_SUCCEEDED_WITH_WARNINGS
                          : RUN_SUCCEEDED;
}

/* What was read and is not recorded yet goes into a transaction that there is anyway. */
static void keep_reads(struct run *run, json_t *reads)
{
    if (run->reads)
        json_array_extend(run->reads, reads);
    else
        run->reads = json_incref(reads);
    json_decref(reads);
}

static bool record_reads(struct run *run, struct tx *tx, int64_t now, struct err *err)
{
    json_t *reads = run->reads;
    run->reads = NULL;
    return job_record_reads(tx, run->o.id, run->o.epoch, NULL, reads, now, err);
}

static void end_run(struct run *run)
{
    struct err err;
    int64_t now = now_ms(run);
    enum run_status status = end_status(run);
    AUTO_TX struct tx *tx = store_begin(run->host->parts->store, &err);
    if (tx && record_reads(run, tx, now, &err) &&
        offboarding_move(tx, run->o.id, run->o.epoch, status, now, now, &err) &&
        journal_commit(run->host->parts->journal, &tx, &err)) {
        run->finished = true;
        log_info("offboarding_ended", LOG_TEXT("offboarding", run->o.id),
                 LOG_TEXT("status", run_status_name(status)), LOG_INT("ms", now - run->o.started_at));
        return;
    }
    run->stale |= err.kind == ERR_STALE;
    log_error("end_not_recorded", LOG_TEXT("offboarding", run->o.id), LOG_ERR(&err));
}

/* Gives the claim back: until due_at when it waits, at once when this node stops. */
static void release(struct run *run, int64_t due_at)
{
    struct err err;
    int64_t now = now_ms(run);
    bool waits = due_at > now && direction_of(run) == DIRECTION_DO;
    AUTO_TX struct tx *tx = store_begin(run->host->parts->store, &err);
    bool good = tx && record_reads(run, tx, now, &err);
    if (good && waits)
        good = offboarding_move(tx, run->o.id, run->o.epoch, RUN_WAITING, now, due_at, &err);
    else if (good)
        good = tx_exec(tx, &err,
                       "UPDATE offboardings SET lease_until = 0, due_at = $3 WHERE id = $1 AND epoch = $2",
                       P_TEXT(run->o.id), P_INT(run->o.epoch), P_INT(due_at > now ? due_at : now));
    run->finished = good && journal_commit(run->host->parts->journal, &tx, &err);
    run->stale |= !run->finished; /* the lease runs out by itself */
}

/* All that is left waits for a time that is not near: people see that, and this node keeps the claim. */
static void show_waiting(struct run *run, int64_t until)
{
    struct err err;
    bool cancelled = false;
    int64_t now = now_ms(run);
    AUTO_TX struct tx *tx = store_begin(run->host->parts->store, &err);
    if (tx && record_reads(run, tx, now, &err) &&
        offboarding_move(tx, run->o.id, run->o.epoch, RUN_WAITING, now, until, &err) &&
        offboarding_renew(tx, run->o.id, run->o.epoch, mono_ms(run), run->host->settings->lease_ms,
                          &cancelled, &err) &&
        journal_commit(run->host->parts->journal, &tx, &err)) {
        run->waits = true;
        run->cancelled |= cancelled;
        return;
    }
    run->stale |= err.kind == ERR_STALE;
    log_error("waiting_not_recorded", LOG_TEXT("offboarding", run->o.id), LOG_ERR(&err));
}

static void note_lockout(struct run *run)
{
    struct err err;
    const task_set lockout = run->chosen & (TASK_BIT(TASK_disable_sign_in) | TASK_BIT(TASK_reset_password) |
                                            TASK_BIT(TASK_revoke_sessions));
    if (run->o.locked_out_at || direction_of(run) == DIRECTION_UNDO ||
        !(lockout & TASK_BIT(TASK_disable_sign_in)) || (lockout & ~run->good))
        return;
    int64_t now = now_ms(run);
    AUTO_TX struct tx *tx = store_begin(run->host->parts->store, &err);
    if (tx && offboarding_locked_out(tx, run->o.id, run->o.epoch, now, &err) &&
        journal_commit(run->host->parts->journal, &tx, &err))
        run->o.locked_out_at = now;
}

/* Whether the tenant can be signed in to, as the job found out. */
static void note_connection(struct run *run, const struct job *job)
{
    struct err err;
    struct m365_connection state;
    bool ok = m365_connection(run->host->parts->m365, run->o.tenant_id, &state);
    bool reached = job->read != NULL;
    for (size_t i = 0; i < job->count; i++)
        reached |= task_status_good(job->rows[i].status);
    if (ok && !(run->tries && reached))
        return;
    AUTO_TX struct tx *tx = store_begin(run->host->parts->store, &err);
    bool good =
        tx && (ok ? disconnected_mended(tx, run->o.tenant_id, now_ms(run), &err)
                  : disconnected_note(tx, run->o.tenant_id, state.code, state.message, now_ms(run), &err));
    if (good && journal_commit(run->host->parts->journal, &tx, &err))
        run->tries = !ok;
    else
        log_error("connection_not_recorded", LOG_TEXT("tenant", run->o.tenant_id), LOG_ERR(&err));
}

/* What the look before the start of a planned one found is recorded. */
static void take_start(struct run *run, const struct start *start)
{
    struct err err;
    int64_t now = now_ms(run);
    if (start->verdict == START_LATER) {
        log_warn("start_postponed", LOG_TEXT("offboarding", run->o.id), LOG_TEXT("why", start->words));
        run->facts_state = FACTS_MISSING;
        release(run, now + LOOK_AGAIN_MS);
        return;
    }
    const struct offboarding_start found = {.warnings = start->warnings,
                                            .added = start->added,
                                            .context = start->context,
                                            .user_principal_name = start->name,
                                            .display_name = start->display,
                                            .mono = mono_ms(run),
                                            .lease_ms = run->host->settings->lease_ms};
    AUTO_TX struct tx *tx = store_begin(run->host->parts->store, &err);
    bool hold = start->verdict == START_HOLD, good = tx && record_reads(run, tx, now, &err);
    if (good && hold)
        good = offboarding_hold(tx, run->o.id, run->o.epoch, start->warnings, start->words, now, &err);
    else if (good)
        good = offboarding_started(tx, run->o.id, run->o.epoch, &found, now, &err);
    good = good && journal_commit(run->host->parts->journal, &tx, &err);
    run->finished = good && hold;
    run->stale |= !good && err.kind == ERR_STALE;
    if (!good) {
        log_error("start_not_recorded", LOG_TEXT("offboarding", run->o.id), LOG_ERR(&err));
        run->facts_state = FACTS_MISSING; /* looked at again */
        return;
    }
    if (hold)
        return;
    run->unjudged = false;
    run->view.federated = json_flag(start->context, "federated");
    run->view.user_principal_name = arena_text(run->arena, start->name);
}

/* --- advancing -------------------------------------------------------------------------------------------
 */

/* Ends what cannot start any more, and tells which tasks wait for a time (of these, which for one that is
 * near). */
static void sort_out(struct run *run, int64_t now, task_set *ret_waiting, task_set *ret_soon, int64_t *next)
{
    for (int id = 0; id < TASK_COUNT; id++) {
        const struct task_row *row = &run->rows[id];
        enum task_id task = (enum task_id)id;
        if (!(run->chosen & TASK_BIT(id)) || ((run->active | run->ended) & TASK_BIT(id)))
            continue;
        enum task_id blocker = plan_blocker(direction_of(run), task, run->chosen, run->ended, run->good);
        if (run->cancelled) {
            end_unstarted(run, task, TASK_STATUS_CANCELLED, NULL);
        } else if (row->status == TASK_STATUS_PENDING && blocker != TASK_COUNT) {
            end_unstarted(run, task, TASK_STATUS_BLOCKED, task_info(blocker)->id);
        } else if (row->status == TASK_STATUS_WAITING && row->waiting_until > now) {
            *ret_waiting |= TASK_BIT(id);
            *ret_soon |= row->waiting_until <= now + JOIN_MS ? TASK_BIT(id) : 0;
            *next = row->waiting_until < *next ? row->waiting_until : *next;
        }
    }
}

/* The lockout always goes first: the others wait until its request is on the way. */
static bool lockout_first(const struct run *run)
{
    return run->lockout && !atomic_load(&run->lockout->sent);
}

static void start_ready(struct run *run, task_set waiting, task_set soon)
{
    task_set started = run->active | run->ended;
    task_set ready = plan_ready(direction_of(run), run->chosen, started | waiting, run->ended);
    for (int id = 0; id < TASK_COUNT; id++) {
        enum task_unit unit = unit_of(run, (enum task_id)id);
        task_set together = 0;
        bool may = !run->unjudged &&
                   (unit == UNIT_LOCKOUT || (run->facts_state == FACTS_READ && !lockout_first(run)));
        if (!(ready & TASK_BIT(id)) || !may)
            continue;
        for (int other = 0; other < TASK_COUNT; other++) {
            bool shares = other == id || (unit != UNIT_SITE && unit_of(run, (enum task_id)other) == unit);
            if (((ready | soon) & TASK_BIT(other)) && shares)
                together |= TASK_BIT(other);
        }
        ready &= ~together;
        soon &= ~together;
        start_unit(run, together, unit == UNIT_LOCKOUT);
    }
}

/* The process died of it, more than once: nobody else is to suffer from that. */
static int64_t set_aside(struct run *run)
{
    static const char words[] =
        "The server stopped unexpectedly three times while it worked on this offboarding. It is set aside so "
        "that the others go on. Approve it to try once more, and report the crash together with the log.";
    struct err err;
    int64_t now = now_ms(run);
    AUTO_JSON json_t *warnings = json_array();
    size_t i;
    json_t *warning;
    json_array_foreach (run->o.warnings, i, warning) {
        if (strcmp(json_text_or(warning, "code", ""), "crashed") != 0)
            json_add(warnings, json_incref(warning));
    }
    json_add(warnings, json_make("{s:s, s:s, s:s, s:n}", "code", "crashed", "severity", "blocker", "message",
                                 words, "task"));
    AUTO_TX struct tx *tx = store_begin(run->host->parts->store, &err);
    run->finished = tx && offboarding_hold(tx, run->o.id, run->o.epoch, warnings, words, now, &err) &&
                    journal_commit(run->host->parts->journal, &tx, &err);
    if (run->finished)
        return 0;
    run->stale |= err.kind == ERR_STALE;
    log_error("hold_not_recorded", LOG_TEXT("offboarding", run->o.id), LOG_ERR(&err));
    return now + STORE_RETRY_MS;
}

static int64_t advance(struct run *run, bool stopping)
{
    int64_t now = now_ms(run), next = INT64_MAX;
    task_set waiting = 0, soon = 0;
    if (run->finished)
        return 0;
    if (run->o.crashes >= CRASHES_MAX && !run->stale && !run->cancelled && !stopping)
        return set_aside(run);
    if (run->stale || stopping) {
        if (!run->jobs && !run->stale)
            release(run, 0);
        return next;
    }
    sort_out(run, now, &waiting, &soon, &next);
    if (!run->cancelled)
        start_ready(run, waiting, soon); /* the lockout needs no facts: it goes first */
    if (run->facts_state == FACTS_MISSING && (run->chosen & ~run->ended) && !run->cancelled) {
        start_facts(run);
        start_ready(run, waiting, soon);
    }
    if (run->jobs || run->stale || run->finished)
        return next;
    if (run->ended == run->chosen)
        end_run(run);
    else if (next != INT64_MAX && next > now + PARK_AFTER_MS)
        release(run, next);
    else if (next != INT64_MAX && next > now + SHOWN_AFTER_MS && !run->waits &&
             direction_of(run) == DIRECTION_DO)
        show_waiting(run, next);
    return run->finished || run->stale ? 0 : next == INT64_MAX ? now + STORE_RETRY_MS : next;
}

static void take_row(struct run *run, const struct job *job, size_t i)
{
    enum task_id task = job->tasks[i];
    const struct task_row *row = &job->rows[i];
    run->active &= ~TASK_BIT(task);
    run->rows[task] = *row;
    if (job->unwritten) { /* the store did not take it: the task runs again from its observation */
        run->rows[task].status = TASK_STATUS_WAITING;
        run->rows[task].waiting_until = now_ms(run) + STORE_RETRY_MS;
        run->rows[task].attempts--; /* a full disk wears nobody out */
        return;
    }
    run->ended |= task_status_ended(row->status) ? TASK_BIT(task) : 0;
    run->good |= task_status_good(row->status) ? TASK_BIT(task) : 0;
}

void run_absorb(struct job *job)
{
    struct run *run = job->run;
    crash_working_on(run->o.id);
    run->jobs--;
    keep_reads(run, job->reads);
    run->lockout = run->lockout == job ? NULL : run->lockout;
    run->stale |= job->stale;
    run->waits &= !job->woke;
    if (!job->count)
        run->facts_state = job->unwritten ? FACTS_MISSING : FACTS_READ;
    /* Before the start is postponed for it: who sees it wait can then see why, and mend it. */
    note_connection(run, job);
    if (job->look_at && !run->stale && !job->unwritten)
        take_start(run, &job->start);
    start_done(&job->start);
    if (job->read) {
        json_t *merged = facts_merge(run->facts, job->read);
        json_decref(run->facts);
        run->facts = merged;
    }
    for (size_t i = 0; i < job->count; i++)
        take_row(run, job, i);
    if (run->stale)
        cancel_trigger(run->cancel);
    else
        note_lockout(run);
    json_decref(job->read);
    json_decref(job->known);
    pthread_mutex_destroy(&job->lock);
    free(job);
    crash_working_on(NULL);
}

bool run_is_over(const struct run *run)
{
    return !run->jobs && (run->finished || run->stale);
}

/* --- the claim -------------------------------------------------------------------------------------------
 */

void run_free(struct run *run)
{
    if (run->stale)
        log_warn("offboarding_let_go", LOG_TEXT("offboarding", run->o.id), LOG_INT("epoch", run->o.epoch));
    for (int id = 0; id < TASK_COUNT; id++) {
        task_row_done(&run->rows[id]);
        task_row_done(&run->forward[id]);
    }
    offboarding_done(&run->o);
    json_decref(run->facts);
    json_decref(run->elsewhere);
    json_decref(run->reads);
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

static bool fill_view(struct run *run, struct tx *tx, struct err *err)
{
    const struct engine_parts *parts = run->host->parts;
    bool undo = direction_of(run) == DIRECTION_UNDO;
    const struct elsewhere about = {.tenant_id = run->o.tenant_id,
                                    .user_id = run->o.user_id,
                                    .user_principal_name = run->o.user_principal_name,
                                    .display_name = run->o.display_name,
                                    .rows = run->rows,
                                    .forward = undo ? run->forward : NULL,
                                    .indexed = run->host->settings->indexed};
    run->elsewhere = elsewhere_read(tx, &about, now_ms(run), err);
    run->view = (struct run_view){
        .offboarding_id = run->o.id,
        .tenant_id = run->o.tenant_id,
        .tenant_name = tenant_name(tx, run->arena, run->o.tenant_id),
        .user_id = run->o.user_id,
        .user_principal_name = run->o.user_principal_name,
        .display_name = run->o.display_name,
        .options = run->o.options,
        .people = json_object_get(run->o.context, "people"),
        .elsewhere = run->elsewhere,
        .indexed = run->host->settings->indexed,
        .federated = json_flag(run->o.context, "federated"),
        .forward = undo ? run->forward : NULL,
        .chosen = run->chosen,
        .m365 = parts->m365,
        .store = parts->store,
        .vault = parts->vault,
        .clock = parts->clock,
        .rng = parts->rng,
    };
    return run->elsewhere != NULL;
}

static bool load_rows(struct run *run, struct tx *tx, struct err *err)
{
    enum direction direction = direction_of(run);
    if (!offboarding_tasks(tx, run->arena, run->o.id, direction, run->rows, &run->chosen, err))
        return false;
    if (direction == DIRECTION_UNDO &&
        !offboarding_tasks(tx, run->arena, run->o.id, DIRECTION_DO, run->forward, &run->forward_set, err))
        return false;
    for (int id = 0; id < TASK_COUNT; id++) {
        if (!(run->chosen & TASK_BIT(id)))
            continue;
        run->ended |= task_status_ended(run->rows[id].status) ? TASK_BIT(id) : 0;
        run->good |= task_status_good(run->rows[id].status) ? TASK_BIT(id) : 0;
    }
    return true;
}

struct run *run_take(const struct run_host *host, struct tx *tx, const char *id, bool tries, struct err *err)
{
    int64_t lease_ms = host->settings->lease_ms, now = clock_utc_ms(host->parts->clock);
    int64_t mono = clock_mono_ms(host->parts->clock);
    struct run *run = must(calloc(1, sizeof *run));
    run->host = host;
    run->tries = tries;
    run->arena = arena_new();
    crash_working_on(id);
    if (!offboarding_take(tx, run->arena, id, host->settings->node_name, now, mono, lease_ms, &run->o, err) ||
        !load_rows(run, tx, err) || !fill_view(run, tx, err)) {
        crash_working_on(NULL);
        run_free(run);
        return NULL;
    }
    run->cancel = cancel_new();
    run->unjudged = start_is_due(&run->o, run->rows, run->chosen, now);
    run->cancelled = run->o.cancel_requested;
    run->lease_until = mono + lease_ms;
    crash_working_on(NULL);
    return run;
}

void run_begin(struct run *run)
{
    log_info("offboarding_claimed", LOG_TEXT("offboarding", run->o.id), LOG_INT("epoch", run->o.epoch));
    run->facts = run->unjudged ? NULL : run->host->take_facts(run->host->ctx, run->o.id);
}

const char *run_tenant_id(const struct run *run)
{
    return run->o.tenant_id;
}

void run_cut_off(struct run *run)
{
    cancel_trigger(run->cancel);
}

static void renew(struct run *run)
{
    struct err err;
    bool cancelled = false;
    const struct run_host *host = run->host;
    int64_t now = mono_ms(run), lease_ms = host->settings->lease_ms;
    if (run->stale || run->finished || run->lease_until - now >= lease_ms * 2 / 3)
        return;
    AUTO_TX struct tx *tx = store_begin(host->parts->store, &err);
    if (tx && offboarding_renew(tx, run->o.id, run->o.epoch, now, lease_ms, &cancelled, &err) &&
        tx_commit(&tx, &err)) {
        run->lease_until = now + lease_ms;
        run->cancelled |= cancelled;
        return;
    }
    if (err.kind == ERR_STALE || mono_ms(run) > run->lease_until) {
        run->stale = true; /* self-fencing: without a lease nothing more is sent */
        cancel_trigger(run->cancel);
    }
}

int64_t run_look_after(struct run *run, bool stopping)
{
    crash_working_on(run->o.id);
    renew(run);
    int64_t wanted = advance(run, stopping);
    crash_working_on(NULL);
    return wanted;
}

void run_note_cancelled(struct run *run, const char *offboarding_id)
{
    run->cancelled |= strcmp(run->o.id, offboarding_id) == 0;
}
