/* disable_forwarding — both forwarding properties are empty. */
#include "task/facts.h"
#include "task/forwarding.h"

static enum observed observe(struct work *work, const json_t *facts)
{
    if (!work_has_mailbox(work, facts))
        return OBSERVED_SKIP;
    if (!work->row->before)
        work->row->before = forwarding_evidence(facts);
    if (!forwarding_is(facts, NULL, false))
        return OBSERVED_NEEDED;
    json_decref(work->row->after);
    work->row->after = forwarding_evidence(facts);
    return OBSERVED_DONE;
}

static void contribute(struct work *work, const json_t *facts, json_t *params)
{
    (void)work;
    (void)facts;
    forwarding_contribute(params, NULL, false);
}

const struct task_type task_disable_forwarding = {
    .facts = FACT_MAILBOX, .observe = observe, .contribute = contribute};
