#include "notify/message.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "notify/event.h"

#define PROBLEM_MAX 600

char *message_id(const char *delivery_id, char text[MESSAGE_ID_SIZE])
{
    char *at = text + snprintf(text, MESSAGE_ID_SIZE, "msg_");
    for (const char *c = delivery_id; *c && at < text + MESSAGE_ID_SIZE - 1; c++)
        if (*c != '-')
            *at++ = *c;
    *at = '\0';
    return text;
}

/* --- texts --- */

/* Bytes of the UTF-8 sequence that begins here, and the UTF-16 units it takes. */
static size_t sequence(const char *c, size_t *ret_units)
{
    unsigned char first = (unsigned char)*c;
    size_t length = first < 0x80 ? 1 : first < 0xe0 ? 2 : first < 0xf0 ? 3 : 4;
    *ret_units = length == 4 ? 2 : 1;
    return strnlen(c, length);
}

char *text_cut(struct arena *arena, const char *text, size_t units)
{
    size_t used = 0, one;
    const char *last = text; /* where to cut so that the ellipsis fits */
    for (const char *c = text; *c;) {
        size_t length = sequence(c, &one);
        if (used + one > units)
            return arena_printf(arena, "%.*s…", (int)(last - text), text);
        used += one;
        c += length;
        if (used + 1 <= units)
            last = c;
    }
    return arena_text(arena, text);
}

char *text_clean(struct arena *arena, const char *text)
{
    char *copy = arena_text(arena, text);
    for (char *c = copy; *c; c++)
        if (((unsigned char)*c < ' ' && *c != '\n') || *c == 0x7f)
            *c = ' ';
    return copy;
}

/* As text_clean, and on one line: for titles. */
static char *one_line(struct arena *arena, const char *text)
{
    char *copy = text_clean(arena, text);
    for (char *c = copy; *c; c++)
        if (*c == '\n')
            *c = ' ';
    return copy;
}

char *text_markdown(struct arena *arena, const char *text, const char *special)
{
    AUTO_STRBUF struct strbuf out = STRBUF_MAX(strlen(text) * 2 + 1);
    bool begins = true; /* of a line: where "1." or "-" would make a list */
    const char *clean = text_clean(arena, text);
    for (const char *c = clean; *c; c++) {
        bool opens = begins && strchr("-+>#", *c);
        bool numbered = (*c == '.' || *c == ')') && c > clean && c[-1] >= '0' && c[-1] <= '9';
        if (strchr(special, *c) || opens || numbered)
            strbuf_char(&out, '\\');
        strbuf_char(&out, *c);
        begins = *c == '\n' || (begins && *c == ' ');
    }
    return arena_text(arena, strbuf_text(&out));
}

/* --- what happened --- */

struct counts {
    size_t total, good, failed, blocked, open;
};

static struct counts count(const json_t *tasks)
{
    struct counts counts = {.total = json_array_size(tasks)};
    size_t i;
    json_t *task;
    json_array_foreach ((json_t *)tasks, i, task) {
        const char *status = json_text_or(task, "status", "");
        counts.good +=
            !strcmp(status, "succeeded") || !strcmp(status, "already_done") || !strcmp(status, "skipped");
        counts.failed += !strcmp(status, "failed");
        counts.blocked += !strcmp(status, "blocked");
        counts.open += !strcmp(status, "pending") || !strcmp(status, "running") || !strcmp(status, "waiting");
    }
    return counts;
}

static void add_problem(json_t *problems, const char *label, const char *text)
{
    AUTO_ARENA struct arena *arena = arena_new();
    json_add(problems,
             json_text_new(text_cut(arena, text_clean(arena, arena_printf(arena, "%s: %s", label, text)),
                                    PROBLEM_MAX)));
}

static void add_failure(json_t *problems, const json_t *task)
{
    const json_t *error = json_object_at(task, "error"), *failed = json_array_at(task, "items_failed");
    const char *label = json_text_or(task, "label", "A task"),
               *request = json_text_or(error, "request_id", "");
    AUTO_STRBUF struct strbuf text = STRBUF_MAX(4096);
    strbuf_text_add(&text, json_text_or(error, "message", "failed."));
    if (*request)
        strbuf_printf(&text, " (%s, request %s)", json_text_or(error, "code", "no code"), request);
    for (size_t i = 0; i < json_array_size(failed); i++)
        strbuf_printf(&text, "%s%s",
                      i ? ", " : " Failed: ", json_string_value(json_array_get(failed, i)) ?: "");
    add_problem(problems, label, strbuf_text(&text));
}

/* What the event is about: while something was undone, the tasks of the undoing. */
static const json_t *tasks_of(const json_t *data)
{
    const json_t *undo = json_object_at(data, "undo");
    return json_array_at(json_object_size(undo) > 0 ? undo : data, "tasks");
}

/* Failures first, then what did not run for them, then warnings. */
static json_t *problems_of(const json_t *data)
{
    const json_t *tasks = tasks_of(data);
    json_t *problems = json_array(), *task, *warning;
    size_t i, w;
    json_array_foreach ((json_t *)json_array_at(data, "warnings"), i, warning)
        if (!strcmp(json_text_or(warning, "severity", ""), "blocker") &&
            !json_object_get(warning, "override"))
            add_problem(problems, "Blocked", json_text_or(warning, "message", ""));
    json_array_foreach ((json_t *)tasks, i, task)
        if (!strcmp(json_text_or(task, "status", ""), "failed"))
            add_failure(problems, task);
    json_array_foreach ((json_t *)tasks, i, task)
        if (!strcmp(json_text_or(task, "status", ""), "blocked"))
            add_problem(problems, json_text_or(task, "label", ""),
                        "did not run, because a task it needs failed.");
    json_array_foreach ((json_t *)tasks, i, task)
        json_array_foreach ((json_t *)json_array_at(task, "warnings"), w, warning)
            add_problem(problems, json_text_or(task, "label", ""), json_text_or(warning, "message", ""));
    return problems;
}

static void add_fact(json_t *facts, const char *name, const char *value)
{
    if (value && *value)
        json_add(facts, json_make("{s:s, s:o}", "name", name, "value", json_text_new(value)));
}

static int64_t time_of(const json_t *object, const char *key)
{
    int64_t at = 0;
    const char *text = json_text(object, key);
    return text && time_parse(text, &at) ? at : 0;
}

/* "2026-12-24 16:00 UTC" */
static const char *moment(struct arena *arena, int64_t at)
{
    char text[TIME_TEXT_SIZE];
    if (!at)
        return NULL;
    time_format(at, text);
    return arena_printf(arena, "%.10s %.5s UTC", text, text + 11);
}

static const char *duration(struct arena *arena, int64_t ms)
{
    int64_t seconds = (ms + 500) / 1000;
    if (ms <= 0)
        return NULL;
    if (seconds < 120)
        return arena_printf(arena, "%" PRId64 " s", seconds);
    return seconds < 7200
               ? arena_printf(arena, "%" PRId64 " min", seconds / 60)
               : arena_printf(arena, "%" PRId64 " h %" PRId64 " min", seconds / 3600, seconds / 60 % 60);
}

static json_t *facts_of(struct arena *arena, const json_t *data)
{
    const json_t *tenant = json_object_at(data, "tenant"), *user = json_object_at(data, "user");
    const json_t *schedule = json_object_at(data, "schedule");
    int64_t began = time_of(data, "started_at"), ended = time_of(data, "ended_at");
    json_t *facts = json_array();
    add_fact(facts, "Tenant", json_text_or(tenant, "display_name", json_text_or(tenant, "id", "")));
    add_fact(facts, "User", json_text(user, "user_principal_name"));
    add_fact(facts, "Reference", json_text(data, "reference"));
    add_fact(facts, "Requested by", json_text(data, "requested_by"));
    if (json_text(schedule, "at"))
        add_fact(facts, "Scheduled for",
                 arena_printf(arena, "%s (%s)", json_text(schedule, "at"),
                              json_text_or(schedule, "time_zone", "UTC")));
    add_fact(facts, "Locked out at", moment(arena, time_of(data, "locked_out_at")));
    add_fact(facts, "Took", began && ended ? duration(arena, ended - began) : NULL);
    return facts;
}

static const char *summary_of(struct arena *arena, const char *event, const json_t *data)
{
    struct counts counts = count(tasks_of(data));
    if (strcmp(json_text_or(data, "status", ""), "awaiting_approval") == 0)
        return "It waits for an approver.";
    if (strcmp(event, "undone") == 0)
        return arena_printf(arena, "%zu of %zu tasks undone%s", counts.good, counts.total,
                            counts.failed ? arena_printf(arena, ", %zu failed", counts.failed) : "");
    if (event_is_end(event) || strcmp(event, "needs_attention") == 0)
        return arena_printf(arena, "%zu of %zu tasks done%s", counts.good, counts.total,
                            counts.failed ? arena_printf(arena, ", %zu failed", counts.failed) : "");
    if (strcmp(event, "waiting") == 0)
        return arena_printf(arena, "%zu of %zu tasks done, %zu to come", counts.good, counts.total,
                            counts.open);
    if (strcmp(event, "locked_out") == 0)
        return "The account can no longer be used to sign in.";
    return arena_printf(arena, "%zu %s chosen", counts.total, counts.total == 1 ? "task" : "tasks");
}

static const char *mood_name(const struct event_info *info)
{
    static const char *const names[] = {"neutral", "good", "warn", "bad"};
    return names[info ? info->mood : MOOD_NEUTRAL];
}

json_t *message_make(const char *event, const json_t *data, int64_t at, const char *public_url,
                     const char *id)
{
    AUTO_ARENA struct arena *arena = arena_new();
    const struct event_info *info = event_find(event);
    const char *label = info ? info->label : event;
    const char *offboarding = json_text(data, "id"), *reference = json_text(data, "reference");
    const json_t *user = json_object_at(data, "user");
    const char *name = json_text_or(user, "display_name", json_text_or(user, "user_principal_name", ""));
    json_t *message = json_object();
    json_put_text(message, "message_id", id);
    json_put_text(message, "event", event);
    json_put_text(message, "mood", mood_name(info));
    json_put_time(message, "at", at);
    json_put_text(message, "headline", label);
    json_put_text(message, "name", offboarding ? one_line(arena, name) : NULL);
    json_put_text(message, "reference", reference);
    json_put_text(message, "title",
                  one_line(arena, offboarding && reference && *reference
                                      ? arena_printf(arena, "%s: %s [%s]", label, name, reference)
                                  : offboarding ? arena_printf(arena, "%s: %s", label, name)
                                                : label));
    json_put_text(message, "summary",
                  offboarding ? summary_of(arena, event, data) : json_text_or(data, "summary", ""));
    json_put(message, "facts",
             offboarding ? facts_of(arena, data) : json_deep_copy(json_array_at(data, "facts")));
    json_put(message, "problems", problems_of(data));
    json_put_text(message, "url",
                  !public_url   ? NULL
                  : offboarding ? arena_printf(arena, "%s/offboardings/%s", public_url, offboarding)
                                : arena_printf(arena, "%s/settings/notifications", public_url));
    json_put(message, "offboarding", offboarding ? json_deep_copy(data) : json_null());
    return message;
}

static json_t *sample_task(const char *id, const char *label, const char *status, json_t *error)
{
    return json_make("{s:s, s:s, s:s, s:s, s:n, s:o, s:[], s:i, s:[]}", "id", id, "label", label, "phase",
                     "access", "status", status, "reason", "error", error, "warnings", "items_total", 0,
                     "items_failed");
}

json_t *message_sample(const char *event, int64_t now)
{
    bool failed = strcmp(event, "failed") == 0, warned = strcmp(event, "finished_with_warnings") == 0;
    json_t *data = json_make(
        "{s:s, s:s, s:s, s:s, s:{s:s, s:s, s:s}, s:{s:s, s:s, s:s}, s:s, s:[]}", "id",
        "00000000-0000-4000-8000-000000000000", "batch", "00000000-0000-4000-8000-000000000000", "status",
        event, "reference", "TICKET-1234", "tenant", "id", "00000000-0000-4000-8000-000000000001",
        "default_domain", "contoso.com", "display_name", "Contoso (sample)", "user", "id",
        "00000000-0000-4000-8000-000000000002", "user_principal_name", "ann.leaver@contoso.com",
        "display_name", "Ann Leaver (sample)", "requested_by", "sample", "warnings");
    json_put_time(data, "created_at", now - 60000);
    json_put_time(data, "started_at", now - 55000);
    json_put_time(data, "locked_out_at", now - 53000);
    json_put_time(data, "ended_at", event_is_end(event) ? now : 0);
    json_t *tasks = json_array();
    json_add(tasks, sample_task("disable_sign_in", "Disable Sign-In", "succeeded", json_null()));
    json_add(tasks,
             sample_task("remove_licenses", "Remove Licenses", failed ? "failed" : "succeeded",
                         failed ? json_make("{s:s, s:s, s:s, s:b}", "code", "Authorization_RequestDenied",
                                            "message", "Insufficient privileges to complete the operation.",
                                            "request_id", "00000000-sample", "retryable", 0)
                                : json_null()));
    if (warned)
        json_add(json_object_get(json_array_get(tasks, 0), "warnings"),
                 json_make("{s:s, s:s}", "code", "on_premises_source", "message",
                           "This user is synced from Active Directory: disable the account there, too."));
    return json_put(data, "tasks", tasks);
}
