/* calendar — the meetings of a mailbox, one truth for Graph and Exchange.
 *
 * mailbox["_events"] holds Graph's events: single ones and series masters with "recurrence"; times are UTC
 * without an offset. A series' "_cancelled" ["2026-12-24"] are occurrences that were cancelled alone. What
 * was cancelled, and who was told, is kept in mailbox["_cancelled_meetings"]: [{id, subject, attendees:
 * ["address"], comment, at}]. */
#ifndef SIM_CALENDAR_H
#define SIM_CALENDAR_H

#include "sim.h"

#define DAY_MS ((int64_t)24 * 60 * 60 * 1000)

/* An event of a mailbox by its id. occurrence_ms is the start of the occurrence that the id names, or -1 for
 * the event as a whole. */
struct calendar_event {
    json_t *event; /* borrowed */
    size_t at;     /* in _events */
    int64_t occurrence_ms;
};

/* "start" or "end" of an event. */
bool calendar_time(const json_t *event, const char *which, int64_t *ret_utc_ms);
/* As the state keeps moments: UTC without an offset, seven fraction digits. */
json_t *calendar_moment(int64_t utc_ms);
bool calendar_is_series(const json_t *event);
/* Organised by the owner of the mailbox, with somebody to be told, and not cancelled. */
bool calendar_is_meeting(const json_t *event);
/* Starts of the occurrences in [from, until), an array of integers (UTC ms); the caller owns it. */
json_t *calendar_occurrences(const json_t *series, int64_t from_ms, int64_t until_ms);
/* Does the event, or any occurrence of the series, begin in [from, until)? */
bool calendar_begins_in(const json_t *event, int64_t from_ms, int64_t until_ms);
/* One occurrence as an event of its own; the caller owns it. */
json_t *calendar_occurrence(const json_t *series, int64_t start_ms);
bool calendar_find(const json_t *mailbox, const char *id, struct calendar_event *ret);
/* Takes the event, or the occurrence, out of the calendar. tell: the attendees hear of it. */
void calendar_remove(struct sim *sim, json_t *mailbox, const struct calendar_event *found,
                     const char *comment, bool tell);

#endif
