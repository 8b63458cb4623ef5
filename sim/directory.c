#include "directory.h"

#include <ctype.h>
#include <string.h>

static const struct {
    const char *name, *id;
} roles[] = {
#define ROLE(name, id) {name, id},
#include "roles.def"
#undef ROLE
};

const char *directory_role_name(const char *template_id)
{
    for (size_t i = 0; i < sizeof roles / sizeof *roles; i++)
        if (text_equal_nocase(roles[i].id, template_id))
            return roles[i].name;
    return "Directory role";
}

const char *directory_role_id(const char *name)
{
    for (size_t i = 0; i < sizeof roles / sizeof *roles; i++)
        if (text_equal_nocase(roles[i].name, name))
            return roles[i].id;
    return NULL;
}

/* ---- app roles ---- */

json_t *directory_app_role(const json_t *tenant, const json_t *principal, const char *type,
                           const json_t *role)
{
    const char *resource_id = json_text_or(role, "resourceId", "");
    const json_t *resource = json_object_get(json_object_get(tenant, "service_principals"), resource_id);

    return json_make("{s:s, s:n, s:s, s:s, s:s, s:s, s:s, s:s, s:s}", "id", json_text_or(role, "id", ""),
                     "deletedDateTime", "appRoleId", json_text_or(role, "appRoleId", ""), "createdDateTime",
                     json_text_or(role, "createdDateTime", "2024-02-01T08:00:00Z"), "principalDisplayName",
                     json_text_or(principal, "displayName", ""), "principalId",
                     json_text_or(principal, "id", ""), "principalType", type, "resourceDisplayName",
                     json_text_or(resource, "displayName", ""), "resourceId", resource_id);
}

static void add_app_roles(const json_t *tenant, const json_t *principal, const char *type, json_t *list)
{
    json_t *role;
    size_t i;

    json_array_foreach (json_array_at(principal, "_app_roles"), i, role)
        json_add(list, directory_app_role(tenant, principal, type, role));
}

json_t *directory_app_roles(const json_t *tenant, const json_t *user)
{
    const char *user_id = json_text(user, "id"), *id;
    json_t *list = json_array(), *group;

    add_app_roles(tenant, user, "User", list);
    json_object_foreach (json_object_get(tenant, "groups"), id, group)
        if (json_array_size(json_array_at(group, "_app_roles")) > 0 &&
            sim_text_index(json_array_at(group, "_members"), user_id) >= 0)
            add_app_roles(tenant, group, "Group", list);
    return list;
}

/* ---- domains and passwords ---- */

bool directory_domain_federated(const json_t *tenant, const char *domain)
{
    return sim_text_index(json_array_at(tenant, "federated_domains"), domain) >= 0;
}

bool directory_federated(const json_t *tenant, const json_t *user)
{
    const char *upn = json_text(user, "userPrincipalName"), *at = upn ? strrchr(upn, '@') : NULL;

    return at && directory_domain_federated(tenant, at + 1);
}

bool directory_password_good(const json_t *user, const char *password)
{
    const char *nickname = json_text(user, "mailNickname");
    unsigned kinds = 0;

    for (const char *c = password; *c; c++)
        kinds |= islower((unsigned char)*c)   ? 1u
                 : isupper((unsigned char)*c) ? 2u
                 : isdigit((unsigned char)*c) ? 4u
                                              : 8u;
    return strlen(password) >= 8 && strlen(password) <= 256 && __builtin_popcount(kinds) >= 3 &&
           !(nickname && *nickname && strcasestr(password, nickname));
}

void directory_password_set(struct sim *sim, json_t *user, const char *password, bool force_change)
{
    char now[TIME_TEXT_SIZE];

    sim_now_text(sim, now);
    json_put_text(user, "_password", password);
    if (!json_is_array(json_object_get(user, "_passwords")))
        json_put(user, "_passwords", json_array());
    json_add(json_object_get(user, "_passwords"), json_string(password));
    json_put_text(user, "_password_set_at", now);
    json_put(user, "_force_change", json_boolean(force_change));
    json_put_text(user, "lastPasswordChangeDateTime", now);
}
