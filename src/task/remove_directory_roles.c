/* remove_directory_roles — no active or eligible role assignment is left (contract/graph.md section 3).
 *
 * Where Privileged Identity Management keeps a schedule for an assignment, it is removed through that; a
 * plain assignment is deleted. What comes by a role-assignable group ends with the membership. */
#include <string.h>

#include "connector/graph.h"
#include "task/calls.h"
#include "task/items.h"

#define ROLES "/roleManagement/directory/"
#define WHY "Offboarding"

/* How an assignment is held: the fact, the kind of its item, the request that changes it. */
static const struct kind {
    const char *name;
    const char *fact;
    const char *requests; /* NULL: no schedule */
} kinds[] = {
    {"active_role", "role_assignments", NULL},
    {"scheduled_role", "role_schedules", ROLES "roleAssignmentScheduleRequests"},
    {"eligible_role", "role_eligibilities", ROLES "roleEligibilityScheduleRequests"},
};
#define KINDS (sizeof kinds / sizeof *kinds)
enum { PLAIN, SCHEDULED, ELIGIBLE };

static const char *scope_of(const json_t *row)
{
    return json_text_or(row, "directoryScopeId", "/");
}

static const char *role_of(const json_t *row)
{
    return json_text_or(row, "roleDefinitionId", "");
}

static const json_t *find(const json_t *facts, size_t kind, const json_t *like)
{
    size_t i;
    json_t *row;
    json_array_foreach ((json_t *)json_array_at(facts, kinds[kind].fact), i, row) {
        if (text_equal_nocase(role_of(row), role_of(like)) && strcmp(scope_of(row), scope_of(like)) == 0)
            return row;
    }
    return NULL;
}

static bool by_group(const json_t *row)
{
    return !text_equal_nocase(json_text_or(row, "memberType", "Direct"), "Direct");
}

/* PIM's rows carry no name: another row about the same role does, or the directory role among the
 * memberships. */
static const char *name_of(const json_t *facts, const json_t *row)
{
    size_t i;
    json_t *other;
    const char *own = json_text(json_object_at(row, "roleDefinition"), "displayName");
    json_array_foreach ((json_t *)json_array_at(facts, kinds[PLAIN].fact), i, other) {
        if (!own && text_equal_nocase(role_of(other), role_of(row)))
            own = json_text(json_object_at(other, "roleDefinition"), "displayName");
    }
    const json_t *role = json_array_find(json_array_at(facts, "roles"), "roleTemplateId", role_of(row));
    return own ? own : json_text_or(role, "displayName", role_of(row));
}

static void note(struct work *work, const json_t *facts, size_t kind, const json_t *row)
{
    if (kind == PLAIN && find(facts, SCHEDULED, row))
        return; /* the same assignment, as its schedule */
    json_t *item =
        work_item(work, arena_printf(work->arena, "%s:%s:%s", kinds[kind].name, role_of(row), scope_of(row)),
                  name_of(facts, row), kinds[kind].name);
    json_put_text(item, "roleDefinitionId", role_of(row));
    json_put_text(item, "directoryScopeId", scope_of(row));
    json_put_text(item, "assignment", json_text(row, "id"));
    json_put_text(item, "ends", json_text(row, "endDateTime"));
    if (by_group(row) && item_is(item, "pending"))
        item_set(item, "skipped", "The role comes by a group and ends with the membership in it.");
}

static size_t kind_of(const json_t *item)
{
    size_t kind = 0;
    while (kind < KINDS - 1 && strcmp(kinds[kind].name, json_text_or(item, "kind", "")) != 0)
        kind++;
    return kind;
}

static bool is_held(const struct work *work, const json_t *facts, const json_t *item)
{
    (void)work;
    size_t kind = kind_of(item);
    return find(facts, kind, item) || (kind == SCHEDULED && find(facts, PLAIN, item));
}

static bool is_gone(const struct work *work, const json_t *facts, const json_t *item)
{
    return !is_held(work, facts, item);
}

static json_t *evidence(const json_t *facts)
{
    json_t *object = json_object();
    for (size_t kind = 0; kind < KINDS; kind++)
        json_put(object, kinds[kind].fact, json_incref((json_t *)json_array_at(facts, kinds[kind].fact)));
    return object;
}

static enum observed observe(struct work *work, const json_t *facts)
{
    for (size_t kind = 0; kind < KINDS; kind++) {
        size_t i;
        json_t *row;
        json_array_foreach ((json_t *)json_array_at(facts, kinds[kind].fact), i, row)
            note(work, facts, kind, row);
    }
    return items_observed(work, facts, evidence(facts), is_gone);
}

static json_t *request(const struct work *work, const json_t *item, const char *action)
{
    return json_make("{s:s, s:s, s:s, s:s, s:s}", "action", action, "principalId", work->run->user_id,
                     "roleDefinitionId", role_of(item), "directoryScopeId", scope_of(item), "justification",
                     WHY);
}

static void act(struct work *work, const json_t *facts, struct calls *calls)
{
    size_t i;
    json_t *item;
    (void)facts;
    items_pending_foreach (work, i, item) {
        const struct kind *kind = &kinds[kind_of(item)];
        if (kind->requests)
            calls_graph(calls, work, item, "POST", kind->requests, request(work, item, "adminRemove"));
        else
            calls_graph(
                calls, work, item, "DELETE",
                graph_path(work->arena, ROLES "roleAssignments/%s", json_text_or(item, "assignment", "")),
                NULL);
    }
}

static bool already_so(const struct err *err)
{
    return err->kind == ERR_NOT_FOUND || strcmp(err->code, "RoleAssignmentDoesNotExist") == 0;
}

/* An active assignment younger than five minutes cannot be removed. */
static bool passes(json_t *item, const struct err *err)
{
    (void)item;
    return strcmp(err->code, "ActiveDurationTooShort") == 0;
}

/* --- undo ------------------------------------------------------------------------------------------------
 */

static enum observed observe_undo(struct work *work, const json_t *facts)
{
    items_from_forward(work);
    return items_observed(work, facts, evidence(facts), is_held);
}

/* From now on, until the end it had. */
static json_t *assignment(const struct work *work, const json_t *item)
{
    char now[TIME_TEXT_SIZE];
    const char *ends = json_text(item, "ends");
    json_t *expiration = json_make("{s:s}", "type", ends ? "afterDateTime" : "noExpiration");
    if (ends)
        json_put_text(expiration, "endDateTime", ends);
    return json_put(request(work, item, "adminAssign"), "scheduleInfo",
                    json_make("{s:s, s:o}", "startDateTime", time_format(clock_utc_ms(work->run->clock), now),
                              "expiration", expiration));
}

static void act_undo(struct work *work, const json_t *facts, struct calls *calls)
{
    size_t i;
    json_t *item;
    (void)facts;
    items_pending_foreach (work, i, item) {
        const struct kind *kind = &kinds[kind_of(item)];
        if (kind->requests)
            calls_graph(calls, work, item, "POST", kind->requests, assignment(work, item));
        else
            calls_graph(calls, work, item, "POST", ROLES "roleAssignments",
                        json_make("{s:s, s:s, s:s, s:s}", "@odata.type",
                                  "#microsoft.graph.unifiedRoleAssignment", "principalId", work->run->user_id,
                                  "roleDefinitionId", role_of(item), "directoryScopeId", scope_of(item)));
    }
}

static bool is_there_already(const struct err *err)
{
    return strcmp(err->code, "RoleAssignmentExists") == 0 ||
           strcmp(err->code, "Request_MultipleObjectsWithSameKeyValue") == 0;
}

const struct task_type task_remove_directory_roles = {
    .facts = FACT(ROLES) | FACT(ROLES_ACTIVE) | FACT(ROLES_ELIGIBLE) | FACT(GROUPS),
    .proof = FACT(ROLES) | FACT(ROLES_ACTIVE) | FACT(ROLES_ELIGIBLE),
    .forward = {.observe = observe, .act = act, .already_so = already_so, .passes = passes},
    .undo = {.observe = observe_undo, .act = act_undo, .already_so = is_there_already}};
