/* grant_onedrive_access — the chosen people are site collection administrators of the leaver's OneDrive,
 * whose address is part of the result. */
#include "task/grant.h"
#include "task/items.h"
#include "task/site.h"

static const char *site_url(const json_t *facts)
{
    return json_text(json_object_at(facts, "drive"), "siteUrl");
}

static bool is_admin(const json_t *facts, const char *user_principal_name)
{
    size_t i;
    json_t *row;
    json_array_foreach ((json_t *)json_array_at(facts, "site_admins"), i, row) {
        if (site_login_is(json_text(row, "LoginName"), user_principal_name))
            return true;
    }
    return false;
}

static json_t *evidence(const json_t *facts)
{
    json_t *object = json_make("{s:O}", "site_admins", json_array_at(facts, "site_admins"));
    return json_put_text(object, "url", json_text(json_object_at(facts, "drive"), "webUrl"));
}

/* Marks what is as wanted; true when something is left. */
static bool settle(struct work *work, const json_t *facts, bool wanted)
{
    bool left = false;
    size_t i;
    json_t *item;
    items_pending_foreach (work, i, item) {
        if (is_admin(facts, json_text_or(item, "user_principal_name", "")) == wanted)
            item_set(item, work->acted || work->resumed ? "succeeded" : "already_done", "");
        else
            left = true;
    }
    return left;
}

static enum observed observe(struct work *work, const json_t *facts)
{
    size_t i;
    json_t *reference;
    if (!site_url(facts))
        return work_skip(work, "no_onedrive");
    work_before(work, evidence(facts));
    work_after(work, evidence(facts));
    json_array_foreach ((json_t *)json_array_at(work->params, "users"), i, reference) {
        const json_t *person;
        grant_item(work, facts, json_string_value(reference), &person);
    }
    return settle(work, facts, true) ? OBSERVED_NEEDED : OBSERVED_DONE;
}

static enum observed observe_undo(struct work *work, const json_t *facts)
{
    if (!site_url(facts))
        return work_skip(work, "no_onedrive");
    items_from_forward(work);
    work_before(work, evidence(facts));
    work_after(work, evidence(facts));
    return settle(work, facts, false) ? OBSERVED_NEEDED : OBSERVED_DONE;
}

/* A person who is refused (no license for SharePoint, unknown there) fails alone. */
static bool change(struct work *work, const json_t *facts, bool admin, struct err *err)
{
    struct m365_target target = *work->target;
    size_t i;
    json_t *item;
    target.task = task_info(work->task)->id;
    items_pending_foreach (work, i, item) {
        if (site_set_admin(work->run->m365, &target, site_url(facts),
                           json_text_or(item, "user_principal_name", ""), admin, err))
            continue;
        if (err->kind != ERR_REFUSED && err->kind != ERR_NOT_FOUND)
            return false;
        work_explain(work, item, err);
        item_set(item, "failed", err->message);
        work_note_error(work, err);
    }
    return true;
}

static bool apply(struct work *work, const json_t *facts, struct err *err)
{
    return change(work, facts, true, err);
}

static bool apply_undo(struct work *work, const json_t *facts, struct err *err)
{
    return change(work, facts, false, err);
}

const struct task_type task_grant_onedrive_access = {.facts = FACT(PEOPLE) | FACT(DRIVE) | FACT(SITE_ADMINS),
                                                     .proof = FACT(SITE_ADMINS),
                                                     .forward = {.observe = observe, .apply = apply},
                                                     .undo = {.observe = observe_undo, .apply = apply_undo}};
