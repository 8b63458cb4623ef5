/* Who may call a service of a tenant now, on a clock that only the test moves where it can. */
#include "connector/lane.h"

#include <sched.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/thread.h"
#include "connector/cost.h"
#include "connector/script_test.h"

#define TENANT "11111111-1111-1111-1111-111111111111"
#define OTHER "22222222-2222-2222-2222-222222222222"
#define LONG_MS 60000

/* --- the clock --- */

/* Stands still until the test or a waiter moves it. */
static _Atomic int64_t now_ms;

static int64_t read_now(const struct clock *clock)
{
    (void)clock;
    return now_ms;
}

static void jump(const struct clock *clock, pthread_cond_t *cond, pthread_mutex_t *mutex, int64_t ms)
{
    (void)clock;
    (void)cond;
    (void)mutex;
    assert_true(ms > 0); /* who may pass does not wait */
    now_ms += ms;
}

static const struct clock still = {read_now, read_now, jump};

/* Stands still while its waiters look up now and then: time passes for all of them at once. */
static void look_up(const struct clock *clock, pthread_cond_t *cond, pthread_mutex_t *mutex, int64_t ms)
{
    (void)clock;
    (void)ms;
    thread_wait_ms(cond, mutex, 2);
}

static const struct clock held = {read_now, read_now, look_up};

static void no_chance(const struct rng *rng, void *bytes, size_t count)
{
    (void)rng;
    memset(bytes, 0, count);
}

static const struct rng least = {no_chance};

struct fixture {
    struct lanes *lanes;
    struct lane_need reads, writes; /* of the directory */
};

static int setup(void **state)
{
    struct fixture *fixture = calloc(1, sizeof *fixture);
    now_ms = 1000000;
    fixture->lanes = lanes_new(&still, &least);
    cost_graph(&fixture->reads, "GET", "/users/x", false);
    cost_graph(&fixture->writes, "PATCH", "/users/x", false);
    *state = fixture;
    return 0;
}

static int teardown(void **state)
{
    struct fixture *fixture = *state;
    lanes_free(fixture->lanes);
    free(fixture);
    return 0;
}

static bool enter(struct fixture *fixture, const char *tenant_id, const struct lane_need *need,
                  enum lane_rank rank, int64_t patience_ms, struct lane_pass *pass, struct err *err)
{
    const struct lane_wait wait = {
        .rank = rank, .opens_by = now_ms + patience_ms, .place_by = now_ms + patience_ms};
    memset(err, 0, sizeof *err);
    return lane_enter(fixture->lanes, tenant_id, need, &wait, pass, err);
}

/* Enters and leaves at once, without waiting. */
static bool passes(struct fixture *fixture, const char *tenant_id, const struct lane_need *need,
                   enum lane_rank rank, struct err *err)
{
    struct lane_pass pass;
    if (!enter(fixture, tenant_id, need, rank, 0, &pass, err))
        return false;
    lane_leave(fixture->lanes, &pass, BREAKER_NEITHER);
    return true;
}

/* --- closing --- */

static void f07_nobody_passes_before_the_time(void **state)
{
    struct fixture *fixture = *state;
    struct err err;
    assert_int_equal(lane_close(fixture->lanes, TENANT, LANE_BIT(LANE_DIRECTORY), false, false, 13000),
                     13000);
    for (enum lane_rank rank = LANE_URGENT; rank < LANE_RANKS; rank++) {
        assert_false(passes(fixture, TENANT, &fixture->reads, rank, &err));
        assert_int_equal(err.kind, ERR_LIMIT);
        assert_int_equal(err.retry_after_ms, 13000);
    }
    lane_close(fixture->lanes, TENANT, LANE_BIT(LANE_DIRECTORY), false, false, 1000); /* never shortens */
    now_ms += 12999;
    assert_false(passes(fixture, TENANT, &fixture->reads, LANE_URGENT, &err));
    assert_int_equal(err.retry_after_ms, 1);
    now_ms += 1;
    assert_true(passes(fixture, TENANT, &fixture->reads, LANE_NORMAL, &err));
}

static void f07_who_is_patient_waits_to_the_millisecond(void **state)
{
    struct fixture *fixture = *state;
    struct lane_pass pass;
    struct err err;
    int64_t start = now_ms;
    lane_close(fixture->lanes, TENANT, LANE_BIT(LANE_DIRECTORY), false, false, 5000);
    assert_false(enter(fixture, TENANT, &fixture->reads, LANE_NORMAL, 4999, &pass, &err));
    assert_int_equal(now_ms, start);
    assert_true(enter(fixture, TENANT, &fixture->reads, LANE_NORMAL, 5000, &pass, &err));
    assert_int_equal(now_ms, start + 5000);
    assert_false(lane_closed_since(fixture->lanes, &pass));
    lane_close(fixture->lanes, TENANT, LANE_BIT(LANE_DIRECTORY), false, false, 1);
    assert_true(lane_closed_since(fixture->lanes, &pass));
    lane_leave(fixture->lanes, &pass, BREAKER_GOOD);
}

static void f07_only_that_tenant_and_service_slow_down(void **state)
{
    struct fixture *fixture = *state;
    struct lane_need outlook = {0}, exchange = {0};
    struct err err;
    cost_graph(&outlook, "GET", "/users/x/mailboxSettings", false);
    cost_exchange(&exchange, NULL, true);
    lane_close(fixture->lanes, TENANT, LANE_BIT(LANE_OUTLOOK), false, false, 9000);
    assert_false(passes(fixture, TENANT, &outlook, LANE_NORMAL, &err));
    assert_true(passes(fixture, OTHER, &outlook, LANE_NORMAL, &err));
    assert_true(passes(fixture, TENANT, &fixture->reads, LANE_NORMAL, &err));
    assert_true(passes(fixture, TENANT, &exchange, LANE_NORMAL, &err));
    /* The application as a whole */
    lane_close(fixture->lanes, TENANT, LANE_BIT(LANE_DIRECTORY), true, false, 20000);
    assert_false(passes(fixture, OTHER, &fixture->reads, LANE_NORMAL, &err));
    assert_int_equal(err.retry_after_ms, 20000);
    assert_int_equal(lane_state(fixture->lanes, OTHER, "graph").closed, 1);
    assert_int_equal(lane_state(fixture->lanes, NULL, "graph").closed, 2);
    assert_int_equal(lane_state(fixture->lanes, "unknown", "graph").closed, 0);
    assert_true(passes(fixture, OTHER, &exchange, LANE_NORMAL, &err));
}

static void f07_a_limit_on_writes_lets_reads_pass(void **state)
{
    struct fixture *fixture = *state;
    struct err err;
    lane_close(fixture->lanes, TENANT, LANE_BIT(LANE_DIRECTORY), false, true, 9000);
    assert_true(passes(fixture, TENANT, &fixture->reads, LANE_NORMAL, &err));
    assert_false(passes(fixture, TENANT, &fixture->writes, LANE_NORMAL, &err));
    assert_int_equal(lane_wait_ms(fixture->lanes, TENANT, LANE_BIT(LANE_DIRECTORY), true), 9000);
    assert_int_equal(lane_wait_ms(fixture->lanes, TENANT, LANE_BIT(LANE_DIRECTORY), false), 0);
}

static void f08_without_a_time_the_wait_doubles_from_two_seconds(void **state)
{
    struct fixture *fixture = *state;
    struct lane_pass pass;
    struct err err;
    int64_t wanted = 2000;
    for (int i = 0; i < 12; i++) {
        int64_t wait_ms = lane_close(fixture->lanes, TENANT, LANE_BIT(LANE_DIRECTORY), false, false, 0);
        assert_int_equal(wait_ms, wanted);
        now_ms += wait_ms;
        wanted = wanted * 2 < 150000 ? wanted * 2 : 150000; /* half of the cap; the other half is chance */
    }
    assert_true(enter(fixture, TENANT, &fixture->reads, LANE_NORMAL, 0, &pass, &err));
    lane_leave(fixture->lanes, &pass, BREAKER_GOOD);
    assert_int_equal(lane_close(fixture->lanes, TENANT, LANE_BIT(LANE_DIRECTORY), false, false, 0), 2000);

    struct lanes *lanes = lanes_new(&still, rng_system());
    for (int i = 0; i < 1000; i++) {
        int64_t least_ms = (int64_t)LANE_RETRY_MIN_MS << (i < 7 ? i : 7);
        int64_t wait_ms = lane_close(lanes, TENANT, LANE_BIT(LANE_DIRECTORY), false, false, 0);
        least_ms = least_ms < 150000 ? least_ms : 150000;
        assert_in_range(wait_ms, least_ms, 2 * least_ms);
    }
    lanes_free(lanes);
}

static void after_a_refusal_a_lane_opens_one_by_one(void **state)
{
    struct fixture *fixture = *state;
    struct lane_pass pass[10];
    struct err err;
    for (int i = 0; i < 8; i++)
        assert_true(enter(fixture, TENANT, &fixture->reads, LANE_NORMAL, 0, &pass[i], &err));
    assert_false(enter(fixture, TENANT, &fixture->reads, LANE_NORMAL, 0, &pass[8], &err));
    assert_int_equal(err.kind, ERR_LIMIT);
    lane_close(fixture->lanes, TENANT, LANE_BIT(LANE_DIRECTORY), false, false, 1000);
    for (int i = 0; i < 8; i++) /* they were under way before: that they went well tells nothing */
        lane_leave(fixture->lanes, &pass[i], BREAKER_GOOD);
    now_ms += 1000;
    for (int round = 1; round <= 8; round++) {
        int entered = 0;
        while (entered < 10 && enter(fixture, TENANT, &fixture->reads, LANE_NORMAL, 0, &pass[entered], &err))
            entered++;
        assert_int_equal(entered, round);
        lane_leave(fixture->lanes, &pass[0], BREAKER_GOOD);
        for (int i = 1; i < entered; i++)
            lane_leave(fixture->lanes, &pass[i], BREAKER_NEITHER);
    }
}

static void what_is_nearly_used_up_is_left_to_urgent_calls(void **state)
{
    struct fixture *fixture = *state;
    struct err err;
    lane_slow(fixture->lanes, TENANT, LANE_DIRECTORY, 500);
    assert_true(passes(fixture, TENANT, &fixture->reads, LANE_URGENT, &err));
    assert_false(passes(fixture, TENANT, &fixture->reads, LANE_NORMAL, &err));
    assert_int_equal(err.retry_after_ms, 500);
    now_ms += 500;
    assert_true(passes(fixture, TENANT, &fixture->reads, LANE_NORMAL, &err));
}

/* --- buckets --- */

static void an_empty_bucket_makes_callers_wait_and_urgent_ones_go_on(void **state)
{
    struct fixture *fixture = *state;
    struct lane_pass pass;
    struct err err;
    unsigned passed = 0;
    while (passes(fixture, TENANT, &fixture->reads, LANE_NORMAL, &err))
        passed++;
    assert_int_equal(passed, 2800); /* of 3500: a fifth is kept for lockouts */
    assert_string_equal(err.code, "limit_reached");
    assert_int_equal(err.kind, ERR_LIMIT);
    assert_int_equal(err.retry_after_ms, 3); /* 10 s / 3500 */
    assert_true(passes(fixture, OTHER, &fixture->reads, LANE_NORMAL, &err));
    for (passed = 0; passes(fixture, TENANT, &fixture->reads, LANE_URGENT, &err); passed++)
        ;
    assert_int_equal(passed, 700);
    int64_t start = now_ms;
    assert_false(enter(fixture, TENANT, &fixture->reads, LANE_NORMAL, 100, &pass, &err));
    assert_int_equal(err.retry_after_ms, 2003); /* until the fifth is there again, and one */
    assert_true(enter(fixture, TENANT, &fixture->reads, LANE_NORMAL, 5000, &pass, &err));
    assert_int_equal(now_ms - start, 2003);
    lane_leave(fixture->lanes, &pass, BREAKER_GOOD);
    lane_resize(fixture->lanes, TENANT, 501, 0);
    for (passed = 0; passes(fixture, TENANT, &fixture->reads, LANE_NORMAL, &err); passed++)
        ;
    assert_int_equal(passed, 3600); /* 8000 − 1600 kept, less the 2800 used that have not come back */
}

static void reports_come_five_in_ten_seconds(void **state)
{
    struct fixture *fixture = *state;
    struct lane_need report = {0};
    struct lane_pass pass;
    struct err err;
    int64_t start = now_ms;
    cost_graph(&report, "GET", "/auditLogs/signIns", false);
    for (int i = 0; i < 15; i++) {
        assert_true(enter(fixture, TENANT, &report, LANE_NORMAL, LONG_MS, &pass, &err));
        lane_leave(fixture->lanes, &pass, BREAKER_GOOD);
    }
    assert_int_equal(now_ms - start, 20000);
}

static void writes_have_a_quota_of_their_own(void **state)
{
    struct fixture *fixture = *state;
    struct err err;
    unsigned passed = 0;
    for (; passed < 5000; passed++) {
        now_ms += 10; /* units come in fast enough, writes do not */
        if (!passes(fixture, TENANT, &fixture->writes, LANE_NORMAL, &err))
            break;
    }
    assert_in_range(passed, 2400, 3000); /* 3000 less the kept fifth, and what came in meanwhile */
    assert_true(passes(fixture, TENANT, &fixture->reads, LANE_NORMAL, &err));
}

/* --- mailboxes --- */

static void a_mailbox_has_four_places(void **state)
{
    struct fixture *fixture = *state;
    struct lane_need settings = {0}, events = {0}, cmdlets = {0}, bob = {0};
    struct lane_pass pass[4], batch, other;
    struct err err;
    AUTO_JSON json_t *params = json_make("{s:s}", "Identity", "Ann");
    cost_graph(&settings, "GET", "/users/ann/mailboxSettings", false);
    for (int i = 0; i < 6; i++)
        cost_graph(&events, "GET", "/users/ann/events", true);
    for (int i = 0; i < 10; i++)
        cost_exchange(&cmdlets, params, true);
    cost_graph(&bob, "GET", "/users/bob/mailboxSettings", false);

    for (int i = 0; i < 3; i++)
        assert_true(enter(fixture, TENANT, &settings, LANE_NORMAL, 0, &pass[i], &err));
    assert_false(enter(fixture, TENANT, &events, LANE_NORMAL, 0, &batch, &err)); /* wants all four */
    assert_true(enter(fixture, TENANT, &cmdlets, LANE_NORMAL, 0, &pass[3], &err));
    assert_false(enter(fixture, TENANT, &settings, LANE_URGENT, 0, &batch, &err));
    assert_false(enter(fixture, TENANT, &cmdlets, LANE_NORMAL, 0, &batch, &err));
    assert_int_equal(err.kind, ERR_LIMIT);
    assert_true(enter(fixture, TENANT, &bob, LANE_NORMAL, 0, &other, &err));
    assert_true(passes(fixture, OTHER, &settings, LANE_NORMAL, &err)); /* another tenant's Ann */
    lane_leave(fixture->lanes, &pass[0], BREAKER_GOOD);
    assert_true(passes(fixture, TENANT, &settings, LANE_NORMAL, &err));
    for (int i = 1; i < 4; i++)
        lane_leave(fixture->lanes, &pass[i], BREAKER_GOOD);
    assert_true(enter(fixture, TENANT, &events, LANE_NORMAL, 0, &batch, &err));
    assert_false(enter(fixture, TENANT, &settings, LANE_NORMAL, 0, &pass[0], &err));
    lane_leave(fixture->lanes, &batch, BREAKER_GOOD);
    lane_leave(fixture->lanes, &other, BREAKER_GOOD);
}

static void a_mailbox_takes_ten_thousand_calls_in_ten_minutes(void **state)
{
    struct fixture *fixture = *state;
    struct lane_need settings = {0}, bob = {0};
    struct err err;
    unsigned passed = 0;
    cost_graph(&settings, "GET", "/users/ann/mailboxSettings", false);
    cost_graph(&bob, "GET", "/users/bob/mailboxSettings", false);
    while (passes(fixture, TENANT, &settings, LANE_NORMAL, &err))
        passed++;
    assert_int_equal(passed, 10000);
    assert_int_equal(err.retry_after_ms, 60);
    assert_true(passes(fixture, TENANT, &bob, LANE_NORMAL, &err));
}

/* Those that nobody uses any more are dropped: thousands of mailboxes in a day are no leak. */
static void mailboxes_come_and_go(void **state)
{
    struct fixture *fixture = *state;
    struct err err;
    for (int i = 0; i < 3000; i++) {
        struct lane_need need = {0};
        char path[60];
        snprintf(path, sizeof path, "/users/%d/events", i);
        cost_graph(&need, "GET", path, false);
        now_ms += 1000;
        assert_true(passes(fixture, TENANT, &need, LANE_NORMAL, &err));
    }
}

/* --- the circuit --- */

static void f11_a_broken_service_is_refused_at_once_and_probed_by_the_lockout(void **state)
{
    struct fixture *fixture = *state;
    struct lane_pass pass, probe;
    struct err err;
    for (int i = 0; i < 5; i++) {
        assert_true(enter(fixture, TENANT, &fixture->reads, LANE_NORMAL, 0, &pass, &err));
        lane_leave(fixture->lanes, &pass, BREAKER_FAULT);
    }
    int64_t start = now_ms;
    assert_false(enter(fixture, TENANT, &fixture->reads, LANE_NORMAL, LONG_MS, &pass, &err));
    assert_int_equal(err.kind, ERR_UNREACHABLE);
    assert_string_equal(err.code, "circuit_open");
    assert_int_equal(err.retry_after_ms, 1000);
    assert_int_equal(now_ms, start);
    assert_true(passes(fixture, OTHER, &fixture->reads, LANE_NORMAL, &err));
    struct lane_state seen = lane_state(fixture->lanes, TENANT, "graph");
    assert_int_equal(seen.broken, 1);
    assert_int_equal(seen.wait_ms, 1000);
    assert_int_equal(lane_state(fixture->lanes, NULL, "graph").broken, 1);
    assert_int_equal(lane_state(fixture->lanes, NULL, "exchange").broken, 0);

    assert_true(enter(fixture, TENANT, &fixture->reads, LANE_URGENT, LONG_MS, &probe, &err));
    assert_int_equal(now_ms, start + 1000);
    assert_false(enter(fixture, TENANT, &fixture->reads, LANE_NORMAL, LONG_MS, &pass, &err)); /* one probe */
    lane_leave(fixture->lanes, &probe, BREAKER_FAULT);
    assert_false(enter(fixture, TENANT, &fixture->reads, LANE_NORMAL, LONG_MS, &pass, &err));
    assert_int_equal(err.retry_after_ms, 2000);
    now_ms += 2000;
    assert_true(enter(fixture, TENANT, &fixture->reads, LANE_NORMAL, 0, &probe, &err));
    lane_leave(fixture->lanes, &probe, BREAKER_GOOD);
    assert_true(passes(fixture, TENANT, &fixture->reads, LANE_NORMAL, &err));
    assert_int_equal(lane_state(fixture->lanes, TENANT, "graph").broken, 0);
}

/* A batch passes the lanes of its parts; how they went, it tells part by part. */
static void f11_the_parts_of_a_batch_decide_for_their_lanes(void **state)
{
    struct fixture *fixture = *state;
    struct lane_need outlook = {0}, batch = {0};
    struct lane_pass pass;
    struct err err;
    cost_graph(&outlook, "GET", "/users/x/mailboxSettings", false);
    cost_graph(&batch, "GET", "/users/x/mailboxSettings", true);
    for (int i = 0; i < 5; i++)
        lane_report(fixture->lanes, TENANT, LANE_OUTLOOK, BREAKER_FAULT);
    assert_false(passes(fixture, TENANT, &batch, LANE_NORMAL, &err));
    assert_true(passes(fixture, TENANT, &fixture->reads, LANE_NORMAL, &err));
    now_ms += 1000;
    assert_true(enter(fixture, TENANT, &batch, LANE_NORMAL, 0, &pass, &err));
    lane_leave(fixture->lanes, &pass, BREAKER_NEITHER);
    lane_report(fixture->lanes, TENANT, LANE_OUTLOOK, BREAKER_FAULT);
    assert_false(passes(fixture, TENANT, &outlook, LANE_NORMAL, &err));
    assert_int_equal(err.retry_after_ms, 2000);
    now_ms += 2000;
    assert_true(enter(fixture, TENANT, &batch, LANE_NORMAL, 0, &pass, &err));
    lane_leave(fixture->lanes, &pass, BREAKER_NEITHER);
    lane_report(fixture->lanes, TENANT, LANE_OUTLOOK, BREAKER_GOOD);
    assert_true(passes(fixture, TENANT, &outlook, LANE_NORMAL, &err));
}

/* --- several callers, in real time --- */

struct caller {
    struct lanes *lanes;
    const struct lane_need *need;
    pthread_t thread;
    enum lane_rank rank;
    enum err_kind failed;
    struct line {
        pthread_mutex_t lock;
        enum lane_rank order[16];
        int count;
        int inside, most_inside;
    } * line;
};

static void *call(void *arg)
{
    struct caller *caller = arg;
    struct lane_pass pass;
    struct err err = {0};
    const struct lane_wait wait = {.rank = caller->rank, .opens_by = INT64_MAX, .place_by = INT64_MAX};
    if (!lane_enter(caller->lanes, TENANT, caller->need, &wait, &pass, &err)) {
        caller->failed = err.kind;
        return NULL;
    }
    {
        WITH_LOCK(&caller->line->lock);
        if (caller->line->count < 16)
            caller->line->order[caller->line->count] = caller->rank;
        caller->line->count++;
        if (++caller->line->inside > caller->line->most_inside)
            caller->line->most_inside = caller->line->inside;
    }
    sched_yield();
    {
        WITH_LOCK(&caller->line->lock);
        caller->line->inside--;
    }
    lane_leave(caller->lanes, &pass, BREAKER_NEITHER); /* a lane that was closed stays narrow */
    return NULL;
}

static void wait_until_queued(struct lanes *lanes, size_t waiting)
{
    while (lane_state(lanes, TENANT, "graph").waiting < waiting)
        sched_yield();
}

/* Starts one caller after the other, each when the one before stands in the line. */
static void start_callers(struct caller *callers, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        callers[i].thread = thread_start("caller", call, &callers[i]);
        wait_until_queued(callers[i].lanes, i + 1);
    }
}

static void join_callers(const struct caller *callers, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        pthread_join(callers[i].thread, NULL);
        assert_int_equal(callers[i].failed, ERR_NONE);
    }
}

static void the_higher_rank_goes_first(void **state)
{
    (void)state;
    struct line line = {.lock = PTHREAD_MUTEX_INITIALIZER};
    struct lanes *lanes = lanes_new(clock_system(), rng_system());
    struct lane_need report = {0};
    struct lane_pass taken;
    struct err err;
    int64_t by = clock_mono_ms(clock_system()) + LONG_MS;
    cost_graph(&report, "GET", "/auditLogs/signIns", false); /* one place */
    assert_true(lane_enter(lanes, TENANT, &report,
                           &(struct lane_wait){.rank = LANE_NORMAL, .opens_by = by, .place_by = by}, &taken,
                           &err));
    struct caller callers[LANE_RANKS];
    for (int i = 0; i < LANE_RANKS; i++) /* the last in rank comes first */
        callers[i] = (struct caller){
            .lanes = lanes, .need = &report, .rank = (enum lane_rank)(LANE_RANKS - 1 - i), .line = &line};
    start_callers(callers, LANE_RANKS);
    lane_leave(lanes, &taken, BREAKER_GOOD);
    join_callers(callers, LANE_RANKS);
    for (int i = 0; i < LANE_RANKS; i++)
        assert_int_equal(line.order[i], i);
    lanes_free(lanes);
}

static void f07_lockouts_go_first_when_the_lane_opens(void **state)
{
    struct fixture *fixture = *state;
    struct line line = {.lock = PTHREAD_MUTEX_INITIALIZER};
    struct lanes *lanes = lanes_new(&held, rng_system());
    struct caller callers[12];
    lane_close(lanes, TENANT, LANE_BIT(LANE_DIRECTORY), false, false, 13000);
    for (size_t i = 0; i < 12; i++)
        callers[i] = (struct caller){.lanes = lanes,
                                     .need = &fixture->reads,
                                     .rank = i < 10 ? LANE_NORMAL : LANE_URGENT,
                                     .line = &line};
    start_callers(callers, 12);
    now_ms += 12999;
    sched_yield();
    assert_int_equal(lane_state(lanes, TENANT, "graph").waiting, 12);
    now_ms += 1;
    join_callers(callers, 12);
    assert_int_equal(line.order[0], LANE_URGENT);
    assert_int_equal(line.order[1], LANE_URGENT);
    lanes_free(lanes);
}

/* Everybody gets in in the end, and never too many at a time. */
static void many_callers_share_few_places(void **state)
{
    (void)state;
    struct line line = {.lock = PTHREAD_MUTEX_INITIALIZER};
    struct lanes *lanes = lanes_new(clock_system(), rng_system());
    struct lane_need needs[3] = {0};
    struct caller callers[300];
    for (size_t i = 0; i < 3; i++) {
        char path[40];
        snprintf(path, sizeof path, "/users/%zu/events", i);
        cost_graph(&needs[i], "GET", path, false);
    }
    for (size_t i = 0; i < 300; i++) {
        callers[i] = (struct caller){
            .lanes = lanes, .need = &needs[i % 3], .rank = (enum lane_rank)(i % LANE_RANKS), .line = &line};
        callers[i].thread = thread_start("caller", call, &callers[i]);
    }
    join_callers(callers, 300);
    assert_int_equal(line.count, 300);
    assert_in_range(line.most_inside, 1, 8);
    struct lane_state seen = lane_state(lanes, NULL, "graph");
    assert_int_equal(seen.waiting, 0);
    lanes_free(lanes);
}

static void *trigger(void *cancel)
{
    cancel_trigger(cancel);
    return NULL;
}

static void cancelling_ends_waiting(void **state)
{
    struct fixture *fixture = *state;
    struct lanes *lanes = lanes_new(clock_system(), rng_system());
    struct lane_pass pass;
    struct err err = {0};
    int64_t by = clock_mono_ms(clock_system()) + LONG_MS;
    const struct lane_wait wait = {.opens_by = by, .place_by = by, .cancel = cancel_new()};
    lane_close(lanes, TENANT, LANE_BIT(LANE_DIRECTORY), false, false, LONG_MS / 2);
    pthread_t thread = thread_start("trigger", trigger, wait.cancel);
    assert_false(lane_enter(lanes, TENANT, &fixture->reads, &wait, &pass, &err));
    assert_int_equal(err.kind, ERR_CANCELLED);
    pthread_join(thread, NULL);
    assert_int_equal(lane_state(lanes, TENANT, "graph").waiting, 0);
    assert_int_equal(lane_state(lanes, TENANT, "graph").closed, 1);
    lanes_free(lanes);
    cancel_free(wait.cancel);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
    const struct CMUnitTest tests[] = {
        TEST(f07_nobody_passes_before_the_time),
        TEST(f07_who_is_patient_waits_to_the_millisecond),
        TEST(f07_only_that_tenant_and_service_slow_down),
        TEST(f07_a_limit_on_writes_lets_reads_pass),
        TEST(f08_without_a_time_the_wait_doubles_from_two_seconds),
        TEST(after_a_refusal_a_lane_opens_one_by_one),
        TEST(what_is_nearly_used_up_is_left_to_urgent_calls),
        TEST(an_empty_bucket_makes_callers_wait_and_urgent_ones_go_on),
        TEST(reports_come_five_in_ten_seconds),
        TEST(writes_have_a_quota_of_their_own),
        TEST(a_mailbox_has_four_places),
        TEST(a_mailbox_takes_ten_thousand_calls_in_ten_minutes),
        TEST(mailboxes_come_and_go),
        TEST(f11_a_broken_service_is_refused_at_once_and_probed_by_the_lockout),
        TEST(f11_the_parts_of_a_batch_decide_for_their_lanes),
        cmocka_unit_test(the_higher_rank_goes_first),
        TEST(f07_lockouts_go_first_when_the_lane_opens),
        cmocka_unit_test(many_callers_share_few_places),
        TEST(cancelling_ends_waiting),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
