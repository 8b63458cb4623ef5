#include "api/offboarding_request.h"

#include <string.h>

#include "api/addresses.h"
#include "api/choice.h"
#include "api/problem.h"
#include "schedule/zone.h"

enum { PAST_GRACE_MS = 60 * 1000 };

static const struct input_field fields[] = {
    {"tenant", INPUT_TEXT, INPUT_REQUIRED, 1, 255},
    {"users", INPUT_ARRAY, INPUT_REQUIRED, 1, REQUEST_USERS_MAX},
    CHOICE_FIELDS,
    {"schedule", INPUT_OBJECT, INPUT_NULLABLE, 0, 0},
    {"notify", INPUT_OBJECT, INPUT_NULLABLE, 0, 0},
    {"reference", INPUT_TEXT, INPUT_NULLABLE, 0, 200},
    {"reason", INPUT_TEXT, INPUT_NULLABLE, 0, 2000},
    {"acknowledged_warnings", INPUT_ARRAY, INPUT_NULLABLE, 0, 100},
    {"override", INPUT_OBJECT, INPUT_NULLABLE, 0, 0},
};
static const struct input_field schedule_fields[] = {
    {"at", INPUT_TEXT, INPUT_REQUIRED, 1, 40},
    {"time_zone", INPUT_TEXT, INPUT_REQUIRED, 1, 64},
    {"remind_before_minutes", INPUT_COUNT, INPUT_NULLABLE, 1, 30 * 24 * 60},
};
static const struct input_field notify_fields[] = {
    {"webhook", INPUT_FLAG, 0, 0, 0},
    {"email", INPUT_FLAG, 0, 0, 0},
    {"psa", INPUT_FLAG, 0, 0, 0},
    {"email_to", INPUT_ARRAY, 0, 0, 20},
};
static const struct input_field override_fields[] = {
    {"codes", INPUT_ARRAY, INPUT_REQUIRED, 1, 50},
    {"reason", INPUT_TEXT, INPUT_REQUIRED, 1, 2000},
};

/* The object member; NULL when it is missing or null. */
static const json_t *member(const struct call *call, const char *name)
{
    const json_t *value = json_object_get(call->body, name);
    return json_is_object(value) ? value : NULL;
}

static bool check_texts(struct call *call, const json_t *list, const char *pointer, size_t max)
{
    bool ok = true;
    for (size_t i = 0; i < json_array_size(list); i++) {
        const char *text = json_string_value(json_array_get(list, i));
        if (!text || !*text || strlen(text) > max)
            ok = input_bad(&call->input, pointer_at(call->arena, pointer, i), "wrong_type",
                           "This must be a text of 1 to %zu bytes.", max);
    }
    return ok;
}

static void read_users(struct call *call, struct request *ret)
{
    const json_t *users = json_array_at(call->body, "users");
    size_t count = json_array_size(users);
    if (count > REQUEST_USERS_MAX || !check_texts(call, users, "/users", 320))
        return;
    ret->users = arena_alloc(call->arena, count, sizeof *ret->users);
    for (; ret->user_count < count; ret->user_count++)
        ret->users[ret->user_count] = json_string_value(json_array_get(users, ret->user_count));
}

bool request_read_schedule(struct call *call, const json_t *schedule, const char *pointer, int64_t *ret_at,
                           int64_t *ret_remind_at)
{
    struct err err = {0};
    int64_t now = clock_utc_ms(call->api->context.clock);
    *ret_at = *ret_remind_at = 0;
    if (!INPUT_OBJECT_CHECK(&call->input, schedule, pointer, schedule_fields))
        return false;
    if (!zone_resolve(json_text(schedule, "at"), json_text(schedule, "time_zone"), ret_at, NULL, &err)) {
        bool zone = strcmp(err.code, "unknown_time_zone") == 0;
        return input_bad(&call->input, arena_printf(call->arena, "%s/%s", pointer, zone ? "time_zone" : "at"),
                         err.code, "%s", err.message);
    }
    if (*ret_at < now - PAST_GRACE_MS)
        return input_bad(&call->input, arena_printf(call->arena, "%s/at", pointer), "in_the_past",
                         "That time has passed already; choose a later one, or leave schedule out for now.");
    int64_t before_ms = json_int(schedule, "remind_before_minutes", 0) * 60 * 1000;
    if (before_ms && *ret_at - before_ms < now)
        return input_bad(&call->input, arena_printf(call->arena, "%s/remind_before_minutes", pointer),
                         "in_the_past", "The moment to remind has passed already; choose fewer minutes.");
    *ret_remind_at = before_ms ? *ret_at - before_ms : 0;
    return true;
}

static void read_schedule(struct call *call, struct request *ret)
{
    ret->schedule = member(call, "schedule");
    if (ret->schedule)
        request_read_schedule(call, ret->schedule, "/schedule", &ret->scheduled_at, &ret->remind_at);
}

static const char *optional_text(const struct call *call, const char *name)
{
    const char *text = json_text(call->body, name);
    return text && *text ? text : NULL;
}

void request_read(struct call *call, struct request *ret)
{
    *ret = (struct request){.acknowledged = json_array_at(call->body, "acknowledged_warnings")};
    if (!json_is_object(call->body)) {
        INPUT_OBJECT_CHECK(&call->input, call->body, "", fields);
        return;
    }
    INPUT_OBJECT_CHECK(&call->input, call->body, "", fields);
    read_users(call, ret);
    read_schedule(call, ret);
    check_texts(call, ret->acknowledged, "/acknowledged_warnings", 80);
    ret->notify = member(call, "notify");
    if (ret->notify && INPUT_OBJECT_CHECK(&call->input, ret->notify, "/notify", notify_fields))
        input_addresses(&call->input, json_object_get(ret->notify, "email_to"), "/notify/email_to");
    const json_t *override = member(call, "override");
    if (override && INPUT_OBJECT_CHECK(&call->input, override, "/override", override_fields)) {
        ret->override_codes = json_object_get(override, "codes");
        ret->override_reason = json_text(override, "reason");
        check_texts(call, ret->override_codes, "/override/codes", 80);
    }
    ret->reference = optional_text(call, "reference");
    ret->reason = optional_text(call, "reason");
}
