#include "notify/event.h"

#include <string.h>

static const struct event_info events[] = {
#define EVENT(id, name, label, mood, audience) {name, label, MOOD_##mood, AUDIENCE_##audience},
#include "notify/event.def"
#undef EVENT
};

const struct event_info *event_find(const char *name)
{
    for (size_t i = 0; name && i < sizeof events / sizeof *events; i++)
        if (strcmp(events[i].name, name) == 0)
            return &events[i];
    return NULL;
}

bool event_is_choice(const char *name)
{
    const struct event_info *event = event_find(name);
    return event && event->audience != AUDIENCE_OPERATOR;
}

bool event_is_end(const char *name)
{
    static const char *const ends[] = {"finished", "finished_with_warnings", "failed", "cancelled", "undone"};
    for (size_t i = 0; i < sizeof ends / sizeof *ends; i++)
        if (strcmp(ends[i], name) == 0)
            return true;
    return false;
}

json_t *event_defaults(void)
{
    json_t *names = json_array();
    for (size_t i = 0; i < sizeof events / sizeof *events; i++)
        if (events[i].audience == AUDIENCE_DEFAULT)
            json_add(names, json_text_new(events[i].name));
    return names;
}

const char *event_choices(void)
{
    return "planned, reminder, started, locked_out, waiting, needs_attention, finished, "
           "finished_with_warnings, "
           "failed, cancelled, undone";
}
