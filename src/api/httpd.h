/* httpd — libmicrohttpd behind a narrow door: reads requests, hands them to worker threads, sends answers.
 *
 * Nothing ever blocks one of its two event threads: a complete request is suspended, answered by a worker and
 * resumed; an event stream is suspended while it has nothing to say. Requests with ambiguous framing
 * (guard.h) and bodies over the limit are refused before anything else sees them. */
#ifndef API_HTTPD_H
#define API_HTTPD_H

#include "api/http.h"
#include "base/clock.h"
#include "base/rng.h"

struct httpd_settings {
    const char *listen; /* "127.0.0.1:8080", "[::1]:8080", ":8080" for every address; port 0: any free */
    const char *certificate_pem; /* contents; both NULL: plain HTTP */
    const char *key_pem;
    const char *const *trusted_proxies; /* addresses, NULL ends; their X-Forwarded-For is believed */
    bool secure;                        /* people reach us by https, here or at a proxy before us */
    int workers;                        /* threads that run `answer` */
    const struct clock *clock;
    const struct rng *rng;
};

#define HTTPD_BODY_MAX (1024 * 1024)
#define HTTPD_MEMORY_PER_CONNECTION (16 * 1024)
#define HTTPD_TIMEOUT_SECONDS 60

/* Called on a worker thread; may block. Fills the reply, whose texts live in the arena or for ever. */
typedef void httpd_answer(void *context, const struct http_request *request, struct arena *arena,
                          struct reply *reply);

struct httpd;
/* NULL with err set, such as when the address is in use. Keeps no setting but the proxies' list, clock, rng.
 */
MUST_USE struct httpd *httpd_start(const struct httpd_settings *settings, httpd_answer *answer, void *context,
                                   struct err *err);
int httpd_port(const struct httpd *httpd); /* the port that was bound */

/* First takes no new request and finishes those under way; then, when all event streams were ended by their
 * writers, sends what is left and closes. */
void httpd_drain(struct httpd *httpd);
void httpd_stop(struct httpd *httpd); /* after httpd_drain; frees; NULL is fine */

#endif
