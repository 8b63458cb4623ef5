/* disable_sign_in — accountEnabled is false. */
#include "task/facts.h"
#include "task/task.h"

static enum observed observe(struct work *work, const json_t *facts)
{
    (void)work;
    return json_is_false(json_object_get(json_object_at(facts, "user"), "accountEnabled")) ? OBSERVED_DONE
                                                                                           : OBSERVED_NEEDED;
}

const struct task_type task_disable_sign_in = {.facts = FACT_USER, .observe = observe};
