/* cancel — one flag that makes every call waiting on it give up at once.
 *
 * Whoever runs an offboarding owns one, passes it with each call and triggers
 * it from any thread. Thread-safe. */
#ifndef CONNECTOR_CANCEL_H
#define CONNECTOR_CANCEL_H

#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>

struct cancel;

struct cancel *cancel_new(void);
/* NULL is fine. No call may still be using it. */
void cancel_free(struct cancel *cancel);
/* Calls that wait return false with ERR_CANCELLED; later ones do not start.
 * Cannot be undone. */
void cancel_trigger(struct cancel *cancel);
bool cancel_requested(const struct cancel *cancel); /* NULL is never cancelled */

/* For code that waits on a condition variable of its own: the trigger
 * broadcasts it. Lives in the caller's storage. Watch and unwatch without
 * holding the mutex. */
struct cancel_watch {
    pthread_mutex_t *mutex;
    pthread_cond_t *cond;
    struct cancel_watch *next;
    struct cancel_watch **link;
};
void cancel_watch(struct cancel *cancel, struct cancel_watch *watch); /* NULL cancel is fine */
void cancel_unwatch(struct cancel *cancel, struct cancel_watch *watch);

/* Sleeps; false as soon as it is cancelled. */
bool cancel_sleep_ms(struct cancel *cancel, int64_t ms);

#endif
