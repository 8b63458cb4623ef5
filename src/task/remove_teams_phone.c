/* remove_teams_phone — no Teams phone number is assigned to the user (contract/graph.md section 10). Taking
 * one away is an operation of its own that ends later: the read-back waits for it. A number given back can be
 * taken by anybody at once, so undo may find it gone. */
#include "task/calls.h"
#include "task/items.h"

#define NUMBERS "/admin/teams/telephoneNumberManagement/numberAssignments"

static bool is_assigned(const struct work *work, const json_t *facts, const json_t *item)
{
    (void)work;
    return json_array_find(json_array_at(facts, "phone_numbers"), "telephoneNumber",
                           json_text_or(item, "id", ""));
}

static bool is_free(const struct work *work, const json_t *facts, const json_t *item)
{
    return !is_assigned(work, facts, item);
}

static json_t *evidence(const json_t *facts)
{
    return json_make("{s:O}", "phone_numbers", json_array_at(facts, "phone_numbers"));
}

static enum observed observe(struct work *work, const json_t *facts)
{
    size_t i;
    json_t *row;
    json_array_foreach ((json_t *)json_array_at(facts, "phone_numbers"), i, row) {
        const char *number = json_text_or(row, "telephoneNumber", "");
        json_t *item = work_item(work, number, number, "phone_number");
        json_put_text(item, "numberType", json_text(row, "numberType"));
        json_put_text(item, "assignmentCategory", json_text(row, "assignmentCategory"));
        json_put_text(item, "locationId", json_text(row, "locationId"));
    }
    return items_observed(work, facts, evidence(facts), is_free);
}

static json_t *body_of(const json_t *item)
{
    return json_make("{s:s, s:s}", "telephoneNumber", json_text_or(item, "id", ""), "numberType",
                     json_text_or(item, "numberType", ""));
}

static void act(struct work *work, const json_t *facts, struct calls *calls)
{
    size_t i;
    json_t *item;
    (void)facts;
    items_pending_foreach (work, i, item)
        calls_graph(calls, work, item, "POST", NUMBERS "/unassignNumber", body_of(item));
}

static enum observed observe_undo(struct work *work, const json_t *facts)
{
    items_from_forward(work);
    return items_observed(work, facts, evidence(facts), is_assigned);
}

static void act_undo(struct work *work, const json_t *facts, struct calls *calls)
{
    static const char *const optional[] = {"assignmentCategory", "locationId"};
    size_t i;
    json_t *item;
    (void)facts;
    items_pending_foreach (work, i, item) {
        json_t *body = json_put_text(body_of(item), "assignmentTargetId", work->run->user_id);
        for (size_t member = 0; member < sizeof optional / sizeof *optional; member++) {
            if (json_text(item, optional[member]))
                json_put_text(body, optional[member], json_text(item, optional[member]));
        }
        calls_graph(calls, work, item, "POST", NUMBERS "/assignNumber", body);
    }
}

const struct task_type task_remove_teams_phone = {.facts = FACT(PHONES),
                                                  .proof = FACT(PHONES),
                                                  .forward = {.observe = observe, .act = act},
                                                  .undo = {.observe = observe_undo, .act = act_undo}};
