/* engine — claims what is due, runs its tasks in parallel, records every step.
 *
 * One scheduler thread owns all runs; workers run jobs (the ready tasks of one unit) and write their results
 * to the journal. An offboarding is held by a lease with an epoch: a node that lost it sends nothing more and
 * its writes change nothing. A task that has to wait holds no thread. After a crash the next start goes on at
 * the tasks that have not ended, each from its look at the upstream's state. Thread-safe. */
#ifndef ENGINE_ENGINE_H
#define ENGINE_ENGINE_H

#include "base/clock.h"
#include "base/rng.h"
#include "connector/m365.h"
#include "journal/journal.h"
#include "vault/vault.h"

struct engine;

struct engine_settings {
    int workers;
    const char *node_name; /* borrowed for the engine's life */
    int64_t lease_ms;
    const char *data_dir; /* where crashes are remembered; borrowed for the start */
    bool indexed;         /* somebody keeps the permission index */
};

/* All borrowed; they must outlive the engine. */
struct engine_parts {
    struct store *store;
    struct journal *journal;
    struct vault *vault;
    struct m365 *m365;
    const struct clock *clock;
    const struct rng *rng;
};

/* Starts the threads; what this node held when it stopped last is taken up again at once. */
MUST_USE struct engine *engine_start(const struct engine_settings *settings, const struct engine_parts *parts,
                                     struct err *err);
/* Something may have fallen due, or been cancelled. Never blocks. */
void engine_wake(struct engine *engine);
/* What is true about the user of an offboarding, read just now (facts.h): the run need not read it again.
 * Kept for a short time, and for a limited number of runs. Keeps a reference. */
void engine_offer_facts(struct engine *engine, const char *offboarding_id, json_t *facts);
/* Begins nothing new, waits a few seconds for what is under way and cuts the rest off, gives the leases back
 * and stops the threads: another node, or the next start, goes on at once. Whoever still wakes it or offers
 * facts may do so until engine_free. NULL is fine for both. */
void engine_stop(struct engine *engine);
void engine_free(struct engine *engine);

#endif
