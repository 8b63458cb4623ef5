/* exchange_mailbox — mailboxes: what they are, how large, and what may be set on them. */
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/clock.h"
#include "exchange.h"
#include "inbox_rule.h"

#define GIB ((int64_t)1 << 30)
#define NO_GUID "00000000-0000-0000-0000-000000000000"

/* What a fresh mailbox shows; its own values in the state come after and win. */
static json_t *defaults(void)
{
    return json_make(
        "{sb sn sn sb s[] sb sn ss ss s[] sb sb sb sb ss ss ss ss sb ss sb sb sb s[] sb sb s[]}", /* order of
                                                                                                     rows */
        "HiddenFromAddressListsEnabled", 0, "ForwardingAddress", "ForwardingSmtpAddress",
        "DeliverToMailboxAndForward", 0, "GrantSendOnBehalfTo", "LitigationHoldEnabled", 0,
        "LitigationHoldDate", "LitigationHoldOwner", "", "LitigationHoldDuration", "Unlimited",
        "InPlaceHolds", "RetentionHoldEnabled", 0, "ComplianceTagHoldApplied", 0, "DelayHoldApplied", 0,
        "DelayReleaseHoldApplied", 0, "RetentionPolicy", "Default MRM Policy", "ArchiveStatus", "None",
        "ArchiveState", "None", "ArchiveGuid", NO_GUID, "AutoExpandingArchiveEnabled", 0, "MailboxPlan",
        "ExchangeOnlineEnterprise", "SKUAssigned", 1, "IsInactiveMailbox", 0, "WasInactiveMailbox", 0,
        "PersistedCapabilities", "MessageCopyForSentAsEnabled", 0, "MessageCopyForSendOnBehalfEnabled", 0,
        "AdministrativeUnits");
}

static json_t *email_addresses(const struct recipient *recipient)
{
    const json_t *own = json_array_at(recipient->mailbox, "EmailAddresses");
    if (!json_array_size(own))
        own = json_array_at(recipient->object, "proxyAddresses");
    if (json_array_size(own))
        return json_deep_copy(own);
    AUTO_STRBUF struct strbuf primary = STRBUF_MAX(400);
    strbuf_printf(&primary, "SMTP:%s", recipient_address(recipient));
    return json_make("[s]", strbuf_text(&primary));
}

static json_t *mailbox_row(struct cmdlet_run *run, const struct recipient *recipient)
{
    AUTO_FREE char *name = recipient_name(run, recipient);
    AUTO_FREE char *dn = recipient_dn(run, recipient);
    const char *address = recipient_address(recipient);
    json_t *row = json_object();
    json_put_text(row, "Identity", name);
    json_put_text(row, "Name", name);
    json_put_text(row, "DistinguishedName", dn);
    json_put_text(row, "UserPrincipalName", json_text(recipient->object, "userPrincipalName"));
    json_put_text(row, "PrimarySmtpAddress", address);
    json_put_text(row, "Alias", json_text(recipient->object, "mailNickname"));
    json_put_text(row, "DisplayName", recipient_display(recipient));
    json_put_text(row, "ExternalDirectoryObjectId", recipient->id);
    AUTO_FREE char *legacy = legacy_dn(recipient->object);
    json_put_text(row, "LegacyExchangeDN", legacy);
    json_put_text(row, "ExchangeGuid", recipient_guid(recipient));
    json_put_text(row, "Guid", recipient_guid(recipient));
    json_put_text(row, "RecipientTypeDetails", recipient_type(recipient));
    json_put(row, "EmailAddresses", email_addresses(recipient));
    AUTO_JSON json_t *rest = defaults();
    json_object_update(row, rest);
    value_size(row, "ProhibitSendQuota", 99 * GIB);
    value_size(row, "ProhibitSendReceiveQuota", 100 * GIB);
    value_size(row, "IssueWarningQuota", 98 * GIB);
    value_size(row, "RecoverableItemsQuota", 30 * GIB);
    value_size(row, "ArchiveQuota", 100 * GIB);

    const char *key;
    json_t *value;
    json_object_foreach (recipient->mailbox, key, value)
        if (*key != '_' && strcmp(key, "EmailAddresses") != 0)
            json_put(row, key, json_deep_copy(value));
    json_put(row, "IsShared", json_boolean(!strcmp(recipient_type(recipient), "SharedMailbox")));
    json_put(row, "IsDirSynced", json_boolean(recipient_synced(recipient)));
    json_put(row, "AccountDisabled",
             json_boolean(json_is_false(json_object_get(recipient->object, "accountEnabled"))));
    struct recipient target;
    if (recipient_by_id(run, json_text(recipient->mailbox, "_forwarding_id"), &target)) {
        AUTO_FREE char *target_name = recipient_name(run, &target);
        json_put_text(row, "ForwardingAddress", target_name);
    }
    json_put(row, "GrantSendOnBehalfTo",
             recipient_names(run, json_array_at(recipient->mailbox, "_send_on_behalf")));
    value_time(row, "WhenMailboxCreated",
               json_text_or(recipient->mailbox, "WhenMailboxCreated",
                            json_text(recipient->object, "createdDateTime")));
    value_time(row, "LitigationHoldDate", json_text(recipient->mailbox, "LitigationHoldDate"));
    return row;
}

/* What filters compare with distinguished names. */
static json_t *filter_values(struct cmdlet_run *run, const struct recipient *recipient)
{
    json_t *more = json_make("{s[]sn}", "GrantSendOnBehalfTo", "ForwardingAddress");
    struct recipient other;
    json_t *id;
    size_t i;
    if (recipient_by_id(run, json_text(recipient->mailbox, "_forwarding_id"), &other)) {
        AUTO_FREE char *dn = recipient_dn(run, &other);
        json_put_text(more, "ForwardingAddress", dn);
    }
    json_array_foreach (json_array_at(recipient->mailbox, "_send_on_behalf"), i, id)
        if (recipient_by_id(run, json_string_value(id), &other)) {
            AUTO_FREE char *dn = recipient_dn(run, &other);
            json_add(json_object_get(more, "GrantSendOnBehalfTo"), json_text_new(dn));
        }
    return more;
}

/* Adds the mailbox's row if it is asked for; *ret_room is false once there are enough. False with the run
 * failed. */
static bool add_if_wanted(struct cmdlet_run *run, const struct recipient *recipient, bool *ret_room)
{
    const char *filter = run_text(run, "Filter");
    AUTO_JSON json_t *more = filter ? filter_values(run, recipient) : NULL;
    if ((json_array_size(json_array_at(run->params, "RecipientTypeDetails")) &&
         !run_list_holds(run, "RecipientTypeDetails", recipient_type(recipient))) ||
        (filter && filter_excludes(filter, more)))
        return true;
    /* A filter may ask for anything that a row has. */
    json_t *row = filter || run_on_page(run) ? mailbox_row(run, recipient) : json_null();
    bool bad = false;
    if (!filter || filter_fits(filter, row, more, &bad))
        *ret_room = run_add(run, row);
    else
        json_decref(row);
    return !bad ||
           run_fail(run, RUN_TRANSFORM,
                    "Cannot process argument transformation on parameter 'Filter'. Invalid filter syntax: %s",
                    filter);
}

static bool is_held(const json_t *mailbox)
{
    return json_flag(mailbox, "LitigationHoldEnabled") ||
           json_array_size(json_array_at(mailbox, "InPlaceHolds")) > 0;
}

/* What is left of mailboxes that nobody uses any more; with a hold they stay as inactive ones. */
static bool soft_deleted_get(struct cmdlet_run *run)
{
    const char *identity = run_text(run, "Identity");
    bool inactive_only = run_flag(run, "InactiveMailboxOnly");
    struct recipient *list;
    size_t count = recipient_soft_deleted(run, identity, &list);
    for (size_t i = 0; i < count; i++) {
        bool deleted = json_text(list[i].object, "deletedDateTime") != NULL,
             inactive = deleted && is_held(list[i].mailbox);
        if (inactive_only && !inactive)
            continue;
        json_t *row = mailbox_row(run, &list[i]);
        value_time(row, "WhenSoftDeleted",
                   deleted ? json_text(list[i].object, "deletedDateTime")
                           : json_text(list[i].mailbox, "_disconnected_at"));
        json_put(row, "IsInactiveMailbox", json_boolean(inactive));
        if (!run_add(run, row))
            break;
    }
    free(list);
    return !identity || json_array_size(run->rows) > 0 || run_not_found(run, identity);
}

bool mailbox_get(struct cmdlet_run *run)
{
    struct recipient *list;
    size_t count;
    if (run_flag(run, "SoftDeletedMailbox") || run_flag(run, "InactiveMailboxOnly"))
        return soft_deleted_get(run);
    if (!recipient_asked(run, "Identity", RECIPIENT_MAILBOX, &list, &count))
        return false;
    bool good = true, room = true;
    for (size_t i = 0; good && room && i < count; i++)
        good = add_if_wanted(run, &list[i], &room);
    free(list);
    return good;
}

/* ---- Set-Mailbox ---- */

/* A setting that needs more than being stored. Sets *ret_changed when something changed. */
typedef bool (*setting_fn)(struct cmdlet_run *run, const struct recipient *recipient, const char *name,
                           bool *ret_changed);

static bool set_plain(struct cmdlet_run *run, const struct recipient *recipient, const char *name,
                      bool *ret_changed)
{
    *ret_changed |=
        value_change(recipient->mailbox, name, json_deep_copy(json_object_get(run->params, name)));
    return true;
}

/* As set_plain; a switch that was never set is off. */
static bool set_flag(struct cmdlet_run *run, const struct recipient *recipient, const char *name,
                     bool *ret_changed)
{
    if (json_flag(recipient->mailbox, name) == run_flag(run, name))
        return true;
    return set_plain(run, recipient, name, ret_changed);
}

static bool set_directory_flag(struct cmdlet_run *run, const struct recipient *recipient, const char *name,
                               bool *ret_changed)
{
    return recipient_writable(run, recipient, name) && set_flag(run, recipient, name, ret_changed);
}

static bool set_type(struct cmdlet_run *run, const struct recipient *recipient, const char *name,
                     bool *ret_changed)
{
    static const struct {
        const char *type;
        const char *details;
    } types[] = {
        {"Regular", "UserMailbox"},        {"Shared", "SharedMailbox"},       {"Room", "RoomMailbox"},
        {"Equipment", "EquipmentMailbox"}, {"Workspace", "WorkspaceMailbox"}, {"Desk", "DeskMailbox"},
    };
    const char *type = run_text(run, name);
    for (size_t i = 0; type && i < sizeof types / sizeof *types; i++) {
        if (strcasecmp(type, types[i].type) != 0)
            continue;
        const char *pending = json_text(json_object_get(recipient->mailbox, "_pending_type"), "type");
        if (!strcmp(pending ? pending : recipient_type(recipient), types[i].details))
            return true;
        *ret_changed = true;
        int64_t at = sim_now_ms(run->sim) + run->sim->conversion_ms;
        char text[TIME_TEXT_SIZE];
        json_put(recipient->mailbox, "_pending_type",
                 json_make("{ssss}", "at", time_format(at, text), "type", types[i].details));
        sim_due(run->sim, at);
        return true;
    }
    return run_fail(
        run, RUN_TRANSFORM,
        "Cannot process argument transformation on parameter 'Type'. Unable to match the identifier name "
        "%s to a valid enumerator name. Specify one of the following: Regular, Room, Equipment, Shared, "
        "Workspace, Desk.",
        type ? type : "");
}

static bool set_forwarding(struct cmdlet_run *run, const struct recipient *recipient, const char *name,
                           bool *ret_changed)
{
    const char *identity = run_text(run, name);
    struct recipient target;
    if (!identity) {
        *ret_changed |= value_change(recipient->mailbox, "_forwarding_id", json_null());
        return true;
    }
    if (!recipient_find(run, identity, RECIPIENT_ANY_MAIL, &target))
        return false;
    *ret_changed |= value_change(recipient->mailbox, "_forwarding_id", json_text_new(target.id));
    return true;
}

static bool set_forwarding_smtp(struct cmdlet_run *run, const struct recipient *recipient, const char *name,
                                bool *ret_changed)
{
    const char *address = run_text(run, name);
    if (!address) {
        *ret_changed |= value_change(recipient->mailbox, name, json_null());
        return true;
    }
    const char *plain = text_starts_nocase(address, "smtp:") ? address + 5 : address;
    const char *at = strchr(plain, '@');
    if (!at || at == plain || !at[1] || strpbrk(plain, " ,;<>"))
        return run_fail(
            run, RUN_TRANSFORM,
            "Cannot process argument transformation on parameter 'ForwardingSmtpAddress'. The address '%s' "
            "is invalid: \"%s\" isn't a valid SMTP address.",
            address, address);
    AUTO_STRBUF struct strbuf value = STRBUF_MAX(600);
    strbuf_printf(&value, "smtp:%s", plain);
    *ret_changed |= value_change(recipient->mailbox, name, json_text_new(strbuf_text(&value)));
    return true;
}

/* Names to ids, in each part of a list parameter. NULL with the run failed. */
static json_t *ids_of(struct cmdlet_run *run, const json_t *names)
{
    AUTO_JSON json_t *texts = json_is_string(names) ? json_make("[O]", names) : json_incref((json_t *)names);
    json_t *ids = json_array(), *name;
    size_t i;
    json_array_foreach (texts, i, name) {
        struct recipient recipient;
        if (!recipient_find(run, json_string_value(name), RECIPIENT_ANY, &recipient)) {
            json_decref(ids);
            return NULL;
        }
        json_add(ids, json_text_new(recipient.id));
    }
    return ids;
}

json_t *run_ids(struct cmdlet_run *run, const char *parameter)
{
    const json_t *value = json_object_get(run->params, parameter);
    if (!json_is_object(value))
        return ids_of(run, value);
    json_t *out = json_object();
    const char *key;
    json_t *part;
    json_object_foreach ((json_t *)value, key, part) {
        json_t *ids = *key == '@' ? json_incref(part) : ids_of(run, part);
        if (!ids) {
            json_decref(out);
            return NULL;
        }
        json_put(out, key, ids);
    }
    return out;
}

static bool set_send_on_behalf(struct cmdlet_run *run, const struct recipient *recipient, const char *name,
                               bool *ret_changed)
{
    if (!recipient_writable(run, recipient, name))
        return false;
    AUTO_JSON json_t *change = run_ids(run, name);
    if (!change)
        return false;
    json_t *merged = value_list_merge(recipient_list_at(recipient, "_send_on_behalf"), change);
    *ret_changed |= value_change(recipient->mailbox, "_send_on_behalf", merged);
    return true;
}

static bool set_addresses(struct cmdlet_run *run, const struct recipient *recipient, const char *name,
                          bool *ret_changed)
{
    if (!recipient_writable(run, recipient, name))
        return false;
    AUTO_JSON json_t *old = email_addresses(recipient);
    json_t *merged = value_list_merge(old, json_object_get(run->params, name));
    bool same = json_equal(old, merged);
    if (same) {
        json_decref(merged);
        return true;
    }
    json_put(recipient->mailbox, name, merged);
    json_put(recipient->object, "proxyAddresses", json_deep_copy(merged));
    sim_index_user(run->tenant, recipient->id);
    *ret_changed = true;
    return true;
}

static bool set_litigation_hold(struct cmdlet_run *run, const struct recipient *recipient, const char *name,
                                bool *ret_changed)
{
    bool changed = false;
    char now[TIME_TEXT_SIZE];
    set_flag(run, recipient, name, &changed);
    if (changed)
        json_put_text(recipient->mailbox, "LitigationHoldDate",
                      run_flag(run, name) ? time_format(sim_now_ms(run->sim), now) : NULL);
    *ret_changed |= changed;
    return true;
}

/* Parameters with a rule of their own; booleans and texts without one are stored as they are. */
static const struct {
    const char *name;
    setting_fn set;
} settings[] = {
    {"IsExchangeCloudManaged", set_flag},
    {"Type", set_type},
    {"HiddenFromAddressListsEnabled", set_directory_flag},
    {"ForwardingAddress", set_forwarding},
    {"ForwardingSmtpAddress", set_forwarding_smtp},
    {"GrantSendOnBehalfTo", set_send_on_behalf},
    {"EmailAddresses", set_addresses},
    {"LitigationHoldEnabled", set_litigation_hold},
};

static bool no_setting(const char *name)
{
    static const char *const names[] = {"Identity",    "Force",         "Confirm", "WhatIf",
                                        "ErrorAction", "WarningAction", "Verbose", "Debug"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (!strcmp(name, names[i]))
            return true;
    return false;
}

/* All or nothing: a refused setting leaves the others unset, so the work is done on a copy. */
static bool settings_apply(struct cmdlet_run *run, struct recipient *recipient, bool *ret_changed)
{
    const char *name;
    json_t *value;
    json_object_foreach (run->params, name, value) {
        setting_fn set = json_is_boolean(value) ? set_flag : set_plain;
        for (size_t i = 0; i < sizeof settings / sizeof *settings; i++)
            if (!strcmp(name, settings[i].name))
                set = settings[i].set;
        if (!no_setting(name) && !set(run, recipient, name, ret_changed))
            return false;
    }
    return true;
}

bool mailbox_set(struct cmdlet_run *run)
{
    struct recipient recipient;
    if (!recipient_param(run, "Identity", RECIPIENT_MAILBOX, &recipient))
        return false;
    AUTO_JSON json_t *before = json_deep_copy(recipient.mailbox);
    bool changed = false;
    if (!settings_apply(run, &recipient, &changed)) {
        json_object_clear(recipient.mailbox);
        json_object_update(recipient.mailbox, before);
        return false;
    }
    if (!changed)
        run_warn_unchanged(run, recipient_display(&recipient));
    return true;
}

/* ---- statistics ---- */

bool statistics_get(struct cmdlet_run *run)
{
    struct recipient *list;
    size_t count;
    if (!recipient_asked(run, "Identity", RECIPIENT_MAILBOX, &list, &count))
        return false;
    bool archive = run_flag(run, "Archive");
    for (size_t i = 0; i < count; i++) {
        const json_t *mailbox = list[i].mailbox;
        if (json_flag(mailbox, "_never_used")) {
            run_warn(run, "The user hasn't logged on to mailbox '%s' ('%s'), so there is no data to return.",
                     recipient_display(&list[i]), recipient_guid(&list[i]));
            continue;
        }
        json_t *row = json_object();
        json_put_text(row, "DisplayName", recipient_display(&list[i]));
        json_put_text(row, "MailboxGuid",
                      archive ? json_text_or(mailbox, "ArchiveGuid", NO_GUID) : recipient_guid(&list[i]));
        json_put(row, "ItemCount", json_integer(archive ? 0 : json_int(mailbox, "_items", 0)));
        value_size(row, "TotalItemSize", json_int(mailbox, archive ? "_archive_bytes" : "_size_bytes", 0));
        json_put(row, "DeletedItemCount", json_integer(0));
        value_size(row, "TotalDeletedItemSize", 0);
        value_time(row, "LastLogonTime", json_text(mailbox, "_last_logon"));
        value_time(row, "LastUserActionTime", json_text(mailbox, "_last_logon"));
        json_put_text(row, "MailboxTypeDetail", recipient_type(&list[i]));
        json_put(row, "StorageLimitStatus", json_null());
        if (!run_add(run, row))
            break;
    }
    free(list);
    return true;
}

bool folder_statistics_get(struct cmdlet_run *run)
{
    struct recipient recipient;
    const char *scope = run_text(run, "FolderScope");
    if (!recipient_param(run, "Identity", RECIPIENT_MAILBOX, &recipient))
        return false;
    static const char *const types[] = {"Inbox", "SentItems", "Calendar"};
    for (size_t i = 0; i < sizeof types / sizeof *types; i++) {
        if (scope && strcasecmp(scope, "All") != 0 && strcasecmp(scope, types[i]) != 0)
            continue;
        /* Folder names follow the mailbox's language. */
        const char *name = strcmp(types[i], "Calendar")
                               ? types[i]
                               : json_text_or(recipient.mailbox, "_calendar_name", "Calendar");
        AUTO_STRBUF struct strbuf path = STRBUF_MAX(300);
        strbuf_printf(&path, "/%s", name);
        json_t *row = run_row(run);
        json_put_text(row, "Name", name);
        json_put_text(row, "FolderPath", strbuf_text(&path));
        json_put_text(row, "FolderType", types[i]);
        json_put(row, "ItemsInFolder", json_integer(0));
    }
    return true;
}

/* ---- client access ---- */

static const char *const protocols[] = {
    "ActiveSyncEnabled", "OWAEnabled",           "OWAforDevicesEnabled",
    "PopEnabled",        "ImapEnabled",          "MAPIEnabled",
    "EwsEnabled",        "OutlookMobileEnabled", "UniversalOutlookEnabled"};

static json_t *cas_of(const struct recipient *recipient)
{
    json_t *cas = json_object_get(recipient->mailbox, "_cas");
    if (cas)
        return cas;
    cas = json_object();
    for (size_t i = 0; i < sizeof protocols / sizeof *protocols; i++)
        json_put(cas, protocols[i], json_true());
    json_put(cas, "SmtpClientAuthenticationDisabled", json_null());
    json_put(cas, "ActiveSyncAllowedDeviceIDs", json_array());
    json_put(cas, "ActiveSyncBlockedDeviceIDs", json_array());
    json_put(recipient->mailbox, "_cas", cas);
    return cas;
}

bool cas_get(struct cmdlet_run *run)
{
    struct recipient *list;
    size_t count;
    if (!recipient_asked(run, "Identity", RECIPIENT_MAILBOX, &list, &count))
        return false;
    for (size_t i = 0; i < count; i++) {
        AUTO_FREE char *name = recipient_name(run, &list[i]);
        json_t *row = json_object();
        json_put_text(row, "Identity", name);
        json_put_text(row, "DisplayName", recipient_display(&list[i]));
        json_put_text(row, "PrimarySmtpAddress", recipient_address(&list[i]));
        json_put_text(row, "ExternalDirectoryObjectId", list[i].id);
        json_object_update(row, cas_of(&list[i]));
        json_put(row, "HasActiveSyncDevicePartnership",
                 json_boolean(json_array_size(json_array_at(list[i].mailbox, "_devices")) > 0));
        if (!run_add(run, row))
            break;
    }
    free(list);
    return true;
}

bool cas_set(struct cmdlet_run *run)
{
    struct recipient recipient;
    if (!recipient_param(run, "Identity", RECIPIENT_MAILBOX, &recipient))
        return false;
    json_t *cas = cas_of(&recipient);
    bool changed = false;
    const char *name;
    json_t *value;
    json_object_foreach (run->params, name, value) {
        if (no_setting(name))
            continue;
        changed |= value_change(cas, name,
                                json_is_boolean(value) ? json_incref(value)
                                                       : value_list_merge(json_array_at(cas, name), value));
    }
    if (!changed)
        run_warn_unchanged(run, recipient_display(&recipient));
    return true;
}
