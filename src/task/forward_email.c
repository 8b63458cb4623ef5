/* forward_email — the mailbox forwards to the chosen person, copies kept or not as asked. */
#include "task/facts.h"
#include "task/forwarding.h"

static const char *address_of(const struct work *work, const json_t *facts)
{
    return json_text(facts_person(facts, json_text_or(work->params, "to", "")), "mail");
}

static enum observed observe(struct work *work, const json_t *facts)
{
    const char *address = address_of(work, facts);
    if (!work_has_mailbox(work, facts))
        return OBSERVED_SKIP;
    if (!work->row->before)
        work->row->before = forwarding_evidence(facts);
    if (!address) {
        json_decref(work->row->error);
        work->row->error =
            json_make("{s:s, s:s, s:n, s:b}", "code", "recipient_not_found", "message",
                      "The person to forward to does not exist any more or has no mail address.",
                      "request_id", "retryable", 0);
        return OBSERVED_UNKNOWN;
    }
    if (!forwarding_is(facts, address, json_flag(work->params, "keep_copy")))
        return OBSERVED_NEEDED;
    json_decref(work->row->after);
    work->row->after = forwarding_evidence(facts);
    return OBSERVED_DONE;
}

static void contribute(struct work *work, const json_t *facts, json_t *params)
{
    forwarding_contribute(params, address_of(work, facts), json_flag(work->params, "keep_copy"));
}

const struct task_type task_forward_email = {
    .facts = FACT_USER | FACT_PEOPLE | FACT_MAILBOX, .observe = observe, .contribute = contribute};
