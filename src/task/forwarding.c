#include "task/forwarding.h"

#include <string.h>

static const char *const names[] = {"ForwardingAddress", "ForwardingSmtpAddress",
                                    "DeliverToMailboxAndForward"};

json_t *forwarding_evidence(const json_t *facts)
{
    json_t *object = json_object();
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        json_t *value = json_object_get(json_object_at(facts, "mailbox"), names[i]);
        json_put(object, names[i], value ? json_incref(value) : json_null());
    }
    return object;
}

static bool is_empty(const json_t *mailbox, const char *name)
{
    const char *text = json_text(mailbox, name);
    return !text || !*text;
}

bool forwarding_is(const json_t *facts, const char *address, bool keep_copy)
{
    const json_t *mailbox = json_object_at(facts, "mailbox");
    const char *smtp = json_text(mailbox, "ForwardingSmtpAddress");
    if (!is_empty(mailbox, "ForwardingAddress"))
        return false;
    if (!address)
        return is_empty(mailbox, "ForwardingSmtpAddress");
    if (smtp && text_starts_nocase(smtp, "smtp:"))
        smtp += strlen("smtp:");
    return text_equal_nocase(smtp, address) && json_flag(mailbox, "DeliverToMailboxAndForward") == keep_copy;
}

void forwarding_contribute(json_t *params, const char *address, bool keep_copy)
{
    json_put(params, "ForwardingAddress", json_null());
    json_put_text(params, "ForwardingSmtpAddress", address);
    json_put(params, "DeliverToMailboxAndForward", json_boolean(keep_copy));
}
