/* json_damage — for tests: every way in which one part of a JSON value can be missing, of another type,
 * empty, or much longer than is usual. */
#ifndef BASE_JSON_DAMAGE_H
#define BASE_JSON_DAMAGE_H

#include "base/json.h"

/* Calls each with copies of the value in which one part, or the whole, is another; borrowed. Returns how
 * many. */
int json_damage(const json_t *value, void (*each)(void *ctx, const json_t *damaged), void *ctx);

#endif
