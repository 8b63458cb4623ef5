/* limit — how much Microsoft 365 lets an application do: limit.def and lane.def as data (private to
 * connector/). Pure. */
#ifndef CONNECTOR_LIMIT_H
#define CONNECTOR_LIMIT_H

#include <stddef.h>
#include <stdint.h>

enum lane_id {
#define LANE(id, ...) LANE_##id,
#include "connector/lane.def"
#undef LANE
    LANE_COUNT
};
#define LANE_BIT(id) (1u << (id))

enum limit {
#define LIMIT(id, ...) LIMIT_##id,
#define AMOUNT(...)
#include "connector/limit.def"
#undef LIMIT
#undef AMOUNT
    LIMIT_COUNT
};
#define LIMIT_BIT(id) (1u << (id))

enum limit_whose { LIMIT_OF_APP, LIMIT_OF_TENANT, LIMIT_OF_MAILBOX };

struct limit_info {
    enum limit_whose whose;
    int64_t window_ms;
    int64_t kept_percent;
};

const struct limit_info *limit_info(enum limit limit);
/* How many units per window, in a tenant of that size; 0 and 0 for one of unknown size. */
int64_t limit_amount(enum limit limit, size_t users, size_t licenses);

const char *lane_service(enum lane_id lane); /* "graph" */
unsigned lane_places(enum lane_id lane);

#endif
