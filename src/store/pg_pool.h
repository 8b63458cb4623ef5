/* pg_pool — a bounded number of connections that the threads of a process share.
 *
 * While the database does not answer one thread at a time tries to reach it, further and further apart; the
 * others wait for a moment and are then refused at once, so that nothing piles up. Thread-safe. */
#ifndef STORE_PG_POOL_H
#define STORE_PG_POOL_H

#include "store/pg_conn.h"

struct pg_pool;

/* Keeps target, which must outlive it. Opens nothing yet. */
struct pg_pool *pg_pool_new(const struct pg_target *target, size_t most);
void pg_pool_free(struct pg_pool *pool); /* nobody may hold a connection; NULL is fine */

/* NULL with err set. Waits at most until that moment of the monotonic clock. */
MUST_USE struct pg_conn *pg_pool_take(struct pg_pool *pool, int64_t until, struct err *err);
/* lost: the connection is of no use, and those that are idle are suspected, too. */
void pg_pool_give(struct pg_pool *pool, struct pg_conn *conn, bool lost);

#endif
