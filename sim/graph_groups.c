#include <string.h>

#include "graph.h"

#define BAD "Request_BadRequest"

static json_t *tagged(const json_t *object, const char *tag)
{
    json_t *copy = json_copy((json_t *)object);

    json_put_text(copy, "@odata.type", tag);
    return copy;
}

/* ---- reading ---- */

static const struct {
    const char *template_id, *name;
} roles[] = {
    {"62e90394-69f5-4237-9190-012177145e10", "Global Administrator"},
    {"29232cdf-9323-42fd-ade2-1d097af3e4de", "Exchange Administrator"},
    {"fe930be7-5e62-47db-91af-98c3a49a38b1", "User Administrator"},
    {"729827e3-9c14-49f7-bb1b-9608f156bbb8", "Helpdesk Administrator"},
    {"7be44c8a-adaf-4e2a-84d6-ab2649e08a13", "Privileged Authentication Administrator"},
    {"f2ef992c-3afb-46b9-b7cf-a126ee74c451", "Global Reader"},
    {"f28a1f50-f6e7-4571-818b-6a12f2af6b6c", "SharePoint Administrator"},
};

static const char *role_name(const char *template_id)
{
    for (size_t i = 0; i < sizeof roles / sizeof *roles; i++)
        if (!strcmp(roles[i].template_id, template_id))
            return roles[i].name;
    return "Directory role";
}

static void add_groups(struct graph *g, json_t *items, const char *user_id, const char *list)
{
    json_t *group;
    const char *id;

    json_object_foreach (json_object_get(g->tenant, "groups"), id, group) {
        const json_t *seen = sim_view(g->sim, group);

        if (sim_text_index(json_array_at(seen, list), user_id) >= 0)
            json_add(items, tagged(seen, "#microsoft.graph.group"));
    }
}

static void user_groups(struct graph *g, const char *list, bool with_roles)
{
    json_t *user = graph_user(g, g->param[0]), *items, *role;
    size_t i;

    if (!user)
        return;
    items = json_array();
    add_groups(g, items, json_text(user, "id"), list);
    json_array_foreach (with_roles ? json_array_at(user, "_roles") : NULL, i, role)
        json_add(items,
                 json_make("{s:s, s:s, s:s, s:s}", "@odata.type", "#microsoft.graph.directoryRole", "id",
                           json_string_value(role), "displayName", role_name(json_string_value(role)),
                           "roleTemplateId", json_string_value(role)));
    graph_collection(g, with_roles ? &graph_type_object : &graph_type_group, items,
                     with_roles ? "directoryObjects" : "groups", true);
}

static void member_of(struct graph *g)
{
    user_groups(g, "_members", true);
}

static void member_of_groups(struct graph *g)
{
    user_groups(g, "_members", false);
}

static void owned_objects(struct graph *g)
{
    user_groups(g, "_owners", true);
    /* Roles are no owned objects. */
    json_t *values = json_object_get(g->call->reply, "value"), *value;

    for (size_t i = 0; (value = json_array_get(values, i));) {
        if (text_equal_nocase(json_text(value, "@odata.type"), "#microsoft.graph.directoryRole"))
            json_array_remove(values, i);
        else
            i++;
    }
}

static void owned_groups(struct graph *g)
{
    user_groups(g, "_owners", false);
}

static void groups_list(struct graph *g)
{
    json_t *items = json_array(), *group;
    const char *id;

    json_object_foreach (json_object_get(g->tenant, "groups"), id, group)
        json_add(items, json_incref((json_t *)sim_view(g->sim, group)));
    graph_collection(g, &graph_type_group, items, "groups", true);
}

static void group_get(struct graph *g)
{
    json_t *group = graph_group(g, g->param[0]);

    if (group)
        graph_entity(g, &graph_type_group, sim_view(g->sim, group), "groups");
}

static void group_people(struct graph *g, const char *list)
{
    json_t *group = graph_group(g, g->param[0]), *items, *id;
    size_t i;

    if (!group)
        return;
    items = json_array();
    json_array_foreach (json_array_at(sim_view(g->sim, group), list), i, id) {
        const json_t *user = sim_user(g->tenant, json_string_value(id));

        if (user)
            json_add(items, tagged(sim_view(g->sim, user), "#microsoft.graph.user"));
    }
    graph_collection(g, &graph_type_user, items, "directoryObjects", true);
}

static void members_get(struct graph *g)
{
    group_people(g, "_members");
}

static void owners_get(struct graph *g)
{
    group_people(g, "_owners");
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

        if (user && group &&
            sim_text_index(json_array_at(sim_view(g->sim, group), "_members"), json_text(user, "id")) >= 0)
            json_add(met, json_incref(id));
    }
    if (g->call->status == 200)
        g->call->reply =
            json_make("{s:s, s:O}", "@odata.context",
                      "https://graph.microsoft.com/v1.0/$metadata#Collection(Edm.String)", "value", met);
    json_decref(met);
}

/* ---- changing ---- */

/* What refuses a change of members, in the order in which the service looks. False with the call failed. */
static bool group_changes(struct graph *g, const json_t *group)
{
    if (json_flag(group, "isManagementRestricted") ||
        (json_flag(group, "isAssignableToRole") && !graph_may(g, "RoleManagement.ReadWrite.Directory"))) {
        graph_denied(g);
        return false;
    }
    bool unified = sim_text_index(json_array_at(group, "groupTypes"), "Unified") >= 0;

    if (json_flag(group, "onPremisesSyncEnabled"))
        graph_fail(g->call, 400, BAD,
                   "Unable to update the specified properties for on-premises mastered Directory Sync "
                   "objects or objects "
                   "currently undergoing migration.");
    else if (sim_text_index(json_array_at(group, "groupTypes"), "DynamicMembership") >= 0 ||
             json_text(group, "membershipRule"))
        graph_fail(
            g->call, 400, BAD,
            "Cannot update the members of a group with dynamic membership: its membership rule decides.");
    else if (json_flag(group, "mailEnabled") && !unified)
        graph_fail(g->call, 400, BAD,
                   "Cannot Update a mail-enabled security groups and or distribution list.");
    else
        return true;
    return false;
}

static void changed(struct graph *g, const json_t *group, const char *list, const char *id)
{
    if (!strcmp(list, "_members"))
        sim_member_changed(g->sim, g->tenant, group, id);
}

static void remove_from(struct graph *g, const char *list)
{
    json_t *group = graph_group(g, g->param[0]);

    if (!group || !group_changes(g, group))
        return;
    json_t *user = sim_user(g->tenant, g->param[1]), *people = json_object_get(group, list);

    if (!user) {
        graph_not_found(g, g->param[1]);
        return;
    }
    ptrdiff_t at = sim_text_index(people, json_text(user, "id"));

    if (at < 0) {
        graph_fail(
            g->call, 400, BAD,
            "One or more removed object references do not exist for the following modified properties: '%s'.",
            list + 1);
        return;
    }
    if (!strcmp(list, "_owners") && json_array_size(people) == 1) {
        graph_fail(g->call, 400, BAD,
                   "The group must have at least one owner, hence this owner cannot be removed.");
        return;
    }
    sim_touch(g->sim, group);
    json_array_remove(json_object_get(group, list), (size_t)at);
    changed(g, group, list, json_text(user, "id"));
    graph_no_content(g);
}

/* False with the call failed. */
static bool add_one(struct graph *g, json_t *group, const char *list, const char *id)
{
    json_t *user = graph_user(g, id);

    if (!user)
        return false;
    if (sim_text_index(json_array_at(group, list), json_text(user, "id")) >= 0) {
        graph_fail(
            g->call, 400, BAD,
            "One or more added object references already exist for the following modified properties: '%s'.",
            list + 1);
        return false;
    }
    sim_touch(g->sim, group);
    json_add(json_object_get(group, list), json_string(json_text(user, "id")));
    changed(g, group, list, json_text(user, "id"));
    return true;
}

static void add_to(struct graph *g, const char *list)
{
    json_t *group = graph_group(g, g->param[0]);

    if (!group || !group_changes(g, group))
        return;
    const char *id = graph_reference(g);

    if (id && add_one(g, group, list, id))
        graph_no_content(g);
}

static void member_remove(struct graph *g)
{
    remove_from(g, "_members");
}

static void owner_remove(struct graph *g)
{
    remove_from(g, "_owners");
}

static void member_add(struct graph *g)
{
    add_to(g, "_members");
}

static void owner_add(struct graph *g)
{
    add_to(g, "_owners");
}

/* PATCH serves "members@odata.bind" alone: up to twenty members at once. */
static void group_patch(struct graph *g)
{
    json_t *group = graph_group(g, g->param[0]), *body = group ? graph_body(g) : NULL, *url;
    const json_t *bind = json_array_at(body, "members@odata.bind");
    size_t i;

    if (!body)
        return;
    if (json_array_size(bind) == 0 || json_array_size(bind) > 20 || json_object_size(body) != 1) {
        g->call->undocumented = true;
        graph_fail(g->call, 400, BAD, "Only members@odata.bind with 1 to 20 members can be changed here.");
        return;
    }
    if (!group_changes(g, group))
        return;
    json_array_foreach (bind, i, url) {
        const char *text = json_string_value(url), *slash = text ? strrchr(text, '/') : NULL;

        if (!slash)
            graph_fail(g->call, 400, BAD, "A reference must be a URL.");
        if (!slash || !add_one(g, group, "_members", slash + 1))
            return;
    }
    graph_no_content(g);
}

/* Without /$ref the call deletes the user itself, as in reality. */
static void member_delete_user(struct graph *g)
{
    json_t *group = graph_group(g, g->param[0]), *user = group ? graph_user(g, g->param[1]) : NULL;

    if (user && graph_user_delete(g, user))
        graph_no_content(g);
}

/* ---- roles ---- */

static void role_assignments(struct graph *g)
{
    json_t *items = json_array(), *user, *role;
    const char *id;
    size_t i;

    json_object_foreach (json_object_get(g->tenant, "users"), id, user) {
        json_array_foreach (json_array_at(user, "_roles"), i, role) {
            const char *template_id = json_string_value(role);
            char assignment[120];

            snprintf(assignment, sizeof assignment, "%.36s-%.36s-1", template_id, id);
            json_add(items, json_make("{s:s, s:s, s:s, s:s, s:n, s:{s:s, s:s, s:s}}", "id", assignment,
                                      "principalId", id, "roleDefinitionId", template_id, "directoryScopeId",
                                      "/", "appScopeId", "roleDefinition", "id", template_id, "displayName",
                                      role_name(template_id), "templateId", template_id));
        }
    }
    if (!json_text(g->query, "$expand")) {
        json_array_foreach (items, i, role)
            json_object_del(role, "roleDefinition");
    }
    graph_collection(g, &graph_type_any, items, "roleManagement/directory/roleAssignments", false);
}

static void role_remove(struct graph *g)
{
    const char *id = g->param[0];
    char template_id[37] = "", user_id[37] = "";

    if (strlen(id) == 75) {
        snprintf(template_id, sizeof template_id, "%.36s", id);
        snprintf(user_id, sizeof user_id, "%.36s", id + 37);
    }
    json_t *user = sim_user(g->tenant, user_id);
    ptrdiff_t at = sim_text_index(json_array_at(user, "_roles"), template_id);

    if (at < 0) {
        graph_not_found(g, id);
        return;
    }
    json_array_remove(json_object_get(user, "_roles"), (size_t)at);
    graph_no_content(g);
}

#define MEMBER_OF "Directory.Read.All|Group.ReadBasic.All|GroupMember.ReadBasic.All|Directory.ReadWrite.All"
#define READ                                                                                                 \
    "Group.ReadBasic.All|Group.Read.All|GroupMember.Read.All|Group.ReadWrite.All|GroupMember.ReadWrite.All|" \
    "Directory.Read.All|Directory.ReadWrite.All"
#define WRITE "GroupMember.ReadWrite.All|Group.ReadWrite.All|Directory.ReadWrite.All"
#define OWNERS "Group.ReadWrite.All|Directory.ReadWrite.All"

const struct graph_route graph_routes_groups[] = {
    {"GET", "/users/{}/memberOf", MEMBER_OF, member_of},
    {"GET", "/users/{}/memberOf/microsoft.graph.group", MEMBER_OF, member_of_groups},
    {"GET", "/users/{}/transitiveMemberOf", MEMBER_OF "|User.Read.All|Group.Read.All|GroupMember.Read.All",
     member_of},
    {"GET", "/users/{}/transitiveMemberOf/microsoft.graph.group",
     MEMBER_OF "|User.Read.All|Group.Read.All|GroupMember.Read.All", member_of_groups},
    {"GET", "/users/{}/ownedObjects",
     "User.Read.All|User.ReadWrite.All|Directory.Read.All|Directory.ReadWrite.All", owned_objects},
    {"GET", "/users/{}/ownedObjects/microsoft.graph.group",
     "User.Read.All|User.ReadWrite.All|Directory.Read.All|Directory.ReadWrite.All", owned_groups},
    {"POST", "/users/{}/checkMemberGroups", READ "|User.Read.All", check_member_groups},
    {"GET", "/groups", READ, groups_list},
    {"GET", "/groups/{}", READ, group_get},
    {"PATCH", "/groups/{}", WRITE, group_patch},
    {"GET", "/groups/{}/members", READ, members_get},
    {"POST", "/groups/{}/members/$ref", WRITE, member_add},
    {"DELETE", "/groups/{}/members/{}/$ref", WRITE, member_remove},
    {"DELETE", "/groups/{}/members/{}", "User.DeleteRestore.All|User.ReadWrite.All", member_delete_user,
     .undocumented = true},
    {"GET", "/groups/{}/owners", READ, owners_get},
    {"POST", "/groups/{}/owners/$ref", OWNERS, owner_add},
    {"DELETE", "/groups/{}/owners/{}/$ref", OWNERS, owner_remove},
    {"GET", "/roleManagement/directory/roleAssignments",
     "RoleManagement.Read.Directory|RoleManagement.ReadWrite.Directory|Directory.Read.All|Directory."
     "ReadWrite.All",
     role_assignments},
    {"DELETE", "/roleManagement/directory/roleAssignments/{}", "RoleManagement.ReadWrite.Directory",
     role_remove},
    {0}};
