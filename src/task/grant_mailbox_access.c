/* grant_mailbox_access — the chosen people hold Full Access to the mailbox, without automapping. */
#include <string.h>

#include "task/facts.h"
#include "task/items.h"

/* An AccessRights element may hold a comma-joined list (contract/exchange.md, value formats). */
static bool has_full_access(const json_t *row)
{
    size_t i;
    json_t *right;
    json_array_foreach ((json_t *)json_array_at(row, "AccessRights"), i, right) {
        if (strstr(json_string_value(right) ? json_string_value(right) : "", "FullAccess"))
            return !json_flag(row, "Deny") && !json_flag(row, "IsInherited");
    }
    return false;
}

static bool may_open(const json_t *facts, const json_t *person)
{
    size_t i;
    json_t *row;
    json_array_foreach ((json_t *)json_array_at(facts, "permissions"), i, row) {
        const char *user = json_text(row, "User");
        if (has_full_access(row) && (text_equal_nocase(user, json_text(person, "userPrincipalName")) ||
                                     text_equal_nocase(user, json_text(person, "mail")) ||
                                     text_equal_nocase(user, json_text(person, "id"))))
            return true;
    }
    return false;
}

static enum observed observe(struct work *work, const json_t *facts)
{
    size_t i;
    json_t *reference;
    bool needed = false;
    if (!work_has_mailbox(work, facts))
        return OBSERVED_SKIP;
    bool first = !work->row->before;
    if (first)
        work->row->before = json_make("{s:O}", "permissions", (json_t *)json_array_at(facts, "permissions"));
    json_array_foreach ((json_t *)json_array_at(work->params, "users"), i, reference) {
        const char *text = json_string_value(reference);
        const json_t *person = facts_person(facts, text);
        json_t *item = work_item(work, person ? json_text(person, "id") : text,
                                 person ? json_text(person, "displayName") : text, "user");
        if (!person)
            work_item_set(item, "failed", "There is no such user any more.");
        else if (item_is(item, "pending") && may_open(facts, person))
            work_item_set(item, first ? "already_done" : "succeeded", "");
        else
            needed |= item_is(item, "pending");
    }
    if (needed)
        return OBSERVED_NEEDED;
    json_decref(work->row->after);
    work->row->after = json_make("{s:O}", "permissions", (json_t *)json_array_at(facts, "permissions"));
    return OBSERVED_DONE;
}

static json_t *params_of(struct work *work, const json_t *item)
{
    return json_make("{s:s, s:s, s:[s], s:b, s:s, s:b}", "Identity", work->run->user_id, "User",
                     json_text(item, "id"), "AccessRights", "FullAccess", "AutoMapping", 0, "InheritanceType",
                     "All", "Confirm", 0);
}

static bool apply(struct work *work, const json_t *facts, struct err *err)
{
    static const struct item_call call = {.cmdlet = "Add-MailboxPermission", .params = params_of};
    (void)facts;
    return items_apply(work, &call, err);
}

const struct task_type task_grant_mailbox_access = {
    .facts = FACT_USER | FACT_PEOPLE | FACT_MAILBOX | FACT_PERMISSIONS, .observe = observe, .apply = apply};
