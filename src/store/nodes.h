/* nodes — the processes that share this store: who they are, and when each gave its last sign of life.
 *
 * For people to look at; nothing is decided by it. Times go by the clock that all nodes share
 * (tx_lease_base). */
#ifndef STORE_NODES_H
#define STORE_NODES_H

#include "store/store.h"

#define NODE_BEAT_MS ((int64_t)10 * 1000) /* how often a node on a shared store says that it lives */
#define NODE_SILENT_MS (3 * NODE_BEAT_MS) /* longer without a word: it is taken for dead */
#define NODE_KEPT_MS ((int64_t)7 * 24 * 3600 * 1000) /* the dead are shown for so long */

/* Borrowed texts; name and role together are what a node is known by. */
struct node_self {
    const char *name, *role, *version;
};

/* In the place of what had this name and role before; on a store for one process in the place of all. */
MUST_USE bool nodes_enter(struct tx *tx, const struct node_self *self, bool shared, int64_t now,
                          struct err *err);
/* A sign of life; forgets those that have been dead for long. Enters it again when its row is gone. */
MUST_USE bool nodes_beat(struct tx *tx, const struct node_self *self, int64_t now, struct err *err);
/* It stops, and is listed no more. */
MUST_USE bool nodes_leave(struct tx *tx, const struct node_self *self, struct err *err);
/* By name: a new array of {name, role, version, started_at, seen_at, alive, self}. The one that asks lives:
 * it was seen just now. NULL with err set. */
MUST_USE json_t *nodes_list(struct tx *tx, const struct node_self *self, int64_t now, struct err *err);

#endif
