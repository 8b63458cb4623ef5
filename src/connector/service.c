#include "connector/service.h"

#include <glib.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "connector/throttle.h"

#define SENDS_MAX 6
#define CALL_MAX_MS ((int64_t)15 * 60 * 1000)
#define BACKOFF_MAX_MS 60000
#define HEADERS_MAX 20

static const char *const services[] = {
#define X(id, name) [SERVICE_##id] = name,
    SERVICES(X)
#undef X
};

const char *service_name(enum service service)
{
    return services[service];
}

void service_reply_done(struct service_reply *reply)
{
    wire_reply_done(&reply->wire);
    json_decref(reply->json);
    memset(reply, 0, sizeof *reply);
}

int64_t service_backoff(const struct rng *rng, unsigned attempt)
{
    uint32_t most = 1000u << (attempt < 8 ? attempt : 8);
    return rng_below(rng, (most < BACKOFF_MAX_MS ? most : BACKOFF_MAX_MS) + 1);
}

/* --- one sending --- */

static int64_t timeout_ms(const struct m365_target *target)
{
    return target->timeout_ms ? target->timeout_ms : M365_TIMEOUT_MS;
}

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
                      const struct service_request *request, const char *token, int64_t send_by,
                      struct service_reply *ret, struct err *err)
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
    if (target->background && request->service == SERVICE_GRAPH)
        headers[count++] = "x-ms-throttle-priority: low";
    for (const char *const *header = request->headers; header && *header && count < HEADERS_MAX - 1; header++)
        headers[count++] = *header;
    headers[count] = NULL;

    struct wire_request wire = {.method = request->method,
                                .url = request->url,
                                .headers = headers,
                                .body = request->body,
                                .body_length = request->body ? strlen(request->body) : 0,
                                .timeout_ms = timeout_ms(target),
                                .send_by = send_by,
                                .harmless = request->harmless,
                                .cancel = target->cancel,
                                .flow = target->tenant_id,
                                .urgent = target->urgent};
    int64_t start = clock_mono_ms(clock_system());
    bool ok = wire_send(m365->wire, &wire, &ret->wire, err);
    if (ok) {
        read_request_id(ret);
        ret->json = read_json(&ret->wire);
    }
    if (m365->on_call)
        m365->on_call(m365->ctx, services[request->service], request->method, ret->wire.status,
                      clock_mono_ms(clock_system()) - start);
    return ok;
}

/* --- what an answer means --- */

enum verdict { FINAL, NEW_TOKEN, LATER };

static bool writes(const struct service_request *request)
{
    return !request->harmless && strcmp(request->method, "GET") != 0;
}

bool service_may_have_acted(int status)
{
    return status == 408 || status == 429 || status >= 500;
}

/* A success without what it must bring. */
static bool broken(const struct service_request *request, const struct service_reply *reply)
{
    if (reply->wire.status / 100 != 2)
        return false;
    if (reply->wire.body_length == 0)
        return reply->wire.status == 200 && !writes(request);
    if (request->answers_list)
        return !json_is_array(reply->json);
    return !json_is_object(reply->json) ||
           (request->expects && !json_is_array(json_object_get(reply->json, request->expects)));
}

struct course {
    int64_t send_by;    /* of this sending, by clock_passed_ms; an announcement does not count for ever */
    int64_t until;      /* monotonic: no waiting beyond */
    int64_t not_before; /* the next sending */
    unsigned sends, faults;
    bool renewed; /* the token, after a 401 */
    bool replied; /* the result so far is the reply, not the error */
};

static enum verdict judge(const struct service_request *request, const struct service_reply *reply,
                          const struct course *course)
{
    int status = reply->wire.status;
    bool fault_again =
        request->twice_is_once && (request->faults_max == 0 || course->faults < request->faults_max);
    if (status == 401)
        return request->resource && !course->renewed ? NEW_TOKEN : FINAL;
    if (throttle_refuses(status))
        return request->twice_is_once ? LATER : FINAL; /* it may have taken effect all the same */
    if (status == 408 || status >= 500 || broken(request, reply))
        return fault_again && status != 501 ? LATER : FINAL;
    return FINAL;
}

/* What the circuit breaker makes of it: an answer is good when the service stands behind it. */
static enum breaker_result result_by_status(int status, const struct throttle *throttle)
{
    if (status == 408 || status == 429 || (throttle_refuses(status) && throttle->wait_ms > 0))
        return BREAKER_NEITHER;
    return status >= 500 ? BREAKER_FAULT : BREAKER_GOOD;
}

static enum breaker_result result_of(const struct service_request *request, const struct service_reply *reply,
                                     const struct throttle *throttle)
{
    if (broken(request, reply))
        return BREAKER_FAULT;
    if (request->parts && reply->wire.status / 100 == 2)
        return BREAKER_NEITHER; /* each part tells for itself */
    if (request->refusal && request->refusal(reply))
        return BREAKER_GOOD;
    return result_by_status(reply->wire.status, throttle);
}

static enum breaker_result result_without_answer(const struct err *err)
{
    return err->kind == ERR_CANCELLED || err->kind == ERR_INTERNAL ? BREAKER_NEITHER : BREAKER_FAULT;
}

/* Closes or slows down the lanes as the answer says. Returns when the request may come again; 0 when the
 * answer does not say. */
static int64_t obey(struct m365 *m365, const char *tenant_id, unsigned through, enum lane_id lane,
                    const struct wire_reply *reply, const struct throttle *throttle, unsigned attempt)
{
    int64_t wait_ms = throttle->wait_ms;
    if (throttle->space_ms > 0)
        lane_slow(m365->lanes, tenant_id, lane, throttle->space_ms);
    if (!throttle_refuses(reply->status))
        return wait_ms;
    if (wait_ms == 0 && reply->status != 429)
        wait_ms = service_backoff(m365->rng, attempt) + 1; /* overloaded, and not for how long */
    return lane_close(m365->lanes, tenant_id, through, throttle->all_tenants, throttle->writes_only, wait_ms);
}

int64_t service_part(struct m365 *m365, const struct m365_target *target, enum lane_id lane,
                     const struct service_reply *part, enum breaker_result *ret_result)
{
    struct throttle throttle = throttle_read(&part->wire, clock_utc_ms(m365->clock));
    *ret_result = result_by_status(part->wire.status, &throttle);
    return obey(m365, target->tenant_id, LANE_BIT(lane), lane, &part->wire, &throttle, 0);
}

static bool final_answer(const struct service_request *request, struct service_reply *reply, struct err *err)
{
    int status = reply->wire.status;
    if (broken(request, reply)) {
        err_code(err, ERR_UPSTREAM, "broken_answer",
                 "The answer of Microsoft 365 (%s) is not what it must be.", services[request->service]);
        err->upstream_status = status;
        err->outcome_unknown = writes(request);
        g_strlcpy(err->request_id, reply->request_id, sizeof err->request_id);
        service_reply_done(reply);
        return false;
    }
    reply->outcome_unknown = service_may_have_acted(status) && writes(request);
    return true;
}

/* --- repeats --- */

/* Plans the next sending; false when there is none: the result so far stands. */
static bool again_after(const struct m365 *m365, struct course *course, int64_t delay_ms)
{
    int64_t at = clock_mono_ms(m365->clock) + delay_ms;
    course->not_before = at;
    return course->sends < SENDS_MAX && at < course->until;
}

static bool enter(struct m365 *m365, const struct m365_target *target, const struct service_request *request,
                  const struct course *course, struct lane_pass *ret, struct err *err)
{
    int64_t place_by = clock_mono_ms(m365->clock) + timeout_ms(target);
    const struct lane_wait wait = {.rank = target->urgent       ? LANE_URGENT
                                           : target->background ? LANE_BACKGROUND
                                                                : LANE_NORMAL,
                                   .not_before = course->not_before,
                                   .opens_by = course->until,
                                   .place_by = course->until > place_by ? course->until : place_by,
                                   .cancel = target->cancel};
    return lane_enter(m365->lanes, target->tenant_id, &request->need, &wait, ret, err);
}

static bool is_circuit(const struct err *err)
{
    return strcmp(err->code, "circuit_open") == 0;
}

#define NOT_RUN 424 /* as a batch says of a part that was not begun */

/* With a token at hand and the lanes still open, the request is announced; that may take its time too. */
enum readiness { READY, NOT_YET, NOT_AT_ALL };

static enum readiness prepare(struct m365 *m365, const struct m365_target *target,
                              const struct service_request *request, const struct lane_pass *pass,
                              struct course *course, struct token_use *token, struct err *err)
{
    if (request->resource && !token_take(m365->tokens, target, request->resource, true, token, err)) {
        int64_t delay = err->retry_after_ms ? err->retry_after_ms : service_backoff(m365->rng, course->sends);
        course->sends++;
        return err_again(err) && !is_circuit(err) && again_after(m365, course, delay) ? NOT_YET : NOT_AT_ALL;
    }
    if (token->fetched && lane_closed_since(m365->lanes, pass))
        return NOT_YET;
    course->send_by = clock_passed_ms(clock_system()) + timeout_ms(target);
    if (!announce(target, request, err))
        return NOT_AT_ALL;
    if (!request->write_count || !lane_closed_since(m365->lanes, pass))
        return READY;
    conclude(target, request, NOT_RUN, "");
    return NOT_YET;
}

/* One sending by somebody who has passed the lane, and leaves it. True when it is to be repeated. */
static bool send_again(struct m365 *m365, const struct m365_target *target,
                       const struct service_request *request, const struct lane_pass *pass,
                       struct course *course, struct service_reply *ret, struct err *err)
{
    AUTO(token_use_done) struct token_use token = {0};
    struct err trouble = {0};
    enum readiness readiness = prepare(m365, target, request, pass, course, &token, &trouble);
    bool adds_nothing = is_circuit(&trouble) && err->kind != ERR_NONE; /* the cause is known already */
    if (adds_nothing) {
        err->retry_after_ms = trouble.retry_after_ms;
    } else if (readiness == READY || trouble.kind != ERR_NONE) {
        service_reply_done(ret); /* the result of an earlier sending no longer counts */
        course->replied = false;
        *err = trouble;
    }
    if (readiness != READY) {
        lane_leave(m365->lanes, pass, BREAKER_NEITHER);
        return readiness == NOT_YET;
    }
    struct throttle throttle = {0};
    unsigned attempt = course->sends++;
    int64_t asked = 0;
    course->replied = send_once(m365, target, request, token.header, course->send_by, ret, err);
    ret->token = token.serial;
    if (course->replied) {
        throttle = throttle_read(&ret->wire, clock_utc_ms(m365->clock));
        asked = obey(m365, target->tenant_id, request->need.through, request->need.place, &ret->wire,
                     &throttle, attempt);
    }
    lane_leave(m365->lanes, pass,
               course->replied ? result_of(request, ret, &throttle) : result_without_answer(err));
    int status = ret->wire.status;
    conclude(target, request, broken(request, ret) ? 0 : status, ret->request_id);

    int64_t delay = asked ? asked : service_backoff(m365->rng, attempt);
    if (!course->replied)
        return err_again(err) && (!err->outcome_unknown || request->twice_is_once) &&
               again_after(m365, course, delay);
    enum verdict verdict = judge(request, ret, course);
    if (verdict == NEW_TOKEN) {
        course->renewed = true;
        token_refused(m365->tokens, target->tenant_id, request->resource, token.serial, &ret->wire);
        return true;
    }
    course->faults += !throttle_refuses(status);
    ret->retry_after_ms = verdict == LATER || service_may_have_acted(status) ? delay : 0;
    return verdict == LATER && again_after(m365, course, delay);
}

bool service_send(struct m365 *m365, const struct m365_target *target, const struct service_request *request,
                  struct service_reply *ret, struct err *err)
{
    struct err problem = {0}, refused = {0};
    int64_t patience_ms = target->patience_ms < CALL_MAX_MS ? target->patience_ms : CALL_MAX_MS;
    struct course course = {.until = clock_mono_ms(m365->clock) + patience_ms,
                            .not_before = request->not_before};
    struct lane_pass pass;
    bool again = true;
    while (again && enter(m365, target, request, &course, &pass, &refused))
        again = send_again(m365, target, request, &pass, &course, ret, &problem);
    /* A lane that refuses a repeat only adds when to come again. */
    bool nothing_yet = !course.replied && problem.kind == ERR_NONE;
    if (refused.kind == ERR_CANCELLED || nothing_yet) {
        course.replied = false;
        problem = refused;
    } else if (refused.retry_after_ms > ret->retry_after_ms) {
        ret->retry_after_ms = problem.retry_after_ms = refused.retry_after_ms;
    }
    if (course.replied && final_answer(request, ret, &problem))
        return true;
    service_reply_done(ret);
    if (err)
        *err = problem;
    return false;
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
    return status == 509 ? ERR_LIMIT : status >= 500 ? ERR_UPSTREAM : ERR_REFUSED;
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
    char *url = must(malloc(origin + strlen(rest) + 1));
    memcpy(url, base, origin);
    memcpy(url + origin, rest, strlen(rest) + 1);
    return url;
}
