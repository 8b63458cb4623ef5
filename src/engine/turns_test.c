#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "engine/turns.h"

/* One letter names the tenant; returns the places as they come out. */
static const char *sorted(const char *tenants)
{
    static char text[64];
    static const char names[][2] = {"a", "b", "c"};
    struct turn turns[sizeof text] = {{0}};
    size_t count = strlen(tenants);
    for (size_t i = 0; i < count; i++)
        turns[i].tenant_id = names[tenants[i] - 'a'];
    turns_sort(turns, count);
    for (size_t i = 0; i < count; i++)
        text[i] = (char)('0' + turns[i].place);
    text[count] = '\0';
    return text;
}

static void whoever_has_fewest_comes_first(void **state)
{
    (void)state;
    assert_string_equal(sorted("aaaab"), "40123");
    assert_string_equal(sorted("aabaca"), "240135");
    assert_string_equal(sorted("acbbcaa"), "1234056");
}

static void nobody_and_one_are_in_order(void **state)
{
    (void)state;
    assert_string_equal(sorted(""), "");
    assert_string_equal(sorted("c"), "0");
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(whoever_has_fewest_comes_first),
                                       cmocka_unit_test(nobody_and_one_are_in_order)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
