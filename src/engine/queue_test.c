/* Workers are shared between tenants: nobody takes all, whoever has none comes first, lockouts before the
 * rest. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "engine/job.h"
#include "engine/queue.h"

#define JOBS 64

static struct job jobs[JOBS];
static size_t used;
static const struct run_view views[] = {
    {.tenant_id = "a"}, {.tenant_id = "b"}, {.tenant_id = "c"}, {.tenant_id = "d"}, {.tenant_id = "e"}};

static void add(struct queue *queue, char tenant, bool urgent, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        assert_true(used < JOBS);
        struct job *job = &jobs[used++];
        *job = (struct job){.view = &views[tenant - 'a'], .urgent = urgent};
        queue_add(queue, job);
    }
}

/* Takes what it is given; capitals are lockouts. */
static const char *order(struct queue *queue, struct job **taken)
{
    static char text[JOBS + 1];
    size_t count = 0;
    struct job *job;
    while ((job = queue_take(queue))) {
        char name = *job->view->tenant_id;
        text[count] = job->urgent ? (char)(name - 'a' + 'A') : name;
        taken[count++] = job;
    }
    text[count] = '\0';
    return text;
}

static void clear(struct queue *queue, struct job **taken, size_t count)
{
    for (size_t i = 0; i < count; i++)
        queue_done(queue, taken[i]);
    while (queue_drain(queue))
        ;
    queue_free(queue);
    used = 0;
}

static void room_is_kept_for_whoever_comes_next(void **state)
{
    (void)state;
    assert_int_equal(fair_room(64, 0, 0, false), 48);
    assert_int_equal(fair_room(64, 48, 48, false), 0);
    assert_int_equal(fair_room(64, 48, 0, true), 1);
    assert_int_equal(fair_room(64, 63, 0, true), 1);
    assert_int_equal(fair_room(64, 64, 0, true), 0);
    assert_int_equal(fair_room(64, 10, 10, true), 6);
    assert_int_equal(fair_room(64, 30, 20, true), 0);
    assert_int_equal(fair_room(8, 0, 0, true), 4);
    assert_int_equal(fair_room(1, 0, 0, true), 1);
    assert_int_equal(fair_room(1, 0, 0, false), 1);
}

static void alone_a_tenant_leaves_a_quarter_free(void **state)
{
    (void)state;
    struct job *taken[JOBS] = {0};
    struct queue *queue = queue_new(8);
    add(queue, 'a', false, 10);
    assert_string_equal(order(queue, taken), "aaaaaa");
    assert_false(queue_has_next(queue));
    add(queue, 'b', true, 2); /* finds a worker at once, and then has one */
    assert_true(queue_has_next(queue));
    assert_string_equal(order(queue, taken + 6), "B");
    clear(queue, taken, 7);
}

static void tenants_take_turns(void **state)
{
    (void)state;
    struct job *taken[JOBS] = {0};
    struct queue *queue = queue_new(16);
    add(queue, 'a', false, 20);
    add(queue, 'b', false, 3);
    add(queue, 'c', false, 1);
    /* While others want some too, four; when they have theirs, the rest up to three quarters. */
    assert_string_equal(order(queue, taken), "abcababaaaaa");
    clear(queue, taken, 12);
}

static void lockouts_go_first_and_in_their_order(void **state)
{
    (void)state;
    struct job *taken[JOBS] = {0};
    struct queue *queue = queue_new(16);
    add(queue, 'a', false, 2);
    add(queue, 'a', true, 2);
    add(queue, 'b', false, 1);
    add(queue, 'b', true, 1);
    assert_string_equal(order(queue, taken), "ABAbaa");
    assert_ptr_equal(taken[0], &jobs[2]);
    assert_ptr_equal(taken[2], &jobs[3]);
    clear(queue, taken, 6);
}

static void a_worker_that_is_free_again_serves_who_has_fewest(void **state)
{
    (void)state;
    struct job *taken[JOBS] = {0};
    struct queue *queue = queue_new(4);
    add(queue, 'a', true, 6);
    add(queue, 'b', true, 2);
    add(queue, 'c', true, 2);
    assert_string_equal(order(queue, taken), "ABC");
    add(queue, 'd', false, 1);
    assert_string_equal(order(queue, taken + 3), "d"); /* the last one is for who has none */
    queue_done(queue, taken[1]);
    assert_string_equal(order(queue, taken + 1), "B"); /* and not to those that have one */
    clear(queue, taken, 4);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(room_is_kept_for_whoever_comes_next),
        cmocka_unit_test(alone_a_tenant_leaves_a_quarter_free),
        cmocka_unit_test(tenants_take_turns),
        cmocka_unit_test(lockouts_go_first_and_in_their_order),
        cmocka_unit_test(a_worker_that_is_free_again_serves_who_has_fewest),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
