#include <string.h>

#include "graph.h"
#include "license.h"

#define BAD "Request_BadRequest"

static bool held(const json_t *user, const char *sku_id, bool *ret_direct)
{
    json_t *state;
    bool any = false;
    size_t i;

    *ret_direct = false;
    json_array_foreach (json_array_at(user, "licenseAssignmentStates"), i, state) {
        if (!text_equal_nocase(json_text(state, "skuId"), sku_id))
            continue;
        any = true;
        *ret_direct |= json_text(state, "assignedByGroup") == NULL;
    }
    return any;
}

static bool removable(struct graph *g, const json_t *user, const json_t *ids)
{
    json_t *id;
    size_t i;

    json_array_foreach (ids, i, id) {
        const char *sku_id = json_string_value(id);
        bool direct;

        if (!sku_id || !license_sku(g->tenant, sku_id))
            graph_fail(g->call, 400, BAD, "License %s does not correspond to a valid company License.",
                       sku_id ? sku_id : "");
        else if (!held(user, sku_id, &direct))
            graph_fail(g->call, 400, BAD, "User does not have a corresponding license.");
        else if (!direct)
            graph_fail(g->call, 400, BAD,
                       "User license is inherited from a group membership and it cannot be removed directly "
                       "from the user.");
        else
            continue;
        return false;
    }
    return true;
}

static bool addable(struct graph *g, const json_t *user, const json_t *licenses)
{
    json_t *license;
    size_t i;

    json_array_foreach (licenses, i, license) {
        const char *sku_id = json_text(license, "skuId");
        const json_t *sku = license_sku(g->tenant, sku_id);
        bool direct;

        if (!sku)
            graph_fail(g->call, 400, BAD, "License %s does not correspond to a valid company License.",
                       sku_id ? sku_id : "");
        else if (!json_text(user, "usageLocation"))
            graph_fail(g->call, 400, BAD,
                       "License assignment cannot be done for user with invalid usage location.");
        else if (!held(user, sku_id, &direct) && license_left(sku) <= 0)
            graph_fail(g->call, 400, BAD, "Subscription with SKU %s does not have any available licenses.",
                       sku_id);
        else
            continue;
        return false;
    }
    return true;
}

static void state_remove(json_t *states, const char *sku_id)
{
    json_t *state;

    for (size_t i = 0; (state = json_array_get(states, i));) {
        if (!json_text(state, "assignedByGroup") && text_equal_nocase(json_text(state, "skuId"), sku_id))
            json_array_remove(states, i);
        else
            i++;
    }
}

static void assign(struct graph *g)
{
    json_t *user = graph_user(g, g->param[0]), *body = user ? graph_body(g) : NULL, *entry;
    const json_t *add = json_object_get(body, "addLicenses"), *take = json_object_get(body, "removeLicenses");
    char now[TIME_TEXT_SIZE];
    size_t i;

    if (!body)
        return;
    if (!json_is_array(add) || !json_is_array(take)) {
        graph_fail(g->call, 400, BAD,
                   "One or more parameters of the operation 'assignLicense' are missing from the request "
                   "payload. The missing "
                   "parameters are: %s.",
                   json_is_array(add) ? "removeLicenses" : "addLicenses");
        return;
    }
    if (!removable(g, user, take) || !addable(g, user, add))
        return;
    sim_touch(g->sim, user);
    /* A new array: the old one may still be shown by a read that lags. */
    json_t *states = json_copy(json_object_get(user, "licenseAssignmentStates"));

    states = states ? states : json_array();
    json_array_foreach (take, i, entry)
        state_remove(states, json_string_value(entry));
    json_array_foreach (add, i, entry) {
        const char *sku_id = json_text(entry, "skuId");

        state_remove(states, sku_id);
        json_t *state = license_state(sku_id, NULL, sim_now_text(g->sim, now));

        if (json_is_array(json_object_get(entry, "disabledPlans")))
            json_put(state, "disabledPlans", json_incref(json_object_get(entry, "disabledPlans")));
        json_add(states, state);
    }
    json_put(user, "licenseAssignmentStates", states);
    license_rebuild(g->sim, g->tenant, user);
    graph_entity(g, &graph_type_user, user, "users");
}

static void reprocess(struct graph *g)
{
    json_t *user = graph_user(g, g->param[0]);

    if (!user)
        return;
    sim_touch(g->sim, user);
    license_reprocess(g->sim, g->tenant, user);
    graph_entity(g, &graph_type_user, user, "users");
}

static void details(struct graph *g)
{
    json_t *user = graph_user(g, g->param[0]), *items, *license;
    size_t i;

    if (!user)
        return;
    items = json_array();
    json_array_foreach (json_array_at(sim_view(g->sim, user), "assignedLicenses"), i, license) {
        const json_t *sku = license_sku(g->tenant, json_text(license, "skuId"));

        if (sku)
            json_add(items,
                     json_make("{s:s, s:s, s:s, s:O}", "id", json_text(sku, "skuId"), "skuId",
                               json_text(sku, "skuId"), "skuPartNumber", json_text(sku, "skuPartNumber"),
                               "servicePlans", json_array_at(sku, "servicePlans")));
    }
    graph_collection(g, &graph_type_any, items, "licenseDetails", false);
}

static void skus(struct graph *g)
{
    json_t *items = json_array(), *sku;
    size_t i;

    json_array_foreach (json_array_at(g->tenant, "skus"), i, sku) {
        char id[80];
        json_t *copy = json_copy(sku);

        snprintf(id, sizeof id, "%s_%s", json_text_or(g->tenant, "id", ""), json_text_or(sku, "skuId", ""));
        json_put_text(copy, "id", id);
        json_put_text(copy, "accountId", json_text(g->tenant, "id"));
        json_put_text(copy, "accountName", json_text(g->tenant, "display_name"));
        json_add(items, copy);
    }
    graph_collection(g, &graph_type_sku, items, "subscribedSkus", false);
}

#define READ \
    "LicenseAssignment.Read.All|LicenseAssignment.ReadWrite.All|Directory.Read.All|Directory.ReadWrite.All|"
#define WRITE "LicenseAssignment.ReadWrite.All|User.ReadWrite.All|Directory.ReadWrite.All"

const struct graph_route graph_routes_licenses[] = {
    {"POST", "/users/{}/assignLicense", WRITE, assign},
    {"POST", "/users/{}/reprocessLicenseAssignment", WRITE, reprocess},
    {"GET", "/users/{}/licenseDetails", READ "User.Read.All|User.ReadWrite.All", details},
    {"GET", "/subscribedSkus", READ "Organization.Read.All|Organization.ReadWrite.All", skus},
    {0}};
