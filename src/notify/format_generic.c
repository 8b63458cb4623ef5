/* The generic webhook: {"type", "timestamp", "data"} of Standard Webhooks 1.0.0. */
#include <string.h>

#include "notify/format.h"
#include "notify/message.h"

static json_t *data_of(const json_t *message, const struct detail *detail, struct arena *arena)
{
    static const char *const kept[] = {"id",           "batch",      "status",       "reference",
                                       "tenant",       "user",       "requested_by", "created_at",
                                       "scheduled_at", "started_at", "ended_at",     "locked_out_at"};
    const json_t *offboarding = json_object_at(message, "offboarding");
    const char *const *problems = format_problems(message, detail, arena);
    json_t *data = json_object(), *lines = json_array();
    for (size_t i = 0; i < sizeof kept / sizeof *kept; i++)
        if (json_object_get(offboarding, kept[i]))
            json_put(data, kept[i], json_deep_copy(json_object_get(offboarding, kept[i])));
    json_put(data, "event", json_incref(json_object_get(message, "event")));
    json_put(data, "title",
             json_text_new(text_cut(arena, json_text_or(message, "title", ""), detail->value_units)));
    json_put(data, "summary", json_incref(json_object_get(message, "summary")));
    for (; *problems; problems++)
        json_add(lines, json_text_new(*problems));
    json_put(data, "problems", lines);
    json_put(data, "url", json_incref(json_object_get(message, "url")));
    if (json_text(message, "password_url"))
        json_put_text(data, "password_url", json_text(message, "password_url"));
    return data;
}

static json_t *tasks_of(const json_t *message)
{
    static const char *const kept[] = {"id", "label", "status", "reason"};
    json_t *list = json_array(), *task;
    size_t i;
    json_array_foreach ((json_t *)json_array_at(json_object_at(message, "offboarding"), "tasks"), i, task) {
        json_t *row = json_object();
        for (size_t k = 0; k < sizeof kept / sizeof *kept; k++)
            json_put_text(row, kept[k], json_text(task, kept[k]));
        json_add(list, json_put_text(row, "error_code", json_text(json_object_at(task, "error"), "code")));
    }
    return list;
}

json_t *format_generic(const json_t *message, const struct detail *detail, struct arena *arena)
{
    bool about_one = json_is_object(json_object_get(message, "offboarding"));
    json_t *body = json_object(), *data = data_of(message, detail, arena);
    json_put_text(body, "type",
                  arena_printf(arena, "%s.%s", about_one ? "offboarding" : "lastday",
                               json_text_or(message, "event", "")));
    json_put(body, "timestamp", json_incref(json_object_get(message, "at")));
    if (about_one && detail->tasks)
        json_put(data, "tasks", tasks_of(message));
    return json_put(body, "data", data);
}
