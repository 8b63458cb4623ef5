#include "report/model.h"

#include <string.h>

#include "journal/audit.h"
#include "journal/offboardings.h"
#include "report/calls.h"
#include "report/concerns.h"
#include "report/timeline.h"

/* What one walk through the journal brings together. */
struct gathered {
    json_t *events;
    json_t *reads;
    struct audit_last last;
    struct calls calls;
    struct timeline timeline;
    struct concerns concerns;
    const char *direction;
    int64_t last_at;
};

static void gathered_done(struct gathered *gathered)
{
    json_decref(gathered->events);
    json_decref(gathered->reads);
    audit_last_done(&gathered->last);
    calls_done(&gathered->calls);
    timeline_done(&gathered->timeline);
    concerns_done(&gathered->concerns);
}

static bool is(const struct chain_event *event, const char *kind)
{
    return strcmp(event->kind, kind) == 0;
}

static void add_reads(struct gathered *gathered, const struct chain_event *event, const json_t *data)
{
    size_t i;
    json_t *call;
    json_array_foreach ((json_t *)json_array_at(data, "calls"), i, call) {
        json_t *read = json_is_object(call) ? json_copy(call) : json_object();
        json_add(gathered->reads, json_put_text(read, "task", event->task));
    }
}

static void add_event(struct gathered *gathered, const struct chain_event *event, json_t *data)
{
    bool elsewhere = is(event, "request") || is(event, "task");
    json_t *entry = json_object();
    json_put(entry, "seq", json_integer(event->link.seq));
    json_put(entry, "at", json_integer(event->at));
    json_put_text(entry, "kind", event->kind);
    json_put_text(entry, "task", event->task);
    json_put_text(entry, "data_sha256", event->data_sha256);
    json_put_text(entry, "hash", event->link.hash);
    json_put(entry, "data", elsewhere ? json_null() : json_incref(data));
    json_add(gathered->events, entry);
}

static void take_event(void *ctx, const struct chain_event *event)
{
    struct gathered *gathered = ctx;
    AUTO_JSON json_t *data = json_read(event->data, strlen(event->data), NULL);
    if (!json_is_object(data)) { /* not as it was written: the chain has noted it */
        json_decref(data);
        data = json_object();
    }
    gathered->last_at = event->at > gathered->last_at ? event->at : gathered->last_at;
    audit_last_take(&gathered->last, event, data);
    add_event(gathered, event, data);
    if (is(event, "task"))
        timeline_take(&gathered->timeline, event->at, data);
    else if (is(event, "intent"))
        calls_intent(&gathered->calls, event, gathered->direction, data);
    else if (is(event, "result"))
        calls_result(&gathered->calls, event, data);
    else if (is(event, "reads"))
        add_reads(gathered, event, data);
    else if (is(event, "request"))
        concerns_requested(&gathered->concerns, data);
    else if (is(event, "warning"))
        concerns_found(&gathered->concerns, event->at, data);
    else if (is(event, "offboarding") && strcmp(json_text_or(data, "requested", ""), "approve") == 0)
        concerns_approved(&gathered->concerns, event->at, data);
    else if (is(event, "offboarding") && strcmp(json_text_or(data, "requested", ""), "undo") == 0)
        gathered->direction = "undo";
}

/* --- parts of the document -------------------------------------------------------------------------------
 */

static int64_t time_at(const json_t *object, const char *key)
{
    int64_t at = 0;
    const char *text = json_text(object, key);
    return text && time_parse(text, &at) ? at : 0;
}

static json_t *span_ms(const json_t *view, const char *from, const char *to)
{
    int64_t start = time_at(view, from), end = time_at(view, to);
    return start && end ? json_integer(end - start) : json_null();
}

static void copy_members(json_t *to, const json_t *from, const char *const *names)
{
    for (; *names; names++) {
        json_t *value = json_object_get(from, *names);
        json_put(to, *names, value ? json_incref(value) : json_null());
    }
}

/* Before there was a request event, the rows are all there is. */
static json_t *request_of(const struct gathered *gathered, const json_t *view)
{
    static const char *const members[] = {"batch",        "reference", "reason", "requested_by", "created_at",
                                          "scheduled_at", "tenant",    "user",   "options",      "schedule",
                                          "plan",         "warnings",  NULL};
    json_t *request = json_object();
    if (gathered->last.request)
        json_object_update(request, gathered->last.request);
    else
        copy_members(request, view, members);
    return request;
}

/* What has not begun has no event of its own. */
static json_t *tasks_of(const json_t *rows, const char *direction, const struct gathered *gathered)
{
    size_t i;
    json_t *row, *list = json_array();
    json_array_foreach ((json_t *)rows, i, row) {
        json_t *event = audit_last_task(&gathered->last, direction, json_text_or(row, "id", ""));
        bool fresh = strcmp(json_text_or(row, "status", ""), "pending") == 0;
        json_add(list, json_incref(event && !fresh ? event : row));
    }
    return list;
}

static json_t *undo_of(const json_t *view, const struct gathered *gathered)
{
    const json_t *undo = json_object_get(view, "undo");
    if (!json_is_object(undo))
        return json_null();
    return json_put(json_copy((json_t *)undo), "tasks",
                    tasks_of(json_array_at(undo, "tasks"), "undo", gathered));
}

static void add_commands(const json_t *tasks, json_t *list)
{
    size_t i, n;
    json_t *task, *warning;
    json_array_foreach ((json_t *)tasks, i, task) {
        json_array_foreach ((json_t *)json_array_at(task, "warnings"), n, warning) {
            const char *command = json_text(warning, "command");
            if (command && !json_array_find(list, "command", command))
                json_add(list, json_make("{s:s, s:s, s:s, s:s}", "task", json_text_or(task, "id", ""),
                                         "label", json_text_or(task, "label", ""), "message",
                                         json_text_or(warning, "message", ""), "command", command));
        }
    }
}

static const char *why_lasting(enum task_id task)
{
    switch (task_info(task)->kind) {
    case TASK_KIND_UNDO:
        return NULL;
    case TASK_KIND_UNDO_30_DAYS:
        return "Can be undone for 30 days; then Microsoft deletes it for good.";
    case TASK_KIND_DESTRUCTIVE:
        return "Cannot be undone: what was there before is gone.";
    case TASK_KIND_PLAIN:
        break;
    }
    return "Has no opposite: there is nothing to undo.";
}

static json_t *lasting_of(const json_t *tasks)
{
    size_t i;
    json_t *task, *list = json_array();
    json_array_foreach ((json_t *)tasks, i, task) {
        enum task_id id = task_by_name(json_text(task, "id"));
        const char *status = json_text_or(task, "status", "");
        bool acted = strcmp(status, "succeeded") == 0 || strcmp(status, "failed") == 0;
        if (acted && id < TASK_COUNT && why_lasting(id))
            json_add(list, json_make("{s:s, s:s, s:s}", "task", task_info(id)->id, "label",
                                     json_text_or(task, "label", ""), "why", why_lasting(id)));
    }
    return list;
}

static json_t *list_or_empty(json_t *list)
{
    return list ? json_incref(list) : json_array();
}

static json_t *assemble(const json_t *view, struct gathered *gathered, json_t *journal)
{
    static const char *const members[] = {"id",         "status",   "cancel_requested", "scheduled_at",
                                          "started_at", "ended_at", "locked_out_at",    NULL};
    json_t *model = json_object(), *request = request_of(gathered, view);
    json_t *tasks = tasks_of(json_array_at(view, "tasks"), "do", gathered), *undo = undo_of(view, gathered);
    json_t *commands = json_array();
    json_put_text(model, "schema", REPORT_SCHEMA);
    json_put(model, "schema_version", json_integer(REPORT_SCHEMA_VERSION));
    json_put_text(model, "made_by", "Lastday " LASTDAY_VERSION);
    json_put_time(model, "as_of", gathered->last_at);
    copy_members(model, view, members);
    json_put(model, "lockout_ms", span_ms(view, "started_at", "locked_out_at"));
    json_put(model, "duration_ms", span_ms(view, "started_at", "ended_at"));
    if (!gathered->last.request)
        concerns_requested(&gathered->concerns, request);
    json_put(model, "warnings", list_or_empty(gathered->concerns.warnings));
    json_put(model, "approved",
             gathered->concerns.approved ? json_incref(gathered->concerns.approved) : json_null());
    json_put(model, "request", request);
    add_commands(tasks, commands);
    add_commands(json_array_at(undo, "tasks"), commands);
    json_put(model, "on_premises", commands);
    json_put(model, "lasting", lasting_of(tasks));
    json_put(model, "tasks", tasks);
    json_put(model, "undo", undo);
    json_put(model, "calls", list_or_empty(gathered->calls.list));
    json_put(model, "reads", list_or_empty(gathered->reads));
    json_put(model, "timeline", list_or_empty(gathered->timeline.spans));
    return json_put(model, "journal", journal);
}

static json_t *journal_of(const char *id, struct gathered *gathered, const struct chain_link *end,
                          int64_t older, json_t *findings)
{
    struct chain_link start;
    chain_start(id, &start);
    json_t *journal = json_make("{s:s, s:{s:I, s:s}, s:I}", "start", start.hash, "end", "seq",
                                (json_int_t)end->seq, "hash", end->hash, "older", (json_int_t)older);
    json_put(journal, "findings", findings);
    return json_put(journal, "events", json_incref(gathered->events));
}

json_t *report_model(struct tx *tx, const char *id, struct err *err)
{
    AUTO(gathered_done)
    struct gathered gathered = {.events = json_array(), .reads = json_array(), .direction = "do"};
    struct chain_link end;
    int64_t older;
    json_t *findings;
    AUTO_JSON json_t *view = offboarding_json(tx, id, err);
    if (!view || !chain_walk(tx, id, take_event, &gathered, &end, &older, &findings, err))
        return NULL;
    timeline_end(&gathered.timeline, gathered.last_at);
    audit_rows(view, &gathered.last, findings);
    return assemble(view, &gathered, journal_of(id, &gathered, &end, older, findings));
}
