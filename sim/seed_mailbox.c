/* What a person has: sign-in methods, a mailbox with rules, devices and meetings, a OneDrive. */
#include <string.h>

#include "seed.h"

#define LEAN_FROM 8000 /* mailboxes of one tenant */

json_t *seed_methods(struct dice *dice, bool all)
{
    json_t *methods = json_array();
    char id[37];

    json_add(methods,
             json_make("{s:s, s:s, s:n, s:s}", "@odata.type", "#microsoft.graph.passwordAuthenticationMethod",
                       "id", "28c10230-6103-485e-b985-444c60001490", "password", "createdDateTime",
                       SEED_TIME));
    if (all || dice_percent(dice, 70))
        json_add(methods, json_make("{s:s, s:s, s:s, s:s, s:s}", "@odata.type",
                                    "#microsoft.graph.microsoftAuthenticatorAuthenticationMethod", "id",
                                    dice_uuid(dice, id), "displayName",
                                    dice_percent(dice, 50) ? "iPhone 15" : "Pixel 8", "deviceTag",
                                    "SoftwareTokenActivated", "phoneAppVersion", "6.8.15"));
    if (all || dice_percent(dice, 50)) {
        char number[32];

        snprintf(number, sizeof number, "+31 6%08u", dice_below(dice, 99999999));
        json_add(methods, json_make("{s:s, s:s, s:s, s:s, s:s}", "@odata.type",
                                    "#microsoft.graph.phoneAuthenticationMethod", "id",
                                    "3179e48a-750b-4051-897c-87b9720928f7", "phoneNumber", number,
                                    "phoneType", "mobile", "smsSignInState", "notSupported"));
    }
    if (all || dice_percent(dice, 8)) {
        char key[40];

        snprintf(key, sizeof key, "%016llx-K1_%04x2", (unsigned long long)dice_next(dice),
                 dice_below(dice, 65536));
        json_add(methods, json_make("{s:s, s:s, s:s, s:s, s:s, s:s}", "@odata.type",
                                    "#microsoft.graph.fido2AuthenticationMethod", "id", key, "displayName",
                                    "Security key", "aaGuid", "cb69481e-8ff7-4039-93ec-0a2729a154a8", "model",
                                    "YubiKey 5", "attestationLevel", "attested"));
    }
    return methods;
}

json_t *seed_rule(struct dice *dice, const char *mailbox_guid, unsigned i, const char *colleague)
{
    static const char *const names[] = {"Newsletters", "From my manager", "Forward invoices",
                                        "Project updates"};
    char id[32], identity[80], redirect[256];
    json_t *rule;

    /* The upper bit set in half of them: identities go beyond signed 64 bits. */
    snprintf(id, sizeof id, "%llu", (unsigned long long)dice_next(dice) | (i % 2 ? 0 : 1ull << 63));
    snprintf(identity, sizeof identity, "%s\\%s", mailbox_guid, id);
    snprintf(redirect, sizeof redirect, "\"%s\" [SMTP:%s]", colleague, colleague);
    rule = json_make("{s:s, s:s, s:s, s:i, s:b, s:b, s:[], s:[], s:[], s:n, s:b, s:b, s:b, s:b, s:s, s:b}",
                     "Name", names[i % 4], "Identity", identity, "RuleIdentity", id, "Priority", (int)i + 1,
                     "Enabled", 1, "StopProcessingRules", 0, "ForwardTo", "RedirectTo",
                     "ForwardAsAttachmentTo", "MoveToFolder", "DeleteMessage", 0, "MarkAsRead", 0,
                     "SupportedByTask", 1, "InError", 0, "ErrorType", "None", "IsValid", 1);
    static const char *const conditions[][2] = {{"SubjectContainsWords", "newsletter"},
                                                {"FromAddressContainsWords", "manager"},
                                                {"SubjectOrBodyContainsWords", "invoice"},
                                                {"SubjectContainsWords", "project"}};

    json_put(rule, conditions[i % 4][0], json_make("[s]", conditions[i % 4][1]));
    if (i % 4 == 2)
        json_add(json_object_get(rule, "ForwardTo"), json_string(redirect));
    else
        json_put_text(rule, "MoveToFolder", names[i % 4]);
    return rule;
}

json_t *seed_device(struct dice *dice, const char *owner, unsigned i)
{
    char device_id[40], guid[37], identity[300];

    snprintf(device_id, sizeof device_id, "%016llx%016llx", (unsigned long long)dice_next(dice),
             (unsigned long long)dice_next(dice));
    snprintf(identity, sizeof identity,
             i % 2 ? "%s\\ExchangeActiveSyncDevices\\iPhone§%s"
                   : "%s\\ExchangeActiveSyncDevices\\REST§Outlook§%s",
             owner, device_id);
    return json_make("{s:s, s:s, s:s, s:s, s:s, s:s, s:s, s:s, s:s, s:s, s:s, s:s}", "Identity", identity,
                     "Guid", dice_uuid(dice, guid), "DeviceId", device_id, "DeviceType",
                     i % 2 ? "iPhone" : "Outlook", "DeviceModel",
                     i % 2 ? "iPhone15C4" : "Outlook for iOS and Android", "DeviceOS",
                     i % 2 ? "iOS 18.1" : "Android 15", "FriendlyName", i % 2 ? "iPhone" : "Pixel",
                     "ClientType", i % 2 ? "EAS" : "REST", "DeviceAccessState", "Allowed", "FirstSyncTime",
                     SEED_TIME, "WhenChanged", SEED_TIME, "UserDisplayName", owner);
}

json_t *seed_mailbox(json_t *tenant, const struct company *company, struct dice *dice, const json_t *user,
                     const char *type)
{
    static const char *const plain[] = {"ForwardingAddress", "ForwardingSmtpAddress", "LitigationHoldDate",
                                        "LitigationHoldOwner", "WhenSoftDeleted"};
    const char *id = json_text(user, "id"), *upn = json_text(user, "userPrincipalName"),
               *mail = json_text(user, "mail");
    const char *alias = json_text_or(user, "mailNickname", "user");
    /* In a very large tenant most mailboxes hold only what every mailbox has: memory. */
    bool lean = json_object_size(json_object_get(tenant, "mailboxes")) >= LEAN_FROM;
    bool person = !strcmp(type, "UserMailbox") && !lean;
    char guid[37], archive[37], dn[512];
    json_t *box = json_object();

    snprintf(dn, sizeof dn,
             "CN=%s,OU=%s,OU=Microsoft Exchange Hosted Organizations,DC=%s,DC=PROD,DC=OUTLOOK,DC=COM", id,
             company->initial_domain, company->address_book);
    json_put_text(box, "UserPrincipalName", upn);
    json_put_text(box, "PrimarySmtpAddress", mail);
    json_put_text(box, "Alias", alias);
    json_put_text(box, "Name", id);
    json_put_text(box, "DisplayName", json_text(user, "displayName"));
    json_put_text(box, "DistinguishedName", dn);
    json_put_text(box, "ExternalDirectoryObjectId", id);
    json_put_text(box, "ExchangeGuid", dice_uuid(dice, guid));
    json_put_text(box, "Guid", dice_uuid(dice, archive));
    json_put_text(box, "RecipientTypeDetails", type);
    json_put(box, "IsShared", json_boolean(!strcmp(type, "SharedMailbox")));
    json_put(box, "IsDirSynced", json_boolean(json_flag(user, "onPremisesSyncEnabled")));
    json_put(box, "EmailAddresses", json_incref(json_object_get(user, "proxyAddresses")));
    for (size_t i = 0; i < sizeof plain / sizeof *plain && !lean; i++)
        json_put(box, plain[i], json_null());
    json_put(box, "DeliverToMailboxAndForward", json_false());
    json_put(box, "HiddenFromAddressListsEnabled", json_false());
    bool hold = person && dice_percent(dice, 4), has_archive = person && dice_percent(dice, 12);

    json_put(box, "LitigationHoldEnabled", json_boolean(hold));
    if (hold)
        json_put_text(box, "LitigationHoldDate", SEED_TIME);
    json_put_text(box, "LitigationHoldDuration", "Unlimited");
    json_put(box, "InPlaceHolds", json_array());
    if (person && dice_percent(dice, 3))
        json_add(json_object_get(box, "InPlaceHolds"), json_string("mbx7cfb30345d454ac0a989ab3041051209:2"));
    json_put(box, "RetentionHoldEnabled", json_false());
    json_put_text(box, "ArchiveStatus", has_archive ? "Active" : "None");
    json_put_text(box, "ArchiveState", has_archive ? "Local" : "None");
    json_put_text(box, "ArchiveGuid",
                  has_archive ? dice_uuid(dice, archive) : "00000000-0000-0000-0000-000000000000");
    bool large_plan = !strncmp(company->main_sku, "SPE", 3);

    json_put_text(box, "ProhibitSendReceiveQuota",
                  large_plan ? "100 GB (107,374,182,400 bytes)" : "50 GB (53,687,091,200 bytes)");
    json_put_text(box, "ProhibitSendQuota",
                  large_plan ? "99 GB (106,300,440,576 bytes)" : "49.5 GB (53,150,220,288 bytes)");
    json_put_text(box, "WhenMailboxCreated", json_text_or(user, "createdDateTime", SEED_TIME));
    int64_t megabytes = dice_percent(dice, large_plan ? 5 : 0) ? 52000 + dice_below(dice, 40000)
                                                               : 40 + dice_below(dice, 24000);

    json_put(box, "_size_bytes", json_integer(megabytes * 1048576 + dice_below(dice, 1048576)));
    json_put(box, "_archive_bytes",
             json_integer(has_archive ? (int64_t)dice_below(dice, 60000) * 1048576 : 0));
    json_put(box, "_items", json_integer(200 + megabytes * 7));
    json_put(box, "_permissions", json_array());
    json_put(box, "_recipient_permissions", json_array());
    json_put(box, "_send_on_behalf", json_array());
    json_t *rules = json_array(), *devices = json_array(), *events = json_array();
    unsigned count = person && dice_percent(dice, 30) ? 1 + dice_below(dice, 3) : 0;

    for (unsigned i = 0; i < count; i++)
        json_add(rules, seed_rule(dice, guid, i, mail));
    for (unsigned i = person ? dice_below(dice, 3) : 0; i > 0; i--)
        json_add(devices, seed_device(dice, json_text_or(user, "displayName", ""), i));
    for (unsigned i = person ? dice_below(dice, 4) : 0; i > 0; i--)
        json_add(events, seed_event_by_chance(dice, company, mail, i));
    json_put(box, "_rules", rules);
    json_put(box, "_devices", devices);
    json_put(box, "_events", events);
    bool away = person && dice_percent(dice, 5);

    json_put(box, "_auto_reply",
             json_make("{s:s, s:s, s:s, s:s, s:s, s:s}", "AutoReplyState", away ? "Enabled" : "Disabled",
                       "InternalMessage",
                       away ? "<html><body>I am on leave and read my mail next week.</body></html>" : "",
                       "ExternalMessage", "", "ExternalAudience", "All", "StartTime", "2026-08-01T08:00:00",
                       "EndTime", "2026-08-02T08:00:00"));
    json_put(box, "_calendar_permissions",
             json_make("[{s:s, s:[s]}, {s:s, s:[s]}]", "user", "Default", "rights", "AvailabilityOnly",
                       "user", "Anonymous", "rights", "None"));
    json_put(json_object_get(tenant, "mailboxes"), id, box);
    return box;
}

void seed_site(json_t *tenant, const struct company *company, struct dice *dice, const json_t *user)
{
    const char *upn = json_text(user, "userPrincipalName"), *id = json_text(user, "id");
    char url[512], name[300], site[37], web[37], drive[64];
    size_t i = 0;

    for (; upn[i] && i + 1 < sizeof name; i++)
        name[i] = upn[i] == '.' || upn[i] == '@' || upn[i] == '-' || upn[i] == '\'' ? '_' : upn[i];
    name[i] = '\0';
    snprintf(url, sizeof url, "https://%.*s-my.sharepoint.com/personal/%s",
             (int)strcspn(company->initial_domain, "."), company->initial_domain, name);
    snprintf(drive, sizeof drive, "b!%016llx%016llx", (unsigned long long)dice_next(dice),
             (unsigned long long)dice_next(dice));
    json_put(json_object_get(tenant, "sites"), id,
             json_make("{s:s, s:[s], s:i, s:s, s:s, s:s, s:s, s:I, s:I}", "url", url, "admins", id, "sharing",
                       2, "lock", "Unlock", "_site_id", dice_uuid(dice, site), "_web_id",
                       dice_uuid(dice, web), "_drive_id", drive, "_used_bytes",
                       (json_int_t)(dice_below(dice, 90000) * 1048576ll), "_quota_bytes",
                       (json_int_t)1099511627776ll));
}
