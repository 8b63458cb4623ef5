/* Which days a series falls on. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "calendar.h"

static int64_t at(const char *date)
{
    char text[40];
    int64_t ms = 0;

    snprintf(text, sizeof text, "%sT00:00:00Z", date);
    assert_true(time_parse(text, &ms));
    return ms;
}

static void series_fall_on_their_days(void **state)
{
    /* From Tuesday 2026-09-01, ten in the morning; looked at from `from` until `until`. */
    static const struct {
        const char *pattern, *range, *from, *until, *days;
    } cases[] = {
        {"{'type':'daily','interval':2}", "{'type':'noEnd'}", "2026-09-01", "2026-09-08",
         "2026-09-01 2026-09-03 2026-09-05 2026-09-07"},
        {"{'type':'daily','interval':1}", "{'type':'numbered','numberOfOccurrences':3}", "2026-09-02",
         "2026-12-01", "2026-09-02 2026-09-03"},
        {"{'type':'daily','interval':1}", "{'type':'endDate','endDate':'2026-09-02'}", "2026-09-01",
         "2026-12-01", "2026-09-01 2026-09-02"},
        {"{'type':'weekly','interval':1,'daysOfWeek':['tuesday','friday']}", "{'type':'noEnd'}", "2026-09-02",
         "2026-09-12", "2026-09-04 2026-09-08 2026-09-11"},
        {"{'type':'weekly','interval':2,'daysOfWeek':['monday','tuesday'],'firstDayOfWeek':'monday'}",
         "{'type':'noEnd'}", "2026-09-01", "2026-09-20", "2026-09-01 2026-09-14 2026-09-15"},
        {"{'type':'absoluteMonthly','interval':1,'dayOfMonth':1}", "{'type':'noEnd'}", "2027-01-01",
         "2027-03-02", "2027-01-01 2027-02-01 2027-03-01"},
        {"{'type':'relativeMonthly','interval':1,'daysOfWeek':['tuesday'],'index':'first'}",
         "{'type':'noEnd'}", "2026-10-01", "2026-12-01", "2026-10-06 2026-11-03"},
        {"{'type':'relativeMonthly','interval':1,'daysOfWeek':['friday'],'index':'last'}", "{'type':'noEnd'}",
         "2026-09-01", "2026-11-01", "2026-09-25 2026-10-30"},
        {"{'type':'absoluteYearly','interval':1,'dayOfMonth':1,'month':9}", "{'type':'noEnd'}", "2027-01-01",
         "2028-12-31", "2027-09-01 2028-09-01"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        AUTO_STRBUF struct strbuf text = STRBUF_MAX(2000);

        strbuf_printf(&text,
                      "{'start':{'dateTime':'2026-09-01T10:00:00.0000000'},'_cancelled':['2026-09-09'],"
                      "'recurrence':{'pattern':%s,'range':%s}}",
                      cases[i].pattern, cases[i].range);
        for (char *c = text.data; *c; c++)
            *c = *c == '\'' ? '"' : *c;
        AUTO_JSON json_t *series = json_read(strbuf_text(&text), text.length, NULL);
        AUTO_JSON json_t *found = calendar_occurrences(series, at(cases[i].from), at(cases[i].until));
        AUTO_STRBUF struct strbuf days = STRBUF_MAX(2000);
        json_t *start;
        size_t n;

        json_array_foreach (found, n, start) {
            char day[TIME_TEXT_SIZE];

            strbuf_printf(&days, "%s%.10s", n ? " " : "", time_format(json_integer_value(start), day));
        }
        if (strcmp(strbuf_text(&days), cases[i].days) != 0)
            fail_msg("case %zu: %s", i, strbuf_text(&days));
        assert_int_equal(calendar_begins_in(series, at(cases[i].from), at(cases[i].until)), 1);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(series_fall_on_their_days)};

    return cmocka_run_group_tests(tests, NULL, NULL);
}
