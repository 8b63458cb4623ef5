/* clock — the time comes in through an interface, so that a test owns it.
 *
 * utc_ms is Unix time in milliseconds, for what people see and for due times; mono_ms never jumps, for leases
 * and timeouts. Both are thread-safe. */
#ifndef BASE_CLOCK_H
#define BASE_CLOCK_H

#include <stdint.h>

#include "base/err.h"

struct clock {
    int64_t (*utc_ms)(const struct clock *clock);
    int64_t (*mono_ms)(const struct clock *clock);
};

const struct clock *clock_system(void);
int64_t clock_utc_ms(const struct clock *clock);
int64_t clock_mono_ms(const struct clock *clock);

#define TIME_TEXT_SIZE 25 /* "2026-12-24T16:00:00.000Z" and NUL */

/* RFC 3339 in UTC with milliseconds; returns text. */
char *time_format(int64_t utc_ms, char text[TIME_TEXT_SIZE]);
/* RFC 3339 with any offset and up to nine fraction digits (cut to milliseconds). */
MUST_USE bool time_parse(const char *text, int64_t *ret_utc_ms);

#endif
