/* thread — locks that release themselves. */
#ifndef BASE_THREAD_H
#define BASE_THREAD_H

#include <pthread.h>
#include <stdint.h>

#include "base/err.h"

/* Holds the mutex until the end of the enclosing block: `WITH_LOCK(&engine->lock);` */
#define WITH_LOCK(mutex) WITH_LOCK_(mutex, __COUNTER__)
#define WITH_LOCK_(mutex, n) WITH_LOCK__(mutex, n)
#define WITH_LOCK__(mutex, n) pthread_mutex_t *AUTO(thread_unlock) with_lock_##n = thread_lock(mutex)

pthread_mutex_t *thread_lock(pthread_mutex_t *mutex); /* returns its argument */
void thread_unlock(pthread_mutex_t **mutex);

/* A condition variable on the monotonic clock, for thread_wait_ms. */
void thread_cond_init(pthread_cond_t *cond);
/* Waits with the mutex held; false when timeout_ms has passed first. A negative timeout waits for ever. */
bool thread_wait_ms(pthread_cond_t *cond, pthread_mutex_t *mutex, int64_t timeout_ms);

/* Starts a thread with a name of at most 15 characters, all signals blocked. Aborts when none can be had. */
pthread_t thread_start(const char *name, void *(*run)(void *), void *arg);

#endif
