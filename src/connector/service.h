/* service — one request to one Microsoft service, with everything that all services share: the lane, the
 * token, the hooks of the caller, reading the answer, waiting and repeating. Inside this folder only. */
#ifndef CONNECTOR_SERVICE_H
#define CONNECTOR_SERVICE_H

#include "base/json.h"
#include "connector/m365.h"

enum service {
#define SERVICE(id, ...) SERVICE_##id,
#include "connector/service.def"
#undef SERVICE
    SERVICE_COUNT
};

struct service_info {
    const char *name;
    const char *title;
    int at_once;
    int sendings_on_500;
};
const struct service_info *service_info(enum service service);

/* Zero-initialise; service_answer_done frees. */
struct service_answer {
    int status;
    json_t *body; /* NULL when there was none, or when the body of a refusal is not JSON */
    struct wire_reply http;
    char request_id[80];
    int64_t retry_after_ms; /* 0 when the service did not say */
};
#define AUTO_SERVICE_ANSWER AUTO(service_answer_done)
void service_answer_done(struct service_answer *answer);

struct service_request {
    enum service service;
    const char *method;
    const char *url;
    const char *resource;       /* what the token is for; NULL sends none */
    const char *const *headers; /* further ones; NULL ends the list; NULL for none */
    const char *accept;         /* NULL takes application/json */
    const char *content_type;   /* NULL takes application/json */
    const char *body;           /* NULL for none */
    bool harmless;              /* a POST that only reads */
    bool repeatable;            /* doing it twice equals doing it once */
    bool big_numbers;           /* integers beyond 64 bits become texts */
    /* What the hooks of the target are told; all before each sending, all after it. */
    const char *const *writes;
    size_t write_count;
    bool caller_reports; /* the caller tells after_write about a 2xx, because it knows more */
    /* Fills err for an answer that is no success; never NULL. Whether err_again holds decides on repeating.
     */
    void (*explain)(const struct service_answer *answer, struct err *err);
    /* What is left of the target's patience over several requests; NULL starts anew. */
    int64_t *patience_ms;
};

/* True for 2xx with a body that is JSON or empty (a GET needs one). False with err as explain filled it, or
 * the transport's; err.retry_after_ms when it would take longer than the patience. */
bool service_send(struct m365 *m365, const struct m365_target *target, const struct service_request *request,
                  struct service_answer *ret, struct err *err);

/* How the shared part of every explain function sees a status: kind, code "http_502", a plain message. */
void service_explain_status(const char *title, int status, struct err *err);
/* What everybody who waits for a throttled service uses: what the service said, or equal jitter from 2 s up
 * to 5 min when throttled, full jitter from 1 s up to 1 min for faults. attempt counts from 0. */
int64_t service_delay_ms(const struct rng *rng, int64_t retry_after_ms, bool throttled, int attempt);
/* Closes the lane of the tenant for that long. */
void service_close(struct m365 *m365, enum service service, const char *tenant_id, int64_t ms);
#define SERVICE_SENDINGS_MAX 6

/* Tells the target's hooks about one write; no hooks, nothing said. */
bool target_before_write(const struct m365_target *target, const char *what, struct err *err);
void target_after_write(const struct m365_target *target, const char *what, int status,
                        const char *request_id);

/* Retry-After in seconds or as an HTTP date; now is the answer's own Date when it has one, else ours.
 * 0 when it is neither. */
int64_t retry_after_parse(const char *text, const char *date, int64_t own_utc_ms);

#endif
