/* pg_watch — one connection that listens: what other nodes tell wakes those who watch, and what this node has
 * to tell goes out from here, after the commits and some of it together: a NOTIFY inside a transaction would
 * make all commits of a database wait for each other. It also looks whether the store was brought to a newer
 * version, and holds the locks on this process and on this node's name. One thread. Thread-safe. */
#ifndef STORE_PG_WATCH_H
#define STORE_PG_WATCH_H

#include "store/pg_conn.h"

struct pg_watch;

/* Whether the watch of the process $1 is connected: it holds a lock as long as it is, which the server's list
 * of locks shows in two halves. */
#define PG_PROCESS_LOCK "hashtextextended('lastday process ' || $1, 0)"
#define PG_PROCESS_LIVES                                                                              \
    "SELECT EXISTS (SELECT 1 FROM pg_locks WHERE locktype = 'advisory' AND granted AND objsubid = 1 " \
    "AND database = (SELECT oid FROM pg_database WHERE datname = current_database()) AND "            \
    "((classid::bigint << 32) | objid::bigint) = " PG_PROCESS_LOCK ")"

/* Starts the thread; keeps target and process (store_process), which must outlive it. */
struct pg_watch *pg_watch_start(const struct pg_target *target, const char *process);
void pg_watch_stop(struct pg_watch *watch); /* NULL is fine */

void pg_watch_set(struct pg_watch *watch, enum store_topic topic, void (*wake)(void *ctx), void *ctx);
void pg_watch_tell(struct pg_watch *watch, enum store_topic topic);
/* Waits a moment for the lock on the name; false when another living node seems to hold it. */
MUST_USE bool pg_watch_take_name(struct pg_watch *watch, const char *name);
/* The schema as it was last seen; 0 before that. */
int64_t pg_watch_schema(struct pg_watch *watch);

#endif
