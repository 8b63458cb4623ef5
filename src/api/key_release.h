/* key_release — gives Idempotency-Keys free that could not be given free when their request ended, because
 * the store was away: it goes on trying until it is back. Without it the key would stay taken for as long as
 * this process lives, at every node. Thread-safe. */
#ifndef API_KEY_RELEASE_H
#define API_KEY_RELEASE_H

#include "store/idempotency.h"

struct key_release;

/* The store is borrowed until key_release_stop. */
struct key_release *key_release_start(struct store *store);
/* What is left is free once this process has ended. NULL is fine. */
void key_release_stop(struct key_release *release);
/* Copies the claim. Its request must be over. */
void key_release_add(struct key_release *release, const struct idempotency_claim *claim);

#endif
