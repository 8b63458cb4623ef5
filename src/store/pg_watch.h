/* pg_watch — one connection that listens: what other nodes tell wakes those who watch, and what this node has
 * to tell goes out from here, after the commits and some of it together: a NOTIFY inside a transaction would
 * make all commits of a database wait for each other. It also looks whether the store was brought to a newer
 * version, and holds the lock on this node's name. One thread. Thread-safe. */
#ifndef STORE_PG_WATCH_H
#define STORE_PG_WATCH_H

#include "store/pg_conn.h"

struct pg_watch;

/* Starts the thread; keeps target, which must outlive it. */
struct pg_watch *pg_watch_start(const struct pg_target *target);
void pg_watch_stop(struct pg_watch *watch); /* NULL is fine */

void pg_watch_set(struct pg_watch *watch, enum store_topic topic, void (*wake)(void *ctx), void *ctx);
void pg_watch_tell(struct pg_watch *watch, enum store_topic topic);
/* Waits a moment for the lock on the name; false when another living node seems to hold it. */
MUST_USE bool pg_watch_take_name(struct pg_watch *watch, const char *name);
/* The schema as it was last seen; 0 before that. */
int64_t pg_watch_schema(struct pg_watch *watch);

#endif
