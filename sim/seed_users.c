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

static void time_before(struct dice *dice, unsigned years, char text[TIME_TEXT_SIZE])
{
    snprintf(text, TIME_TEXT_SIZE, "%u-%02u-%02uT%02u:%02u:%02uZ", 2025 - dice_below(dice, years),
             1 + dice_below(dice, 12), 1 + dice_below(dice, 28), 7 + dice_below(dice, 11),
             dice_below(dice, 60), dice_below(dice, 60));
}

void seed_role(json_t *principal, const char *list, const char *template_id)
{
    if (!json_object_get(principal, list))
        json_put(principal, list, json_array());
    json_add(json_object_get(principal, list),
             json_make("{s:s, s:s, s:s, s:s, s:n}", "role", template_id, "scope", "/", "type", "Assigned",
                       "start", SEED_TIME, "end"));
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
    json_put(user, "_methods", seed_methods(dice, id && !strcmp(id, SEED_LEAVER_ID)));
    json_put(user, "_roles", json_array());
    json_put(json_object_get(tenant, "users"), json_text(user, "id"), user);
    return user;
}

void seed_synced(struct dice *dice, json_t *user)
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
        seed_synced(dice, user);
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
            seed_role(user, "_roles", roles[i / 10 - 1].template_id);
    }
    for (unsigned i = 0; i < guests; i++)
        guest(tenant, company, dice);
    for (unsigned i = 0; i < 5; i++)
        shared_mailbox(tenant, company, dice, shared[i], "SharedMailbox", ids);
    for (unsigned i = 0; i < 3; i++)
        shared_mailbox(tenant, company, dice, rooms[i], "RoomMailbox", ids);
}
