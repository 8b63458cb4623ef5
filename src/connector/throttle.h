/* throttle — what an answer says about limits (private to connector/). Pure. */
#ifndef CONNECTOR_THROTTLE_H
#define CONNECTOR_THROTTLE_H

#include "base/json.h"
#include "connector/wire.h"

struct throttle {
    int64_t wait_ms;  /* a refusal: come again after; 0 when it does not say */
    int64_t space_ms; /* the limit is nearly used up: keep this distance; 0 when it is not */
    bool all_tenants; /* the refusal concerns the application everywhere */
    bool writes_only; /* it concerns changes alone */
};

/* Refusals by status: throttled, not wrong. */
bool throttle_refuses(int status); /* 429, 503, and 509 of files */

/* Retry-After in seconds or as a date against the server's own Date, RateLimit-Reset of SharePoint and
 * Rate-Limit-Reset of Exchange: the longest counts, a day at most. now_utc_ms is for answers without a Date.
 * Early signs: x-ms-throttle-limit-percentage above 0.8, and less than a fifth remaining of
 * RateLimit-Limit. */
struct throttle throttle_read(const struct wire_reply *reply, int64_t now_utc_ms);

/* The headers of one part of a batch ({"Retry-After": "12"}), as wire_reply has them; with the Date of the
 * envelope when it has none. The caller frees them. */
char *throttle_part_headers(const json_t *headers, const struct wire_reply *envelope);

#endif
