#include "api/pool.h"

#include <stdlib.h>

#include "base/memory.h"
#include "base/thread.h"

struct job {
    void (*run)(void *arg);
    void *arg;
};

struct pool {
    pthread_mutex_t lock; /* guards all below */
    pthread_cond_t wake;
    struct job *jobs; /* ring */
    size_t capacity;
    size_t first;
    size_t count;
    bool stopping;
    pthread_t *threads; /* set before the first thread runs */
    int thread_count;
};

static bool take_job(struct pool *pool, struct job *ret_job)
{
    WITH_LOCK(&pool->lock);
    while (pool->count == 0 && !pool->stopping)
        thread_wait_ms(&pool->wake, &pool->lock, -1);
    if (pool->count == 0)
        return false;
    *ret_job = pool->jobs[pool->first];
    pool->first = (pool->first + 1) % pool->capacity;
    pool->count--;
    return true;
}

static void *pool_thread(void *arg)
{
    struct pool *pool = arg;
    struct job job;
    while (take_job(pool, &job))
        job.run(job.arg);
    return NULL;
}

struct pool *pool_new(int threads, size_t max_waiting)
{
    struct pool *pool = must(calloc(1, sizeof *pool));
    pool->jobs = must(calloc(max_waiting, sizeof *pool->jobs));
    pool->threads = must(calloc((size_t)threads, sizeof *pool->threads));
    pool->capacity = max_waiting;
    pthread_mutex_init(&pool->lock, NULL);
    thread_cond_init(&pool->wake);
    for (; pool->thread_count < threads; pool->thread_count++)
        pool->threads[pool->thread_count] = thread_start("api", pool_thread, pool);
    return pool;
}

bool pool_submit(struct pool *pool, void (*run)(void *arg), void *arg)
{
    WITH_LOCK(&pool->lock);
    if (pool->stopping || pool->count == pool->capacity)
        return false;
    pool->jobs[(pool->first + pool->count++) % pool->capacity] = (struct job){run, arg};
    pthread_cond_signal(&pool->wake);
    return true;
}

void pool_stop(struct pool *pool)
{
    {
        WITH_LOCK(&pool->lock);
        pool->stopping = true;
        pthread_cond_broadcast(&pool->wake);
    }
    for (int i = 0; i < pool->thread_count; i++)
        pthread_join(pool->threads[i], NULL);
    pool->thread_count = 0;
}

void pool_free(struct pool *pool)
{
    if (!pool)
        return;
    pthread_mutex_destroy(&pool->lock);
    pthread_cond_destroy(&pool->wake);
    free(pool->jobs);
    free(pool->threads);
    free(pool);
}
