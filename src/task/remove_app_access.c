/* remove_app_access — no app-role assignment and no delegated consent by this user is left (contract/graph.md
 * section 4). What comes by a group ends with the membership; consents for everybody are not this user's. */
#include <string.h>

#include "connector/graph.h"
#include "task/calls.h"
#include "task/items.h"

#define ASSIGNMENT "app_assignment"
#define CONSENT "consent"

static bool is_consent(const json_t *item)
{
    return strcmp(json_text_or(item, "kind", ""), CONSENT) == 0;
}

static void note_all(struct work *work, const json_t *facts)
{
    size_t i;
    json_t *row;
    json_array_foreach ((json_t *)json_array_at(facts, "app_assignments"), i, row) {
        json_t *item =
            work_item(work, json_text_or(row, "id", ""), json_text(row, "resourceDisplayName"), ASSIGNMENT);
        json_put_text(item, "resourceId", json_text(row, "resourceId"));
        json_put_text(item, "appRoleId", json_text(row, "appRoleId"));
        if (!text_equal_nocase(json_text_or(row, "principalType", "User"), "User") &&
            item_is(item, "pending"))
            item_set(item, "skipped", "The access comes by a group and ends with the membership in it.");
    }
    json_array_foreach ((json_t *)json_array_at(facts, "consents"), i, row) {
        json_t *item = work_item(work, json_text_or(row, "id", ""), json_text(row, "scope"), CONSENT);
        json_put_text(item, "clientId", json_text(row, "clientId"));
        json_put_text(item, "resourceId", json_text(row, "resourceId"));
        json_put_text(item, "scope", json_text(row, "scope"));
    }
}

static bool is_gone(const struct work *work, const json_t *facts, const json_t *item)
{
    (void)work;
    return !json_array_find(json_array_at(facts, is_consent(item) ? "consents" : "app_assignments"), "id",
                            json_text_or(item, "id", ""));
}

static json_t *evidence(const json_t *facts)
{
    return json_make("{s:O, s:O}", "app_assignments", json_array_at(facts, "app_assignments"), "consents",
                     json_array_at(facts, "consents"));
}

static enum observed observe(struct work *work, const json_t *facts)
{
    note_all(work, facts);
    return items_observed(work, facts, evidence(facts), is_gone);
}

static void act(struct work *work, const json_t *facts, struct calls *calls)
{
    size_t i;
    json_t *item;
    (void)facts;
    items_pending_foreach (work, i, item) {
        const char *id = json_text_or(item, "id", "");
        calls_graph(calls, work, item, "DELETE",
                    is_consent(item)
                        ? graph_path(work->arena, "/oauth2PermissionGrants/%s", id)
                        : graph_path(work->arena, "/users/%s/appRoleAssignments/%s", work->run->user_id, id),
                    NULL);
    }
}

static bool already_so(const struct err *err)
{
    return err->kind == ERR_NOT_FOUND;
}

/* --- undo: ids are new, so rows are told by what they allow ------------------------------------------------
 */

static bool same(const json_t *left, const json_t *right, const char *member)
{
    return text_equal_nocase(json_text(left, member), json_text(right, member));
}

static bool is_back(const struct work *work, const json_t *facts, const json_t *item)
{
    size_t i;
    json_t *row;
    (void)work;
    json_array_foreach ((json_t *)json_array_at(facts, is_consent(item) ? "consents" : "app_assignments"), i,
                        row) {
        if (same(row, item, "resourceId") && same(row, item, is_consent(item) ? "clientId" : "appRoleId"))
            return true;
    }
    return false;
}

static enum observed observe_undo(struct work *work, const json_t *facts)
{
    items_from_forward(work);
    return items_observed(work, facts, evidence(facts), is_back);
}

static void act_undo(struct work *work, const json_t *facts, struct calls *calls)
{
    const char *user = work->run->user_id;
    size_t i;
    json_t *item;
    (void)facts;
    items_pending_foreach (work, i, item) {
        const char *resource = json_text_or(item, "resourceId", "");
        if (is_consent(item))
            calls_graph(calls, work, item, "POST", "/oauth2PermissionGrants",
                        json_make("{s:s, s:s, s:s, s:s, s:s}", "clientId", json_text_or(item, "clientId", ""),
                                  "consentType", "Principal", "principalId", user, "resourceId", resource,
                                  "scope", json_text_or(item, "scope", "")));
        else
            calls_graph(calls, work, item, "POST",
                        graph_path(work->arena, "/users/%s/appRoleAssignments", user),
                        json_make("{s:s, s:s, s:s}", "principalId", user, "resourceId", resource, "appRoleId",
                                  json_text_or(item, "appRoleId", "")));
    }
}

const struct task_type task_remove_app_access = {
    .facts = FACT(APPS) | FACT(CONSENTS),
    .proof = FACT(APPS) | FACT(CONSENTS),
    .forward = {.observe = observe, .act = act, .already_so = already_so},
    .undo = {.observe = observe_undo, .act = act_undo}};
