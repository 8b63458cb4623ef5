/* forward_email — the mailbox forwards to the chosen person, copies kept or not as asked. */
#include "task/forwarding.h"

static const char *address_of(const struct work *work, const json_t *facts)
{
    return json_text(facts_person(facts, json_text_or(work->params, "to", "")), "mail");
}

static enum observed observe(struct work *work, const json_t *facts)
{
    const char *address = address_of(work, facts);
    if (!facts_mailbox(facts))
        return work_no_mailbox(work);
    work_before(work, forwarding_evidence(facts));
    if (!address)
        return work_refuse(work, "recipient_not_found",
                           "The person to forward to does not exist any more or has no mail address. Choose "
                           "somebody else.");
    work_after(work, forwarding_evidence(facts));
    return forwarding_is(facts, address, json_flag(work->params, "keep_copy")) ? OBSERVED_DONE
                                                                               : OBSERVED_NEEDED;
}

static void act(struct work *work, const json_t *facts, struct calls *calls)
{
    forwarding_set(calls, work, address_of(work, facts), json_flag(work->params, "keep_copy"));
}

const struct task_type task_forward_email = {
    .facts = FACT(PEOPLE) | FACT(MAILBOX),
    .proof = FACT(MAILBOX),
    .forward = {.observe = observe, .act = act},
    .undo = {.observe = forwarding_observe_undo, .act = forwarding_act_undo}};
