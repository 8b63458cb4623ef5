/* wire — HTTP requests over kept connections; the only code that knows libcurl.
 *
 * One I/O thread multiplexes all transfers; callers block on their own answer,
 * so hundreds of them wait cheaply. Redirects are never followed, only http and
 * https are spoken. Thread-safe. */
#ifndef CONNECTOR_WIRE_H
#define CONNECTOR_WIRE_H

#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "connector/cancel.h"

#define WIRE_USER_AGENT "NONISV|Lastday|Lastday/" LASTDAY_VERSION
#define WIRE_ANSWER_MAX (32u * 1024 * 1024) /* bytes of one decoded answer */

struct wire;

struct wire_settings {
    const char *ca_file;         /* extra certificate authorities in PEM, besides the
                                    system's; NULL for none */
    size_t host_connections_max; /* per host; 0 takes 32. A host that multiplexes (HTTP/2)
                                    needs a few of them only */
    size_t in_flight_max;        /* transfers handed to the network at once, the others
                                    queue (wire_queue.h); 0 takes 256 */
    int64_t connect_timeout_ms;  /* 0 takes 5000 */
};

/* NULL with ERR_CONFIG (ca_file cannot be read) or ERR_INTERNAL. Keeps no
 * argument. */
MUST_USE struct wire *wire_start(const struct wire_settings *settings, struct err *err);
/* Aborts what is under way (ERR_CANCELLED) and waits for its callers to leave;
 * none may come afterwards. NULL is fine. */
void wire_stop(struct wire *wire);

struct wire_request {
    const char *method;         /* "GET", "POST", … in capitals */
    const char *url;            /* absolute */
    const char *const *headers; /* "Name: value"; NULL ends the list; NULL for none */
    const void *body;           /* NULL for none */
    size_t body_length;
    int64_t timeout_ms; /* for the whole call, waiting in the queue included; at least 1 */
    int64_t send_by;    /* by clock_passed_ms of clock_system: looked at when everything is ready to be sent,
                           since a process can stand still; later it is ERR_TIMEOUT. 0: no limit */
    bool harmless;      /* a POST that changes nothing, such as one that only reads */
    struct cancel *cancel;  /* may be NULL */
    const char *flow;       /* on whose behalf (a tenant): flows share the wire evenly; NULL for nobody's */
    bool urgent;            /* goes before all that is not */
    const char *connect_to; /* an IP address: the connection goes there, whatever the URL's host resolves to;
                               name and certificate stay the URL's. NULL resolves */
    size_t answer_max;      /* bytes of the decoded answer; 0 takes WIRE_ANSWER_MAX */
};

/* Zero-initialise; wire_reply_done frees what it holds. */
struct wire_reply {
    int status;
    char *headers; /* "name: value\n", names in lower case, of the final answer;
                      never NULL when filled */
    char *body;    /* NUL-terminated, may hold other NUL bytes; never NULL when
                      filled */
    size_t body_length;
};
#define AUTO_WIRE_REPLY AUTO(wire_reply_done)
void wire_reply_done(struct wire_reply *reply);
/* Copies the first header of that name (lower case) into the buffer, cut to its
 * size; false when there is none. */
bool wire_header(const struct wire_reply *reply, const char *name, char *ret_value, size_t size);

/* The same for an HTTP date. */
bool wire_header_date(const struct wire_reply *reply, const char *name, int64_t *ret_utc_ms);

/* True for every complete HTTP answer, whatever its status. Otherwise false and
 * *ret stays empty: ERR_UNREACHABLE (no connection), ERR_TIMEOUT, ERR_UPSTREAM
 * (broken, closed or oversized answer), ERR_CANCELLED. err.outcome_unknown says
 * that a request which changes something may have arrived all the same.
 * Messages name the host, never the path or a header. */
bool wire_send(struct wire *wire, const struct wire_request *request, struct wire_reply *ret,
               struct err *err);

#endif
