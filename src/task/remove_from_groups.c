/* remove_from_groups — the user is a member of no group that can be changed here, and owner of none but those
 * that would be left without an owner. Security and Microsoft 365 groups go through Graph, distribution lists
 * and mail-enabled security groups through Exchange, always by id. */
#include <string.h>

#include "connector/graph.h"
#include "plan/options.h"
#include "task/items.h"
#include "task/membership.h"
#include "task/on_premises.h"

#define OWNERSHIP "ownership"
#define OWNER_PREFIX "owner:"
#define ROLE_PERMISSION "RoleManagement.ReadWrite.Directory"

static bool holds(const json_t *list, const char *id)
{
    size_t i;
    json_t *element;
    json_array_foreach ((json_t *)list, i, element) {
        const char *own =
            json_is_string(element) ? json_string_value(element) : json_text_or(element, "id", "");
        if (text_equal_nocase(own, id))
            return true;
    }
    return false;
}

static bool licenses_come_later(const struct work *work)
{
    return options_tasks(work->run->options) & TASK_BIT(TASK_remove_licenses);
}

/* The group that add_to_group names is where the user should be afterwards. */
static bool is_wanted(const struct work *work, const char *group_id)
{
    return text_equal_nocase(json_text(options_of(work->run->options, TASK_add_to_group), "group"), group_id);
}

static void note_membership(struct work *work, const json_t *facts, const json_t *group)
{
    const char *id = json_text_or(group, "id", ""), *name = json_text(group, "displayName");
    enum group_kind kind = group_kind(group);
    const char *skip = group_kind_skip(kind);
    json_t *item = work_item(work, id, name, group_kind_name(kind));
    if (json_flag(group, "isAssignableToRole"))
        json_put_text(item, "permission", ROLE_PERMISSION);
    if (skip && kind == GROUP_ON_PREMISES) {
        item_set(item, "skipped", group_skip_words(skip));
        on_premises_warn(work, json_object_get(facts, "user"), name);
        work_warn(work, skip, group_skip_words(skip));
    } else if (skip) {
        item_set(item, "skipped", group_skip_words(skip));
        work_warn(work, skip, group_skip_words(skip));
    } else if (is_wanted(work, id)) {
        item_set(item, "skipped", "The user stays in this group: Add to group is chosen.");
    } else if (licenses_come_later(work) && group_gives_licenses(group)) {
        item_set(item, "skipped", "This group gives licenses: it is left when the licenses are removed.");
    }
}

/* An ownership has the group's id too, so its row is told apart by a prefix. */
static void note_ownership(struct work *work, const json_t *facts, const json_t *group)
{
    const char *group_id = json_text_or(group, "id", "");
    json_t *item = work_item(work, arena_printf(work->arena, OWNER_PREFIX "%s", group_id),
                             json_text(group, "displayName"), OWNERSHIP);
    if (!item_is(item, "pending"))
        return;
    if (holds(json_array_at(facts, "sole_owner_of"), group_id)) {
        item_set(item, "skipped", "The last owner cannot be removed. Name another owner first.");
        work_warn(work, "last_group_owner",
                  "The user stays the only owner of a group. Name another owner first.");
    } else if (json_flag(group, "onPremisesSyncEnabled")) {
        item_set(item, "skipped", group_skip_words("on_premises_group"));
    }
}

static bool is_ownership(const json_t *item)
{
    return strcmp(json_text_or(item, "kind", ""), OWNERSHIP) == 0;
}

static const char *group_of(const json_t *item)
{
    const char *id = json_text_or(item, "id", "");
    return is_ownership(item) ? id + strlen(OWNER_PREFIX) : id;
}

static bool is_in(const json_t *facts, const json_t *item)
{
    return holds(json_array_at(facts, is_ownership(item) ? "owned" : "groups"), group_of(item));
}

static bool has_left(const struct work *work, const json_t *facts, const json_t *item)
{
    (void)work;
    return !is_in(facts, item);
}

static json_t *evidence(const json_t *facts)
{
    return json_make("{s:O, s:O}", "groups", json_array_at(facts, "groups"), "owned",
                     json_array_at(facts, "owned"));
}

static enum observed observe(struct work *work, const json_t *facts)
{
    size_t i;
    json_t *group;
    if (!work->row->before) {
        json_array_foreach ((json_t *)json_array_at(facts, "groups"), i, group)
            note_membership(work, facts, group);
        json_array_foreach ((json_t *)json_array_at(facts, "owned"), i, group)
            note_ownership(work, facts, group);
    }
    return items_observed(work, facts, evidence(facts), has_left);
}

static void act(struct work *work, const json_t *facts, struct calls *calls)
{
    size_t i;
    json_t *item;
    (void)facts;
    items_pending_foreach (work, i, item) {
        if (is_ownership(item))
            calls_graph(calls, work, item, "DELETE",
                        graph_owner_ref_path(work->arena, group_of(item), work->run->user_id), NULL);
        else
            group_leave(calls, work, item, group_kind_parse(json_text(item, "kind")), group_of(item));
    }
}

/* --- undo ------------------------------------------------------------------------------------------------
 */

static bool is_back(const struct work *work, const json_t *facts, const json_t *item)
{
    (void)work;
    return is_in(facts, item);
}

static enum observed observe_undo(struct work *work, const json_t *facts)
{
    items_from_forward(work);
    return items_observed(work, facts, evidence(facts), is_back);
}

static void act_undo(struct work *work, const json_t *facts, struct calls *calls)
{
    size_t i;
    json_t *item;
    (void)facts;
    items_pending_foreach (work, i, item) {
        if (is_ownership(item))
            calls_graph(calls, work, item, "POST",
                        graph_path(work->arena, "/groups/%s/owners/$ref", group_of(item)),
                        group_reference(work, work->run->user_id));
        else
            group_join(calls, work, item, group_kind_parse(json_text(item, "kind")), group_of(item));
    }
}

const struct task_type task_remove_from_groups = {
    .facts = FACT(USER) | FACT(GROUPS) | FACT(OWNED),
    .proof = FACT(GROUPS) | FACT(OWNED),
    .forward = {.observe = observe, .act = act, .already_so = group_already_left},
    .undo = {.observe = observe_undo, .act = act_undo, .already_so = group_already_joined}};
