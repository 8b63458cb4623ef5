/* cancel_calendar_invites — meetings the user organises from now on are cancelled, series included.
 *
 * One Remove-CalendarEvents does it for all (contract/exchange.md, Calendar); the calendar as Graph shows it
 * is the evidence and the proof. Exchange queues the work: reading back may take a while. */
#include "task/calls.h"
#include "task/items.h"

#define WINDOW_DAYS 1825 /* the most that the cmdlet takes */

static bool is_cancelled(const struct work *work, const json_t *facts, const json_t *item)
{
    (void)work;
    return !json_array_find(json_array_at(facts, "meetings"), "id", json_text_or(item, "id", ""));
}

static enum observed observe(struct work *work, const json_t *facts)
{
    const json_t *meetings = json_array_at(facts, "meetings");
    size_t i;
    json_t *meeting;
    if (!facts_mailbox(facts))
        return work_no_mailbox(work);
    work_before(work, json_make("{s:O}", "meetings", meetings));
    json_array_foreach ((json_t *)meetings, i, meeting) {
        json_t *item = work_item(work, json_text_or(meeting, "id", ""), json_text(meeting, "subject"),
                                 json_flag(meeting, "series") ? "meeting_series" : "meeting");
        json_put_text(item, "start", json_text(meeting, "start"));
    }
    work_after(work, json_make("{s:O}", "meetings", meetings));
    return items_settle(work, facts, is_cancelled) ? OBSERVED_NEEDED : OBSERVED_DONE;
}

static void act(struct work *work, const json_t *facts, struct calls *calls)
{
    (void)facts;
    calls_exchange(calls, work, NULL, "Remove-CalendarEvents",
                   json_make("{s:s, s:b, s:i, s:b}", "Identity", work->run->user_id,
                             "CancelOrganizedMeetings", 1, "QueryWindowInDays", WINDOW_DAYS, "Confirm", 0));
}

const struct task_type task_cancel_calendar_invites = {.facts = FACT(MAILBOX) | FACT(MEETINGS),
                                                       .proof = FACT(MEETINGS),
                                                       .forward = {.observe = observe, .act = act},
                                                       .patience_ms = (int64_t)2 * 60 * 60 * 1000};
