/* remove_from_groups — the user is a member of no group that can be changed here, and owner of none but those
 * that would be left without an owner. Security and Microsoft 365 groups go through Graph, distribution lists
 * and mail-enabled security groups through Exchange, always by id. */
#include <string.h>

#include "connector/graph.h"
#include "plan/options.h"
#include "task/facts.h"
#include "task/group.h"
#include "task/items.h"

#define OWNERSHIP "ownership"

static bool holds(const json_t *list, const char *id)
{
    size_t i;
    json_t *element;
    json_array_foreach ((json_t *)list, i, element) {
        if (strcmp(json_is_string(element) ? json_string_value(element) : json_text_or(element, "id", ""),
                   id) == 0)
            return true;
    }
    return false;
}

static const char *skip_words(const char *code)
{
    return strcmp(code, "dynamic_group") == 0
               ? "A rule decides who is in this group. Change the user's attributes instead."
               : "This group is synced from Active Directory. Remove the user there.";
}

static void note_membership(struct work *work, const json_t *group, bool licenses_come_later)
{
    enum group_kind kind = group_kind(group);
    const char *skip = group_kind_skip(kind);
    json_t *item = work_item(work, json_text_or(group, "id", ""), json_text(group, "displayName"),
                             group_kind_name(kind));
    if (skip) {
        work_item_set(item, "skipped", skip_words(skip));
        work_warn(work, skip, skip_words(skip));
    } else if (licenses_come_later && group_gives_licenses(group)) {
        work_item_set(item, "skipped",
                      "This group gives licenses: it is left when the licenses are removed.");
    }
}

/* An ownership has the group's id too, so its row is told apart by a prefix. */
static void note_ownership(struct work *work, const json_t *facts, const json_t *group)
{
    char id[80] = "owner:";
    strncat(id, json_text_or(group, "id", ""), sizeof id - strlen(id) - 1);
    json_t *item = work_item(work, id, json_text(group, "displayName"), OWNERSHIP);
    if (holds(json_array_at(facts, "sole_owner_of"), json_text_or(group, "id", ""))) {
        work_item_set(item, "skipped", "The last owner cannot be removed. Name another owner first.");
        work_warn(work, "last_group_owner",
                  "The user stays the only owner of a group. Name another owner first.");
    } else if (json_flag(group, "onPremisesSyncEnabled")) {
        work_item_set(item, "skipped", skip_words("on_premises_group"));
    }
}

static bool still_there(const json_t *facts, const json_t *item)
{
    const char *id = json_text_or(item, "id", "");
    return strcmp(json_text_or(item, "kind", ""), OWNERSHIP) == 0
               ? holds(json_array_at(facts, "owned"), id + strlen("owner:"))
               : holds(json_array_at(facts, "groups"), id);
}

static enum observed observe(struct work *work, const json_t *facts)
{
    size_t i;
    json_t *row;
    bool needed = false;
    bool later = options_tasks(work->run->options) & TASK_BIT(TASK_remove_licenses);
    if (!work->row->before) {
        work->row->before = json_make("{s:O, s:O}", "groups", json_array_at(facts, "groups"), "owned",
                                      json_array_at(facts, "owned"));
        json_array_foreach ((json_t *)json_array_at(facts, "groups"), i, row)
            note_membership(work, row, later);
        json_array_foreach ((json_t *)json_array_at(facts, "owned"), i, row)
            note_ownership(work, facts, row);
    }
    json_array_foreach (work->row->items, i, row) {
        bool pending = item_is(row, "pending");
        if (pending && !still_there(facts, row))
            work_item_set(row, "succeeded", "");
        else
            needed |= pending;
    }
    if (needed)
        return OBSERVED_NEEDED;
    json_decref(work->row->after);
    work->row->after = json_make("{s:O, s:O}", "groups", json_array_at(facts, "groups"), "owned",
                                 json_array_at(facts, "owned"));
    return OBSERVED_DONE;
}

static char *graph_path_of(struct work *work, const json_t *item)
{
    const char *id = json_text_or(item, "id", ""), *kind = json_text_or(item, "kind", "");
    if (strcmp(kind, OWNERSHIP) == 0)
        return graph_owner_ref_path(work->arena, id + strlen("owner:"), work->run->user_id);
    enum group_kind parsed = group_kind_parse(kind);
    return parsed == GROUP_KIND_COUNT || group_kind_by_exchange(parsed)
               ? NULL
               : graph_member_ref_path(work->arena, id, work->run->user_id);
}

static json_t *exchange_params_of(struct work *work, const json_t *item)
{
    enum group_kind kind = group_kind_parse(json_text(item, "kind"));
    if (kind == GROUP_KIND_COUNT || !group_kind_by_exchange(kind))
        return NULL;
    return json_make("{s:s, s:s, s:b, s:b}", "Identity", json_text(item, "id"), "Member", work->run->user_id,
                     "BypassSecurityGroupManagerCheck", 1, "Confirm", 0);
}

/* "Not a member" is what we want (contract/graph.md, exchange.md); the read-back decides. */
static bool already_left(const struct err *err)
{
    return err->kind == ERR_NOT_FOUND || strcmp(err->code, "MemberNotFoundException") == 0 ||
           strstr(err->message, "removed object references do not exist");
}

static bool apply(struct work *work, const json_t *facts, struct err *err)
{
    static const struct item_call call = {.method = "DELETE",
                                          .path = graph_path_of,
                                          .cmdlet = "Remove-DistributionGroupMember",
                                          .params = exchange_params_of,
                                          .already_so = already_left};
    (void)facts;
    return items_apply(work, &call, err);
}

const struct task_type task_remove_from_groups = {
    .facts = FACT_GROUPS | FACT_OWNED, .observe = observe, .apply = apply};
