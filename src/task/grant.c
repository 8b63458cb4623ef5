#include "task/grant.h"

#include <string.h>

#include "task/items.h"

json_t *grant_item(struct work *work, const json_t *facts, const char *reference, const json_t **ret_person)
{
    const json_t *person = *ret_person = facts_person(facts, reference);
    json_t *item = work_item(work, json_text_or(person, "id", reference),
                             json_text_or(person, "displayName", reference), "user");
    if (!person && item_is(item, "pending"))
        item_set(item, "failed", "There is no such user any more. Choose somebody else.");
    if (person)
        json_put_text(item, "user_principal_name", json_text(person, "userPrincipalName"));
    return item;
}

enum observed grant_observe(struct work *work, const json_t *facts, const struct grant *grant)
{
    size_t i;
    json_t *reference;
    bool needed = false;
    if (!facts_mailbox(facts))
        return work_no_mailbox(work);
    work_before(work, grant->evidence(facts));
    work_after(work, grant->evidence(facts));
    json_array_foreach ((json_t *)json_array_at(work->params, "users"), i, reference) {
        const json_t *person;
        json_t *item = grant_item(work, facts, json_string_value(reference), &person);
        if (!item_is(item, "pending"))
            continue;
        if (grant->held(facts, person))
            item_set(item, work->acted || work->resumed ? "succeeded" : "already_done", "");
        else
            needed = true;
    }
    return needed ? OBSERVED_NEEDED : OBSERVED_DONE;
}

/* A person as an item remembers it, in the shape of Graph's user. */
static json_t *person_of(const json_t *item)
{
    json_t *person = json_object();
    json_put_text(person, "id", json_text(item, "id"));
    return json_put_text(person, "userPrincipalName", json_text(item, "user_principal_name"));
}

enum observed grant_observe_undo(struct work *work, const json_t *facts, const struct grant *grant)
{
    size_t i;
    json_t *item;
    bool needed = false;
    if (!facts_mailbox(facts))
        return work_no_mailbox(work);
    items_from_forward(work);
    work_before(work, grant->evidence(facts));
    work_after(work, grant->evidence(facts));
    items_pending_foreach (work, i, item) {
        AUTO_JSON json_t *person = person_of(item);
        if (grant->held(facts, person))
            needed = true;
        else
            item_set(item, work->acted || work->resumed ? "succeeded" : "already_done", "");
    }
    return needed ? OBSERVED_NEEDED : OBSERVED_DONE;
}

void grant_act(struct work *work, struct calls *calls, const struct grant *grant, bool give)
{
    size_t i;
    json_t *item;
    items_pending_foreach (work, i, item)
        calls_exchange(calls, work, item, grant->cmdlet(give),
                       grant->params(work, json_text_or(item, "id", ""), give));
}

/* --- Full Access -------------------------------------------------------------------------------------------
 */

/* An AccessRights element may hold a comma-joined list (contract/exchange.md, value formats). */
static bool is_full_access(const json_t *row)
{
    size_t i;
    json_t *right;
    json_array_foreach ((json_t *)json_array_at(row, "AccessRights"), i, right) {
        if (strstr(json_string_value(right) ? json_string_value(right) : "", "FullAccess"))
            return !json_flag(row, "Deny") && !json_flag(row, "IsInherited");
    }
    return false;
}

bool grant_full_access_held(const json_t *facts, const json_t *person)
{
    size_t i;
    json_t *row;
    json_array_foreach ((json_t *)json_array_at(facts, "permissions"), i, row) {
        if (is_full_access(row) && facts_is_person(person, json_text(row, "User")))
            return true;
    }
    return false;
}

json_t *grant_full_access_params(const struct work *work, const char *person_id, bool give, bool automap)
{
    json_t *params =
        json_make("{s:s, s:s, s:[s], s:s, s:b}", "Identity", work->run->user_id, "User", person_id,
                  "AccessRights", "FullAccess", "InheritanceType", "All", "Confirm", 0);
    if (give)
        json_put(params, "AutoMapping", json_boolean(automap));
    return params;
}

json_t *grant_full_access_evidence(const json_t *facts)
{
    return json_make("{s:O}", "permissions", json_array_at(facts, "permissions"));
}

const char *grant_full_access_cmdlet(bool give)
{
    return give ? "Add-MailboxPermission" : "Remove-MailboxPermission";
}
