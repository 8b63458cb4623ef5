#include "api/facts_view.h"

#include <string.h>

#include "model/sku.h"
#include "plan/group.h"

static void put_optional(json_t *view, const char *key, const json_t *from, const char *from_key)
{
    json_put_text(view, key, json_text(from, from_key));
}

static json_t *person_view(const json_t *person)
{
    if (!json_is_object(person))
        return json_null();
    json_t *view = json_object();
    put_optional(view, "id", person, "id");
    put_optional(view, "user_principal_name", person, "userPrincipalName");
    put_optional(view, "display_name", person, "displayName");
    return view;
}

static json_t *groups_view(const json_t *groups)
{
    json_t *view = json_array();
    for (size_t i = 0; i < json_array_size(groups); i++) {
        const json_t *group = json_array_get(groups, i);
        json_t *row = json_object();
        put_optional(row, "id", group, "id");
        put_optional(row, "name", group, "displayName");
        json_put_text(row, "kind", group_kind_name(group_kind(group)));
        json_add(view, row);
    }
    return view;
}

static json_t *names_view(const json_t *objects)
{
    json_t *view = json_array();
    for (size_t i = 0; i < json_array_size(objects); i++)
        json_add(view, json_text_new(json_text(json_array_get(objects, i), "displayName")));
    return view;
}

static json_t *sole_owner_view(const json_t *facts)
{
    const json_t *ids = json_array_at(facts, "sole_owner_of");
    json_t *view = json_array();
    for (size_t i = 0; i < json_array_size(ids); i++) {
        const char *id = json_string_value(json_array_get(ids, i));
        const json_t *group = json_array_find(json_array_at(facts, "owned"), "id", id);
        json_add(view, json_text_new(json_text_or(group, "displayName", id)));
    }
    return view;
}

static json_t *licenses_view(const json_t *user, const json_t *skus)
{
    const json_t *states = json_array_at(user, "licenseAssignmentStates");
    json_t *view = json_array();
    for (size_t i = 0; i < json_array_size(states); i++) {
        const json_t *state = json_array_get(states, i);
        const char *id = json_text(state, "skuId");
        json_t *row = json_object();
        json_put_text(row, "id", id);
        const char *known = sku_name(id);
        json_put_text(row, "name",
                      known ? known : json_text_or(json_array_find(skus, "skuId", id), "skuPartNumber", id));
        json_put(row, "by_group", json_boolean(json_text(state, "assignedByGroup") != NULL));
        json_add(view, row);
    }
    return view;
}

static json_t *mailbox_view(const json_t *facts)
{
    const json_t *mailbox = json_object_get(facts, "mailbox");
    if (!json_is_object(mailbox))
        return json_null();
    const char *archive = json_text(mailbox, "ArchiveStatus");
    const char *address = json_text(mailbox, "ForwardingSmtpAddress");
    json_t *view = json_object();
    put_optional(view, "type", mailbox, "RecipientTypeDetails");
    if (json_object_get(facts, "mailbox_size"))
        json_put(view, "size_bytes", json_integer(json_int(facts, "mailbox_size", 0)));
    json_put(view, "archive", json_boolean(archive && *archive && strcmp(archive, "None") != 0));
    json_put(view, "litigation_hold", json_boolean(json_flag(mailbox, "LitigationHoldEnabled")));
    json_put(view, "hidden", json_boolean(json_flag(mailbox, "HiddenFromAddressListsEnabled")));
    json_put_text(view, "forwards_to",
                  address && *address ? address : json_text(mailbox, "ForwardingAddress"));
    return view;
}

json_t *facts_view(const json_t *facts)
{
    const json_t *user = json_object_at(facts, "user");
    json_t *view = json_object();
    json_put(view, "account_enabled", json_boolean(json_flag(user, "accountEnabled")));
    json_put(view, "guest", json_boolean(text_equal_nocase(json_text(user, "userType"), "Guest")));
    json_put(view, "synced", json_boolean(json_flag(user, "onPremisesSyncEnabled")));
    put_optional(view, "job_title", user, "jobTitle");
    put_optional(view, "department", user, "department");
    put_optional(view, "created_at", user, "createdDateTime");
    json_put(view, "manager", person_view(json_object_get(json_object_at(facts, "people"), "manager")));
    if (json_object_get(facts, "direct_reports"))
        json_put(view, "has_direct_reports", json_boolean(json_int(facts, "direct_reports", 0) > 0));
    if (json_object_get(facts, "groups"))
        json_put(view, "groups", groups_view(json_array_at(facts, "groups")));
    if (json_object_get(facts, "roles"))
        json_put(view, "roles", names_view(json_array_at(facts, "roles")));
    if (json_object_get(facts, "sole_owner_of"))
        json_put(view, "sole_owner_of", sole_owner_view(facts));
    json_put(view, "licenses", licenses_view(user, json_array_at(facts, "skus")));
    if (json_object_get(facts, "mailbox"))
        json_put(view, "mailbox", mailbox_view(facts));
    return view;
}
