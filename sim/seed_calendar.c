#include <string.h>

#include "calendar.h"
#include "seed.h"

#define HOUR_MS ((int64_t)60 * 60 * 1000)

static json_t *moment(int64_t utc_ms)
{
    return json_make("{s:o, s:s}", "dateTime", calendar_moment(utc_ms), "timeZone", "UTC");
}

static json_t *event_at(struct dice *dice, const char *organizer, const char *subject, int64_t start,
                        const char *guest)
{
    char id[80], uid[80];

    snprintf(id, sizeof id, "AAMkAG%016llx%016llx=", (unsigned long long)dice_next(dice),
             (unsigned long long)dice_next(dice));
    snprintf(uid, sizeof uid, "040000008200E00074C5B7101A82E008%.30s", id + 6);
    json_t *event =
        json_make("{s:s, s:s, s:s, s:s, s:b, s:b, s:o, s:o, s:[], s:{s:{s:s, s:s}}}", "id", id, "iCalUId",
                  uid, "subject", subject, "type", "singleInstance", "isOrganizer", 1, "isCancelled", 0,
                  "start", moment(start), "end", moment(start + HOUR_MS), "attendees", "organizer",
                  "emailAddress", "name", organizer, "address", organizer);

    if (guest)
        json_add(json_object_get(event, "attendees"),
                 json_make("{s:s, s:{s:s, s:s}, s:{s:s, s:s}}", "type", "required", "status", "response",
                           "accepted", "time", SEED_TIME, "emailAddress", "name", guest, "address", guest));
    return event;
}

json_t *seed_event(const struct company *company, struct dice *dice, const char *organizer,
                   const char *subject, int days, const char *guest)
{
    int64_t start = company->today_ms + days * DAY_MS + (8 + dice_below(dice, 9)) * HOUR_MS;

    return event_at(dice, organizer, subject, start, guest);
}

json_t *seed_series(const struct company *company, struct dice *dice, const char *organizer,
                    const char *subject, int first_days, const char *guest)
{
    static const char *const weekdays[] = {"sunday",   "monday", "tuesday", "wednesday",
                                           "thursday", "friday", "saturday"};
    json_t *event = seed_event(company, dice, organizer, subject, first_days, guest);
    char date[TIME_TEXT_SIZE];
    int64_t day = company->today_ms / DAY_MS + first_days;

    time_format(day * DAY_MS, date);
    date[10] = '\0';
    json_put_text(event, "type", "seriesMaster");
    json_put(event, "recurrence",
             json_make("{s:{s:s, s:i, s:[s], s:s, s:s, s:i, s:i}, s:{s:s, s:s, s:s, s:s, s:i}}", "pattern",
                       "type", "weekly", "interval", 1, "daysOfWeek", weekdays[(day + 4) % 7],
                       "firstDayOfWeek", "monday", "index", "first", "dayOfMonth", 0, "month", 0, "range",
                       "type", "noEnd", "startDate", date, "endDate", "0001-01-01", "recurrenceTimeZone",
                       "UTC", "numberOfOccurrences", 0));
    return event;
}

json_t *seed_event_by_chance(struct dice *dice, const struct company *company, const char *organizer,
                             unsigned i)
{
    static const char *const subjects[] = {"Weekly team meeting", "Budget review", "1:1", "Customer visit",
                                           "Sprint planning"};
    int days = 3 + (int)dice_below(dice, 200);

    if (i % 5 == 0)
        return seed_series(company, dice, organizer, subjects[0], -days, "guest@example.com");
    return seed_event(company, dice, organizer, subjects[i % 5], days,
                      dice_percent(dice, 85) ? "guest@example.com" : NULL);
}
