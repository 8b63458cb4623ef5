/* The organisation, its domains and sites, the partner's customers, OneDrive. */
#include <string.h>

#include "directory.h"
#include "graph.h"

static size_t host_label(const struct graph *g)
{
    return strcspn(json_text_or(g->tenant, "initial_domain", ""), ".");
}

static json_t *domains_of(const struct graph *g, bool verified)
{
    json_t *items = json_array(), *domain;
    size_t i;

    json_array_foreach (json_array_at(g->tenant, "domains"), i, domain) {
        const char *name = json_string_value(domain);
        bool is_default = text_equal_nocase(name, json_text(g->tenant, "default_domain"));
        bool is_initial = text_equal_nocase(name, json_text(g->tenant, "initial_domain"));
        const char *type = directory_domain_federated(g->tenant, name) ? "Federated" : "Managed";

        if (verified)
            json_add(items, json_make("{s:s, s:b, s:b, s:s, s:s}", "name", name, "isDefault", is_default,
                                      "isInitial", is_initial, "type", type, "capabilities",
                                      "Email, OfficeCommunicationsOnline"));
        else
            json_add(items, json_make("{s:s, s:b, s:b, s:b, s:b, s:b, s:s, s:[s, s]}", "id", name,
                                      "isDefault", is_default, "isInitial", is_initial, "isVerified", 1,
                                      "isAdminManaged", 1, "isRoot", 1, "authenticationType", type,
                                      "supportedServices", "Email", "OfficeCommunicationsOnline"));
    }
    return items;
}

static void organization(struct graph *g)
{
    bool synced = json_flag(g->tenant, "synced");
    json_t *item =
        json_make("{s:s, s:s, s:o, s:s, s:s, s:[]}", "id", json_text(g->tenant, "id"), "displayName",
                  json_text(g->tenant, "display_name"), "verifiedDomains", domains_of(g, true), "tenantType",
                  "AAD", "countryLetterCode", "NL", "assignedPlans");
    json_t *items = json_array();

    json_put(item, "onPremisesSyncEnabled", synced ? json_true() : json_null());
    json_put_text(item, "onPremisesLastSyncDateTime", synced ? "2026-08-01T06:00:00Z" : NULL);
    json_put_text(item, "partnerTenantType",
                  json_object_get(g->tenant, "customers") ? "resellerPartnerDelegatedAdmin" : NULL);
    json_add(items, item);
    graph_collection(g, &graph_type_organization, items, "organization", false);
}

static void domains(struct graph *g)
{
    graph_collection(g, &graph_type_domain, domains_of(g, false), "domains", false);
}

/* ---- the partner ---- */

static void contracts(struct graph *g)
{
    json_t *items = json_array(), *customer;
    size_t i;

    json_array_foreach (json_array_at(g->tenant, "customers"), i, customer) {
        char id[37];

        snprintf(id, sizeof id, "c0%.34s", json_text_or(customer, "tenantId", "") + 2);
        json_add(items, json_make("{s:s, s:n, s:s, s:s, s:s, s:s}", "id", id, "deletedDateTime",
                                  "contractType", "Contract", "customerId", json_text(customer, "tenantId"),
                                  "defaultDomainName", json_text(customer, "defaultDomainName"),
                                  "displayName", json_text(customer, "displayName")));
    }
    graph_collection(g, &graph_type_any, items, "contracts", false);
}

static bool partner(struct graph *g)
{
    if (json_object_get(g->tenant, "customers"))
        return true;
    graph_fail(g->call, 403, "Forbidden", "The tenant is not a partner.");
    return false;
}

static void customers(struct graph *g)
{
    json_t *items, *customer;
    size_t i;

    if (!partner(g))
        return;
    items = json_array();
    json_array_foreach (json_array_at(g->tenant, "customers"), i, customer)
        json_add(items, json_make("{s:s, s:s, s:s}", "id", json_text(customer, "tenantId"), "tenantId",
                                  json_text(customer, "tenantId"), "displayName",
                                  json_text(customer, "displayName")));
    graph_collection(g, &graph_type_any, items, "tenantRelationships/delegatedAdminCustomers", false);
}

static void relationships(struct graph *g)
{
    json_t *items, *customer;
    size_t i;

    if (!partner(g))
        return;
    items = json_array();
    json_array_foreach (json_array_at(g->tenant, "customers"), i, customer) {
        const char *id = json_text_or(customer, "tenantId", "");
        char own_id[80];

        snprintf(own_id, sizeof own_id, "%s-%s", id, id);
        json_add(items, json_make("{s:s, s:s, s:s, s:{s:s, s:s}, s:{s:[{s:s}, {s:s}]}, s:s, s:s, s:s, s:s}",
                                  "id", own_id, "displayName", json_text(customer, "displayName"), "duration",
                                  "P730D", "customer", "tenantId", id, "displayName",
                                  json_text(customer, "displayName"), "accessDetails", "unifiedRoles",
                                  "roleDefinitionId", "29232cdf-9323-42fd-ade2-1d097af3e4de",
                                  "roleDefinitionId", "fe930be7-5e62-47db-91af-98c3a49a38b1", "status",
                                  "active", "autoExtendDuration", "P180D", "createdDateTime",
                                  "2026-01-02T03:04:05Z", "endDateTime", "2028-01-02T03:04:05Z"));
    }
    graph_collection(g, &graph_type_any, items, "tenantRelationships/delegatedAdminRelationships", false);
}

/* ---- files ---- */

static void site_root(struct graph *g)
{
    char url[300], id[400];

    snprintf(url, sizeof url, "%.*s.sharepoint.com", (int)host_label(g),
             json_text_or(g->tenant, "initial_domain", ""));
    snprintf(id, sizeof id, "%s,%s,%s", url, json_text_or(g->tenant, "id", ""),
             json_text_or(g->tenant, "id", ""));
    AUTO_JSON json_t *site = json_make("{s:s, s:s, s:s, s:{s:s}}", "id", id, "webUrl", "", "displayName",
                                       "Home", "siteCollection", "hostname", url);
    char web[320];

    snprintf(web, sizeof web, "https://%s", url);
    json_put_text(site, "webUrl", web);
    graph_entity(g, &graph_type_any, site, "sites");
}

static const json_t *site_of(struct graph *g, const json_t *user)
{
    const json_t *site = json_object_get(json_object_get(g->tenant, "sites"), json_text_or(user, "id", ""));

    if (user && !site)
        graph_fail(g->call, 404, "ResourceNotFound", "User's mysite not found.");
    return site;
}

static void drive(struct graph *g)
{
    const json_t *user = graph_user(g, g->param[0]), *site = user ? site_of(g, user) : NULL;
    char url[600];

    if (!site)
        return;
    int64_t total = json_int(site, "_quota_bytes", 1099511627776), used = json_int(site, "_used_bytes", 0);

    snprintf(url, sizeof url, "%s/Documents", json_text_or(site, "url", ""));
    AUTO_JSON json_t *item = json_make(
        "{s:s, s:s, s:s, s:{s:I, s:I, s:I, s:i, s:s}, s:{s:{s:s, s:s, s:s}}}", "id",
        json_text_or(site, "_drive_id", "b!drive"), "driveType", "business", "webUrl", url, "quota", "total",
        (json_int_t)total, "used", (json_int_t)used, "remaining", (json_int_t)(total - used), "deleted", 0,
        "state", "normal", "owner", "user", "id", json_text(user, "id"), "displayName",
        json_text_or(user, "displayName", ""), "email", json_text_or(user, "mail", ""));

    graph_entity(g, &graph_type_any, item, "drives");
}

static void drive_root(struct graph *g)
{
    const json_t *user = graph_user(g, g->param[0]), *site = user ? site_of(g, user) : NULL;
    char url[600];

    if (!site)
        return;
    snprintf(url, sizeof url, "%s/Documents", json_text_or(site, "url", ""));
    AUTO_JSON json_t *item = json_make(
        "{s:s, s:s, s:s, s:I, s:{s:s, s:s, s:s, s:s, s:s, s:s}}", "id", "01ROOTITEM7XQ2ZKJ5Q5FGPSGO5WQ4SQY3M",
        "name", "root", "webUrl", url, "size", (json_int_t)json_int(site, "_used_bytes", 0), "sharepointIds",
        "listId", json_text_or(site, "_web_id", ""), "listItemUniqueId", json_text_or(site, "_site_id", ""),
        "siteId", json_text_or(site, "_site_id", ""), "siteUrl", json_text_or(site, "url", ""), "tenantId",
        json_text(g->tenant, "id"), "webId", json_text_or(site, "_web_id", ""));

    graph_entity(g, &graph_type_any, item, "drives('x')/root");
}

#define FILES "Files.Read.All|Files.ReadWrite.All|Sites.Read.All|Sites.ReadWrite.All"
#define DIRECTORY "Directory.Read.All|Directory.ReadWrite.All"
#define PARTNER "DelegatedAdminRelationship.Read.All|DelegatedAdminRelationship.ReadWrite.All"

const struct graph_route graph_routes_directory[] = {
    {"GET", "/organization",
     DIRECTORY "|Organization.Read.All|Organization.ReadWrite.All|User.Read.All|User.Read", organization},
    {"GET", "/domains", DIRECTORY "|Domain.Read.All|Domain.ReadWrite.All", domains},
    {"GET", "/contracts", DIRECTORY, contracts},
    {"GET", "/tenantRelationships/delegatedAdminCustomers", PARTNER, customers},
    {"GET", "/tenantRelationships/delegatedAdminRelationships", PARTNER, relationships},
    {"GET", "/sites/root", "Sites.Read.All|Sites.ReadWrite.All|Sites.FullControl.All", site_root,
     "accessDenied"},
    {"GET", "/users/{}/drive", FILES, drive, "accessDenied"},
    {"GET", "/users/{}/drive/root", FILES, drive_root, "accessDenied"},
    {0}};
