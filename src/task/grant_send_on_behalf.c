/* grant_send_on_behalf — the chosen people may send on behalf of the leaver. The mailbox lists them by
 * directory name (contract/exchange.md, Get-Mailbox), so each person's own recipient says which name that is.
 */
#include <string.h>

#include "task/grant.h"

static bool is_name_of(const json_t *facts, const json_t *person, const char *name)
{
    static const char *const names[] = {"Name", "Identity", "DistinguishedName", "PrimarySmtpAddress",
                                        "ExternalDirectoryObjectId"};
    const json_t *recipient = facts_recipient(facts, json_text(person, "id"));
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        if (text_equal_nocase(json_text(recipient, names[i]), name))
            return true;
    }
    return facts_is_person(person, name);
}

static bool held(const json_t *facts, const json_t *person)
{
    size_t i;
    json_t *name;
    json_array_foreach ((json_t *)json_array_at(facts_mailbox(facts), "GrantSendOnBehalfTo"), i, name) {
        if (is_name_of(facts, person, json_string_value(name)))
            return true;
    }
    return false;
}

static const char *cmdlet(bool give)
{
    (void)give;
    return "Set-Mailbox";
}

static json_t *params(const struct work *work, const char *person_id, bool give)
{
    return json_make("{s:s, s:{s:s, s:s}, s:b}", "Identity", work->run->user_id, "GrantSendOnBehalfTo",
                     "@odata.type", "#Exchange.GenericHashTable", give ? "add" : "remove", person_id,
                     "Confirm", 0);
}

static json_t *evidence(const json_t *facts)
{
    static const char *const names[] = {"GrantSendOnBehalfTo", NULL};
    return evidence_of(facts_mailbox(facts), names);
}

static const struct grant grant = {.held = held, .cmdlet = cmdlet, .params = params, .evidence = evidence};
GRANT_TASK(grant_send_on_behalf, RECIPIENTS, MAILBOX)
