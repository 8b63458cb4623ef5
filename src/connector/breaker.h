/* breaker — spares a service that is down, and those who wait for it (private to connector/).
 *
 * Opens after five faults within 30 s, unless at least as many calls went well between them: a service that
 * mostly answers is worth repeating. Open, it lets nobody through until a time that grows with every failed
 * probe; then one call, the probe, decides. Pure: time and chance come as arguments. Belongs to who holds its
 * lock. */
#ifndef CONNECTOR_BREAKER_H
#define CONNECTOR_BREAKER_H

#include <stdbool.h>
#include <stdint.h>

#include "base/rng.h"

#define BREAKER_FAULTS 5
#define BREAKER_WINDOW_MS 30000
#define BREAKER_PROBE_MS 2000      /* the first probe comes after half of that to all of it … */
#define BREAKER_PROBE_MAX_MS 60000 /* … later ones after twice as long each time, up to this */

enum breaker_state { BREAKER_CLOSED, BREAKER_OPEN, BREAKER_PROBING };
enum breaker_result { BREAKER_GOOD, BREAKER_FAULT, BREAKER_NEITHER };

/* Zero-initialise: closed. */
struct breaker {
    enum breaker_state state;
    struct {
        int64_t at;
        uint64_t good_before;
    } faults[BREAKER_FAULTS]; /* the last ones, as a ring */
    unsigned next;
    uint64_t good;        /* calls that went well, ever */
    uint64_t fault_count; /* since it was closed last */
    unsigned failed_probes;
    int64_t probe_at; /* monotonic */
};

/* How long until a call may pass; 0 now. While a probe is under way nobody knows: then a second. */
int64_t breaker_wait_ms(const struct breaker *breaker, int64_t now);
/* A call passes; true when it is the probe, which must report its result. */
bool breaker_pass(struct breaker *breaker);
/* What became of a call. Open, the results of other calls than the probe change nothing. */
void breaker_report(struct breaker *breaker, enum breaker_result result, bool probe, int64_t now,
                    const struct rng *rng);

#endif
