/* metrics — counts for Prometheus, with labels of few values: no user, no tenant ever becomes one.
 *
 * Thread-safe; counting takes no lock. */
#ifndef API_METRICS_H
#define API_METRICS_H

#include <stddef.h>
#include <stdint.h>

#include "base/text.h"

struct metrics;
#define METRICS_ROUTES_MAX 128
#define METRICS_NO_ROUTE METRICS_ROUTES_MAX /* requests that matched none */
struct metrics *metrics_new(void);
void metrics_free(struct metrics *metrics); /* NULL is fine */

/* route: its index, or METRICS_NO_ROUTE. */
void metrics_request(struct metrics *metrics, size_t route, int status, int64_t duration_ms);

/* One call to Microsoft 365; has the form of m365_settings.on_call. status 0: no answer. */
void metrics_upstream(void *metrics, const char *service, const char *method, int status,
                      int64_t duration_ms);

/* Somebody came in, or was refused; a try that had to wait counts as neither. */
void metrics_sign_in(struct metrics *metrics, bool oidc, bool good);

/* "# TYPE" and the samples; name_of(route) gives method and path template. */
struct metrics_route {
    const char *method;
    const char *path;
};
void metrics_write(const struct metrics *metrics, struct strbuf *buf,
                   struct metrics_route (*name_of)(size_t route));

/* One family written by hand: the head once, then its samples. type is "counter" or "gauge". */
void metrics_head(struct strbuf *buf, const char *name, const char *type, const char *help);
/* labels: name, value, … , NULL; values are escaped. */
void metrics_sample(struct strbuf *buf, const char *name, int64_t value, ...) __attribute__((sentinel));

#endif
