#include "connector/lane.h"

#include "base/thread.h"

#define FAULTS_MAX 5
#define FAULTS_WITHIN_MS 30000
#define BROKEN_MS 10000

void lane_init(struct lane *lane, const char *title, int at_once)
{
    *lane = (struct lane){.title = title, .at_once = at_once};
    pthread_mutex_init(&lane->lock, NULL);
    thread_cond_init(&lane->changed);
}

void lane_done(struct lane *lane)
{
    pthread_cond_destroy(&lane->changed);
    pthread_mutex_destroy(&lane->lock);
}

static bool closed(const struct lane *lane, int64_t wait_ms, struct err *err)
{
    if (lane->broken)
        err_code(err, ERR_UPSTREAM, "failing", "%s keeps failing; it is left alone for a while.",
                 lane->title);
    else
        err_code(err, ERR_LIMIT, "throttled", "%s asked to wait %lld seconds.", lane->title,
                 (long long)((wait_ms + 999) / 1000));
    if (err)
        err->retry_after_ms = wait_ms;
    return false;
}

static bool wait_locked(struct lane *lane, const struct clock *clock, const _Atomic int64_t *also_until,
                        struct cancel *cancel, bool urgent, int64_t *patience_ms, struct err *err)
{
    for (;;) {
        int64_t now = clock_mono_ms(clock);
        int64_t until = lane->closed_until;
        if (also_until && *also_until > until)
            until = *also_until;
        if (cancel_requested(cancel))
            return err_set(err, ERR_CANCELLED, "The call was cancelled.");
        if (until > now) {
            if (until - now > *patience_ms)
                return closed(lane, until - now, err);
            thread_wait_ms(&lane->changed, &lane->lock, until - now);
            *patience_ms -= clock_mono_ms(clock) - now;
        } else if (lane->active >= lane->at_once || (!urgent && lane->urgent_waiting > 0)) {
            thread_wait_ms(&lane->changed, &lane->lock, 60000);
        } else {
            return true;
        }
    }
}

bool lane_enter(struct lane *lane, const struct clock *clock, const _Atomic int64_t *also_until,
                struct cancel *cancel, bool urgent, int64_t *patience_ms, struct err *err)
{
    struct cancel_watch watch = {.mutex = &lane->lock, .cond = &lane->changed};
    bool entered;
    cancel_watch(cancel, &watch);
    {
        WITH_LOCK(&lane->lock);
        lane->urgent_waiting += urgent;
        entered = wait_locked(lane, clock, also_until, cancel, urgent, patience_ms, err);
        lane->urgent_waiting -= urgent;
        lane->active += entered;
        if (urgent) /* the others may have waited for this one alone */
            pthread_cond_broadcast(&lane->changed);
    }
    cancel_unwatch(cancel, &watch);
    return entered;
}

void lane_leave(struct lane *lane)
{
    WITH_LOCK(&lane->lock);
    lane->active--;
    pthread_cond_broadcast(&lane->changed);
}

static void close_locked(struct lane *lane, int64_t until, bool broken)
{
    if (until <= lane->closed_until)
        return;
    lane->closed_until = until;
    lane->broken = broken;
    pthread_cond_broadcast(&lane->changed);
}

void lane_close(struct lane *lane, int64_t until_mono_ms)
{
    WITH_LOCK(&lane->lock);
    close_locked(lane, until_mono_ms, false);
}

void lane_note(struct lane *lane, int64_t now_mono_ms, bool fault)
{
    WITH_LOCK(&lane->lock);
    if (!fault) {
        lane->faults = 0;
        return;
    }
    if (lane->faults == 0 || now_mono_ms - lane->first_fault > FAULTS_WITHIN_MS) {
        lane->faults = 0;
        lane->first_fault = now_mono_ms;
    }
    if (++lane->faults >= FAULTS_MAX) {
        close_locked(lane, now_mono_ms + BROKEN_MS, true);
        lane->faults = 0;
    }
}
