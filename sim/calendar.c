#include "calendar.h"

#include <string.h>
#include <time.h>

#define SERIES_MAX_DAYS 36500
#define DATE_SIZE 11 /* "2026-12-24" and NUL */

bool calendar_time(const json_t *event, const char *which, int64_t *ret_utc_ms)
{
    const char *text = json_text(json_object_at(event, which), "dateTime");
    char with_zone[64];

    if (!text)
        return false;
    snprintf(with_zone, sizeof with_zone, "%.40sZ", text);
    return time_parse(with_zone, ret_utc_ms) || time_parse(text, ret_utc_ms);
}

json_t *calendar_moment(int64_t utc_ms)
{
    char text[TIME_TEXT_SIZE], moment[40];

    snprintf(moment, sizeof moment, "%.19s.0000000", time_format(utc_ms, text));
    return json_text_new(moment);
}

bool calendar_is_series(const json_t *event)
{
    return json_is_object(json_object_get(event, "recurrence"));
}

bool calendar_is_meeting(const json_t *event)
{
    return !json_is_false(json_object_get(event, "isOrganizer")) && !json_flag(event, "isCancelled") &&
           json_array_size(json_array_at(event, "attendees")) > 0;
}

/* ---- recurrence ---- */

struct day {
    int64_t number; /* since 1970-01-01 */
    int year, month, date, weekday;
    bool last_of_its_weekday; /* in the month */
};

static struct day day_at(int64_t utc_ms)
{
    time_t seconds = (time_t)(utc_ms / 1000), week_later = seconds + 7 * 24 * 60 * 60;
    struct tm at, later;

    gmtime_r(&seconds, &at);
    gmtime_r(&week_later, &later);
    return (struct day){utc_ms / DAY_MS, at.tm_year, at.tm_mon,
                        at.tm_mday,      at.tm_wday, later.tm_mon != at.tm_mon};
}

static bool on_weekday(const json_t *pattern, int weekday)
{
    static const char *const names[] = {"sunday",   "monday", "tuesday", "wednesday",
                                        "thursday", "friday", "saturday"};

    return sim_text_index(json_array_at(pattern, "daysOfWeek"), names[weekday]) >= 0;
}

static bool on_week(const json_t *pattern, const struct day *day)
{
    static const char *const names[] = {"first", "second", "third", "fourth"};
    const char *index = json_text_or(pattern, "index", "first");

    if (!strcmp(index, "last"))
        return day->last_of_its_weekday;
    return (day->date - 1) / 7 < 4 && !strcmp(names[(day->date - 1) / 7], index);
}

static bool pattern_meets(const json_t *pattern, const struct day *first, const struct day *day)
{
    const char *type = json_text_or(pattern, "type", "daily");
    int64_t interval = json_int(pattern, "interval", 1) > 0 ? json_int(pattern, "interval", 1) : 1;
    int64_t months = (day->year - first->year) * 12 + day->month - first->month;

    if (!strcmp(type, "daily"))
        return (day->number - first->number) % interval == 0;
    if (!strcmp(type, "weekly")) {
        bool monday = !strcmp(json_text_or(pattern, "firstDayOfWeek", "sunday"), "monday");
        int64_t start = first->number - (first->weekday + (monday ? 6 : 0)) % 7;

        return on_weekday(pattern, day->weekday) && (day->number - start) / 7 % interval == 0;
    }
    if (!strcmp(type, "absoluteMonthly"))
        return day->date == json_int(pattern, "dayOfMonth", first->date) && months % interval == 0;
    if (!strcmp(type, "relativeMonthly"))
        return on_weekday(pattern, day->weekday) && on_week(pattern, day) && months % interval == 0;
    if (months % (12 * interval) != 0)
        return false;
    return !strcmp(type, "absoluteYearly") ? day->date == json_int(pattern, "dayOfMonth", first->date)
                                           : on_weekday(pattern, day->weekday) && on_week(pattern, day);
}

static char *date_text(int64_t utc_ms, char ret[DATE_SIZE])
{
    char text[TIME_TEXT_SIZE];

    snprintf(ret, DATE_SIZE, "%.10s", time_format(utc_ms, text));
    return ret;
}

json_t *calendar_occurrences(const json_t *series, int64_t from_ms, int64_t until_ms)
{
    const json_t *recurrence = json_object_at(series, "recurrence"),
                 *pattern = json_object_at(recurrence, "pattern"),
                 *range = json_object_at(recurrence, "range");
    const char *kind = json_text_or(range, "type", "noEnd"), *last = json_text_or(range, "endDate", "");
    int64_t left = strcmp(kind, "numbered") ? INT64_MAX : json_int(range, "numberOfOccurrences", 0), start;
    json_t *found = json_array();

    if (!calendar_time(series, "start", &start))
        return found;
    const struct day first = day_at(start);
    char date[DATE_SIZE];

    for (int64_t at = start; at < until_ms && left > 0 && at < start + SERIES_MAX_DAYS * DAY_MS;
         at += DAY_MS) {
        const struct day day = day_at(at);

        if (!strcmp(kind, "endDate") && strcmp(date_text(at, date), last) > 0)
            break;
        if (!pattern_meets(pattern, &first, &day))
            continue;
        left--;
        if (at >= from_ms && sim_text_index(json_array_at(series, "_cancelled"), date_text(at, date)) < 0)
            json_add(found, json_integer(at));
    }
    return found;
}

bool calendar_begins_in(const json_t *event, int64_t from_ms, int64_t until_ms)
{
    int64_t start;

    if (!calendar_is_series(event))
        return calendar_time(event, "start", &start) && start >= from_ms && start < until_ms;
    AUTO_JSON json_t *occurrences = calendar_occurrences(event, from_ms, until_ms);

    return json_array_size(occurrences) > 0;
}

/* ---- events ---- */

/* An occurrence is named by its series and its date: "<id>_20261224". */
static void occurrence_id(const json_t *series, int64_t start_ms, char *ret, size_t size)
{
    char date[DATE_SIZE];

    date_text(start_ms, date);
    snprintf(ret, size, "%.400s_%.4s%.2s%.2s", json_text_or(series, "id", ""), date, date + 5, date + 8);
}

json_t *calendar_occurrence(const json_t *series, int64_t start_ms)
{
    json_t *event = json_copy((json_t *)series);
    int64_t start = 0, end = 0;
    char id[500];

    calendar_time(series, "start", &start);
    if (!calendar_time(series, "end", &end))
        end = start;
    occurrence_id(series, start_ms, id, sizeof id);
    json_put_text(event, "id", id);
    json_put_text(event, "type", "occurrence");
    json_put_text(event, "seriesMasterId", json_text(series, "id"));
    json_put(event, "recurrence", json_null());
    json_put(event, "start",
             json_make("{s:o, s:s}", "dateTime", calendar_moment(start_ms), "timeZone", "UTC"));
    json_put(event, "end",
             json_make("{s:o, s:s}", "dateTime", calendar_moment(start_ms + end - start), "timeZone", "UTC"));
    return event;
}

static bool is_occurrence(const json_t *series, const char *id, int64_t *ret_start)
{
    const char *own = json_text_or(series, "id", "");
    size_t length = strlen(own);
    char midnight[40], named[500];
    int64_t day;

    if (!calendar_is_series(series) || strncmp(own, id, length) != 0 || id[length] != '_' ||
        strlen(id + length) != 9)
        return false;
    snprintf(midnight, sizeof midnight, "%.4s-%.2s-%.2sT00:00:00Z", id + length + 1, id + length + 5,
             id + length + 7);
    if (!time_parse(midnight, &day))
        return false;
    AUTO_JSON json_t *occurrences = calendar_occurrences(series, day, day + DAY_MS);

    *ret_start = json_integer_value(json_array_get(occurrences, 0));
    occurrence_id(series, *ret_start, named, sizeof named);
    return json_array_size(occurrences) > 0 && !strcmp(named, id);
}

bool calendar_find(const json_t *mailbox, const char *id, struct calendar_event *ret)
{
    json_t *event;
    size_t i;

    json_array_foreach (json_array_at(mailbox, "_events"), i, event) {
        *ret = (struct calendar_event){event, i, -1};
        if (!strcmp(json_text_or(event, "id", ""), id) || is_occurrence(event, id, &ret->occurrence_ms))
            return true;
    }
    return false;
}

static void tell_attendees(struct sim *sim, json_t *mailbox, const struct calendar_event *found,
                           const char *comment)
{
    json_t *told = json_array(), *attendee;
    char id[500], now[TIME_TEXT_SIZE];
    size_t i;

    snprintf(id, sizeof id, "%s", json_text_or(found->event, "id", ""));
    if (found->occurrence_ms >= 0)
        occurrence_id(found->event, found->occurrence_ms, id, sizeof id);
    json_array_foreach (json_array_at(found->event, "attendees"), i, attendee)
        json_add(told, json_text_new(json_text(json_object_at(attendee, "emailAddress"), "address")));
    if (!json_is_array(json_object_get(mailbox, "_cancelled_meetings")))
        json_put(mailbox, "_cancelled_meetings", json_array());
    json_add(json_object_get(mailbox, "_cancelled_meetings"),
             json_make("{s:s, s:s, s:o, s:s, s:s}", "id", id, "subject",
                       json_text_or(found->event, "subject", ""), "attendees", told, "comment", comment, "at",
                       sim_now_text(sim, now)));
}

void calendar_remove(struct sim *sim, json_t *mailbox, const struct calendar_event *found,
                     const char *comment, bool tell)
{
    char date[DATE_SIZE];

    if (tell)
        tell_attendees(sim, mailbox, found, comment);
    if (found->occurrence_ms < 0) {
        json_array_remove(json_object_get(mailbox, "_events"), found->at);
        return;
    }
    if (!json_is_array(json_object_get(found->event, "_cancelled")))
        json_put(found->event, "_cancelled", json_array());
    json_add(json_object_get(found->event, "_cancelled"),
             json_text_new(date_text(found->occurrence_ms, date)));
}
