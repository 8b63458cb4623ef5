/* Who goes first when the places of a lane are short. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "base/thread.h"
#include "connector/lane.h"

#define LONG_MS 60000

struct caller {
    struct lanes *lanes;
    enum lane_rank rank;
    pthread_t thread;
    int *order, *count;
    pthread_mutex_t *lock;
};

static struct lane *enter(struct lanes *lanes, enum lane_rank rank, int64_t patience_ms, struct err *err)
{
    int64_t by = clock_mono_ms(clock_system()) + patience_ms;
    return lane_enter(lanes, "tenant", "exchange", 1, rank, by, by, NULL, err);
}

static void *call(void *arg)
{
    struct caller *caller = arg;
    struct err err;
    struct lane *lane = enter(caller->lanes, caller->rank, LONG_MS, &err);
    if (!lane)
        abort();
    {
        WITH_LOCK(caller->lock);
        caller->order[(*caller->count)++] = caller->rank;
    }
    lane_leave(caller->lanes, lane);
    return NULL;
}

/* Whoever waits shows: a caller of a lower rank does not even get the place that is free. */
static void wait_until_queued(struct lanes *lanes, unsigned waiting)
{
    while (lane_waiting(lanes, "tenant", "exchange") < waiting)
        sched_yield();
}

static void the_higher_rank_goes_first(void **state)
{
    (void)state;
    struct err err;
    pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
    int order[LANE_RANKS], count = 0;
    struct caller callers[LANE_RANKS];
    struct lanes *lanes = lanes_new(clock_system());
    struct lane *taken = enter(lanes, LANE_NORMAL, LONG_MS, &err);
    assert_non_null(taken);
    for (int i = 0; i < LANE_RANKS; i++) { /* the last in rank comes first */
        callers[i] = (struct caller){lanes, (enum lane_rank)(LANE_RANKS - 1 - i), 0, order, &count, &lock};
        callers[i].thread = thread_start("caller", call, &callers[i]);
        wait_until_queued(lanes, (unsigned)i + 1);
    }
    lane_leave(lanes, taken);
    for (int i = 0; i < LANE_RANKS; i++)
        pthread_join(callers[i].thread, NULL);
    assert_int_equal(order[0], LANE_URGENT);
    assert_int_equal(order[1], LANE_NORMAL);
    assert_int_equal(order[2], LANE_BACKGROUND);
    lanes_free(lanes);
}

static void a_full_lane_is_not_waited_for_longer_than_asked(void **state)
{
    (void)state;
    struct err err = {0};
    struct lanes *lanes = lanes_new(clock_system());
    struct lane *taken = enter(lanes, LANE_BACKGROUND, LONG_MS, &err);
    assert_non_null(taken);
    assert_null(enter(lanes, LANE_BACKGROUND, 1, &err));
    assert_int_equal(err.kind, ERR_LIMIT);
    assert_true(err.retry_after_ms > 0);
    lane_leave(lanes, taken);
    lanes_free(lanes);
}

static void a_closed_lane_says_when_it_opens(void **state)
{
    (void)state;
    struct err err = {0};
    struct lanes *lanes = lanes_new(clock_system());
    lane_close(lanes, "tenant", "exchange", LONG_MS);
    assert_null(enter(lanes, LANE_BACKGROUND, 0, &err));
    assert_int_equal(err.kind, ERR_LIMIT);
    assert_in_range(err.retry_after_ms, 1, LONG_MS);
    lanes_free(lanes);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_higher_rank_goes_first),
        cmocka_unit_test(a_full_lane_is_not_waited_for_longer_than_asked),
        cmocka_unit_test(a_closed_lane_says_when_it_opens),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
