/* lane — who may call a service of a tenant now: closed while the service asked
 * us to wait, and narrow (private to connector/).
 *
 * One lane per (tenant, service); the lane with the tenant "" is a whole
 * service. Thread-safe. */
#ifndef CONNECTOR_LANE_H
#define CONNECTOR_LANE_H

#include "base/clock.h"
#include "connector/cancel.h"

struct lanes;
struct lane;
/* Who goes first when places are short: nobody enters while somebody of a higher rank waits. */
enum lane_rank { LANE_URGENT, LANE_NORMAL, LANE_BACKGROUND, LANE_RANKS };

struct lanes *lanes_new(const struct clock *clock);
void lanes_free(struct lanes *lanes);

/* Waits until the lane is open and one of its `width` places is free. Both limits are monotonic: a lane that
 * opens after opens_by gives ERR_LIMIT with retry_after_ms at once, one that is still full at place_by gives
 * it then. Otherwise ERR_CANCELLED. Leave with lane_leave. */
MUST_USE struct lane *lane_enter(struct lanes *lanes, const char *tenant_id, const char *service,
                                 unsigned width, enum lane_rank rank, int64_t opens_by, int64_t place_by,
                                 struct cancel *cancel, struct err *err);
void lane_leave(struct lanes *lanes, struct lane *lane);
/* How many wait for a place just now. */
unsigned lane_waiting(struct lanes *lanes, const char *tenant_id, const char *service);
/* Nobody enters for the next delay_ms; never shortens an earlier closing. */
void lane_close(struct lanes *lanes, const char *tenant_id, const char *service, int64_t delay_ms);

#endif
