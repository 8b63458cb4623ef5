/* remove_mailbox_permissions — the user holds no Full Access, Send As or Send on Behalf on any other mailbox.
 *
 * Send As and Send on Behalf have a reverse lookup. Full Access has none: the permission index names the
 * mailboxes where the user was seen, and each of those is asked again before anything is touched. */
#include <string.h>

#include "task/calls.h"
#include "task/elsewhere.h"
#include "task/items.h"

#define FULL_ACCESS "full_access"
#define SEND_AS "send_as"
#define SEND_ON_BEHALF "send_on_behalf"

/* Which fact holds what kind, and the member that names the other mailbox. */
static const struct kind {
    const char *name;
    const char *fact;
    const char *mailbox;
    const char *label;
} kinds[] = {
    {FULL_ACCESS, "access_elsewhere", "mailbox", "name"},
    {SEND_AS, "send_as_elsewhere", "Identity", "Identity"},
    {SEND_ON_BEHALF, "on_behalf_elsewhere", "ExternalDirectoryObjectId", "DisplayName"},
};
#define KINDS (sizeof kinds / sizeof *kinds)

/* Rows about the mailbox itself are no access elsewhere. */
static bool is_own(const struct work *work, const json_t *facts, const char *mailbox)
{
    const json_t *own = facts_mailbox(facts);
    return text_equal_nocase(mailbox, work->run->user_id) ||
           text_equal_nocase(mailbox, json_text(own, "Identity")) ||
           text_equal_nocase(mailbox, json_text(own, "Name")) ||
           text_equal_nocase(mailbox, json_text(own, "UserPrincipalName"));
}

static bool counts(const struct work *work, const json_t *facts, const struct kind *kind, const json_t *row)
{
    const char *mailbox = json_text(row, kind->mailbox);
    bool send_as = strcmp(kind->name, SEND_AS) == 0;
    return mailbox && *mailbox && !is_own(work, facts, mailbox) &&
           !(send_as && (json_flag(row, "IsInherited") ||
                         !text_equal_nocase(json_text_or(row, "AccessControlType", "Allow"), "Allow")));
}

static char *item_id(const struct work *work, const struct kind *kind, const char *mailbox)
{
    return arena_printf(work->arena, "%s:%s", kind->name, mailbox);
}

/* True when something new is left for the next look. */
static bool note_all(struct work *work, const json_t *facts)
{
    bool more = false;
    for (size_t k = 0; k < KINDS; k++) {
        size_t i;
        json_t *row;
        json_array_foreach ((json_t *)json_array_at(facts, kinds[k].fact), i, row) {
            const char *mailbox = json_text(row, kinds[k].mailbox);
            if (!counts(work, facts, &kinds[k], row))
                continue;
            json_t *item = elsewhere_item(work, item_id(work, &kinds[k], mailbox),
                                          json_text_or(row, kinds[k].label, mailbox), kinds[k].name);
            more |= !item;
            if (item)
                json_put_text(item, "mailbox", mailbox);
        }
    }
    return more;
}

static const struct kind *kind_of(const json_t *item)
{
    size_t k = 0;
    while (k < KINDS - 1 && strcmp(kinds[k].name, json_text_or(item, "kind", "")) != 0)
        k++;
    return &kinds[k];
}

static bool is_held(const struct work *work, const json_t *facts, const json_t *item)
{
    const struct kind *kind = kind_of(item);
    size_t i;
    json_t *row;
    json_array_foreach ((json_t *)json_array_at(facts, kind->fact), i, row) {
        if (counts(work, facts, kind, row) &&
            text_equal_nocase(json_text(row, kind->mailbox), json_text(item, "mailbox")))
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
    json_t *object = json_object();
    for (size_t k = 0; k < KINDS; k++)
        json_put(object, kinds[k].name, json_incref((json_t *)json_array_at(facts, kinds[k].fact)));
    return json_put(object, "index", elsewhere_evidence(facts));
}

static enum observed observe(struct work *work, const json_t *facts)
{
    bool more = note_all(work, facts);
    elsewhere_before(work, evidence(facts));
    work_after(work, evidence(facts));
    return items_settle(work, facts, is_gone) ? OBSERVED_NEEDED : elsewhere_settled(work, facts, more);
}

/* One cmdlet takes it back, its twin gives it. */
static void change(struct work *work, struct calls *calls, json_t *item, bool give)
{
    const char *mailbox = json_text_or(item, "mailbox", ""), *user = work->run->user_id;
    const char *kind = kind_of(item)->name;
    if (strcmp(kind, SEND_ON_BEHALF) == 0)
        calls_exchange(calls, work, item, "Set-Mailbox",
                       json_make("{s:s, s:{s:s, s:s}, s:b}", "Identity", mailbox, "GrantSendOnBehalfTo",
                                 "@odata.type", "#Exchange.GenericHashTable", give ? "add" : "remove", user,
                                 "Confirm", 0));
    else if (strcmp(kind, SEND_AS) == 0)
        calls_exchange(calls, work, item, give ? "Add-RecipientPermission" : "Remove-RecipientPermission",
                       json_make("{s:s, s:s, s:[s], s:b}", "Identity", mailbox, "Trustee", user,
                                 "AccessRights", "SendAs", "Confirm", 0));
    else
        calls_exchange(calls, work, item, give ? "Add-MailboxPermission" : "Remove-MailboxPermission",
                       json_make("{s:s, s:s, s:[s], s:s, s:b}", "Identity", mailbox, "User", user,
                                 "AccessRights", "FullAccess", "InheritanceType", "All", "Confirm", 0));
}

static void change_pending(struct work *work, struct calls *calls, bool give)
{
    size_t i;
    json_t *item;
    items_pending_foreach (work, i, item)
        change(work, calls, item, give);
}

static void act(struct work *work, const json_t *facts, struct calls *calls)
{
    (void)facts;
    change_pending(work, calls, false);
}

static bool already_so(const struct err *err)
{
    return err->kind == ERR_NOT_FOUND;
}

static enum observed observe_undo(struct work *work, const json_t *facts)
{
    items_from_forward(work);
    return items_observed(work, facts, evidence(facts), is_held);
}

static void act_undo(struct work *work, const json_t *facts, struct calls *calls)
{
    (void)facts;
    change_pending(work, calls, true);
}

const struct task_type task_remove_mailbox_permissions = {
    .facts = FACT(MAILBOX) | FACT(ACCESS_ELSEWHERE) | FACT(SEND_AS_ELSEWHERE) | FACT(ON_BEHALF_ELSEWHERE),
    .proof = FACT(ACCESS_ELSEWHERE) | FACT(SEND_AS_ELSEWHERE) | FACT(ON_BEHALF_ELSEWHERE),
    .forward = {.observe = observe, .act = act, .already_so = already_so},
    .undo = {.observe = observe_undo, .act = act_undo}};
