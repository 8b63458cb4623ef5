/* reset_password — a new random password, sealed before it is sent (lockout.c). Acts each time it is asked
 * for. */
#include "task/on_premises.h"

static enum observed observe(struct work *work, const json_t *facts)
{
    const json_t *user = json_object_at(facts, "user");
    if (work->run->federated)
        return work_skip(work, "federated_domain");
    if (!json_flag(user, "onPremisesSyncEnabled") || (work->run->m365 && m365_is_delegated(work->run->m365)))
        return OBSERVED_NEEDED;
    on_premises_warn(work, user, NULL);
    return work_skip(work, "needs_delegated_sign_in");
}

const struct task_type task_reset_password = {.facts = FACT(USER), .forward = {.observe = observe}};
