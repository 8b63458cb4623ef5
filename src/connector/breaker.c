#include "connector/breaker.h"

#include <string.h>

#define WHILE_PROBING_MS 1000

int64_t breaker_wait_ms(const struct breaker *breaker, int64_t now)
{
    switch (breaker->state) {
    case BREAKER_OPEN:
        return breaker->probe_at > now ? breaker->probe_at - now : 0;
    case BREAKER_PROBING:
        return WHILE_PROBING_MS;
    default:
        return 0;
    }
}

bool breaker_pass(struct breaker *breaker)
{
    bool probe = breaker->state == BREAKER_OPEN;
    if (probe)
        breaker->state = BREAKER_PROBING;
    return probe;
}

static void trip(struct breaker *breaker, int64_t now, const struct rng *rng)
{
    unsigned doublings = breaker->failed_probes < 8 ? breaker->failed_probes : 8;
    uint32_t most = (uint32_t)BREAKER_PROBE_MS << doublings;
    most = most < BREAKER_PROBE_MAX_MS ? most : BREAKER_PROBE_MAX_MS;
    breaker->state = BREAKER_OPEN;
    breaker->probe_at = now + most / 2 + rng_below(rng, most / 2 + 1);
}

static void note_fault(struct breaker *breaker, int64_t now, const struct rng *rng)
{
    unsigned oldest = (breaker->next + 1) % BREAKER_FAULTS;
    breaker->faults[breaker->next].at = now;
    breaker->faults[breaker->next].good_before = breaker->good;
    breaker->next = oldest;
    if (++breaker->fault_count < BREAKER_FAULTS)
        return;
    if (now - breaker->faults[oldest].at <= BREAKER_WINDOW_MS &&
        breaker->good - breaker->faults[oldest].good_before < BREAKER_FAULTS)
        trip(breaker, now, rng);
}

void breaker_report(struct breaker *breaker, enum breaker_result result, bool probe, int64_t now,
                    const struct rng *rng)
{
    if (breaker->state == BREAKER_CLOSED) {
        breaker->good += result == BREAKER_GOOD;
        if (result == BREAKER_FAULT)
            note_fault(breaker, now, rng);
        return;
    }
    if (!probe)
        return;
    if (result == BREAKER_GOOD) {
        memset(breaker, 0, sizeof *breaker);
    } else if (result == BREAKER_FAULT) {
        breaker->failed_probes++;
        trip(breaker, now, rng);
    } else { /* it never got as far: the next one is the probe */
        breaker->state = BREAKER_OPEN;
        breaker->probe_at = now;
    }
}
