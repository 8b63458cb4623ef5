/* remove_licenses — direct licenses go in one call, those by group by leaving the group. What a mailbox
 * cannot do without (larger than 50 GB, archive, hold) keeps its Exchange license unless forced. Never before
 * a chosen conversion has been verified: the catalogue's `needs` sees to that, and this task looks at the
 * mailbox afresh. */
#include <string.h>

#include "connector/graph.h"
#include "model/sku.h"
#include "plan/mailbox.h"
#include "task/items.h"
#include "task/membership.h"

/* Service plans that are a mailbox (contract/licenses.md); by id, since names repeat. */
static const char *const mailbox_plans[] = {
    "efb87545-963c-4e0d-99df-69c6916d9eb0", "8c3069c0-ccdb-44be-ab77-986203a67df2",
    "9aaf7827-d63c-4b61-89c3-182f06f82e5c", "e9b4930a-925f-45e2-ac2a-3f7788ca6fdd",
    "fc52cc4b-ed7d-472d-bbe7-b081c23ecc56", "d42bdbd6-c335-4231-ab3d-c8f348d5aff5",
    "4a82b400-a79f-41a4-b4e2-e94f5787b113", "88f4d7ef-a73b-4246-8047-516022144c9f",
    "90927877-dcff-4af6-b346-2332c0b15bb7", "1126bef5-da20-4f07-b45e-ad25d2581aa8",
    "176a09a6-7ec5-4039-ac02-b2791c6ba793",
};

static bool is_mailbox_plan(const char *id)
{
    for (size_t i = 0; i < sizeof mailbox_plans / sizeof *mailbox_plans; i++) {
        if (text_equal_nocase(id, mailbox_plans[i]))
            return true;
    }
    return false;
}

static bool gives_mailbox(const json_t *facts, const char *sku_id)
{
    size_t i;
    json_t *plan;
    const json_t *sku = json_array_find(json_array_at(facts, "skus"), "skuId", sku_id);
    json_array_foreach ((json_t *)json_array_at(sku, "servicePlans"), i, plan) {
        if (is_mailbox_plan(json_text(plan, "servicePlanId")))
            return true;
    }
    return false;
}

static const char *name_of(const json_t *facts, const char *sku_id)
{
    const json_t *sku = json_array_find(json_array_at(facts, "skus"), "skuId", sku_id);
    const char *known = sku_name(sku_id);
    return known ? known : json_text_or(sku, "skuPartNumber", sku_id);
}

/* NULL: the license is the user's own. */
static const char *giving_group(const json_t *state)
{
    const char *id = json_text(state, "assignedByGroup");
    return id && *id ? id : NULL;
}

static const char *item_id(const struct work *work, const json_t *state)
{
    const char *group = giving_group(state);
    return arena_printf(work->arena, "%s%s%s", json_text_or(state, "skuId", ""), group ? ":" : "",
                        group ? group : "");
}

static const json_t *states_of(const json_t *facts)
{
    return json_array_at(json_object_at(facts, "user"), "licenseAssignmentStates");
}

/* A license by group whose group cannot be left here. */
static void note_group(struct work *work, const json_t *facts, json_t *item, const char *group_id)
{
    const json_t *group = json_array_find(json_array_at(facts, "groups"), "id", group_id);
    enum group_kind kind = group ? group_kind(group) : GROUP_SECURITY;
    json_put_text(item, "group_id", group_id);
    json_put_text(item, "group_kind", group_kind_name(kind));
    if (!group_kind_skip(kind))
        return;
    item_set(item, "skipped", "The group that gives this license cannot be left here.");
    work_warn(
        work, group_kind_skip(kind),
        "A license comes from a group that cannot be left here. Remove the user from it at its source.");
}

static void note(struct work *work, const json_t *facts, const json_t *state, bool keep)
{
    const char *sku = json_text_or(state, "skuId", ""), *group_id = giving_group(state);
    json_t *item =
        work_item(work, item_id(work, state), name_of(facts, sku), group_id ? "group_license" : "license");
    json_put_text(item, "sku_id", sku);
    json_put(item, "disabledPlans", json_incref((json_t *)json_array_at(state, "disabledPlans")));
    if (keep && gives_mailbox(facts, sku)) {
        item_set(item, "skipped", "Kept: the mailbox stops working without it.");
        work_warn(
            work, "license_kept_for_mailbox",
            "The Exchange license was kept: the mailbox is larger than 50 GB, has an archive or is on hold.");
    } else if (group_id) {
        note_group(work, facts, item, group_id);
    }
}

static void note_all(struct work *work, const json_t *facts)
{
    const json_t *mailbox = facts_mailbox(facts);
    bool keep = !json_flag(work->params, "force") &&
                mailbox_needs_license(mailbox, json_int(facts, "mailbox_size", 0));
    size_t i;
    json_t *state;
    json_array_foreach ((json_t *)states_of(facts), i, state)
        note(work, facts, state, keep);
    if (json_array_size(states_of(facts)) && !keep &&
        strcmp(json_text_or(mailbox, "RecipientTypeDetails", ""), "UserMailbox") == 0 &&
        !(work->run->chosen & TASK_BIT(TASK_convert_to_shared)))
        work_warn(
            work, "mailbox_loses_license",
            "The mailbox lost its license and stays a user mailbox: Microsoft deletes it after 30 days.");
}

static bool is_held(const struct work *work, const json_t *facts, const json_t *item)
{
    size_t i;
    json_t *state;
    json_array_foreach ((json_t *)states_of(facts), i, state) {
        if (strcmp(item_id(work, state), json_text_or(item, "id", "")) == 0)
            return true;
    }
    return false;
}

static bool is_gone(const struct work *work, const json_t *facts, const json_t *item)
{
    return !is_held(work, facts, item);
}

static json_t *evidence(const json_t *facts)
{
    return json_make("{s:O}", "licenseAssignmentStates", states_of(facts));
}

static enum observed observe(struct work *work, const json_t *facts)
{
    if (!work->row->before)
        note_all(work, facts);
    return items_observed(work, facts, evidence(facts), is_gone);
}

static void assign(struct work *work, struct calls *calls, json_t *item, json_t *add, json_t *remove)
{
    calls_graph(calls, work, item, "POST",
                graph_path(work->arena, "/users/%s/assignLicense", work->run->user_id),
                json_make("{s:o, s:o}", "addLicenses", add, "removeLicenses", remove));
}

static void act(struct work *work, const json_t *facts, struct calls *calls)
{
    json_t *remove = json_array(), *item;
    size_t i;
    (void)facts;
    items_pending_foreach (work, i, item) {
        const char *group = json_text(item, "group_id");
        if (group)
            group_leave(calls, work, item, group_kind_parse(json_text(item, "group_kind")), group);
        else
            json_add(remove, json_text_new(json_text(item, "sku_id")));
    }
    if (json_array_size(remove))
        assign(work, calls, NULL, json_array(), remove);
    else
        json_decref(remove);
}

static bool already_so(const struct err *err)
{
    return group_already_left(err) || strstr(err->message, "does not have a corresponding license");
}

/* --- undo ------------------------------------------------------------------------------------------------
 */

static int64_t units_left(const json_t *facts, const char *sku_id)
{
    const json_t *sku = json_array_find(json_array_at(facts, "skus"), "skuId", sku_id);
    return json_int(json_object_at(sku, "prepaidUnits"), "enabled", 0) - json_int(sku, "consumedUnits", 0);
}

/* Said at once, and before the others go: one license that is not there refuses the whole request. */
static void refuse_what_is_used_up(struct work *work, const json_t *facts)
{
    size_t i;
    json_t *item;
    items_pending_foreach (work, i, item) {
        if (json_text(item, "group_id") || is_held(work, facts, item) ||
            units_left(facts, json_text_or(item, "sku_id", "")) > 0)
            continue;
        item_set(item, "failed", "No license of this kind is left. Buy or free one, then undo again.");
        struct err err;
        err_code(&err, ERR_REFUSED, "no_license_left", "No license is left of: %s.",
                 json_text_or(item, "name", ""));
        work_note_error(work, &err);
    }
}

static enum observed observe_undo(struct work *work, const json_t *facts)
{
    items_from_forward(work);
    work_before(work, evidence(facts));
    work_after(work, evidence(facts));
    if (!work->acted)
        refuse_what_is_used_up(work, facts);
    return items_settle(work, facts, is_held) ? OBSERVED_NEEDED : OBSERVED_DONE;
}

static void act_undo(struct work *work, const json_t *facts, struct calls *calls)
{
    json_t *add = json_array(), *item;
    size_t i;
    (void)facts;
    items_pending_foreach (work, i, item) {
        const char *group = json_text(item, "group_id");
        if (group)
            group_join(calls, work, item, group_kind_parse(json_text(item, "group_kind")), group);
        else
            json_add(add, json_make("{s:s, s:O}", "skuId", json_text_or(item, "sku_id", ""), "disabledPlans",
                                    json_array_at(item, "disabledPlans")));
    }
    if (json_array_size(add))
        assign(work, calls, NULL, add, json_array());
    else
        json_decref(add);
}

const struct task_type task_remove_licenses = {
    .facts = FACT(USER) | FACT(GROUPS) | FACT(SKUS) | FACT(MAILBOX) | FACT(SIZE),
    .proof = FACT(USER),
    .forward = {.observe = observe, .act = act, .already_so = already_so},
    .undo = {.observe = observe_undo, .act = act_undo, .already_so = group_already_joined}};
