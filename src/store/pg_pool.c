#include "store/pg_pool.h"

#include <stdlib.h>

#include "base/clock.h"
#include "base/memory.h"
#include "base/thread.h"

#define PATIENCE_MS 3000 /* for a database that has just gone: a restart takes no longer */
#define BACKOFF_MIN_MS 50
#define BACKOFF_MAX_MS 2000

struct pg_pool {
    const struct pg_target *target;
    size_t most;
    pthread_mutex_t lock; /* everything below */
    pthread_cond_t changed;
    struct pg_conn *idle; /* the last one given back first */
    size_t open;          /* idle, in use or being made */
    unsigned long generation;
    int64_t down_since; /* 0: the last attempt to connect succeeded */
    int64_t next_try;
    int64_t backoff_ms;
    bool trying; /* while down: one thread at a time */
    struct err down;
};

static int64_t now_ms(void)
{
    return clock_mono_ms(clock_system());
}

struct pg_pool *pg_pool_new(const struct pg_target *target, size_t most)
{
    struct pg_pool *pool = must(calloc(1, sizeof *pool));
    pool->target = target;
    pool->most = most;
    pthread_mutex_init(&pool->lock, NULL);
    thread_cond_init(&pool->changed);
    return pool;
}

void pg_pool_free(struct pg_pool *pool)
{
    if (!pool)
        return;
    for (struct pg_conn *conn; (conn = pool->idle);) {
        pool->idle = conn->next;
        pg_conn_close(conn);
    }
    pthread_mutex_destroy(&pool->lock);
    pthread_cond_destroy(&pool->changed);
    free(pool);
}

static struct pg_conn *pop_locked(struct pg_pool *pool)
{
    struct pg_conn *conn = pool->idle;
    if (conn)
        pool->idle = conn->next;
    return conn;
}

static bool may_open_locked(const struct pg_pool *pool)
{
    return pool->open < pool->most && now_ms() >= pool->next_try && !(pool->down_since && pool->trying);
}

static void note_failure_locked(struct pg_pool *pool, enum pg_fault fault, const struct err *err)
{
    pool->open--;
    pool->backoff_ms = pool->backoff_ms ? pool->backoff_ms * 2 : BACKOFF_MIN_MS;
    if (pool->backoff_ms > BACKOFF_MAX_MS)
        pool->backoff_ms = BACKOFF_MAX_MS;
    pool->next_try = now_ms() + pool->backoff_ms;
    if (fault == PG_FULL && pool->open > 0)
        return; /* it answers: the connections that there are will do */
    pool->down = *err;
    pool->down_since = pool->down_since ? pool->down_since : now_ms();
}

/* Opens one without the lock. NULL: err says why; PG_REFUSED is not to be tried again. */
static struct pg_conn *open_locked(struct pg_pool *pool, enum pg_fault *ret_fault, struct err *err)
{
    unsigned long generation = pool->generation;
    pool->open++;
    pool->trying = true;
    pthread_mutex_unlock(&pool->lock);
    struct pg_conn *conn = pg_conn_open(pool->target, ret_fault, err);
    thread_lock(&pool->lock);
    pool->trying = false;
    if (conn) {
        conn->generation = generation;
        pool->down_since = pool->next_try = pool->backoff_ms = 0;
    } else {
        note_failure_locked(pool, *ret_fault, err);
    }
    pthread_cond_broadcast(&pool->changed);
    return conn;
}

struct pg_conn *pg_pool_take(struct pg_pool *pool, int64_t until, struct err *err)
{
    struct err own;
    enum pg_fault fault = PG_FINE;
    err_code(&own, ERR_UNREACHABLE, STORE_UNREACHABLE, "All connections to the store's database are in use.");
    WITH_LOCK(&pool->lock);
    for (;;) {
        struct pg_conn *conn = pop_locked(pool);
        if (!conn && may_open_locked(pool))
            conn = open_locked(pool, &fault, &own);
        if (conn)
            return conn;
        int64_t now = now_ms(), wake = until;
        bool hopeless = pool->down_since && now - pool->down_since >= PATIENCE_MS;
        if (hopeless)
            own = pool->down;
        if (hopeless || fault == PG_REFUSED || now >= until)
            break;
        if (pool->open < pool->most && pool->next_try > now && pool->next_try < wake)
            wake = pool->next_try;
        thread_wait_ms(&pool->changed, &pool->lock, wake - now);
    }
    if (err)
        *err = own;
    return NULL;
}

void pg_pool_give(struct pg_pool *pool, struct pg_conn *conn, bool lost)
{
    struct pg_conn *closing = lost ? conn : NULL;
    conn->next = NULL;
    {
        WITH_LOCK(&pool->lock);
        if (lost && conn->generation == pool->generation) {
            pool->generation++;
            for (struct pg_conn *idle; (idle = pop_locked(pool)); closing = idle) {
                pool->open--;
                idle->next = closing;
            }
        }
        if (!lost && (pg_conn_worn(conn) || conn->generation != pool->generation))
            closing = conn;
        if (!closing) {
            conn->next = pool->idle;
            pool->idle = conn;
        } else {
            pool->open--;
        }
        pthread_cond_broadcast(&pool->changed);
    }
    for (struct pg_conn *next; closing; closing = next) {
        next = closing->next;
        pg_conn_close(closing);
    }
}
