/* Directory roles: assignments, and what Privileged Identity Management adds to them (contract: graph,
 * section 3).
 *
 * A principal (user or group) holds "_roles" and "_eligible_roles": [{"role": "<template id>", "scope": "/"
 * or
 * "/administrativeUnits/<id>", "type": "Assigned" or "Activated", "start": "<time>", "end": "<time>" or
 * null}]. */
#include <string.h>

#include "base/rng.h"
#include "directory.h"
#include "graph.h"

#define BAD "Request_BadRequest"
#define SHORTEST_MS ((int64_t)5 * 60 * 1000) /* an active assignment cannot be removed sooner */

/* One role of one principal. */
struct holding {
    json_t *principal;
    const char *principal_id;
    json_t *role;
};

typedef json_t *(*view_fn)(const struct holding *holding);

static const char *scope_of(const json_t *role)
{
    return json_text_or(role, "scope", "/");
}

/* What the service calls the assignment: unique, and the same as long as it lives. */
static const char *holding_id(const struct holding *holding, const char *kind, char ret[160])
{
    const char *scope = scope_of(holding->role), *slash = strrchr(scope, '/');

    snprintf(ret, 160, "%.36s-%.36s-%s%.40s", json_text_or(holding->role, "role", ""), holding->principal_id,
             kind, slash && slash[1] ? slash + 1 : "1");
    return ret;
}

static bool is_global(const json_t *role)
{
    return text_equal_nocase(json_text(role, "role"), ROLE_GLOBAL_ADMINISTRATOR) &&
           !strcmp(scope_of(role), "/");
}

static json_t *principals_at(const struct graph *g, size_t i)
{
    static const char *const places[] = {"users", "groups"};

    return i < 2 ? json_object_get(g->tenant, places[i]) : NULL;
}

static json_t *principal_find(const struct graph *g, const char *id)
{
    for (size_t i = 0; id && principals_at(g, i); i++)
        if (json_object_get(principals_at(g, i), id))
            return json_object_get(principals_at(g, i), id);
    return NULL;
}

/* ---- reading ---- */

static json_t *all_holdings(const struct graph *g, const char *list, view_fn view)
{
    json_t *items = json_array(), *principal, *role;
    const char *id;
    size_t i, j;

    for (i = 0; principals_at(g, i); i++)
        json_object_foreach (principals_at(g, i), id, principal)
            json_array_foreach (json_array_at(sim_view(g->sim, principal), list), j, role) {
                const struct holding holding = {principal, id, role};

                json_add(items, view(&holding));
            }
    return items;
}

/* What comes by a role-assignable group, under the user it comes to. */
static void add_inherited(const struct graph *g, json_t *items, const char *list, view_fn view)
{
    json_t *group, *role, *member;
    const char *id;
    size_t i, j;

    json_object_foreach (json_object_get(g->tenant, "groups"), id, group)
        json_array_foreach (json_array_at(group, list), i, role)
            json_array_foreach (json_array_at(group, "_members"), j, member) {
                const struct holding holding = {group, json_string_value(member), role};
                json_t *row = view(&holding);

                json_put_text(row, "memberType", "Group");
                json_add(items, row);
            }
}

static json_t *assignment_view(const struct holding *holding)
{
    char id[160];

    return json_make("{s:s, s:s, s:s, s:s, s:n, s:n}", "id", holding_id(holding, "", id), "principalId",
                     holding->principal_id, "roleDefinitionId", json_text_or(holding->role, "role", ""),
                     "directoryScopeId", scope_of(holding->role), "appScopeId", "condition");
}

static json_t *instance_view(const struct holding *holding, const char *schedule_key)
{
    char id[160], schedule[160];
    json_t *view =
        json_make("{s:s, s:s, s:s, s:s, s:n, s:s}", "id", holding_id(holding, "i-", id), "principalId",
                  holding->principal_id, "roleDefinitionId", json_text_or(holding->role, "role", ""),
                  "directoryScopeId", scope_of(holding->role), "appScopeId", "memberType", "Direct");

    json_put_text(view, schedule_key, holding_id(holding, "s-", schedule));
    json_put_text(view, "startDateTime", json_text(holding->role, "start"));
    json_put_text(view, "endDateTime", json_text(holding->role, "end"));
    return view;
}

static json_t *active_view(const struct holding *holding)
{
    char id[160];
    json_t *view = instance_view(holding, "roleAssignmentScheduleId");

    json_put_text(view, "assignmentType", json_text_or(holding->role, "type", "Assigned"));
    json_put_text(view, "roleAssignmentOriginId", holding_id(holding, "", id));
    return view;
}

static json_t *eligible_view(const struct holding *holding)
{
    return instance_view(holding, "roleEligibilityScheduleId");
}

static json_t *schedule_info(const json_t *role)
{
    const char *end = json_text(role, "end");
    json_t *expiration = json_make("{s:s, s:n, s:n}", "type", end ? "afterDateTime" : "noExpiration",
                                   "endDateTime", "duration");

    json_put_text(expiration, "endDateTime", end);
    json_t *info = json_make("{s:n, s:o}", "recurrence", "expiration", expiration);

    json_put_text(info, "startDateTime", json_text(role, "start"));
    return info;
}

static json_t *eligible_schedule_view(const struct holding *holding)
{
    char id[160];
    json_t *view = json_make("{s:s, s:s, s:s, s:s, s:n, s:s, s:s, s:o}", "id", holding_id(holding, "s-", id),
                             "principalId", holding->principal_id, "roleDefinitionId",
                             json_text_or(holding->role, "role", ""), "directoryScopeId",
                             scope_of(holding->role), "appScopeId", "memberType", "Direct", "status",
                             "Provisioned", "scheduleInfo", schedule_info(holding->role));

    json_put_text(view, "createdDateTime", json_text(holding->role, "start"));
    return view;
}

/* ---- $expand ---- */

static json_t *expand_definition(struct graph *g, const json_t *row)
{
    const char *id = json_text_or(row, "roleDefinitionId", "");

    (void)g;
    return json_make("{s:s, s:s, s:s, s:s, s:b, s:b}", "id", id, "displayName", directory_role_name(id),
                     "description", directory_role_name(id), "templateId", id, "isBuiltIn", 1, "isEnabled",
                     1);
}

static json_t *expand_principal(struct graph *g, const json_t *row)
{
    const char *id = json_text_or(row, "principalId", "");
    const json_t *user = json_object_get(json_object_get(g->tenant, "users"), id);
    const json_t *group = json_object_get(json_object_get(g->tenant, "groups"), id);

    if (user)
        return graph_tagged(sim_view(g->sim, user), "#microsoft.graph.user");
    return group ? graph_tagged(sim_view(g->sim, group), "#microsoft.graph.group") : NULL;
}

static const struct graph_type type_definition = {
    "unifiedRoleDefinition",
    " id description displayName isBuiltIn isEnabled resourceScopes rolePermissions templateId version ",
    NULL};
static const struct graph_expansion role_expansions[] = {
    {"roleDefinition", &type_definition, expand_definition},
    {"principal", &graph_type_object, expand_principal},
    {0}};
static const struct graph_type type_assignment = {
    "unifiedRoleAssignment",
    " id appScopeId condition directoryScopeId principalId principalOrganizationId roleDefinitionId ", NULL,
    role_expansions};
#define INSTANCE \
    " id appScopeId directoryScopeId principalId roleDefinitionId endDateTime memberType startDateTime "
static const struct graph_type type_active = {
    "unifiedRoleAssignmentScheduleInstance",
    INSTANCE " assignmentType roleAssignmentOriginId roleAssignmentScheduleId ", NULL, role_expansions};
static const struct graph_type type_eligible = {
    "unifiedRoleEligibilityScheduleInstance", INSTANCE " roleEligibilityScheduleId ", NULL, role_expansions};
static const struct graph_type type_eligible_schedule = {
    "unifiedRoleEligibilitySchedule",
    " id appScopeId createdDateTime createdUsing directoryScopeId modifiedDateTime principalId "
    "roleDefinitionId status "
    "memberType scheduleInfo ",
    NULL, role_expansions};

#define SET "roleManagement/directory/"

static void assignments_get(struct graph *g)
{
    graph_collection(g, &type_assignment, all_holdings(g, "_roles", assignment_view), SET "roleAssignments",
                     false);
}

/* PIM belongs to Entra ID P2. False with the call failed. */
static bool has_pim(struct graph *g)
{
    bool has = graph_has_plan(g, "AAD_PREMIUM_P2");

    if (!has)
        graph_fail(
            g->call, 400, "AadPremiumLicenseRequired",
            "The tenant needs to have Microsoft Entra ID P2 or Microsoft Entra ID Governance license.");
    return has;
}

static void instances_get(struct graph *g, const struct graph_type *type, const char *list, view_fn view,
                          const char *set)
{
    if (!has_pim(g))
        return;
    json_t *items = all_holdings(g, list, view);

    if (sim_variant(g->sim, VARIANT_role_members_in_instances))
        add_inherited(g, items, list, view);
    graph_collection(g, type, items, set, false);
}

static void active_get(struct graph *g)
{
    instances_get(g, &type_active, "_roles", active_view, SET "roleAssignmentScheduleInstances");
}

static void eligible_get(struct graph *g)
{
    instances_get(g, &type_eligible, "_eligible_roles", eligible_view,
                  SET "roleEligibilityScheduleInstances");
}

static void eligible_schedules_get(struct graph *g)
{
    instances_get(g, &type_eligible_schedule, "_eligible_roles", eligible_schedule_view,
                  SET "roleEligibilitySchedules");
}

/* ---- changing ---- */

static ptrdiff_t holding_find(const json_t *roles, const char *role_id, const char *scope)
{
    json_t *role;
    size_t i;

    json_array_foreach (roles, i, role)
        if (text_equal_nocase(json_text(role, "role"), role_id) && !strcmp(scope_of(role), scope))
            return (ptrdiff_t)i;
    return -1;
}

/* Is this the only active Global Administrator? */
static bool is_last_global(const struct graph *g, const json_t *role)
{
    json_t *principal, *held;
    const char *id;
    size_t i, j, count = 0;

    for (i = 0; principals_at(g, i); i++)
        json_object_foreach (principals_at(g, i), id, principal)
            json_array_foreach (json_array_at(principal, "_roles"), j, held)
                count += is_global(held);
    return is_global(role) && count <= 1;
}

static void fail_last_global(struct graph *g)
{
    graph_fail(g->call, 400, BAD, "Removing the last Global Administrator of the tenant is not allowed.");
}

static json_t *roles_of(json_t *principal, const char *list)
{
    if (!json_is_array(json_object_get(principal, list)))
        json_put(principal, list, json_array());
    return json_object_get(principal, list);
}

static void role_take(struct graph *g, json_t *principal, const char *list, size_t at)
{
    sim_touch(g->sim, principal);
    json_array_remove(json_object_get(principal, list), at);
}

static json_t *role_give(struct graph *g, json_t *principal, const char *list, const char *role_id,
                         const char *scope, const char *end)
{
    char now[TIME_TEXT_SIZE];
    json_t *role = json_make("{s:s, s:s, s:s, s:s}", "role", role_id, "scope", scope, "type", "Assigned",
                             "start", sim_now_text(g->sim, now));

    json_put_text(role, "end", end);
    sim_touch(g->sim, principal);
    json_add(roles_of(principal, list), role);
    return role;
}

/* Role-assignable groups take roles, other groups do not. NULL with the call failed. */
static json_t *principal_for(struct graph *g, const char *id, const char *code)
{
    json_t *principal = principal_find(g, id);

    if (!principal)
        graph_fail(g->call, code ? 400 : 404, code ? code : "Request_ResourceNotFound",
                   "The subject '%.60s' could not be found.", id);
    else if (json_object_get(principal, "groupTypes") && !json_flag(principal, "isAssignableToRole"))
        graph_fail(g->call, 400, BAD, "Roles are assigned to users and to role-assignable groups only.");
    else
        return principal;
    return NULL;
}

static void assignment_post(struct graph *g)
{
    const json_t *body = graph_body(g);
    const char *role_id = body ? graph_body_text(g, body, "roleDefinitionId") : NULL;
    const char *principal_id = role_id ? graph_body_text(g, body, "principalId") : NULL;
    const char *scope = principal_id ? graph_body_text(g, body, "directoryScopeId") : NULL;
    json_t *principal = scope ? principal_for(g, principal_id, NULL) : NULL;

    if (!principal)
        return;
    if (holding_find(json_array_at(principal, "_roles"), role_id, scope) >= 0) {
        graph_fail(g->call, 400, BAD,
                   "A conflicting object with one or more of the specified property values is present in the "
                   "directory.");
        return;
    }
    const struct holding holding = {principal, principal_id,
                                    role_give(g, principal, "_roles", role_id, scope, NULL)};
    AUTO_JSON json_t *view = assignment_view(&holding);

    g->call->status = 201;
    graph_entity(g, &type_assignment, view, SET "roleAssignments");
}

/* An assignment is found by its id among those of the principal that the id names. */
static bool assignment_find(const struct graph *g, const char *id, struct holding *ret, size_t *ret_at)
{
    char principal_id[37] = "", own[160];
    json_t *role;
    size_t i;

    if (strlen(id) > 74)
        snprintf(principal_id, sizeof principal_id, "%.36s", id + 37);
    *ret = (struct holding){.principal = principal_find(g, principal_id)};
    json_array_foreach (json_array_at(ret->principal, "_roles"), i, role) {
        *ret = (struct holding){ret->principal, json_text_or(ret->principal, "id", ""), role};
        if (!strcmp(holding_id(ret, "", own), id)) {
            *ret_at = i;
            return true;
        }
    }
    return false;
}

static void assignment_delete(struct graph *g)
{
    struct holding holding;
    size_t at = 0;

    if (!assignment_find(g, g->param[0], &holding, &at)) {
        graph_not_found(g, g->param[0]);
    } else if (is_last_global(g, holding.role)) {
        fail_last_global(g);
    } else {
        role_take(g, holding.principal, "_roles", at);
        graph_no_content(g);
    }
}

/* The older way: /directoryRoles/{object id, not template id}/members/{user}/$ref */
static void role_member_delete(struct graph *g)
{
    json_t *user = graph_user(g, g->param[1]), *role;
    size_t i;

    if (!user)
        return;
    json_array_foreach (json_array_at(user, "_roles"), i, role) {
        char object_id[37];

        if (!text_equal_nocase(graph_role_object_id(json_text_or(role, "role", ""), object_id), g->param[0]))
            continue;
        if (is_last_global(g, role)) {
            fail_last_global(g);
            return;
        }
        role_take(g, user, "_roles", i);
        graph_no_content(g);
        return;
    }
    graph_not_found(g, g->param[0]);
}

const char *graph_role_object_id(const char *template_id, char ret[37])
{
    snprintf(ret, 37, "d0%.34s", strlen(template_id) > 2 ? template_id + 2 : "");
    return ret;
}

/* ---- requests of PIM ---- */

struct request {
    const char *action, *role_id, *principal_id, *scope;
    json_t *principal;
    const char *list; /* "_roles" or "_eligible_roles" */
};

static bool request_read(struct graph *g, const json_t *body, const char *list, struct request *ret)
{
    *ret = (struct request){.list = list, .scope = json_text_or(body, "directoryScopeId", "/")};
    ret->action = graph_body_text(g, body, "action");
    ret->role_id = ret->action ? graph_body_text(g, body, "roleDefinitionId") : NULL;
    ret->principal_id = ret->role_id ? graph_body_text(g, body, "principalId") : NULL;
    ret->principal = ret->principal_id ? principal_for(g, ret->principal_id, "SubjectNotFound") : NULL;
    if (ret->principal && strcmp(ret->action, "adminRemove") != 0 &&
        strcmp(ret->action, "adminAssign") != 0) {
        g->call->undocumented = true;
        graph_fail(g->call, 400, "InvalidAction", "The action '%.40s' is not played here.", ret->action);
        return false;
    }
    return ret->principal != NULL;
}

static bool too_young(const struct graph *g, const json_t *role)
{
    int64_t start;

    return time_parse(json_text_or(role, "start", ""), &start) && start + SHORTEST_MS > sim_now_ms(g->sim);
}

/* False with the call failed. */
static bool request_remove(struct graph *g, const struct request *request, bool apply)
{
    const json_t *roles = json_array_at(request->principal, request->list);
    ptrdiff_t at = holding_find(roles, request->role_id, request->scope);
    bool active = !strcmp(request->list, "_roles");
    const json_t *role = at < 0 ? NULL : json_array_get(roles, (size_t)at);

    if (!role)
        graph_fail(g->call, 400, "RoleAssignmentDoesNotExist", "The Role assignment does not exist.");
    else if (active && too_young(g, role))
        graph_fail(g->call, 400, "ActiveDurationTooShort",
                   "The active duration is too short: minimum required is 5 minutes.");
    else if (active && is_last_global(g, role))
        fail_last_global(g);
    else if (apply)
        role_take(g, request->principal, request->list, (size_t)at);
    return g->call->status == 200;
}

static bool request_assign(struct graph *g, const struct request *request, const json_t *body, bool apply)
{
    const json_t *info = json_object_get(body, "scheduleInfo"),
                 *expiration = json_object_get(info, "expiration");

    if (!info) {
        graph_fail(g->call, 400, "InvalidScheduleInfo", "An assignment needs scheduleInfo.");
        return false;
    }
    if (holding_find(json_array_at(request->principal, request->list), request->role_id, request->scope) >=
        0) {
        graph_fail(g->call, 400, "RoleAssignmentExists", "The Role assignment already exists.");
        return false;
    }
    if (apply)
        role_give(g, request->principal, request->list, request->role_id, request->scope,
                  json_text(expiration, "endDateTime"));
    return true;
}

static void request_post(struct graph *g, const char *list, const char *set)
{
    const json_t *body = has_pim(g) ? graph_body(g) : NULL;
    struct request request;
    char id[37], now[TIME_TEXT_SIZE];

    if (!body || !request_read(g, body, list, &request))
        return;
    bool removes = !strcmp(request.action, "adminRemove"), trial = json_flag(body, "isValidationOnly");

    if (removes ? !request_remove(g, &request, !trial) : !request_assign(g, &request, body, !trial))
        return;
    AUTO_JSON json_t *view =
        json_make("{s:s, s:s, s:s, s:s, s:s, s:s, s:s, s:s, s:n, s:n, s:n, s:n, s:b, s:O*}", "id",
                  uuid_v4(rng_system(), id), "status", removes ? "Revoked" : "Provisioned", "action",
                  request.action, "principalId", request.principal_id, "roleDefinitionId", request.role_id,
                  "directoryScopeId", request.scope, "createdDateTime", sim_now_text(g->sim, now),
                  "completedDateTime", now, "appScopeId", "approvalId", "customData", "targetScheduleId",
                  "isValidationOnly", trial, "scheduleInfo", json_object_get(body, "scheduleInfo"));

    json_put_text(view, "justification", json_text(body, "justification"));
    g->call->status = 201;
    graph_entity(g, &graph_type_any, view, set);
}

static void active_request(struct graph *g)
{
    request_post(g, "_roles", SET "roleAssignmentScheduleRequests");
}

static void eligible_request(struct graph *g)
{
    request_post(g, "_eligible_roles", SET "roleEligibilityScheduleRequests");
}

#define WRITE "RoleManagement.ReadWrite.Directory"
#define READ "RoleManagement.Read.Directory|" WRITE
#define ACTIVE "RoleAssignmentSchedule.ReadWrite.Directory"
#define ELIGIBLE "RoleEligibilitySchedule.ReadWrite.Directory"
#define PATH "/roleManagement/directory/"

const struct graph_route graph_routes_roles[] = {
    {"GET", PATH "roleAssignments", READ "|Directory.Read.All|Directory.ReadWrite.All", assignments_get},
    {"POST", PATH "roleAssignments", WRITE, assignment_post},
    {"DELETE", PATH "roleAssignments/{}", WRITE, assignment_delete},
    {"DELETE", "/directoryRoles/{}/members/{}/$ref", WRITE, role_member_delete},
    {"GET", PATH "roleAssignmentScheduleInstances",
     READ "|" ACTIVE "|RoleAssignmentSchedule.Read.Directory|RoleManagement.Read.All", active_get},
    {"GET", PATH "roleEligibilityScheduleInstances",
     READ "|" ELIGIBLE "|RoleEligibilitySchedule.Read.Directory|RoleManagement.Read.All", eligible_get},
    {"GET", PATH "roleEligibilitySchedules",
     READ "|" ELIGIBLE "|RoleEligibilitySchedule.Read.Directory|RoleManagement.Read.All",
     eligible_schedules_get},
    {"POST", PATH "roleAssignmentScheduleRequests",
     WRITE "|" ACTIVE "|RoleAssignmentSchedule.Remove.Directory|RoleEligibilitySchedule.Remove.Directory",
     active_request},
    {"POST", PATH "roleEligibilityScheduleRequests", WRITE "|" ELIGIBLE, eligible_request},
    {0}};
