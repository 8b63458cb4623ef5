/* zone — local time and time zone to the instant they mean.
 *
 * The only file that knows GLib's GTimeZone, which reads the system's tzdata. Pure but for that; thread-safe.
 */
#ifndef SCHEDULE_ZONE_H
#define SCHEDULE_ZONE_H

#include <stdint.h>

#include "base/err.h"

enum zone_fit {
    ZONE_EXACT,
    ZONE_GAP,     /* a clock change skips that local time: the first instant after it was taken */
    ZONE_OVERLAP, /* it occurs twice: the first was taken */
};

/* The IANA name that a Windows name stands for; any other name as it is. */
const char *zone_iana(const char *name);

/* local is "YYYY-MM-DDTHH:MM" with optional ":SS" and no offset; zone an IANA name that the system's tzdata
 * knows ("Europe/Amsterdam", "UTC") or a name of Windows ("W. Europe Standard Time"): offsets and POSIX rules
 * are not names. ret_fit may be NULL. False with err set (ERR_INPUT, code "bad_time" or "unknown_time_zone").
 */
MUST_USE bool zone_resolve(const char *local, const char *zone, int64_t *ret_utc_ms, enum zone_fit *ret_fit,
                           struct err *err);

/* A day as the clocks of a zone show it. */
struct zone_day {
    char date[11];     /* "2026-12-24" */
    int weekday;       /* 1 is Monday */
    int day_of_month;  /* 1 is the first */
    int64_t begins_at; /* its first instant, Unix ms */
};
/* The day of that instant, or one that is some days later (or earlier). ERR_INPUT, code "unknown_time_zone".
 */
MUST_USE bool zone_day(int64_t utc_ms, int days_later, const char *zone, struct zone_day *ret,
                       struct err *err);

#endif
