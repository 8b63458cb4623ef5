#include "connector/limit.h"

enum measure { USERS, LICENSES };

static const struct limit_info limits[LIMIT_COUNT] = {
#define LIMIT(id, whose, window_ms, kept) [LIMIT_##id] = {LIMIT_OF_##whose, window_ms, kept},
#define AMOUNT(...)
#include "connector/limit.def"
#undef LIMIT
#undef AMOUNT
};

static const struct {
    enum limit limit;
    enum measure measure;
    size_t from;
    int64_t amount;
} amounts[] = {
#define LIMIT(...)
#define AMOUNT(id, measure, from, amount) {LIMIT_##id, measure, from, amount},
#include "connector/limit.def"
#undef LIMIT
#undef AMOUNT
};

static const struct {
    const char *service;
    unsigned places;
} lanes[LANE_COUNT] = {
#define LANE(id, service, places) [LANE_##id] = {service, places},
#include "connector/lane.def"
#undef LANE
};

const struct limit_info *limit_info(enum limit limit)
{
    return &limits[limit];
}

int64_t limit_amount(enum limit limit, size_t users, size_t licenses)
{
    int64_t amount = 0;
    for (size_t i = 0; i < sizeof amounts / sizeof *amounts; i++) {
        size_t size = amounts[i].measure == USERS ? users : licenses;
        if (amounts[i].limit == limit && size >= amounts[i].from)
            amount = amounts[i].amount;
    }
    return amount;
}

const char *lane_service(enum lane_id lane)
{
    return lanes[lane].service;
}

unsigned lane_places(enum lane_id lane)
{
    return lanes[lane].places;
}
