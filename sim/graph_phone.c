/* Teams telephony: who has which number (contract: graph, section 10).
 *
 * Of the tenant: "phone_numbers": [Graph's numberAssignment]. A user with Teams holds "_teams":
 * {"accountType", "isEnterpriseVoiceEnabled", "featureTypes"}. */
#include <string.h>

#include "graph.h"
#include "operation.h"

#define ROOT "/admin/teams/telephoneNumberManagement"
#define DENIED "Forbidden"
#define UNASSIGN_FAILED "The telephone number is not assigned to anyone."

static const struct graph_type type_number = {"numberAssignment",
                                              " id activationState assignmentCategory assignmentStatus "
                                              "assignmentTargetId capabilities city civicAddressId "
                                              "isoCountryCode locationId networkSiteId numberSource "
                                              "numberType operatorId portInStatus reverseNumberLookupOptions "
                                              "supportedCustomerActions telephoneNumber ",
                                              NULL};

/* Some types come without the plus. */
static const char *shown_number(const struct graph *g, const json_t *number)
{
    const char *text = json_text_or(number, "telephoneNumber", "");

    return *text == '+' && !sim_variant(g->sim, VARIANT_phone_plus) ? text + 1 : text;
}

static json_t *number_view(const struct graph *g, const json_t *number)
{
    json_t *view = json_copy((json_t *)number);

    json_put_text(view, "telephoneNumber", shown_number(g, number));
    json_put_text(view, "id", shown_number(g, number));
    return view;
}

static json_t *configuration_view(const struct graph *g, const json_t *user)
{
    const json_t *teams = json_object_at(user, "_teams");
    const char *id = json_text_or(user, "id", "");
    json_t *numbers = json_array(), *number;
    size_t i;

    json_array_foreach (json_array_at(g->tenant, "phone_numbers"), i, number)
        if (text_equal_nocase(json_text(number, "assignmentTargetId"), id))
            json_add(numbers,
                     json_make("{s:s, s:s}", "telephoneNumber", shown_number(g, number), "assignmentCategory",
                               json_text_or(number, "assignmentCategory", "primary")));
    return json_make(
        "{s:s, s:s, s:s, s:s, s:b, s:O, s:o, s:[], s:s, s:s}", "id", id, "tenantId",
        json_text(g->tenant, "id"), "userPrincipalName", json_text_or(user, "userPrincipalName", ""),
        "accountType", json_text_or(teams, "accountType", "user"), "isEnterpriseVoiceEnabled",
        json_flag(teams, "isEnterpriseVoiceEnabled"), "featureTypes", json_array_at(teams, "featureTypes"),
        "telephoneNumbers", numbers, "effectivePolicyAssignments", "createdDateTime",
        json_text_or(user, "createdDateTime", "2024-02-01T08:00:00Z"), "modifiedDateTime",
        json_text_or(user, "createdDateTime", "2024-02-01T08:00:00Z"));
}

static void configurations_get(struct graph *g)
{
    json_t *items = json_array(), *user;
    const char *id;

    json_object_foreach (json_object_get(g->tenant, "users"), id, user)
        if (json_is_object(json_object_get(user, "_teams")))
            json_add(items, configuration_view(g, user));
    graph_collection(g, &graph_type_any, items, "admin/teams/userConfigurations", false);
}

static void configuration_get(struct graph *g)
{
    const json_t *user = sim_user(g->tenant, g->param[0]);

    if (!json_is_object(json_object_get(user, "_teams"))) {
        graph_fail(g->call, 404, "NotFound", "User configuration not found for '%.60s'.", g->param[0]);
        return;
    }
    AUTO_JSON json_t *view = configuration_view(g, user);

    graph_entity(g, &graph_type_any, view, "admin/teams/userConfigurations");
}

static void numbers_get(struct graph *g)
{
    json_t *items = json_array(), *number;
    size_t i;

    json_array_foreach (json_array_at(g->tenant, "phone_numbers"), i, number)
        json_add(items, number_view(g, number));
    graph_collection(g, &type_number, items, "admin/teams/telephoneNumberManagement/numberAssignments",
                     false);
}

/* ---- assigning ---- */

static json_t *number_find(const json_t *tenant, const char *text)
{
    json_t *number;
    size_t i;

    json_array_foreach (json_array_at(tenant, "phone_numbers"), i, number) {
        const char *own = json_text_or(number, "telephoneNumber", "");

        if (!strcmp(own, text) || (*own == '+' && !strcmp(own + 1, text)))
            return number;
    }
    return NULL;
}

/* The number that the body names; exactly as it is listed, or it is not found. NULL with the call failed. */
static json_t *number_named(struct graph *g, const json_t *body)
{
    const char *text = graph_body_text(g, body, "telephoneNumber");
    const char *type = text ? graph_body_text(g, body, "numberType") : NULL;
    json_t *number = type ? number_find(g->tenant, text) : NULL;

    if (!type)
        return NULL;
    if (!number || strcmp(shown_number(g, number), text) != 0)
        graph_fail(g->call, 404, "NotFound", "The telephone number '%.30s' was not found.", text);
    else if (strcmp(json_text_or(number, "numberType", ""), type) != 0)
        graph_fail(g->call, 400, "BadRequest", "The telephone number '%.30s' is not of type %.30s.", text,
                   type);
    else
        return number;
    return NULL;
}

static void begin(struct graph *g, const char *kind, json_t *details)
{
    char id[37];

    operation_begin(g->sim, g->tenant, kind, details, id);
    graph_accepted(g, ROOT "/operations", id);
}

static void unassign(struct graph *g)
{
    const json_t *body = graph_body(g), *number = body ? number_named(g, body) : NULL;
    AUTO_JSON json_t *details = json_object();

    if (!number)
        return;
    json_put_text(details, "number", json_text(number, "telephoneNumber"));
    if (sim_variant(g->sim, VARIANT_unassign_operation)) {
        begin(g, "unassign_number", json_incref(details));
        return;
    }
    operation_unassign(g->sim, g->tenant, details);
    if (json_text(details, "failed"))
        graph_fail(g->call, 400, "BadRequest", "%s", UNASSIGN_FAILED);
    else
        graph_no_content(g);
}

static void assign(struct graph *g)
{
    const json_t *body = graph_body(g), *number = body ? number_named(g, body) : NULL;
    const char *target = number ? graph_body_text(g, body, "assignmentTargetId") : NULL;
    const json_t *user = target ? sim_user(g->tenant, target) : NULL;

    if (!target)
        return;
    if (!json_is_object(json_object_get(user, "_teams")) ||
        !json_flag(json_object_get(user, "_teams"), "isEnterpriseVoiceEnabled")) {
        graph_fail(g->call, 400, "BadRequest", "The user '%.60s' has no Teams Phone license.", target);
        return;
    }
    if (json_text(number, "assignmentTargetId") &&
        !text_equal_nocase(json_text(number, "assignmentTargetId"), target)) {
        graph_fail(g->call, 400, "BadRequest", "The telephone number is assigned to somebody else.");
        return;
    }
    json_t *details =
        json_make("{s:s, s:s, s:s}", "number", json_text(number, "telephoneNumber"), "user",
                  json_text(user, "id"), "category", json_text_or(body, "assignmentCategory", "primary"));

    json_put_text(details, "location", json_text(body, "locationId"));
    begin(g, "assign_number", details);
}

void operation_unassign(struct sim *sim, json_t *tenant, json_t *operation)
{
    json_t *number = number_find(tenant, json_text_or(operation, "number", ""));

    (void)sim;
    if (!json_text(number, "assignmentTargetId")) {
        json_put_text(operation, "failed", UNASSIGN_FAILED);
        return;
    }
    json_put(number, "assignmentTargetId", json_null());
    json_put(number, "assignmentCategory", json_null());
    json_put_text(number, "assignmentStatus", "unassigned");
}

void operation_assign(struct sim *sim, json_t *tenant, json_t *operation)
{
    json_t *number = number_find(tenant, json_text_or(operation, "number", ""));
    const char *user = json_text(operation, "user"), *holder = json_text(number, "assignmentTargetId");

    (void)sim;
    if (!number || !sim_user(tenant, user) || (holder && !text_equal_nocase(holder, user))) {
        json_put_text(operation, "failed", "The telephone number cannot be assigned.");
        return;
    }
    json_put_text(number, "assignmentTargetId", user);
    json_put_text(number, "assignmentCategory", json_text_or(operation, "category", "primary"));
    json_put_text(number, "assignmentStatus", "userAssigned");
    if (json_text(operation, "location"))
        json_put_text(number, "locationId", json_text(operation, "location"));
}

static void operation_get(struct graph *g)
{
    const json_t *operation = operation_find(g->sim, g->tenant, g->param[0]);
    const char *number = json_text(operation, "number");

    if (!number) {
        graph_fail(g->call, 404, "NotFound", "The operation '%.60s' was not found.", g->param[0]);
        return;
    }
    const char *status = operation_status(g->sim, operation);
    AUTO_STRBUF struct strbuf location = STRBUF_MAX(2000);

    strbuf_printf(&location, "%s/%s" ROOT "/numberAssignments/%s", g->call->base_url, g->version, number);
    AUTO_JSON json_t *view = json_make("{s:s, s:s, s:s}", "id", g->param[0], "createdDateTime",
                                       json_text(operation, "created"), "status", status);
    json_t *detail = json_make("{s:s, s:s}", "resourceLocation", strbuf_text(&location), "status", status);

    json_put_text(detail, "statusDetail", json_text(operation, "failed"));
    json_put(view, "numbers", json_make("[o]", detail));
    graph_entity(g, &graph_type_any, view, "admin/teams/telephoneNumberManagement/operations");
}

#define READ "TeamsTelephoneNumber.Read.All|TeamsTelephoneNumber.ReadWrite.All"
#define WRITE "TeamsTelephoneNumber.ReadWrite.All"
#define USERS "TeamsUserConfiguration.Read.All"

const struct graph_route graph_routes_phone[] = {
    {"GET", "/admin/teams/userConfigurations", USERS, configurations_get, DENIED},
    {"GET", "/admin/teams/userConfigurations/{}", USERS, configuration_get, DENIED},
    {"GET", ROOT "/numberAssignments", READ, numbers_get, DENIED},
    {"POST", ROOT "/numberAssignments/unassignNumber", WRITE, unassign, DENIED},
    {"POST", ROOT "/numberAssignments/assignNumber", WRITE, assign, DENIED},
    {"GET", ROOT "/operations/{}", READ, operation_get, DENIED},
    {0}};
