#include "license.h"

#include <string.h>

static const struct {
    const char *prefix;
    const char *service;
} services[] = {
    {"EXCHANGE", "exchange"},
    {"SHAREPOINT", "SharePoint"},
    {"ONEDRIVE", "SharePoint"},
    {"TEAMS", "TeamspaceAPI"},
    {"AAD", "AADPremiumService"},
    {"INTUNE", "SCO"},
    {"MCO", "MicrosoftCommunicationsOnline"},
    {"BI_", "PowerBI"},
    {"FLOW", "ProcessSimple"},
};

const char *license_service(const char *plan_name)
{
    for (size_t i = 0; i < sizeof services / sizeof *services; i++)
        if (text_starts_nocase(plan_name, services[i].prefix))
            return services[i].service;
    return "MicrosoftOffice";
}

json_t *license_sku(const json_t *tenant, const char *sku_id)
{
    return sku_id ? json_array_find(json_array_at(tenant, "skus"), "skuId", sku_id) : NULL;
}

json_t *license_state(const char *sku_id, const char *group_id, const char *time)
{
    json_t *state = json_object();

    json_put_text(state, "skuId", sku_id);
    json_put(state, "disabledPlans", json_array());
    json_put_text(state, "assignedByGroup", group_id);
    json_put_text(state, "state", "Active");
    json_put_text(state, "error", "None");
    json_put_text(state, "lastUpdatedDateTime", time);
    return state;
}

json_t *license_plans(const json_t *tenant, const json_t *user)
{
    json_t *plans = json_array(), *license, *plan;
    size_t i, j;

    json_array_foreach (json_array_at(user, "assignedLicenses"), i, license) {
        const json_t *sku = license_sku(tenant, json_text(license, "skuId"));

        json_array_foreach (json_array_at(sku, "servicePlans"), j, plan) {
            const char *id = json_text(plan, "servicePlanId");

            if (sim_text_index(json_array_at(license, "disabledPlans"), id) >= 0)
                continue;
            json_add(plans, json_make("{s:s, s:s, s:s, s:s}", "assignedDateTime",
                                      json_text_or(user, "createdDateTime", "2024-01-01T00:00:00Z"),
                                      "capabilityStatus", "Enabled", "service",
                                      license_service(json_text_or(plan, "servicePlanName", "")),
                                      "servicePlanId", id));
        }
    }
    return plans;
}

static bool gives_mailbox(const char *plan)
{
    return (text_starts_nocase(plan, "EXCHANGE_S_") || text_starts_nocase(plan, "EXCHANGE_L_") ||
            text_starts_nocase(plan, "EXCHANGE_B_")) &&
           !text_starts_nocase(plan, "EXCHANGE_S_FOUNDATION") &&
           !text_starts_nocase(plan, "EXCHANGE_S_ARCHIVE");
}

static bool gives_files(const char *plan)
{
    return text_starts_nocase(plan, "SHAREPOINT") || text_starts_nocase(plan, "ONEDRIVE");
}

/* Is a plan among the user's licences, and not switched off there? */
static bool has_plan(const json_t *tenant, const json_t *user, bool (*wanted)(const char *plan))
{
    json_t *license, *plan;
    size_t i, j;

    json_array_foreach (json_array_at(user, "assignedLicenses"), i, license)
        json_array_foreach (json_array_at(license_sku(tenant, json_text(license, "skuId")), "servicePlans"),
                            j, plan)
            if (wanted(json_text_or(plan, "servicePlanName", "")) &&
                sim_text_index(json_array_at(license, "disabledPlans"), json_text(plan, "servicePlanId")) < 0)
                return true;
    return false;
}

bool license_has_exchange(const json_t *tenant, const json_t *user)
{
    return has_plan(tenant, user, gives_mailbox);
}

bool license_has_files(const json_t *tenant, const json_t *user)
{
    return has_plan(tenant, user, gives_files);
}

static void units_add(const json_t *tenant, const json_t *licenses, int step)
{
    json_t *license;
    size_t i;

    json_array_foreach (licenses, i, license) {
        json_t *sku = license_sku(tenant, json_text(license, "skuId"));

        if (sku)
            json_put(sku, "consumedUnits", json_integer(json_int(sku, "consumedUnits", 0) + step));
    }
}

int64_t license_left(const json_t *sku)
{
    return json_int(json_object_get(sku, "prepaidUnits"), "enabled", 0) - json_int(sku, "consumedUnits", 0);
}

void license_release(const json_t *tenant, const json_t *user)
{
    units_add(tenant, json_array_at(user, "assignedLicenses"), -1);
}

void license_restore(struct sim *sim, json_t *tenant, json_t *user)
{
    json_t *states = json_array(), *state;
    size_t i;

    json_array_foreach (json_array_at(user, "licenseAssignmentStates"), i, state) {
        if (!json_text(state, "assignedByGroup") &&
            license_left(license_sku(tenant, json_text(state, "skuId"))) > 0)
            json_add(states, json_incref(state));
    }
    json_put(user, "licenseAssignmentStates", states);
    json_put(user, "assignedLicenses", json_array()); /* their units were given back */
    license_reprocess(sim, tenant, user);
}

void license_check_mailbox(struct sim *sim, const json_t *tenant, const json_t *user)
{
    const char *id = json_text(user, "id");
    json_t *mailbox = id ? json_object_get(json_object_get(tenant, "mailboxes"), id) : NULL;

    if (!mailbox)
        return;
    if (license_has_exchange(tenant, user))
        json_object_del(mailbox, "_disconnected_at");
    else if (text_equal_nocase(json_text(mailbox, "RecipientTypeDetails"), "UserMailbox") &&
             !json_object_get(mailbox, "_disconnected_at"))
        json_put_time(mailbox, "_disconnected_at", sim_now_ms(sim));
}

void license_rebuild(struct sim *sim, json_t *tenant, json_t *user)
{
    json_t *assigned = json_array(), *state;
    size_t i;

    json_array_foreach (json_array_at(user, "licenseAssignmentStates"), i, state) {
        const char *sku_id = json_text(state, "skuId");

        if (!text_equal_nocase(json_text(state, "state"), "Error") &&
            !json_array_find(assigned, "skuId", sku_id))
            json_add(assigned, json_make("{s:O, s:s}", "disabledPlans", json_array_at(state, "disabledPlans"),
                                         "skuId", sku_id));
    }
    units_add(tenant, json_array_at(user, "assignedLicenses"), -1);
    units_add(tenant, assigned, 1);
    json_put(user, "assignedLicenses", assigned);
    license_check_mailbox(sim, tenant, user);
}

void license_reprocess(struct sim *sim, json_t *tenant, json_t *user)
{
    const char *id = json_text_or(user, "id", "");
    json_t *states = json_array(), *state, *group, *license;
    char now[TIME_TEXT_SIZE];
    const char *group_id;
    size_t i;

    json_array_foreach (json_array_at(user, "licenseAssignmentStates"), i, state) {
        if (!json_text(state, "assignedByGroup"))
            json_add(states, json_incref(state));
    }
    json_object_foreach (json_object_get(tenant, "groups"), group_id, group) {
        const json_t *licenses = json_array_at(group, "assignedLicenses");

        if (json_array_size(licenses) == 0 || sim_text_index(json_array_at(group, "_members"), id) < 0)
            continue;
        json_array_foreach (licenses, i, license) {
            const char *sku_id = json_text_or(license, "skuId", "");
            bool has = json_array_find(json_array_at(user, "assignedLicenses"), "skuId", sku_id) != NULL;

            state = license_state(sku_id, group_id, sim_now_text(sim, now));
            if (!has && license_left(license_sku(tenant, sku_id)) <= 0) {
                json_put_text(state, "state", "Error");
                json_put_text(state, "error", "CountViolation");
            }
            json_add(states, state);
        }
    }
    json_put(user, "licenseAssignmentStates", states);
    license_rebuild(sim, tenant, user);
}
