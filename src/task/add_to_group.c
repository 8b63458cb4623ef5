/* add_to_group — the user is a member of the chosen group. */
#include "plan/options.h"
#include "task/items.h"
#include "task/membership.h"

static bool is_member(const json_t *facts, const char *group_id)
{
    return json_array_find(json_array_at(facts, "groups"), "id", group_id) != NULL;
}

static const char *group_id_of(const struct work *work)
{
    return json_text_or(options_of(work->run->options, TASK_add_to_group), "group", "");
}

static json_t *evidence(const struct work *work, const json_t *facts)
{
    return json_make("{s:s, s:b}", "group", group_id_of(work), "member", is_member(facts, group_id_of(work)));
}

static bool is_there(const struct work *work, const json_t *facts, const json_t *item)
{
    (void)work;
    return is_member(facts, json_text_or(item, "id", ""));
}

static enum observed observe(struct work *work, const json_t *facts)
{
    const json_t *group = json_object_get(facts, "group");
    if (!json_is_object(group))
        return work_refuse(work, "unknown_group",
                           "There is no group with this object id. Choose another one.");
    const char *skip = group_kind_skip(group_kind(group));
    if (skip)
        return work_refuse(work, skip, group_skip_words(skip));
    work_before(work, evidence(work, facts));
    work_after(work, evidence(work, facts));
    work_item(work, group_id_of(work), json_text(group, "displayName"), group_kind_name(group_kind(group)));
    return items_settle(work, facts, is_there) ? OBSERVED_NEEDED : OBSERVED_DONE;
}

static void act(struct work *work, const json_t *facts, struct calls *calls)
{
    (void)facts;
    json_t *item = json_array_get(work->row->items, 0);
    group_join(calls, work, item, group_kind_parse(json_text(item, "kind")), group_id_of(work));
}

static bool has_left(const struct work *work, const json_t *facts, const json_t *item)
{
    return !is_there(work, facts, item);
}

static enum observed observe_undo(struct work *work, const json_t *facts)
{
    items_from_forward(work);
    return items_observed(work, facts, evidence(work, facts), has_left);
}

static void act_undo(struct work *work, const json_t *facts, struct calls *calls)
{
    (void)facts;
    json_t *item = json_array_get(work->row->items, 0);
    group_leave(calls, work, item, group_kind_parse(json_text(item, "kind")), group_id_of(work));
}

const struct task_type task_add_to_group = {
    .facts = FACT(USER) | FACT(GROUP) | FACT(GROUPS),
    .proof = FACT(GROUPS),
    .forward = {.observe = observe, .act = act, .already_so = group_already_joined},
    .undo = {.observe = observe_undo, .act = act_undo, .already_so = group_already_left}};
