/* err — why something failed, for the caller and for people.
 *
 * A function that can fail returns bool (or a pointer) and takes `struct err *` last; it fills it exactly
 * when it fails. Lower layers never log: whoever handles the error does. One table of kinds knows the HTTP
 * status of our own API, the exit code of the command line and whether trying again can help. */
#ifndef BASE_ERR_H
#define BASE_ERR_H

#include <stdbool.h>
#include <stdint.h>

#define MUST_USE __attribute__((warn_unused_result))
#define AUTO(fn) __attribute__((cleanup(fn)))

/* kind, HTTP status of our API, exit code, can a retry help, code in problem+json, title */
#define ERR_KINDS(X)                                                                            \
    X(NONE, 200, 0, false, "ok", "No error")                                                    \
    X(MALFORMED, 400, 2, false, "malformed", "The request could not be read")                   \
    X(UNAUTHENTICATED, 401, 3, false, "unauthenticated", "Sign in first")                       \
    X(FORBIDDEN, 403, 3, false, "forbidden", "Not allowed")                                     \
    X(NOT_FOUND, 404, 2, false, "not_found", "Not found")                                       \
    X(METHOD, 405, 2, false, "method_not_allowed", "This method is not possible here")          \
    X(CONFLICT, 409, 3, false, "conflict", "This conflicts with the current state")             \
    X(PRECONDITION, 412, 3, false, "precondition_failed", "Changed by somebody else meanwhile") \
    X(TOO_LARGE, 413, 2, false, "too_large", "The request is too large")                        \
    X(MEDIA_TYPE, 415, 2, false, "unsupported_media_type", "The request is of another kind")    \
    X(INPUT, 422, 2, false, "invalid", "The request has invalid values")                        \
    X(PRECONDITION_REQUIRED, 428, 2, false, "precondition_required", "If-Match is missing")     \
    X(LIMIT, 429, 4, true, "too_many_requests", "Asked to slow down")                           \
    X(INTERNAL, 500, 4, false, "internal", "Something went wrong here")                         \
    X(CONFIG, 500, 4, false, "configuration", "The configuration is not right")                 \
    X(REFUSED, 502, 4, false, "upstream_refused", "Microsoft 365 refused the request")          \
    X(UPSTREAM, 502, 4, true, "upstream_failed", "Microsoft 365 failed to answer properly")     \
    X(UNREACHABLE, 503, 4, true, "unreachable", "A needed service cannot be reached")           \
    X(TIMEOUT, 504, 4, true, "timeout", "A needed service did not answer in time")              \
    X(STORAGE, 507, 4, true, "storage", "The store cannot take more data")                      \
    X(CANCELLED, 409, 1, false, "cancelled", "Cancelled")                                       \
    X(STALE, 409, 1, false, "stale", "Another node has taken over")

enum err_kind {
#define X(kind, ...) ERR_##kind,
    ERR_KINDS(X)
#undef X
        ERR_KIND_COUNT
};

struct err_kind_info {
    int http_status;
    int exit_code;
    bool again; /* can trying again help? */
    const char *code;
    const char *title;
};

/* Truncated texts stay valid UTF-8 when the source was. */
struct err {
    enum err_kind kind;
    int upstream_status;    /* HTTP status of the upstream answer; 0 when there was none */
    int64_t retry_after_ms; /* how long the upstream asked us to wait; 0 when it did not say */
    bool outcome_unknown;   /* a write was sent and may have taken effect: read back before sending again */
    char code[80];       /* upstream or own code, such as "Request_ResourceNotFound"; never empty when set */
    char message[800];   /* one sentence for a person */
    char request_id[80]; /* Microsoft's request id; empty when there is none */
};

const struct err_kind_info *err_info(enum err_kind kind); /* never NULL */

/* Both return false, so that failing is one line: `return err_set(err, ERR_INPUT, "…")`. err may be NULL.
 * err_set takes the kind's own code; err_code names another. */
bool err_set(struct err *err, enum err_kind kind, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
bool err_code(struct err *err, enum err_kind kind, const char *code, const char *format, ...)
    __attribute__((format(printf, 4, 5)));

/* Puts words before the message ("cannot open the store: …"); returns false. */
bool err_prefix(struct err *err, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* Can trying the failed call again help? */
bool err_again(const struct err *err);

#endif
