/* lane — how many requests of one tenant may be at one service, and when none may. Thread-safe. */
#ifndef CONNECTOR_LANE_H
#define CONNECTOR_LANE_H

#include <pthread.h>
#include <stdatomic.h>

#include "base/clock.h"
#include "connector/cancel.h"

struct lane {
    pthread_mutex_t lock;
    pthread_cond_t changed;
    const char *title;
    int at_once;
    int active;
    int urgent_waiting;
    int64_t closed_until; /* monotonic */
    bool broken;          /* closed because of faults, not because it asked */
    int faults;           /* in a row */
    int64_t first_fault;
};

void lane_init(struct lane *lane, const char *title, int at_once);
void lane_done(struct lane *lane);

/* Waits for a free place, urgent callers first, and while the lane is closed, the latter for at most
 * *patience_ms, from which the wait is taken. also_until closes it too (NULL for none). False: ERR_LIMIT or,
 * after faults, ERR_UPSTREAM with retry_after_ms; ERR_CANCELLED. */
bool lane_enter(struct lane *lane, const struct clock *clock, const _Atomic int64_t *also_until,
                struct cancel *cancel, bool urgent, int64_t *patience_ms, struct err *err);
void lane_leave(struct lane *lane);
/* Nothing enters until then; never shortens. */
void lane_close(struct lane *lane, int64_t until_mono_ms);
/* Counts faults: the fifth in a row within 30 s closes the lane for 10 s. */
void lane_note(struct lane *lane, int64_t now_mono_ms, bool fault);

#endif
