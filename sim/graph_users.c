#include <string.h>

#include "directory.h"
#include "graph.h"
#include "license.h"

#define SYNCED_MESSAGE                                                                                      \
    "Unable to update the specified properties for on-premises mastered Directory Sync objects or objects " \
    "currently undergoing migration."

json_t *graph_user_view(struct graph *g, const json_t *user)
{
    const json_t *seen = sim_view(g->sim, user);
    const char *select = json_text(g->query, "$select");

    if (!select || !strstr(select, "assignedPlans"))
        return json_incref((json_t *)seen);
    json_t *view = json_copy((json_t *)seen);

    json_put(view, "assignedPlans", license_plans(g->tenant, seen));
    return view;
}

/* ---- properties that other services serve, or that need more ---- */

/* Does $select name it? */
static bool selects(const struct graph *g, const char *name)
{
    const char *select = json_text(g->query, "$select");
    AUTO_STRBUF struct strbuf words = STRBUF_MAX(16384);

    strbuf_printf(&words, " %s ", select ? select : "");
    for (char *c = words.data; c && *c; c++)
        *c = *c == ',' ? ' ' : *c;
    return graph_lists(strbuf_text(&words), name);
}

/* Sign-in activity needs a permission of its own and Entra ID P1. False with the call failed. */
static bool sign_in_activity_may(struct graph *g, bool list)
{
    const char *filter = json_text(g->query, "$filter");
    bool filtered = filter && strstr(filter, "signInActivity");
    int64_t top = 0;

    if (!selects(g, "signInActivity") && !filtered)
        return true;
    if (!graph_may(g, "AuditLog.Read.All"))
        graph_denied(g);
    else if (!graph_has_plan(g, "AAD_PREMIUM"))
        graph_fail(g->call, 403, "Authentication_RequestFromNonPremiumTenantOrB2CTenant",
                   "Neither tenant is B2C or tenant doesn't have premium license");
    else if (filtered && (strstr(filter, " and ") || strstr(filter, " or ")))
        graph_fail(g->call, 400, "Request_UnsupportedQuery",
                   "signInActivity cannot be combined with other properties in a filter.");
    else if (list && text_to_int(json_text_or(g->query, "$top", "0"), 0, INT64_MAX, &top) && top > 500)
        graph_fail(g->call, 400, "Request_BadRequest",
                   "The page size is limited to 500 when signInActivity is selected.");
    else
        return true;
    return false;
}

static void users_list(struct graph *g)
{
    if (!sign_in_activity_may(g, true))
        return;
    if (selects(g, "mailboxSettings") || selects(g, "mySite") || selects(g, "aboutMe")) {
        graph_fail(g->call, 501, "NotImplemented",
                   "This operation is supported for one user at a time: the property is served elsewhere.");
        return;
    }
    json_t *items = json_array(), *user;
    const char *id;

    json_object_foreach (json_object_get(g->tenant, "users"), id, user)
        json_add(items, graph_user_view(g, user));
    graph_collection(g, &graph_type_user, items, "users", true);
}

static void users_count(struct graph *g)
{
    if (!text_equal_nocase(g->call->header(g->call, "ConsistencyLevel"), "eventual")) {
        graph_fail(g->call, 400, "Request_BadRequest",
                   "$count is not currently supported without 'ConsistencyLevel: eventual'.");
        return;
    }
    char text[32];

    snprintf(text, sizeof text, "%zu", json_object_size(json_object_get(g->tenant, "users")));
    g->call->text = strdup(text);
    g->call->content_type = "text/plain";
}

static void user_get(struct graph *g)
{
    json_t *user = graph_user(g, g->param[0]);

    if (!user || !sign_in_activity_may(g, false))
        return;
    AUTO_JSON json_t *seen = graph_user_view(g, user);
    AUTO_JSON json_t *view = json_copy(seen);

    /* One failure of the mailbox fails the whole call, as in reality. */
    if (selects(g, "mailboxSettings")) {
        const json_t *mailbox = graph_mailbox(g, g->param[0]);

        if (!mailbox)
            return;
        json_put(view, "mailboxSettings", graph_mailbox_settings(mailbox));
    }
    graph_entity(g, &graph_type_user, view, "users");
}

/* ---- delta: a token is the time up to which its holder knows everything ---- */

static bool delta_since(struct graph *g, int64_t *ret)
{
    const char *token = json_text(g->query, "$deltatoken");
    char text[32] = "";

    *ret = -1;
    if (!token)
        return true;
    ptrdiff_t length = text_base64_decode(token, strlen(token), text, sizeof text - 1);

    if (length > 2)
        text[length] = '\0';
    if (length > 2 && !strncmp(text, "d:", 2) && text_to_int(text + 2, 0, INT64_MAX, ret))
        return true;
    graph_fail(g->call, 410, "resyncRequired",
               "The delta token is no longer valid, and the application must reset the sync state.");
    return false;
}

static void put_delta_link(struct graph *g)
{
    AUTO_STRBUF struct strbuf link = STRBUF_MAX(16384);
    const char *select = json_text(g->query, "$select");
    char token[32];

    if (!g->call->reply || g->call->status != 200 || json_text(g->call->reply, "@odata.nextLink"))
        return;
    snprintf(token, sizeof token, "d:%lld", (long long)sim_now_ms(g->sim));
    strbuf_printf(&link, "%s%s?", g->call->base_url, g->call->path);
    if (select) {
        strbuf_text_add(&link, "$select=");
        strbuf_percent(&link, select);
        strbuf_char(&link, '&');
    }
    strbuf_text_add(&link, "$deltatoken=");
    strbuf_base64url(&link, token, strlen(token));
    json_put(g->call->reply, "@odata.deltaLink", json_text_new(strbuf_text(&link)));
}

static void users_delta(struct graph *g)
{
    json_t *items, *user;
    const char *id;
    int64_t since;

    if (!delta_since(g, &since))
        return;
    items = json_array();
    json_object_foreach (json_object_get(g->tenant, "users"), id, user) {
        if (since < 0 || json_int(user, "_changed", 0) >= since)
            json_add(items, graph_user_view(g, user));
    }
    graph_collection(g, &graph_type_user, items, "users", false);
    put_delta_link(g);
    if (since < 0 || g->call->status != 200)
        return;
    json_object_foreach (json_object_get(g->tenant, "deleted_users"), id, user) {
        if (json_int(user, "_changed", 0) >= since)
            json_add(json_object_get(g->call->reply, "value"),
                     json_make("{s:s, s:{s:s}}", "id", id, "@removed", "reason", "changed"));
    }
}

/* ---- PATCH ---- */

static const char writable[] =
    " accountEnabled passwordProfile onPremisesImmutableId showInAddressList employeeLeaveDateTime "
    "displayName givenName surname jobTitle department companyName officeLocation usageLocation city "
    "country state streetAddress postalCode mobilePhone businessPhones otherMails mailNickname "
    "userPrincipalName employeeId employeeType employeeHireDate preferredLanguage passwordPolicies "
    "faxNumber userType ageGroup ";
static const char sensitive[] =
    " accountEnabled passwordProfile userPrincipalName onPremisesImmutableId otherMails mobilePhone "
    "businessPhones ";
/* What the cloud may write on a synced user. */
static const char cloud_mastered[] = " accountEnabled usageLocation passwordPolicies employeeLeaveDateTime ";

static bool synced_refuses(const struct graph *g, const json_t *user, const char *name)
{
    if (!json_flag(user, "onPremisesSyncEnabled"))
        return false;
    return !graph_lists(cloud_mastered, name) ||
           (!strcmp(name, "accountEnabled") && !sim_variant(g->sim, VARIANT_synced_sign_in));
}

static bool value_fits(const char *name, const json_t *value)
{
    if (!strcmp(name, "accountEnabled"))
        return json_is_boolean(value);
    if (!strcmp(name, "showInAddressList"))
        return json_is_boolean(value) || json_is_null(value);
    if (!strcmp(name, "passwordProfile"))
        return json_is_object(value);
    if (graph_lists(graph_collections, name))
        return json_is_array(value);
    return json_is_string(value) || json_is_null(value);
}

static bool patch_may(struct graph *g, const json_t *user, const json_t *body)
{
    bool privileged = graph_is_privileged(g, user);
    const char *name;
    json_t *value;

    json_object_foreach ((json_t *)body, name, value) {
        bool may;

        if (!strcmp(name, "accountEnabled"))
            may = graph_may(g, "User.ReadWrite.All|Directory.ReadWrite.All") ||
                  (graph_may(g, "User.EnableDisableAccount.All") &&
                   graph_may(g, "User.Read.All|Directory.Read.All"));
        else if (!strcmp(name, "passwordProfile"))
            may =
                (graph_may(g, "User-PasswordProfile.ReadWrite.All") &&
                 graph_has_role(
                     g, "User Administrator|Privileged Authentication Administrator|Global Administrator")) ||
                (g->caller.delegated && graph_may(g, "User.ReadWrite.All"));
        else
            may = graph_may(g, "User.ReadWrite.All|Directory.ReadWrite.All");
        if (may && privileged && graph_lists(sensitive, name))
            may = graph_has_role(g, "Privileged Authentication Administrator|Global Administrator");
        if (!may) {
            graph_denied(g);
            return false;
        }
    }
    return true;
}

static bool patch_check(struct graph *g, const json_t *user, const json_t *body)
{
    const char *name, *password;
    json_t *value;

    json_object_foreach ((json_t *)body, name, value) {
        if (*name == '@')
            continue;
        if (!graph_lists(graph_type_user.properties, name))
            graph_fail(g->call, 400, "Request_BadRequest", "Invalid property '%.80s'.", name);
        else if (!graph_lists(writable, name))
            graph_fail(g->call, 400, "Request_BadRequest", "Property '%s' is read-only and cannot be set.",
                       name);
        else if (!value_fits(name, value))
            graph_fail(g->call, 400, "Request_BadRequest",
                       "Invalid value specified for property '%s' of resource 'User'.", name);
        else if (synced_refuses(g, user, name))
            graph_fail(g->call, 400, "Request_BadRequest", "%s", SYNCED_MESSAGE);
        else if (directory_federated(g->tenant, user) &&
                 (!strcmp(name, "passwordProfile") || !strcmp(name, "onPremisesImmutableId")))
            graph_fail(g->call, 400, "Request_BadRequest",
                       "Property %s cannot be changed for a user in a federated domain.", name);
        else
            continue;
        return false;
    }
    json_t *profile = json_object_get(body, "passwordProfile");

    password = json_text(profile, "password");
    if (profile && (!password || !directory_password_good(user, password))) {
        graph_fail(
            g->call, 400, "Request_BadRequest",
            "The specified password does not comply with password complexity requirements. Please provide a "
            "different password.");
        json_put(json_object_get(g->call->reply, "error"), "details",
                 json_make("[{s:s, s:s}]", "code", "PasswordPolicyViolation", "target", "passwordProfile"));
        return false;
    }
    return true;
}

static bool upn_free(struct graph *g, const json_t *user, const json_t *body)
{
    const char *upn = json_text(body, "userPrincipalName");
    const json_t *other = upn ? sim_user(g->tenant, upn) : NULL;

    if (!other || other == user)
        return true;
    graph_fail(g->call, 400, "Request_BadRequest",
               "Another object with the same value for property userPrincipalName already exists.");
    return false;
}

static void user_patch(struct graph *g)
{
    json_t *user = graph_user(g, g->param[0]), *body = user ? graph_body(g) : NULL, *value;
    const char *name;

    if (!body || !patch_check(g, user, body) || !patch_may(g, user, body) || !upn_free(g, user, body))
        return;
    /* Accepted by the service, but the contract wants two calls: their permissions differ. */
    if (json_object_get(body, "accountEnabled") && json_object_get(body, "passwordProfile"))
        g->call->undocumented = true;
    sim_touch(g->sim, user);
    json_object_foreach (body, name, value) {
        if (!strcmp(name, "passwordProfile"))
            directory_password_set(g->sim, user, json_text(value, "password"),
                                   !json_is_false(json_object_get(value, "forceChangePasswordNextSignIn")));
        else if (*name != '@')
            json_put(user, name, json_incref(value));
    }
    sim_index_user(g->tenant, json_text(user, "id"));
    graph_no_content(g);
}

static void user_revoke(struct graph *g)
{
    json_t *user = graph_user(g, g->param[0]);
    char now[TIME_TEXT_SIZE];

    if (!user)
        return;
    sim_touch(g->sim, user);
    json_put_text(user, "signInSessionsValidFromDateTime", sim_now_text(g->sim, now));
    g->call->reply = json_make("{s:s, s:b}", "@odata.context",
                               "https://graph.microsoft.com/v1.0/$metadata#Edm.Boolean", "value", 1);
}

/* ---- manager and reports ---- */

static void manager_get(struct graph *g)
{
    json_t *user = graph_user(g, g->param[0]);
    const json_t *manager = user ? sim_user(g->tenant, json_text(sim_view(g->sim, user), "_manager")) : NULL;

    if (!user)
        return;
    if (!manager) {
        graph_fail(g->call, 404, "Request_ResourceNotFound",
                   "Resource 'manager' does not exist or one of its queried reference-property objects are "
                   "not present.");
        return;
    }
    AUTO_JSON json_t *view = graph_tagged(sim_view(g->sim, manager), "#microsoft.graph.user");

    graph_entity(g, &graph_type_user, view, "directoryObjects");
}

static void manager_put(struct graph *g)
{
    json_t *user = graph_user(g, g->param[0]);
    const char *id = user ? graph_reference(g) : NULL;
    json_t *manager = id ? graph_user(g, id) : NULL;

    if (!manager)
        return;
    sim_touch(g->sim, user);
    json_put_text(user, "_manager", json_text(manager, "id"));
    graph_no_content(g);
}

static void manager_delete(struct graph *g)
{
    json_t *user = graph_user(g, g->param[0]);

    if (!user)
        return;
    sim_touch(g->sim, user);
    json_object_del(user, "_manager");
    graph_no_content(g);
}

static void reports_get(struct graph *g)
{
    json_t *user = graph_user(g, g->param[0]), *items, *report;
    const char *id;

    if (!user)
        return;
    items = json_array();
    json_object_foreach (json_object_get(g->tenant, "users"), id, report) {
        if (text_equal_nocase(json_text(report, "_manager"), json_text(user, "id")))
            json_add(items, graph_tagged(sim_view(g->sim, report), "#microsoft.graph.user"));
    }
    graph_collection(g, &graph_type_user, items, "directoryObjects", false);
}

/* ---- who masters the user ---- */

static void sync_behavior_get(struct graph *g)
{
    json_t *user = graph_user(g, g->param[0]);

    if (!user)
        return;
    AUTO_JSON json_t *behavior = json_make("{s:s, s:b}", "id", json_text(user, "id"), "isCloudManaged",
                                           !json_flag(user, "onPremisesSyncEnabled"));

    graph_entity(g, &graph_type_any, behavior, "users('x')/onPremisesSyncBehavior");
}

static void sync_behavior_patch(struct graph *g)
{
    json_t *user = graph_user(g, g->param[0]), *body = user ? graph_body(g) : NULL;
    const json_t *wanted = json_object_get(body, "isCloudManaged");

    if (!body)
        return;
    if (!json_is_boolean(wanted) || !json_object_get(user, "onPremisesImmutableId")) {
        graph_fail(g->call, 400, "Request_BadRequest",
                   "isCloudManaged can be set to true or false on a user who came from the premises.");
        return;
    }
    sim_touch(g->sim, user);
    json_put(user, "onPremisesSyncEnabled", json_boolean(json_is_false(wanted)));
    graph_no_content(g);
}

#define READ_BASIC \
    "User.ReadBasic.All|User.Read.All|User.ReadWrite.All|Directory.Read.All|Directory.ReadWrite.All"
#define READ "User.Read.All|User.ReadWrite.All|Directory.Read.All|Directory.ReadWrite.All"
#define WRITE "User.ReadWrite.All|Directory.ReadWrite.All"

const struct graph_route graph_routes_users[] = {
    {"GET", "/users", READ_BASIC, users_list},
    {"GET", "/users/$count", READ_BASIC, users_count},
    {"GET", "/users/delta", READ, users_delta},
    {"GET", "/users/{}", READ_BASIC, user_get},
    {"PATCH", "/users/{}", NULL, user_patch},
    {"POST", "/users/{}/revokeSignInSessions",
     "User.RevokeSessions.All|User.ReadWrite.All|Directory.ReadWrite.All", user_revoke},
    {"GET", "/users/{}/manager", READ, manager_get},
    {"PUT", "/users/{}/manager/$ref", WRITE, manager_put},
    {"DELETE", "/users/{}/manager/$ref", WRITE, manager_delete},
    {"GET", "/users/{}/directReports", READ, reports_get},
    {"GET", "/users/{}/onPremisesSyncBehavior", "User-OnPremisesSyncBehavior.ReadWrite.All",
     sync_behavior_get},
    {"PATCH", "/users/{}/onPremisesSyncBehavior", "User-OnPremisesSyncBehavior.ReadWrite.All",
     sync_behavior_patch},
    {0}};
