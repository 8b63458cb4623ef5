/* remove_calendar_permissions — no calendar folder of anybody else names the user. There is no reverse
 * lookup: the permission index says where to ask (see remove_mailbox_permissions). */
#include <string.h>

#include "task/calls.h"
#include "task/elsewhere.h"
#include "task/items.h"

static char *item_id(const struct work *work, const json_t *row)
{
    return arena_printf(work->arena, "%s:%s", json_text_or(row, "mailbox", ""),
                        json_text_or(row, "folder", ""));
}

static bool is_held(const struct work *work, const json_t *facts, const json_t *item)
{
    size_t i;
    json_t *row;
    json_array_foreach ((json_t *)json_array_at(facts, "calendars_elsewhere"), i, row) {
        if (strcmp(item_id(work, row), json_text_or(item, "id", "")) == 0)
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
    return json_make("{s:O, s:o}", "calendars", json_array_at(facts, "calendars_elsewhere"), "index",
                     elsewhere_evidence(facts));
}

static enum observed observe(struct work *work, const json_t *facts)
{
    size_t i;
    json_t *row;
    bool more = false;
    json_array_foreach ((json_t *)json_array_at(facts, "calendars_elsewhere"), i, row) {
        json_t *item = elsewhere_item(work, item_id(work, row), json_text(row, "name"), "calendar");
        more |= !item;
        if (!item)
            continue;
        json_put(item, "rights", json_incref((json_t *)json_array_at(row, "rights")));
        json_put_text(item, "flags", json_text(row, "flags"));
        json_put_text(item, "mailbox", json_text(row, "mailbox"));
        json_put_text(item, "folder", json_text(row, "folder"));
    }
    elsewhere_before(work, evidence(facts));
    work_after(work, evidence(facts));
    return items_settle(work, facts, is_gone) ? OBSERVED_NEEDED : elsewhere_settled(work, facts, more);
}

static void act(struct work *work, const json_t *facts, struct calls *calls)
{
    size_t i;
    json_t *item;
    (void)facts;
    items_pending_foreach (work, i, item)
        calls_exchange(calls, work, item, "Remove-MailboxFolderPermission",
                       json_make("{s:s, s:s, s:b, s:b}", "Identity", json_text_or(item, "id", ""), "User",
                                 work->run->user_id, "SendNotificationToUser", 0, "Confirm", 0));
}

static bool already_so(const struct err *err)
{
    return err->kind == ERR_NOT_FOUND || strcmp(err->code, "UserNotFoundInPermissionEntryException") == 0;
}

static enum observed observe_undo(struct work *work, const json_t *facts)
{
    items_from_forward(work);
    return items_observed(work, facts, evidence(facts), is_held);
}

static void act_undo(struct work *work, const json_t *facts, struct calls *calls)
{
    size_t i;
    json_t *item;
    (void)facts;
    items_pending_foreach (work, i, item) {
        json_t *params = json_make("{s:s, s:s, s:O, s:b}", "Identity", json_text_or(item, "id", ""), "User",
                                   work->run->user_id, "AccessRights", json_array_at(item, "rights"),
                                   "SendNotificationToUser", 0);
        if (json_text(item, "flags"))
            json_put_text(params, "SharingPermissionFlags", json_text(item, "flags"));
        calls_exchange(calls, work, item, "Add-MailboxFolderPermission", params);
    }
}

static bool is_there_already(const struct err *err)
{
    return strcmp(err->code, "UserAlreadyExistsInPermissionEntryException") == 0;
}

const struct task_type task_remove_calendar_permissions = {
    .facts = FACT(CALENDARS_ELSEWHERE),
    .proof = FACT(CALENDARS_ELSEWHERE),
    .forward = {.observe = observe, .act = act, .already_so = already_so},
    .undo = {.observe = observe_undo, .act = act_undo, .already_so = is_there_already}};
