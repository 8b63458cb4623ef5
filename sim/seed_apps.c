#include <string.h>

#include "seed.h"

#define GRAPH_APP "00000003-0000-0000-c000-000000000000"
#define DEFAULT_ACCESS "00000000-0000-0000-0000-000000000000"

/* Enterprise applications that most companies have; role: what its users are, NULL for mere access. */
static const struct {
    const char *name, *app_id, *role, *scope;
} apps[] = {
    {"Salesforce CRM", "6f0b7a14-2d55-4b0e-9c1a-5d5b0c4d1001", "Sales user", " User.Read openid profile"},
    {"Expense Portal", "6f0b7a14-2d55-4b0e-9c1a-5d5b0c4d1002", NULL, " User.Read"},
    {"Time Tracker", "6f0b7a14-2d55-4b0e-9c1a-5d5b0c4d1003", NULL,
     " User.Read Calendars.Read offline_access"},
    {"Reporting Tool", "6f0b7a14-2d55-4b0e-9c1a-5d5b0c4d1004", "Reader", " User.Read Files.Read.All"},
};
#define APP_COUNT (sizeof apps / sizeof *apps)

static json_t *principal_make(json_t *tenant, struct dice *dice, const char *name, const char *app_id)
{
    char id[37];
    json_t *principal = json_make("{s:s, s:s, s:s, s:b, s:s, s:[], s:[]}", "id", dice_uuid(dice, id), "appId",
                                  app_id, "displayName", name, "accountEnabled", 1, "servicePrincipalType",
                                  "Application", "appRoles", "_owners");

    json_put(json_object_get(tenant, "service_principals"), id, principal);
    return principal;
}

static const json_t *principal_find(const json_t *tenant, const char *app_id)
{
    json_t *principal;
    const char *id;

    json_object_foreach (json_object_get(tenant, "service_principals"), id, principal)
        if (!strcmp(json_text_or(principal, "appId", ""), app_id))
            return principal;
    return NULL;
}

void seed_apps(json_t *tenant, struct dice *dice)
{
    char id[37];

    json_put(tenant, "service_principals", json_object());
    json_put(tenant, "applications", json_object());
    json_put(tenant, "permission_grants", json_object());
    json_put(tenant, "phone_numbers", json_array());
    principal_make(tenant, dice, "Microsoft Graph", GRAPH_APP);
    for (size_t i = 0; i < APP_COUNT; i++) {
        json_t *principal = principal_make(tenant, dice, apps[i].name, apps[i].app_id);

        if (apps[i].role)
            json_add(json_object_get(principal, "appRoles"),
                     json_make("{s:s, s:[s], s:s, s:s, s:b, s:s, s:s}", "id", dice_uuid(dice, id),
                               "allowedMemberTypes", "User", "displayName", apps[i].role, "description",
                               apps[i].role, "isEnabled", 1, "origin", "Application", "value", apps[i].role));
    }
    /* An administrator's consent for everybody: nobody's to take away. */
    json_t *grant = json_make("{s:s, s:s, s:s, s:n, s:s, s:s}", "id", dice_uuid(dice, id), "clientId",
                              json_text(principal_find(tenant, apps[1].app_id), "id"), "consentType",
                              "AllPrincipals", "principalId", "resourceId",
                              json_text(principal_find(tenant, GRAPH_APP), "id"), "scope", " User.Read");

    json_put(json_object_get(tenant, "permission_grants"), id, grant);
}

void seed_app_role(json_t *tenant, json_t *principal, struct dice *dice, unsigned app)
{
    const json_t *resource = principal_find(tenant, apps[app % APP_COUNT].app_id);
    const json_t *role = json_array_get(json_array_at(resource, "appRoles"), 0);
    char id[37];

    if (!json_object_get(principal, "_app_roles"))
        json_put(principal, "_app_roles", json_array());
    json_add(json_object_get(principal, "_app_roles"),
             json_make("{s:s, s:s, s:s, s:s}", "id", dice_uuid(dice, id), "appRoleId",
                       json_text_or(role, "id", DEFAULT_ACCESS), "resourceId", json_text(resource, "id"),
                       "createdDateTime", SEED_TIME));
}

void seed_consent(json_t *tenant, struct dice *dice, const char *user_id, unsigned app)
{
    char id[37];
    json_t *grant =
        json_make("{s:s, s:s, s:s, s:s, s:s, s:s}", "id", dice_uuid(dice, id), "clientId",
                  json_text(principal_find(tenant, apps[app % APP_COUNT].app_id), "id"), "consentType",
                  "Principal", "principalId", user_id, "resourceId",
                  json_text(principal_find(tenant, GRAPH_APP), "id"), "scope", apps[app % APP_COUNT].scope);

    json_put(json_object_get(tenant, "permission_grants"), id, grant);
}

/* An application of the tenant's own, with its service principal, both owned by the user. */
void seed_owned_app(json_t *tenant, struct dice *dice, const char *user_id, const char *name)
{
    char id[37], app_id[37];
    json_t *application = json_make("{s:s, s:s, s:s, s:s, s:s, s:[s]}", "id", dice_uuid(dice, id), "appId",
                                    dice_uuid(dice, app_id), "displayName", name, "createdDateTime",
                                    SEED_TIME, "signInAudience", "AzureADMyOrg", "_owners", user_id);
    json_t *principal = principal_make(tenant, dice, name, app_id);

    json_put(json_object_get(tenant, "applications"), id, application);
    json_add(json_object_get(principal, "_owners"), json_string(user_id));
}

/* user NULL: in the pool, free for anybody. */
void seed_number(json_t *tenant, const char *number, const char *type, json_t *user)
{
    bool direct = !strcmp(type, "directRouting");
    json_t *entry = json_make(
        "{s:s, s:s, s:s, s:s, s:s, s:[s], s:s, s:s, s:n, s:s, s:s, s:n, s:[], s:[], s:n, s:n, s:n, s:n}",
        "id", number, "telephoneNumber", number, "numberType", type, "activationState", "activated",
        "assignmentStatus", user ? "userAssigned" : "unassigned", "capabilities", "userAssignment", "city",
        "Amsterdam", "isoCountryCode", "NL", "locationId", "numberSource", direct ? "onPremises" : "online",
        "operatorId", "83d289bc-a4d3-41e6-8a3f-cff260a3f091", "portInStatus", "reverseNumberLookupOptions",
        "supportedCustomerActions", "civicAddressId", "networkSiteId", "assignmentTargetId",
        "assignmentCategory");

    json_add(json_object_get(tenant, "phone_numbers"), entry);
    if (!user)
        return;
    json_put_text(entry, "assignmentTargetId", json_text(user, "id"));
    json_put_text(entry, "assignmentCategory", "primary");
    json_t *teams = json_object_get(user, "_teams");

    if (!teams) {
        teams = json_make("{s:s, s:[s]}", "accountType", "user", "featureTypes", "Teams");
        json_put(user, "_teams", teams);
    }
    json_put(teams, "isEnterpriseVoiceEnabled", json_true());
    json_add(json_object_get(teams, "featureTypes"), json_string("PhoneSystem"));
}
