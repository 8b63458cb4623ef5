/* What a user belongs to and owns (contract: graph, section 2). */
#include <string.h>

#include "directory.h"
#include "graph.h"

#define BAD "Request_BadRequest"
#define GET_BY_IDS_MAX 1000

static bool in_list(const struct graph *g, const json_t *object, const char *list, const char *id)
{
    return sim_text_index(json_array_at(sim_view(g->sim, object), list), id) >= 0;
}

static void add_groups(struct graph *g, json_t *items, const char *user_id, const char *list)
{
    json_t *group;
    const char *id;

    json_object_foreach (json_object_get(g->tenant, "groups"), id, group)
        if (in_list(g, group, list, user_id))
            json_add(items, graph_tagged(sim_view(g->sim, group), "#microsoft.graph.group"));
}

static bool has_item(const json_t *items, const char *id)
{
    return json_array_find(items, "id", id) != NULL;
}

static void add_roles(const struct graph *g, json_t *items, const json_t *principal)
{
    json_t *role;
    size_t i;

    json_array_foreach (json_array_at(sim_view(g->sim, principal), "_roles"), i, role) {
        const char *template_id = json_text_or(role, "role", ""), *scope = json_text_or(role, "scope", "/");
        char id[37];

        /* A role over an administrative unit alone is no membership of the role. */
        if (strcmp(scope, "/") != 0 || has_item(items, graph_role_object_id(template_id, id)))
            continue;
        json_add(items,
                 json_make("{s:s, s:s, s:n, s:s, s:s, s:s}", "@odata.type", "#microsoft.graph.directoryRole",
                           "id", id, "deletedDateTime", "displayName", directory_role_name(template_id),
                           "description", directory_role_name(template_id), "roleTemplateId", template_id));
    }
}

static void add_units(struct graph *g, json_t *items, const char *user_id)
{
    json_t *unit;
    const char *id;

    json_object_foreach (json_object_get(g->tenant, "administrative_units"), id, unit)
        if (in_list(g, unit, "_members", user_id))
            json_add(items, graph_tagged(unit, "#microsoft.graph.administrativeUnit"));
}

/* The groups that these groups are in, level by level, and the roles that any of them brings. */
static void add_nested(struct graph *g, json_t *items)
{
    for (size_t i = 0; i < json_array_size(items); i++) {
        const char *group_id = json_text_or(json_array_get(items, i), "id", ""), *id;
        const json_t *own = json_object_get(json_object_get(g->tenant, "groups"), group_id);
        json_t *group;

        if (!own)
            continue;
        json_object_foreach (json_object_get(g->tenant, "groups"), id, group)
            if (in_list(g, group, "_members", group_id) && !has_item(items, id))
                json_add(items, graph_tagged(sim_view(g->sim, group), "#microsoft.graph.group"));
        add_roles(g, items, own);
    }
}

static void memberships(struct graph *g, bool nested, bool only_groups)
{
    const json_t *user = graph_user(g, g->param[0]);
    json_t *items;

    if (!user)
        return;
    items = json_array();
    add_groups(g, items, json_text(user, "id"), "_members");
    if (nested)
        add_nested(g, items);
    if (!only_groups) {
        add_roles(g, items, user);
        add_units(g, items, json_text(user, "id"));
    }
    for (size_t i = 0; only_groups && i < json_array_size(items);)
        if (strcmp(json_text_or(json_array_get(items, i), "@odata.type", ""), "#microsoft.graph.group") != 0)
            json_array_remove(items, i);
        else
            i++;
    graph_collection(g, only_groups ? &graph_type_group : &graph_type_object, items,
                     only_groups ? "groups" : "directoryObjects", true);
}

static void member_of(struct graph *g)
{
    memberships(g, false, false);
}

static void member_of_groups(struct graph *g)
{
    memberships(g, false, true);
}

static void transitive_member_of(struct graph *g)
{
    memberships(g, true, false);
}

static void transitive_groups(struct graph *g)
{
    memberships(g, true, true);
}

static void check_member_groups(struct graph *g)
{
    json_t *user = graph_user(g, g->param[0]), *body = user ? graph_body(g) : NULL, *id;
    const json_t *ids = json_array_at(body, "groupIds");
    json_t *met = json_array();
    size_t i;

    if (body && (json_array_size(ids) == 0 || json_array_size(ids) > 20))
        graph_fail(g->call, 400, BAD, "groupIds holds 1 to 20 ids.");
    json_array_foreach (ids, i, id) {
        const json_t *group = json_object_get(json_object_get(g->tenant, "groups"),
                                              json_string_value(id) ? json_string_value(id) : "");

        if (user && group && in_list(g, group, "_members", json_text(user, "id")))
            json_add(met, json_incref(id));
    }
    if (g->call->status == 200)
        g->call->reply =
            json_make("{s:s, s:O}", "@odata.context",
                      "https://graph.microsoft.com/v1.0/$metadata#Collection(Edm.String)", "value", met);
    json_decref(met);
}

/* ---- owned objects ---- */

/* Applications and service principals hold "_owners" as groups do. */
static void add_owned(struct graph *g, json_t *items, const char *place, const char *tag, const char *user_id)
{
    json_t *object;
    const char *id;

    json_object_foreach (json_object_get(g->tenant, place), id, object)
        if (in_list(g, object, "_owners", user_id))
            json_add(items, graph_tagged(sim_view(g->sim, object), tag));
}

static void owned(struct graph *g, bool groups, bool applications, bool principals)
{
    const json_t *user = graph_user(g, g->param[0]);
    const char *id = json_text(user, "id");
    bool all = groups && applications;
    json_t *items;

    if (!user)
        return;
    items = json_array();
    if (groups)
        add_groups(g, items, id, "_owners");
    if (applications)
        add_owned(g, items, "applications", "#microsoft.graph.application", id);
    if (principals)
        add_owned(g, items, "service_principals", "#microsoft.graph.servicePrincipal", id);
    graph_collection(g, groups && !all ? &graph_type_group : &graph_type_object, items, "directoryObjects",
                     false);
}

static void owned_objects(struct graph *g)
{
    owned(g, true, true, true);
}

static void owned_groups(struct graph *g)
{
    owned(g, true, false, false);
}

static void owned_applications(struct graph *g)
{
    owned(g, false, true, false);
}

static void owned_principals(struct graph *g)
{
    owned(g, false, false, true);
}

/* ---- by ids ---- */

static void get_by_ids(struct graph *g)
{
    static const struct {
        const char *place, *type;
    } places[] = {{"users", "user"},
                  {"groups", "group"},
                  {"service_principals", "servicePrincipal"},
                  {"applications", "application"}};
    const json_t *body = graph_body(g), *ids = json_array_at(body, "ids"),
                 *types = json_array_at(body, "types");
    json_t *items, *id;
    size_t i, p;

    if (!body)
        return;
    if (json_array_size(ids) == 0 || json_array_size(ids) > GET_BY_IDS_MAX) {
        graph_fail(g->call, 400, BAD, "ids holds 1 to 1000 ids.");
        return;
    }
    items = json_array();
    json_array_foreach (ids, i, id) {
        for (p = 0; p < sizeof places / sizeof *places; p++) {
            const json_t *object = json_object_get(json_object_get(g->tenant, places[p].place),
                                                   json_string_value(id) ? json_string_value(id) : "");
            char tag[80];

            if (!object || (json_array_size(types) > 0 && sim_text_index(types, places[p].type) < 0))
                continue;
            snprintf(tag, sizeof tag, "#microsoft.graph.%s", places[p].type);
            json_add(items, graph_tagged(sim_view(g->sim, object), tag));
        }
    }
    graph_collection(g, &graph_type_object, items, "directoryObjects", false);
}

#define MEMBER_OF "Directory.Read.All|Group.ReadBasic.All|GroupMember.ReadBasic.All|Directory.ReadWrite.All"
#define TRANSITIVE MEMBER_OF "|User.Read.All|Group.Read.All|GroupMember.Read.All"
#define OWNED "User.Read.All|User.ReadWrite.All|Directory.Read.All|Directory.ReadWrite.All"
#define CHECK                                                                                                \
    "Group.ReadBasic.All|Group.Read.All|GroupMember.Read.All|Group.ReadWrite.All|GroupMember.ReadWrite.All|" \
    "Directory.Read.All|Directory.ReadWrite.All|User.Read.All"

const struct graph_route graph_routes_members[] = {
    {"GET", "/users/{}/memberOf", MEMBER_OF, member_of},
    {"GET", "/users/{}/memberOf/microsoft.graph.group", MEMBER_OF, member_of_groups},
    {"GET", "/users/{}/transitiveMemberOf", TRANSITIVE, transitive_member_of},
    {"GET", "/users/{}/transitiveMemberOf/microsoft.graph.group", TRANSITIVE, transitive_groups},
    {"POST", "/users/{}/checkMemberGroups", CHECK, check_member_groups},
    {"GET", "/users/{}/ownedObjects", OWNED, owned_objects},
    {"GET", "/users/{}/ownedObjects/microsoft.graph.group", OWNED, owned_groups},
    {"GET", "/users/{}/ownedObjects/microsoft.graph.application", OWNED, owned_applications},
    {"GET", "/users/{}/ownedObjects/microsoft.graph.servicePrincipal", OWNED, owned_principals},
    {"POST", "/directoryObjects/getByIds", "Directory.Read.All|Directory.ReadWrite.All", get_by_ids},
    {0}};
