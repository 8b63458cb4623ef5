#include "connector/lane.h"

#include <glib.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/thread.h"
#include "connector/bucket.h"

#define FULL_RETRY_MS 1000
#define MAILBOXES_SWEEP 100 /* so many are not worth looking through for those that can go */
#define ALL_TENANTS ""      /* the name under which the application as a whole is kept */

/* What keeps a waiter out; each is nothing when zero. */
struct hold {
    int64_t open_ms;    /* closed, or its own time has not come */
    int64_t broken_ms;  /* a breaker is open */
    int64_t empty_ms;   /* a bucket is empty … */
    unsigned empty;     /* … LIMIT_BIT of each */
    int64_t mailbox_ms; /* a mailbox has had its share */
    bool mailbox_full;  /* a mailbox has no place */
};

/* On the stack of the thread that waits. */
struct waiter {
    const struct lane_need *need;
    const struct lane_wait *wait;
    struct tenant *tenant;
    struct hold hold; /* as seen last */
    int64_t wakes_at; /* monotonic: the end of its wait */
    pthread_cond_t wake;
    struct waiter *next;
};

struct lane {
    int64_t closed_until[2]; /* for all; for what writes */
    int64_t slow_until;      /* for all but urgent callers */
    unsigned busy;
    unsigned places;  /* at a time; fewer after a refusal */
    unsigned refused; /* in a row, without a time */
    struct breaker breaker;
    struct waiter *first; /* the next one first */
};

struct mailbox {
    unsigned busy;
    struct bucket calls;
};

struct tenant {
    struct lane lanes[LANE_COUNT];
    struct bucket buckets[LIMIT_COUNT];
    GHashTable *mailboxes; /* name to struct mailbox */
    unsigned sweep_at;     /* with so many, those that nobody uses are dropped */
};

struct lanes {
    pthread_mutex_t lock; /* of everything below; the waiters' conditions belong to it */
    const struct clock *clock;
    const struct rng *rng;
    GHashTable *tenants; /* id to struct tenant; ALL_TENANTS is one of them */
    struct tenant *all;
};

/* --- records --- */

static void tenant_free(void *pointer)
{
    struct tenant *tenant = pointer;
    g_hash_table_destroy(tenant->mailboxes);
    free(tenant);
}

static struct tenant *tenant_new(int64_t now)
{
    struct tenant *tenant = must(calloc(1, sizeof *tenant));
    for (enum lane_id id = 0; id < LANE_COUNT; id++)
        tenant->lanes[id].places = lane_places(id);
    for (enum limit id = 0; id < LIMIT_COUNT; id++) {
        const struct limit_info *info = limit_info(id);
        int64_t amount = limit_amount(id, 0, 0);
        bucket_init(&tenant->buckets[id], amount, info->window_ms, amount * info->kept_percent / 100, now);
    }
    tenant->mailboxes = g_hash_table_new_full(g_str_hash, g_str_equal, free, free);
    tenant->sweep_at = MAILBOXES_SWEEP;
    return tenant;
}

static struct tenant *tenant_locked(struct lanes *lanes, const char *tenant_id)
{
    struct tenant *tenant = g_hash_table_lookup(lanes->tenants, tenant_id);
    if (tenant)
        return tenant;
    tenant = tenant_new(clock_mono_ms(lanes->clock));
    char *key = must(strdup(tenant_id));
    g_hash_table_insert(lanes->tenants, key, tenant);
    return tenant;
}

static struct mailbox *mailbox_locked(const struct tenant *tenant, const char *name, int64_t now)
{
    struct mailbox *mailbox = g_hash_table_lookup(tenant->mailboxes, name);
    if (mailbox)
        return mailbox;
    mailbox = must(calloc(1, sizeof *mailbox));
    char *key = must(strdup(name));
    bucket_init(&mailbox->calls, limit_amount(LIMIT_MAILBOX_CALLS, 0, 0),
                limit_info(LIMIT_MAILBOX_CALLS)->window_ms, 0, now);
    g_hash_table_insert(tenant->mailboxes, key, mailbox);
    return mailbox;
}

static gboolean is_idle(void *name, void *pointer, void *now)
{
    const struct mailbox *mailbox = pointer;
    (void)name;
    return mailbox->busy == 0 && bucket_is_full(&mailbox->calls, *(int64_t *)now);
}

static void sweep_locked(struct tenant *tenant, int64_t now)
{
    if (g_hash_table_size(tenant->mailboxes) < tenant->sweep_at)
        return;
    g_hash_table_foreach_remove(tenant->mailboxes, is_idle, &now);
    tenant->sweep_at = 2 * g_hash_table_size(tenant->mailboxes) + MAILBOXES_SWEEP;
}

struct lanes *lanes_new(const struct clock *clock, const struct rng *rng)
{
    struct lanes *lanes = must(calloc(1, sizeof *lanes));
    pthread_mutex_init(&lanes->lock, NULL);
    lanes->clock = clock;
    lanes->rng = rng;
    lanes->tenants = g_hash_table_new_full(g_str_hash, g_str_equal, free, tenant_free);
    lanes->all = tenant_locked(lanes, ALL_TENANTS);
    return lanes;
}

void lanes_free(struct lanes *lanes)
{
    if (!lanes)
        return;
    g_hash_table_destroy(lanes->tenants);
    pthread_mutex_destroy(&lanes->lock);
    free(lanes);
}

/* --- what keeps a call out --- */

static int64_t later(int64_t a, int64_t b)
{
    return a > b ? a : b;
}

static int64_t closed_until(const struct lane *lane, bool writes)
{
    return later(lane->closed_until[false], writes ? lane->closed_until[true] : 0);
}

static void hold_lanes(const struct lanes *lanes, const struct tenant *tenant, unsigned through, bool writes,
                       bool urgent, int64_t now, struct hold *hold)
{
    for (enum lane_id id = 0; id < LANE_COUNT; id++) {
        const struct lane *lane = &tenant->lanes[id], *whole = &lanes->all->lanes[id];
        if (!(through & LANE_BIT(id)))
            continue;
        int64_t opens = later(closed_until(lane, writes), closed_until(whole, writes));
        opens = later(opens, urgent ? 0 : lane->slow_until);
        hold->open_ms = later(hold->open_ms, opens - now);
        hold->broken_ms = later(hold->broken_ms, breaker_wait_ms(&lane->breaker, now));
    }
}

static struct bucket *bucket_of(const struct lanes *lanes, struct tenant *tenant, enum limit id)
{
    return limit_info(id)->whose == LIMIT_OF_APP ? &lanes->all->buckets[id] : &tenant->buckets[id];
}

static void hold_buckets(const struct lanes *lanes, const struct waiter *waiter, bool urgent, int64_t now,
                         struct hold *hold)
{
    for (enum limit id = 0; id < LIMIT_COUNT; id++) {
        const struct bucket *bucket = bucket_of(lanes, waiter->tenant, id);
        int64_t units = waiter->need->draws[id];
        int64_t wait_ms = units ? bucket_wait_ms(bucket, units, urgent, now) : 0;
        hold->empty |= wait_ms ? LIMIT_BIT(id) : 0;
        hold->empty_ms = later(hold->empty_ms, wait_ms);
    }
}

static void hold_mailboxes(const struct waiter *waiter, int64_t now, struct hold *hold)
{
    const struct lane_need *need = waiter->need;
    for (size_t i = 0; i < need->mailbox_count; i++) {
        const struct mailbox *mailbox = mailbox_locked(waiter->tenant, need->mailboxes[i].name, now);
        hold->mailbox_full |= mailbox->busy + need->mailboxes[i].places > LANE_MAILBOX_PLACES;
        hold->mailbox_ms =
            later(hold->mailbox_ms, bucket_wait_ms(&mailbox->calls, need->mailboxes[i].calls, true, now));
    }
}

static bool shares_mailbox(const struct lane_need *a, const struct lane_need *b)
{
    for (size_t i = 0; i < a->mailbox_count; i++)
        for (size_t j = 0; j < b->mailbox_count; j++)
            if (strcmp(a->mailboxes[i].name, b->mailboxes[j].name) == 0)
                return true;
    return false;
}

static bool draws_of(const struct lane_need *need, unsigned limits)
{
    for (enum limit id = 0; id < LIMIT_COUNT; id++)
        if ((limits & LIMIT_BIT(id)) && need->draws[id])
            return true;
    return false;
}

static void look_locked(const struct lanes *lanes, struct waiter *waiter, int64_t now)
{
    bool urgent = waiter->wait->rank == LANE_URGENT;
    struct hold hold = {.open_ms = later(0, waiter->wait->not_before - now)};
    hold_lanes(lanes, waiter->tenant, waiter->need->through, waiter->need->writes, urgent, now, &hold);
    hold_buckets(lanes, waiter, urgent, now, &hold);
    hold_mailboxes(waiter, now, &hold);
    waiter->hold = hold;
}

/* How long until time alone might let it pass. */
static int64_t hold_ms(const struct hold *hold)
{
    return later(later(hold->open_ms, hold->broken_ms), later(hold->empty_ms, hold->mailbox_ms));
}

/* Nothing holds it, a place is free, and whoever stands ahead keeps what he needs. */
static bool may_pass(const struct lanes *lanes, const struct lane *lane, const struct waiter *waiter,
                     int64_t now)
{
    unsigned taken = lane->busy;
    if (hold_ms(&waiter->hold) > 0 || waiter->hold.mailbox_full)
        return false;
    for (struct waiter *ahead = lane->first; ahead != waiter && taken < lane->places; ahead = ahead->next) {
        look_locked(lanes, ahead, now);
        const struct hold *hold = &ahead->hold;
        bool own = hold->open_ms > 0 || hold->broken_ms > 0;
        if (!own && (draws_of(waiter->need, hold->empty) ||
                     (hold->mailbox_full && shares_mailbox(waiter->need, ahead->need))))
            return false;
        taken += hold_ms(hold) == 0 && !hold->mailbox_full;
    }
    return taken < lane->places;
}

/* --- the line --- */

static void line_up_locked(struct lane *lane, struct waiter *waiter)
{
    struct waiter **at = &lane->first;
    while (*at && (*at)->wait->rank <= waiter->wait->rank)
        at = &(*at)->next;
    waiter->next = *at;
    *at = waiter;
}

static void step_out_locked(struct lane *lane, struct waiter *waiter)
{
    struct waiter **at = &lane->first;
    while (*at != waiter)
        at = &(*at)->next;
    *at = waiter->next;
}

/* Something has changed: wakes those who may pass now, and those who sleep too long for what holds them. */
static void wake_locked(const struct lanes *lanes, struct lane *lane)
{
    int64_t now = clock_mono_ms(lanes->clock);
    unsigned taken = lane->busy;
    for (struct waiter *waiter = lane->first; waiter && taken < lane->places; waiter = waiter->next) {
        look_locked(lanes, waiter, now);
        int64_t held_ms = hold_ms(&waiter->hold);
        bool passes = may_pass(lanes, lane, waiter, now);
        taken += passes;
        if (passes || (held_ms > 0 && now + held_ms < waiter->wakes_at))
            pthread_cond_signal(&waiter->wake);
    }
}

static void wake_tenant_locked(const struct lanes *lanes, struct tenant *tenant)
{
    for (enum lane_id id = 0; id < LANE_COUNT; id++)
        wake_locked(lanes, &tenant->lanes[id]);
}

static void wake_all_locked(struct lane *lane)
{
    for (struct waiter *waiter = lane->first; waiter; waiter = waiter->next)
        pthread_cond_signal(&waiter->wake);
}

/* --- entering and leaving --- */

static bool refuse(struct err *err, const struct waiter *waiter, int64_t wait_ms)
{
    const struct hold *hold = &waiter->hold;
    const char *service = lane_service(waiter->need->place);
    if (hold->broken_ms > 0)
        err_code(err, ERR_UNREACHABLE, "circuit_open",
                 "Microsoft 365 (%s) does not answer properly just now; it will be asked again.", service);
    else if (hold->open_ms > 0)
        err_set(err, ERR_LIMIT, "Microsoft 365 (%s) asked us to wait.", service);
    else
        err_code(err, ERR_LIMIT, "limit_reached",
                 "As many calls to Microsoft 365 (%s) are under way as it allows; this one has to wait.",
                 service);
    err->retry_after_ms = wait_ms;
    return false;
}

static void take_locked(struct lanes *lanes, const struct waiter *waiter, int64_t now, struct lane_pass *ret)
{
    const struct lane_need *need = waiter->need;
    waiter->tenant->lanes[need->place].busy++;
    for (enum limit id = 0; id < LIMIT_COUNT; id++)
        if (need->draws[id])
            bucket_draw(bucket_of(lanes, waiter->tenant, id), need->draws[id], now);
    for (size_t i = 0; i < need->mailbox_count; i++) {
        struct mailbox *mailbox = mailbox_locked(waiter->tenant, need->mailboxes[i].name, now);
        mailbox->busy += need->mailboxes[i].places;
        bucket_draw(&mailbox->calls, need->mailboxes[i].calls, now);
    }
    for (enum lane_id id = 0; id < LANE_COUNT; id++)
        if ((need->through & LANE_BIT(id)) && breaker_pass(&waiter->tenant->lanes[id].breaker))
            ret->probes |= LANE_BIT(id);
}

static bool wait_locked(struct lanes *lanes, const struct lane *lane, struct waiter *waiter,
                        struct lane_pass *ret, struct err *err)
{
    const struct lane_wait *wait = waiter->wait;
    for (;;) {
        int64_t now = clock_mono_ms(lanes->clock);
        look_locked(lanes, waiter, now);
        int64_t held_ms = hold_ms(&waiter->hold);
        bool gives_up =
            now + held_ms > wait->opens_by || (waiter->hold.broken_ms > 0 && wait->rank != LANE_URGENT);
        if (cancel_requested(wait->cancel))
            return err_set(err, ERR_CANCELLED, "The call was cancelled.");
        if (held_ms > 0 && gives_up)
            return refuse(err, waiter, held_ms);
        if (may_pass(lanes, lane, waiter, now)) {
            take_locked(lanes, waiter, now, ret);
            return true;
        }
        if (held_ms == 0 && now >= wait->place_by)
            return refuse(err, waiter, FULL_RETRY_MS);
        waiter->wakes_at = held_ms > 0 ? now + held_ms : wait->place_by;
        clock_wait_ms(lanes->clock, &waiter->wake, &lanes->lock, waiter->wakes_at - now);
    }
}

bool lane_enter(struct lanes *lanes, const char *tenant_id, const struct lane_need *need,
                const struct lane_wait *wait, struct lane_pass *ret, struct err *err)
{
    struct err ignored;
    struct waiter waiter = {.need = need, .wait = wait};
    *ret = (struct lane_pass){.tenant_id = tenant_id, .need = need};
    thread_cond_init(&waiter.wake);
    struct cancel_watch watch = {.mutex = &lanes->lock, .cond = &waiter.wake};
    cancel_watch(wait->cancel, &watch);
    bool entered;
    {
        WITH_LOCK(&lanes->lock);
        waiter.tenant = tenant_locked(lanes, tenant_id);
        struct lane *lane = &waiter.tenant->lanes[need->place];
        line_up_locked(lane, &waiter);
        entered = wait_locked(lanes, lane, &waiter, ret, err ? err : &ignored);
        step_out_locked(lane, &waiter);
        wake_locked(lanes, lane); /* who stood behind */
    }
    cancel_unwatch(wait->cancel, &watch);
    pthread_cond_destroy(&waiter.wake);
    return entered;
}

bool lane_closed_since(struct lanes *lanes, const struct lane_pass *pass)
{
    struct hold hold = {0};
    WITH_LOCK(&lanes->lock);
    hold_lanes(lanes, tenant_locked(lanes, pass->tenant_id), pass->need->through, pass->need->writes, true,
               clock_mono_ms(lanes->clock), &hold);
    return hold.open_ms > 0;
}

static void report_locked(struct lanes *lanes, struct tenant *tenant, enum lane_id id,
                          enum breaker_result result, bool probe)
{
    struct lane *lane = &tenant->lanes[id];
    enum breaker_state before = lane->breaker.state;
    int64_t now = clock_mono_ms(lanes->clock);
    breaker_report(&lane->breaker, result, probe, now, lanes->rng);
    /* What was under way when the lane was closed tells nothing of the time after. */
    if (result == BREAKER_GOOD && later(closed_until(lane, true), lane->slow_until) <= now) {
        lane->refused = 0;
        lane->places += lane->places < lane_places(id);
    }
    if (lane->breaker.state != before)
        wake_all_locked(lane);
}

void lane_leave(struct lanes *lanes, const struct lane_pass *pass, enum breaker_result result)
{
    const struct lane_need *need = pass->need;
    WITH_LOCK(&lanes->lock);
    int64_t now = clock_mono_ms(lanes->clock);
    struct tenant *tenant = tenant_locked(lanes, pass->tenant_id);
    tenant->lanes[need->place].busy--;
    for (size_t i = 0; i < need->mailbox_count; i++)
        mailbox_locked(tenant, need->mailboxes[i].name, now)->busy -= need->mailboxes[i].places;
    for (enum lane_id id = 0; id < LANE_COUNT; id++) {
        bool own = id == need->place, probe = pass->probes & LANE_BIT(id);
        if (own || probe)
            report_locked(lanes, tenant, id, own ? result : BREAKER_NEITHER, probe);
    }
    sweep_locked(tenant, now);
    if (need->mailbox_count)
        wake_tenant_locked(lanes, tenant);
    else
        wake_locked(lanes, &tenant->lanes[need->place]);
}

void lane_report(struct lanes *lanes, const char *tenant_id, enum lane_id lane, enum breaker_result result)
{
    WITH_LOCK(&lanes->lock);
    struct tenant *tenant = tenant_locked(lanes, tenant_id);
    const struct breaker *breaker = &tenant->lanes[lane].breaker;
    bool probe = breaker->state == BREAKER_OPEN && breaker_wait_ms(breaker, clock_mono_ms(lanes->clock)) == 0;
    report_locked(lanes, tenant, lane, result, probe);
    wake_locked(lanes, &tenant->lanes[lane]);
}

/* --- closing and slowing down --- */

static int64_t equal_jitter(const struct rng *rng, unsigned refused)
{
    uint32_t half = (uint32_t)LANE_RETRY_MIN_MS << (refused < 7 ? refused : 7);
    half = half < LANE_RETRY_MAX_MS / 2 ? half : LANE_RETRY_MAX_MS / 2;
    return half + rng_below(rng, half + 1);
}

int64_t lane_close(struct lanes *lanes, const char *tenant_id, unsigned through, bool all_tenants,
                   bool writes_only, int64_t wait_ms)
{
    WITH_LOCK(&lanes->lock);
    int64_t now = clock_mono_ms(lanes->clock);
    struct tenant *tenant = tenant_locked(lanes, tenant_id);
    struct tenant *closed = all_tenants ? lanes->all : tenant;
    for (enum lane_id id = 0; id < LANE_COUNT; id++) {
        if (!(through & LANE_BIT(id)))
            continue;
        if (wait_ms == 0)
            wait_ms = equal_jitter(lanes->rng, tenant->lanes[id].refused++);
        tenant->lanes[id].places = 1;
        int64_t *until = &closed->lanes[id].closed_until[writes_only];
        *until = later(*until, now + wait_ms);
    }
    return wait_ms;
}

void lane_slow(struct lanes *lanes, const char *tenant_id, enum lane_id lane, int64_t space_ms)
{
    WITH_LOCK(&lanes->lock);
    struct lane *slow = &tenant_locked(lanes, tenant_id)->lanes[lane];
    slow->places = 1;
    slow->slow_until = later(slow->slow_until, clock_mono_ms(lanes->clock) + space_ms);
}

int64_t lane_wait_ms(struct lanes *lanes, const char *tenant_id, unsigned through, bool writes)
{
    struct hold hold = {0};
    WITH_LOCK(&lanes->lock);
    hold_lanes(lanes, tenant_locked(lanes, tenant_id), through, writes, true, clock_mono_ms(lanes->clock),
               &hold);
    return later(hold.open_ms, hold.broken_ms);
}

void lane_resize(struct lanes *lanes, const char *tenant_id, size_t users, size_t licenses)
{
    WITH_LOCK(&lanes->lock);
    struct tenant *tenant = tenant_locked(lanes, tenant_id);
    int64_t now = clock_mono_ms(lanes->clock);
    for (enum limit id = 0; id < LIMIT_COUNT; id++) {
        int64_t amount = limit_amount(id, users, licenses);
        bucket_resize(&tenant->buckets[id], amount, amount * limit_info(id)->kept_percent / 100, now);
    }
}

/* --- seen from outside --- */

/* whole: what holds up the application everywhere counts too; NULL: it is counted by itself. */
static void count_locked(const struct tenant *tenant, const struct tenant *whole, const char *service,
                         int64_t now, struct lane_state *ret)
{
    for (enum lane_id id = 0; id < LANE_COUNT; id++) {
        const struct lane *lane = &tenant->lanes[id];
        if (strcmp(lane_service(id), service) != 0)
            continue;
        int64_t until = later(closed_until(lane, true), whole ? closed_until(&whole->lanes[id], true) : 0);
        int64_t broken_ms = breaker_wait_ms(&lane->breaker, now);
        ret->closed += until > now;
        ret->broken += lane->breaker.state != BREAKER_CLOSED;
        ret->wait_ms = later(ret->wait_ms, later(until - now, broken_ms));
        for (const struct waiter *waiter = lane->first; waiter; waiter = waiter->next)
            ret->waiting++;
    }
}

struct lane_state lane_state(struct lanes *lanes, const char *tenant_id, const char *service)
{
    struct lane_state state = {0};
    WITH_LOCK(&lanes->lock);
    int64_t now = clock_mono_ms(lanes->clock);
    if (tenant_id) {
        const struct tenant *tenant = g_hash_table_lookup(lanes->tenants, tenant_id);
        if (tenant)
            count_locked(tenant, lanes->all, service, now, &state);
        return state;
    }
    GHashTableIter each;
    void *tenant;
    g_hash_table_iter_init(&each, lanes->tenants);
    while (g_hash_table_iter_next(&each, NULL, &tenant))
        count_locked(tenant, NULL, service, now, &state);
    return state;
}
