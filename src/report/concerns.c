#include "report/concerns.h"

#include <string.h>

#include "base/clock.h"

void concerns_done(struct concerns *concerns)
{
    json_decref(concerns->warnings);
    json_decref(concerns->approved);
    *concerns = (struct concerns){0};
}

static bool is(const json_t *object, const char *key, const char *text)
{
    return strcmp(json_text_or(object, key, ""), text) == 0;
}

/* The warning without what an earlier program noted in it. */
static json_t *entry_of(const json_t *warning)
{
    json_t *entry = json_is_object(warning) ? json_copy((json_t *)warning) : json_object();
    json_object_del(entry, "override");
    json_put(entry, "accepted", json_null());
    json_put(entry, "lifted", json_null());
    return json_put(entry, "found_at", json_null());
}

static void add(struct concerns *concerns, json_t *entry)
{
    if (!concerns->warnings)
        concerns->warnings = json_array();
    json_add(concerns->warnings, entry);
}

/* A request is refused while a warning that asks for it is not accepted: whoever made it has accepted all. */
void concerns_requested(struct concerns *concerns, const json_t *request)
{
    size_t i;
    json_t *warning;
    json_array_foreach ((json_t *)json_array_at(request, "warnings"), i, warning) {
        json_t *entry = entry_of(warning), *override = json_object_get(warning, "override");
        const char *at = json_text(request, "created_at");
        if (is(warning, "severity", "warn")) {
            json_t *accepted = json_put_text(json_object(), "by", json_text(request, "requested_by"));
            json_put(entry, "accepted", json_put_text(accepted, "at", at));
        }
        if (json_is_object(override))
            json_put(entry, "lifted", json_put_text(json_copy(override), "at", at));
        add(concerns, entry);
    }
}

void concerns_found(struct concerns *concerns, int64_t at, const json_t *warning)
{
    size_t i;
    json_t *known;
    json_array_foreach (concerns->warnings, i, known) {
        if (is(known, "code", json_text_or(warning, "code", "")) &&
            is(known, "task", json_text_or(warning, "task", "")))
            return;
    }
    json_t *entry = entry_of(warning);
    add(concerns, json_put_time(entry, "found_at", at));
}

void concerns_approved(struct concerns *concerns, int64_t at, const json_t *data)
{
    size_t i;
    json_t *entry, *approval = json_object();
    json_put_text(approval, "by", json_text(data, "by"));
    json_put_text(approval, "reason", json_text(data, "reason"));
    json_put_time(approval, "at", at);
    if (is(data, "status", "awaiting_approval")) {
        json_decref(concerns->approved);
        concerns->approved = json_incref(approval);
    } else {
        json_array_foreach (concerns->warnings, i, entry) {
            if (is(entry, "severity", "blocker") && json_is_null(json_object_get(entry, "lifted")))
                json_put(entry, "lifted", json_incref(approval));
        }
    }
    json_decref(approval);
}
