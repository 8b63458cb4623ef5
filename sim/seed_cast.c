/* The people of Contoso whom tests and documents name: one of each kind (docs/simulator.md, "The cast").
 * Their user principal names are first.surname@contoso.com and their ids SEED_CAST_ID with the number of
 * their line below. */
#include <string.h>

#include "calendar.h"
#include "directory.h"
#include "inbox_rule.h"
#include "seed.h"

#define SEED_CAST_ID "5f1c0a2e-3b4d-4c5e-8f6a-0000000001%02u"
#define GIB ((int64_t)1 << 30)
#define HUNDREDS 300

struct stage {
    json_t *tenant;
    const struct company *company;
    struct dice dice;
    json_t *team, *security; /* everybody of the cast is in these */
};

static json_t *mailbox_at(const json_t *tenant, const char *id)
{
    return json_object_get(json_object_get(tenant, "mailboxes"), id);
}

/* The mailbox whose display name this is. */
static json_t *mailbox_named(const json_t *tenant, const char *name)
{
    json_t *box;
    const char *id;

    json_object_foreach (json_object_get(tenant, "mailboxes"), id, box)
        if (!strcmp(json_text_or(box, "DisplayName", ""), name))
            return box;
    return NULL;
}

static void list_add(json_t *object, const char *key, json_t *value)
{
    if (!json_is_array(json_object_get(object, key)))
        json_put(object, key, json_array());
    json_add(json_object_get(object, key), value);
}

static void may_open(json_t *box, const char *user_id)
{
    list_add(box, "_permissions",
             json_make("{s:s, s:[s], s:b}", "user", user_id, "rights", "FullAccess", "auto_mapping", 1));
}

static void may_send_as(json_t *box, const char *user_id)
{
    list_add(box, "_recipient_permissions",
             json_make("{s:s, s:[s]}", "trustee", user_id, "rights", "SendAs"));
}

/* A mailbox without what chance gave it. */
static void plain_box(json_t *box)
{
    static const char *const lists[] = {
        "_permissions", "_recipient_permissions", "_send_on_behalf", "InPlaceHolds", "_rules", "_devices",
        "_events"};

    for (size_t i = 0; i < sizeof lists / sizeof *lists; i++)
        json_put(box, lists[i], json_array());
    json_put(box, "_size_bytes", json_integer(12 * GIB + GIB / 2));
    json_put(box, "LitigationHoldEnabled", json_false());
    json_put(box, "LitigationHoldDate", json_null());
    json_put_text(box, "ArchiveStatus", "None");
    json_put_text(box, "ArchiveState", "None");
    json_put_text(box, "ArchiveGuid", "00000000-0000-0000-0000-000000000000");
    json_put(json_object_get(box, "_auto_reply"), "AutoReplyState", json_string("Disabled"));
    json_put(json_object_get(box, "_auto_reply"), "InternalMessage", json_string(""));
}

static void put_sign_in(const struct company *company, json_t *user)
{
    char text[TIME_TEXT_SIZE];

    time_format(company->today_ms - 3 * DAY_MS, text);
    json_put(user, "signInActivity",
             json_make("{s:s, s:s, s:s, s:s}", "lastSignInDateTime", text, "lastSignInRequestId",
                       "c7df2760-2c81-4ef7-b578-5b5392b571df", "lastNonInteractiveSignInDateTime", text,
                       "lastSuccessfulSignInDateTime", text));
}

/* ---- the typical user ---- */

static void typical_groups(json_t *tenant, const struct company *company, struct dice *dice, json_t *user,
                           json_t *manager)
{
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

    for (size_t i = 0; i < sizeof groups / sizeof *groups; i++) {
        json_t *group = seed_group(tenant, company, dice, groups[i].kind, groups[i].name);

        seed_join(group, SEED_LEAVER_ID);
        seed_join(group, SEED_MANAGER_ID);
        json_add(json_object_get(group, "_owners"), json_string(SEED_MANAGER_ID));
        if (strncmp(groups[i].name, "LIC-", 4) != 0)
            continue;
        json_put(group, "assignedLicenses",
                 json_make("[{s:[], s:s}]", "disabledPlans", "skuId", seed_sku_id("POWER_BI_PRO")));
        seed_license(user, "POWER_BI_PRO", json_text(group, "id"));
        seed_license(manager, "POWER_BI_PRO", json_text(group, "id"));
    }
}

static void typical_mailbox(json_t *tenant, const struct company *company, struct dice *dice, json_t *box,
                            const json_t *manager)
{
    const char *address = json_text(box, "PrimarySmtpAddress"), *boss = json_text(manager, "mail");
    const char *delegate =
        json_text(json_object_iter_value(json_object_iter(json_object_get(tenant, "users"))), "id");

    plain_box(box);
    for (unsigned i = 0; i < 3; i++)
        list_add(box, "_rules", seed_rule(dice, json_text_or(box, "ExchangeGuid", ""), i, boss));
    for (unsigned i = 0; i < 2; i++)
        list_add(box, "_devices", seed_device(dice, "Adele Vance", i));
    list_add(box, "_events", seed_event(company, dice, address, "Launch review", 3, boss));
    list_add(box, "_events",
             seed_event(company, dice, address, "Supplier visit", 17, "supplier@example.com"));
    list_add(box, "_events",
             seed_event(company, dice, address, "Retrospective", -10, boss)); /* past: stays */
    list_add(box, "_events", seed_series(company, dice, address, "Retail stand-up", -90, boss));
    list_add(box, "_events", seed_event(company, dice, address, "Dentist", 5, NULL)); /* nobody to be told */
    json_t *invited = seed_event(company, dice, boss, "Board meeting", 9, address);

    json_put(invited, "isOrganizer", json_false());
    list_add(box, "_events", invited);
    may_open(box, SEED_MANAGER_ID);
    may_open(box, delegate);
    json_put(json_array_get(json_object_get(box, "_permissions"), 1), "auto_mapping", json_false());
    json_put(box, "_send_on_behalf", json_make("[s]", delegate));
}

void seed_leaver(json_t *tenant, const struct company *company, struct dice *dice)
{
    static const struct person megan = {"Megan", "Bowen", "NL"}, adele = {"Adele", "Vance", "NL"};
    json_t *manager = seed_user(tenant, company, dice, &megan, SEED_MANAGER_ID);
    json_t *user = seed_user(tenant, company, dice, &adele, SEED_LEAVER_ID);

    json_put_text(manager, "department", "Sales");
    json_put_text(manager, "jobTitle", "Head of Sales");
    json_put_text(user, "department", "Sales");
    json_put_text(user, "jobTitle", "Account Executive");
    seed_license(manager, "SPB", NULL);
    plain_box(seed_mailbox(tenant, company, dice, manager, "UserMailbox"));
    seed_site(tenant, company, dice, manager);
    json_put_text(user, "_manager", SEED_MANAGER_ID);
    seed_license(user, "SPB", NULL);
    seed_license(user, "MCOEV", NULL);
    typical_groups(tenant, company, dice, user, manager);
    typical_mailbox(tenant, company, dice, seed_mailbox(tenant, company, dice, user, "UserMailbox"), manager);
    seed_site(tenant, company, dice, user);
}

/* What of the typical user lies with others; after seed_extras has made the applications. */
static void typical_elsewhere(struct stage *stage)
{
    json_t *user = json_object_get(json_object_get(stage->tenant, "users"), SEED_LEAVER_ID);
    json_t *info = mailbox_named(stage->tenant, "Info"), *invoices = mailbox_named(stage->tenant, "Invoices");

    put_sign_in(stage->company, user);
    json_put_text(user, "_default_method",
                  json_text(json_array_get(json_object_get(user, "_methods"), 1), "id"));
    may_open(info, SEED_LEAVER_ID);
    may_open(invoices, SEED_LEAVER_ID);
    may_send_as(invoices, SEED_LEAVER_ID);
    list_add(invoices, "_send_on_behalf", json_string(SEED_LEAVER_ID));
    seed_app_role(stage->tenant, user, &stage->dice, 0);
    seed_consent(stage->tenant, &stage->dice, SEED_LEAVER_ID, 2);
    seed_number(stage->tenant, "+31205550100", "callingPlan", user);
}

/* ---- the cast ---- */

enum {
    NO_MAILBOX = 1,
    NO_SITE = 2,
    NO_LICENSE = 4,
};

typedef void (*play_fn)(struct stage *stage, json_t *user, json_t *box);

static void play_synced(struct stage *stage, json_t *user, json_t *box)
{
    json_t *group = seed_group(stage->tenant, stage->company, &stage->dice, "security", "AD-Branch-Office");

    seed_synced(&stage->dice, user);
    json_put(box, "IsDirSynced", json_true());
    json_put(group, "onPremisesSyncEnabled", json_true());
    json_put_text(group, "onPremisesSamAccountName", "AD-Branch-Office");
    seed_join(group, json_text(user, "id"));
}

/* The mailbox is on the premises: a mail user here. */
static void play_premises(struct stage *stage, json_t *user, json_t *box)
{
    (void)box;
    seed_synced(&stage->dice, user);
}

static void play_admin(struct stage *stage, json_t *user, json_t *box)
{
    json_t *group = seed_group(stage->tenant, stage->company, &stage->dice, "role", "Tier-0 Operators");

    (void)box;
    seed_role(user, "_roles", ROLE_GLOBAL_ADMINISTRATOR);
    seed_role(user, "_roles", directory_role_id("Exchange Administrator"));
    seed_role(user, "_eligible_roles", directory_role_id("User Administrator"));
    seed_role(user, "_eligible_roles", directory_role_id("Privileged Role Administrator"));
    seed_license(user, "AAD_PREMIUM_P2", NULL);
    seed_role(group, "_roles", directory_role_id("Helpdesk Administrator"));
    seed_join(group, json_text(user, "id"));
}

static void play_licensed(struct stage *stage, json_t *user, json_t *box)
{
    static const char *const names[][2] = {{"LIC-Business-Premium", "SPB"}, {"LIC-Power-BI", "POWER_BI_PRO"}};

    (void)box;
    for (size_t i = 0; i < 2; i++) {
        json_t *group = seed_group(stage->tenant, stage->company, &stage->dice, "security", names[i][0]);

        json_put(group, "assignedLicenses",
                 json_make("[{s:[], s:s}]", "disabledPlans", "skuId", seed_sku_id(names[i][1])));
        seed_join(group, json_text(user, "id"));
        seed_license(user, names[i][1], json_text(group, "id"));
    }
}

/* A person without mail at all: no address either. */
static void play_no_mail(struct stage *stage, json_t *user, json_t *box)
{
    (void)stage;
    (void)box;
    seed_license(user, "FLOW_FREE", NULL);
    json_put(user, "mail", json_null());
    json_put(user, "proxyAddresses", json_array());
}

static void play_shared(struct stage *stage, json_t *user, json_t *box)
{
    (void)stage;
    (void)user;
    json_put_text(box, "RecipientTypeDetails", "SharedMailbox");
    json_put(box, "IsShared", json_true());
}

static void play_big(struct stage *stage, json_t *user, json_t *box)
{
    (void)stage;
    seed_license(user, "EXCHANGEENTERPRISE", NULL);
    json_put(box, "_size_bytes", json_integer(60 * GIB));
    json_put_text(box, "ProhibitSendReceiveQuota", "100 GB (107,374,182,400 bytes)");
    json_put_text(box, "ProhibitSendQuota", "99 GB (106,300,440,576 bytes)");
}

static void play_hold(struct stage *stage, json_t *user, json_t *box)
{
    (void)stage;
    (void)user;
    json_put(box, "LitigationHoldEnabled", json_true());
    json_put_text(box, "LitigationHoldDate", SEED_TIME);
    list_add(box, "InPlaceHolds", json_string("mbx7cfb30345d454ac0a989ab3041051209:2"));
}

static void play_archive(struct stage *stage, json_t *user, json_t *box)
{
    (void)stage;
    (void)user;
    json_put_text(box, "ArchiveStatus", "Active");
    json_put_text(box, "ArchiveState", "Local");
    json_put_text(box, "ArchiveGuid", "9a1d4f60-7c22-4b1e-8d53-2f6b7c8d9e01");
    json_put(box, "_archive_bytes", json_integer(20 * GIB));
}

static void play_federated(struct stage *stage, json_t *user, json_t *box)
{
    char upn[200], address[200];

    (void)box;
    snprintf(upn, sizeof upn, "fedor.federated@fed.%s", stage->company->default_domain);
    snprintf(address, sizeof address, "smtp:%s", upn);
    json_put_text(user, "userPrincipalName", upn);
    list_add(user, "proxyAddresses", json_string(address));
    json_put_text(box, "UserPrincipalName", upn);
    json_put_text(user, "onPremisesImmutableId", "kF1f3Zy8T0aXh1b2c3d4eQ==");
    json_put(user, "onPremisesSyncEnabled", json_false());
    list_add(stage->tenant, "domains", json_string(strchr(upn, '@') + 1));
    list_add(stage->tenant, "federated_domains", json_string(strchr(upn, '@') + 1));
}

static void play_disabled(struct stage *stage, json_t *user, json_t *box)
{
    (void)stage;
    (void)box;
    json_put(user, "accountEnabled", json_false());
}

static void play_owner(struct stage *stage, json_t *user, json_t *box)
{
    static const char *const kinds[][2] = {{"team", "Otto's Team"}, {"distribution", "Otto's List"}};
    const char *id = json_text(user, "id");

    (void)box;
    for (size_t i = 0; i < 2; i++) {
        json_t *group = seed_group(stage->tenant, stage->company, &stage->dice, kinds[i][0], kinds[i][1]);

        json_add(json_object_get(group, "_owners"), json_string(id));
        seed_join(group, id);
        seed_join(group, SEED_MANAGER_ID);
    }
    seed_owned_app(stage->tenant, &stage->dice, id, "Payroll export");
}

/* Besides the two that everybody has: hidden ones, one that only Outlook runs, a broken one, and the system's
 * own. */
static void play_rules(struct stage *stage, json_t *user, json_t *box)
{
    static const char *const marks[][2] = {{"Hidden forward", "_hidden"},
                                           {"Sounds in Outlook", "_client_only"},
                                           {"Gone folder", "_broken"},
                                           {"Junk E-mail Rule", "_hidden"},
                                           {"Microsoft.Exchange.OOF.InternalSenders.Global", "_hidden"}};
    const char *guid = json_text_or(box, "ExchangeGuid", "");
    AUTO_JSON json_t *boss = rule_person(stage->tenant, "nobody@example.com", NULL);

    (void)user;
    for (unsigned i = 0; i < sizeof marks / sizeof *marks; i++) {
        json_t *rule = seed_rule(&stage->dice, guid, i, "outside@example.com");

        json_put_text(rule, "Name", marks[i][0]);
        json_put(rule, marks[i][1], json_true());
        json_put(rule, "Priority",
                 json_integer((json_int_t)json_array_size(json_object_get(box, "_rules")) + 1));
        list_add(box, "_rules", rule);
    }
    json_put(json_array_get(json_object_get(box, "_rules"), 1), "RedirectTo", json_make("[O]", boss));
}

/* One method of every type, the numbers in all three places, one that is only known in beta, and one of the
 * future. */
static void play_methods(struct stage *stage, json_t *user, json_t *box)
{
    static const struct {
        const char *type, *id, *key, *value;
    } methods[] = {
        {"phone", "b6332ec1-7057-4abe-9331-3d72feddfe41", "phoneType", "alternateMobile"},
        {"phone", "e37fc753-ff3b-4958-9484-eaa9425c82bc", "phoneType", "office"},
        {"email", "3ddfcfc8-9383-446f-83cc-3ab9be4be18f", "emailAddress", "mia@example.com"},
        {"softwareOath", "0b6cb6ec-3c5e-4d10-b2a0-6f2e0b0a1001", NULL, NULL},
        {"fido2", "uR4+2/kq9w_Zk==", "model", "YubiKey 5"},
        {"windowsHelloForBusiness", "b5c2-f!7", "displayName", "LAPTOP-1"},
        {"platformCredential", "pc/1", "displayName", "MacBook"},
        {"temporaryAccessPass", "6f1f5c4e-8a0b-4e4c-9d38-000000000001", NULL, NULL},
        {"external", "6f1f5c4e-8a0b-4e4c-9d38-000000000002", "displayName", "Contoso MFA"},
        {"qrCodePin", "6f1f5c4e-8a0b-4e4c-9d38-000000000003", NULL, NULL},
        {"hardwareOath", "6f1f5c4e-8a0b-4e4c-9d38-000000000004", NULL, NULL},
    };

    (void)stage;
    (void)box;
    for (size_t i = 0; i < sizeof methods / sizeof *methods; i++) {
        char type[100];
        const char *kind = methods[i].type;

        snprintf(type, sizeof type, "#microsoft.graph.%sAuthenticationMethod", kind);
        json_t *method = json_make("{s:s, s:s, s:s}", "@odata.type", type, "id", methods[i].id,
                                   "createdDateTime", SEED_TIME);

        if (methods[i].key)
            json_put_text(method, methods[i].key, methods[i].value);
        if (!strcmp(kind, "phone"))
            json_put_text(method, "phoneNumber", "+31 201234567");
        if (!strcmp(kind, "external"))
            json_put_text(method, "configurationId", "6f1f5c4e-8a0b-4e4c-9d38-0000000000cc");
        list_add(user, "_methods", method);
    }
}

/* Calendar of another name, which the typical user may edit. */
static void play_localised(struct stage *stage, json_t *user, json_t *box)
{
    (void)stage;
    (void)user;
    json_put_text(box, "_calendar_name", "Kalender");
    list_add(box, "_calendar_permissions",
             json_make("{s:s, s:[s], s:s}", "user", SEED_LEAVER_ID, "rights", "Editor", "flags", "Delegate"));
}

static const struct role {
    const char *given, *surname;
    unsigned lacks;
    play_fn play;
} cast[] = {
    {"Cora", "Cloud", 0, NULL},
    {"Syd", "Synced", 0, play_synced},
    {"Ada", "Admin", 0, play_admin},
    {"Lisa", "Licensed", NO_LICENSE, play_licensed},
    {"Nora", "Nomail", NO_MAILBOX | NO_SITE | NO_LICENSE, play_no_mail},
    {"Moe", "Mailuser", NO_MAILBOX | NO_LICENSE | NO_SITE, play_premises},
    {"Nils", "Nodrive", NO_SITE, NULL},
    {"Sharon", "Shared", 0, play_shared},
    {"Bruno", "Big", 0, play_big},
    {"Hanna", "Hold", 0, play_hold},
    {"Archie", "Archive", 0, play_archive},
    {"Fedor", "Federated", 0, play_federated},
    {"Dora", "Disabled", 0, play_disabled},
    {"Otto", "Owner", 0, play_owner},
    {"Rene", "Rules", 0, play_rules},
    {"Mia", "Methods", 0, play_methods},
    {"Kai", "Kalender", 0, play_localised},
};

/* What each of them has, so that every task has something to do. */
static json_t *common_mailbox(struct stage *stage, const json_t *user)
{
    json_t *box = seed_mailbox(stage->tenant, stage->company, &stage->dice, user, "UserMailbox");
    const char *id = json_text(user, "id"), *address = json_text(user, "mail");

    plain_box(box);
    for (unsigned i = 0; i < 2; i++)
        list_add(
            box, "_rules",
            seed_rule(&stage->dice, json_text_or(box, "ExchangeGuid", ""), i, "megan.bowen@contoso.com"));
    list_add(box, "_devices", seed_device(&stage->dice, json_text_or(user, "displayName", ""), 0));
    list_add(box, "_events",
             seed_event(stage->company, &stage->dice, address, "Planning", 6, "guest@example.com"));
    list_add(box, "_events",
             seed_series(stage->company, &stage->dice, address, "Weekly", -40, "guest@example.com"));
    may_open(mailbox_named(stage->tenant, "Info"), id);
    may_send_as(mailbox_named(stage->tenant, "Info"), id);
    list_add(mailbox_at(stage->tenant, SEED_MANAGER_ID), "_calendar_permissions",
             json_make("{s:s, s:[s]}", "user", id, "rights", "Reviewer"));
    return box;
}

static json_t *enter(struct stage *stage, const char *given, const char *surname, unsigned number,
                     unsigned lacks, json_t **ret_box)
{
    const struct person person = {given, surname, "NL"};
    char id[37];

    snprintf(id, sizeof id, SEED_CAST_ID, number);
    json_t *user = seed_user(stage->tenant, stage->company, &stage->dice, &person, id);

    json_put(user, "_methods", seed_methods(&stage->dice, true));
    json_put_text(user, "_default_method",
                  json_text(json_array_get(json_object_get(user, "_methods"), 1), "id"));
    json_put_text(user, "_manager", SEED_MANAGER_ID);
    json_put_text(user, "jobTitle", "Member of the cast");
    put_sign_in(stage->company, user);
    if (!(lacks & NO_LICENSE))
        seed_license(user, "SPB", NULL);
    *ret_box = lacks & NO_MAILBOX ? NULL : common_mailbox(stage, user);
    if (!(lacks & NO_SITE))
        seed_site(stage->tenant, stage->company, &stage->dice, user);
    seed_join(stage->team, id);
    seed_join(stage->security, id);
    seed_app_role(stage->tenant, user, &stage->dice, 1);
    seed_consent(stage->tenant, &stage->dice, id, 3);
    return user;
}

static void enter_guest(struct stage *stage, unsigned number)
{
    json_t *box, *user = enter(stage, "Gus", "Guest", number, NO_MAILBOX | NO_SITE | NO_LICENSE, &box);
    char upn[200];

    snprintf(upn, sizeof upn, "gus.guest_partner-example.com#EXT#@%s", stage->company->initial_domain);
    json_put_text(user, "userPrincipalName", upn);
    json_put_text(user, "mail", "gus.guest@partner-example.com");
    json_put_text(user, "userType", "Guest");
    json_put_text(user, "externalUserState", "Accepted");
    json_put(user, "proxyAddresses", json_array());
    json_object_del(user, "_manager");
}

static struct stage stage_of(json_t *tenant, const struct company *company, uint64_t seed)
{
    return (struct stage){.tenant = tenant, .company = company, .dice = {company->seed * seed}};
}

void seed_cast(json_t *tenant, const struct company *company)
{
    struct stage stage = stage_of(tenant, company, 104729);
    unsigned number = 1;
    json_t *box;

    stage.team = seed_group(tenant, company, &stage.dice, "team", "Cast Party");
    stage.security = seed_group(tenant, company, &stage.dice, "security", "SG-Cast");
    json_add(json_object_get(stage.team, "_owners"), json_string(SEED_MANAGER_ID));
    json_add(json_object_get(stage.security, "_owners"), json_string(SEED_MANAGER_ID));
    for (size_t i = 0; i < sizeof cast / sizeof *cast; i++) {
        json_t *user = enter(&stage, cast[i].given, cast[i].surname, number++, cast[i].lacks, &box);

        if (cast[i].play)
            cast[i].play(&stage, user, box);
    }
    enter_guest(&stage, number);
    typical_elsewhere(&stage);
}

void seed_many_groups(json_t *tenant, const struct company *company)
{
    static const char *const kinds[] = {"security", "unified", "distribution", "mail-security"};
    struct stage stage = stage_of(tenant, company, 15485863);
    json_t *box, *user;

    stage.team = seed_group(tenant, company, &stage.dice, "team", "Many 1");
    stage.security = seed_group(tenant, company, &stage.dice, "security", "Many 2");
    user = enter(&stage, "Max", "Many", 99, 0, &box);
    for (unsigned i = 3; i <= HUNDREDS; i++) {
        char name[20];

        snprintf(name, sizeof name, "Many %u", i);
        json_t *group = seed_group(tenant, company, &stage.dice, kinds[i % 4], name);

        seed_join(group, json_text(user, "id"));
        json_add(json_object_get(group, "_owners"), json_string(SEED_MANAGER_ID));
    }
}
