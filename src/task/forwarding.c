#include "task/forwarding.h"

#include <string.h>

static const char *const names[] = {"ForwardingAddress", "ForwardingSmtpAddress",
                                    "DeliverToMailboxAndForward", NULL};

json_t *forwarding_evidence(const json_t *facts)
{
    return evidence_of(facts_mailbox(facts), names);
}

static bool is_empty(const json_t *mailbox, const char *name)
{
    const char *text = json_text(mailbox, name);
    return !text || !*text;
}

/* "smtp:x@y.com" -> "x@y.com" */
static const char *bare_address(const char *smtp)
{
    return smtp && text_starts_nocase(smtp, "smtp:") ? smtp + strlen("smtp:") : smtp;
}

bool forwarding_is(const json_t *facts, const char *address, bool keep_copy)
{
    const json_t *mailbox = facts_mailbox(facts);
    if (!is_empty(mailbox, "ForwardingAddress"))
        return false;
    if (!address)
        return is_empty(mailbox, "ForwardingSmtpAddress");
    return text_equal_nocase(bare_address(json_text(mailbox, "ForwardingSmtpAddress")), address) &&
           json_flag(mailbox, "DeliverToMailboxAndForward") == keep_copy;
}

void forwarding_set(struct calls *calls, struct work *work, const char *address, bool keep_copy)
{
    calls_mailbox(calls, work, "ForwardingAddress", json_null());
    calls_mailbox(calls, work, "ForwardingSmtpAddress", json_text_new(address));
    calls_mailbox(calls, work, "DeliverToMailboxAndForward", json_boolean(keep_copy));
}

/* --- undo ------------------------------------------------------------------------------------------------
 */

static bool same_text(const json_t *left, const json_t *right, const char *name)
{
    const char *a = bare_address(json_text(left, name)), *b = bare_address(json_text(right, name));
    bool no_a = !a || !*a, no_b = !b || !*b;
    return no_a || no_b ? no_a == no_b : text_equal_nocase(a, b);
}

enum observed forwarding_observe_undo(struct work *work, const json_t *facts)
{
    const json_t *was = work_forward_before(work), *is = facts_mailbox(facts);
    if (!is)
        return work_no_mailbox(work);
    work_before(work, forwarding_evidence(facts));
    work_after(work, forwarding_evidence(facts));
    bool same = same_text(was, is, "ForwardingAddress") && same_text(was, is, "ForwardingSmtpAddress") &&
                json_flag(was, "DeliverToMailboxAndForward") == json_flag(is, "DeliverToMailboxAndForward");
    return same ? OBSERVED_DONE : OBSERVED_NEEDED;
}

void forwarding_act_undo(struct work *work, const json_t *facts, struct calls *calls)
{
    const json_t *was = work_forward_before(work);
    (void)facts;
    calls_mailbox(calls, work, "ForwardingAddress", json_text_new(json_text(was, "ForwardingAddress")));
    calls_mailbox(calls, work, "ForwardingSmtpAddress",
                  json_text_new(bare_address(json_text(was, "ForwardingSmtpAddress"))));
    calls_mailbox(calls, work, "DeliverToMailboxAndForward",
                  json_boolean(json_flag(was, "DeliverToMailboxAndForward")));
}
