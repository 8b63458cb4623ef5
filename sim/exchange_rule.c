/* exchange_rule — inbox rules and mobile devices. */
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/clock.h"
#include "exchange.h"

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
    size_t at, i;
    if (!rule_find(run, &recipient, &at))
        return false;
    json_t *rules = recipient_list_at(&recipient, "_rules"), *rule;
    json_array_remove(rules, at);
    json_array_foreach (rules, i, rule)
        if (json_int(rule, "Priority", 0))
            json_put(rule, "Priority", json_integer((json_int_t)i + 1));
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

bool device_remove(struct cmdlet_run *run)
{
    const char *identity = run_text(run, "Identity"), *id;
    json_t *mailbox, *device;
    size_t i;
    json_object_foreach (json_object_get(run->tenant, "mailboxes"), id, mailbox)
        json_array_foreach (json_object_get(mailbox, "_devices"), i, device)
            if (identity && device_is(device, identity)) {
                json_array_remove(json_object_get(mailbox, "_devices"), i);
                return true;
            }
    return run_not_found(run, identity ? identity : "");
}
