#include "connector/service.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/arena.h"
#include "connector/m365_private.h"
#include "connector/token.h"

#define HEADERS_MAX 24

static const struct service_info services[SERVICE_COUNT] = {
#define SERVICE(id, name, title, at_once, sendings_on_500) \
    [SERVICE_##id] = {name, title, at_once, sendings_on_500},
#include "connector/service.def"
#undef SERVICE
};

const struct service_info *service_info(enum service service)
{
    return &services[service];
}

void service_answer_done(struct service_answer *answer)
{
    json_decref(answer->body);
    wire_reply_done(&answer->http);
    memset(answer, 0, sizeof *answer);
}

bool target_before_write(const struct m365_target *target, const char *what, struct err *err)
{
    return !target->before_write || target->before_write(target->ctx, what, err);
}

void target_after_write(const struct m365_target *target, const char *what, int status,
                        const char *request_id)
{
    if (target->after_write)
        target->after_write(target->ctx, what, status, request_id);
}

void service_explain_status(const char *title, int status, struct err *err)
{
    char code[20];
    snprintf(code, sizeof code, "http_%d", status);
    if (status < 300)
        err_code(err, ERR_UPSTREAM, "bad_answer", "%s gave an answer that cannot be read.", title);
    else if (status == 404)
        err_code(err, ERR_NOT_FOUND, code, "%s does not know this object.", title);
    else if (status == 408)
        err_code(err, ERR_TIMEOUT, code, "%s ran out of time.", title);
    else if (status == 429)
        err_code(err, ERR_LIMIT, code, "%s asked to slow down.", title);
    else if (status >= 500 && status != 501 && status != 505 && status != 507)
        err_code(err, ERR_UPSTREAM, code, "%s failed with status %d.", title, status);
    else
        err_code(err, ERR_REFUSED, code, "%s refused the request with status %d.", title, status);
}

/* --- waiting --- */

/* "Sun, 06 Nov 1994 08:49:37 GMT" in seconds; -1 for anything else. Not strptime: that follows the locale. */
static int64_t http_date(const char *text)
{
    static const char months[] = "JanFebMarAprMayJunJulAugSepOctNovDec";
    struct tm tm = {0};
    char month[4];
    if (sscanf(text, "%*3s, %2d %3s %4d %2d:%2d:%2d GMT", &tm.tm_mday, month, &tm.tm_year, &tm.tm_hour,
               &tm.tm_min, &tm.tm_sec) != 6)
        return -1;
    const char *at = strstr(months, month);
    if (strlen(month) != 3 || !at || (at - months) % 3 != 0)
        return -1;
    tm.tm_mon = (int)(at - months) / 3;
    tm.tm_year -= 1900;
    return timegm(&tm);
}

int64_t retry_after_parse(const char *text, const char *date, int64_t own_utc_ms)
{
    int64_t seconds;
    if (text_to_int(text, 0, 7 * 86400, &seconds))
        return seconds * 1000;
    int64_t then = http_date(text);
    int64_t now = date ? http_date(date) : -1;
    if (then < 0)
        return 0;
    int64_t wait = then * 1000 - (now >= 0 ? now * 1000 : own_utc_ms);
    return wait > 0 && wait <= 7 * 86400000LL ? wait : 0;
}

int64_t service_delay_ms(const struct rng *rng, int64_t retry_after_ms, bool throttled, int attempt)
{
    if (retry_after_ms > 0)
        return retry_after_ms;
    int64_t most = (throttled ? 2000 : 1000) << (attempt < 10 ? attempt : 10);
    int64_t cap = throttled ? 300000 : 60000;
    uint32_t span = (uint32_t)(most < cap ? most : cap);
    return throttled ? span / 2 + rng_below(rng, span / 2 + 1) : rng_below(rng, span) + 1;
}

void service_close(struct m365 *m365, enum service service, const char *tenant_id, int64_t ms)
{
    lane_close(&m365_tenant(m365, tenant_id)->lanes[service], clock_mono_ms(m365->clock) + ms);
}

/* --- one sending --- */

struct sending {
    struct m365 *m365;
    const struct m365_target *target;
    const struct service_request *request;
    struct lane *lane;
    char *token;
    int64_t *patience_ms;
    int count;
    bool renewed;
};

enum sent { SENT_WELL, SENT_BADLY, NOT_SENT };

static bool changes_something(const struct service_request *request)
{
    return !request->harmless && strcmp(request->method, "GET") != 0;
}

/* False when one holds a line break or another control character: it would become a header of its own. */
static bool headers_clean(const char *const *headers)
{
    for (; *headers; headers++)
        for (const char *c = *headers; *c; c++)
            if (iscntrl((unsigned char)*c))
                return false;
    return true;
}

static bool make_headers(const struct sending *sending, struct arena *arena, const char **ret,
                         struct err *err)
{
    const struct service_request *request = sending->request;
    char id[UUID_SIZE];
    size_t count = 0;
    if (sending->token)
        ret[count++] = arena_printf(arena, "Authorization: Bearer %s", sending->token);
    ret[count++] = arena_printf(arena, "Accept: %s", request->accept ? request->accept : "application/json");
    if (request->body)
        ret[count++] = arena_printf(arena, "Content-Type: %s",
                                    request->content_type ? request->content_type : "application/json");
    else
        ret[count++] = "Content-Type:";
    ret[count++] = arena_printf(arena, "client-request-id: %s", uuid_v4(sending->m365->rng, id));
    if (sending->target->urgent && request->service == SERVICE_GRAPH)
        ret[count++] = "x-ms-throttle-priority: high";
    for (const char *const *header = request->headers; header && *header; header++)
        if (count < HEADERS_MAX)
            ret[count++] = *header;
    ret[count] = NULL;
    if (!headers_clean(ret))
        return err_code(err, ERR_INTERNAL, "bad_header", "A value for %s holds a control character.",
                        service_info(request->service)->title);
    return true;
}

static void note_headers(const struct m365 *m365, struct service_answer *answer)
{
    char value[80], date[80];
    if (!wire_header(&answer->http, "request-id", answer->request_id, sizeof answer->request_id) &&
        !wire_header(&answer->http, "x-ms-request-id", answer->request_id, sizeof answer->request_id))
        wire_header(&answer->http, "sprequestguid", answer->request_id, sizeof answer->request_id);
    bool dated = wire_header(&answer->http, "date", date, sizeof date);
    if (wire_header(&answer->http, "retry-after", value, sizeof value))
        answer->retry_after_ms = retry_after_parse(value, dated ? date : NULL, clock_utc_ms(m365->clock));
    if ((answer->status == 429 || answer->status == 503) &&
        wire_header(&answer->http, "ratelimit-reset", value, sizeof value)) {
        int64_t reset = retry_after_parse(value, NULL, 0);
        if (reset > answer->retry_after_ms)
            answer->retry_after_ms = reset;
    }
}

/* False when the answer of a success cannot be read. */
static bool read_body(const struct service_request *request, struct service_answer *answer)
{
    const char *text = answer->http.body;
    size_t length = answer->http.body_length;
    if (length == 0)
        return strcmp(request->method, "GET") != 0;
    answer->body = request->big_numbers ? json_read_big(text, length, NULL) : json_read(text, length, NULL);
    return answer->body != NULL;
}

/* What an answer says about the next requests of the lane. */
static void mind_lane(const struct sending *sending, const struct service_answer *answer)
{
    struct m365 *m365 = sending->m365;
    enum service service = sending->request->service;
    int64_t now = clock_mono_ms(m365->clock);
    int least_fault = services[service].sendings_on_500 == SERVICE_SENDINGS_MAX ? 500 : 502;
    bool throttled = answer->status == 429;
    lane_note(sending->lane, now, answer->status == 0 || answer->status >= least_fault);
    if (!throttled && !(answer->status >= 500 && answer->retry_after_ms > 0))
        return;
    int64_t until = now + service_delay_ms(m365->rng, answer->retry_after_ms, throttled, sending->count - 1);
    char scope[80];
    lane_close(sending->lane, until);
    if (wire_header(&answer->http, "x-ms-throttle-scope", scope, sizeof scope) &&
        text_starts_nocase(scope, "Application/") && m365->closed_until[service] < until)
        m365->closed_until[service] = until;
}

static void tell_after(const struct sending *sending, size_t count, int status, const char *request_id)
{
    for (size_t i = 0; i < count; i++)
        target_after_write(sending->target, sending->request->writes[i], status, request_id);
}

static bool tell_before(const struct sending *sending, struct err *err)
{
    for (size_t i = 0; i < sending->request->write_count; i++)
        if (!target_before_write(sending->target, sending->request->writes[i], err)) {
            tell_after(sending, i, 0, "");
            return false;
        }
    return true;
}

static bool exchange_http(const struct sending *sending, const char *const *headers,
                          struct service_answer *answer, struct err *err)
{
    const struct service_request *request = sending->request;
    struct m365 *m365 = sending->m365;
    const struct wire_request http = {
        .method = request->method,
        .url = request->url,
        .headers = headers,
        .body = request->body,
        .body_length = request->body ? strlen(request->body) : 0,
        .timeout_ms = sending->target->timeout_ms > 0 ? sending->target->timeout_ms : M365_TIMEOUT_MS,
        .harmless = request->harmless,
        .cancel = sending->target->cancel,
    };
    int64_t start = clock_mono_ms(m365->clock);
    bool answered = wire_send(m365->wire, &http, &answer->http, err);
    answer->status = answered ? answer->http.status : 0;
    if (m365->settings.on_call)
        m365->settings.on_call(m365->settings.ctx, services[request->service].name, request->method,
                               answer->status, clock_mono_ms(m365->clock) - start);
    return answered;
}

/* The part between entering and leaving the lane. */
static enum sent send_in_lane(struct sending *sending, struct service_answer *answer, struct err *err)
{
    const struct service_request *request = sending->request;
    AUTO_ARENA struct arena *arena = arena_new();
    const char *headers[HEADERS_MAX + 1];
    if (!make_headers(sending, arena, headers, err) || !tell_before(sending, err))
        return NOT_SENT;
    if (!exchange_http(sending, headers, answer, err)) {
        tell_after(sending, request->write_count, 0, "");
        if (err->kind != ERR_CANCELLED)
            mind_lane(sending, answer);
        return SENT_BADLY;
    }
    note_headers(sending->m365, answer);
    bool success = answer->status >= 200 && answer->status < 300;
    bool well = read_body(request, answer) && success;
    mind_lane(sending, answer);
    if (!well || !request->caller_reports)
        tell_after(sending, request->write_count, answer->status, answer->request_id);
    if (well)
        return SENT_WELL;
    if (success) /* never taken for one when it cannot be read */
        service_explain_status(services[request->service].title, answer->status, err);
    else
        request->explain(answer, err);
    err->upstream_status = answer->status;
    err->retry_after_ms = answer->retry_after_ms;
    snprintf(err->request_id, sizeof err->request_id, "%s", answer->request_id);
    /* Even a throttled write may have taken effect. */
    err->outcome_unknown = changes_something(request) && err_again(err);
    return SENT_BADLY;
}

static enum sent send_once(struct sending *sending, struct service_answer *answer, struct err *err)
{
    const struct service_request *request = sending->request;
    const struct m365_target *target = sending->target;
    if (request->resource && !(sending->token = token_get(sending->m365, target, request->resource, err)))
        return NOT_SENT;
    if (!lane_enter(sending->lane, sending->m365->clock, &sending->m365->closed_until[request->service],
                    target->cancel, target->urgent, sending->patience_ms, err))
        return NOT_SENT;
    enum sent sent = send_in_lane(sending, answer, err);
    lane_leave(sending->lane);
    return sent;
}

/* Decides whether to send once more, and waits for it. */
static bool again(struct sending *sending, int status, struct err *err)
{
    const struct service_request *request = sending->request;
    if (err->kind == ERR_CANCELLED)
        return false;
    if (status == 401 && request->resource && !sending->renewed) {
        token_refuse(sending->m365, sending->target->tenant_id, request->resource, sending->token);
        sending->renewed = true;
        return true;
    }
    if (!err_again(err))
        return false;
    bool throttled = err->kind == ERR_LIMIT;
    int64_t delay = service_delay_ms(sending->m365->rng, err->retry_after_ms, throttled, sending->count - 1);
    int most = status == 500 ? services[request->service].sendings_on_500 : SERVICE_SENDINGS_MAX;
    if ((err->outcome_unknown && !request->repeatable) || sending->count >= most ||
        delay > *sending->patience_ms) {
        err->retry_after_ms = delay;
        return false;
    }
    if (status == 429 || (status >= 500 && err->retry_after_ms > 0))
        return true; /* the lane is closed for that long */
    *sending->patience_ms -= delay;
    if (cancel_sleep_ms(sending->target->cancel, delay))
        return true;
    return err_set(err, ERR_CANCELLED, "The call was cancelled.");
}

bool service_send(struct m365 *m365, const struct m365_target *target, const struct service_request *request,
                  struct service_answer *ret, struct err *err)
{
    struct err own_err = {0};
    int64_t own_patience_ms = target->patience_ms;
    struct sending sending = {
        .m365 = m365,
        .target = target,
        .request = request,
        .lane = &m365_tenant(m365, target->tenant_id)->lanes[request->service],
        .patience_ms = request->patience_ms ? request->patience_ms : &own_patience_ms,
    };
    for (;;) {
        AUTO_SERVICE_ANSWER struct service_answer answer = {0};
        sending.count++;
        own_err = (struct err){0};
        enum sent sent = send_once(&sending, &answer, &own_err);
        bool more = sent == SENT_BADLY && again(&sending, answer.status, &own_err);
        token_free(sending.token);
        sending.token = NULL;
        if (sent == SENT_WELL) {
            *ret = answer;
            memset(&answer, 0, sizeof answer);
            return true;
        }
        if (!more)
            break;
    }
    if (err)
        *err = own_err;
    return false;
}
