/* operation — what the service answers 202 to: begun at once, finished later, asked for meanwhile.
 *
 * state["operations"]["<id>"]: "tenant", "kind", "created", "at" (when it ends), "done", and what its kind
 * needs. sim_settle finishes what is due, and only then the effect is there. */
#ifndef SIM_OPERATION_H
#define SIM_OPERATION_H

#include "sim.h"

/* kind, function that has the effect; it may put "failed" (a text that says why) into the operation */
#define OPERATIONS(X)                      \
    X(reset_password, operation_password)  \
    X(unassign_number, operation_unassign) \
    X(assign_number, operation_assign)     \
    X(cancel_meetings, operation_cancel_meetings)

#define X(kind, finish) void finish(struct sim *sim, json_t *tenant, json_t *operation);
OPERATIONS(X)
#undef X

/* Begins one; details (taken over) become members of it. Its id goes into ret. */
void operation_begin(struct sim *sim, const json_t *tenant, const char *kind, json_t *details, char ret[37]);
void operation_finish(struct sim *sim, json_t *operation);
/* The tenant's operation with this id; borrowed, NULL when there is none. */
const json_t *operation_find(const struct sim *sim, const json_t *tenant, const char *id);
/* "notStarted", "running", "succeeded" or "failed" */
const char *operation_status(const struct sim *sim, const json_t *operation);

#endif
