/* service — one request to one of Microsoft's services, with token, lane and
 * repeats (private to connector/).
 *
 * In this order: the lane lets it pass, the token is at hand, the hook has announced it, it is sent. So what
 * is not sent is not announced, but for what the lane was closed to meanwhile: that is concluded as not run.
 */
#ifndef CONNECTOR_SERVICE_H
#define CONNECTOR_SERVICE_H

#include "base/json.h"
#include "connector/lane.h"
#include "connector/m365.h"
#include "connector/token.h"

#define SERVICES(X)         \
    X(LOGIN, "login")       \
    X(GRAPH, "graph")       \
    X(EXCHANGE, "exchange") \
    X(SHAREPOINT, "sharepoint")

enum service {
#define X(id, name) SERVICE_##id,
    SERVICES(X)
#undef X
};
const char *service_name(enum service service); /* "graph" */

struct m365 {
    char *login_url, *graph_url, *exchange_url, *sharepoint_url; /* without a final slash */
    char *graph_resource, *exchange_resource;
    char *home_tenant; /* NULL when not set */
    void (*on_call)(void *ctx, const char *service, const char *method, int status, int64_t ms);
    void *ctx;
    struct wire *wire;
    const struct clock *clock;
    const struct rng *rng;
    struct lanes *lanes;
    struct tokens *tokens;
};

struct service_reply;

struct service_request {
    enum service service;
    struct lane_need need; /* cost.h */
    int64_t not_before;    /* monotonic: waits until then, at least; 0: does not */
    const char *method;
    const char *url;
    const char *resource;       /* whose token; NULL for the token endpoint */
    const char *const *headers; /* besides Authorization and Accept; NULL ends the
                                   list; at most 12 */
    const char *body;           /* NULL for none */
    const char *content_type;   /* of the body; NULL takes application/json */
    bool twice_is_once;         /* may be repeated when nobody knows whether it took
                                   effect */
    bool harmless;              /* changes nothing */
    unsigned faults_max;        /* repeats after 500, 502, 504 and broken answers; 0
                                   takes all */
    const char *expects;        /* array that a good answer has; NULL: any object */
    bool answers_list;          /* the answer is no object but an array */
    /* A 5xx that is the service's considered answer, and no sign that it is down. NULL: there is none. */
    bool (*refusal)(const struct service_reply *reply);
    /* What it changes; service_send fills the outcome of each. With `parts` the
     * answer of a batch tells of each by itself: then whoever reads it calls
     * service_conclude. */
    struct m365_write *writes;
    size_t write_count;
    bool parts;
    const char *what; /* for a request without writes: what it reads; NULL: not worth telling */
};

/* Zero-initialise; service_reply_done frees. */
struct service_reply {
    struct wire_reply wire;
    json_t *json; /* NULL when the body is empty or not JSON */
    char request_id[80];
    int64_t retry_after_ms; /* of a 429 or 5xx: when to come again */
    bool outcome_unknown;   /* a 429 or 5xx after a request that changes something */
    uint64_t token;         /* the serial of the token it was sent with */
};
#define AUTO_SERVICE_REPLY AUTO(service_reply_done)
void service_reply_done(struct service_reply *reply);

/* True with any answer that is final: whatever status, but for 2xx always
 * proper JSON or nothing. False with err of the network, the token, the lane
 * (ERR_LIMIT, ERR_UNREACHABLE), before_writes or ERR_CANCELLED. When the lane
 * refuses a repeat, the result is that of the sending before it. */
bool service_send(struct m365 *m365, const struct m365_target *target, const struct service_request *request,
                  struct service_reply *ret, struct err *err);

/* Fills the hash of a write; body may be NULL. */
void service_hash(struct m365_write *write, const char *method, const char *path, const char *body);
/* Tells the target what became of the writes. */
void service_conclude(const struct m365_target *target, const struct m365_write *writes, size_t count);

/* How long to wait before repeat number `attempt` (from 0) when nobody said: full jitter up to 1 s, twice as
 * much with each, at most 60 s. */
int64_t service_backoff(const struct rng *rng, unsigned attempt);
/* May a change with this answer have taken effect all the same? Throttled does not mean that nothing
 * happened. */
bool service_may_have_acted(int status);

/* Obeys what one part of a batch says about limits. Returns when to send it again, 0 when it does not say.
 * *ret_result is for lane_report. */
int64_t service_part(struct m365 *m365, const struct m365_target *target, enum lane_id lane,
                     const struct service_reply *part, enum breaker_result *ret_result);

/* Fills err from the status; returns false. */
bool service_fail(struct err *err, const struct service_reply *reply, const char *code, const char *message);
/* As above with the OData error in the body ({"error":{"code","message"}},
 * "odata.error", message as object). */
bool service_fail_odata(struct err *err, const struct service_reply *reply, const char *service);
enum err_kind service_kind(int status);

/* base's origin with the path and query of link, when link has the same origin;
 * the caller frees it. NULL with ERR_UPSTREAM: a token must never go to another
 * host. */
MUST_USE char *service_next_url(const char *base, const char *link, struct err *err);

#endif
