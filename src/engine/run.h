/* run — one claimed offboarding while this node works on it: which tasks may start, what came of them, and
 * what is recorded of it. Belongs to the scheduler's thread (private to engine/). */
#ifndef ENGINE_RUN_H
#define ENGINE_RUN_H

#include "engine/engine.h"
#include "engine/job.h"

struct run;

/* What a run needs of the engine. Borrowed. */
struct run_host {
    const struct engine_parts *parts;
    const struct engine_settings *settings;
    void (*enqueue)(void *ctx, struct job *job); /* takes the job over; it comes back through run_absorb */
    void (*poke)(void *ctx);                     /* the scheduler is to look at its runs; from any thread */
    json_t *(*take_facts)(void *ctx,
                          const char *offboarding_id); /* offered ones, now the caller's; NULL: none */
    bool (*leapt_over)(void *ctx, int64_t at); /* has this moment come by a jump of the clock alone? */
    void *ctx;
};

/* Takes the offboarding with this id in the transaction, and reads all that working on it needs; tries:
 * whether its tenant can be signed in to again. NULL with err set. Once the transaction is durable:
 * run_begin; else run_free. */
MUST_USE struct run *run_take(const struct run_host *host, struct tx *tx, const char *id, bool tries,
                              struct err *err);
void run_begin(struct run *run);
/* Borrowed. */
const char *run_tenant_id(const struct run *run);
/* No job of it may be under way. Logs when it was let go before its end: it is claimed anew, here or
 * elsewhere. */
void run_free(struct run *run);
/* Lets go of what is under way: its results do not count. */
void run_cut_off(struct run *run);
/* The offboarding with this id, which may be this one, is to be cancelled. */
void run_note_cancelled(struct run *run, const char *offboarding_id);
/* Makes the claim last and notices a cancellation whose hint was lost, when it is time for it; starts what is
 * ready, ends what cannot start, and the run itself. Returns when it next wants to be looked at. */
int64_t run_look_after(struct run *run, bool stopping);
/* Takes an ended job back, which is freed. */
void run_absorb(struct job *job);
/* It is recorded, or lost to another node, and nothing of it is under way: free it. */
bool run_is_over(const struct run *run);

#endif
