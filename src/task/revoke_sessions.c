/* revoke_sessions — signInSessionsValidFromDateTime moves past the start (lockout.c). Acts each time it is
 * asked for. */
#include "task/task.h"

static enum observed observe(struct work *work, const json_t *facts)
{
    (void)work;
    (void)facts;
    return OBSERVED_NEEDED;
}

const struct task_type task_revoke_sessions = {.facts = FACT(USER), .forward = {.observe = observe}};
