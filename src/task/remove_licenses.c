/* remove_licenses — direct licenses go in one call, those by group by leaving the group. What a mailbox
 * cannot do without (larger than 50 GB, archive, hold) keeps its Exchange license unless forced. Never before
 * a chosen conversion has been verified: the catalogue's `needs` sees to that, and this task looks at the
 * mailbox afresh. */
#include <string.h>

#include "connector/graph.h"
#include "plan/options.h"
#include "task/facts.h"
#include "task/group.h"
#include "task/items.h"

#define SHARED_MAX_BYTES ((int64_t)50 * 1024 * 1024 * 1024)

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

static const char *sku_name(const json_t *facts, const char *sku_id)
{
    const json_t *sku = json_array_find(json_array_at(facts, "skus"), "skuId", sku_id);
    return json_text_or(sku, "skuPartNumber", sku_id);
}

static bool mailbox_needs_license(const json_t *facts)
{
    const json_t *mailbox = json_object_at(facts, "mailbox");
    return json_int(facts, "mailbox_size", 0) > SHARED_MAX_BYTES ||
           json_flag(mailbox, "LitigationHoldEnabled") || json_flag(mailbox, "RetentionHoldEnabled") ||
           json_flag(mailbox, "ComplianceTagHoldApplied") ||
           json_array_size(json_array_at(mailbox, "InPlaceHolds")) ||
           strcmp(json_text_or(mailbox, "ArchiveStatus", "None"), "None") != 0;
}

static const char *item_id(struct work *work, const json_t *state)
{
    const char *group = json_text(state, "assignedByGroup");
    return arena_printf(work->arena, "%s%s%s", json_text_or(state, "skuId", ""), group ? ":" : "",
                        group ? group : "");
}

static void note(struct work *work, const json_t *facts, const json_t *state, bool keep)
{
    const char *sku = json_text_or(state, "skuId", ""), *group_id = json_text(state, "assignedByGroup");
    json_t *item =
        work_item(work, item_id(work, state), sku_name(facts, sku), group_id ? "group_license" : "license");
    json_put_text(item, "sku_id", sku);
    json_put_text(item, "group_id", group_id);
    if (keep && gives_mailbox(facts, sku)) {
        work_item_set(item, "skipped", "Kept: the mailbox stops working without it.");
        work_warn(
            work, "license_kept_for_mailbox",
            "The Exchange license was kept: the mailbox is larger than 50 GB, has an archive or is on hold.");
        return;
    }
    const json_t *group = group_id ? json_array_find(json_array_at(facts, "groups"), "id", group_id) : NULL;
    const char *skip = group ? group_kind_skip(group_kind(group)) : NULL;
    if (skip) {
        work_item_set(item, "skipped", "The group that gives this license cannot be left here.");
        work_warn(
            work, skip,
            "A license comes from a group that cannot be left here. Remove the user from it at its source.");
    }
}

static bool holds_license(struct work *work, const json_t *facts, const json_t *item)
{
    size_t i;
    json_t *state;
    json_array_foreach ((json_t *)json_array_at(json_object_at(facts, "user"), "licenseAssignmentStates"), i,
                        state) {
        if (strcmp(item_id(work, state), json_text_or(item, "id", "")) == 0)
            return true;
    }
    return false;
}

static enum observed observe(struct work *work, const json_t *facts)
{
    size_t i;
    json_t *row;
    bool needed = false;
    const json_t *states = json_array_at(json_object_at(facts, "user"), "licenseAssignmentStates");
    const json_t *mailbox = json_object_at(facts, "mailbox");
    if (!work->row->before) {
        bool keep =
            !json_flag(work->params, "force") && json_object_size(mailbox) && mailbox_needs_license(facts);
        work->row->before = json_make("{s:O}", "licenseAssignmentStates", states);
        json_array_foreach ((json_t *)states, i, row)
            note(work, facts, row, keep);
        if (json_array_size(states) && !keep &&
            strcmp(json_text_or(mailbox, "RecipientTypeDetails", ""), "UserMailbox") == 0 &&
            !(options_tasks(work->run->options) & TASK_BIT(TASK_convert_to_shared)))
            work_warn(
                work, "mailbox_loses_license",
                "The mailbox lost its license and stays a user mailbox: Microsoft deletes it after 30 days.");
    }
    json_array_foreach (work->row->items, i, row) {
        bool pending = item_is(row, "pending");
        if (pending && !holds_license(work, facts, row))
            work_item_set(row, "succeeded", "");
        else
            needed |= pending;
    }
    if (needed)
        return OBSERVED_NEEDED;
    json_decref(work->row->after);
    work->row->after = json_make("{s:O}", "licenseAssignmentStates", states);
    return OBSERVED_DONE;
}

static char *group_path(struct work *work, const json_t *item)
{
    const char *group_id = json_text(item, "group_id");
    return group_id ? graph_member_ref_path(work->arena, group_id, work->run->user_id) : NULL;
}

static bool already_left(const struct err *err)
{
    return err->kind == ERR_NOT_FOUND || strstr(err->message, "removed object references do not exist");
}

static bool remove_direct(struct work *work, struct err *err)
{
    size_t i;
    json_t *item;
    AUTO_JSON json_t *remove = json_array();
    json_array_foreach (work->row->items, i, item) {
        if (item_is(item, "pending") && !json_text(item, "group_id"))
            json_add(remove, json_text_new(json_text(item, "sku_id")));
    }
    if (!json_array_size(remove))
        return true;
    AUTO_JSON json_t *body = json_make("{s:[], s:O}", "addLicenses", "removeLicenses", remove);
    return graph_call(work->run->m365, work->target, "POST",
                      graph_path(work->arena, "/users/%s/assignLicense", work->run->user_id), body, false,
                      NULL, err) ||
           strstr(err->message, "does not have a corresponding license");
}

static bool apply(struct work *work, const json_t *facts, struct err *err)
{
    static const struct item_call call = {.method = "DELETE", .path = group_path, .already_so = already_left};
    (void)facts;
    return remove_direct(work, err) && items_apply(work, &call, err);
}

const struct task_type task_remove_licenses = {.facts = FACT_USER | FACT_GROUPS | FACT_SKUS | FACT_MAILBOX |
                                                        FACT_SIZE,
                                               .fresh = true,
                                               .observe = observe,
                                               .apply = apply};
