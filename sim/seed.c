#include "seed.h"

#include <string.h>

#define STATE_MAX_BYTES ((size_t)2 << 30)
#define CLIENT_ID "11111111-aaaa-4aaa-8aaa-000000000001"
#define DAY_MS ((int64_t)24 * 60 * 60 * 1000)
#define CLIENT_SECRET "sim-secret-Zx8~Q2+demo/="

static const char *const graph_roles[] = {
    "User.ReadWrite.All",
    "User.EnableDisableAccount.All",
    "User-PasswordProfile.ReadWrite.All",
    "User.RevokeSessions.All",
    "User.DeleteRestore.All",
    "User.Read.All",
    "UserAuthenticationMethod.ReadWrite.All",
    "Directory.Read.All",
    "GroupMember.ReadWrite.All",
    "Group.ReadWrite.All",
    "RoleManagement.ReadWrite.Directory",
    "LicenseAssignment.ReadWrite.All",
    "MailboxSettings.ReadWrite",
    "Calendars.ReadWrite",
    "Files.ReadWrite.All",
    "Sites.Read.All",
    "Mail.Send",
    "Organization.Read.All",
    "Domain.Read.All",
    "DelegatedAdminRelationship.Read.All",
    "AuditLog.Read.All",
    "RoleAssignmentSchedule.ReadWrite.Directory",
    "RoleEligibilitySchedule.ReadWrite.Directory",
    "AppRoleAssignment.ReadWrite.All",
    "DelegatedPermissionGrant.ReadWrite.All",
    "Application.Read.All",
    "TeamsTelephoneNumber.ReadWrite.All",
    "TeamsUserConfiguration.Read.All",
    "User-OnPremisesSyncBehavior.ReadWrite.All",
};

static const struct company companies[] = {
    {.id = "0f6c9b7e-4a52-4d19-9a3e-5b1c7d2e8f01",
     .name = "Contoso B.V.",
     .initial_domain = "contoso.onmicrosoft.com",
     .default_domain = "contoso.com",
     .address_book = "EURPR04A001",
     .users = 60,
     .seed = 11,
     .main_sku = "SPB",
     .second_sku = "O365_BUSINESS_ESSENTIALS",
     .privileged_app = true},
    {.id = "3d1e8c40-77b2-4c6f-8f25-9e6a0b4d1c02",
     .name = "Fabrikam Maschinenbau GmbH",
     .initial_domain = "fabrikam.onmicrosoft.com",
     .default_domain = "fabrikam.com",
     .address_book = "EURPR05A002",
     .users = 600,
     .federated_percent = 3,
     .seed = 22,
     .main_sku = "SPE_E3",
     .second_sku = "SPE_F1"},
    {.id = "7b2f5a91-c3d8-4e07-b6a4-2f8e1d9c5b03",
     .name = "Northwind Traders plc",
     .initial_domain = "northwind.onmicrosoft.com",
     .default_domain = "northwindtraders.com",
     .address_book = "EURPR07A003",
     .users = 6000,
     .synced_percent = 80,
     .seed = 33,
     .main_sku = "SPE_E3",
     .second_sku = "SPE_E5",
     .privileged_app = true},
};

/* ---- the generator: splitmix64 ---- */

uint64_t dice_next(struct dice *dice)
{
    uint64_t z = dice->state += 0x9E3779B97F4A7C15u;

    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9u;
    z = (z ^ (z >> 27)) * 0x94D049BB133111EBu;
    return z ^ (z >> 31);
}

unsigned dice_below(struct dice *dice, unsigned bound)
{
    return bound ? (unsigned)((dice_next(dice) >> 16) % bound) : 0;
}

bool dice_percent(struct dice *dice, unsigned percent)
{
    return dice_below(dice, 100) < percent;
}

const char *dice_uuid(struct dice *dice, char text[37])
{
    uint64_t a = dice_next(dice), b = dice_next(dice);

    snprintf(text, 37, "%08x-%04x-4%03x-%04x-%012llx", (unsigned)(a >> 32), (unsigned)(a >> 16) & 0xffff,
             (unsigned)a & 0xfff, 0x8000u | ((unsigned)(b >> 48) & 0x3fff),
             (unsigned long long)(b & 0xffffffffffffu));
    return text;
}

/* ---- products ---- */

static const struct {
    const char *name, *id;
} plans[] = {
#define PLAN(name, id) {#name, id},
#define SKU(part, id, plans)
#include "seed_skus.def"
#undef PLAN
#undef SKU
};

static const struct {
    const char *part, *id, *plans;
} skus[] = {
#define PLAN(name, id)
#define SKU(part, id, plans) {#part, id, plans},
#include "seed_skus.def"
#undef PLAN
#undef SKU
};

const char *seed_sku_id(const char *sku_part)
{
    for (size_t i = 0; i < sizeof skus / sizeof *skus; i++)
        if (!strcmp(skus[i].part, sku_part))
            return skus[i].id;
    return NULL;
}

static json_t *service_plans(const char *names)
{
    AUTO_FREE char *copy = strdup(names);
    json_t *list = json_array();
    char *rest = copy;

    for (char *name; (name = strsep(&rest, " "));) {
        for (size_t i = 0; i < sizeof plans / sizeof *plans; i++) {
            if (!strcmp(plans[i].name, name))
                json_add(list,
                         json_make("{s:s, s:s, s:s, s:s}", "servicePlanId", plans[i].id, "servicePlanName",
                                   name, "provisioningStatus", "Success", "appliesTo", "User"));
        }
    }
    return list;
}

json_t *seed_skus(void)
{
    json_t *list = json_array();

    for (size_t i = 0; i < sizeof skus / sizeof *skus; i++)
        json_add(list, json_make("{s:s, s:s, s:s, s:s, s:i, s:o}", "skuId", skus[i].id, "skuPartNumber",
                                 skus[i].part, "appliesTo", "User", "capabilityStatus", "Enabled",
                                 "consumedUnits", 0, "servicePlans", service_plans(skus[i].plans)));
    return list;
}

void seed_license(json_t *user, const char *sku_part, const char *group_id)
{
    json_t *states = json_object_get(user, "licenseAssignmentStates"), *state = json_object();

    if (!states) {
        states = json_array();
        json_put(user, "licenseAssignmentStates", states);
    }
    json_put_text(state, "skuId", seed_sku_id(sku_part));
    json_put(state, "disabledPlans", json_array());
    json_put_text(state, "assignedByGroup", group_id);
    json_put_text(state, "state", "Active");
    json_put_text(state, "error", "None");
    json_put_text(state, "lastUpdatedDateTime", SEED_TIME);
    json_add(states, state);
}

/* assignedLicenses of every user, and the units of every product: bought in tens, a few left over. */
static void finish_licenses(json_t *tenant)
{
    json_t *user, *state, *sku;
    const char *id;
    size_t i;

    json_object_foreach (json_object_get(tenant, "users"), id, user) {
        json_t *assigned = json_array();

        json_array_foreach (json_array_at(user, "licenseAssignmentStates"), i, state) {
            const char *sku_id = json_text(state, "skuId");

            if (json_array_find(assigned, "skuId", sku_id))
                continue;
            json_add(assigned, json_make("{s:[], s:s}", "disabledPlans", "skuId", sku_id));
            sku = json_array_find(json_object_get(tenant, "skus"), "skuId", sku_id);
            json_put(sku, "consumedUnits", json_integer(json_int(sku, "consumedUnits", 0) + 1));
        }
        json_put(user, "assignedLicenses", assigned);
    }
    json_t *held = json_array();

    json_array_foreach (json_object_get(tenant, "skus"), i, sku) {
        int64_t used = json_int(sku, "consumedUnits", 0);
        /* Of one product none are ever left: whoever gives a unit back may find it gone. */
        bool sold_out = text_equal_nocase(json_text(sku, "skuPartNumber"), "PROJECTPROFESSIONAL");

        json_put(sku, "prepaidUnits",
                 json_make("{s:I, s:i, s:i, s:i}", "enabled",
                           (json_int_t)(sold_out ? used : (used / 10 + 1) * 10), "suspended", 0, "warning", 0,
                           "lockedOut", 0));
        if (used > 0 || text_equal_nocase(json_text(sku, "skuPartNumber"), "EXCHANGEENTERPRISE"))
            json_add(held, json_incref(sku));
    }
    json_put(tenant, "skus", held);
}

static json_t *app_make(const struct company *company)
{
    json_t *roles = json_array();
    json_t *app =
        json_make("{s:s, s:s, s:[s], s:[], s:[s], s:[s], s:[s, s, s]}", "client_id", CLIENT_ID, "secret",
                  CLIENT_SECRET, "certificates", "*", "refresh_tokens", "exchange_roles",
                  "Exchange.ManageAsApp", "sharepoint_roles", "Sites.FullControl.All", "directory_roles",
                  "Exchange Administrator", "User Administrator", "SharePoint Administrator");

    for (size_t i = 0; i < sizeof graph_roles / sizeof *graph_roles; i++)
        json_add(roles, json_string(graph_roles[i]));
    json_put(app, "graph_roles", roles);
    if (company->privileged_app)
        json_add(json_object_get(app, "directory_roles"),
                 json_string("Privileged Authentication Administrator"));
    json_add(json_object_get(app, "refresh_tokens"), json_string("sim-partner-refresh-token"));
    return app;
}

/* What a seed adds to the partner's tenant. */
static void partner_make(json_t *tenant, const struct company *company, const char *seed)
{
    seed_cast(tenant, company);
    if (!strcmp(seed, "wide"))
        seed_many_groups(tenant, company);
}

static json_t *tenant_make(const struct company *company, bool partner, const char *seed)
{
    struct dice dice = {company->seed};
    json_t *tenant = json_object(), *apps = json_array();

    json_put_text(tenant, "id", company->id);
    json_put_text(tenant, "display_name", company->name);
    json_put_text(tenant, "default_domain", company->default_domain);
    json_put_text(tenant, "initial_domain", company->initial_domain);
    json_put(tenant, "domains", json_make("[s, s]", company->default_domain, company->initial_domain));
    json_put(tenant, "synced", json_boolean(company->synced_percent > 0 || partner)); /* the cast has one */
    json_add(apps, app_make(company));
    json_put(tenant, "apps", apps);
    json_put(tenant, "skus", seed_skus());
    json_put(tenant, "users", json_object());
    json_put(tenant, "deleted_users", json_object());
    json_put(tenant, "groups", json_object());
    json_put(tenant, "mailboxes", json_object());
    json_put(tenant, "sites", json_object());
    json_put(tenant, "_upns", json_object());
    seed_users(tenant, company, &dice);
    seed_groups(tenant, company, &dice);
    if (partner)
        seed_leaver(tenant, company, &dice);
    seed_extras(tenant, company);
    if (partner)
        partner_make(tenant, company, seed);
    finish_licenses(tenant);
    return tenant;
}

static void put_customers(json_t *partner)
{
    json_t *customers = json_array();

    for (size_t i = 1; i < sizeof companies / sizeof *companies; i++)
        json_add(customers, json_make("{s:s, s:s, s:s, s:s}", "id", companies[i].id, "tenantId",
                                      companies[i].id, "displayName", companies[i].name, "defaultDomainName",
                                      companies[i].default_domain));
    json_put(partner, "customers", customers);
}

static bool is_generated(const char *name)
{
    return !strcmp(name, "small") || !strcmp(name, "large") || !strcmp(name, "wide");
}

static json_t *company_make(const char *seed, size_t i)
{
    struct company company = companies[i];

    if (!strcmp(seed, "large") && i == 2)
        company.users += 100000;
    company.today_ms = clock_utc_ms(clock_system()) / DAY_MS * DAY_MS;
    json_t *tenant = tenant_make(&company, i == 0, seed);

    if (i == 0)
        put_customers(tenant);
    return tenant;
}

json_t *seed_tenant(const char *name, const char *tenant_id)
{
    for (size_t i = 0; is_generated(name) && i < sizeof companies / sizeof *companies; i++)
        if (!strcmp(companies[i].id, tenant_id))
            return company_make(name, i);
    return NULL;
}

json_t *seed_make(const char *name, struct err *err)
{
    size_t length;

    if (is_generated(name)) {
        json_t *tenants = json_object();

        for (size_t i = 0; i < sizeof companies / sizeof *companies; i++)
            json_put(tenants, companies[i].id, company_make(name, i));
        return json_make("{s:o, s:{}}", "tenants", tenants, "operations");
    }
    AUTO_FREE char *text = text_read_file(name, STATE_MAX_BYTES, &length, err);
    json_t *state = text ? json_read(text, length, err) : NULL;

    if (state && !json_is_object(json_object_get(state, "tenants"))) {
        err_set(err, ERR_INPUT, "%s holds no state: an object with \"tenants\" is wanted", name);
        json_decref(state);
        return NULL;
    }
    return state;
}
