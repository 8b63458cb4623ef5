/* The limits that /_sim/limits sets: counted for each tenant by itself, as Microsoft counts an application,
 * with the headers that tell of them (contract: throttling, section 1). */
#include <stdio.h>
#include <string.h>

#include "login_jwt.h"
#include "server.h"

#define TOLD_FROM 0.8 /* of the limit: from there on answers tell of it */
#define SHARE_MAX 1.8

static const json_t *limit_of(const struct sim *sim, const char *service)
{
    return json_object_get(sim->server->limits, service);
}

static int64_t window_ms_of(const json_t *limit)
{
    return json_int(limit, "window_ms", 10000);
}

/* The tenant in the path of sign-in and Exchange, in the token of the others; not checked here. */
static void find_tenant(const struct sim_call *call, char *ret, size_t size)
{
    static const char exchange[] = "/adminapi/beta/", bearer[] = "Bearer ";
    const char *in_path = !strcmp(call->service, "login") ? call->path + strspn(call->path, "/")
                          : !strncmp(call->path, exchange, strlen(exchange)) ? call->path + strlen(exchange)
                                                                             : NULL;
    const char *authorization = call->header(call, "Authorization");
    AUTO_JWT struct jwt jwt = {0};

    if (in_path)
        snprintf(ret, size, "%.*s", (int)strcspn(in_path, "/"), in_path);
    else if (authorization && !strncmp(authorization, bearer, strlen(bearer)) &&
             jwt_read(authorization + strlen(bearer), &jwt))
        snprintf(ret, size, "%s", json_text_or(jwt.claims, "tid", ""));
}

/* Begun anew when it is over. */
static json_t *window_of(struct sim *sim, const char *counted_for, int64_t window_ms)
{
    json_t *windows = sim->server->windows, *window = json_object_get(windows, counted_for);
    int64_t now = clock_mono_ms(clock_system());

    if (!window) {
        window = json_make("{s:I, s:i, s:i}", "started_ms", (json_int_t)now, "count", 0, "in_flight", 0);
        json_put(windows, counted_for, window);
    }
    if (now - json_int(window, "started_ms", 0) >= window_ms) {
        json_put(window, "started_ms", json_integer(now));
        json_put(window, "count", json_integer(0));
    }
    return window;
}

static void in_flight_add(struct sim *sim, const struct sim_call *call, int step)
{
    json_t *window = window_of(sim, call->counted_for, window_ms_of(limit_of(sim, call->service)));

    json_put(window, "in_flight", json_integer(json_int(window, "in_flight", 0) + step));
}

void quota_enter(struct sim *sim, struct sim_call *call)
{
    find_tenant(call, call->tenant, sizeof call->tenant);
    snprintf(call->counted_for, sizeof call->counted_for, "%s %s", call->service,
             limit_of(sim, call->service) ? call->tenant : "");
    in_flight_add(sim, call, 1);
}

void quota_leave(struct sim *sim, const struct sim_call *call)
{
    in_flight_add(sim, call, -1);
}

static void put_number(struct sim_call *call, const char *name, int64_t number)
{
    char text[32];

    snprintf(text, sizeof text, "%lld", (long long)number);
    json_put_text(call->reply_headers, name, text);
}

/* Each service tells of its limit in its own headers. */
static void tell(struct sim_call *call, int64_t requests, int64_t count, int64_t left_ms)
{
    double used = (double)count / (double)requests;
    int64_t rest = count < requests ? requests - count : 0;
    char text[TIME_TEXT_SIZE];

    if (!strcmp(call->service, "exchange")) {
        put_number(call, "Rate-Limit-Limit", requests);
        put_number(call, "Rate-Limit-Remaining", rest);
        json_put_text(call->reply_headers, "Rate-Limit-Reset",
                      time_format(clock_utc_ms(clock_system()) + left_ms, text));
    } else if (!strcmp(call->service, "sharepoint") && used >= TOLD_FROM) {
        put_number(call, "RateLimit-Limit", requests);
        put_number(call, "RateLimit-Remaining", rest);
        put_number(call, "RateLimit-Reset", left_ms / 1000 + 1);
    } else if (!strcmp(call->service, "graph") && used > TOLD_FROM) {
        snprintf(text, sizeof text, "%.2f", used < SHARE_MAX ? used : SHARE_MAX);
        json_put_text(call->reply_headers, "x-ms-throttle-limit-percentage", text);
    }
}

static void tell_scope(struct sim_call *call, const char *counted_for)
{
    AUTO_STRBUF struct strbuf scope = STRBUF_MAX(200);

    if (strcmp(call->service, "graph") != 0)
        return;
    strbuf_printf(&scope, "Tenant_Application/ReadWrite/application/%s",
                  counted_for + strcspn(counted_for, " "));
    json_put_text(call->reply_headers, "x-ms-throttle-scope", strbuf_text(&scope));
    json_put_text(call->reply_headers, "x-ms-throttle-information", "ResourceUnitLimitExceeded");
}

/* Requests made while throttled still count. */
bool quota_exceeded(struct sim *sim, const char *counted_for, struct sim_call *call)
{
    const json_t *limit = limit_of(sim, call->service);
    int64_t requests = json_int(limit, "requests", 0), concurrent = json_int(limit, "concurrent", 0);
    int64_t window_ms = window_ms_of(limit);
    json_t *window = window_of(sim, counted_for, window_ms);
    int64_t count = json_int(window, "count", 0) + 1;
    int64_t left_ms = window_ms - (clock_mono_ms(clock_system()) - json_int(window, "started_ms", 0));

    json_put(window, "count", json_integer(count));
    if (requests > 0)
        tell(call, requests, count, left_ms);
    if (!(requests > 0 && count > requests) &&
        !(concurrent > 0 && json_int(window, "in_flight", 0) > concurrent))
        return false;
    put_number(call, "Retry-After", json_int(limit, "retry_after", left_ms / 1000 + 1));
    tell_scope(call, counted_for);
    return true;
}

void quota_clear(struct sim *sim)
{
    const char *counted_for;
    json_t *window;

    json_object_foreach (sim->server->windows, counted_for, window)
        json_put(window, "count", json_integer(0));
}
