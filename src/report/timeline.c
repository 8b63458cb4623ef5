#include "report/timeline.h"

#include <string.h>

#include "base/arena.h"

void timeline_done(struct timeline *timeline)
{
    json_decref(timeline->spans);
    json_decref(timeline->open);
    *timeline = (struct timeline){0};
}

/* Looking again and again whether a change shows is one stretch, however often it looked. */
static const char *state_of(const json_t *data)
{
    const char *status = json_text_or(data, "status", "");
    bool verifying = strcmp(json_text_or(data, "reason", ""), "verifying") == 0;
    bool waiting = strcmp(status, "waiting") == 0;
    if (!waiting && strcmp(status, "running") != 0)
        return NULL;
    return verifying ? "verifying" : waiting ? "waiting" : "running";
}

void timeline_take(struct timeline *timeline, int64_t at, const json_t *data)
{
    AUTO_ARENA struct arena *arena = arena_new();
    const char *direction = json_text_or(data, "direction", "do"), *task = json_text_or(data, "id", "");
    const char *key = arena_printf(arena, "%s/%s", direction, task), *state = state_of(data);
    if (!timeline->spans) {
        timeline->spans = json_array();
        timeline->open = json_object();
    }
    const json_t *index = json_object_get(timeline->open, key);
    json_t *span = index ? json_array_get(timeline->spans, (size_t)json_integer_value(index)) : NULL;
    if (span && state && strcmp(json_text_or(span, "state", ""), state) == 0)
        return;
    if (span) {
        json_put_time(span, "to", at);
        json_object_del(timeline->open, key);
    }
    if (!state)
        return;
    span = json_make("{s:s, s:s, s:s}", "direction", direction, "task", task, "state", state);
    json_put_time(span, "from", at);
    json_put_time(span, "to", 0);
    json_put(timeline->open, key, json_integer((json_int_t)json_array_size(timeline->spans)));
    json_add(timeline->spans, span);
}

void timeline_end(struct timeline *timeline, int64_t at)
{
    const char *key;
    json_t *index;
    json_object_foreach (timeline->open, key, index)
        json_put_time(json_array_get(timeline->spans, (size_t)json_integer_value(index)), "to", at);
}
