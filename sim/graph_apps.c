/* Applications, service principals, app-role assignments and consents (contract: graph, section 4).
 *
 * Of the tenant: "applications" and "service_principals" {id: {Graph's names, "_owners"}},
 * "permission_grants" {id: {Graph's oAuth2PermissionGrant}}. A user or group holds "_app_roles": [{id,
 * appRoleId, resourceId, createdDateTime}]. */
#include <string.h>

#include "base/rng.h"
#include "directory.h"
#include "graph.h"

#define BAD "Request_BadRequest"
#define DEFAULT_ACCESS "00000000-0000-0000-0000-000000000000"

static const struct graph_type type_principal = {
    "servicePrincipal",
    " id deletedDateTime accountEnabled appDisplayName appId appOwnerOrganizationId "
    "appRoleAssignmentRequired appRoles "
    "displayName homepage servicePrincipalNames servicePrincipalType signInAudience tags "
    "oauth2PermissionScopes ",
    NULL};
static const struct graph_type type_application = {"application",
                                                   " id deletedDateTime appId appRoles createdDateTime "
                                                   "description displayName identifierUris publisherDomain "
                                                   "signInAudience tags keyCredentials passwordCredentials ",
                                                   NULL};
static const struct graph_type type_app_role = {
    "appRoleAssignment",
    " id deletedDateTime appRoleId createdDateTime principalDisplayName principalId principalType "
    "resourceDisplayName "
    "resourceId ",
    NULL};
static const struct graph_type type_grant = {"oAuth2PermissionGrant",
                                             " id clientId consentType principalId resourceId scope ", NULL};

static json_t *place(const struct graph *g, const char *name)
{
    if (!json_is_object(json_object_get(g->tenant, name)))
        json_put(g->tenant, name, json_object());
    return json_object_get(g->tenant, name);
}

/* The object of this kind; NULL with the call failed. */
static json_t *find(struct graph *g, const char *name, const char *id)
{
    json_t *object = json_object_get(place(g, name), id);

    if (!object)
        graph_not_found(g, id);
    return object;
}

static json_t *all(const struct graph *g, const char *name)
{
    json_t *items = json_array(), *object;
    const char *id;

    json_object_foreach (place(g, name), id, object)
        json_add(items, json_incref((json_t *)sim_view(g->sim, object)));
    return items;
}

/* ---- applications and service principals ---- */

static void principals_get(struct graph *g)
{
    graph_collection(g, &type_principal, all(g, "service_principals"), "servicePrincipals", true);
}

static void principal_get(struct graph *g)
{
    const json_t *principal = find(g, "service_principals", g->param[0]);

    if (principal)
        graph_entity(g, &type_principal, sim_view(g->sim, principal), "servicePrincipals");
}

static void applications_get(struct graph *g)
{
    graph_collection(g, &type_application, all(g, "applications"), "applications", true);
}

static void owner_add(struct graph *g)
{
    json_t *application = find(g, "applications", g->param[0]);
    const char *id = application ? graph_reference(g) : NULL;
    const json_t *user = id ? graph_user(g, id) : NULL;

    if (!user)
        return;
    if (sim_text_index(json_array_at(application, "_owners"), json_text(user, "id")) >= 0) {
        graph_fail(g->call, 400, BAD,
                   "One or more added object references already exist for the following modified properties: "
                   "'owners'.");
        return;
    }
    sim_touch(g->sim, application);
    json_add(json_object_get(application, "_owners"), json_text_new(json_text(user, "id")));
    graph_no_content(g);
}

/* The last owner of an application may go, unlike that of a group. */
static void owner_remove(struct graph *g)
{
    json_t *application = find(g, "applications", g->param[0]);
    ptrdiff_t at = sim_text_index(json_array_at(application, "_owners"), g->param[1]);

    if (!application)
        return;
    if (at < 0) {
        graph_not_found(g, g->param[1]);
        return;
    }
    sim_touch(g->sim, application);
    json_array_remove(json_object_get(application, "_owners"), (size_t)at);
    graph_no_content(g);
}

/* ---- app-role assignments ---- */

static void app_roles_get(struct graph *g)
{
    json_t *user = graph_user(g, g->param[0]);

    if (user)
        graph_collection(g, &type_app_role, directory_app_roles(g->tenant, sim_view(g->sim, user)),
                         "users('x')/appRoleAssignments", false);
}

/* Who holds a role of this service principal. */
static void assigned_to_get(struct graph *g)
{
    static const char *const kinds[][2] = {{"users", "User"}, {"groups", "Group"}};
    const json_t *resource = find(g, "service_principals", g->param[0]);
    json_t *items, *principal, *role;
    const char *id;
    size_t i, j;

    if (!resource)
        return;
    items = json_array();
    for (i = 0; i < sizeof kinds / sizeof *kinds; i++)
        json_object_foreach (json_object_get(g->tenant, kinds[i][0]), id, principal)
            json_array_foreach (json_array_at(sim_view(g->sim, principal), "_app_roles"), j, role)
                if (text_equal_nocase(json_text(role, "resourceId"), g->param[0]))
                    json_add(items, directory_app_role(g->tenant, principal, kinds[i][1], role));
    graph_collection(g, &type_app_role, items, "servicePrincipals('x')/appRoleAssignedTo", false);
}

static bool role_exists(const json_t *resource, const char *role_id)
{
    const json_t *roles = json_array_at(resource, "appRoles");

    return json_array_find(roles, "id", role_id) != NULL ||
           (json_array_size(roles) == 0 && !strcmp(role_id, DEFAULT_ACCESS));
}

static void app_role_post(struct graph *g)
{
    json_t *user = graph_user(g, g->param[0]), *body = user ? graph_body(g) : NULL, *held;
    const char *principal_id = body ? graph_body_text(g, body, "principalId") : NULL;
    const char *resource_id = principal_id ? graph_body_text(g, body, "resourceId") : NULL;
    const char *role_id = resource_id ? graph_body_text(g, body, "appRoleId") : NULL;
    const json_t *resource = role_id ? find(g, "service_principals", resource_id) : NULL;
    char id[37], now[TIME_TEXT_SIZE];
    size_t i;

    if (!resource)
        return;
    if (!text_equal_nocase(principal_id, json_text(user, "id")) || !role_exists(resource, role_id)) {
        graph_fail(g->call, 400, BAD, "Permission being assigned was not found on application '%.60s'.",
                   json_text_or(resource, "displayName", ""));
        return;
    }
    json_array_foreach (json_array_at(user, "_app_roles"), i, held)
        if (text_equal_nocase(json_text(held, "resourceId"), resource_id) &&
            text_equal_nocase(json_text(held, "appRoleId"), role_id)) {
            graph_fail(g->call, 400, BAD, "Permission being assigned already exists on the object");
            return;
        }
    sim_touch(g->sim, user);
    if (!json_is_array(json_object_get(user, "_app_roles")))
        json_put(user, "_app_roles", json_array());
    json_t *role = json_make("{s:s, s:s, s:s, s:s}", "id", uuid_v4(rng_system(), id), "appRoleId", role_id,
                             "resourceId", resource_id, "createdDateTime", sim_now_text(g->sim, now));

    json_add(json_object_get(user, "_app_roles"), role);
    AUTO_JSON json_t *view = directory_app_role(g->tenant, user, "User", role);

    g->call->status = 201;
    graph_entity(g, &type_app_role, view, "users('x')/appRoleAssignments");
}

static void app_role_delete(struct graph *g)
{
    json_t *user = graph_user(g, g->param[0]), *role;
    AUTO_JSON json_t *shown = user ? directory_app_roles(g->tenant, user) : NULL;
    size_t i;

    if (!user)
        return;
    json_array_foreach (json_array_at(user, "_app_roles"), i, role) {
        if (strcmp(json_text_or(role, "id", ""), g->param[1]) != 0)
            continue;
        sim_touch(g->sim, user);
        json_array_remove(json_object_get(user, "_app_roles"), i);
        graph_no_content(g);
        return;
    }
    if (json_array_find(shown, "id", g->param[1]))
        graph_fail(g->call, 400, BAD,
                   "The assignment comes by a group and cannot be removed from the user: leave the group.");
    else
        graph_not_found(g, g->param[1]);
}

/* ---- consents ---- */

static void user_grants_get(struct graph *g)
{
    const json_t *user = graph_user(g, g->param[0]);
    bool everybody = sim_variant(g->sim, VARIANT_grants_of_everybody);
    json_t *items, *grant;
    const char *id;

    if (!user)
        return;
    items = json_array();
    json_object_foreach (place(g, "permission_grants"), id, grant)
        if (text_equal_nocase(json_text(grant, "principalId"), json_text(user, "id")) ||
            (everybody && text_equal_nocase(json_text(grant, "consentType"), "AllPrincipals")))
            json_add(items, json_incref(grant));
    graph_collection(g, &type_grant, items, "oauth2PermissionGrants", false);
}

static void grants_get(struct graph *g)
{
    graph_collection(g, &type_grant, all(g, "permission_grants"), "oauth2PermissionGrants", false);
}

static bool grant_exists(const struct graph *g, const json_t *wanted)
{
    static const char *const keys[] = {"clientId", "resourceId", "principalId"};
    json_t *grant;
    const char *id;

    json_object_foreach (place(g, "permission_grants"), id, grant) {
        size_t same = 0;

        for (size_t i = 0; i < 3; i++)
            same += !strcmp(json_text_or(grant, keys[i], ""), json_text_or(wanted, keys[i], ""));
        if (same == 3)
            return true;
    }
    return false;
}

static bool grant_check(struct graph *g, const json_t *body)
{
    const char *type = graph_body_text(g, body, "consentType");
    const char *client = type ? graph_body_text(g, body, "clientId") : NULL;
    const char *resource = client ? graph_body_text(g, body, "resourceId") : NULL;
    const char *principal = json_text(body, "principalId");

    if (!resource || !find(g, "service_principals", client) || !find(g, "service_principals", resource))
        return false;
    if (!strcmp(type, "Principal") ? !principal : (strcmp(type, "AllPrincipals") != 0 || principal != NULL)) {
        graph_fail(g->call, 400, BAD,
                   "consentType is Principal with a principalId, or AllPrincipals without one.");
        return false;
    }
    if (principal && !graph_user(g, principal))
        return false;
    if (grant_exists(g, body)) {
        graph_fail(g->call, 409, "Request_MultipleObjectsWithSameKeyValue",
                   "Permission entry already exists.");
        return false;
    }
    return true;
}

static void grant_post(struct graph *g)
{
    const json_t *body = graph_body(g);
    char id[40];

    if (!body || !grant_check(g, body))
        return;
    uuid_v4(rng_system(), id);
    json_t *grant = json_make("{s:s, s:s, s:s, s:s, s:s}", "id", id, "clientId", json_text(body, "clientId"),
                              "consentType", json_text(body, "consentType"), "resourceId",
                              json_text(body, "resourceId"), "scope", json_text_or(body, "scope", ""));

    json_put_text(grant, "principalId", json_text(body, "principalId"));
    json_put(place(g, "permission_grants"), id, grant);
    g->call->status = 201;
    graph_entity(g, &type_grant, grant, "oauth2PermissionGrants");
}

static void grant_delete(struct graph *g)
{
    if (!find(g, "permission_grants", g->param[0]))
        return;
    json_object_del(place(g, "permission_grants"), g->param[0]);
    graph_no_content(g);
}

#define DIRECTORY "Directory.Read.All|Directory.ReadWrite.All"
#define READ DIRECTORY "|Application.Read.All|Application.ReadWrite.All|Application.ReadWrite.OwnedBy"
#define OWNERS "Application.ReadWrite.All|Application.ReadWrite.OwnedBy|Directory.ReadWrite.All"
#define ASSIGN "AppRoleAssignment.ReadWrite.All"
#define GRANT "DelegatedPermissionGrant.ReadWrite.All"

const struct graph_route graph_routes_apps[] = {
    {"GET", "/servicePrincipals", READ, principals_get},
    {"GET", "/servicePrincipals/{}", READ, principal_get},
    {"GET", "/servicePrincipals/{}/appRoleAssignedTo", READ, assigned_to_get},
    {"GET", "/applications", READ, applications_get},
    {"POST", "/applications/{}/owners/$ref", OWNERS, owner_add},
    {"DELETE", "/applications/{}/owners/{}/$ref", OWNERS, owner_remove},
    {"GET", "/users/{}/appRoleAssignments", ASSIGN "|Directory.Read.All", app_roles_get},
    {"POST", "/users/{}/appRoleAssignments", ASSIGN, app_role_post},
    {"DELETE", "/users/{}/appRoleAssignments/{}", ASSIGN, app_role_delete},
    {"GET", "/users/{}/oauth2PermissionGrants", GRANT "|Directory.Read.All", user_grants_get},
    {"GET", "/oauth2PermissionGrants", GRANT "|" DIRECTORY, grants_get},
    {"POST", "/oauth2PermissionGrants", GRANT "|Directory.ReadWrite.All", grant_post},
    {"DELETE", "/oauth2PermissionGrants/{}", GRANT "|Directory.ReadWrite.All", grant_delete},
    {0}};
