#include <string.h>

#include "seed.h"

/* Part of every hundred people; titles from the top down. */
static const struct department {
    const char *name;
    unsigned weight;
    const char *titles[5];
} departments[] = {
    {"Sales",
     22,
     {"Head of Sales", "Account Executive", "Sales Representative", "Inside Sales Specialist",
      "Sales Assistant"}},
    {"Operations",
     26,
     {"Operations Director", "Shift Supervisor", "Planner", "Production Technician", "Warehouse Operative"}},
    {"Engineering",
     18,
     {"Head of Engineering", "Senior Engineer", "Design Engineer", "Test Engineer", "Technician"}},
    {"Finance", 9, {"Finance Director", "Controller", "Accountant", "Payroll Officer", "Accounts Clerk"}},
    {"IT",
     8,
     {"Head of IT", "System Engineer", "Network Engineer", "Service Desk Analyst", "Service Desk Analyst"}},
    {"Marketing",
     7,
     {"Marketing Director", "Brand Manager", "Content Specialist", "Designer", "Marketing Assistant"}},
    {"Human Resources", 5, {"HR Director", "HR Business Partner", "Recruiter", "HR Officer", "HR Assistant"}},
    {"Legal", 3, {"General Counsel", "Senior Counsel", "Counsel", "Compliance Officer", "Paralegal"}},
    {"Executive",
     2,
     {"Chief Financial Officer", "Chief Operating Officer", "Executive Assistant", "Chief of Staff",
      "Advisor"}},
};

static const char *const offices[] = {"Amsterdam", "Rotterdam", "Köln",     "München", "Dublin",
                                      "London",    "Göteborg",  "Warszawa", "Málaga",  "Paris"};

static const struct {
    const char *name, *template_id;
} roles[] = {
    {"Global Administrator", "62e90394-69f5-4237-9190-012177145e10"},
    {"Exchange Administrator", "29232cdf-9323-42fd-ade2-1d097af3e4de"},
    {"User Administrator", "fe930be7-5e62-47db-91af-98c3a49a38b1"},
    {"Helpdesk Administrator", "729827e3-9c14-49f7-bb1b-9608f156bbb8"},
};

#define LEAN_FROM 8000 /* mailboxes of one tenant */

static void time_before(struct dice *dice, unsigned years, char text[TIME_TEXT_SIZE])
{
    snprintf(text, TIME_TEXT_SIZE, "%u-%02u-%02uT%02u:%02u:%02uZ", 2025 - dice_below(dice, years),
             1 + dice_below(dice, 12), 1 + dice_below(dice, 28), 7 + dice_below(dice, 11),
             dice_below(dice, 60), dice_below(dice, 60));
}

/* ---- methods, mailboxes, sites ---- */

static json_t *methods_make(struct dice *dice, bool leaver)
{
    json_t *methods = json_array();
    char id[37];

    json_add(methods,
             json_make("{s:s, s:s, s:n, s:s}", "@odata.type", "#microsoft.graph.passwordAuthenticationMethod",
                       "id", "28c10230-6103-485e-b985-444c60001490", "password", "createdDateTime",
                       SEED_TIME));
    if (leaver || dice_percent(dice, 70))
        json_add(methods, json_make("{s:s, s:s, s:s, s:s, s:s}", "@odata.type",
                                    "#microsoft.graph.microsoftAuthenticatorAuthenticationMethod", "id",
                                    dice_uuid(dice, id), "displayName",
                                    dice_percent(dice, 50) ? "iPhone 15" : "Pixel 8", "deviceTag",
                                    "SoftwareTokenActivated", "phoneAppVersion", "6.8.15"));
    if (leaver || dice_percent(dice, 50)) {
        char number[32];

        snprintf(number, sizeof number, "+31 6%08u", dice_below(dice, 99999999));
        json_add(methods, json_make("{s:s, s:s, s:s, s:s, s:s}", "@odata.type",
                                    "#microsoft.graph.phoneAuthenticationMethod", "id",
                                    "3179e48a-750b-4051-897c-87b9720928f7", "phoneNumber", number,
                                    "phoneType", "mobile", "smsSignInState", "notSupported"));
    }
    if (leaver || dice_percent(dice, 8)) {
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

static json_t *rule_make(struct dice *dice, const char *mailbox_guid, unsigned i, const char *colleague)
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
    if (i % 4 == 2)
        json_add(json_object_get(rule, "ForwardTo"), json_string(redirect));
    else
        json_put_text(rule, "MoveToFolder", names[i % 4]);
    return rule;
}

static json_t *device_make(struct dice *dice, const char *owner, unsigned i)
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

static json_t *event_make(struct dice *dice, const char *address, unsigned i)
{
    static const char *const subjects[] = {"Weekly team meeting", "Budget review", "1:1", "Customer visit",
                                           "Sprint planning"};
    char id[80], start[32], end[32];
    unsigned month = 1 + dice_below(dice, 12), day = 1 + dice_below(dice, 28), hour = 8 + dice_below(dice, 9);

    snprintf(id, sizeof id, "AAMkAG%016llx%016llx=", (unsigned long long)dice_next(dice),
             (unsigned long long)dice_next(dice));
    snprintf(start, sizeof start, "2027-%02u-%02uT%02u:00:00.0000000", month, day, hour);
    snprintf(end, sizeof end, "2027-%02u-%02uT%02u:00:00.0000000", month, day, hour + 1);
    return json_make(
        "{s:s, s:s, s:s, s:b, s:b, s:{s:s, s:s}, s:{s:s, s:s}, s:[{s:s, s:{s:s, s:s}}], s:{s:{s:s}}}", "id",
        id, "subject", subjects[i % 5], "type", i % 5 == 0 ? "seriesMaster" : "singleInstance", "isOrganizer",
        1, "isCancelled", 0, "start", "dateTime", start, "timeZone", "UTC", "end", "dateTime", end,
        "timeZone", "UTC", "attendees", "type", "required", "emailAddress", "name", "Guest", "address",
        "guest@example.com", "organizer", "emailAddress", "address", address);
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
        json_add(rules, rule_make(dice, guid, i, mail));
    for (unsigned i = person ? dice_below(dice, 3) : 0; i > 0; i--)
        json_add(devices, device_make(dice, json_text_or(user, "displayName", ""), i));
    for (unsigned i = person ? dice_below(dice, 4) : 0; i > 0; i--)
        json_add(events, event_make(dice, mail, i));
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

/* ---- people ---- */

/* "first.surname", with a number when somebody has that already; into ret. */
static void address_make(const json_t *tenant, const struct company *company, const struct person *person,
                         char *ret, size_t size)
{
    char given[80], surname[80];

    seed_ascii(person->given, given, sizeof given);
    seed_ascii(person->surname, surname, sizeof surname);
    snprintf(ret, size, "%s.%s@%s", given, surname, company->default_domain);
    /* The number of the last namesake is kept beside the names: nobody is called "#…". */
    json_t *upns = json_object_get(tenant, "_upns");
    char last[260];

    snprintf(last, sizeof last, "#%s.%s", given, surname);
    for (unsigned i = (unsigned)json_int(upns, last, 1) + 1; json_object_get(upns, ret); i++) {
        json_put(upns, last, json_integer(i));
        snprintf(ret, size, "%s.%s%u@%s", given, surname, i, company->default_domain);
    }
}

static void put_identity(json_t *tenant, const struct company *company, struct dice *dice, json_t *user,
                         const char *upn)
{
    char nickname[200], other[300], text[300], created[TIME_TEXT_SIZE], changed[TIME_TEXT_SIZE];

    snprintf(nickname, sizeof nickname, "%.*s", (int)strcspn(upn, "@"), upn);
    snprintf(other, sizeof other, "smtp:%s@%s", nickname, company->initial_domain);
    snprintf(text, sizeof text, "SMTP:%s", upn);
    time_before(dice, 9, created);
    time_before(dice, 1, changed);
    json_put_text(user, "userPrincipalName", upn);
    json_put_text(user, "mail", upn);
    json_put_text(user, "mailNickname", nickname);
    json_put(user, "proxyAddresses", json_make("[s, s]", text, other));
    json_put_text(user, "createdDateTime", created);
    json_put_text(user, "lastPasswordChangeDateTime", changed);
    json_put_text(user, "signInSessionsValidFromDateTime", changed);
    json_put_text(user, "_password_set_at", changed);
    json_put(user, "accountEnabled", json_true());
    json_put_text(user, "userType", "Member");
    json_put_text(json_object_get(tenant, "_upns"), upn, json_text(user, "id"));
}

json_t *seed_user(json_t *tenant, const struct company *company, struct dice *dice,
                  const struct person *person, const char *id)
{
    char own_id[37], upn[300], name[200];
    json_t *user = json_object();

    snprintf(name, sizeof name, "%s %s", person->given, person->surname);
    address_make(tenant, company, person, upn, sizeof upn);
    json_put_text(user, "id", id ? id : dice_uuid(dice, own_id));
    json_put_text(user, "displayName", name);
    json_put_text(user, "givenName", person->given);
    json_put_text(user, "surname", person->surname);
    json_put_text(user, "usageLocation", person->country);
    json_put(user, "businessPhones", json_array());
    put_identity(tenant, company, dice, user, upn);
    json_put(user, "_methods", methods_make(dice, id && !strcmp(id, SEED_LEAVER_ID)));
    json_put(user, "_roles", json_array());
    json_put(json_object_get(tenant, "users"), json_text(user, "id"), user);
    return user;
}

static void put_synced(struct dice *dice, json_t *user)
{
    char anchor[32], dn[300];
    AUTO_STRBUF struct strbuf text = STRBUF_MAX(64);
    uint64_t bytes[2] = {dice_next(dice), dice_next(dice)};

    strbuf_base64(&text, bytes, sizeof bytes);
    snprintf(anchor, sizeof anchor, "%s", strbuf_text(&text));
    snprintf(dn, sizeof dn, "CN=%s,OU=Staff,DC=northwind,DC=local", json_text_or(user, "displayName", ""));
    json_put(user, "onPremisesSyncEnabled", json_true());
    json_put_text(user, "onPremisesImmutableId", anchor);
    json_put_text(user, "onPremisesDistinguishedName", dn);
    json_put_text(user, "onPremisesDomainName", "northwind.local");
    json_put_text(user, "onPremisesLastSyncDateTime", "2026-08-01T06:00:00Z");
    char account[21];

    snprintf(account, sizeof account, "%s", json_text_or(user, "mailNickname", ""));
    json_put_text(user, "onPremisesSamAccountName", account);
    json_put_text(user, "onPremisesUserPrincipalName", json_text(user, "userPrincipalName"));
}

static void put_job(struct dice *dice, json_t *user, const struct department *department, unsigned rank)
{
    char text[40];

    json_put_text(user, "department", department->name);
    json_put_text(user, "jobTitle", department->titles[rank]);
    json_put_text(user, "officeLocation", offices[dice_below(dice, sizeof offices / sizeof *offices)]);
    json_put_text(user, "companyName", NULL);
    snprintf(text, sizeof text, "%06u", dice_below(dice, 999999));
    json_put_text(user, "employeeId", text);
    json_put_text(user, "employeeType", dice_percent(dice, 92) ? "Employee" : "Contractor");
    if (dice_percent(dice, 60)) {
        snprintf(text, sizeof text, "+31 20 %07u", dice_below(dice, 9999999));
        json_add(json_object_get(user, "businessPhones"), json_string(text));
    }
}

static const struct department *pick_department(struct dice *dice)
{
    unsigned pick = dice_below(dice, 100), i = 0;

    while (pick >= departments[i].weight)
        pick -= departments[i++].weight;
    return &departments[i];
}

/* Everybody reports to somebody earlier in the list, so that it is a tree; nobody is above the first. */
static json_t *employee(json_t *tenant, const struct company *company, struct dice *dice, unsigned i,
                        json_t *ids)
{
    struct person person = seed_person(dice);
    json_t *user = seed_user(tenant, company, dice, &person, NULL);
    unsigned span = i < 9 ? 1 : (i < 120 ? 9 : i / 8);

    if (i == 0) {
        put_job(dice, user, &departments[8], 0);
        json_put_text(user, "jobTitle", "Chief Executive Officer");
    } else {
        put_job(dice, user, i < 9 ? &departments[i - 1] : pick_department(dice),
                i < 9 ? 0 : 1 + dice_below(dice, 4));
        json_put_text(user, "_manager", json_string_value(json_array_get(ids, dice_below(dice, span))));
    }
    if (i > 8 && dice_percent(dice, company->synced_percent))
        put_synced(dice, user);
    if (i > 8 && dice_percent(dice, 4))
        json_put(user, "accountEnabled", json_false());
    seed_license(user, dice_percent(dice, 82) ? company->main_sku : company->second_sku, NULL);
    if (dice_percent(dice, 10))
        seed_license(user, "VISIOCLIENT", NULL);
    if (dice_percent(dice, 4))
        seed_license(user, "PROJECTPROFESSIONAL", NULL);
    if (dice_percent(dice, 15))
        seed_license(user, "FLOW_FREE", NULL);
    seed_mailbox(tenant, company, dice, user, "UserMailbox");
    if (dice_percent(dice, 88))
        seed_site(tenant, company, dice, user);
    json_add(ids, json_string(json_text(user, "id")));
    return user;
}

static void guest(json_t *tenant, const struct company *company, struct dice *dice)
{
    struct person person = seed_person(dice);
    json_t *user = seed_user(tenant, company, dice, &person, NULL);
    char given[80], mail[200], upn[300];

    seed_ascii(person.given, given, sizeof given);
    snprintf(mail, sizeof mail, "%s%u@partner-example.com", given, dice_below(dice, 9000));
    snprintf(upn, sizeof upn, "%s_partner-example.com#EXT#@%s", given, company->initial_domain);
    json_object_del(json_object_get(tenant, "_upns"), json_text_or(user, "userPrincipalName", ""));
    if (json_object_get(json_object_get(tenant, "_upns"), upn))
        snprintf(upn, sizeof upn, "%s%u_partner-example.com#EXT#@%s", given, dice_below(dice, 1000000),
                 company->initial_domain);
    json_put_text(json_object_get(tenant, "_upns"), upn, json_text(user, "id"));
    json_put_text(user, "userPrincipalName", upn);
    json_put_text(user, "mail", mail);
    json_put_text(user, "userType", "Guest");
    json_put_text(user, "externalUserState", "Accepted");
    json_put(user, "proxyAddresses", json_array());
}

static void shared_mailbox(json_t *tenant, const struct company *company, struct dice *dice, const char *name,
                           const char *type, const json_t *ids)
{
    struct person person = {
        .given = name, .surname = strcmp(type, "RoomMailbox") ? "Mailbox" : "Room", .country = "NL"};
    json_t *user = seed_user(tenant, company, dice, &person, NULL), *box;

    json_put_text(user, "displayName", name);
    json_put(user, "accountEnabled", json_false());
    box = seed_mailbox(tenant, company, dice, user, type);
    for (unsigned i = 0; i < 3; i++) {
        const json_t *id = json_array_get(ids, dice_below(dice, (unsigned)json_array_size(ids)));

        json_add(json_object_get(box, "_permissions"),
                 json_make("{s:s, s:[s], s:b}", "user", json_string_value(id), "rights", "FullAccess",
                           "auto_mapping", 1));
        json_add(json_object_get(box, "_recipient_permissions"),
                 json_make("{s:s, s:[s]}", "trustee", json_string_value(id), "rights", "SendAs"));
    }
}

void seed_users(json_t *tenant, const struct company *company, struct dice *dice)
{
    static const char *const shared[] = {"Info", "Sales", "Invoices", "Support", "Jobs"};
    static const char *const rooms[] = {"Boardroom", "Rembrandt", "Atelier"};
    AUTO_JSON json_t *ids = json_array();
    unsigned guests = company->users / 15, extra = 8 + (company->id[0] == '0' ? 2 : 0);

    for (unsigned i = 0; i < company->users - guests - extra; i++) {
        json_t *user = employee(tenant, company, dice, i, ids);

        /* The administrators: three in the first forty and one in two thousand later. */
        if (i == 10 || i == 20 || i == 30 || i == 40)
            json_add(json_object_get(user, "_roles"), json_string(roles[i / 10 - 1].template_id));
    }
    for (unsigned i = 0; i < guests; i++)
        guest(tenant, company, dice);
    for (unsigned i = 0; i < 5; i++)
        shared_mailbox(tenant, company, dice, shared[i], "SharedMailbox", ids);
    for (unsigned i = 0; i < 3; i++)
        shared_mailbox(tenant, company, dice, rooms[i], "RoomMailbox", ids);
}

/* ---- the documented leaver ---- */

void seed_leaver(json_t *tenant, const struct company *company, struct dice *dice)
{
    static const struct person megan = {"Megan", "Bowen", "NL"}, adele = {"Adele", "Vance", "NL"};
    static const struct {
        const char *kind, *name;
    } groups[] = {{"team", "Retail Launch"},
                  {"team", "Customer Success"},
                  {"team", "Works Council"},
                  {"unified", "Book Club"},
                  {"security", "SG-VPN-Users"},
                  {"security", "SG-CRM-Users"},
                  {"security", "SG-Building-North"},
                  {"security", "LIC-PowerBI"},
                  {"distribution", "Retail Newsletter"},
                  {"distribution", "Office Amsterdam"},
                  {"mail-security", "Finance Approvers"},
                  {"dynamic", "All Staff"}};
    json_t *manager = seed_user(tenant, company, dice, &megan, SEED_MANAGER_ID);
    json_t *user = seed_user(tenant, company, dice, &adele, SEED_LEAVER_ID), *box;

    put_job(dice, manager, &departments[0], 0);
    put_job(dice, user, &departments[0], 1);
    seed_license(manager, "SPB", NULL);
    seed_mailbox(tenant, company, dice, manager, "UserMailbox");
    seed_site(tenant, company, dice, manager);
    json_put_text(user, "_manager", SEED_MANAGER_ID);
    seed_license(user, "SPB", NULL);
    seed_license(user, "VISIOCLIENT", NULL);
    for (size_t i = 0; i < sizeof groups / sizeof *groups; i++) {
        json_t *group = seed_group(tenant, company, dice, groups[i].kind, groups[i].name);
        json_add(json_object_get(group, "_members"), json_string(SEED_LEAVER_ID));
        json_add(json_object_get(group, "_members"), json_string(SEED_MANAGER_ID));
        json_add(json_object_get(group, "_owners"), json_string(SEED_MANAGER_ID));
        if (!strncmp(groups[i].name, "LIC-", 4)) {
            json_put(group, "assignedLicenses",
                     json_make("[{s:[], s:s}]", "disabledPlans", "skuId", seed_sku_id("POWER_BI_PRO")));
            seed_license(user, "POWER_BI_PRO", json_text(group, "id"));
            seed_license(manager, "POWER_BI_PRO", json_text(group, "id"));
        }
    }
    box = seed_mailbox(tenant, company, dice, user, "UserMailbox");
    seed_site(tenant, company, dice, user);
    json_t *rules = json_array(), *devices = json_array();

    for (unsigned i = 0; i < 3; i++)
        json_add(rules, rule_make(dice, json_text_or(box, "ExchangeGuid", ""), i,
                                  json_text_or(manager, "mail", "")));
    for (unsigned i = 0; i < 2; i++)
        json_add(devices, device_make(dice, "Adele Vance", i));
    json_put(box, "_rules", rules);
    json_put(box, "_devices", devices);
    json_put(box, "_size_bytes", json_integer(13421772800));
    json_put(box, "LitigationHoldEnabled", json_false());
    json_put(box, "LitigationHoldDate", json_null());
    json_put(box, "InPlaceHolds", json_array());
    json_put_text(box, "ArchiveStatus", "None");
    json_put_text(box, "ArchiveState", "None");
    json_put_text(box, "ArchiveGuid", "00000000-0000-0000-0000-000000000000");
    json_put(json_object_get(box, "_auto_reply"), "AutoReplyState", json_string("Disabled"));
    const char *delegate =
        json_text(json_object_iter_value(json_object_iter(json_object_get(tenant, "users"))), "id");

    json_put(box, "_permissions",
             json_make("[{s:s, s:[s], s:b}, {s:s, s:[s], s:b}]", "user", SEED_MANAGER_ID, "rights",
                       "FullAccess", "auto_mapping", 1, "user", delegate, "rights", "FullAccess",
                       "auto_mapping", 0));
    json_put(box, "_send_on_behalf", json_make("[s]", delegate));
}
