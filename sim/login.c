/* login — the token endpoint with its discovery documents, and the check of the tokens it issued
 * (identity.md). */
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/clock.h"
#include "base/memory.h"
#include "base/rng.h"
#include "login_assertion.h"
#include "login_jwt.h"
#include "login_resource.h"
#include "sim.h"

#define PUBLIC_AUTHORITY "https://login.microsoftonline.com"
#define APP_LIFETIME_S 3599
#define ASSERTION_TYPE "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"

/* number, HTTP status, OAuth error */
#define LOGIN_ERRORS(X)                     \
    X(50012, 401, "invalid_client")         \
    X(50027, 401, "invalid_client")         \
    X(50048, 401, "invalid_client")         \
    X(50173, 400, "invalid_grant")          \
    X(70003, 400, "unsupported_grant_type") \
    X(70011, 400, "invalid_scope")          \
    X(90002, 400, "invalid_request")        \
    X(500011, 400, "invalid_resource")      \
    X(700016, 400, "unauthorized_client")   \
    X(700021, 401, "invalid_client")        \
    X(700022, 400, "invalid_scope")         \
    X(700023, 401, "invalid_client")        \
    X(700024, 401, "invalid_client")        \
    X(700027, 401, "invalid_client")        \
    X(700082, 400, "invalid_grant")         \
    X(900023, 400, "invalid_request")       \
    X(900144, 400, "invalid_request")       \
    X(5002738, 401, "invalid_client")       \
    X(7000215, 401, "invalid_client")       \
    X(7000218, 401, "invalid_client")       \
    X(9001023, 400, "invalid_request")      \
    X(9002313, 400, "invalid_grant")

static const struct {
    int code;
    int status;
    const char *error;
} login_errors[] = {
#define X(code, status, error) {code, status, error},
    LOGIN_ERRORS(X)
#undef X
};

/* One token request on its way. */
struct grant {
    struct sim *sim;
    struct sim_call *call;
    json_t *form;
    json_t *tenant;
    json_t *app;
    const char *service;  /* the resource's service */
    const char *audience; /* as the scope names it */
    bool certificate;
    bool offline_access;
};

__attribute__((format(printf, 3, 4))) static bool fail(struct sim_call *call, int code, const char *format,
                                                       ...)
{
    AUTO_STRBUF struct strbuf text = STRBUF_MAX(2000);
    va_list args;
    va_start(args, format);
    AUTO_FREE char *detail = NULL;
    if (vasprintf(&detail, format, args) < 0)
        abort();
    va_end(args);

    char correlation[UUID_SIZE], now[TIME_TEXT_SIZE];
    uuid_v4(rng_system(), correlation);
    const char *theirs = call->header(call, "client-request-id");
    if (theirs && text_is_uuid(theirs))
        memcpy(correlation, theirs, UUID_SIZE);
    time_format(clock_utc_ms(clock_system()), now);
    AUTO_STRBUF struct strbuf stamp = STRBUF_MAX(40);
    strbuf_printf(&stamp, "%.10s %.8sZ", now, now + 11);
    strbuf_printf(&text, "AADSTS%d: %s Trace ID: %s Correlation ID: %s Timestamp: %s", code, detail,
                  call->request_id, correlation, strbuf_text(&stamp));

    const char *error = "invalid_request";
    call->status = 400;
    for (size_t i = 0; i < sizeof login_errors / sizeof *login_errors; i++)
        if (login_errors[i].code == code) {
            error = login_errors[i].error;
            call->status = login_errors[i].status;
        }
    AUTO_STRBUF struct strbuf uri = STRBUF_MAX(200);
    strbuf_printf(&uri, "%s/error?code=%d", PUBLIC_AUTHORITY, code);
    json_decref(call->reply);
    call->reply = json_make("{sss o s[i] ss ss ss ss}", "error", error, "error_description",
                            json_text_new(strbuf_text(&text)), "error_codes", code, "timestamp",
                            strbuf_text(&stamp), "trace_id", call->request_id, "correlation_id", correlation,
                            "error_uri", strbuf_text(&uri));
    return false;
}

/* application/x-www-form-urlencoded to an object of texts; NULL when it is broken. */
static json_t *form_read(const char *body)
{
    AUTO_FREE char *copy = must(strdup(body));
    json_t *form = json_object();
    char *rest = copy;
    for (char *pair; (pair = strsep(&rest, "&"));) {
        char *value = strchr(pair, '=');
        if (!*pair)
            continue;
        if (value)
            *value++ = '\0';
        if (!text_percent_decode(pair, true) || (value && !text_percent_decode(value, true))) {
            json_decref(form);
            return NULL;
        }
        json_put(form, pair, json_text_new(value ? value : ""));
    }
    return form;
}

static bool need(struct grant *grant, const char *name)
{
    const char *value = json_text(grant->form, name);
    return (value && *value) ||
           fail(grant->call, 900144, "The request body must contain the following parameter: '%s'.", name);
}

/* The tenant named in the address: its id or one of its domains. */
static json_t *tenant_of(struct sim *sim, struct sim_call *call, const char *name)
{
    json_t *tenant = sim_tenant(sim, name);
    if (tenant)
        return tenant;
    if (!strchr(name, '.') && !text_is_uuid(name))
        fail(call, 900023,
             "Specified tenant identifier '%s' is neither a valid DNS name, nor a valid external domain.",
             name);
    else
        fail(call, 90002,
             "Tenant '%s' not found. Check to make sure you have the correct tenant ID and are signing into "
             "the "
             "correct cloud.",
             name);
    return NULL;
}

static bool app_find(struct grant *grant)
{
    const char *client_id = json_text(grant->form, "client_id");
    grant->app = json_array_find(json_array_at(grant->tenant, "apps"), "client_id", client_id);
    return grant->app ||
           fail(
               grant->call, 700016,
               "Application with identifier '%s' was not found in the directory '%s'. This can happen if the "
               "application has not been installed by the administrator of the tenant or consented to by any "
               "user "
               "in the tenant.",
               client_id, json_text_or(grant->tenant, "display_name", ""));
}

static bool assertion_good(struct grant *grant, const char *tenant_name)
{
    AUTO_STRBUF struct strbuf ours = STRBUF_MAX(1000);
    AUTO_STRBUF struct strbuf ours_by_id = STRBUF_MAX(1000);
    AUTO_STRBUF struct strbuf real = STRBUF_MAX(1000);
    AUTO_STRBUF struct strbuf real_by_id = STRBUF_MAX(1000);
    const char *id = json_text_or(grant->tenant, "id", "");
    strbuf_printf(&ours, "%s/%s/oauth2/v2.0/token", grant->call->base_url, tenant_name);
    strbuf_printf(&ours_by_id, "%s/%s/oauth2/v2.0/token", grant->call->base_url, id);
    strbuf_printf(&real, PUBLIC_AUTHORITY "/%s/oauth2/v2.0/token", tenant_name);
    strbuf_printf(&real_by_id, PUBLIC_AUTHORITY "/%s/oauth2/v2.0/token", id);
    const char *const audiences[] = {strbuf_text(&ours), strbuf_text(&ours_by_id), strbuf_text(&real),
                                     strbuf_text(&real_by_id), NULL};

    if (strcmp(json_text_or(grant->form, "client_assertion_type", ""), ASSERTION_TYPE) != 0)
        return fail(
            grant->call, 900144,
            "The request body must contain the following parameter: 'client_assertion_type' with value "
            "'" ASSERTION_TYPE "'.");
    struct login_problem problem =
        login_assertion_check(json_text(grant->form, "client_assertion"), grant->app, audiences);
    grant->certificate = !problem.code;
    return !problem.code || fail(grant->call, problem.code, "%s", problem.text);
}

static bool client_good(struct grant *grant, const char *tenant_name)
{
    const char *secret = json_text(grant->form, "client_secret");
    if (json_text(grant->form, "client_assertion"))
        return assertion_good(grant, tenant_name);
    if (!secret)
        return fail(grant->call, 7000218,
                    "The request body must contain the following parameter: 'client_assertion' or "
                    "'client_secret'.");
    const char *right = json_text(grant->app, "secret");
    return (right && *right && !strcmp(right, secret)) ||
           fail(grant->call, 7000215,
                "Invalid client secret provided. Ensure the secret being sent in the request is the client "
                "secret "
                "value, not the client secret ID, for a secret added to app '%s'.",
                json_text_or(grant->app, "client_id", ""));
}

/* One request serves one resource. `scopes` is cut in place and stays alive as long as the grant. */
static bool scope_read(struct grant *grant, char *scopes, bool delegated)
{
    char *rest = scopes;
    for (char *scope; (scope = strsep(&rest, " "));) {
        if (!*scope)
            continue;
        if (delegated && !strcmp(scope, "offline_access")) {
            grant->offline_access = true;
            continue;
        }
        if (delegated && (!strcmp(scope, "openid") || !strcmp(scope, "profile") || !strcmp(scope, "email")))
            continue;
        char *slash = strrchr(scope, '/');
        if (!slash || slash == scope || (!delegated && strcmp(slash, "/.default") != 0))
            return fail(
                grant->call, 70011,
                "The provided request must include a 'scope' input parameter. The provided value for the "
                "input parameter 'scope' is not valid. The scope %s is not valid.",
                scope);
        *slash = '\0';
        if (grant->audience && strcmp(grant->audience, scope) != 0)
            return fail(
                grant->call, 700022,
                "Provided value for the input parameter scope is not valid because it contains more than "
                "one resource.");
        grant->audience = scope;
    }
    if (!grant->audience)
        return fail(grant->call, 70011,
                    "The provided value for the input parameter 'scope' names no resource.");
    grant->service = login_resource(grant->tenant, grant->audience);
    return grant->service ||
           fail(
               grant->call, 500011,
               "The resource principal named %s was not found in the tenant named %s. This can happen if the "
               "application has not been installed by the administrator of the tenant.",
               grant->audience, json_text_or(grant->tenant, "display_name", ""));
}

/* A refresh token belongs to the user and the client, not to a tenant: any tenant's registration of the
 * client may hold it. An entry is the token itself or {"token", "expires_at", "revoked"}. */
static bool refresh_token_good(struct grant *grant)
{
    const char *token = json_text(grant->form, "refresh_token");
    const char *id;
    json_t *tenant, *entry;
    json_object_foreach (json_object_get(grant->sim->state, "tenants"), id, tenant) {
        const json_t *app =
            json_array_find(json_array_at(tenant, "apps"), "client_id", json_text(grant->form, "client_id"));
        size_t i;
        json_array_foreach (json_array_at(app, "refresh_tokens"), i, entry) {
            const char *known = json_is_string(entry) ? json_string_value(entry) : json_text(entry, "token");
            if (!known || strcmp(known, token) != 0)
                continue;
            int64_t end_ms = 0;
            const char *end = json_text(entry, "expires_at");
            if (json_flag(entry, "revoked"))
                return fail(
                    grant->call, 50173,
                    "The provided grant has expired due to it being revoked, a fresh auth token is needed.");
            if (end && time_parse(end, &end_ms) && end_ms <= sim_now_ms(grant->sim))
                return fail(grant->call, 700082, "The refresh token has expired due to inactivity.");
            return true;
        }
    }
    return fail(grant->call, 9002313, "Invalid request. Request is malformed or invalid.");
}

static const json_t *granted_roles(const struct grant *grant)
{
    AUTO_STRBUF struct strbuf key = STRBUF_MAX(40);
    strbuf_printf(&key, "%s_roles", grant->service);
    return json_array_at(grant->app, strbuf_text(&key));
}

/* Delegated scopes: Graph's names are those of the application permissions; the other two have one of their
 * own. */
static char *granted_scopes(const struct grant *grant)
{
    struct strbuf text = STRBUF_MAX(16384);
    const json_t *roles = granted_roles(grant), *role;
    size_t i;
    if (!strcmp(grant->service, "graph")) {
        json_array_foreach (roles, i, role)
            strbuf_printf(&text, "%s%s", i ? " " : "",
                          json_string_value(role) ? json_string_value(role) : "");
    } else if (json_array_size(roles)) {
        strbuf_text_add(&text,
                        !strcmp(grant->service, "exchange") ? "Exchange.Manage" : "AllSites.FullControl");
    }
    char *scopes = strbuf_take(&text);
    return scopes ? scopes : strdup("");
}

static char *access_token(const struct grant *grant, int64_t lifetime_s, const char *scopes)
{
    char unique[UUID_SIZE], object_id[UUID_SIZE];
    uuid_v4(rng_system(), unique);
    uuid_v4(rng_system(), object_id);
    const char *tenant_id = json_text_or(grant->tenant, "id", "");
    int64_t now_s = sim_now_ms(grant->sim) / 1000;
    AUTO_STRBUF struct strbuf issuer = STRBUF_MAX(200);
    strbuf_printf(&issuer, "https://sts.windows.net/%s/", tenant_id);
    AUTO_JSON json_t *claims = json_make(
        "{ss ss sI sI sI ss ss ss ss ss ss ss}", "aud", grant->audience, "iss", strbuf_text(&issuer), "iat",
        (json_int_t)now_s, "nbf", (json_int_t)now_s, "exp", (json_int_t)now_s + lifetime_s, "appid",
        json_text_or(grant->app, "client_id", ""), "appidacr", grant->certificate ? "2" : "1", "idtyp",
        scopes ? "user" : "app", "oid", json_text_or(grant->app, "object_id", object_id), "tid", tenant_id,
        "uti", unique, "ver", "1.0");
    const json_t *roles = granted_roles(grant);
    if (scopes)
        json_put_text(claims, "scp", scopes);
    else if (json_array_size(roles))
        json_put(claims, "roles", json_deep_copy(roles));
    return jwt_issue(claims);
}

static void reply_token(struct grant *grant, bool delegated)
{
    AUTO_FREE char *scopes = delegated ? granted_scopes(grant) : NULL;
    /* A user's token lives 60 to 90 minutes, at random; an application's 60. */
    int64_t usual_s = delegated ? 3600 + (int64_t)rng_below(rng_system(), 1800) : APP_LIFETIME_S;
    int64_t lifetime_s = json_int(grant->sim->state, "token_lifetime_s", usual_s);
    AUTO_FREE char *token = access_token(grant, lifetime_s, scopes);
    struct sim_call *call = grant->call;
    call->status = 200;
    call->reply = json_make("{ss sI sI ss}", "token_type", "Bearer", "expires_in", (json_int_t)lifetime_s,
                            "ext_expires_in", (json_int_t)lifetime_s, "access_token", token);
    json_put_text(call->reply_headers, "Cache-Control", "no-store, no-cache");
    if (!delegated)
        return;
    json_put_text(call->reply, "scope", scopes);
    if (!grant->offline_access)
        return;
    /* Each use hands out a fresh one, and the old one stays valid. */
    char unique[UUID_SIZE];
    AUTO_STRBUF struct strbuf fresh = STRBUF_MAX(100);
    strbuf_printf(&fresh, "0.A%s", uuid_v4(rng_system(), unique));
    json_t *tokens = json_object_get(grant->app, "refresh_tokens");
    if (!tokens) {
        tokens = json_array();
        json_put(grant->app, "refresh_tokens", tokens);
    }
    json_add(tokens, json_text_new(strbuf_text(&fresh)));
    json_put_text(call->reply, "refresh_token", strbuf_text(&fresh));
}

static bool token(struct grant *grant, const char *tenant_name)
{
    if (!need(grant, "grant_type"))
        return false;
    const char *type = json_text(grant->form, "grant_type");
    bool delegated = !strcmp(type, "refresh_token");
    if (!delegated && strcmp(type, "client_credentials") != 0)
        return fail(grant->call, 70003, "The app requested an unsupported grant type '%s'.", type);
    if (!strcmp(tenant_name, "common") || !strcmp(tenant_name, "organizations") ||
        !strcmp(tenant_name, "consumers"))
        return fail(
            grant->call, 9001023,
            "The grant type is not supported over the /common or /consumers endpoints. Please use the "
            "/organizations or tenant-specific endpoint.");
    grant->tenant = tenant_of(grant->sim, grant->call, tenant_name);
    if (!grant->tenant || !need(grant, "client_id") || !need(grant, "scope") ||
        (delegated && !need(grant, "refresh_token")))
        return false;
    AUTO_FREE char *scopes = must(strdup(json_text(grant->form, "scope")));
    if (!app_find(grant) || !client_good(grant, tenant_name) || !scope_read(grant, scopes, delegated) ||
        (delegated && !refresh_token_good(grant)))
        return false;
    sim_touched(grant->sim, grant->tenant); /* it may have got a refresh token */
    reply_token(grant, delegated);
    return true;
}

static void token_handle(struct sim *sim, struct sim_call *call, const char *tenant_name)
{
    const char *type = call->header(call, "Content-Type");
    AUTO_JSON json_t *form = type && text_starts_nocase(type, "application/x-www-form-urlencoded")
                                 ? form_read(call->body)
                                 : json_object();
    struct grant grant = {.sim = sim, .call = call, .form = form};
    if (!form)
        fail(call, 9002313, "Invalid request. Request is malformed or invalid.");
    else
        token(&grant, tenant_name);
}

static void metadata_handle(struct sim *sim, struct sim_call *call, const char *tenant_name)
{
    bool any = !strcmp(tenant_name, "common") || !strcmp(tenant_name, "organizations");
    const json_t *tenant = any ? NULL : tenant_of(sim, call, tenant_name);
    if (!any && !tenant)
        return;
    static const struct {
        const char *name;
        const char *path;
    } addresses[] = {
        {"token_endpoint", "/oauth2/v2.0/token"},
        {"authorization_endpoint", "/oauth2/v2.0/authorize"},
        {"end_session_endpoint", "/oauth2/v2.0/logout"},
        {"jwks_uri", "/discovery/v2.0/keys"},
        {"issuer", "/v2.0"},
    };
    call->status = 200;
    call->reply =
        json_make("{s[sss] s[s] s[sss] s[s] s[ssss] sb ss ss}", "token_endpoint_auth_methods_supported",
                  "client_secret_post", "private_key_jwt", "client_secret_basic", "subject_types_supported",
                  "pairwise", "response_modes_supported", "query", "fragment", "form_post",
                  "id_token_signing_alg_values_supported", "RS256", "scopes_supported", "openid", "profile",
                  "email", "offline_access", "request_uri_parameter_supported", 0, "tenant_region_scope",
                  "EU", "cloud_instance_name", "microsoftonline.com");
    for (size_t i = 0; i < sizeof addresses / sizeof *addresses; i++) {
        AUTO_STRBUF struct strbuf url = STRBUF_MAX(1000);
        const char *id = any ? tenant_name : json_text_or(tenant, "id", "");
        if (any && !strcmp(addresses[i].name, "issuer"))
            id = "{tenantid}";
        strbuf_printf(&url, "%s/%s%s", call->base_url, id, addresses[i].path);
        json_put_text(call->reply, addresses[i].name, strbuf_text(&url));
    }
}

static void keys_handle(struct sim *sim, struct sim_call *call, const char *tenant_name)
{
    (void)sim;
    (void)tenant_name;
    AUTO_STRBUF struct strbuf issuer = STRBUF_MAX(1000);
    strbuf_printf(&issuer, "%s/{tenantid}/v2.0", call->base_url);
    call->status = 200;
    call->reply = jwt_keys(strbuf_text(&issuer));
}

/* Which authorities are one cloud; asked for by clients that do not know the host. */
static void instance_handle(struct sim *sim, struct sim_call *call, const char *tenant_name)
{
    (void)sim;
    (void)tenant_name;
    AUTO_STRBUF struct strbuf url = STRBUF_MAX(1000);
    strbuf_printf(&url, "%s/common/v2.0/.well-known/openid-configuration", call->base_url);
    call->status = 200;
    call->reply = json_make("{ss ss s[]}", "tenant_discovery_endpoint", strbuf_text(&url), "api-version",
                            "1.1", "metadata");
}

static const struct {
    const char *method;
    const char *path; /* after the tenant */
    void (*handle)(struct sim *sim, struct sim_call *call, const char *tenant_name);
} routes[] = {
    {"POST", "/oauth2/v2.0/token", token_handle},
    {"GET", "/v2.0/.well-known/openid-configuration", metadata_handle},
    {"GET", "/discovery/v2.0/keys", keys_handle},
    {"GET", "/discovery/instance", instance_handle},
};

void login_handle(struct sim *sim, struct sim_call *call)
{
    const char *rest = *call->path ? strchr(call->path + 1, '/') : NULL;
    AUTO_FREE char *tenant_name =
        rest ? strndup(call->path + 1, (size_t)(rest - call->path - 1)) : strdup("");
    if (!tenant_name)
        abort();
    if (!text_percent_decode(tenant_name, false))
        rest = NULL;
    bool known = false;
    for (size_t i = 0; rest && i < sizeof routes / sizeof *routes; i++) {
        if (strcmp(rest, routes[i].path) != 0)
            continue;
        known = true;
        if (!strcmp(call->method, routes[i].method)) {
            routes[i].handle(sim, call, tenant_name);
            return;
        }
    }
    if (known)
        fail(call, 900561, "The endpoint only accepts other methods. Received a %s request.", call->method);
    else
        fail(call, 90015, "Requested query string or path is not known here.");
    call->status = known ? 405 : 404;
}

/* The permissions of a delegated token, as the array that an application's token carries. */
static json_t *scopes_split(const char *text)
{
    AUTO_FREE char *copy = must(strdup(text));
    json_t *list = json_array();
    char *rest = copy;
    for (char *scope; (scope = strsep(&rest, " "));)
        if (*scope)
            json_add(list, json_text_new(scope));
    return list;
}

bool login_check(struct sim *sim, const struct sim_call *call, const char *resource, struct sim_caller *ret,
                 const char **ret_why)
{
    *ret = (struct sim_caller){0};
    const char *authorization = call->header(call, "Authorization");
    if (!authorization || strncasecmp(authorization, "Bearer ", 7) != 0 || !authorization[7]) {
        *ret_why = "Access token is empty.";
        return false;
    }
    AUTO_JWT struct jwt jwt = {0};
    if (!jwt_read(authorization + 7, &jwt)) {
        *ret_why = "CompactToken parsing failed with error code: 80049217";
        return false;
    }
    if (!jwt_signed_by_us(&jwt)) {
        *ret_why = "Access token validation failure. Signature is invalid.";
        return false;
    }
    if (json_int(jwt.claims, "exp", 0) * 1000 <= sim_now_ms(sim)) {
        *ret_why = "Lifetime validation failed, the token is expired.";
        return false;
    }
    ret->tenant = sim_tenant(sim, json_text_or(jwt.claims, "tid", ""));
    ret->app =
        json_array_find(json_array_at(ret->tenant, "apps"), "client_id", json_text(jwt.claims, "appid"));
    if (!ret->tenant || !ret->app) {
        *ret_why = "Access token validation failure. The identity of the calling application could not be "
                   "established.";
        return false;
    }
    const char *service = login_resource(ret->tenant, json_text_or(jwt.claims, "aud", ""));
    if (!service || strcmp(service, resource) != 0) {
        *ret_why = "Access token validation failure. Invalid audience.";
        return false;
    }
    sim_touched(sim, ret->tenant);
    const char *scopes = json_text(jwt.claims, "scp");
    ret->delegated = scopes != NULL;
    ret->certificate = !strcmp(json_text_or(jwt.claims, "appidacr", ""), "2");
    ret->claims = json_incref(jwt.claims);
    if (scopes)
        json_put(ret->claims, "roles", scopes_split(scopes));
    ret->roles = json_array_at(ret->claims, "roles");
    return true;
}

void sim_caller_done(struct sim_caller *caller)
{
    json_decref(caller->claims);
    *caller = (struct sim_caller){0};
}

bool sim_caller_may(const struct sim_caller *caller, const char *const any_of[])
{
    const json_t *role;
    size_t i;
    json_array_foreach (caller->roles, i, role)
        for (size_t n = 0; any_of[n]; n++)
            if (!strcmp(json_string_value(role) ? json_string_value(role) : "", any_of[n]))
                return true;
    return false;
}
