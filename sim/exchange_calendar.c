/* exchange_calendar — automatic replies and the meetings a mailbox organises. */
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/clock.h"
#include "calendar.h"
#include "exchange.h"
#include "operation.h"

#define WINDOW_MAX_DAYS 1825

/* As the state keeps moments: UTC without an offset. */
static json_t *moment_text(int64_t utc_ms)
{
    char text[TIME_TEXT_SIZE];
    time_format(utc_ms, text);
    text[strlen("2026-01-01T00:00:00")] = '\0';
    return json_text_new(text);
}

static json_t *auto_reply_of(struct cmdlet_run *run, const struct recipient *recipient)
{
    int64_t now = sim_now_ms(run->sim);
    AUTO_JSON json_t *defaults = json_make(
        "{ss ss ss ss so so sb sb sb sb ss}", "AutoReplyState", "Disabled", "InternalMessage", "",
        "ExternalMessage", "", "ExternalAudience", "All", "StartTime", moment_text(now), "EndTime",
        moment_text(now + DAY_MS), "AutoDeclineFutureRequestsWhenOOF", 0, "CreateOOFEvent", 0,
        "DeclineEventsForScheduledOOF", 0, "DeclineAllEventsForScheduledOOF", 0, "DeclineMeetingMessage", "");
    json_t *reply = json_object_get(recipient->mailbox, "_auto_reply");
    if (!reply) {
        reply = json_object();
        json_put(recipient->mailbox, "_auto_reply", reply);
    }
    json_object_update_missing(reply, defaults);
    return reply;
}

bool auto_reply_get(struct cmdlet_run *run)
{
    struct recipient *list;
    size_t count;
    if (!recipient_asked(run, "Identity", RECIPIENT_MAILBOX, &list, &count))
        return false;
    for (size_t i = 0; i < count; i++) {
        AUTO_FREE char *name = recipient_name(run, &list[i]);
        json_t *row = json_object(), *reply = auto_reply_of(run, &list[i]);
        json_object_update(row, reply);
        value_time(row, "StartTime", json_text(reply, "StartTime"));
        value_time(row, "EndTime", json_text(reply, "EndTime"));
        json_put_text(row, "MailboxOwnerId", name);
        json_put_text(row, "Identity", name);
        if (!run_add(run, row))
            break;
    }
    free(list);
    return true;
}

/* Exchange puts a message into a document of its own. */
static json_t *wrapped(const char *message)
{
    if (!message || !*message || strcasestr(message, "<html"))
        return json_text_new(message ? message : "");
    AUTO_STRBUF struct strbuf text = STRBUF_MAX(200000);
    strbuf_printf(&text, "<html>\n<body>\n%s\n</body>\n</html>\n", message);
    return json_text_new(strbuf_text(&text));
}

static bool one_of(struct cmdlet_run *run, const char *parameter, const char *const values[])
{
    const char *text = run_text(run, parameter);
    for (size_t i = 0; text && values[i]; i++)
        if (!strcasecmp(text, values[i])) {
            json_put_text(run->params, parameter, values[i]);
            return true;
        }
    return !run_has(run, parameter) || run_fail(run, RUN_TRANSFORM,
                                                "Cannot process argument transformation on parameter '%s'. "
                                                "Unable to match the identifier name %s "
                                                "to a valid enumerator name.",
                                                parameter, text ? text : "");
}

static bool moment(struct cmdlet_run *run, const char *parameter, json_t **ret)
{
    const char *text = run_text(run, parameter);
    int64_t utc_ms;
    *ret = NULL;
    if (!text)
        return true;
    if (!value_time_read(text, &utc_ms))
        return run_fail(
            run, RUN_TRANSFORM,
            "Cannot process argument transformation on parameter '%s'. Cannot convert value \"%s\" to type "
            "\"System.DateTime\".",
            parameter, text);
    *ret = moment_text(utc_ms);
    return true;
}

static bool schedule_good(struct cmdlet_run *run, const json_t *wanted)
{
    int64_t from = 0, until = 0;
    if (strcmp(json_text_or(wanted, "AutoReplyState", ""), "Scheduled") != 0 ||
        (value_time_read(json_text_or(wanted, "StartTime", ""), &from) &&
         value_time_read(json_text_or(wanted, "EndTime", ""), &until) && from < until))
        return true;
    return run_fail(run, RUN_TASK, "The start time must be before the end time.");
}

bool auto_reply_set(struct cmdlet_run *run)
{
    static const char *const states[] = {"Disabled", "Enabled", "Scheduled", NULL};
    static const char *const audiences[] = {"None", "Known", "All", NULL};
    static const char *const plain[] = {"AutoReplyState",
                                        "ExternalAudience",
                                        "AutoDeclineFutureRequestsWhenOOF",
                                        "CreateOOFEvent",
                                        "DeclineEventsForScheduledOOF",
                                        "DeclineAllEventsForScheduledOOF",
                                        "DeclineMeetingMessage"};
    static const char *const messages[] = {"InternalMessage", "ExternalMessage"};
    static const char *const times[] = {"StartTime", "EndTime"};
    struct recipient recipient;
    if (!recipient_param(run, "Identity", RECIPIENT_MAILBOX, &recipient) ||
        !one_of(run, "AutoReplyState", states) || !one_of(run, "ExternalAudience", audiences))
        return false;
    const json_t *reply = auto_reply_of(run, &recipient);
    json_t *wanted = json_deep_copy(reply);
    for (size_t i = 0; i < sizeof plain / sizeof *plain; i++)
        if (run_has(run, plain[i]))
            json_put(wanted, plain[i], json_incref(json_object_get(run->params, plain[i])));
    for (size_t i = 0; i < sizeof messages / sizeof *messages; i++)
        if (run_has(run, messages[i]))
            json_put(wanted, messages[i], wrapped(run_text(run, messages[i])));
    for (size_t i = 0; i < sizeof times / sizeof *times; i++) {
        json_t *at;
        if (!moment(run, times[i], &at)) {
            json_decref(wanted);
            return false;
        }
        if (at)
            json_put(wanted, times[i], at);
    }
    if (!schedule_good(run, wanted)) {
        json_decref(wanted);
        return false;
    }
    if (!value_change(recipient.mailbox, "_auto_reply", wanted))
        run_warn_unchanged(run, recipient_display(&recipient));
    return true;
}

/* ---- meetings ---- */

/* The ids of the meetings that begin in the window; a series is in it with any of its occurrences. */
static json_t *meetings_between(const struct recipient *recipient, int64_t from_ms, int64_t until_ms)
{
    json_t *ids = json_array(), *event;
    size_t i;
    json_array_foreach (json_array_at(recipient->mailbox, "_events"), i, event)
        if (calendar_is_meeting(event) && calendar_begins_in(event, from_ms, until_ms))
            json_add(ids, json_text_new(json_text(event, "id")));
    return ids;
}

/* Finishes what Remove-CalendarEvents has queued. */
void operation_cancel_meetings(struct sim *sim, json_t *tenant, json_t *operation)
{
    json_t *mailbox = sim_mailbox(tenant, json_text(operation, "user")), *id;
    size_t i;
    json_array_foreach (json_array_at(operation, "ids"), i, id) {
        struct calendar_event found;
        if (mailbox && calendar_find(mailbox, json_string_value(id), &found))
            calendar_remove(sim, mailbox, &found, "", true);
    }
}

bool calendar_events_remove(struct cmdlet_run *run)
{
    struct recipient recipient;
    json_t *given = NULL;
    int64_t days = json_int(run->params, "QueryWindowInDays", 0);
    if (!recipient_param(run, "Identity", RECIPIENT_MAILBOX, &recipient) ||
        !moment(run, "QueryStartDate", &given))
        return false;
    int64_t from = sim_now_ms(run->sim) / DAY_MS * DAY_MS;
    if (given && !value_time_read(json_string_value(given), &from))
        abort();
    json_decref(given);
    if (days < 1 || days > WINDOW_MAX_DAYS)
        return run_fail(run, RUN_TASK, "The value of QueryWindowInDays must be between 1 and %d.",
                        WINDOW_MAX_DAYS);
    if (!run_flag(run, "CancelOrganizedMeetings"))
        return run_fail(run, RUN_BINDING, "The parameter CancelOrganizedMeetings is required.");
    json_t *ids = meetings_between(&recipient, from, from + days * DAY_MS);
    AUTO_STRBUF struct strbuf text = STRBUF_MAX(200);
    char id[37];
    strbuf_printf(&text, "%zu meetings were queued for cancellation.", json_array_size(ids));
    json_add(run->rows, json_text_new(strbuf_text(&text)));
    if (json_array_size(ids) > 0 && !run_flag(run, "PreviewOnly"))
        operation_begin(run->sim, run->tenant, "cancel_meetings",
                        json_make("{ssso}", "user", recipient.id, "ids", ids), id);
    else
        json_decref(ids);
    return true;
}
