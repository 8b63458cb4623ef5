/* Meetings: as Graph lists and cancels them, and as Remove-CalendarEvents does. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "calendar.h"
#include "call_fixture.h"

#define ADELE "users/adele.vance@contoso.com"

static int setup(void **state)
{
    *state = fixture_seeded();
    return 0;
}

static int teardown(void **state)
{
    fixture_free(*state);
    return 0;
}

static const char *id_named(struct sim *sim, const char *subject)
{
    return json_text_or(
        json_array_find(json_array_at(fixture_mailbox(sim, "adele.vance@contoso.com"), "_events"), "subject",
                        subject),
        "id", "");
}

static size_t told(struct sim *sim)
{
    return json_array_size(
        json_array_at(fixture_mailbox(sim, "adele.vance@contoso.com"), "_cancelled_meetings"));
}

static int act(struct sim *sim, const char *method, const char *id, const char *action)
{
    AUTO_STRBUF struct strbuf target = STRBUF_MAX(700);

    strbuf_text_add(&target, ADELE "/events/");
    strbuf_percent(&target, id);
    strbuf_text_add(&target, action);
    AUTO_REPLY struct reply reply =
        fixture_graph(sim, method, strbuf_text(&target), *action ? "{\"Comment\":\"She has left.\"}" : NULL);
    return reply.status;
}

static struct reply window(struct sim *sim, int from_days, int until_days)
{
    char from[TIME_TEXT_SIZE], until[TIME_TEXT_SIZE], target[400];
    int64_t today = sim_now_ms(sim) / DAY_MS * DAY_MS;

    snprintf(target, sizeof target, ADELE "/calendarView?startDateTime=%s&endDateTime=%s&$top=100",
             time_format(today + from_days * DAY_MS, from), time_format(today + until_days * DAY_MS, until));
    return fixture_graph(sim, "GET", target, NULL);
}

static void events_are_filtered_where_reality_filters(void **state)
{
    static const char mine[] = ADELE "/events?$filter=isOrganizer%20eq%20true&$select=id,subject,type";
    struct sim *sim = *state;
    AUTO_REPLY struct reply reply = fixture_graph(sim, "GET", mine, NULL);

    assert_int_equal(reply_count(&reply), 5);
    AUTO_REPLY struct reply series =
        fixture_graph(sim, "GET", ADELE "/events?$filter=type%20eq%20'seriesMaster'", NULL);
    assert_int_equal(reply_count(&series), 1);
    assert_string_equal(json_text(reply_item(&series, 0), "subject"), "Retail stand-up");
    sim->flipped[VARIANT_filter_is_organizer] = sim->flipped[VARIANT_filter_series_master] = true;
    AUTO_REPLY struct reply refused = fixture_graph(sim, "GET", mine, NULL);
    assert_int_equal(refused.status, 400);
    AUTO_REPLY struct reply no_series =
        fixture_graph(sim, "GET", ADELE "/events?$filter=type%20eq%20'seriesMaster'", NULL);
    assert_int_equal(no_series.status, 400);
    AUTO_REPLY struct reply all = fixture_graph(sim, "GET", ADELE "/events?$orderby=start/dateTime", NULL);
    assert_int_equal(reply_count(&all), 6);
    assert_string_equal(json_text(reply_item(&all, 0), "subject"), "Retail stand-up");
}

static void a_window_shows_occurrences(void **state)
{
    struct sim *sim = *state;
    AUTO_REPLY struct reply reply = window(sim, 0, 28);
    size_t occurrences = 0, i;
    const json_t *event;

    json_array_foreach (json_array_at(reply.json, "value"), i, event)
        if (!strcmp(json_text(event, "type"), "occurrence")) {
            assert_string_equal(json_text(event, "seriesMasterId"), id_named(sim, "Retail stand-up"));
            occurrences++;
        }
    assert_int_equal(occurrences, 4);
    assert_int_equal(reply_count(&reply), 4 + 4);
    AUTO_REPLY struct reply no_window = fixture_graph(sim, "GET", ADELE "/calendarView", NULL);
    assert_int_equal(no_window.status, 400);
    AUTO_REPLY struct reply paged = fixture_graph(sim, "GET", "users/megan.bowen@contoso.com/events", NULL);
    assert_int_equal(paged.status, 200);
}

static void cancelling_tells_the_attendees(void **state)
{
    struct sim *sim = *state;
    AUTO_FREE char *review = strdup(id_named(sim, "Launch review"));

    assert_int_equal(act(sim, "POST", review, "/cancel"), 202);
    assert_int_equal(act(sim, "POST", review, "/cancel"), 404);
    const json_t *note = json_array_get(
        json_array_at(fixture_mailbox(sim, "adele.vance@contoso.com"), "_cancelled_meetings"), 0);
    assert_string_equal(json_text(note, "comment"), "She has left.");
    assert_string_equal(json_string_value(json_array_get(json_array_at(note, "attendees"), 0)),
                        "megan.bowen@contoso.com");
    assert_int_equal(act(sim, "POST", id_named(sim, "Dentist"), "/cancel"), 400);
    AUTO_FREE char *dentist = strdup(id_named(sim, "Dentist"));
    assert_int_equal(act(sim, "DELETE", dentist, ""), 204);
    assert_int_equal(act(sim, "POST", id_named(sim, "Board meeting"), "/cancel"), 400); /* not hers */
    assert_int_equal(told(sim), 1);
}

static void one_occurrence_may_go_alone(void **state)
{
    struct sim *sim = *state;
    AUTO_REPLY struct reply before = window(sim, 0, 28);
    const json_t *occurrence = json_array_find(json_array_at(before.json, "value"), "type", "occurrence");
    AUTO_FREE char *series = strdup(id_named(sim, "Retail stand-up"));

    assert_int_equal(act(sim, "POST", json_text(occurrence, "id"), "/cancel"), 202);
    assert_int_equal(act(sim, "POST", json_text(occurrence, "id"), "/cancel"), 404);
    AUTO_REPLY struct reply after = window(sim, 0, 28);
    assert_int_equal(reply_count(&after), reply_count(&before) - 1);
    assert_int_equal(act(sim, "POST", series, "/cancel"), 202);
    AUTO_REPLY struct reply none = window(sim, 0, 28);
    assert_null(json_array_find(json_array_at(none.json, "value"), "type", "occurrence"));
}

static void the_cmdlet_cancels_the_same_meetings(void **state)
{
    struct sim *sim = *state;
    const char *all = "{\"Identity\":\"adele.vance@contoso.com\",\"CancelOrganizedMeetings\":true,"
                      "\"QueryWindowInDays\":1825,\"Confirm\":false}";

    sim->operation_ms = 5000;
    AUTO_REPLY struct reply reply = fixture_cmdlet(sim, "Remove-CalendarEvents", all);
    assert_non_null(strstr(reply.text, "3 meetings were queued for cancellation."));
    assert_int_equal(told(sim), 0); /* queued */
    fixture_advance(sim, 6000);
    assert_int_equal(told(sim), 3);
    assert_string_equal(id_named(sim, "Retail stand-up"), "");
    assert_string_not_equal(id_named(sim, "Dentist"), "");
    assert_string_not_equal(id_named(sim, "Retrospective"), "");
    AUTO_REPLY struct reply again = fixture_cmdlet(sim, "Remove-CalendarEvents", all);
    assert_non_null(strstr(again.text, "0 meetings were queued"));
}

static void what_has_no_calendar_or_permission_is_refused(void **state)
{
    struct sim *sim = *state;
    AUTO_REPLY struct reply none = fixture_graph(sim, "GET", "users/nora.nomail@contoso.com/events", NULL);
    assert_int_equal(none.status, 404);
    assert_string_equal(reply_code(&none), "MailboxNotEnabledForRESTAPI");
    fixture_permissions(sim, "Calendars.Read");
    assert_int_equal(act(sim, "POST", id_named(sim, "Launch review"), "/cancel"), 403);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
    const struct CMUnitTest tests[] = {
        TEST(events_are_filtered_where_reality_filters),
        TEST(a_window_shows_occurrences),
        TEST(cancelling_tells_the_attendees),
        TEST(one_occurrence_may_go_alone),
        TEST(the_cmdlet_cancels_the_same_meetings),
        TEST(what_has_no_calendar_or_permission_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
