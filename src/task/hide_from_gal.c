/* hide_from_gal — HiddenFromAddressListsEnabled is true. */
#include "task/calls.h"

#define PROPERTY "HiddenFromAddressListsEnabled"

static enum observed look(struct work *work, const json_t *facts, bool wanted)
{
    const json_t *mailbox = facts_mailbox(facts);
    static const char *const names[] = {PROPERTY, NULL};
    if (!mailbox)
        return work_no_mailbox(work);
    work_before(work, evidence_of(mailbox, names));
    work_after(work, evidence_of(mailbox, names));
    return json_flag(mailbox, PROPERTY) == wanted ? OBSERVED_DONE : OBSERVED_NEEDED;
}

static enum observed observe(struct work *work, const json_t *facts)
{
    return look(work, facts, true);
}

static void act(struct work *work, const json_t *facts, struct calls *calls)
{
    (void)facts;
    calls_mailbox(calls, work, PROPERTY, json_true());
}

static enum observed observe_undo(struct work *work, const json_t *facts)
{
    return look(work, facts, json_flag(work_forward_before(work), PROPERTY));
}

static void act_undo(struct work *work, const json_t *facts, struct calls *calls)
{
    (void)facts;
    calls_mailbox(calls, work, PROPERTY, json_boolean(json_flag(work_forward_before(work), PROPERTY)));
}

const struct task_type task_hide_from_gal = {.facts = FACT(MAILBOX),
                                             .proof = FACT(MAILBOX),
                                             .forward = {.observe = observe, .act = act},
                                             .undo = {.observe = observe_undo, .act = act_undo}};
