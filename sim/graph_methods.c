/* Authentication methods, and the password reset that is one of them (contract: graph, section 1.5). */
#include <string.h>

#include "base/rng.h"
#include "directory.h"
#include "graph.h"
#include "operation.h"

#define PASSWORD_METHOD "28c10230-6103-485e-b985-444c60001490"
#define MOBILE "3179e48a-750b-4051-897c-87b9720928f7"
#define ALTERNATE_MOBILE "b6332ec1-7057-4abe-9331-3d72feddfe41"
#define ALL_METHODS "UserAuthenticationMethod.ReadWrite.All"

/* segment, suffix of @odata.type, permission of this type alone, version ("" for both) whose list shows it,
 * version that deletes it, whether there is one without an id */
static const struct method_kind {
    const char *segment, *type, *permission, *shown, *deleted;
    bool single;
} kinds[] = {
    {"phoneMethods", "phoneAuthenticationMethod", "Phone", "", "", false},
    {"emailMethods", "emailAuthenticationMethod", "Email", "", "", false},
    {"microsoftAuthenticatorMethods", "microsoftAuthenticatorAuthenticationMethod", "MicrosoftAuthApp", "",
     "", false},
    {"softwareOathMethods", "softwareOathAuthenticationMethod", "SoftwareOATH", "", "", false},
    {"fido2Methods", "fido2AuthenticationMethod", "Passkey", "", "", false},
    {"windowsHelloForBusinessMethods", "windowsHelloForBusinessAuthenticationMethod", "WindowsHello", "", "",
     false},
    {"platformCredentialMethods", "platformCredentialAuthenticationMethod", "PlatformCred", "", "", false},
    {"temporaryAccessPassMethods", "temporaryAccessPassAuthenticationMethod", "TAP", "", "", false},
    {"externalAuthenticationMethods", "externalAuthenticationMethod", "External", "", "", false},
    {"qrCodePinMethod", "qrCodePinAuthenticationMethod", "QR", "", "beta", true},
    {"hardwareOathMethods", "hardwareOathAuthenticationMethod", "HardwareOATH", "beta", "beta", false},
};

static bool kind_is(const struct method_kind *kind, const json_t *method)
{
    const char *type = json_text_or(method, "@odata.type", ""), *dot = strrchr(type, '.');

    return dot && !strcmp(dot + 1, kind->type);
}

static bool in_version(const struct graph *g, const char *version)
{
    return !*version || !strcmp(version, g->version);
}

/* A kind that is only in beta is not in v1.0's list. */
static bool is_shown(const struct graph *g, const json_t *method)
{
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
        if (kind_is(&kinds[i], method))
            return in_version(g, kinds[i].shown);
    return true;
}

static void methods_get(struct graph *g)
{
    json_t *user = graph_user(g, g->param[0]), *items, *method;
    size_t i;

    if (!user)
        return;
    if (json_object_size(g->query) > 0) {
        graph_fail(g->call, 400, "BadRequest", "Query options are not supported here.");
        return;
    }
    items = json_array();
    json_array_foreach (json_array_at(sim_view(g->sim, user), "_methods"), i, method)
        if (is_shown(g, method))
            json_add(items, json_incref(method));
    graph_collection(g, &graph_type_any, items, "users('x')/authentication/methods", false);
}

/* ---- deleting ---- */

static bool method_deletable(struct graph *g, const json_t *user, const json_t *methods, const char *id)
{
    const char *preferred = json_text(user, "_default_method");

    if (!strcmp(id, MOBILE) && json_array_find(methods, "id", ALTERNATE_MOBILE))
        graph_fail(g->call, 400, "Request_BadRequest",
                   "An alternate mobile number cannot be without a mobile number.");
    /* The password is a method of its own and always there. */
    else if (text_equal_nocase(preferred, id) && json_array_size(methods) > 2)
        graph_fail(g->call, 400, "Request_BadRequest",
                   "The method is the default authentication method of the user and cannot be deleted while "
                   "there are others.");
    else
        return true;
    return false;
}

static const struct method_kind *kind_find(struct graph *g, const char *segment, bool single)
{
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
        if (!strcmp(kinds[i].segment, segment) && kinds[i].single == single &&
            in_version(g, kinds[i].deleted))
            return &kinds[i];
    if (!strcmp(segment, "passwordMethods")) {
        graph_fail(g->call, 405, "Request_BadRequest", "The password method cannot be deleted.");
    } else {
        g->call->undocumented = true;
        graph_fail(g->call, 400, "BadRequest", "Resource not found for the segment '%.60s'.", segment);
    }
    return NULL;
}

static bool kind_may(struct graph *g, const struct method_kind *kind)
{
    char own[120];

    snprintf(own, sizeof own, "UserAuthMethod-%s.ReadWrite.All|" ALL_METHODS, kind->permission);
    if (graph_may(g, own))
        return true;
    graph_denied(g);
    return false;
}

/* id NULL: the only one of its kind. */
static void delete_one(struct graph *g, const char *segment, const char *id)
{
    const struct method_kind *kind = kind_find(g, segment, id == NULL);
    json_t *user = kind && kind_may(g, kind) ? graph_user(g, g->param[0]) : NULL, *method;
    json_t *methods = json_object_get(user, "_methods");
    size_t i;

    if (!user)
        return;
    json_array_foreach (methods, i, method) {
        const char *own = json_text_or(method, "id", "");

        if (!kind_is(kind, method) || (id && strcmp(own, id) != 0))
            continue;
        if (!method_deletable(g, user, methods, own))
            return;
        sim_touch(g->sim, user);
        if (text_equal_nocase(json_text(user, "_default_method"), own))
            json_object_del(user, "_default_method");
        json_array_remove(json_object_get(user, "_methods"), i);
        graph_no_content(g);
        return;
    }
    graph_fail(g->call, 404, "ResourceNotFound",
               "The requested authentication method '%.80s' does not exist.", id ? id : segment);
}

static void method_delete(struct graph *g)
{
    delete_one(g, g->param[1], g->param[2]);
}

static void single_delete(struct graph *g)
{
    delete_one(g, g->param[1], NULL);
}

/* ---- resetting the password ---- */

/* Refused for an application, whatever its permissions: only an administrator who is signed in may. */
static bool delegated_only(struct graph *g)
{
    if (!g->caller.delegated)
        graph_denied(g);
    return g->caller.delegated;
}

static bool reset_check(struct graph *g, const json_t *user, const char *password)
{
    if (directory_federated(g->tenant, user)) {
        graph_fail(g->call, 400, "Request_BadRequest",
                   "The password of a user in a federated domain cannot be reset here.");
    } else if (!password && json_flag(user, "onPremisesSyncEnabled")) {
        graph_fail(g->call, 400, "Request_BadRequest",
                   "A password is needed for a user who is synchronized from the premises.");
    } else if (password && !directory_password_good(user, password)) {
        graph_fail(
            g->call, 400, "Request_BadRequest",
            "The specified password does not comply with password complexity requirements. Please provide a "
            "different password.");
    } else {
        return true;
    }
    return false;
}

static void password_generate(char password[16])
{
    static const char letters[] = "abcdefghijkmnpqrstuvwxyz";

    password[0] = 'X';
    for (size_t i = 1; i < 4; i++)
        password[i] = letters[rng_below(rng_system(), sizeof letters - 1)];
    snprintf(password + 4, 12, "%04u", (unsigned)rng_below(rng_system(), 10000));
}

static void reset_password(struct graph *g)
{
    json_t *user = delegated_only(g) ? graph_user(g, g->param[0]) : NULL, *body = user ? graph_body(g) : NULL;
    const char *password = json_text(body, "newPassword");
    char generated[16], id[37], path[200];

    if (!body)
        return;
    if (strcmp(g->param[1], PASSWORD_METHOD) != 0) {
        graph_fail(g->call, 404, "ResourceNotFound",
                   "The requested authentication method '%.80s' does not exist.", g->param[1]);
        return;
    }
    if (!reset_check(g, user, password))
        return;
    g->call->reply = json_object();
    if (!password) {
        password_generate(generated);
        password = generated;
        json_put_text(g->call->reply, "newPassword", generated);
    }
    operation_begin(g->sim, g->tenant, "reset_password",
                    json_make("{s:s, s:s}", "user", json_text(user, "id"), "password", password), id);
    snprintf(path, sizeof path, "/users/%s/authentication/operations", json_text_or(user, "id", ""));
    graph_accepted(g, path, id);
}

/* For a synced user the new password goes to the directory on the premises first; without writeback it goes
 * nowhere. */
void operation_password(struct sim *sim, json_t *tenant, json_t *operation)
{
    json_t *user = sim_user(tenant, json_text(operation, "user"));

    if (user && json_flag(user, "onPremisesSyncEnabled") &&
        json_is_false(json_object_get(tenant, "password_writeback"))) {
        json_put_text(operation, "failed", "Password writeback is not enabled for this directory.");
    } else if (user) {
        sim_touch(sim, user);
        directory_password_set(sim, user, json_text_or(operation, "password", ""), true);
    }
    json_object_del(operation, "password");
}

static void operation_get(struct graph *g)
{
    json_t *user = delegated_only(g) ? graph_user(g, g->param[0]) : NULL;
    const json_t *operation = user ? operation_find(g->sim, g->tenant, g->param[1]) : NULL;

    if (!user)
        return;
    if (!text_equal_nocase(json_text(operation, "user"), json_text(user, "id"))) {
        graph_fail(g->call, 404, "ResourceNotFound", "The operation '%.60s' does not exist.", g->param[1]);
        return;
    }
    AUTO_STRBUF struct strbuf location = STRBUF_MAX(2000);

    strbuf_printf(&location, "%s/%s/users/%s/authentication/methods/" PASSWORD_METHOD, g->call->base_url,
                  g->version, json_text_or(user, "id", ""));
    AUTO_JSON json_t *view = json_make(
        "{s:s, s:s, s:s, s:s, s:s, s:s}", "id", g->param[1], "status", operation_status(g->sim, operation),
        "statusDetail", json_text_or(operation, "failed", "ResetSuccess"), "createdDateTime",
        json_text(operation, "created"), "lastActionDateTime", json_text(operation, "created"),
        "resourceLocation", strbuf_text(&location));

    if (!json_flag(operation, "done"))
        json_put(view, "statusDetail", json_null());
    graph_entity(g, &graph_type_any, view, "users('x')/authentication/operations");
}

#define READ "UserAuthenticationMethod.Read.All|" ALL_METHODS

const struct graph_route graph_routes_methods[] = {
    {"GET", "/users/{}/authentication/methods", READ, methods_get},
    {"POST", "/users/{}/authentication/methods/{}/resetPassword", ALL_METHODS, reset_password},
    {"GET", "/users/{}/authentication/operations/{}", READ, operation_get},
    {"DELETE", "/users/{}/authentication/{}/{}", NULL, method_delete},
    {"DELETE", "/users/{}/authentication/{}", NULL, single_delete},
    {0}};
