#include "report/calls.h"

#include "base/arena.h"
#include "base/clock.h"

void calls_done(struct calls *calls)
{
    json_decref(calls->list);
    json_decref(calls->open);
    *calls = (struct calls){0};
}

static const char *key_of(struct arena *arena, const struct chain_event *event, const json_t *data)
{
    return arena_printf(arena, "%s\n%s\n%s", event->task ? event->task : "", json_text_or(data, "what", ""),
                        json_text_or(data, "hash", ""));
}

static void put_text_of(json_t *object, const char *key, const json_t *data)
{
    json_put_text(object, key, json_text(data, key));
}

void calls_intent(struct calls *calls, const struct chain_event *event, const char *direction,
                  const json_t *data)
{
    AUTO_ARENA struct arena *arena = arena_new();
    const char *key = key_of(arena, event, data);
    json_t *call = json_object();
    if (!calls->list) {
        calls->list = json_array();
        calls->open = json_object();
    }
    json_put(call, "n", json_integer((json_int_t)json_array_size(calls->list) + 1));
    json_put_text(call, "direction", direction);
    json_put_text(call, "task", event->task);
    put_text_of(call, "what", data);
    put_text_of(call, "hash", data);
    json_put_time(call, "sent_at", event->at);
    put_text_of(call, "deadline", data);
    json_put_time(call, "answered_at", 0);
    json_put(call, "status", json_null());
    json_put(call, "request_id", json_null());
    json_put_text(call, "outcome", "unknown");
    json_t *waiting = json_object_get(calls->open, key);
    if (!waiting) {
        waiting = json_array();
        json_put(calls->open, key, waiting);
    }
    json_add(waiting, json_integer((json_int_t)json_array_size(calls->list)));
    json_add(calls->list, call);
}

/* Without an answer nobody knows whether it took effect: the task then looks before it goes on. */
static const char *outcome_of(int64_t status)
{
    return status == 0         ? "unknown"
           : status / 100 == 2 ? "done"
           : status == 429     ? "throttled"
           : status / 100 == 5 ? "failed"
           : status == 424     ? "not_run"
                               : "refused";
}

/* Of several that are alike the last one that was sent: those before it were cut off by a crash. */
void calls_result(struct calls *calls, const struct chain_event *event, const json_t *data)
{
    AUTO_ARENA struct arena *arena = arena_new();
    json_t *waiting = json_object_get(calls->open, key_of(arena, event, data));
    size_t count = json_array_size(waiting);
    if (!count)
        return; /* the answer is in the list of events all the same */
    json_t *call =
        json_array_get(calls->list, (size_t)json_integer_value(json_array_get(waiting, count - 1)));
    json_array_remove(waiting, count - 1);
    int64_t status = json_int(data, "status", 0);
    const char *request_id = json_text_or(data, "request_id", "");
    json_put_time(call, "answered_at", event->at);
    json_put(call, "status", json_integer(status));
    json_put_text(call, "request_id", *request_id ? request_id : NULL);
    json_put_text(call, "outcome", outcome_of(status));
}
