/* claim — which of the offboardings that are due this node takes, fair between tenants. Belongs to the
 * scheduler's thread (private to engine/). */
#ifndef ENGINE_CLAIM_H
#define ENGINE_CLAIM_H

#include "engine/run.h"

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

#endif
