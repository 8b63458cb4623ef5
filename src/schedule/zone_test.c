#include "schedule/zone.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "base/clock.h"

static const struct {
    const char *local, *zone, *utc;
    enum zone_fit fit;
} cases[] = {
    {"2026-12-24T17:00:00", "Europe/Amsterdam", "2026-12-24T16:00:00.000Z", ZONE_EXACT},
    {"2026-07-01T17:00", "Europe/Amsterdam", "2026-07-01T15:00:00.000Z", ZONE_EXACT},
    {"2026-03-29T02:30:00", "Europe/Amsterdam", "2026-03-29T01:00:00.000Z", ZONE_GAP},
    {"2026-03-29T02:00:00", "Europe/Amsterdam", "2026-03-29T01:00:00.000Z", ZONE_GAP},
    {"2026-03-29T03:00:00", "Europe/Amsterdam", "2026-03-29T01:00:00.000Z", ZONE_EXACT},
    {"2026-03-29T01:59:59", "Europe/Amsterdam", "2026-03-29T00:59:59.000Z", ZONE_EXACT},
    {"2026-10-25T02:30:00", "Europe/Amsterdam", "2026-10-25T00:30:00.000Z", ZONE_OVERLAP},
    {"2026-10-25T03:00:00", "Europe/Amsterdam", "2026-10-25T02:00:00.000Z", ZONE_EXACT},
    {"2026-11-01T01:30:00", "America/New_York", "2026-11-01T05:30:00.000Z", ZONE_OVERLAP},
    {"2026-03-08T02:30:00", "America/New_York", "2026-03-08T07:00:00.000Z", ZONE_GAP},
    {"2026-10-04T02:15:00", "Australia/Lord_Howe", "2026-10-03T15:30:00.000Z", ZONE_GAP}, /* half an hour */
    {"2026-12-24T17:00:00", "Asia/Kathmandu", "2026-12-24T11:15:00.000Z", ZONE_EXACT},
    {"2011-12-30T12:00:00", "Pacific/Apia", "2011-12-30T10:00:00.000Z", ZONE_GAP}, /* a whole day skipped */
    {"2028-02-29T00:00:00", "UTC", "2028-02-29T00:00:00.000Z", ZONE_EXACT},
    {"2026-07-01T17:00", "W. Europe Standard Time", "2026-07-01T15:00:00.000Z", ZONE_EXACT},
    {"2026-12-24T17:00:00", "nepal standard time", "2026-12-24T11:15:00.000Z", ZONE_EXACT},
    {"2060-07-01T12:00:00", "Europe/Amsterdam", "2060-07-01T10:00:00.000Z", ZONE_EXACT},
};

static void resolves(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct err err = {0};
        char text[TIME_TEXT_SIZE];
        int64_t utc_ms;
        enum zone_fit fit;
        assert_true(zone_resolve(cases[i].local, cases[i].zone, &utc_ms, &fit, &err));
        assert_string_equal(time_format(utc_ms, text), cases[i].utc);
        assert_int_equal(fit, cases[i].fit);
    }
}

static void refuses(void **state)
{
    static const struct {
        const char *local, *zone, *code;
    } bad[] = {
        {"2026-12-24T17:00:00", "Mars/Olympus", "unknown_time_zone"},
        {"2026-12-24T17:00:00", "+02:00", "unknown_time_zone"},
        {"2026-12-24T17:00:00", "", "unknown_time_zone"},
        {"2026-12-24T17:00:00", "../../etc/passwd", "unknown_time_zone"},
        {"2026-12-24T17:00:00Z", "UTC", "bad_time"},
        {"2026-12-24T17:00:00+01:00", "UTC", "bad_time"},
        {"2026-12-24 17:00:00", "UTC", "bad_time"},
        {"2026-12-24", "UTC", "bad_time"},
        {"2026-02-30T10:00:00", "UTC", "bad_time"},
        {"2026-12-24T25:00:00", "UTC", "bad_time"},
        {"2026-12-24T17:00:0", "UTC", "bad_time"},
        {"2026-12-24T17:00:00:00", "UTC", "bad_time"},
        {"tomorrow", "UTC", "bad_time"},
        {"", "UTC", "bad_time"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        struct err err = {0};
        int64_t utc_ms;
        assert_false(zone_resolve(bad[i].local, bad[i].zone, &utc_ms, NULL, &err));
        assert_string_equal(err.code, bad[i].code);
    }
}

static void days_begin_when_the_clocks_say(void **state)
{
    static const struct {
        const char *at, *zone;
        int later, weekday;
        const char *date, *begins;
    } days[] = {
        {"2026-11-26T10:00:00Z", "UTC", 0, 4, "2026-11-26", "2026-11-26T00:00:00Z"},
        {"2026-11-25T23:30:00Z", "Europe/Amsterdam", 0, 4, "2026-11-26", "2026-11-25T23:00:00Z"},
        {"2026-11-26T03:00:00Z", "America/New_York", 0, 3, "2026-11-25", "2026-11-25T05:00:00Z"},
        {"2026-11-26T18:15:00Z", "Asia/Kathmandu", 0, 5, "2026-11-27", "2026-11-26T18:15:00Z"},
        {"2026-11-26T10:00:00Z", "Europe/Amsterdam", -32, 7, "2026-10-25",
         "2026-10-24T22:00:00Z"}, /* 25 h long */
        {"2026-11-26T10:00:00Z", "Europe/Amsterdam", -31, 1, "2026-10-26", "2026-10-25T23:00:00Z"},
        {"2026-12-31T12:00:00Z", "UTC", 1, 5, "2027-01-01", "2027-01-01T00:00:00Z"},
        {"2026-09-05T12:00:00Z", "America/Santiago", 1, 7, "2026-09-06",
         "2026-09-06T04:00:00Z"}, /* no midnight */
    };
    struct err err;
    struct zone_day day;
    (void)state;
    for (size_t i = 0; i < sizeof days / sizeof days[0]; i++) {
        int64_t at = 0, begins = 0;
        assert_true(time_parse(days[i].at, &at) && time_parse(days[i].begins, &begins));
        assert_true(zone_day(at, days[i].later, days[i].zone, &day, &err));
        assert_string_equal(day.date, days[i].date);
        assert_int_equal(day.begins_at, begins);
        assert_int_equal(day.weekday, days[i].weekday);
    }
    assert_false(zone_day(0, 0, "Mars", &day, &err));
    assert_string_equal(err.code, "unknown_time_zone");
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(resolves), cmocka_unit_test(refuses),
                                       cmocka_unit_test(days_begin_when_the_clocks_say)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
