/* The one form of JSON, with the examples of RFC 8785 and of what people call themselves. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/canonical.h"

static void check(const char *text, const char *expected)
{
    struct err err;
    AUTO_JSON json_t *value = json_read(text, strlen(text), &err);
    assert_non_null(value);
    size_t length;
    AUTO_FREE char *canonical = json_canonical(value, &length);
    assert_string_equal(canonical, expected);
    assert_int_equal(length, strlen(expected));
    AUTO_JSON json_t *back = json_read(canonical, length, &err);
    AUTO_FREE char *again = json_canonical(back, NULL);
    assert_string_equal(again, canonical);
}

static void members_are_sorted_and_white_space_is_gone(void **state)
{
    (void)state;
    check(" { \"b\" : [ 1 , true , null ] , \"a\" : { } } ", "{\"a\":{},\"b\":[1,true,null]}");
    check("[]", "[]");
    check("\"\"", "\"\"");
    /* RFC 8785, section 3.2.3 */
    check("{\"\\u20ac\":\"Euro Sign\",\"\\r\":\"Carriage Return\",\"\\ufb33\":\"Hebrew Letter Dalet With "
          "Dagesh\",\"1\":\"One\",\"\\ud83d\\ude00\":\"Emoji: Grinning Face\",\"\\u0080\":\"Control\","
          "\"\\u00f6\":\"Latin Small Letter O With Diaeresis\"}",
          "{\"\\r\":\"Carriage Return\",\"1\":\"One\",\"\xC2\x80\":\"Control\",\"ö\":\"Latin Small Letter O "
          "With "
          "Diaeresis\",\"€\":\"Euro Sign\",\"😀\":\"Emoji: Grinning Face\",\"\xEF\xAC\xB3\":\"Hebrew Letter "
          "Dalet "
          "With Dagesh\"}");
}

static void texts_keep_all_that_need_no_escape(void **state)
{
    (void)state;
    check("\"\\u0001\\u001F\\b\\f\\n\\r\\t\\\"\\\\\\/<\\u007f\\u00e9\"",
          "\"\\u0001\\u001f\\b\\f\\n\\r\\t\\\"\\\\/<\x7F\xC3\xA9\"");
    check("\"e\\u0301 \\u0645 \\u4e2d\"", "\"e\xCC\x81 \xD9\x85 \xE4\xB8\xAD\""); /* nothing is normalised */
}

static void numbers_are_written_as_ecmascript_does(void **state)
{
    (void)state;
    static const char *const cases[][2] = {
        {"0", "0"},
        {"-0", "0"},
        {"-0.0", "0"},
        {"-12", "-12"},
        {"1.0", "1"},
        {"100.0", "100"},
        {"0.1", "0.1"},
        {"4.50", "4.5"},
        {"2e-3", "0.002"},
        {"0.000001", "0.000001"},
        {"0.0000001", "1e-7"},
        {"1e-27", "1e-27"},
        {"333333333.33333329", "333333333.3333333"},
        {"1E30", "1e+30"},
        {"1e21", "1e+21"},
        {"1e20", "\"100000000000000000000\""},
        {"-1.5e300", "-1.5e+300"},
        {"9007199254740992", "9007199254740992"},
        {"9007199254740993", "\"9007199254740993\""},
        {"-9223372036854775807", "\"-9223372036854775807\""},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        check(cases[i][0], cases[i][1]);
}

static void a_hash_is_that_of_everybody_else(void **state)
{
    (void)state;
    char text[SHA256_TEXT_SIZE];
    assert_string_equal(sha256_text("abc", 3, text),
                        "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(members_are_sorted_and_white_space_is_gone),
        cmocka_unit_test(texts_keep_all_that_need_no_escape),
        cmocka_unit_test(numbers_are_written_as_ecmascript_does),
        cmocka_unit_test(a_hash_is_that_of_everybody_else),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
