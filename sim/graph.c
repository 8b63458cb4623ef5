#include "graph.h"

#include <stdarg.h>
#include <string.h>

#include "odata.h"
#include "server.h"

static const struct graph_route *const tables[] = {
#define X(name) graph_routes_##name,
    GRAPH_ROUTES(X)
#undef X
};

void graph_fail(struct sim_call *call, int status, const char *code, const char *format, ...)
{
    char message[1024], date[TIME_TEXT_SIZE];
    const char *client_id = call->header ? call->header(call, "client-request-id") : NULL;
    va_list args;

    va_start(args, format);
    vsnprintf(message, sizeof message, format, args);
    va_end(args);
    text_trim_partial_utf8(message);
    time_format(clock_utc_ms(clock_system()), date);
    date[19] = '\0';
    json_decref(call->reply);
    call->status = status;
    call->reply = json_object();
    json_t *error = json_object(), *inner = json_object();

    json_put_text(error, "code", code);
    json_put(error, "message", json_text_new(message));
    json_put_text(inner, "date", date);
    json_put_text(inner, "request-id", call->request_id);
    json_put(inner, "client-request-id", json_text_new(client_id ? client_id : call->request_id));
    json_put(error, "innerError", inner);
    json_put(call->reply, "error", error);
}

/* ---- who may ---- */

bool graph_may(const struct graph *g, const char *permissions)
{
    const char *any_of[24] = {NULL};
    AUTO_FREE char *copy = strdup(permissions);
    char *rest = copy;
    size_t count = 0;

    for (char *name; (name = strsep(&rest, "|")) && count < 23;)
        any_of[count++] = name;
    return sim_caller_may(&g->caller, any_of);
}

bool graph_has_role(const struct graph *g, const char *roles)
{
    AUTO_FREE char *copy = strdup(roles);
    char *rest = copy;

    if (g->caller.delegated)
        return true;
    for (char *name; (name = strsep(&rest, "|"));)
        if (sim_text_index(json_array_at(g->caller.app, "directory_roles"), name) >= 0)
            return true;
    return false;
}

bool graph_is_privileged(const struct graph *g, const json_t *user)
{
    const char *id = json_text(user, "id"), *key;
    json_t *group;

    if (json_array_size(json_array_at(user, "_roles")) > 0)
        return true;
    json_object_foreach (json_object_get(g->tenant, "groups"), key, group) {
        if (json_flag(group, "isAssignableToRole") &&
            (sim_text_index(json_array_at(group, "_members"), id) >= 0 ||
             sim_text_index(json_array_at(group, "_owners"), id) >= 0))
            return true;
    }
    return false;
}

void graph_denied(struct graph *g)
{
    graph_fail(g->call, 403, g->route->denied ? g->route->denied : "Authorization_RequestDenied", "%s",
               !g->route->denied ? "Insufficient privileges to complete the operation."
                                 : "Access is denied. Check credentials and try again.");
}

void graph_not_found(struct graph *g, const char *id)
{
    graph_fail(
        g->call, 404, "Request_ResourceNotFound",
        "Resource '%s' does not exist or one of its queried reference-property objects are not present.", id);
}

json_t *graph_user(struct graph *g, const char *id)
{
    json_t *user = sim_user(g->tenant, id);

    if (!user)
        graph_not_found(g, id);
    return user;
}

json_t *graph_group(struct graph *g, const char *id)
{
    json_t *group = json_object_get(json_object_get(g->tenant, "groups"), id);

    if (!group)
        graph_not_found(g, id);
    return group;
}

json_t *graph_body(struct graph *g)
{
    const char *type = g->call->header(g->call, "Content-Type");

    if (!type || !strcasestr(type, "json")) {
        graph_fail(g->call, g->call->body_length || g->call->json ? 415 : 400, "BadRequest",
                   "A content type of application/json is needed.");
        return NULL;
    }
    if (!json_is_object(g->call->json))
        graph_fail(g->call, 400, "BadRequest",
                   "Unable to read JSON request payload. Please ensure Content-Type header "
                   "is set and payload is of valid JSON format.");
    return json_is_object(g->call->json) ? g->call->json : NULL;
}

const char *graph_reference(struct graph *g)
{
    const json_t *body = graph_body(g);
    const char *url = json_text(body, "@odata.id"), *slash = url ? strrchr(url, '/') : NULL;

    if (body && !slash)
        graph_fail(g->call, 400, "Request_BadRequest", "The body of a reference needs '@odata.id'.");
    return slash ? slash + 1 : NULL;
}

const char *graph_body_text(struct graph *g, const json_t *body, const char *name)
{
    const char *text = json_text(body, name);

    if (!text || !*text)
        graph_fail(g->call, 400, "Request_BadRequest",
                   "A value is required for property '%s' of the request body.", name);
    return text && *text ? text : NULL;
}

json_t *graph_mailbox(struct graph *g, const char *id)
{
    json_t *user = graph_user(g, id);
    json_t *mailbox = user ? sim_mailbox(g->tenant, json_text(user, "id")) : NULL;

    if (user && !mailbox)
        graph_fail(g->call, 404, "MailboxNotEnabledForRESTAPI",
                   "The mailbox is either inactive, soft-deleted, or is hosted on-premise.");
    return mailbox;
}

bool graph_has_plan(const struct graph *g, const char *plan_name)
{
    json_t *sku;
    size_t i;

    json_array_foreach (json_array_at(g->tenant, "skus"), i, sku)
        if (json_array_find(json_array_at(sku, "servicePlans"), "servicePlanName", plan_name) &&
            text_equal_nocase(json_text_or(sku, "capabilityStatus", "Enabled"), "Enabled"))
            return true;
    return false;
}

void graph_accepted(struct graph *g, const char *path, const char *operation_id)
{
    AUTO_STRBUF struct strbuf location = STRBUF_MAX(2000);

    strbuf_printf(&location, "%s/%s%s/%s", g->call->base_url, g->version, path, operation_id);
    json_put_text(g->call->reply_headers, "Location", strbuf_text(&location));
    g->call->status = 202;
}

void graph_no_content(struct graph *g)
{
    g->call->status = 204;
}

/* ---- paths ---- */

/* Cuts "/users('x')/manager" into users, x, manager, decoded. False when it is broken. */
static bool path_split(char *path, char **parts, size_t max, size_t *ret_count)
{
    size_t count = 0;

    for (char *part; (part = strsep(&path, "/"));) {
        char *open = strstr(part, "('"), *close = open ? strstr(open, "')") : NULL;

        if (!*part)
            continue;
        if (count + 2 > max)
            return false;
        if (close && close[2] == '\0') {
            *open = *close = '\0';
            parts[count++] = part;
            part = open + 2;
        }
        if (!text_percent_decode(part, false))
            return false;
        parts[count++] = part;
    }
    *ret_count = count;
    return true;
}

static bool route_meets(const struct graph_route *route, char **parts, size_t count, char **params)
{
    const char *at = route->path;
    size_t i = 0, found = 0;

    while (*at) {
        size_t length = strcspn(++at, "/");

        if (i == count)
            return false;
        if (length == 2 && !strncmp(at, "{}", 2))
            params[found++] = parts[i];
        else if (strlen(parts[i]) != length || strncasecmp(at, parts[i], length) != 0)
            return false;
        at += length;
        i++;
    }
    return i == count;
}

static const struct graph_route *route_find(const struct graph *g, char **parts, size_t count, char **params,
                                            bool *ret_path)
{
    for (size_t t = 0; t < sizeof tables / sizeof *tables; t++) {
        for (const struct graph_route *route = tables[t]; route->method; route++) {
            if (!route_meets(route, parts, count, params))
                continue;
            *ret_path = true;
            if (!strcmp(route->method, g->call->method))
                return route;
        }
    }
    return NULL;
}

void graph_dispatch(struct graph *g)
{
    AUTO_FREE char *path = strdup(g->call->path);
    char *parts[16];
    size_t count = 0;
    bool path_known = false;

    if (!path_split(path, parts, 16, &count) || count < 2) {
        g->call->undocumented = true;
        graph_fail(g->call, 400, "BadRequest", "Invalid version or resource path.");
        return;
    }
    if (strcmp(parts[0], "v1.0") != 0 && strcmp(parts[0], "beta") != 0) {
        g->call->undocumented = true;
        graph_fail(g->call, 400, "BadRequest", "Invalid version: %.50s", parts[0]);
        return;
    }
    g->version = parts[0];
    g->route = route_find(g, parts + 1, count - 1, g->param, &path_known);
    if (!g->route) {
        g->call->undocumented = true;
        if (path_known)
            graph_fail(g->call, 405, "Request_BadRequest",
                       "Specified HTTP method is not allowed for the request target.");
        else
            graph_fail(g->call, 400, "BadRequest", "Resource not found for the segment '%.100s'.",
                       parts[count - 1]);
        return;
    }
    g->call->undocumented |= g->route->undocumented;
    if (g->route->permissions && !graph_may(g, g->route->permissions)) {
        graph_denied(g);
        return;
    }
    g->call->status = 200;
    AUTO_JSON json_t *query = odata_query(g->call->query);

    g->query = query;
    g->route->handle(g);
    g->query = NULL;
}

void graph_handle(struct sim *sim, struct sim_call *call)
{
    struct graph g = {.sim = sim, .call = call};
    const char *why = NULL;

    if (!login_check(sim, call, "graph", &g.caller, &why)) {
        json_put(
            call->reply_headers, "WWW-Authenticate",
            json_string("Bearer realm=\"\", "
                        "authorization_uri=\"https://login.microsoftonline.com/common/oauth2/authorize\", "
                        "client_id=\"00000003-0000-0000-c000-000000000000\""));
        graph_fail(call, 401, "InvalidAuthenticationToken", "%s", why ? why : "Access token is empty.");
        return;
    }
    g.tenant = g.caller.tenant;
    json_put(call->reply_headers, "x-ms-ags-diagnostic",
             json_string("{\"ServerInfo\":{\"DataCenter\":\"West Europe\",\"Slice\":\"E\",\"Ring\":\"5\"}}"));
    const char *end = strrchr(call->path, '/');

    if (end && !strcmp(end, "/$batch") &&
        (!strcmp(call->path, "/v1.0/$batch") || !strcmp(call->path, "/beta/$batch"))) {
        g.version = strncmp(call->path, "/beta", 5) ? "v1.0" : "beta";
        graph_batch(&g);
    } else {
        graph_dispatch(&g);
    }
    sim_caller_done(&g.caller);
}
