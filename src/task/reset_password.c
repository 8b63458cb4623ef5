/* reset_password — a new random password, sealed before it is sent. Acts each time it is asked for. */
#include "task/facts.h"
#include "task/task.h"

static enum observed observe(struct work *work, const json_t *facts)
{
    if (!json_flag(json_object_at(facts, "user"), "onPremisesSyncEnabled"))
        return OBSERVED_NEEDED;
    work->row->reason = "needs_delegated_sign_in";
    return OBSERVED_SKIP;
}

const struct task_type task_reset_password = {.facts = FACT_USER, .observe = observe};
