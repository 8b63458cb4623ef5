/* What was done, task by task. */
#include <inttypes.h>

#include "model/catalogue.h"
#include "report/picture.h"
#include "report/section.h"

static int64_t time_of(const json_t *object, const char *key)
{
    int64_t at = 0;
    const char *text = json_text(object, key);
    return text && time_parse(text, &at) ? at : 0;
}

static const char *took(const struct section *s, const json_t *task)
{
    int64_t start = time_of(task, "started_at"), end = time_of(task, "ended_at");
    return start && end ? words_span(s->arena, end - start) : NULL;
}

const char *section_error(const struct section *s, const json_t *task)
{
    const json_t *error = json_object_at(task, "error");
    const char *message = clean(s, error, "message"), *id = clean(s, error, "request_id");
    if (!message)
        return words_reason(s->arena, json_text(task, "reason"));
    const char *code = clean(s, error, "code");
    return arena_printf(s->arena, "%s (%s%s%s)", message, code ? code : "no code",
                        id && *id ? ", request " : "", id && *id ? id : "");
}

static const char *reason_words(const struct section *s, const json_t *task)
{
    enum task_id blocker = task_by_name(json_text(task, "reason"));
    if (blocker < TASK_COUNT)
        return arena_printf(s->arena, "needs %s", task_info(blocker)->label);
    return json_is_object(json_object_get(task, "error")) ? clean(s, json_object_at(task, "error"), "message")
                                                          : words_reason(s->arena, json_text(task, "reason"));
}

static const char *item_counts(const struct section *s, const json_t *task)
{
    size_t i, done = 0, total = json_array_size(json_array_at(task, "items"));
    json_t *item;
    json_array_foreach ((json_t *)json_array_at(task, "items"), i, item)
        done += is(item, "status", "succeeded") || is(item, "status", "already_done");
    return total ? arena_printf(s->arena, "%zu of %zu", done, total) : NULL;
}

static void picture(const struct section *s, const char *direction, const json_t *tasks)
{
    struct picture drawn;
    if (picture_make(s->arena, s->model, direction, tasks, &drawn))
        s->writer->picture(s->writer, &drawn);
}

void section_results(const struct section *s, const char *caption, const char *direction, const json_t *tasks)
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
    picture(s, direction, tasks);
}

/* --- task by task ----------------------------------------------------------------------------------------
 */

static void before_after(const struct section *s, const json_t *task)
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

static void items(const struct section *s, const json_t *task)
{
    static const struct column columns[] = {{"Item", 27}, {"Kind", 17}, {"Id", 33}, {"Result", 23}};
    size_t i;
    json_t *item;
    if (!json_array_size(json_array_at(task, "items")))
        return;
    TABLE(s, "Each item", columns);
    json_array_foreach ((json_t *)json_array_at(task, "items"), i, item) {
        AUTO_ARENA struct arena *arena = arena_new(); /* there may be thousands */
        struct section own = *s;
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

static void call_row(const struct section *s, const json_t *call)
{
    AUTO_ARENA struct arena *arena = arena_new();
    struct section own = *s;
    own.arena = arena;
    struct cell outcome = words_state(json_text(call, "outcome"));
    const json_t *status = json_object_get(call, "status");
    if (json_is_integer(status) && json_integer_value(status))
        outcome.text = arena_printf(arena, "%s (%d)", outcome.text, (int)json_integer_value(status));
    const struct cell cells[] = {time_cell(&own, call, "sent_at"), code(clean(&own, call, "what")), outcome,
                                 code(clean(&own, call, "request_id"))};
    row(&own, cells);
}

static void calls(const struct section *s, const char *direction, const json_t *row)
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

static void task_warnings(const struct section *s, const json_t *task)
{
    size_t i;
    json_t *warning;
    json_array_foreach ((json_t *)json_array_at(task, "warnings"), i, warning)
        say(s, ACCENT_WARN, clean(s, warning, "message"));
}

static void one_task(struct section *s, const char *direction, const json_t *task)
{
    AUTO_ARENA struct arena *arena = arena_new();
    s->arena = arena;
    const struct cell state = words_state(json_text(task, "status"));
    const char *why = section_error(s, task), *label = clean(s, task, "label");
    s->writer->heading(s->writer, 3, label ? label : "A task", &state);
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

void section_each_task(const struct section *s, const char *title, const char *direction, const json_t *tasks)
{
    size_t i;
    json_t *task;
    struct section own = *s;
    heading(s, 2, title);
    say(s, ACCENT_NONE,
        "Tasks that are ready together share their calls: a call stands with the task in whose name it was "
        "made.");
    json_array_foreach ((json_t *)tasks, i, task)
        one_task(&own, direction, task);
}

void section_undo(const struct section *s)
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
    section_results(s, "Every task that was undone", "undo", tasks);
    section_each_task(s, "The undo, task by task", "undo", tasks);
}

void section_reads(const struct section *s)
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
        struct section own = *s;
        own.arena = arena;
        int64_t status = json_int(read, "status", 0);
        const struct cell cells[] = {time_cell(&own, read, "at"), code(clean(&own, read, "what")),
                                     plain(status ? arena_printf(arena, "%" PRId64, status) : "no answer"),
                                     code(clean(&own, read, "request_id"))};
        row(&own, cells);
    }
    end_table(s);
}
