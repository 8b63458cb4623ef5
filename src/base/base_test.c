/* Tables of cases for the pure parts of base. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/arena.h"
#include "base/clock.h"
#include "base/err.h"
#include "base/json.h"
#include "base/rng.h"
#include "base/text.h"

static void text_encodings_round_trip(void **state)
{
    (void)state;
    AUTO_STRBUF struct strbuf buf = STRBUF_MAX(1000);
    unsigned char bytes[300], back[300];
    for (size_t n = 0; n < sizeof bytes; n++) {
        bytes[n] = (unsigned char)(n * 7);
        strbuf_done(&buf);
        strbuf_base64url(&buf, bytes, n);
        assert_int_equal(text_base64_decode(strbuf_text(&buf), buf.length, back, sizeof back), (ptrdiff_t)n);
        assert_memory_equal(bytes, back, n);
    }
    strbuf_done(&buf);
    strbuf_percent(&buf, "a b#ü/'");
    assert_string_equal(strbuf_text(&buf), "a%20b%23%C3%BC%2F%27");
    assert_true(text_percent_decode(buf.data, false));
    assert_string_equal(buf.data, "a b#ü/'");
    char broken[] = "a%0", zero[] = "a%00";
    assert_false(text_percent_decode(broken, false));
    assert_false(text_percent_decode(zero, false));
    assert_int_equal(text_base64_decode("a", 1, back, sizeof back), -1);
    assert_int_equal(text_base64_decode("a!==", 4, back, sizeof back), -1);
}

static void strbuf_stops_at_its_maximum(void **state)
{
    (void)state;
    AUTO_STRBUF struct strbuf buf = STRBUF_MAX(4);
    strbuf_text_add(&buf, "abcd");
    assert_false(buf.overflow);
    strbuf_char(&buf, 'e');
    assert_true(buf.overflow);
    assert_string_equal(strbuf_text(&buf), "abcd");
}

static void time_reads_and_writes_rfc3339(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        const char *normal; /* NULL: refused */
    } cases[] = {
        {"2026-12-24T17:00:00+01:00", "2026-12-24T16:00:00.000Z"},
        {"2026-01-01T00:00:00.1234567Z", "2026-01-01T00:00:00.123Z"},
        {"1969-12-31T23:59:59.500Z", "1969-12-31T23:59:59.500Z"},
        {"2026-04-31T00:00:01Z", NULL},
        {"2026-13-01T00:00:00Z", NULL},
        {"2026-01-01T00:00:00", NULL},
        {"2026-1-01T00:00:00Z", NULL},
        {"0026-12-24T16:00:00.3+01:00", "0026-12-24T15:00:00.300Z"},
        {"2026-12-24T-1:00:00Z", NULL},
        {"2026-12-24T 1:00:00Z", NULL},
        {"2026-12-24T16:00:00+-1:00", NULL},
        {"9999-12-31T23:59:59-01:00", NULL},
        {"0000-01-01T00:00:00+01:00", NULL},
        {"gestern", NULL},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        int64_t ms;
        char text[TIME_TEXT_SIZE];
        bool ok = time_parse(cases[i].text, &ms);
        assert_int_equal(ok, cases[i].normal != NULL);
        if (ok)
            assert_string_equal(time_format(ms, text), cases[i].normal);
    }
}

static void json_is_strict(void **state)
{
    (void)state;
    static const char *const bad[] = {"{\"a\":1,\"a\":2}",    "{\"a\":\"\\u0000\"}", "[1,]", "{} {}", "",
                                      "18446744073709551616", "\"\\ud800\""};
    struct err err;
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        assert_null(json_read(bad[i], strlen(bad[i]), &err));
        assert_int_equal(err.kind, ERR_MALFORMED);
    }
    const char *big = "{\"RuleIdentity\":18446744073709551615,\"n\":-5,\"s\":\"18446744073709551615 \\\" "
                      "1\",\"f\":1.5e300}";
    AUTO_JSON json_t *value = json_read_big(big, strlen(big), &err);
    assert_non_null(value);
    assert_string_equal(json_text(value, "RuleIdentity"), "18446744073709551615");
    assert_int_equal(json_int(value, "n", 0), -5);
    assert_string_equal(json_text(value, "s"), "18446744073709551615 \" 1");
    assert_int_equal(json_array_size(json_array_at(value, "missing")), 0);
}

static void errors_carry_kind_and_words(void **state)
{
    (void)state;
    struct err err;
    assert_false(err_set(&err, ERR_LIMIT, "wait %d s", 3));
    assert_true(err_again(&err));
    assert_string_equal(err.code, "too_many_requests");
    assert_false(err_prefix(&err, "reading %s", "users"));
    assert_string_equal(err.message, "reading users: wait 3 s");
    for (int begin = 0; begin < 3; begin++) { /* what is cut is cut between characters */
        AUTO_STRBUF struct strbuf code = STRBUF_MAX(400);
        strbuf_add(&code, "xx", (size_t)begin);
        for (int i = 0; i < 60; i++)
            strbuf_text_add(&code, "€");
        assert_false(err_code(&err, ERR_LIMIT, strbuf_text(&code), "x"));
        assert_true(text_valid_utf8(err.code, strlen(err.code)));
    }
    for (int kind = 0; kind < ERR_KIND_COUNT; kind++)
        assert_true(*err_info((enum err_kind)kind)->title);
}

static void uuids_sort_by_time(void **state)
{
    (void)state;
    char first[UUID_SIZE], second[UUID_SIZE];
    uuid_v7(clock_system(), rng_system(), first);
    assert_true(text_is_uuid(first));
    assert_int_equal(first[14], '7');
    assert_int_equal(uuid_v4(rng_system(), second)[14], '4');
    assert_false(text_is_uuid("nonsense"));
    for (int i = 0; i < 10000; i++) { /* many within one millisecond */
        uuid_v7(clock_system(), rng_system(), second);
        assert_true(strcmp(first, second) < 0);
        memcpy(first, second, sizeof first);
    }
    for (int i = 0; i < 1000; i++)
        assert_true(rng_below(rng_system(), 3) < 3);
}

static void numbers_are_whole(void **state)
{
    (void)state;
    int64_t value = 0;
    assert_true(text_to_int("-12", -20, 20, &value));
    assert_int_equal(value, -12);
    assert_false(text_to_int("12x", 0, 20, &value));
    assert_false(text_to_int(" 12", 0, 20, &value));
    assert_false(text_to_int("21", 0, 20, &value));
    assert_false(text_to_int("99999999999999999999", 0, INT64_MAX, &value));
}

/* Test builds alone: a release build does not know the variable. */
static void the_clock_of_a_test_build_is_moved_by_a_file(void **state)
{
    char path[] = "/tmp/lastday-clock-XXXXXX";
    int64_t moved = 0, hour = 3600 * 1000;
    (void)state;
    int fd = mkstemp(path);
    assert_true(fd >= 0 && write(fd, &moved, sizeof moved) == sizeof moved);
    setenv("LASTDAY_TEST_CLOCK", path, 1);
    int64_t before = clock_utc_ms(clock_system()), mono = clock_mono_ms(clock_system());
    assert_in_range(before, INT64_C(1700000000000), INT64_C(4000000000000));
    moved = hour;
    assert_int_equal(pwrite(fd, &moved, sizeof moved, 0), sizeof moved);
    assert_in_range(clock_utc_ms(clock_system()) - before, hour, hour + 60 * 1000);
    assert_in_range(clock_mono_ms(clock_system()) - mono, 0, 60 * 1000);
    moved = 0;
    assert_int_equal(pwrite(fd, &moved, sizeof moved, 0), sizeof moved);
    close(fd);
    unlink(path);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(text_encodings_round_trip),
        cmocka_unit_test(strbuf_stops_at_its_maximum),
        cmocka_unit_test(time_reads_and_writes_rfc3339),
        cmocka_unit_test(the_clock_of_a_test_build_is_moved_by_a_file),
        cmocka_unit_test(json_is_strict),
        cmocka_unit_test(errors_carry_kind_and_words),
        cmocka_unit_test(uuids_sort_by_time),
        cmocka_unit_test(numbers_are_whole),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
