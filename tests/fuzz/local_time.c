/* "LOCAL TIME\nZONE" of a schedule, and a moment in RFC 3339: an instant or a sentence; a moment that is
 * written reads as itself. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/text.h"
#include "schedule/zone.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char local[200], written[TIME_TEXT_SIZE];
    int64_t utc_ms, again;
    enum zone_fit fit;
    struct err err = {0};
    if (size >= sizeof local)
        return 0;
    memcpy(local, data, size);
    local[size] = '\0';
    if (time_parse(local, &utc_ms) && (!time_parse(time_format(utc_ms, written), &again) || again != utc_ms))
        abort();
    char *zone = strchr(local, '\n');
    if (!zone)
        return 0;
    *zone++ = '\0';
    if (!zone_resolve(local, zone, &utc_ms, &fit, &err) && !*err.message)
        abort();
    return 0;
}
