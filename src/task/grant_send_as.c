/* grant_send_as — the chosen people may send as the leaver. */
#include "task/grant.h"

static bool held(const json_t *facts, const json_t *person)
{
    size_t i;
    json_t *row;
    json_array_foreach ((json_t *)json_array_at(facts, "send_as"), i, row) {
        if (text_equal_nocase(json_text_or(row, "AccessControlType", "Allow"), "Allow") &&
            !json_flag(row, "IsInherited") && facts_is_person(person, json_text(row, "Trustee")))
            return true;
    }
    return false;
}

static const char *cmdlet(bool give)
{
    return give ? "Add-RecipientPermission" : "Remove-RecipientPermission";
}

static json_t *params(const struct work *work, const char *person_id, bool give)
{
    (void)give;
    return json_make("{s:s, s:s, s:[s], s:b}", "Identity", work->run->user_id, "Trustee", person_id,
                     "AccessRights", "SendAs", "Confirm", 0);
}

static json_t *evidence(const json_t *facts)
{
    return json_make("{s:O}", "send_as", json_array_at(facts, "send_as"));
}

static const struct grant grant = {.held = held, .cmdlet = cmdlet, .params = params, .evidence = evidence};
GRANT_TASK(grant_send_as, SEND_AS, SEND_AS)
