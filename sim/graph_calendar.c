/* Events of a mailbox: listing, looking at a window, cancelling, deleting (contract: graph, section 7). */
#include <string.h>
#include <strings.h>

#include "calendar.h"
#include "graph.h"

#define OUTLOOK_PAGE 10

static const struct graph_type type_event = {
    "event",
    " id categories changeKey createdDateTime lastModifiedDateTime allowNewTimeProposals attendees body "
    "bodyPreview "
    "cancelledOccurrences end hasAttachments hideAttendees iCalUId importance isAllDay isCancelled isDraft "
    "isOnlineMeeting isOrganizer isReminderOn location locations onlineMeeting onlineMeetingProvider "
    "onlineMeetingUrl "
    "organizer originalEndTimeZone originalStart originalStartTimeZone recurrence reminderMinutesBeforeStart "
    "responseRequested responseStatus sensitivity seriesMasterId showAs start subject transactionId type "
    "webLink ",
    NULL, NULL, OUTLOOK_PAGE};

/* With what every event has; the caller owns it. */
static json_t *event_view(const json_t *event)
{
    json_t *view = json_make("{s:b, s:b, s:b, s:n, s:n, s:n, s:s, s:s, s:s}", "isAllDay", 0, "isCancelled", 0,
                             "isOrganizer", 1, "recurrence", "seriesMasterId", "onlineMeeting", "type",
                             calendar_is_series(event) ? "seriesMaster" : "singleInstance", "importance",
                             "normal", "showAs", "busy");

    json_object_update(view, (json_t *)event);
    return view;
}

/* Filters that are refused somewhere. False with the call failed. */
static bool filter_may(struct graph *g)
{
    static const struct {
        enum variant variant;
        const char *word, *property;
    } doubtful[] = {{VARIANT_filter_is_organizer, "isOrganizer", "isOrganizer"},
                    {VARIANT_filter_series_master, "seriesMaster", "type"}};
    const char *filter = json_text(g->query, "$filter");

    for (size_t i = 0; filter && i < sizeof doubtful / sizeof *doubtful; i++)
        if (strstr(filter, doubtful[i].word) && !sim_variant(g->sim, doubtful[i].variant)) {
            graph_fail(g->call, 400, "ErrorInvalidProperty", "The property '%s' does not support filtering.",
                       doubtful[i].property);
            return false;
        }
    return true;
}

static void events_get(struct graph *g)
{
    const json_t *mailbox = graph_mailbox(g, g->param[0]);
    json_t *items, *event;
    size_t i;

    if (!mailbox || !filter_may(g))
        return;
    items = json_array();
    json_array_foreach (json_array_at(mailbox, "_events"), i, event)
        json_add(items, event_view(event));
    graph_collection(g, &type_event, items, "users('x')/events", false);
}

static bool view_bound(struct graph *g, const char *name, int64_t *ret)
{
    const char *text = json_text(g->query, name);
    char with_zone[64];

    snprintf(with_zone, sizeof with_zone, "%.40sZ", text ? text : "");
    if (text && (time_parse(text, ret) || time_parse(with_zone, ret)))
        return true;
    graph_fail(
        g->call, 400, "ErrorInvalidParameter",
        "This request requires a time window specified by the query string parameters StartDateTime and "
        "EndDateTime.");
    return false;
}

/* What touches the window, series as their occurrences. */
static void view_get(struct graph *g)
{
    const json_t *mailbox = graph_mailbox(g, g->param[0]);
    int64_t from, until, start, end;
    json_t *items, *event, *occurrence;
    size_t i, j;

    if (!mailbox || !view_bound(g, "startDateTime", &from) || !view_bound(g, "endDateTime", &until))
        return;
    items = json_array();
    json_array_foreach (json_array_at(mailbox, "_events"), i, event) {
        if (!calendar_is_series(event)) {
            if (calendar_time(event, "start", &start) && calendar_time(event, "end", &end) && start < until &&
                end > from)
                json_add(items, event_view(event));
            continue;
        }
        AUTO_JSON json_t *starts = calendar_occurrences(event, from, until);

        json_array_foreach (starts, j, occurrence) {
            AUTO_JSON json_t *one = calendar_occurrence(event, json_integer_value(occurrence));

            json_add(items, event_view(one));
        }
    }
    graph_collection(g, &type_event, items, "users('x')/calendarView", false);
}

static bool event_find(struct graph *g, json_t **ret_mailbox, struct calendar_event *ret)
{
    *ret_mailbox = graph_mailbox(g, g->param[0]);
    if (!*ret_mailbox)
        return false;
    if (calendar_find(*ret_mailbox, g->param[1], ret))
        return true;
    graph_fail(g->call, 404, "ErrorItemNotFound", "The specified object was not found in the store.");
    return false;
}

static void event_get(struct graph *g)
{
    struct calendar_event found;
    json_t *mailbox;

    if (!event_find(g, &mailbox, &found))
        return;
    AUTO_JSON json_t *one = found.occurrence_ms < 0 ? json_incref(found.event)
                                                    : calendar_occurrence(found.event, found.occurrence_ms);
    AUTO_JSON json_t *view = event_view(one);

    graph_entity(g, &type_event, view, "users('x')/events");
}

/* The names of older actions' parameters are matched without case. */
static const char *comment_of(const json_t *body)
{
    const char *name;
    json_t *value;

    json_object_foreach ((json_t *)body, name, value)
        if (!strcasecmp(name, "comment") && json_is_string(value))
            return json_string_value(value);
    return "";
}

static void cancel(struct graph *g)
{
    struct calendar_event found;
    json_t *mailbox;

    if (!event_find(g, &mailbox, &found))
        return;
    if (json_is_false(json_object_get(found.event, "isOrganizer"))) {
        graph_fail(g->call, 400, "ErrorInvalidRequest",
                   "Your request can't be completed. You need to be an organizer to cancel a meeting.");
        return;
    }
    if (!calendar_is_meeting(found.event)) {
        graph_fail(
            g->call, 400, "ErrorInvalidRequest",
            "Your request can't be completed. The event has no attendees: it is deleted, not cancelled.");
        return;
    }
    calendar_remove(g->sim, mailbox, &found, comment_of(g->call->json), true);
    g->call->status = 202;
}

/* Deleting a meeting that one organises tells the attendees as well; without a word. */
static void event_delete(struct graph *g)
{
    struct calendar_event found;
    json_t *mailbox;

    if (!event_find(g, &mailbox, &found))
        return;
    calendar_remove(g->sim, mailbox, &found, "", calendar_is_meeting(found.event));
    graph_no_content(g);
}

#define READ "Calendars.ReadBasic|Calendars.Read|Calendars.ReadWrite"
#define WRITE "Calendars.ReadWrite"

const struct graph_route graph_routes_calendar[] = {
    {"GET", "/users/{}/events", READ, events_get, "ErrorAccessDenied"},
    {"GET", "/users/{}/calendarView", READ, view_get, "ErrorAccessDenied"},
    {"GET", "/users/{}/events/{}", READ, event_get, "ErrorAccessDenied"},
    {"POST", "/users/{}/events/{}/cancel", WRITE, cancel, "ErrorAccessDenied"},
    {"DELETE", "/users/{}/events/{}", WRITE, event_delete, "ErrorAccessDenied"},
    {0}};
