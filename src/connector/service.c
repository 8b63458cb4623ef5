#include "connector/service.h"

#include <glib.h>
#include <stdlib.h>
#include <string.h>

#define SENDS_MAX 6
#define HEADERS_MAX 20

static const struct {
    const char *name;
    unsigned width;
} services[] = {
#define X(id, name, width) [SERVICE_##id] = {name, width},
    SERVICES(X)
#undef X
};

void service_reply_done(struct service_reply *reply)
{
    wire_reply_done(&reply->wire);
    json_decref(reply->json);
    memset(reply, 0, sizeof *reply);
}

/* --- when to come again --- */

static int64_t seconds_header(const struct wire_reply *reply, const char *name)
{
    char text[64];
    int64_t seconds;
    if (wire_header(reply, name, text, sizeof text) && text_to_int(text, 0, 86400, &seconds))
        return seconds * 1000;
    return 0;
}

int64_t service_retry_after(const struct wire_reply *reply, int64_t now_utc_ms)
{
    int64_t at, now;
    int64_t wait = seconds_header(reply, "retry-after");
    if (!wait && wire_header_date(reply, "retry-after", &at)) {
        if (!wire_header_date(reply, "date", &now)) /* the server's clock counts, not ours */
            now = now_utc_ms;
        wait = at > now ? at - now : 0;
    }
    int64_t reset = reply->status == 429 ? seconds_header(reply, "ratelimit-reset") : 0;
    return reset > wait ? reset : wait;
}

int64_t service_backoff(const struct rng *rng, int status, unsigned attempt)
{
    attempt = attempt < 8 ? attempt : 8;
    if (status == 429) { /* services that never say: never come again at once */
        uint32_t most = 2000u << attempt < 300000u ? 2000u << attempt : 300000u;
        return most / 2 + rng_below(rng, most / 2 + 1);
    }
    uint32_t most = 1000u << attempt < 60000u ? 1000u << attempt : 60000u;
    return rng_below(rng, most + 1);
}

/* --- one sending --- */

static bool announce(const struct m365_target *target, const struct service_request *request, struct err *err)
{
    return !target->before_writes || !request->write_count ||
           target->before_writes(target->ctx, request->writes, request->write_count, err);
}

void service_conclude(const struct m365_target *target, const struct m365_write *writes, size_t count)
{
    if (target->after_writes && count)
        target->after_writes(target->ctx, writes, count);
}

/* Tells what became of the request. Every write of it met the same fate, unless the parts of a batch tell for
 * themselves. */
static void conclude(const struct m365_target *target, const struct service_request *request, int status,
                     const char *request_id)
{
    const struct m365_read read = {request->what, status, request_id};
    if (!request->write_count && request->what && target->after_read)
        target->after_read(target->ctx, &read);
    if (request->parts && status / 100 == 2)
        return;
    for (size_t i = 0; i < request->write_count; i++) {
        request->writes[i].status = status;
        request->writes[i].request_id = request_id;
    }
    service_conclude(target, request->writes, request->write_count);
}

void service_hash(struct m365_write *write, const char *method, const char *path, const char *body)
{
    GChecksum *sum = g_checksum_new(G_CHECKSUM_SHA256);
    g_checksum_update(sum, (const guchar *)method, (gssize)strlen(method) + 1);
    g_checksum_update(sum, (const guchar *)path, (gssize)strlen(path) + 1);
    g_checksum_update(sum, (const guchar *)(body ? body : ""), body ? (gssize)strlen(body) : 0);
    g_strlcpy(write->hash, g_checksum_get_string(sum), sizeof write->hash);
    g_checksum_free(sum);
}

static void read_request_id(struct service_reply *reply)
{
    if (!wire_header(&reply->wire, "request-id", reply->request_id, sizeof reply->request_id))
        wire_header(&reply->wire, "sprequestguid", reply->request_id, sizeof reply->request_id);
}

static json_t *read_json(const struct wire_reply *reply)
{
    struct err ignored;
    return reply->body_length ? json_read_big(reply->body, reply->body_length, &ignored) : NULL;
}

static bool send_once(struct m365 *m365, const struct m365_target *target,
                      const struct service_request *request, const char *token, struct service_reply *ret,
                      struct err *err)
{
    const char *headers[HEADERS_MAX];
    size_t count = 0;
    AUTO_FREE char *content_type = NULL;
    char uuid[UUID_SIZE], id_header[64];

    headers[count++] = "Accept: application/json";
    if (request->service == SERVICE_SHAREPOINT)
        headers[count - 1] = "Accept: application/json;odata=nometadata";
    if (token)
        headers[count++] = token;
    if (request->body) {
        content_type = g_strconcat(
            "Content-Type: ", request->content_type ? request->content_type : "application/json", NULL);
        headers[count++] = content_type;
    }
    g_snprintf(id_header, sizeof id_header, "client-request-id: %s", uuid_v4(m365->rng, uuid));
    headers[count++] = id_header;
    if (target->urgent && request->service == SERVICE_GRAPH)
        headers[count++] = "x-ms-throttle-priority: high";
    for (const char *const *header = request->headers; header && *header && count < HEADERS_MAX - 1; header++)
        headers[count++] = *header;
    headers[count] = NULL;

    struct wire_request wire = {.method = request->method,
                                .url = request->url,
                                .headers = headers,
                                .body = request->body,
                                .body_length = request->body ? strlen(request->body) : 0,
                                .timeout_ms = target->timeout_ms ? target->timeout_ms : M365_TIMEOUT_MS,
                                .harmless = request->harmless,
                                .cancel = target->cancel};
    int64_t start = clock_mono_ms(clock_system());
    bool ok = wire_send(m365->wire, &wire, &ret->wire, err);
    if (ok) {
        read_request_id(ret);
        ret->json = read_json(&ret->wire);
    }
    if (m365->on_call)
        m365->on_call(m365->ctx, services[request->service].name, request->method, ret->wire.status,
                      clock_mono_ms(clock_system()) - start);
    return ok;
}

/* --- repeats --- */

enum verdict { FINAL, NEW_TOKEN, LATER };

static bool broken(const struct service_reply *reply)
{
    return reply->wire.status / 100 == 2 && reply->wire.body_length > 0 && !reply->json;
}

static enum verdict judge(const struct service_request *request, const struct service_reply *reply,
                          unsigned faults, bool renewed)
{
    bool fault_again = request->twice_is_once && (request->faults_max == 0 || faults < request->faults_max);
    switch (reply->wire.status) {
    case 401:
        return request->resource && !renewed ? NEW_TOKEN : FINAL;
    case 408:
    case 500:
    case 502:
    case 504:
        return fault_again ? LATER : FINAL;
    case 429:
    case 503:
        return LATER;
    default:
        return broken(reply) && fault_again ? LATER : FINAL;
    }
}

/* A refusal for throttling that names "Application/…" concerns every tenant. */
static void close_lane(struct m365 *m365, const struct m365_target *target, enum service service,
                       const struct wire_reply *reply, int64_t delay_ms)
{
    char scope[160];
    bool all = wire_header(reply, "x-ms-throttle-scope", scope, sizeof scope) &&
               g_str_has_prefix(scope, "Application/");
    lane_close(m365->lanes, all ? "" : target->tenant_id, services[service].name, delay_ms);
}

static bool final_answer(const struct service_request *request, struct service_reply *reply, struct err *err)
{
    int status = reply->wire.status;
    if (broken(reply)) {
        err_code(err, ERR_UPSTREAM, "broken_answer", "The answer of Microsoft 365 (%s) is not proper JSON.",
                 services[request->service].name);
        if (err) {
            err->upstream_status = status;
            err->outcome_unknown = !request->harmless && strcmp(request->method, "GET") != 0;
            g_strlcpy(err->request_id, reply->request_id, sizeof err->request_id);
        }
        service_reply_done(reply);
        return false;
    }
    reply->outcome_unknown = (status == 408 || (status >= 500 && status != 503)) && !request->harmless &&
                             strcmp(request->method, "GET") != 0;
    return true;
}

struct course {
    int64_t until; /* monotonic: no waiting beyond */
    unsigned sends, faults;
    bool renewed;
};

static bool go_on(struct m365 *m365, const struct m365_target *target, const struct course *course,
                  int64_t delay_ms)
{
    if (course->sends >= SENDS_MAX || clock_mono_ms(m365->clock) + delay_ms > course->until)
        return false;
    return cancel_sleep_ms(target->cancel, delay_ms);
}

/* One round: token, lane, sending. Returns true when `*ret_ok` is the result of
 * the whole. */
static bool round_ended(struct m365 *m365, const struct m365_target *target,
                        const struct service_request *request, struct course *course,
                        struct service_reply *ret, bool *ret_ok, struct err *err)
{
    AUTO(token_header_free) char *token = NULL;
    *ret_ok = false;
    if (request->resource && !(token = token_header(m365->tokens, target, request->resource, err)))
        return !err_again(err) ||
               !go_on(m365, target, course, service_backoff(m365->rng, 0, course->sends++));

    int64_t timeout_ms = target->timeout_ms ? target->timeout_ms : M365_TIMEOUT_MS;
    int64_t place_by = clock_mono_ms(m365->clock) + timeout_ms;
    place_by = course->until > place_by ? course->until : place_by;
    struct lane *lane = lane_enter(m365->lanes, target->tenant_id, services[request->service].name,
                                   services[request->service].width, target->urgent, course->until, place_by,
                                   target->cancel, err);
    if (!lane)
        return true;
    if (!announce(target, request, err)) {
        lane_leave(m365->lanes, lane);
        return true;
    }
    bool answered = send_once(m365, target, request, token, ret, err);
    int status = ret->wire.status;
    unsigned attempt = course->sends++;
    enum verdict verdict = answered ? judge(request, ret, course->faults, course->renewed) : LATER;
    int64_t asked =
        answered && verdict == LATER ? service_retry_after(&ret->wire, clock_utc_ms(m365->clock)) : 0;
    int64_t delay = asked ? asked : service_backoff(m365->rng, status, attempt);
    if (answered && verdict == LATER && (status == 429 || status == 503))
        close_lane(m365, target, request->service, &ret->wire, delay);
    lane_leave(m365->lanes, lane);
    conclude(target, request, broken(ret) ? 0 : status, ret->request_id);

    if (!answered) {
        bool again = err_again(err) && (!err->outcome_unknown || request->twice_is_once);
        return !again || !go_on(m365, target, course, delay);
    }
    if (verdict == NEW_TOKEN) {
        course->renewed = true;
        token_refused(m365->tokens, target->tenant_id, request->resource, token);
        service_reply_done(ret);
        return false;
    }
    course->faults += status != 429 && status != 503;
    if (verdict == LATER && go_on(m365, target, course, delay)) {
        service_reply_done(ret);
        return false;
    }
    if (cancel_requested(target->cancel) && verdict == LATER) {
        service_reply_done(ret);
        err_set(err, ERR_CANCELLED, "The call was cancelled.");
        return true;
    }
    ret->retry_after_ms = verdict == LATER || status == 429 || status >= 500 ? delay : 0;
    *ret_ok = final_answer(request, ret, err);
    return true;
}

bool service_send(struct m365 *m365, const struct m365_target *target, const struct service_request *request,
                  struct service_reply *ret, struct err *err)
{
    struct err problem;
    struct course course = {.until = clock_mono_ms(m365->clock) + target->patience_ms};
    bool ok;
    for (;;) {
        memset(&problem, 0, sizeof problem);
        if (round_ended(m365, target, request, &course, ret, &ok, &problem))
            break;
    }
    if (!ok) {
        service_reply_done(ret);
        if (err)
            *err = problem;
    }
    return ok;
}

/* --- errors --- */

enum err_kind service_kind(int status)
{
    if (status == 404)
        return ERR_NOT_FOUND;
    if (status == 408)
        return ERR_TIMEOUT;
    if (status == 429)
        return ERR_LIMIT;
    return status >= 500 ? ERR_UPSTREAM : ERR_REFUSED;
}

bool service_fail(struct err *err, const struct service_reply *reply, const char *code, const char *message)
{
    char number[24];
    g_snprintf(number, sizeof number, "http_%d", reply->wire.status);
    err_code(err, service_kind(reply->wire.status), code && *code ? code : number, "%s",
             message && *message ? message : "Microsoft 365 gave no reason.");
    if (err) {
        err->upstream_status = reply->wire.status;
        err->retry_after_ms = reply->retry_after_ms;
        err->outcome_unknown = reply->outcome_unknown;
        g_strlcpy(err->request_id, reply->request_id, sizeof err->request_id);
    }
    return false;
}

/* Some services put a JSON text inside the message. */
static json_t *inner_message(const char *message)
{
    struct err ignored;
    json_t *inner = message && message[0] == '{' ? json_read(message, strlen(message), &ignored) : NULL;
    return inner;
}

bool service_fail_odata(struct err *err, const struct service_reply *reply, const char *service)
{
    const json_t *error = json_object_get(reply->json, "error");
    if (!json_is_object(error))
        error = json_object_at(reply->json, "odata.error");
    const char *message = json_text(error, "message");
    if (!message)
        message = json_text(json_object_at(error, "message"), "value");
    AUTO_JSON json_t *inner = inner_message(message);
    if (json_text(inner, "Message"))
        message = json_text(inner, "Message");
    char fallback[120];
    g_snprintf(fallback, sizeof fallback, "Microsoft 365 (%s) answered with status %d and gave no reason.",
               service, reply->wire.status);
    service_fail(err, reply, json_text(error, "code"), message && *message ? message : fallback);
    const json_t *details = json_object_get(error, "innerError");
    if (!json_is_object(details))
        details = json_object_at(error, "innererror");
    if (err && !err->request_id[0])
        g_strlcpy(err->request_id, json_text_or(details, "request-id", ""), sizeof err->request_id);
    return false;
}

/* --- addresses --- */

static bool split(const char *url, char **ret_scheme, char **ret_host, int *ret_port, char **ret_rest)
{
    char *path = NULL, *query = NULL, *user = NULL;
    *ret_scheme = *ret_host = *ret_rest = NULL;
    bool ok = g_uri_split(url, G_URI_FLAGS_ENCODED | G_URI_FLAGS_SCHEME_NORMALIZE, ret_scheme, &user,
                          ret_host, ret_port, &path, &query, NULL, NULL) &&
              *ret_scheme && *ret_host && !user;
    if (ok && *ret_port == -1)
        *ret_port = strcmp(*ret_scheme, "https") == 0 ? 443 : 80;
    if (ok)
        *ret_rest = query ? g_strconcat(path, "?", query, NULL) : g_strdup(path);
    g_free(path);
    g_free(query);
    g_free(user);
    return ok;
}

char *service_next_url(const char *base, const char *link, struct err *err)
{
    AUTO_FREE char *base_scheme = NULL, *base_host = NULL, *base_rest = NULL;
    AUTO_FREE char *scheme = NULL, *host = NULL, *rest = NULL;
    int base_port, port;
    bool same = split(base, &base_scheme, &base_host, &base_port, &base_rest) &&
                split(link, &scheme, &host, &port, &rest) && strcmp(scheme, base_scheme) == 0 &&
                text_equal_nocase(host, base_host) && port == base_port && rest[0] == '/';
    if (!same) {
        err_code(err, ERR_UPSTREAM, "foreign_link",
                 "The link to the next page leads to another host; not followed.");
        return NULL;
    }
    /* Put together anew, so that two readers of one address cannot differ about
     * its host. */
    size_t origin =
        (size_t)(strcspn(strstr(base, "://") + 3, "/?#") + (size_t)(strstr(base, "://") + 3 - base));
    char *url = malloc(origin + strlen(rest) + 1);
    if (!url)
        abort();
    memcpy(url, base, origin);
    memcpy(url + origin, rest, strlen(rest) + 1);
    return url;
}
