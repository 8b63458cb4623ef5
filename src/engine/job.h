/* job — what a worker does in one go: read the facts of a run, or run the ready tasks of one unit (private to
 * engine/). */
#ifndef ENGINE_JOB_H
#define ENGINE_JOB_H

#include <pthread.h>
#include <stdatomic.h>

#include "connector/cancel.h"
#include "engine/engine.h"
#include "engine/start.h"
#include "task/task.h"

struct run;

struct job {
    struct job *next;
    struct run *run; /* for the scheduler; a worker does not look inside */
    const struct engine_parts *parts;
    int64_t lease_ms;
    const struct run_view *view;
    int64_t epoch;
    struct cancel *cancel;
    bool urgent;
    bool wakes;              /* the run shows as waiting until a task of it starts */
    bool woke;               /* and that is recorded */
    _Atomic bool sent;       /* its first change is on the way */
    void (*poke)(void *ctx); /* called then, so that the scheduler looks again */
    void *poke_ctx;
    json_t *known;   /* facts read before; the job's own reference, may be NULL */
    fact_set wanted; /* of a job without tasks */
    const struct offboarding
        *look_at; /* of a job that judges whether it may start; NULL: none of that kind */
    bool leapt;   /* its time has come by a jump of the clock alone */
    size_t count; /* of tasks; 0: read the wanted facts */
    enum task_id tasks[TASK_COUNT];
    struct task_row rows[TASK_COUNT]; /* the job's own copies */
    pthread_mutex_t lock;             /* of reads: facts are read by several threads */
    json_t *reads; /* calls that changed nothing and are not recorded yet; NULL: none. They wait for the next
                      transaction, so that they cost none of their own. */
    /* The result: */
    json_t *read;       /* facts that were read; NULL when none were */
    struct start start; /* what the judging said */
    bool stale;         /* the claim is lost */
    bool unwritten;     /* the store did not take the result: the rows do not count */
};

void job_run(struct job *job);
/* Records the reads in the transaction; those of several tasks belong to none. Takes them over. */
MUST_USE bool job_record_reads(struct tx *tx, const char *offboarding_id, int64_t epoch, const char *task,
                               json_t *reads, int64_t now, struct err *err);

#endif
