#include "notify/retry.h"

#include "base/text.h"

#define SECOND INT64_C(1000)
#define MINUTE (60 * SECOND)
#define HOUR (60 * MINUTE)

static const int64_t delays[] = {0,        5 * SECOND, 5 * MINUTE, 30 * MINUTE, 2 * HOUR,
                                 5 * HOUR, 10 * HOUR,  14 * HOUR,  20 * HOUR,   24 * HOUR};

int64_t retry_delay_ms(const struct rng *rng, int64_t step)
{
    if (step >= (int64_t)(sizeof delays / sizeof *delays))
        return -1;
    int64_t delay = delays[step], tenth = delay / 10;
    return delay - tenth + (int64_t)rng_below(rng, (uint32_t)(2 * tenth + 1));
}

int64_t retry_probe_ms(const struct rng *rng)
{
    return RETRY_PROBE_MS - RETRY_PROBE_SPREAD_MS + (int64_t)rng_below(rng, 2 * RETRY_PROBE_SPREAD_MS + 1);
}

int64_t retry_after_ms(const struct wire_reply *reply, int64_t now)
{
    char text[64];
    int64_t seconds, at, ms = 0;
    if (!wire_header(reply, "retry-after", text, sizeof text))
        return 0;
    if (text_to_int(text, 0, INT64_MAX / 1000, &seconds))
        ms = seconds * 1000;
    else if (wire_header_date(reply, "retry-after", &at))
        ms = at - now;
    return ms < 0 ? 0 : ms > RETRY_AFTER_MAX_MS ? RETRY_AFTER_MAX_MS : ms;
}
