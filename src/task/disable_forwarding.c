/* disable_forwarding — both forwarding properties are empty. */
#include "task/forwarding.h"

static enum observed observe(struct work *work, const json_t *facts)
{
    if (!facts_mailbox(facts))
        return work_no_mailbox(work);
    work_before(work, forwarding_evidence(facts));
    work_after(work, forwarding_evidence(facts));
    return forwarding_is(facts, NULL, false) ? OBSERVED_DONE : OBSERVED_NEEDED;
}

static void act(struct work *work, const json_t *facts, struct calls *calls)
{
    (void)facts;
    forwarding_set(calls, work, NULL, false);
}

const struct task_type task_disable_forwarding = {
    .facts = FACT(MAILBOX),
    .proof = FACT(MAILBOX),
    .forward = {.observe = observe, .act = act},
    .undo = {.observe = forwarding_observe_undo, .act = forwarding_act_undo}};
