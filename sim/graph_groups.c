#include <string.h>

#include "graph.h"

#define BAD "Request_BadRequest"

/* ---- reading ---- */

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

/* A member is a user or another group. */
static json_t *member_find(const struct graph *g, const char *id)
{
    json_t *user = sim_user(g->tenant, id);

    return user ? user : json_object_get(json_object_get(g->tenant, "groups"), id);
}

static void group_people(struct graph *g, const char *list)
{
    json_t *group = graph_group(g, g->param[0]), *items, *id;
    const struct graph_type *type = &graph_type_user;
    size_t i;

    if (!group)
        return;
    items = json_array();
    json_array_foreach (json_array_at(sim_view(g->sim, group), list), i, id) {
        const json_t *member = member_find(g, json_string_value(id));
        bool person = json_object_get(member, "userPrincipalName") != NULL;

        if (!member)
            continue; /* deleted: kept for a restore, and shown to nobody */
        if (!person)
            type = &graph_type_object;
        json_add(items, graph_tagged(sim_view(g->sim, member),
                                     person ? "#microsoft.graph.user" : "#microsoft.graph.group"));
    }
    graph_collection(g, type, items, "directoryObjects", true);
}

static void members_get(struct graph *g)
{
    group_people(g, "_members");
}

static void owners_get(struct graph *g)
{
    group_people(g, "_owners");
}

/* ---- changing ---- */

/* What refuses a change of members or owners, in the order in which the service looks. False with the call
 * failed. */
static bool group_changes(struct graph *g, const json_t *group, const char *list)
{
    if (json_flag(group, "isManagementRestricted") ||
        (json_flag(group, "isAssignableToRole") && !graph_may(g, "RoleManagement.ReadWrite.Directory"))) {
        graph_denied(g);
        return false;
    }
    bool unified = sim_text_index(json_array_at(group, "groupTypes"), "Unified") >= 0;
    bool dynamic = sim_text_index(json_array_at(group, "groupTypes"), "DynamicMembership") >= 0 ||
                   json_text(group, "membershipRule");

    if (json_flag(group, "onPremisesSyncEnabled"))
        graph_fail(
            g->call, 400, BAD,
            "Unable to update the specified properties for on-premises mastered Directory Sync objects or "
            "objects currently undergoing migration.");
    else if (dynamic && !strcmp(list, "_members"))
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

    if (!group || !group_changes(g, group, list))
        return;
    json_t *member = member_find(g, g->param[1]), *people = json_object_get(group, list);
    const char *id = json_text(member, "id");

    if (!member) {
        graph_not_found(g, g->param[1]);
        return;
    }
    ptrdiff_t at = sim_text_index(people, id);

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
    changed(g, group, list, id);
    graph_no_content(g);
}

/* The id of the object to be added; NULL with the call failed. */
static const char *addable(struct graph *g, const json_t *group, const char *list, const char *id)
{
    const char *own = json_text(member_find(g, id), "id");

    if (!own)
        graph_not_found(g, id);
    else if (sim_text_index(json_array_at(group, list), own) >= 0)
        graph_fail(
            g->call, 400, BAD,
            "One or more added object references already exist for the following modified properties: '%s'.",
            list + 1);
    else
        return own;
    return NULL;
}

static void add_one(struct graph *g, json_t *group, const char *list, const char *id)
{
    sim_touch(g->sim, group);
    json_add(json_object_get(group, list), json_text_new(id));
    changed(g, group, list, id);
}

static void add_to(struct graph *g, const char *list)
{
    json_t *group = graph_group(g, g->param[0]);
    const char *id = group && group_changes(g, group, list) ? graph_reference(g) : NULL;
    const char *own = id ? addable(g, group, list, id) : NULL;

    if (!own)
        return;
    add_one(g, group, list, own);
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
    if (!group_changes(g, group, "_members"))
        return;
    json_t *ids = json_array(); /* all or nothing */

    json_array_foreach (bind, i, url) {
        const char *text = json_string_value(url), *slash = text ? strrchr(text, '/') : NULL;
        const char *id = slash ? addable(g, group, "_members", slash + 1) : NULL;

        if (!slash)
            graph_fail(g->call, 400, BAD, "A reference must be a URL.");
        if (!id) {
            json_decref(ids);
            return;
        }
        json_add(ids, json_text_new(id));
    }
    json_array_foreach (ids, i, url)
        add_one(g, group, "_members", json_string_value(url));
    json_decref(ids);
    graph_no_content(g);
}

/* Without /$ref the call deletes the user itself, as in reality. */
static void member_delete_user(struct graph *g)
{
    json_t *group = graph_group(g, g->param[0]), *user = group ? graph_user(g, g->param[1]) : NULL;

    if (user && graph_user_delete(g, user))
        graph_no_content(g);
}

#define READ                                                                                              \
    "Group.ReadBasic.All|Group.Read.All|GroupMember.Read.All|Group.ReadWrite.All|Group.ManageProtection." \
    "All|"                                                                                                \
    "Group-PreferredDataLocation.ReadWrite.All|Directory.Read.All|Directory.ReadWrite.All"
#define READ_MEMBERS                                                                                         \
    "GroupMember.ReadBasic.All|Group.ReadBasic.All|Group.Read.All|GroupMember.Read.All|Group.ReadWrite.All|" \
    "GroupMember.ReadWrite.All|Directory.Read.All"
#define READ_OWNERS \
    "Group.Read.All|GroupMember.Read.All|Group.ReadWrite.All|GroupMember.ReadWrite.All|Directory.Read.All"
#define WRITE "GroupMember.ReadWrite.All|Group.ReadWrite.All|Directory.ReadWrite.All"
#define OWNERS "Group.ReadWrite.All|Directory.ReadWrite.All"

const struct graph_route graph_routes_groups[] = {
    {"GET", "/groups", READ, groups_list},
    {"GET", "/groups/{}", READ, group_get},
    {"PATCH", "/groups/{}", WRITE, group_patch},
    {"GET", "/groups/{}/members", READ_MEMBERS, members_get},
    {"POST", "/groups/{}/members/$ref", WRITE, member_add},
    {"DELETE", "/groups/{}/members/{}/$ref", WRITE, member_remove},
    {"DELETE", "/groups/{}/members/{}", "User.DeleteRestore.All|User.ReadWrite.All", member_delete_user,
     .undocumented = true},
    {"GET", "/groups/{}/owners", READ_OWNERS, owners_get},
    {"POST", "/groups/{}/owners/$ref", OWNERS, owner_add},
    {"DELETE", "/groups/{}/owners/{}/$ref", OWNERS, owner_remove},
    {0}};
