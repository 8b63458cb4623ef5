/* What the people of a company have besides mailbox and groups: Teams, telephones, applications, access to
 * each other's mailboxes and calendars, sign-ins, eligible roles. By dice of its own, so that the rest stays
 * as it was. */
#include <string.h>

#include "calendar.h"
#include "directory.h"
#include "seed.h"

#define MOST 8000 /* of a very large tenant the others have nothing besides: memory */

struct stage {
    json_t *tenant;
    const struct company *company;
    struct dice dice;
    json_t *ids; /* of employees with a mailbox */
    unsigned numbers;
};

static const char *somebody(struct stage *stage)
{
    return json_string_value(
        json_array_get(stage->ids, dice_below(&stage->dice, (unsigned)json_array_size(stage->ids))));
}

static json_t *box_of(const struct stage *stage, const char *id)
{
    return json_object_get(json_object_get(stage->tenant, "mailboxes"), id);
}

static void put_sign_in(struct stage *stage, json_t *user)
{
    char interactive[TIME_TEXT_SIZE], silent[TIME_TEXT_SIZE], id[37], other[37];
    int64_t at = stage->company->today_ms - (int64_t)(1 + dice_below(&stage->dice, 60)) * DAY_MS +
                 (int64_t)dice_below(&stage->dice, 36000) * 1000;

    time_format(at, interactive);
    time_format(at + 3600000, silent);
    json_put(user, "signInActivity",
             json_make("{s:s, s:s, s:s, s:s, s:s, s:s}", "lastSignInDateTime", interactive,
                       "lastSignInRequestId", dice_uuid(&stage->dice, id), "lastNonInteractiveSignInDateTime",
                       silent, "lastNonInteractiveSignInRequestId", dice_uuid(&stage->dice, other),
                       "lastSuccessfulSignInDateTime", silent, "lastSuccessfulSignInRequestId", other));
}

static void put_phone(struct stage *stage, json_t *user)
{
    static const char *const types[] = {"callingPlan", "callingPlan", "directRouting", "operatorConnect"};
    char number[20];

    json_put(user, "_teams",
             json_make("{s:s, s:b, s:[s]}", "accountType", "user", "isEnterpriseVoiceEnabled", 0,
                       "featureTypes", "Teams"));
    if (!dice_percent(&stage->dice, 15))
        return;
    seed_license(user, "MCOEV", NULL);
    snprintf(number, sizeof number, "+3120%07u", 5550000 + stage->numbers++);
    seed_number(stage->tenant, number, types[stage->numbers % 4], user);
}

/* People of some countries have calendars of another name. */
static void name_calendar(const json_t *user, json_t *box)
{
    static const char *const names[][2] = {{"DE", "Kalender"},   {"NL", "Agenda"},   {"FR", "Calendrier"},
                                           {"ES", "Calendario"}, {"SE", "Kalender"}, {"PL", "Kalendarz"}};

    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (!strcmp(names[i][0], json_text_or(user, "usageLocation", "")))
            json_put_text(box, "_calendar_name", names[i][1]);
}

static void share(struct stage *stage, const char *id, json_t *box)
{
    const char *other = somebody(stage);

    if (!other || !strcmp(other, id))
        return;
    if (dice_percent(&stage->dice, 25))
        json_add(json_object_get(box, "_calendar_permissions"),
                 json_make("{s:s, s:[s]}", "user", other, "rights",
                           dice_percent(&stage->dice, 60) ? "Reviewer" : "Editor"));
    if (dice_percent(&stage->dice, 5))
        json_add(json_object_get(box, "_permissions"),
                 json_make("{s:s, s:[s], s:b}", "user", other, "rights", "FullAccess", "auto_mapping", 1));
    if (dice_percent(&stage->dice, 3))
        json_add(json_object_get(box, "_send_on_behalf"), json_string(other));
    if (dice_percent(&stage->dice, 1))
        json_put_text(box, "_forwarding_id", other);
}

/* More kinds of sign-in methods, and which one is the default. */
static void add_methods(struct stage *stage, json_t *user)
{
    json_t *methods = json_object_get(user, "_methods");
    char id[37];

    if (dice_percent(&stage->dice, 10))
        json_add(methods,
                 json_make("{s:s, s:s, s:s}", "@odata.type", "#microsoft.graph.emailAuthenticationMethod",
                           "id", "3ddfcfc8-9383-446f-83cc-3ab9be4be18f", "emailAddress",
                           "private@example.com"));
    if (dice_percent(&stage->dice, 12))
        json_add(methods, json_make("{s:s, s:s, s:s, s:s, s:s}", "@odata.type",
                                    "#microsoft.graph.windowsHelloForBusinessAuthenticationMethod", "id",
                                    dice_uuid(&stage->dice, id), "displayName", "LAPTOP-7F3K",
                                    "createdDateTime", SEED_TIME, "keyStrength", "normal"));
    if (dice_percent(&stage->dice, 5))
        json_add(methods, json_make("{s:s, s:s, s:n}", "@odata.type",
                                    "#microsoft.graph.softwareOathAuthenticationMethod", "id",
                                    dice_uuid(&stage->dice, id), "secretKey"));
    if (json_array_size(methods) > 1 && dice_percent(&stage->dice, 70))
        json_put_text(user, "_default_method", json_text(json_array_get(methods, 1), "id"));
}

/* Some sign in at another place, and some synced people's mailboxes are still on the premises: mail users
 * here. */
static void move_out(struct stage *stage, const char *id, json_t *user)
{
    const char *upn = json_text_or(user, "userPrincipalName", "");
    char domain[200], moved[400];

    snprintf(domain, sizeof domain, "fed.%s", stage->company->default_domain);
    if (dice_percent(&stage->dice, stage->company->federated_percent)) {
        snprintf(moved, sizeof moved, "%.*s@%s", (int)strcspn(upn, "@"), upn, domain);
        json_put_text(user, "userPrincipalName", moved);
        json_put_text(box_of(stage, id), "UserPrincipalName", moved);
    }
    if (json_flag(user, "onPremisesSyncEnabled") && dice_percent(&stage->dice, 1))
        json_object_del(json_object_get(stage->tenant, "mailboxes"), id);
}

static void federate(struct stage *stage)
{
    char domain[200];

    if (!stage->company->federated_percent)
        return;
    snprintf(domain, sizeof domain, "fed.%s", stage->company->default_domain);
    json_add(json_object_get(stage->tenant, "domains"), json_string(domain));
    json_put(stage->tenant, "federated_domains", json_make("[s]", domain));
}

static void person_extras(struct stage *stage, const char *id, json_t *user)
{
    json_t *box = box_of(stage, id);

    put_sign_in(stage, user);
    put_phone(stage, user);
    add_methods(stage, user);
    name_calendar(user, box);
    share(stage, id, box);
    for (unsigned app = 0; app < 3; app++)
        if (dice_percent(&stage->dice, 20))
            seed_app_role(stage->tenant, user, &stage->dice, app);
    if (dice_percent(&stage->dice, 30))
        seed_consent(stage->tenant, &stage->dice, id, dice_below(&stage->dice, 4));
    if (dice_percent(&stage->dice, 1))
        seed_owned_app(stage->tenant, &stage->dice, id, "Internal automation");
    move_out(stage, id, user);
}

/* A restricted unit, a group with an app and a group with groups in it. */
static void group_extras(struct stage *stage)
{
    json_t *restricted =
        seed_group(stage->tenant, stage->company, &stage->dice, "security", "SG-Board-Restricted");
    json_t *with_app = seed_group(stage->tenant, stage->company, &stage->dice, "security", "APP-Reporting");
    json_t *outer = seed_group(stage->tenant, stage->company, &stage->dice, "security", "SG-All-Sites");

    json_put(restricted, "isManagementRestricted", json_true());
    for (unsigned i = 0; i < 3; i++) {
        seed_join(restricted, somebody(stage));
        seed_join(with_app, somebody(stage));
    }
    seed_app_role(stage->tenant, with_app, &stage->dice, 3);
    seed_join(outer, json_text(with_app, "id"));
    for (unsigned i = 0; i < 20; i++) {
        char number[20];

        snprintf(number, sizeof number, "+3120%07u", 5559000 + i);
        seed_number(stage->tenant, number, "callingPlan", NULL);
    }
}

/* Roles that a few may take when they need them; the role-assignable group has one too. */
static void role_extras(struct stage *stage)
{
    json_t *group;
    const char *id;

    for (unsigned i = 0; i < 3; i++)
        seed_role(json_object_get(json_object_get(stage->tenant, "users"), somebody(stage)),
                  "_eligible_roles", directory_role_id("Helpdesk Administrator"));
    json_object_foreach (json_object_get(stage->tenant, "groups"), id, group)
        if (json_flag(group, "isAssignableToRole"))
            seed_role(group, "_roles", directory_role_id("Helpdesk Administrator"));
}

void seed_extras(json_t *tenant, const struct company *company)
{
    AUTO_JSON json_t *ids = json_array();
    struct stage stage = {.tenant = tenant, .company = company, .dice = {company->seed * 7919}, .ids = ids};
    json_t *user;
    const char *id;
    size_t i;

    json_object_foreach (json_object_get(tenant, "users"), id, user)
        if (json_array_size(ids) < MOST && json_object_get(user, "department") &&
            strcmp(id, SEED_LEAVER_ID) != 0 && strcmp(id, SEED_MANAGER_ID) != 0 &&
            !strcmp(json_text_or(box_of(&stage, id), "RecipientTypeDetails", ""), "UserMailbox"))
            json_add(ids, json_string(id));
    seed_apps(tenant, &stage.dice);
    federate(&stage);
    group_extras(&stage);
    role_extras(&stage);
    json_array_foreach (ids, i, user) {
        id = json_string_value(user);
        person_extras(&stage, id, json_object_get(json_object_get(tenant, "users"), id));
    }
}
