/* The warnings of pre-flight. Each row of the table below is one code; its test looks at facts only. */
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "plan/mailbox.h"
#include "plan/options.h"
#include "plan/plan.h"

#define DAY_MS ((int64_t)24 * 60 * 60 * 1000)

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

static void warn_last_global_admin(const struct view *view)
{
    const json_t *others = json_object_get(view->facts, "other_global_admins");
    if (json_is_integer(others) && json_integer_value(others) == 0)
        warn(view, "last_global_admin", "blocker", NULL,
             "This is the last enabled Global Administrator of the tenant. Make somebody else one first.");
}

static void warn_privileged_user(const struct view *view)
{
    static const char *const facts[] = {"roles", "role_assignments", "role_schedules", "role_eligibilities"};
    for (size_t i = 0; i < sizeof facts / sizeof *facts; i++) {
        if (!json_array_size(json_array_at(view->facts, facts[i])))
            continue;
        warn(view, "privileged_user", "warn", NULL,
             "This user holds an admin role. Locking the account needs a privileged role for Lastday's "
             "application too.");
        return;
    }
}

/* The tasks that may cost the mailbox what it keeps. */
static bool mailbox_at_stake(const struct view *view)
{
    return mailbox_of(view) && (chosen(view, TASK_convert_to_shared) || chosen(view, TASK_remove_licenses) ||
                                chosen(view, TASK_delete_user));
}

static void warn_mailbox_too_large(const struct view *view)
{
    char message[300];
    int64_t size = json_int(view->facts, "mailbox_size", 0);
    if (size <= SHARED_MAILBOX_MAX_BYTES || !mailbox_at_stake(view) || chosen(view, TASK_delete_user))
        return;
    snprintf(message, sizeof message,
             "The mailbox holds %.1f GB. A shared mailbox without a license works up to 50 GB only: its "
             "Exchange license is kept unless you force its removal.",
             (double)size / (1024.0 * 1024 * 1024));
    warn(view, "mailbox_too_large", "warn", "remove_licenses", message);
}

static void warn_holds(const struct view *view)
{
    const json_t *mailbox = mailbox_of(view);
    bool deleted = chosen(view, TASK_delete_user);
    const char *task = deleted ? "delete_user" : "remove_licenses";
    if (!mailbox_at_stake(view))
        return;
    if (mailbox_on_litigation_hold(mailbox))
        warn(view, "litigation_hold", "warn", task,
             deleted
                 ? "The mailbox is on litigation hold: it becomes an inactive mailbox and is kept as long as "
                   "the hold."
                 : "The mailbox is on litigation hold, which needs its license. The Exchange license is kept "
                   "unless you force it.");
    if (mailbox_on_retention_hold(mailbox))
        warn(view, "retention_hold", "warn", task,
             deleted ? "A retention hold applies to the mailbox: it becomes an inactive mailbox and is kept "
                       "as long "
                       "as the hold."
                     : "A retention hold applies to the mailbox. The Exchange license is kept unless you "
                       "force it.");
    if (mailbox_has_archive(mailbox))
        warn(view, "archive_enabled", "warn", task,
             deleted ? "The mailbox has an archive, which goes with the user."
                     : "The mailbox has an archive, which needs a license. The Exchange license is kept "
                       "unless you "
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
        !chosen(view, TASK_delete_user) &&
        strcmp(json_text_or(mailbox_of(view), "RecipientTypeDetails", ""), "UserMailbox") == 0)
        warn(view, "mailbox_loses_license", "warn", "remove_licenses",
             "The mailbox loses its license without becoming shared: it is disconnected and deleted after 30 "
             "days.");
}

static void warn_nothing_to_do(const struct view *view)
{
    if ((view->chosen & catalogue_subject(SUBJECT_MAILBOX)) && !mailbox_of(view))
        warn(view, "no_mailbox", "info", NULL,
             "This user has no mailbox. The mailbox options will be skipped.");
    if ((view->chosen & catalogue_subject(SUBJECT_ONEDRIVE)) &&
        !json_is_object(json_object_get(view->facts, "drive")))
        warn(view, "no_onedrive", "info", NULL,
             "This user has no OneDrive. The OneDrive options will be skipped.");
    if (chosen(view, TASK_remove_licenses) &&
        !json_array_size(json_array_at(user_of(view), "licenseAssignmentStates")))
        warn(view, "no_licenses", "info", "remove_licenses",
             "This user has no licenses. There is nothing to remove.");
}

static void warn_signed_in_recently(const struct view *view)
{
    static const char *const moments[] = {"lastSignInDateTime", "lastNonInteractiveSignInDateTime"};
    const json_t *activity = json_object_at(view->facts, "sign_in");
    for (size_t i = 0; i < sizeof moments / sizeof *moments; i++) {
        int64_t at;
        if (!time_parse(json_text(activity, moments[i]), &at) || view->policy->now - at > DAY_MS)
            continue;
        warn(view, "signed_in_recently", "info", NULL,
             "The user signed in within the last 24 hours and may be at work just now.");
        return;
    }
}

static void warn_owned_apps(const struct view *view)
{
    if (json_array_size(json_array_at(view->facts, "owned_apps")))
        warn(view, "owns_app_registrations", "warn", NULL,
             "The user owns app registrations or enterprise applications. Name another owner, or nobody can "
             "renew their secrets.");
}

/* --- the permission index -------------------------------------------------------------------------------
 */

/* What is known of the user's access to others' mailboxes, and what becomes of the rest. */
static void describe_index(const struct view *view, const json_t *index, struct strbuf *text)
{
    const json_t *pass = json_object_at(index, "pass");
    const char *error = json_text(json_object_at(index, "error"), "message");
    int64_t unreadable = json_int(index, "unreadable", 0);
    char now[TIME_TEXT_SIZE];
    if (json_flag(index, "usable")) {
        strbuf_printf(
            text,
            "%d mailboxes could not be looked at (as of %s): whether the user may use them or their "
            "calendars is not known.",
            (int)unreadable, json_text_or(index, "as_of", ""));
        return;
    }
    strbuf_printf(
        text,
        "The list of mailboxes and calendars that the user may use is not complete yet: as of %s, %d "
        "of %d mailboxes of the tenant have been looked at. ",
        time_format(view->policy->now, now), (int)json_int(pass, "looked", 0),
        (int)json_int(index, "mailboxes", 0));
    strbuf_text_add(text,
                    json_flag(index, "kept")
                        ? "The offboarding does what is known and waits for the rest."
                        : "index.enabled is off, so nobody looks at the rest: the offboarding does what is "
                          "known, and this part of it fails.");
    if (error)
        strbuf_printf(text, " Microsoft 365 says: %s", error);
}

static void warn_permission_index(const struct view *view)
{
    const json_t *index = json_object_get(view->facts, "access_index");
    bool usable = json_flag(index, "usable"), mailboxes = chosen(view, TASK_remove_mailbox_permissions);
    int64_t unshown = json_int(index, "unshown", 0);
    const char *task =
        task_info(mailboxes ? TASK_remove_mailbox_permissions : TASK_remove_calendar_permissions)->id;
    AUTO_STRBUF struct strbuf text = STRBUF_MAX(2000), more = STRBUF_MAX(200);
    if (!index || (!mailboxes && !chosen(view, TASK_remove_calendar_permissions)))
        return;
    if (!usable || json_int(index, "unreadable", 0)) {
        describe_index(view, index, &text);
        warn(view, "permission_index_incomplete", usable || json_flag(index, "kept") ? "info" : "warn", task,
             strbuf_text(&text));
    }
    if (unshown) {
        strbuf_printf(&more,
                      "The user may use %d more mailboxes and calendars than the plan shows. The offboarding "
                      "deals with all of them.",
                      (int)unshown);
        warn(view, "permission_list_shortened", "info", task, strbuf_text(&more));
    }
}

/* --- permissions -----------------------------------------------------------------------------------------
 */

bool plan_is_granted(const json_t *granted, const char *any)
{
    size_t i;
    json_t *name;
    for (const char *at = any; *at; at += strcspn(at, "|"), at += *at == '|') {
        size_t length = strcspn(at, "|");
        json_array_foreach ((json_t *)granted, i, name) {
            const char *text = json_string_value(name);
            if (text && strlen(text) == length && strncmp(text, at, length) == 0)
                return true;
        }
    }
    return false;
}

/* What the application's own tokens show. A token that does not tell is no proof of anything. */
static void warn_missing_permissions(const struct view *view)
{
    static const char *const resources[RESOURCE_COUNT] = {"graph", "exchange", "sharepoint"};
    const json_t *granted = json_object_at(view->facts, "granted");
    size_t count;
    const struct app_permission *rows = catalogue_permissions(&count);
    char message[400];
    for (size_t i = 0; i < count; i++) {
        const json_t *held = json_object_get(granted, resources[rows[i].resource]);
        const char *label = task_info(rows[i].task)->label;
        if (!chosen(view, rows[i].task))
            continue;
        if (rows[i].resource == RESOURCE_SHAREPOINT && json_flag(granted, "secret_only")) {
            snprintf(message, sizeof message,
                     "%s: SharePoint takes the application only with a certificate, and Lastday has a client "
                     "secret "
                     "alone. Give it a certificate, or leave this out.",
                     label);
            warn(view, "missing_permission", "blocker", task_info(rows[i].task)->id, message);
        } else if (json_is_array(held) && !plan_is_granted(held, rows[i].any)) {
            snprintf(message, sizeof message,
                     "%s: the application lacks a permission: %s. Grant it in Entra and try again.", label,
                     rows[i].any);
            warn(view, "missing_permission", "blocker", task_info(rows[i].task)->id, message);
        }
    }
}

/* What was refused when it was read: the task that needs it would fail too. */
static void warn_unread(const struct view *view)
{
    const char *fact;
    json_t *error;
    char message[700];
    json_object_foreach ((json_t *)json_object_at(view->facts, "unread"), fact, error) {
        json_int_t status = json_int(error, "status", 0);
        bool denied = status == 401 || status == 403;
        snprintf(message, sizeof message, "Microsoft 365 does not show the %s of this user: %s", fact,
                 json_text_or(error, "message", ""));
        if (status)
            warn(view, denied ? "missing_permission" : "unreadable", denied ? "blocker" : "warn", NULL,
                 message);
    }
}

/* --- people who are named --------------------------------------------------------------------------------
 */

static bool has_mailbox(const struct view *view, const char *reference)
{
    const json_t *recipient = json_object_get(json_object_at(view->facts, "recipients"), reference);
    return !recipient || (json_is_object(recipient) &&
                          strstr(json_text_or(recipient, "RecipientTypeDetails", "Mailbox"), "Mailbox"));
}

static void warn_recipient(void *ctx, const char *reference, enum task_id task, const char *pointer)
{
    const struct view *view = ctx;
    const json_t *person = json_object_get(json_object_at(view->facts, "people"), reference);
    const char *name = json_text_or(person, "displayName", reference), *id = json_text(person, "id");
    const char *task_name = task_info(task)->id;
    bool forwards = task == TASK_forward_email;
    char message[500];
    (void)pointer;
    if (!id)
        return; /* who does not exist is a problem of the request, not a warning */
    if (json_is_false(json_object_get(person, "accountEnabled"))) {
        snprintf(message, sizeof message, "%s cannot sign in. Choose somebody who can.", name);
        warn(view, "recipient_disabled", forwards ? "blocker" : "warn", task_name, message);
    }
    if (list_holds(view->policy->also_leaving, id) || json_flag(person, "being_offboarded")) {
        snprintf(message, sizeof message, "%s is being offboarded too. Choose somebody who stays.", name);
        warn(view, "recipient_being_offboarded", "blocker", task_name, message);
    }
    bool guest = text_equal_nocase(json_text(person, "userType"), "Guest");
    bool needs_mailbox = task_info(task)->subject == SUBJECT_MAILBOX;
    if (needs_mailbox && ((forwards && !json_text(person, "mail")) ||
                          (!(forwards && guest) && !has_mailbox(view, reference)))) {
        snprintf(message, sizeof message, "%s has no mailbox. Choose somebody who has one.", name);
        warn(view, "recipient_no_mailbox", forwards ? "blocker" : "warn", task_name, message);
    }
    if (guest) {
        bool refused = forwards && !view->policy->allow_external_forwarding;
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
    warn_last_global_admin,
    warn_already_open,
    warn_missing_permissions,
    warn_unread,
    warn_privileged_user,
    warn_mailbox_too_large,
    warn_holds,
    warn_on_premises_source,
    warn_last_group_owner,
    warn_direct_reports,
    warn_groups,
    warn_recipients,
    warn_mailbox_loses_license,
    warn_owned_apps,
    warn_permission_index,
    warn_nothing_to_do,
    warn_signed_in_recently,
};

json_t *plan_warnings(const json_t *options, const json_t *facts, const struct plan_policy *policy)
{
    const struct view view = {options, facts, policy, options_tasks(options), json_array()};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        rows[i](&view);
    return view.warnings;
}
