#include "connector/lane.h"

#include <stdlib.h>
#include <string.h>

#include "base/thread.h"

#define FULL_RETRY_MS 1000

struct lane {
    struct lane *next;
    char *tenant_id;
    const char *service; /* static */
    int64_t closed_until;
    unsigned busy;
    unsigned waiting[LANE_RANKS];
    pthread_cond_t changed;
};

struct lanes {
    pthread_mutex_t lock;
    const struct clock *clock;
    struct lane *first; /* a few per tenant, walked at most twice per HTTP request */
};

struct lanes *lanes_new(const struct clock *clock)
{
    struct lanes *lanes = calloc(1, sizeof *lanes);
    if (!lanes)
        abort();
    pthread_mutex_init(&lanes->lock, NULL);
    lanes->clock = clock;
    return lanes;
}

void lanes_free(struct lanes *lanes)
{
    if (!lanes)
        return;
    for (struct lane *lane = lanes->first, *next; lane; lane = next) {
        next = lane->next;
        pthread_cond_destroy(&lane->changed);
        free(lane->tenant_id);
        free(lane);
    }
    pthread_mutex_destroy(&lanes->lock);
    free(lanes);
}

static struct lane *find_locked(struct lanes *lanes, const char *tenant_id, const char *service)
{
    for (struct lane *lane = lanes->first; lane; lane = lane->next)
        if (strcmp(lane->service, service) == 0 && strcmp(lane->tenant_id, tenant_id) == 0)
            return lane;
    struct lane *lane = calloc(1, sizeof *lane);
    if (!lane || !(lane->tenant_id = strdup(tenant_id)))
        abort();
    lane->service = service;
    thread_cond_init(&lane->changed);
    lane->next = lanes->first;
    lanes->first = lane;
    return lane;
}

static bool limited(struct err *err, const struct lane *lane, int64_t wait_ms)
{
    err_set(err, ERR_LIMIT, "Microsoft 365 (%s) asked us to wait.", lane->service);
    if (err)
        err->retry_after_ms = wait_ms;
    return false;
}

static bool others_first(const struct lane *lane, enum lane_rank rank)
{
    for (int higher = 0; higher < (int)rank; higher++) {
        if (lane->waiting[higher])
            return true;
    }
    return false;
}

static bool wait_locked(struct lanes *lanes, struct lane *lane, const struct lane *whole, unsigned width,
                        enum lane_rank rank, int64_t opens_by, int64_t place_by, const struct cancel *cancel,
                        struct err *err)
{
    for (;;) {
        int64_t now = clock_mono_ms(lanes->clock);
        int64_t opens = lane->closed_until > whole->closed_until ? lane->closed_until : whole->closed_until;
        if (cancel_requested(cancel))
            return err_set(err, ERR_CANCELLED, "The call was cancelled.");
        if (opens > now && opens > opens_by)
            return limited(err, lane, opens - now);
        bool full = lane->busy >= width || others_first(lane, rank);
        if (opens <= now && !full)
            return true;
        if (opens <= now && now >= place_by)
            return limited(err, lane, FULL_RETRY_MS);
        int64_t wake = opens > now ? opens : place_by;
        thread_wait_ms(&lane->changed, &lanes->lock, wake > now ? wake - now : 1);
    }
}

struct lane *lane_enter(struct lanes *lanes, const char *tenant_id, const char *service, unsigned width,
                        enum lane_rank rank, int64_t opens_by, int64_t place_by, struct cancel *cancel,
                        struct err *err)
{
    struct lane *lane, *whole;
    {
        WITH_LOCK(&lanes->lock);
        lane = find_locked(lanes, tenant_id, service);
        whole = find_locked(lanes, "", service);
    }
    struct cancel_watch watch = {.mutex = &lanes->lock, .cond = &lane->changed};
    cancel_watch(cancel, &watch);
    bool entered;
    {
        WITH_LOCK(&lanes->lock);
        lane->waiting[rank]++;
        entered = wait_locked(lanes, lane, whole, width, rank, opens_by, place_by, cancel, err);
        lane->waiting[rank]--;
        lane->busy += entered;
        if (rank != LANE_BACKGROUND)
            pthread_cond_broadcast(&lane->changed); /* those who let it go first look again */
    }
    cancel_unwatch(cancel, &watch);
    return entered ? lane : NULL;
}

void lane_leave(struct lanes *lanes, struct lane *lane)
{
    WITH_LOCK(&lanes->lock);
    lane->busy--;
    pthread_cond_broadcast(&lane->changed);
}

unsigned lane_waiting(struct lanes *lanes, const char *tenant_id, const char *service)
{
    WITH_LOCK(&lanes->lock);
    const struct lane *lane = find_locked(lanes, tenant_id, service);
    unsigned waiting = 0;
    for (int rank = 0; rank < LANE_RANKS; rank++)
        waiting += lane->waiting[rank];
    return waiting;
}

void lane_close(struct lanes *lanes, const char *tenant_id, const char *service, int64_t delay_ms)
{
    WITH_LOCK(&lanes->lock);
    struct lane *lane = find_locked(lanes, tenant_id, service);
    int64_t until = clock_mono_ms(lanes->clock) + delay_ms;
    if (until > lane->closed_until)
        lane->closed_until = until;
}
