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

#define RUNS_CLAIM_MAX 32 /* in one transaction */

/* The room that tenants share (queue.h, fair_room). */
struct runs_room {
    size_t places;
    char *served; /* [UUID_SIZE]: the tenant whose turn it was last; kept up to date */
};
/* Claims some of what is due (at most RUNS_CLAIM_MAX) in one transaction, by tenant in turn, those first that
 * have the fewest among the `count` runs; the new ones are put behind these. Returns how many; 0 when there
 * is no room for what is due, or the store does not answer. */
size_t runs_claim(const struct run_host *host, const struct runs_room *room, struct run **runs, size_t count);
/* No job of it may be under way. */
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
