/* The warnings of pre-flight. Each row of the table below is one code; its test looks at facts only. */
#include <stdio.h>
#include <string.h>

#include "plan/options.h"
#include "plan/plan.h"

#define SHARED_MAILBOX_MAX ((int64_t)50 * 1024 * 1024 * 1024) /* contract/exchange.md section 7 */

struct view {
    const json_t *options;
    const json_t *facts;
    const struct plan_policy *policy;
    task_set chosen;
    json_t *warnings;
};

static void warn(const struct view *view, const char *code, const char *severity, const char *task,
                 const char *message)
{
    json_t *row = json_object();
    json_put_text(row, "code", code);
    json_put_text(row, "severity", severity);
    json_put_text(row, "message", message);
    json_put_text(row, "task", task);
    json_add(view->warnings, row);
}

static bool chosen(const struct view *view, enum task_id task)
{
    return view->chosen & TASK_BIT(task);
}

static const json_t *user_of(const struct view *view)
{
    return json_object_at(view->facts, "user");
}

static const json_t *mailbox_of(const struct view *view)
{
    const json_t *mailbox = json_object_get(view->facts, "mailbox");
    return json_is_object(mailbox) ? mailbox : NULL;
}

static bool list_holds(const json_t *list, const char *text)
{
    size_t i;
    json_t *element;
    json_array_foreach ((json_t *)list, i, element) {
        if (text_equal_nocase(json_string_value(element), text))
            return true;
    }
    return false;
}

static void warn_self(const struct view *view)
{
    const char *who = view->policy->technician;
    if (who && (text_equal_nocase(who, json_text(user_of(view), "userPrincipalName")) ||
                text_equal_nocase(who, json_text(user_of(view), "id"))))
        warn(view, "self", "blocker", NULL, "You are about to offboard yourself. Ask a colleague to do it.");
}

static void warn_protected_user(const struct view *view)
{
    if (list_holds(view->policy->protected_users, json_text(user_of(view), "id")))
        warn(view, "protected_user", "blocker", NULL,
             "This account is on the tenant's list of protected users. Take it off that list first if it "
             "really leaves.");
}

static void warn_already_open(const struct view *view)
{
    if (view->policy->already_open)
        warn(view, "already_open", "blocker", NULL,
             "An offboarding of this user is not finished yet. Wait for it or cancel it first.");
}

static void warn_privileged_user(const struct view *view)
{
    if (json_array_size(json_array_at(view->facts, "roles")))
        warn(view, "privileged_user", "warn", NULL,
             "This user holds an admin role. Locking the account needs a privileged role for Lastday's "
             "application too.");
}

static void warn_mailbox_too_large(const struct view *view)
{
    char message[300];
    int64_t size = json_int(view->facts, "mailbox_size", 0);
    if (size <= SHARED_MAILBOX_MAX ||
        !(chosen(view, TASK_convert_to_shared) || chosen(view, TASK_remove_licenses)))
        return;
    snprintf(message, sizeof message,
             "The mailbox holds %.1f GB. A shared mailbox without a license works up to 50 GB only: its "
             "Exchange license is "
             "kept unless you force its removal.",
             (double)size / (1024.0 * 1024 * 1024));
    warn(view, "mailbox_too_large", "warn", "remove_licenses", message);
}

static void warn_holds(const struct view *view)
{
    const json_t *mailbox = mailbox_of(view);
    const char *archive = json_text(mailbox, "ArchiveStatus");
    if (!mailbox || !(chosen(view, TASK_convert_to_shared) || chosen(view, TASK_remove_licenses)))
        return;
    if (json_flag(mailbox, "LitigationHoldEnabled"))
        warn(view, "litigation_hold", "warn", "remove_licenses",
             "The mailbox is on litigation hold, which needs its license. The Exchange license is kept "
             "unless you force it.");
    if (json_array_size(json_array_at(mailbox, "InPlaceHolds")) ||
        json_flag(mailbox, "RetentionHoldEnabled") || json_flag(mailbox, "ComplianceTagHoldApplied"))
        warn(view, "retention_hold", "warn", "remove_licenses",
             "A retention hold applies to the mailbox. The Exchange license is kept unless you force it.");
    if (archive && strcmp(archive, "None") != 0)
        warn(view, "archive_enabled", "warn", "remove_licenses",
             "The mailbox has an archive, which needs a license. The Exchange license is kept unless you "
             "force it.");
}

static void warn_on_premises_source(const struct view *view)
{
    if (json_flag(user_of(view), "onPremisesSyncEnabled"))
        warn(view, "on_premises_source", "warn", NULL,
             "This user is synced from Active Directory. Disable the account and change its password there "
             "as well: the "
             "next sync undoes what is done in the cloud.");
}

static void warn_groups(const struct view *view)
{
    size_t i;
    json_t *group;
    bool dynamic = false, synced = false, assignable = false;
    if (!chosen(view, TASK_remove_from_groups))
        return;
    json_array_foreach ((json_t *)json_array_at(view->facts, "groups"), i, group) {
        dynamic |= json_text(group, "membershipRule") != NULL;
        synced |= json_flag(group, "onPremisesSyncEnabled");
        assignable |= json_flag(group, "isAssignableToRole");
    }
    if (dynamic)
        warn(view, "dynamic_group", "warn", "remove_from_groups",
             "The user is in a dynamic group. Its rule decides who belongs to it: change the user's "
             "attributes instead.");
    if (synced)
        warn(view, "on_premises_group", "warn", "remove_from_groups",
             "The user is in a group that is synced from Active Directory. Remove the user there.");
    if (assignable)
        warn(view, "role_assignable_group", "warn", "remove_from_groups",
             "The user is in a role-assignable group. Leaving it needs RoleManagement.ReadWrite.Directory.");
}

static void warn_last_group_owner(const struct view *view)
{
    if (json_array_size(json_array_at(view->facts, "sole_owner_of")))
        warn(view, "last_group_owner", "warn", "remove_from_groups",
             "The user is the only owner of a group or team. Name another owner first: the last owner cannot "
             "be removed.");
}

static void warn_direct_reports(const struct view *view)
{
    if (json_int(view->facts, "direct_reports", 0) > 0)
        warn(view, "has_direct_reports", "info", NULL,
             "People report to this user. They need a new manager.");
}

static void warn_mailbox_loses_license(const struct view *view)
{
    if (chosen(view, TASK_remove_licenses) && !chosen(view, TASK_convert_to_shared) && mailbox_of(view) &&
        strcmp(json_text_or(mailbox_of(view), "RecipientTypeDetails", ""), "UserMailbox") == 0)
        warn(view, "mailbox_loses_license", "warn", "remove_licenses",
             "The mailbox loses its license without becoming shared: it is disconnected and deleted after 30 "
             "days.");
}

static void warn_nothing_to_do(const struct view *view)
{
    const task_set mailbox_tasks = TASK_BIT(TASK_set_out_of_office) | TASK_BIT(TASK_forward_email) |
                                   TASK_BIT(TASK_disable_forwarding) | TASK_BIT(TASK_hide_from_gal) |
                                   TASK_BIT(TASK_convert_to_shared) | TASK_BIT(TASK_grant_mailbox_access);
    if ((view->chosen & mailbox_tasks) && !mailbox_of(view))
        warn(view, "no_mailbox", "info", NULL,
             "This user has no mailbox. The mailbox options will be skipped.");
    if (chosen(view, TASK_remove_licenses) &&
        !json_array_size(json_array_at(user_of(view), "licenseAssignmentStates")))
        warn(view, "no_licenses", "info", "remove_licenses",
             "This user has no licenses. There is nothing to remove.");
}

static void warn_recipient(void *ctx, const char *reference, enum task_id task, const char *pointer)
{
    const struct view *view = ctx;
    const json_t *person = json_object_get(json_object_at(view->facts, "people"), reference);
    const char *name = json_text_or(person, "displayName", reference), *id = json_text(person, "id");
    const char *task_name = task_info(task)->id;
    char message[500];
    (void)pointer;
    if (!id)
        return; /* who does not exist is a problem of the request, not a warning */
    if (json_is_false(json_object_get(person, "accountEnabled"))) {
        snprintf(message, sizeof message, "%s cannot sign in. Choose somebody who can.", name);
        warn(view, "recipient_disabled", task == TASK_forward_email ? "blocker" : "warn", task_name, message);
    }
    if (list_holds(view->policy->also_leaving, id) || json_flag(person, "being_offboarded")) {
        snprintf(message, sizeof message, "%s is being offboarded too. Choose somebody who stays.", name);
        warn(view, "recipient_being_offboarded", "blocker", task_name, message);
    }
    if (task == TASK_forward_email && !json_text(person, "mail")) {
        snprintf(message, sizeof message, "%s has no mailbox to forward to. Choose somebody who has one.",
                 name);
        warn(view, "recipient_no_mailbox", "blocker", task_name, message);
    }
    if (text_equal_nocase(json_text(person, "userType"), "Guest")) {
        bool refused = task == TASK_forward_email && !view->policy->allow_external_forwarding;
        snprintf(message, sizeof message, "%s is a guest from outside the organisation.%s", name,
                 refused ? " The tenant's settings do not allow forwarding to the outside." : "");
        warn(view, "recipient_external", refused ? "blocker" : "warn", task_name, message);
    }
}

static void warn_recipients(const struct view *view)
{
    options_each_person(view->options, warn_recipient, (void *)view);
}

static void (*const rows[])(const struct view *) = {
    warn_self,
    warn_protected_user,

    warn_already_open,
    warn_privileged_user,
    warn_mailbox_too_large,
    warn_holds,
    warn_on_premises_source,
    warn_last_group_owner,
    warn_direct_reports,
    warn_groups,
    warn_recipients,
    warn_mailbox_loses_license,
    warn_nothing_to_do,
};

json_t *plan_warnings(const json_t *options, const json_t *facts, const struct plan_policy *policy)
{
    const struct view view = {options, facts, policy, options_tasks(options), json_array()};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        rows[i](&view);
    return view.warnings;
}
