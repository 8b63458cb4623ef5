#include "api/facts_view.h"

#include <string.h>

#include "base/memory.h"
#include "model/sku.h"
#include "plan/group.h"
#include "plan/mailbox.h"

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

static void add_name(json_t *names, const char *name)
{
    for (size_t i = 0; i < json_array_size(names); i++)
        if (strcmp(json_string_value(json_array_get(names, i)), name) == 0)
            return;
    json_add(names, json_text_new(name));
}

/* The first of the members that says something; each name once. */
static json_t *names_view(const json_t *objects, const char *const members[])
{
    json_t *view = json_array();
    for (size_t i = 0; i < json_array_size(objects); i++) {
        const char *name = NULL;
        for (size_t m = 0; members[m] && !(name && *name); m++)
            name = json_text(json_array_get(objects, i), members[m]);
        if (name && *name)
            add_name(view, name);
    }
    return view;
}

static const char *const display_name[] = {"displayName", "id", NULL};

/* A role that reaches over a part of the directory only is no membership; an eligible one is nothing yet. */
static void add_assigned_roles(json_t *names, const json_t *facts, const char *fact)
{
    size_t i;
    json_t *row;
    json_array_foreach ((json_t *)json_array_at(facts, fact), i, row) {
        const char *id = json_text_or(row, "roleDefinitionId", ""),
                   *own = json_text(json_object_at(row, "roleDefinition"), "displayName");
        const json_t *role = json_array_find(json_array_at(facts, "roles"), "roleTemplateId", id);
        const char *name = own ? own : json_text_or(role, "displayName", id);
        if (*name)
            add_name(names, name);
    }
}

static json_t *roles_view(const json_t *facts)
{
    json_t *names = names_view(json_array_at(facts, "roles"), display_name);
    add_assigned_roles(names, facts, "role_assignments");
    add_assigned_roles(names, facts, "role_schedules");
    return names;
}

static json_t *eligible_roles_view(const json_t *facts)
{
    json_t *names = json_array();
    add_assigned_roles(names, facts, "role_eligibilities");
    return names;
}

/* All but the password, which nobody removes. */
static json_t *methods_view(const json_t *methods)
{
    static const char *const members[] = {"displayName", "phoneNumber", "emailAddress", "model"};
    static const char prefix[] = "#microsoft.graph.", suffix[] = "AuthenticationMethod";
    json_t *view = json_array(), *method;
    size_t i;
    json_array_foreach ((json_t *)methods, i, method) {
        const char *type = json_text_or(method, "@odata.type", ""), *name = NULL;
        type += text_starts_nocase(type, prefix) ? sizeof prefix - 1 : 0;
        const char *end = strstr(type, suffix);
        AUTO_FREE char *kind = must(strndup(type, end ? (size_t)(end - type) : strlen(type)));
        if (strcmp(kind, "password") == 0)
            continue;
        for (size_t m = 0; m < sizeof members / sizeof *members && !(name && *name); m++)
            name = json_text(method, members[m]);
        json_add(view, json_put_text(json_make("{s:s}", "kind", kind), "name", name && *name ? name : NULL));
    }
    return view;
}

static json_t *drive_view(const json_t *drive)
{
    if (!json_is_object(drive))
        return json_null();
    json_t *view = json_object();
    put_optional(view, "url", drive, "webUrl");
    if (json_is_integer(json_object_get(drive, "size")))
        json_put(view, "size_bytes", json_incref(json_object_get(drive, "size")));
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
    const char *address = json_text(mailbox, "ForwardingSmtpAddress");
    json_t *view = json_object();
    put_optional(view, "type", mailbox, "RecipientTypeDetails");
    if (json_object_get(facts, "mailbox_size"))
        json_put(view, "size_bytes", json_integer(json_int(facts, "mailbox_size", 0)));
    json_put(view, "archive", json_boolean(mailbox_has_archive(mailbox)));
    json_put(view, "litigation_hold", json_boolean(mailbox_on_litigation_hold(mailbox)));
    json_put(view, "retention_hold", json_boolean(mailbox_on_retention_hold(mailbox)));
    json_put(view, "hidden", json_boolean(json_flag(mailbox, "HiddenFromAddressListsEnabled")));
    json_put_text(view, "forwards_to",
                  address && *address ? address : json_text(mailbox, "ForwardingAddress"));
    if (json_object_get(facts, "rules"))
        json_put(view, "rules", json_integer((json_int_t)json_array_size(json_array_at(facts, "rules"))));
    if (json_object_get(facts, "auto_reply"))
        json_put(view, "automatic_replies",
                 json_boolean(!text_equal_nocase(
                     json_text_or(json_object_at(facts, "auto_reply"), "AutoReplyState", "Disabled"),
                     "Disabled")));
    return view;
}

/* Members that are there when the fact was read. */
static void put_read(json_t *view, const json_t *facts)
{
    static const char *const device[] = {"FriendlyName", "DeviceModel", "DeviceType", NULL};
    static const char *const number[] = {"telephoneNumber", NULL};
    const struct {
        const char *fact, *member;
        const char *const *names;
    } lists[] = {{"devices", "devices", device},
                 {"phone_numbers", "phone_numbers", number},
                 {"owned_apps", "owned_apps", display_name}};
    if (json_object_get(facts, "direct_reports"))
        json_put(view, "has_direct_reports", json_boolean(json_int(facts, "direct_reports", 0) > 0));
    if (json_object_get(facts, "groups"))
        json_put(view, "groups", groups_view(json_array_at(facts, "groups")));
    if (json_object_get(facts, "roles"))
        json_put(view, "roles", roles_view(facts));
    if (json_object_get(facts, "role_eligibilities"))
        json_put(view, "eligible_roles", eligible_roles_view(facts));
    if (json_object_get(facts, "sole_owner_of"))
        json_put(view, "sole_owner_of", sole_owner_view(facts));
    if (json_object_get(facts, "methods"))
        json_put(view, "sign_in_methods", methods_view(json_array_at(facts, "methods")));
    for (size_t i = 0; i < sizeof lists / sizeof *lists; i++)
        if (json_object_get(facts, lists[i].fact))
            json_put(view, lists[i].member, names_view(json_array_at(facts, lists[i].fact), lists[i].names));
    if (json_object_get(facts, "meetings"))
        json_put(view, "meetings",
                 json_integer((json_int_t)json_array_size(json_array_at(facts, "meetings"))));
    if (json_object_get(facts, "drive"))
        json_put(view, "onedrive", drive_view(json_object_get(facts, "drive")));
    if (json_object_get(facts, "mailbox"))
        json_put(view, "mailbox", mailbox_view(facts));
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
    if (json_object_get(facts, "sign_in"))
        put_optional(view, "last_sign_in_at", json_object_at(facts, "sign_in"), "lastSignInDateTime");
    json_put(view, "manager", person_view(json_object_get(json_object_at(facts, "people"), "manager")));
    json_put(view, "licenses", licenses_view(user, json_array_at(facts, "skus")));
    put_read(view, facts);
    return view;
}
