/* pool — a few threads that do what must not block the HTTP threads: the store, password hashes, calls to
 * Microsoft 365. Thread-safe. */
#ifndef API_POOL_H
#define API_POOL_H

#include <stddef.h>

#include "base/err.h"

struct pool;

/* threads in [1, 256]; at most max_waiting jobs wait. */
struct pool *pool_new(int threads, size_t max_waiting);
/* Queues run(arg). False, and nothing queued, when too many wait or the pool is being stopped. */
MUST_USE bool pool_submit(struct pool *pool, void (*run)(void *arg), void *arg);
/* Takes nothing more, finishes what was queued, ends the threads. The pool can still be asked (and refuses)
 * until pool_free. */
void pool_stop(struct pool *pool);
void pool_free(struct pool *pool); /* after pool_stop; NULL is fine */

#endif
