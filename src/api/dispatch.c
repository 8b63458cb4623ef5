/* From a request to its handler: who asks, may they, does it come from our own pages, is the body
 * well-formed. */
#include <string.h>

#include "api/call.h"
#include "api/cookie.h"
#include "api/headers.h"
#include "api/once.h"
#include "api/problem.h"
#include "base/log.h"
#include "connector/m365.h"

static bool is_unsafe(const struct http_request *request)
{
    return strcmp(request->method, "GET") != 0;
}

/* --- who asks ------------------------------------------------------------------------------------------ */

static bool sign_in_by_token(struct call *call, const char *authorization, struct err *err)
{
    static const char scheme[] = "Bearer ";
    if (!text_starts_nocase(authorization, scheme))
        return err_set(err, ERR_UNAUTHENTICATED,
                       "Authorization must be \"Bearer\" and an API token; people sign in with a session.");
    return auth_bearer_check(call->api->context.auth, call->arena, authorization + strlen(scheme), &call->who,
                             err);
}

static bool sign_in_by_session(struct call *call, struct err *err)
{
    call->session_token = http_cookie(call->request, call->arena, cookie_name(call->api->secure));
    if (!call->session_token)
        return err_set(err, ERR_UNAUTHENTICATED, "Sign in first.");
    return auth_session_check(call->api->context.auth, call->arena, call->session_token, &call->who,
                              &call->csrf_token, err);
}

static bool check_site(const struct call *call, struct err *err)
{
    if (!is_unsafe(call->request))
        return true;
    if (!origin_is_ours(call->request, call->api->public_url))
        return err_code(err, ERR_FORBIDDEN, "foreign_origin",
                        "This request comes from another site, or from an address that is not in "
                        "server.public_url.");
    if (call->session_token &&
        !auth_csrf_matches(call->csrf_token, http_header(call->request, "X-CSRF-Token")))
        return err_code(err, ERR_FORBIDDEN, "csrf_token",
                        "X-CSRF-Token is missing or wrong: send the csrf_token of GET /api/v1/me.");
    return true;
}

static bool check_permission(const struct principal *who, enum route_access access, struct err *err)
{
    enum permission needed = access == ACCESS_LOCAL   ? PERMISSION_READ
                             : access == ACCESS_WHOLE ? PERMISSION_ADMIN
                                                      : (enum permission)access;
    if (!principal_may(who, needed))
        return err_set(err, ERR_FORBIDDEN, "The role %s does not permit this: it takes %s.", who->role,
                       needed == PERMISSION_ADMIN     ? "an admin"
                       : needed == PERMISSION_APPROVE ? "an approver or higher"
                                                      : "a technician or higher");
    return access != ACCESS_WHOLE || !who->tenants ||
           err_set(
               err, ERR_FORBIDDEN,
               "This token is bound to tenants, and this concerns all of them: use one that is not bound.");
}

static bool check_access(struct call *call, struct err *err)
{
    enum route_access access = call->route->access;
    const char *authorization = http_header(call->request, "Authorization");
    if (access == ACCESS_PUBLIC || (access == ACCESS_LOCAL && call->request->loopback && !authorization))
        return check_site(call, err);
    if (!(authorization ? sign_in_by_token(call, authorization, err) : sign_in_by_session(call, err)) ||
        !check_site(call, err))
        return false;
    return access == ACCESS_SIGNED_IN || check_permission(&call->who, access, err);
}

/* --- the body ------------------------------------------------------------------------------------------ */

static bool is_json(const char *content_type)
{
    static const char wanted[] = "application/json";
    size_t length = content_type ? strcspn(content_type, "; \t") : 0;
    return length == strlen(wanted) && text_starts_nocase(content_type, wanted);
}

static bool read_body(struct call *call, struct err *err)
{
    const struct http_request *request = call->request;
    if (!(call->route->takes & TAKES_JSON) || (call->route->takes & TAKES_MAYBE && request->body_length == 0))
        return true;
    if (!is_json(http_header(request, "Content-Type")))
        return err_set(err, ERR_MEDIA_TYPE, "Send the body as JSON, with Content-Type: application/json.");
    if (request->body_length == 0)
        return err_set(err, ERR_MALFORMED, "The body is empty; it must be a JSON object.");
    call->body = call_keep(call, json_read(request->body, request->body_length, err));
    return call->body || err_prefix(err, "The body is not valid JSON: ");
}

/* --- the handler --------------------------------------------------------------------------------------- */

static bool run_handler(struct call *call, struct err *err)
{
    bool replayed = false;
    bool begun = !(call->route->takes & TAKES_ONCE) || once_begin(call, &replayed, err);
    if (replayed)
        return true;
    bool done = begun && call->route->handler(call, err);
    once_end(call, done);
    return done;
}

static bool is_ours(const char *path)
{
    return strncmp(path, "/api/", 5) == 0 || strcmp(path, "/api") == 0;
}

/* What no route takes may be a page or a file of the web client. */
static bool serve_client(struct call *call, struct err *err)
{
    const struct http_request *request = call->request;
    if (err->kind != ERR_NOT_FOUND || strcmp(request->method, "GET") != 0 || is_ours(request->path) ||
        *request->path != '/')
        return false;
    static_serve(&call->api->site, request, call->arena, call->api->context.rng, &call->reply);
    return call->reply.status != 404;
}

static bool is_probe(const char *path)
{
    return strcmp(path, "/healthz") == 0 || strcmp(path, "/readyz") == 0 || strcmp(path, "/metrics") == 0;
}

static bool run(struct call *call, struct err *err)
{
    const char *allow;
    if (call->api->probes_only && !is_probe(call->request->path))
        return err_set(err, ERR_NOT_FOUND, "This node only works: ask one with the role web.");
    call->route = route_find(call->request, call->arena, call->params, &allow, err);
    if (!call->route) {
        if (allow)
            reply_header(&call->reply, "Allow", allow);
        return serve_client(call, err);
    }
    return check_access(call, err) && read_body(call, err) && run_handler(call, err);
}

/* A consent or certificate that Microsoft refuses is nothing wrong in here, and its sentence says what is to
 * be repaired. */
static void name_upstream(struct err *err)
{
    if (m365_is_disconnected(err))
        err->kind = ERR_REFUSED;
}

static void refuse(struct call *call, const struct err *err)
{
    const char *allow = reply_header_get(&call->reply, "Allow");
    call->reply = (struct reply){0};
    if (allow)
        reply_header(&call->reply, "Allow", allow);
    problem_reply(&call->reply, call->arena, err, call->input.errors, call->request->id);
}

static void record(const struct call *call, const struct err *err, int64_t begun)
{
    int64_t ms = clock_mono_ms(call->api->context.clock) - begun;
    int status = call->reply.status;
    bool quiet = status < 400 && (!call->route || call->route->access == ACCESS_PUBLIC ||
                                  call->route->access == ACCESS_LOCAL);
    metrics_request(call->api->metrics, call->route ? route_index(call->route) : METRICS_NO_ROUTE, status,
                    ms);
    log_write(quiet ? LOG_DEBUG : LOG_INFO, "http.request",
              LOG_FIELDS(LOG_TEXT("method", call->request->method),
                         LOG_TEXT("route", call->route ? call->route->path : ""), LOG_INT("status", status),
                         LOG_INT("ms", ms), LOG_TEXT("who", call->who.name),
                         LOG_TEXT("client", call->request->client), LOG_TEXT("request", call->request->id)));
    if (status >= 500 && err->kind != ERR_NONE)
        log_error("http.failed", LOG_TEXT("request", call->request->id), LOG_ERR(err));
}

void api_answer(void *api, const struct http_request *request, struct arena *arena, struct reply *reply)
{
    struct call call = {.api = api, .arena = arena, .request = request, .input = {.arena = arena}};
    struct err err = {0};
    if (!call.api->serving) {
        waiting_answer(call.api->waiting, request, arena, reply);
        return;
    }
    int64_t begun = clock_mono_ms(call.api->context.clock);

    if (!run(&call, &err)) {
        name_upstream(&err);
        refuse(&call, &err);
    }
    record(&call, &err, begun);
    *reply = call.reply;
    input_done(&call.input);
    principal_done(&call.who);
    json_decref(call.kept);
}
