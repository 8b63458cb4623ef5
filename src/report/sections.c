#include "report/sections.h"

#include <inttypes.h>
#include <string.h>

#include "model/catalogue.h"
#include "report/picture.h"
#include "report/words.h"

struct sections {
    const struct signed_report *signed_report;
    const json_t *model;
    struct writer *writer;
    struct arena *arena; /* of the section */
};

#define COUNT(array) (sizeof(array) / sizeof *(array))
#define FACTS(sections, facts) (sections)->writer->facts((sections)->writer, (facts), COUNT(facts))
#define TABLE(sections, caption, columns) \
    (sections)->writer->table_begin((sections)->writer, (caption), (columns), COUNT(columns))

static const char *clean(const struct sections *s, const json_t *object, const char *key)
{
    return words_clean(s->arena, json_text(object, key), WORDS_MAX_BYTES);
}

static struct cell plain(const char *text)
{
    return (struct cell){text, ACCENT_NONE, false};
}

static struct cell code(const char *text)
{
    return (struct cell){text, ACCENT_NONE, true};
}

static struct cell dim(const char *text)
{
    return (struct cell){text, ACCENT_DIM, false};
}

static struct cell time_cell(const struct sections *s, const json_t *object, const char *key)
{
    return plain(words_time(s->arena, json_text(object, key)));
}

static bool is(const json_t *object, const char *key, const char *text)
{
    return strcmp(json_text_or(object, key, ""), text) == 0;
}

static void heading(const struct sections *s, int level, const char *text)
{
    s->writer->heading(s->writer, level, text, NULL);
}

static void say(const struct sections *s, enum accent accent, const char *text)
{
    s->writer->paragraph(s->writer, accent, text);
}

static void row(const struct sections *s, const struct cell *cells)
{
    s->writer->row(s->writer, cells);
}

static void end_table(const struct sections *s)
{
    s->writer->table_end(s->writer);
}

static int64_t time_of(const json_t *object, const char *key)
{
    int64_t at = 0;
    const char *text = json_text(object, key);
    return text && time_parse(text, &at) ? at : 0;
}

static const char *took(const struct sections *s, const json_t *task)
{
    int64_t start = time_of(task, "started_at"), end = time_of(task, "ended_at");
    return start && end ? words_span(s->arena, end - start) : NULL;
}

/* --- the summary -----------------------------------------------------------------------------------------
 */

const char *sections_title(struct arena *arena, const json_t *model)
{
    const json_t *user = json_object_at(json_object_at(model, "request"), "user");
    const char *name = json_text(user, "display_name");
    name = name && *name ? name : json_text_or(user, "user_principal_name", "a user");
    return arena_printf(arena, "Offboarding of %s", words_clean(arena, name, WORDS_MAX_BYTES));
}

static const char *counts(const struct sections *s)
{
    static const char *const statuses[] = {"succeeded", "already_done", "skipped", "failed", "blocked",
                                           "cancelled", "waiting",      "running", "pending"};
    AUTO_STRBUF struct strbuf text = STRBUF_MAX(1000);
    const json_t *tasks = json_array_at(s->model, "tasks");
    strbuf_printf(&text, "%zu: ", json_array_size(tasks));
    size_t shown = 0, i;
    for (size_t n = 0; n < COUNT(statuses); n++) {
        size_t count = 0;
        json_t *task;
        json_array_foreach ((json_t *)tasks, i, task)
            count += is(task, "status", statuses[n]);
        if (count)
            strbuf_printf(&text, "%s%zu %s", shown++ ? ", " : "", count, words_state(statuses[n]).text);
    }
    return arena_text(s->arena, strbuf_text(&text));
}

/* "17:00 on 2026-12-24 in Europe/Amsterdam", as it was asked for. */
static const char *schedule_of(const struct sections *s, const json_t *request)
{
    const json_t *schedule = json_object_get(request, "schedule");
    const char *at = words_time(s->arena, json_text(request, "scheduled_at"));
    if (!json_is_object(schedule) || !at)
        return "at once";
    return arena_printf(s->arena, "%s (%s in %s)", at, clean(s, schedule, "at"),
                        clean(s, schedule, "time_zone"));
}

static const char *ms_words(const struct sections *s, const char *key)
{
    const json_t *ms = json_object_get(s->model, key);
    return json_is_integer(ms) ? words_span(s->arena, json_integer_value(ms)) : NULL;
}

static const char *lockout_words(const struct sections *s)
{
    const char *at = words_time(s->arena, json_text(s->model, "locked_out_at")),
               *ms = ms_words(s, "lockout_ms");
    return at && ms ? arena_printf(s->arena, "%s, %s after the start", at, ms) : NULL;
}

static const char *ended_words(const struct sections *s)
{
    const char *at = words_time(s->arena, json_text(s->model, "ended_at")), *ms = ms_words(s, "duration_ms");
    return at && ms ? arena_printf(s->arena, "%s, %s after the start", at, ms) : at ? at : "not yet";
}

static const char *tenant_words(const struct sections *s, const json_t *tenant)
{
    const char *name = clean(s, tenant, "display_name"), *domain = clean(s, tenant, "default_domain");
    return arena_printf(s->arena, "%s%s%s%s", name ? name : "", name && domain ? " (" : "",
                        domain ? domain : "", name && domain ? ")" : "");
}

static void summary(const struct sections *s)
{
    const json_t *request = json_object_at(s->model, "request");
    const json_t *user = json_object_at(request, "user"), *tenant = json_object_at(request, "tenant");
    const struct cell state = words_state(json_text(s->model, "status"));
    s->writer->heading(s->writer, 1, sections_title(s->arena, s->model), &state);
    say(s, ACCENT_DIM,
        arena_printf(s->arena, "Evidence report, as of %s. All times are UTC.",
                     words_time(s->arena, json_text(s->model, "as_of"))));
    const struct fact facts[] = {
        {"Person", plain(clean(s, user, "display_name"))},
        {"Address", plain(clean(s, user, "user_principal_name"))},
        {"Object id", code(clean(s, user, "id"))},
        {"Tenant", plain(tenant_words(s, tenant))},
        {"Tenant id", code(clean(s, tenant, "id"))},
        {"Reference", plain(clean(s, request, "reference"))},
        {"Reason", plain(clean(s, request, "reason"))},
        {"Asked for by", plain(clean(s, request, "requested_by"))},
        {"Asked for at", time_cell(s, request, "created_at")},
        {"To be done", plain(schedule_of(s, request))},
        {"Started", time_cell(s, s->model, "started_at")},
        {"Locked out", plain(lockout_words(s))},
        {"Ended", plain(ended_words(s))},
        {"Tasks", plain(counts(s))},
        {"Offboarding id", code(clean(s, s->model, "id"))},
    };
    FACTS(s, facts);
}

/* --- what is left to do ----------------------------------------------------------------------------------
 */

static const char *error_words(const struct sections *s, const json_t *task)
{
    const json_t *error = json_object_at(task, "error");
    const char *message = clean(s, error, "message"), *id = clean(s, error, "request_id");
    if (!message)
        return words_reason(s->arena, json_text(task, "reason"));
    return arena_printf(s->arena, "%s (%s%s%s)", message, json_text_or(error, "code", "no code"),
                        id && *id ? ", request " : "", id && *id ? id : "");
}

static void failures(const struct sections *s, const json_t *tasks)
{
    size_t i;
    json_t *task;
    bool any = false;
    json_array_foreach ((json_t *)tasks, i, task) {
        bool failed = is(task, "status", "failed"), blocked = is(task, "status", "blocked");
        if (!failed && !blocked)
            continue;
        if (!any)
            heading(s, 2, "What failed");
        any = true;
        enum task_id blocker = task_by_name(json_text(task, "reason"));
        const char *why = blocked && blocker < TASK_COUNT
                              ? arena_printf(s->arena, "not started, because \"%s\" did not end well",
                                             task_info(blocker)->label)
                              : error_words(s, task);
        say(s, ACCENT_BAD, arena_printf(s->arena, "%s: %s", clean(s, task, "label"), why ? why : "failed"));
    }
}

static void commands(const struct sections *s)
{
    const json_t *list = json_array_at(s->model, "on_premises");
    size_t i;
    json_t *entry;
    if (!json_array_size(list))
        return;
    heading(s, 2, "To be done in Active Directory");
    say(s, ACCENT_WARN,
        "The cloud does not accept these changes. Run the commands where Active Directory is managed.");
    json_array_foreach ((json_t *)list, i, entry) {
        say(s, ACCENT_NONE,
            arena_printf(s->arena, "%s: %s", clean(s, entry, "label"), clean(s, entry, "message")));
        s->writer->command(s->writer, clean(s, entry, "command"));
    }
}

/* --- at a glance -----------------------------------------------------------------------------------------
 */

static const char *reason_words(const struct sections *s, const json_t *task)
{
    enum task_id blocker = task_by_name(json_text(task, "reason"));
    if (blocker < TASK_COUNT)
        return arena_printf(s->arena, "needs %s", task_info(blocker)->label);
    return json_is_object(json_object_get(task, "error")) ? clean(s, json_object_at(task, "error"), "message")
                                                          : words_reason(s->arena, json_text(task, "reason"));
}

static const char *item_counts(const struct sections *s, const json_t *task)
{
    size_t i, done = 0, total = json_array_size(json_array_at(task, "items"));
    json_t *item;
    json_array_foreach ((json_t *)json_array_at(task, "items"), i, item)
        done += is(item, "status", "succeeded") || is(item, "status", "already_done");
    return total ? arena_printf(s->arena, "%zu of %zu", done, total) : NULL;
}

static void results(const struct sections *s, const char *caption, const json_t *tasks)
{
    static const struct column columns[] = {{"Task", 30},    {"Result", 14}, {"Why", 24},
                                            {"Started", 22}, {"Took", 12},   {"Items", 11}};
    size_t i;
    json_t *task;
    TABLE(s, caption, columns);
    json_array_foreach ((json_t *)tasks, i, task) {
        const struct cell cells[] = {plain(clean(s, task, "label")), words_state(json_text(task, "status")),
                                     dim(reason_words(s, task)),     time_cell(s, task, "started_at"),
                                     plain(took(s, task)),           plain(item_counts(s, task))};
        row(s, cells);
    }
    end_table(s);
}

static void picture(const struct sections *s, const char *direction, const json_t *tasks)
{
    struct picture drawn;
    if (picture_make(s->arena, s->model, direction, tasks, &drawn))
        s->writer->picture(s->writer, &drawn);
}

static void glance(const struct sections *s)
{
    const json_t *tasks = json_array_at(s->model, "tasks");
    heading(s, 2, "What was done");
    results(s, "Every task and its result", tasks);
    picture(s, "do", tasks);
}

/* --- what was asked for ----------------------------------------------------------------------------------
 */

static const char *parameters(const struct sections *s, enum task_id task, const json_t *params)
{
    AUTO_STRBUF struct strbuf text = STRBUF_MAX(64 * 1024);
    const char *key;
    json_t *value;
    json_object_foreach ((json_t *)params, key, value) {
        const struct param *param = task < TASK_COUNT ? task_param(task, key) : NULL;
        strbuf_printf(&text, "%s%s: %s", text.length ? "\n" : "", param ? param->label : key,
                      words_value(s->arena, value, NULL));
    }
    return text.length ? words_clean(s->arena, strbuf_text(&text), 2 * WORDS_MAX_BYTES) : NULL;
}

static const char *labels(const struct sections *s, const json_t *names)
{
    AUTO_STRBUF struct strbuf text = STRBUF_MAX(8192);
    size_t i;
    json_t *name;
    json_array_foreach ((json_t *)names, i, name) {
        enum task_id task = task_by_name(json_string_value(name));
        strbuf_printf(&text, "%s%s", i ? ", " : "",
                      task < TASK_COUNT ? task_info(task)->label : json_string_value(name));
    }
    /* Deleting comes after everything else: naming it all says less than that. */
    return i > 8 ? "all others" : text.length ? arena_text(s->arena, strbuf_text(&text)) : "nothing: at once";
}

static void plan(const struct sections *s)
{
    static const struct column columns[] = {{"#", 5}, {"Task", 28}, {"Runs after", 30}, {"As asked for", 37}};
    const json_t *request = json_object_at(s->model, "request");
    size_t i;
    json_t *entry;
    heading(s, 2, "The plan");
    say(s, ACCENT_NONE,
        "What does not wait for another task runs at the same time as the rest. Each task looks first, "
        "changes only "
        "what is not so yet, and reads the result back.");
    TABLE(s, "Tasks in the order of the plan", columns);
    json_array_foreach ((json_t *)json_array_at(request, "plan"), i, entry) {
        enum task_id task = task_by_name(json_text(entry, "task"));
        const json_t *params =
            json_object_at(json_object_at(request, "options"), json_text_or(entry, "task", ""));
        const struct cell cells[] = {
            dim(arena_printf(s->arena, "%zu", i + 1)), plain(clean(s, entry, "label")),
            dim(labels(s, json_array_at(entry, "after"))), plain(parameters(s, task, params))};
        row(s, cells);
    }
    end_table(s);
}

static const char *settled(const struct sections *s, const json_t *warning)
{
    const json_t *accepted = json_object_get(warning, "accepted"),
                 *lifted = json_object_get(warning, "lifted");
    if (json_is_object(lifted))
        return arena_printf(s->arena, "Lifted by %s at %s: %s", clean(s, lifted, "by"),
                            words_time(s->arena, json_text(lifted, "at")), clean(s, lifted, "reason"));
    if (json_is_object(accepted))
        return arena_printf(s->arena, "Accepted by %s at %s", clean(s, accepted, "by"),
                            words_time(s->arena, json_text(accepted, "at")));
    return "For information";
}

static void warnings(const struct sections *s)
{
    static const struct column columns[] = {{"Kind", 12}, {"Warning", 50}, {"What became of it", 38}};
    const json_t *list = json_array_at(s->model, "warnings");
    size_t i;
    json_t *warning;
    heading(s, 2, "Warnings before the start");
    if (!json_array_size(list)) {
        say(s, ACCENT_NONE, "There were none.");
        return;
    }
    TABLE(s, "Warnings, and who accepted or lifted them", columns);
    json_array_foreach ((json_t *)list, i, warning) {
        const char *severity = json_text_or(warning, "severity", "");
        enum accent accent = strcmp(severity, "blocker") == 0 ? ACCENT_BAD
                             : strcmp(severity, "warn") == 0  ? ACCENT_WARN
                                                              : ACCENT_DIM;
        const char *kind = strcmp(severity, "warn") == 0   ? "warning"
                           : strcmp(severity, "info") == 0 ? "note"
                                                           : severity;
        const struct cell cells[] = {{words_clean(s->arena, kind, 40), accent, false},
                                     plain(clean(s, warning, "message")),
                                     plain(settled(s, warning))};
        row(s, cells);
    }
    end_table(s);
}

/* --- task by task ----------------------------------------------------------------------------------------
 */

static void before_after(const struct sections *s, const json_t *task)
{
    static const struct column columns[] = {{"What", 24}, {"Before", 38}, {"After", 38}};
    const json_t *before = json_object_at(task, "before"), *after = json_object_at(task, "after");
    const json_t *items = json_array_at(task, "items");
    const char *key;
    json_t *value;
    if (!json_object_size(before) && !json_object_size(after))
        return;
    AUTO_JSON json_t *all = json_copy((json_t *)before);
    json_object_update_missing(all, (json_t *)after);
    TABLE(s, "Before and after", columns);
    json_object_foreach (all, key, value) {
        const json_t *was = json_object_get(before, key), *now = json_object_get(after, key);
        bool same = was && now && json_equal((json_t *)was, (json_t *)now);
        const struct cell cells[] = {plain(words_name(s->arena, key)),
                                     plain(was ? words_value(s->arena, was, items) : NULL),
                                     same  ? dim("the same")
                                     : now ? plain(words_value(s->arena, now, items))
                                           : dim("not read")};
        row(s, cells);
    }
    end_table(s);
}

static void items(const struct sections *s, const json_t *task)
{
    static const struct column columns[] = {{"Item", 27}, {"Kind", 17}, {"Id", 33}, {"Result", 23}};
    size_t i;
    json_t *item;
    if (!json_array_size(json_array_at(task, "items")))
        return;
    TABLE(s, "Each item", columns);
    json_array_foreach ((json_t *)json_array_at(task, "items"), i, item) {
        AUTO_ARENA struct arena *arena = arena_new(); /* there may be thousands */
        struct sections own = *s;
        own.arena = arena;
        struct cell state = words_state(json_text(item, "status"));
        const char *message = clean(&own, item, "message");
        const struct cell cells[] = {
            plain(clean(&own, item, "name")),
            dim(words_name(arena, json_text_or(item, "kind", ""))),
            code(clean(&own, item, "id")),
            {message && *message ? arena_printf(arena, "%s: %s", state.text, message) : state.text,
             state.accent, false}};
        row(&own, cells);
    }
    end_table(s);
}

static const struct column call_columns[] = {{"Sent", 20}, {"Call", 35}, {"Outcome", 12}, {"Request id", 33}};

static void call_row(const struct sections *s, const json_t *call)
{
    AUTO_ARENA struct arena *arena = arena_new();
    struct sections own = *s;
    own.arena = arena;
    struct cell outcome = words_state(json_text(call, "outcome"));
    const json_t *status = json_object_get(call, "status");
    if (json_is_integer(status) && json_integer_value(status))
        outcome.text = arena_printf(arena, "%s (%d)", outcome.text, (int)json_integer_value(status));
    const struct cell cells[] = {time_cell(&own, call, "sent_at"), code(clean(&own, call, "what")), outcome,
                                 code(clean(&own, call, "request_id"))};
    row(&own, cells);
}

static void calls(const struct sections *s, const char *direction, const json_t *row)
{
    const char *task = json_text_or(row, "id", "");
    size_t i, count = 0;
    json_t *call;
    json_array_foreach ((json_t *)json_array_at(s->model, "calls"), i, call) {
        if (!is(call, "direction", direction) || !is(call, "task", task))
            continue;
        if (!count++)
            TABLE(s, "Calls that change something", call_columns);
        call_row(s, call);
    }
    if (count)
        end_table(s);
    else if (is(row, "status", "succeeded"))
        say(s, ACCENT_DIM, "Its change was made by a call that stands with another task.");
}

static void task_warnings(const struct sections *s, const json_t *task)
{
    size_t i;
    json_t *warning;
    json_array_foreach ((json_t *)json_array_at(task, "warnings"), i, warning)
        say(s, ACCENT_WARN, clean(s, warning, "message"));
}

static void one_task(struct sections *s, const char *direction, const json_t *task)
{
    AUTO_ARENA struct arena *arena = arena_new();
    s->arena = arena;
    const struct cell state = words_state(json_text(task, "status"));
    const char *why = error_words(s, task);
    s->writer->heading(s->writer, 3, clean(s, task, "label"), &state);
    const struct fact facts[] = {
        {"Started", time_cell(s, task, "started_at")},
        {"Ended", time_cell(s, task, "ended_at")},
        {"Attempts", plain(arena_printf(arena, "%" PRId64, json_int(task, "attempts", 0)))},
        {"Why", {why, is(task, "status", "failed") ? ACCENT_BAD : ACCENT_NONE, false}},
    };
    FACTS(s, facts);
    task_warnings(s, task);
    before_after(s, task);
    items(s, task);
    calls(s, direction, task);
}

static void each_task(const struct sections *s, const char *title, const char *direction, const json_t *tasks)
{
    size_t i;
    json_t *task;
    struct sections own = *s;
    heading(s, 2, title);
    say(s, ACCENT_NONE,
        "Tasks that are ready together share their calls: a call stands with the task in whose name it was "
        "made.");
    json_array_foreach ((json_t *)tasks, i, task)
        one_task(&own, direction, task);
}

/* --- undo, what lasts, who did what ----------------------------------------------------------------------
 */

static void undo(const struct sections *s)
{
    const json_t *undone = json_object_get(s->model, "undo");
    const json_t *tasks = json_array_at(undone, "tasks");
    if (!json_is_object(undone))
        return;
    const struct cell state = words_state(json_text(undone, "status"));
    s->writer->heading(s->writer, 2, "The undo", &state);
    const struct fact facts[] = {{"Asked for by", plain(clean(s, undone, "requested_by"))},
                                 {"Asked for at", time_cell(s, undone, "requested_at")},
                                 {"Started", time_cell(s, undone, "started_at")},
                                 {"Ended", time_cell(s, undone, "ended_at")}};
    FACTS(s, facts);
    results(s, "Every task that was undone", tasks);
    picture(s, "undo", tasks);
    each_task(s, "The undo, task by task", "undo", tasks);
}

static void lasting(const struct sections *s)
{
    static const struct column columns[] = {{"Task", 40}, {"Why", 60}};
    const json_t *list = json_array_at(s->model, "lasting");
    size_t i;
    json_t *entry;
    heading(s, 2, "What cannot be undone");
    if (!json_array_size(list)) {
        say(s, ACCENT_NONE, "Everything that was changed can be undone.");
        return;
    }
    TABLE(s, "Changes that last", columns);
    json_array_foreach ((json_t *)list, i, entry) {
        const struct cell cells[] = {plain(clean(s, entry, "label")), plain(clean(s, entry, "why"))};
        row(s, cells);
    }
    end_table(s);
}

static void reads(const struct sections *s)
{
    static const struct column columns[] = {
        {"Answered", 20}, {"Call", 35}, {"Status", 12}, {"Request id", 33}};
    const json_t *list = json_array_at(s->model, "reads");
    size_t i;
    json_t *read;
    if (!json_array_size(list))
        return;
    heading(s, 2, "Calls that only read");
    say(s, ACCENT_NONE, "The state before, and reading back what was changed.");
    TABLE(s, "Calls that change nothing", columns);
    json_array_foreach ((json_t *)list, i, read) {
        AUTO_ARENA struct arena *arena = arena_new();
        struct sections own = *s;
        own.arena = arena;
        int64_t status = json_int(read, "status", 0);
        const struct cell cells[] = {time_cell(&own, read, "at"), code(clean(&own, read, "what")),
                                     plain(status ? arena_printf(arena, "%" PRId64, status) : "no answer"),
                                     code(clean(&own, read, "request_id"))};
        row(&own, cells);
    }
    end_table(s);
}

static const char *event_words(const struct sections *s, const json_t *event)
{
    const json_t *data = json_object_at(event, "data");
    const char *by = clean(s, data, "by"), *asked = json_text(data, "requested");
    if (is(event, "kind", "request"))
        return arena_printf(s->arena, "Asked for by %s",
                            clean(s, json_object_at(s->model, "request"), "requested_by"));
    if (!is(event, "kind", "offboarding"))
        return NULL;
    if (asked)
        return arena_printf(s->arena, "%s asked for by %s",
                            strcmp(asked, "undo") == 0 ? "Undo" : "Another try", by ? by : "somebody");
    if (json_flag(data, "cancel_requested"))
        return arena_printf(s->arena, "Cancelled by %s", by ? by : "somebody");
    if (json_text(data, "locked_out_at"))
        return "The account is locked out";
    return arena_printf(s->arena, "Status: %s", words_state(json_text(data, "status")).text);
}

static void history(const struct sections *s)
{
    static const struct column columns[] = {{"When", 25}, {"Event no.", 12}, {"What", 63}};
    size_t i;
    json_t *event;
    heading(s, 2, "Who did what, and when");
    TABLE(s, "The course of the offboarding", columns);
    json_array_foreach ((json_t *)json_array_at(json_object_at(s->model, "journal"), "events"), i, event) {
        const char *words = event_words(s, event);
        char at[TIME_TEXT_SIZE];
        if (!words)
            continue;
        const struct cell cells[] = {plain(words_time(s->arena, time_format(json_int(event, "at", 0), at))),
                                     dim(arena_printf(s->arena, "%" PRId64, json_int(event, "seq", 0))),
                                     plain(words)};
        row(s, cells);
    }
    end_table(s);
}

/* --- the record ------------------------------------------------------------------------------------------
 */

static void record(const struct sections *s)
{
    const struct signed_report *own = s->signed_report;
    const json_t *journal = json_object_at(s->model, "journal"), *end = json_object_at(journal, "end");
    const json_t *findings = json_array_at(journal, "findings");
    size_t i;
    json_t *finding;
    heading(s, 2, "Record and signature");
    if (json_array_size(findings)) {
        say(s, ACCENT_BAD, "The journal of this offboarding is not as it was written:");
        json_array_foreach ((json_t *)findings, i, finding)
            say(s, ACCENT_BAD, clean(s, finding, "message"));
    } else {
        say(s, ACCENT_GOOD,
            "The journal is whole: each event covers the one before it, and nothing is missing.");
    }
    const struct fact facts[] = {
        {"Events", plain(arena_printf(s->arena, "%" PRId64, json_int(end, "seq", 0)))},
        {"Last event's hash", code(clean(s, end, "hash"))},
        {"Made by", plain(clean(s, s->model, "made_by"))},
        {"SHA-256 of the JSON report", code(own->sha256)},
        {"Signature (Ed25519)", code(own->signature)},
        {"Public key", code(own->public_key)},
        {"Key id", code(own->key_id)},
    };
    FACTS(s, facts);
    say(s, ACCENT_DIM,
        "lastday report --verify FILE says whether a file is as it was issued. The keys of the server are at "
        "/api/v1/report-keys; compare the key id, or give them with --key.");
}

void sections_write(const struct signed_report *report, struct writer *writer)
{
    AUTO_ARENA struct arena *arena = arena_new();
    struct sections s = {report, report->model, writer, arena};
    const json_t *tasks = json_array_at(s.model, "tasks");
    summary(&s);
    failures(&s, tasks);
    commands(&s);
    glance(&s);
    warnings(&s);
    plan(&s);
    lasting(&s);
    each_task(&s, "Task by task", "do", tasks);
    undo(&s);
    reads(&s);
    history(&s);
    record(&s);
}
