#include "connector/cancel.h"

#include <stdlib.h>
#include <time.h>

#include "base/clock.h"
#include "base/memory.h"
#include "base/thread.h"

/* Lock order: cancel->lock, then the mutex of a watch. */
struct cancel {
    pthread_mutex_t lock;
    pthread_cond_t wake;
    _Atomic bool requested;
    struct cancel_watch *watches;
};

struct cancel *cancel_new(void)
{
    struct cancel *cancel = must(calloc(1, sizeof *cancel));
    pthread_mutex_init(&cancel->lock, NULL);
    thread_cond_init(&cancel->wake);
    return cancel;
}

void cancel_free(struct cancel *cancel)
{
    if (!cancel)
        return;
    pthread_cond_destroy(&cancel->wake);
    pthread_mutex_destroy(&cancel->lock);
    free(cancel);
}

void cancel_trigger(struct cancel *cancel)
{
    WITH_LOCK(&cancel->lock);
    cancel->requested = true;
    pthread_cond_broadcast(&cancel->wake);
    for (struct cancel_watch *watch = cancel->watches; watch; watch = watch->next) {
        /* The mutex closes the gap between a waiter's check of the flag and its
         * wait. */
        WITH_LOCK(watch->mutex);
        pthread_cond_broadcast(watch->cond);
    }
}

bool cancel_requested(const struct cancel *cancel)
{
    return cancel && cancel->requested;
}

void cancel_watch(struct cancel *cancel, struct cancel_watch *watch)
{
    if (!cancel)
        return;
    WITH_LOCK(&cancel->lock);
    watch->next = cancel->watches;
    watch->link = &cancel->watches;
    if (watch->next)
        watch->next->link = &watch->next;
    cancel->watches = watch;
}

void cancel_unwatch(struct cancel *cancel, struct cancel_watch *watch)
{
    if (!cancel)
        return;
    WITH_LOCK(&cancel->lock);
    *watch->link = watch->next;
    if (watch->next)
        watch->next->link = watch->link;
}

static int64_t now_ms(void)
{
    return clock_mono_ms(clock_system());
}

bool cancel_sleep_ms(struct cancel *cancel, int64_t ms)
{
    if (!cancel) {
        nanosleep(&(struct timespec){ms / 1000, ms % 1000 * 1000000}, NULL);
        return true;
    }
    int64_t until = now_ms() + ms;
    WITH_LOCK(&cancel->lock);
    while (!cancel->requested) {
        int64_t left = until - now_ms();
        if (left <= 0)
            return true;
        thread_wait_ms(&cancel->wake, &cancel->lock, left);
    }
    return false;
}
