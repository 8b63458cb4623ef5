#include "notify/fields.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/arena.h"
#include "notify/event.h"

bool fields_problem(json_t *problems, const char *pointer, const char *code, const char *format, ...)
{
    char message[500];
    va_list args;
    va_start(args, format);
    vsnprintf(message, sizeof message, format, args);
    va_end(args);
    text_trim_partial_utf8(message);
    json_add(problems, json_make("{s:o, s:s, s:o}", "pointer", json_text_new(pointer), "code", code,
                                 "message", json_text_new(message)));
    return false;
}

bool fields_is_address(const char *text)
{
    const char *at = text ? strchr(text, '@') : NULL;
    if (!at || at == text || strlen(text) > 254 || strchr(at + 1, '@') || !strchr(at + 1, '.'))
        return false;
    for (const char *c = text; *c; c++)
        if (*c <= ' ' || *c >= 0x7f || strchr("<>()[],;:\\\"", *c))
            return false;
    return at[1] != '.' && text[strlen(text) - 1] != '.';
}

char *fields_masked_url(struct arena *arena, const char *url)
{
    const char *start = strstr(url, "://");
    size_t host = start ? (size_t)(start + 3 - url) + strcspn(start + 3, "/?#") : 0;
    return arena_printf(arena, "%.*s/" FIELDS_MASK, (int)host, url);
}

static bool is_plain(const char *text)
{
    for (const char *c = text; *c; c++)
        if ((unsigned char)*c < ' ' || *c == 0x7f)
            return false;
    return true;
}

static bool check_text(const struct field *field, const char *text, const char *pointer, json_t *problems)
{
    int64_t length = (int64_t)strlen(text);
    if (!length && field->min)
        return fields_problem(problems, pointer, "empty", "%s must not be empty.", field->name);
    if (length < field->min || (field->max && length > field->max))
        return fields_problem(problems, pointer, "length", "%s must have %" PRId64 " to %" PRId64 " bytes.",
                              field->name, field->min, field->max);
    return is_plain(text) || fields_problem(problems, pointer, "control_characters",
                                            "%s may hold no control characters.", field->name);
}

static bool check_choice(const struct field *field, const char *text, const char *pointer, json_t *problems)
{
    size_t length = strlen(text);
    for (const char *at = field->choices; *at; at += strcspn(at, "|") + (at[strcspn(at, "|")] == '|'))
        if (strcspn(at, "|") == length && strncmp(at, text, length) == 0)
            return true;
    return fields_problem(problems, pointer, "unknown_value", "%s must be one of %s.", field->name,
                          field->choices);
}

static bool check_url(const char *text, const char *pointer, const struct outside_policy *policy,
                      json_t *problems)
{
    struct err err;
    return outside_url_ok(policy, text, &err) ||
           fields_problem(problems, pointer, err.code, "%s", err.message);
}

static bool check_list(const struct field *field, const json_t *list, const char *pointer, json_t *problems)
{
    bool good = true;
    size_t i;
    json_t *entry;
    if (field->max && json_array_size(list) > (size_t)field->max)
        return fields_problem(problems, pointer, "too_long", "%s may have at most %" PRId64 " entries.",
                              field->name, field->max);
    json_array_foreach (list, i, entry) {
        const char *text = json_string_value(entry);
        char at[300];
        snprintf(at, sizeof at, "%s/%zu", pointer, i);
        if (field->type == FIELD_EVENTS && !event_is_choice(text))
            good = fields_problem(problems, at, "unknown_event", "This must be one of %s.", event_choices());
        else if (field->type == FIELD_ADDRESSES && !fields_is_address(text))
            good = fields_problem(problems, at, "bad_address", FIELDS_NO_ADDRESS, text ? text : "");
        else if (field->type == FIELD_IDS && !text_is_uuid(text))
            good = fields_problem(problems, at, "wrong_type", "This must be a tenant's id, which is a UUID.");
    }
    return good;
}

static bool has_type(const struct field *field, const json_t *value)
{
    switch (field->type) {
    case FIELD_FLAG:
        return json_is_boolean(value);
    case FIELD_NUMBER:
        return json_is_integer(value);
    case FIELD_EVENTS:
    case FIELD_ADDRESSES:
    case FIELD_IDS:
        return json_is_array(value);
    case FIELD_OTHER:
    case FIELD_SHOWN:
        return true;
    default:
        return json_is_string(value);
    }
}

static const char *type_words(const struct field *field)
{
    switch (field->type) {
    case FIELD_FLAG:
        return "true or false";
    case FIELD_NUMBER:
        return "a whole number";
    case FIELD_EVENTS:
    case FIELD_ADDRESSES:
    case FIELD_IDS:
        return "a list";
    default:
        return "a text";
    }
}

static bool check(const struct field *field, const json_t *value, const char *pointer,
                  const struct outside_policy *policy, json_t *problems)
{
    const char *text = json_string_value(value);
    if (!has_type(field, value))
        return fields_problem(problems, pointer, "wrong_type", "%s must be %s.", field->name,
                              type_words(field));
    switch (field->type) {
    case FIELD_TEXT:
    case FIELD_SECRET:
        return check_text(field, text, pointer, problems);
    case FIELD_CHOICE:
        return check_choice(field, text, pointer, problems);
    case FIELD_URL:
    case FIELD_URL_SECRET:
        return check_url(text, pointer, policy, problems);
    case FIELD_NUMBER:
        return (json_integer_value(value) >= field->min && json_integer_value(value) <= field->max) ||
               fields_problem(problems, pointer, "out_of_range",
                              "%s must be from %" PRId64 " to %" PRId64 ".", field->name, field->min,
                              field->max);
    case FIELD_EVENTS:
    case FIELD_ADDRESSES:
    case FIELD_IDS:
        return check_list(field, value, pointer, problems);
    default:
        return true;
    }
}

/* Does what came stand for what is stored? */
static bool is_kept(const struct field *field, const json_t *sent, const json_t *stored)
{
    AUTO_ARENA struct arena *arena = arena_new();
    const char *text = json_string_value(sent), *old = json_string_value(stored);
    if (field->type == FIELD_SHOWN)
        return true;
    if (!old || (field->type != FIELD_SECRET && field->type != FIELD_URL_SECRET))
        return false;
    if (!sent)
        return true;
    const char *mask = field->type == FIELD_SECRET ? FIELDS_MASK : fields_masked_url(arena, old);
    return text && strcmp(text, mask) == 0;
}

static json_t *fallback_of(const struct field *field)
{
    if (field->type == FIELD_EVENTS && !field->fallback)
        return event_defaults();
    return field->fallback ? json_read(field->fallback, strlen(field->fallback), NULL) : json_null();
}

static void read_field(const struct field *field, const json_t *body, const json_t *stored,
                       const char *pointer, const struct outside_policy *policy, json_t *problems,
                       json_t *ret)
{
    const json_t *sent = json_object_get(body, field->name), *old = json_object_get(stored, field->name);
    AUTO_ARENA struct arena *arena = arena_new();
    const char *at = arena_printf(arena, "%s/%s", pointer, field->name);
    if (is_kept(field, sent, old)) {
        json_put(ret, field->name, old ? json_incref((json_t *)old) : fallback_of(field));
        return;
    }
    if (field->type == FIELD_SECRET && json_is_string(sent) &&
        strcmp(json_string_value(sent), FIELDS_MASK) == 0) {
        fields_problem(problems, at, "nothing_stored", "%s is masked, but none is stored: send it in clear.",
                       field->name);
        return;
    }
    if (!sent || json_is_null(sent)) {
        if (field->required)
            fields_problem(problems, at, "missing", "%s is missing; it must be %s.", field->name,
                           type_words(field));
        json_put(ret, field->name, sent && field->type != FIELD_EVENTS ? json_null() : fallback_of(field));
    } else if (check(field, sent, at, policy, problems)) {
        json_put(ret, field->name, json_deep_copy(sent));
    }
}

static const struct field *find(const struct field *fields, size_t count, const char *name)
{
    for (size_t i = 0; i < count; i++)
        if (strcmp(fields[i].name, name) == 0)
            return &fields[i];
    return NULL;
}

json_t *fields_read(const struct field *fields, size_t count, const json_t *body, const json_t *stored,
                    const char *pointer, const struct outside_policy *policy, json_t *problems)
{
    AUTO_ARENA struct arena *arena = arena_new();
    json_t *ret = json_object(), *value;
    const char *name;
    if (!json_is_object(body)) {
        fields_problem(problems, pointer, "wrong_type", "This must be an object.");
        return ret;
    }
    json_object_foreach ((json_t *)body, name, value)
        if (!find(fields, count, name))
            fields_problem(problems, arena_printf(arena, "%s/%.80s", pointer, name), "unknown_field",
                           "There is no field %.80s here.", name);
    for (size_t i = 0; i < count; i++)
        read_field(&fields[i], body, stored, pointer, policy, problems, ret);
    return ret;
}

json_t *fields_masked(const struct field *fields, size_t count, const json_t *value)
{
    AUTO_ARENA struct arena *arena = arena_new();
    json_t *ret = json_object();
    for (size_t i = 0; i < count; i++) {
        const json_t *one = json_object_get(value, fields[i].name);
        const char *text = json_string_value(one);
        if (fields[i].type == FIELD_SECRET && text)
            json_put_text(ret, fields[i].name, FIELDS_MASK);
        else if (fields[i].type == FIELD_URL_SECRET && text)
            json_put_text(ret, fields[i].name, fields_masked_url(arena, text));
        else
            json_put(ret, fields[i].name, one ? json_deep_copy(one) : fallback_of(&fields[i]));
    }
    return ret;
}
