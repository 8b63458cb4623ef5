#include "state_user.h"

#include "directory.h"

static json_t *groups_of(const json_t *tenant, const char *user_id)
{
    json_t *groups = json_array(), *group, *shown;
    const char *id;

    json_object_foreach (json_object_get(tenant, "groups"), id, group) {
        bool member = sim_text_index(json_array_at(group, "_members"), user_id) >= 0;
        bool owner = sim_text_index(json_array_at(group, "_owners"), user_id) >= 0;

        if (!member && !owner)
            continue;
        shown = json_copy(group);
        json_object_del(shown, "_members");
        json_object_del(shown, "_stale");
        json_put(shown, "_is_member", json_boolean(member));
        json_put(shown, "_is_owner", json_boolean(owner));
        json_add(groups, shown);
    }
    return groups;
}

static json_t *owned_of(const json_t *tenant, const char *user_id)
{
    static const char *const kinds[][2] = {{"applications", "application"},
                                           {"service_principals", "servicePrincipal"}};
    json_t *owned = json_array(), *object;
    const char *id;

    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
        json_object_foreach (json_object_get(tenant, kinds[i][0]), id, object)
            if (sim_text_index(json_array_at(object, "_owners"), user_id) >= 0)
                json_add(owned, json_make("{s:s, s:s, s:s}", "id", id, "displayName",
                                          json_text_or(object, "displayName", ""), "kind", kinds[i][1]));
    return owned;
}

static json_t *grants_of(const json_t *tenant, const char *user_id)
{
    json_t *grants = json_array(), *grant;
    const char *id;

    json_object_foreach (json_object_get(tenant, "permission_grants"), id, grant)
        if (text_equal_nocase(json_text(grant, "principalId"), user_id))
            json_add(grants, json_incref(grant));
    return grants;
}

static json_t *numbers_of(const json_t *tenant, const char *user_id)
{
    json_t *numbers = json_array(), *number;
    size_t i;

    json_array_foreach (json_array_at(tenant, "phone_numbers"), i, number)
        if (text_equal_nocase(json_text(number, "assignmentTargetId"), user_id))
            json_add(numbers, json_incref(number));
    return numbers;
}

/* ---- what the user may use of others ---- */

/* The rights of the entry that names the user under key, into found[owner]. */
static void find_entry(const json_t *entries, const char *key, const char *user_id, json_t *found,
                       const char *owner)
{
    json_t *entry;
    size_t i;

    json_array_foreach (entries, i, entry)
        if (text_equal_nocase(json_text(entry, key), user_id))
            json_put(found, owner, json_incref(json_object_get(entry, "rights")));
}

static json_t *access_of(const json_t *tenant, const char *user_id)
{
    json_t *mailboxes = json_object(), *send_as = json_object(), *on_behalf = json_object(),
           *calendars = json_object(), *forwarded = json_object(), *box;
    const char *id;

    json_object_foreach (json_object_get(tenant, "mailboxes"), id, box) {
        find_entry(json_array_at(box, "_permissions"), "user", user_id, mailboxes, id);
        find_entry(json_array_at(box, "_recipient_permissions"), "trustee", user_id, send_as, id);
        find_entry(json_array_at(box, "_calendar_permissions"), "user", user_id, calendars, id);
        if (sim_text_index(json_array_at(box, "_send_on_behalf"), user_id) >= 0)
            json_put(on_behalf, id, json_true());
        if (text_equal_nocase(json_text(box, "_forwarding_id"), user_id))
            json_put(forwarded, id, json_true());
    }
    json_object_foreach (json_object_get(tenant, "groups"), id, box) {
        find_entry(json_array_at(box, "_recipient_permissions"), "trustee", user_id, send_as, id);
        if (sim_text_index(json_array_at(box, "_send_on_behalf"), user_id) >= 0)
            json_put(on_behalf, id, json_true());
    }
    return json_make("{s:o, s:o, s:o, s:o, s:o}", "mailboxes", mailboxes, "send_as", send_as,
                     "send_on_behalf", on_behalf, "calendars", calendars, "forwarded_from", forwarded);
}

static json_t *or_null(json_t *value)
{
    return value ? json_incref(value) : json_null();
}

json_t *state_user(const json_t *tenant, json_t *user)
{
    const char *id = json_text_or(user, "id", ""), *manager = json_text(user, "_manager");
    json_t *slice = json_object();

    json_put(slice, "user", json_incref(user));
    json_put(slice, "deleted",
             json_boolean(json_object_get(json_object_get(tenant, "deleted_users"), id) != NULL));
    json_put(slice, "manager", or_null(sim_user(tenant, manager)));
    json_put(slice, "groups", groups_of(tenant, id));
    json_put(slice, "mailbox", or_null(json_object_get(json_object_get(tenant, "mailboxes"), id)));
    json_put(slice, "site", or_null(json_object_get(json_object_get(tenant, "sites"), id)));
    json_put(slice, "owned", owned_of(tenant, id));
    json_put(slice, "app_roles", directory_app_roles(tenant, user));
    json_put(slice, "grants", grants_of(tenant, id));
    json_put(slice, "phone_numbers", numbers_of(tenant, id));
    json_put(slice, "access", access_of(tenant, id));
    return slice;
}

json_t *state_deleted(const json_t *tenant, const char *id_or_upn)
{
    json_t *deleted = json_object_get(tenant, "deleted_users"), *user = json_object_get(deleted, id_or_upn);
    const char *id;

    if (user)
        return user;
    json_object_foreach (deleted, id, user)
        if (text_equal_nocase(json_text(user, "userPrincipalName"), id_or_upn))
            return user;
    return NULL;
}
