/* event — what people can be told of, as one table. Pure. */
#ifndef NOTIFY_EVENT_H
#define NOTIFY_EVENT_H

#include "base/json.h"

enum event_mood { MOOD_NEUTRAL, MOOD_GOOD, MOOD_WARN, MOOD_BAD };
enum event_audience {
    AUDIENCE_CHOICE,   /* endpoints that chose it */
    AUDIENCE_DEFAULT,  /* likewise, and chosen unless said otherwise */
    AUDIENCE_OPERATOR, /* about notifications themselves: cannot be chosen */
};

struct event_info {
    const char *name;
    const char *label;
    enum event_mood mood;
    enum event_audience audience;
};

const struct event_info *event_find(const char *name); /* NULL when there is none */
bool event_is_choice(const char *name);                /* may an endpoint choose it? */
bool event_is_end(const char *name);                   /* the offboarding has ended, one way or another */
json_t *event_defaults(void);                          /* a new array of the names chosen by default */
const char *event_choices(void); /* "planned, reminder, …" for sentences; a constant */

#endif
