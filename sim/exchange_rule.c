/* exchange_rule — inbox rules and mobile devices. */
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/clock.h"
#include "exchange.h"
#include "inbox_rule.h"

/* "{mailboxGuid}\{RuleIdentity}"; the caller frees it. */
static char *rule_identity(const struct recipient *recipient, const json_t *rule)
{
    struct strbuf text = STRBUF_MAX(200);
    const char *own = json_text(rule, "RuleIdentity");
    if (own)
        strbuf_printf(&text, "%s\\%s", recipient_guid(recipient), own);
    else
        strbuf_printf(&text, "%s\\%lld", recipient_guid(recipient),
                      (long long)json_int(rule, "RuleIdentity", 0));
    return strbuf_take(&text);
}

static void rule_row(struct cmdlet_run *run, const struct recipient *recipient, const json_t *rule)
{
    AUTO_FREE char *identity = rule_identity(recipient, rule);
    json_t *row = json_make("{ss ss* sn sb s[] s[] s[] sn sb sb sb sb sn sb ss}", "Identity", identity,
                            "Name", json_text(rule, "Name"), "Description", "Enabled", 1, "ForwardTo",
                            "RedirectTo", "ForwardAsAttachmentTo", "MoveToFolder", "DeleteMessage", 0,
                            "MarkAsRead", 0, "StopProcessingRules", 0, "SupportedByTask", 1, "ErrorType",
                            "IsValid", 1, "MailboxOwnerId", recipient_display(recipient));
    const char *key;
    json_t *value;
    json_object_foreach ((json_t *)rule, key, value)
        if (*key != '_' && strcmp(key, "Identity") != 0)
            json_put(row, key, json_deep_copy(value));
    run_add(run, row);
}

static bool rule_is(const struct recipient *recipient, const json_t *rule, const char *identity)
{
    AUTO_FREE char *full = rule_identity(recipient, rule);
    return !strcasecmp(full, identity) || !strcmp(strrchr(full, '\\') + 1, identity) ||
           text_equal_nocase(json_text(rule, "Name"), identity) ||
           text_equal_nocase(json_text(rule, "Identity"), identity);
}

bool rule_get(struct cmdlet_run *run)
{
    struct recipient recipient;
    if (!recipient_param(run, "Mailbox", RECIPIENT_MAILBOX, &recipient))
        return false;
    const char *identity = run_text(run, "Identity");
    const json_t *rule;
    size_t i;
    json_array_foreach (json_array_at(recipient.mailbox, "_rules"), i, rule) {
        if ((identity && !rule_is(&recipient, rule, identity)) ||
            (json_flag(rule, "_hidden") && !run_flag(run, "IncludeHidden")))
            continue;
        if (json_flag(rule, "_broken"))
            run_warn(
                run,
                "The Inbox rule \"%s\" contains errors. To learn more about what is wrong with the rule, run "
                "Get-InboxRule with the Identity of the rule.",
                json_text_or(rule, "Name", ""));
        else
            rule_row(run, &recipient, rule);
    }
    if (identity && !json_array_size(run->rows) && !json_array_size(run->warnings))
        return run_not_found(run, identity);
    return true;
}

static json_t *rule_find(struct cmdlet_run *run, struct recipient *ret_recipient, size_t *ret_at)
{
    const char *identity = run_text(run, "Identity");
    json_t *rule;
    size_t i;
    if (!recipient_param(run, "Mailbox", RECIPIENT_MAILBOX, ret_recipient))
        return NULL;
    json_array_foreach (json_array_at(ret_recipient->mailbox, "_rules"), i, rule)
        if (identity && rule_is(ret_recipient, rule, identity)) {
            *ret_at = i;
            return rule;
        }
    run_not_found(run, identity ? identity : "");
    return NULL;
}

bool rule_remove(struct cmdlet_run *run)
{
    struct recipient recipient;
    size_t at;
    const json_t *rule = rule_find(run, &recipient, &at);
    if (!rule)
        return false;
    /* What only Outlook can run lies in a blob of its own, which goes by force alone. */
    if (json_flag(rule, "_client_only") && !run_flag(run, "Force"))
        return run_fail(
            run, RUN_TASK,
            "The rule \"%s\" was made by Outlook and would be lost there: use the Force parameter.",
            json_text_or(rule, "Name", ""));
    json_t *rules = recipient_list_at(&recipient, "_rules");
    json_array_remove(rules, at);
    rule_renumber(rules);
    return true;
}

/* ---- New-InboxRule ---- */

static bool is_people(const char *name)
{
    static const char *const names[] = {"ForwardTo", "RedirectTo",   "ForwardAsAttachmentTo", "From",
                                        "SentTo",    "ExceptIfFrom", "ExceptIfSentTo"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (!strcmp(names[i], name))
            return true;
    return false;
}

/* People are named by any identity of theirs, by an address outside, or as Get-InboxRule shows them. NULL
 * with the run failed. */
static json_t *people_named(struct cmdlet_run *run, const json_t *names)
{
    json_t *people = json_array(), *name;
    size_t i;
    json_array_foreach (names, i, name) {
        AUTO_FREE char *text = strdup(json_string_value(name));
        char *open = strrchr(text, '['), *colon = open ? strchr(open, ':') : NULL,
             *close = colon ? strchr(colon, ']') : NULL;
        struct recipient who;
        if (close)
            *close = '\0';
        const char *identity = close ? colon + 1 : text;
        bool known = recipient_find(run, identity, RECIPIENT_ANY_MAIL, &who);
        if (!known && !strchr(identity, '@')) {
            json_decref(people);
            return NULL;
        }
        run->failure = RUN_FINE;
        const char *address = known ? recipient_address(&who) : identity;
        json_add(people, rule_person(run->tenant, address, known ? recipient_display(&who) : NULL));
    }
    return people;
}

/* "mailbox:\Folder" or the folder alone. */
static json_t *folder_named(const char *text)
{
    const char *at = strstr(text, ":\\");
    return json_text_new(at ? at + 2 : text);
}

bool rule_new(struct cmdlet_run *run)
{
    struct recipient recipient;
    const char *name;
    json_t *value;
    if (!recipient_param(run, "Mailbox", RECIPIENT_MAILBOX, &recipient))
        return false;
    json_t *rules = recipient_list_at(&recipient, "_rules");
    if (json_array_find(rules, "Name", run_text(run, "Name")))
        return run_fail(run, RUN_TASK, "A rule with the name \"%s\" exists already.", run_text(run, "Name"));
    json_t *rule = json_make("{sssb}", "Name", run_text(run, "Name"), "Enabled", 1);
    json_object_foreach (run->params, name, value) {
        if (!rule_knows(name))
            continue;
        bool folder = !strcmp(name, "MoveToFolder") || !strcmp(name, "CopyToFolder");
        json_t *own = is_people(name)                   ? people_named(run, value)
                      : folder && json_is_string(value) ? folder_named(json_string_value(value))
                                                        : json_deep_copy(value);
        if (!own) {
            json_decref(rule);
            return false;
        }
        json_put(rule, name, own);
    }
    rule_row(run, &recipient, rule_insert(rules, rule, json_int(run->params, "Priority", -1) + 1));
    return true;
}

static bool rule_switch(struct cmdlet_run *run, bool enabled)
{
    struct recipient recipient;
    size_t at;
    json_t *rule = rule_find(run, &recipient, &at);
    if (rule)
        json_put(rule, "Enabled", json_boolean(enabled));
    return rule != NULL;
}

bool rule_enable(struct cmdlet_run *run)
{
    return rule_switch(run, true);
}

bool rule_disable(struct cmdlet_run *run)
{
    return rule_switch(run, false);
}

/* ---- mobile devices ---- */

static bool device_is(const json_t *device, const char *identity)
{
    return text_equal_nocase(json_text(device, "Identity"), identity) ||
           text_equal_nocase(json_text(device, "Guid"), identity);
}

static void device_row(struct cmdlet_run *run, const struct recipient *recipient, const json_t *device)
{
    static const char *const times[] = {"FirstSyncTime", "WhenChanged"};
    json_t *row = json_object();
    const char *key;
    json_t *value;
    json_object_foreach ((json_t *)device, key, value)
        if (*key != '_')
            json_put(row, key, json_deep_copy(value));
    if (!json_object_get(row, "UserDisplayName"))
        json_put_text(row, "UserDisplayName", recipient_display(recipient));
    for (size_t i = 0; i < sizeof times / sizeof *times; i++)
        value_time(row, times[i], json_text(device, times[i]));
    run_add(run, row);
}

bool device_get(struct cmdlet_run *run)
{
    const char *identity = run_text(run, "Identity");
    struct recipient *list;
    size_t count;
    if (!recipient_asked(run, "Mailbox", RECIPIENT_MAILBOX, &list, &count))
        return false;
    for (size_t i = 0; i < count; i++) {
        const json_t *device;
        size_t n;
        json_array_foreach (json_array_at(list[i].mailbox, "_devices"), n, device)
            if (!identity || device_is(device, identity))
                device_row(run, &list[i], device);
    }
    free(list);
    return !identity || json_array_size(run->rows) || run_not_found(run, identity);
}

/* The device that Identity names and the list that it is in; NULL with the run failed. */
static json_t *device_find(struct cmdlet_run *run, json_t **ret_list, size_t *ret_at)
{
    const char *identity = run_text(run, "Identity"), *id;
    json_t *mailbox, *device;
    size_t i;
    json_object_foreach (json_object_get(run->tenant, "mailboxes"), id, mailbox) {
        *ret_list = json_object_get(mailbox, "_devices");
        json_array_foreach (*ret_list, i, device) {
            *ret_at = i;
            if (identity && device_is(device, identity))
                return device;
        }
    }
    run_not_found(run, identity ? identity : "");
    return NULL;
}

bool device_remove(struct cmdlet_run *run)
{
    json_t *devices;
    size_t at;
    if (!device_find(run, &devices, &at))
        return false;
    json_array_remove(devices, at);
    return true;
}

/* The order to clear waits in the partnership until the device fetches it. DeviceType Outlook knows the
 * account alone. */
bool device_clear(struct cmdlet_run *run)
{
    json_t *devices, *device;
    size_t at;
    char now[TIME_TEXT_SIZE];
    if (!(device = device_find(run, &devices, &at)))
        return false;
    if (run_flag(run, "Cancel")) {
        json_object_del(device, "_wipe_sent");
        json_object_del(device, "_wipe_account_only");
        return true;
    }
    bool account_only =
        run_flag(run, "AccountOnly") || text_equal_nocase(json_text(device, "DeviceType"), "Outlook");
    json_put_text(device, "_wipe_sent", sim_now_text(run->sim, now));
    json_put(device, "_wipe_account_only", json_boolean(account_only));
    return true;
}

bool device_statistics_get(struct cmdlet_run *run)
{
    struct recipient *list;
    size_t count;
    if (!recipient_asked(run, "Mailbox", RECIPIENT_MAILBOX, &list, &count))
        return false;
    for (size_t i = 0; i < count; i++) {
        const json_t *device;
        size_t n;
        json_array_foreach (json_array_at(list[i].mailbox, "_devices"), n, device) {
            const char *wipe = json_text(device, "_wipe_sent");
            const char *status = !wipe                                     ? "DeviceOk"
                                 : json_flag(device, "_wipe_account_only") ? "AccountOnlyDeviceWipePending"
                                                                           : "DeviceWipePending";
            json_t *row = json_make("{ss* ss* ss}", "Identity", json_text(device, "Identity"), "Guid",
                                    json_text(device, "Guid"), "Status", status);
            value_time(row, "LastSuccessSync", json_text(device, "WhenChanged"));
            value_time(row, "DeviceWipeSentTime", wipe);
            value_time(row, "DeviceWipeAckTime", NULL);
            run_add(run, row);
        }
    }
    free(list);
    return true;
}
