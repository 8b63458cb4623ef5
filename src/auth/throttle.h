/* throttle — makes guessing slow: after five failures of one username from one address each further try must
 * wait 1 s, 2 s, 4 s … 60 s. In memory, of fixed size; a quarter of an hour without a failure forgets. */
#ifndef AUTH_THROTTLE_H
#define AUTH_THROTTLE_H

#include "base/rng.h"

struct throttle;

struct throttle *throttle_new(const struct clock *clock, const struct rng *rng); /* keeps clock */
void throttle_free(struct throttle *throttle);

/* Milliseconds that this pair must still wait; 0: go on. */
int64_t throttle_wait_ms(struct throttle *throttle, const char *username, const char *address);
void throttle_failed(struct throttle *throttle, const char *username, const char *address);
void throttle_passed(struct throttle *throttle, const char *username, const char *address);

#endif
