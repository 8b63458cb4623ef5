/* clock — the time comes in through an interface, so that a test owns it.
 *
 * utc_ms is Unix time in milliseconds, for what people see and for due times; mono_ms never jumps, for leases
 * and timeouts. passed_ms never jumps either and counts the time that the computer slept; NULL takes mono_ms.
 * wait_ms is how a wait passes: NULL waits really, a test puts its time forward instead. All
 * are thread-safe. */
#ifndef BASE_CLOCK_H
#define BASE_CLOCK_H

#include <pthread.h>
#include <stdint.h>

#include "base/err.h"

struct clock {
    int64_t (*utc_ms)(const struct clock *clock);
    int64_t (*mono_ms)(const struct clock *clock);
    void (*wait_ms)(const struct clock *clock, pthread_cond_t *cond, pthread_mutex_t *mutex, int64_t ms);
    int64_t (*passed_ms)(const struct clock *clock);
};

const struct clock *clock_system(void);
int64_t clock_utc_ms(const struct clock *clock);
int64_t clock_mono_ms(const struct clock *clock);
int64_t clock_passed_ms(const struct clock *clock);
/* Waits with the mutex held until the condition (thread_cond_init) is signalled, or for ms by mono_ms; may
 * come back earlier, as all such waits do. */
void clock_wait_ms(const struct clock *clock, pthread_cond_t *cond, pthread_mutex_t *mutex, int64_t ms);

#define TIME_TEXT_SIZE 25 /* "2026-12-24T16:00:00.000Z" and NUL */

/* RFC 3339 in UTC with milliseconds; returns text. */
char *time_format(int64_t utc_ms, char text[TIME_TEXT_SIZE]);
/* RFC 3339 with any offset and up to nine fraction digits (cut to milliseconds). */
MUST_USE bool time_parse(const char *text, int64_t *ret_utc_ms);

#endif
