/* Jumps of the wall clock are told from time that passes. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "engine/jump.h"

#define HOUR ((int64_t)60 * 60 * 1000)

static void time_that_passes_is_no_jump(void **state)
{
    (void)state;
    struct jump jump = {0};
    jump_look(&jump, 1000 * HOUR, 5);
    jump_look(&jump, 1009 * HOUR, 5 + 9 * HOUR); /* it slept */
    assert_false(jump_went_over(&jump, 1005 * HOUR));
    jump_look(&jump, 1009 * HOUR + 40000, 5 + 9 * HOUR); /* a step of the network's time */
    assert_false(jump_went_over(&jump, 1009 * HOUR + 20000));
    jump_look(&jump, 1010 * HOUR, 5 + 9 * HOUR); /* an hour and no more */
    assert_false(jump_went_over(&jump, 1010 * HOUR));
}

static void what_was_leapt_over_is_known(void **state)
{
    (void)state;
    struct jump jump = {0};
    jump_look(&jump, 1000 * HOUR, 0);
    jump_look(&jump, 1003 * HOUR, 0);
    assert_false(jump_went_over(&jump, 1000 * HOUR));
    assert_true(jump_went_over(&jump, 1000 * HOUR + 1));
    assert_true(jump_went_over(&jump, 1003 * HOUR));
    assert_false(jump_went_over(&jump, 1003 * HOUR + 1));
    jump_look(&jump, 1004 * HOUR, HOUR); /* later things are in order */
    assert_false(jump_went_over(&jump, 1004 * HOUR));
    jump_look(&jump, 1010 * HOUR, HOUR); /* and further */
    assert_true(jump_went_over(&jump, 1002 * HOUR));
    assert_true(jump_went_over(&jump, 1009 * HOUR));
}

static void going_back_takes_it_back(void **state)
{
    (void)state;
    struct jump jump = {0};
    jump_look(&jump, 1000 * HOUR, 0);
    jump_look(&jump, 1010 * HOUR, 0);
    jump_look(&jump, 1004 * HOUR, 0);
    assert_true(jump_went_over(&jump, 1003 * HOUR));
    assert_false(jump_went_over(&jump, 1005 * HOUR));
    jump_look(&jump, 999 * HOUR, 0);
    assert_false(jump_went_over(&jump, 1003 * HOUR));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(time_that_passes_is_no_jump),
        cmocka_unit_test(what_was_leapt_over_is_known),
        cmocka_unit_test(going_back_takes_it_back),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
