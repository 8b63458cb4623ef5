/* judge — what speaks against offboarding a user, from the facts, the tenant's policy and the other
 * offboardings: asked for the confirmation step, when a request comes in, and again when a planned one
 * starts. */
#ifndef TASK_JUDGE_H
#define TASK_JUDGE_H

#include "store/tenants.h"
#include "task/facts.h"

struct judging {
    const struct tenant *tenant;
    const json_t *options; /* checked */
    json_t *facts;         /* people in it are marked who are being offboarded themselves */
    const char *technician;
    const json_t *also_leaving; /* object ids of the other users of the same request; NULL: none */
    bool already_open;
    int64_t now;
};

/* The warnings as plan_warnings makes them, a new array; NULL with err set when the store cannot be read. */
MUST_USE json_t *judge_user(struct tx *tx, const struct judging *judging, struct err *err);
/* Is the user's password kept by another identity provider? */
bool judge_is_federated(const json_t *facts);

#endif
