/* retry — when a delivery is tried again. Pure.
 *
 * The schedule of Standard Webhooks: at once, then after 5 s, 5 min, 30 min, 2, 5, 10, 14, 20 and 24 hours,
 * about three days in all, each a tenth longer or shorter by chance. */
#ifndef NOTIFY_RETRY_H
#define NOTIFY_RETRY_H

#include "base/rng.h"
#include "connector/wire.h"

#define RETRY_PROBE_MS (4 * 60 * 1000)    /* a failing endpoint is tried out of turn this often … */
#define RETRY_PROBE_SPREAD_MS (30 * 1000) /* … give or take */
#define RETRY_AFTER_MAX_MS (INT64_C(24) * 3600 * 1000) /* no receiver makes us wait longer at a time */

/* Milliseconds from now to the try number step + 1 (step counts those made, at least 1); -1: that was the
 * last. */
int64_t retry_delay_ms(const struct rng *rng, int64_t step);
int64_t retry_probe_ms(const struct rng *rng);
/* What Retry-After says, in seconds or as a date, at most RETRY_AFTER_MAX_MS; 0 when it says nothing. */
int64_t retry_after_ms(const struct wire_reply *reply, int64_t now);

#endif
