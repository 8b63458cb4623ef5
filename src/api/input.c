#include "api/input.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "api/problem.h"

void input_done(struct input *input)
{
    json_decref(input->errors);
    input->errors = NULL;
}

json_t *input_errors(struct input *input)
{
    if (!input->errors)
        input->errors = json_array();
    return input->errors;
}

bool input_bad(struct input *input, const char *pointer, const char *code, const char *format, ...)
{
    char message[600];
    va_list args;
    va_start(args, format);
    vsnprintf(message, sizeof message, format, args);
    va_end(args);
    text_trim_partial_utf8(message);
    if (input_count(input) < INPUT_MAX_ERRORS)
        problem_field(input_errors(input), pointer, code, message);
    return false;
}

size_t input_count(const struct input *input)
{
    return json_array_size(input->errors);
}

bool input_verdict(const struct input *input, struct err *err)
{
    size_t count = input_count(input);
    if (count == 0)
        return true;
    const json_t *first = json_array_get(input->errors, 0);
    const char *pointer = json_text_or(first, "pointer", "");
    const char *message = json_text_or(first, "message", "");
    if (count == 1)
        return err_set(err, ERR_INPUT, "%s%s%s", pointer, *pointer ? ": " : "", message);
    return err_set(err, ERR_INPUT, "%zu values are not right; the first: %s%s%s", count, pointer,
                   *pointer ? ": " : "", message);
}

static const char *const type_words[] = {
    [INPUT_TEXT] = "a text",          [INPUT_FLAG] = "true or false", [INPUT_UUID] = "a UUID",
    [INPUT_COUNT] = "a whole number", [INPUT_OBJECT] = "an object",   [INPUT_ARRAY] = "a list",
};

static bool has_type(const json_t *value, enum input_type type)
{
    switch (type) {
    case INPUT_TEXT:
        return json_is_string(value);
    case INPUT_FLAG:
        return json_is_boolean(value);
    case INPUT_UUID:
        return json_is_string(value) && text_is_uuid(json_string_value(value));
    case INPUT_COUNT:
        return json_is_integer(value);
    case INPUT_OBJECT:
        return json_is_object(value);
    case INPUT_ARRAY:
        return json_is_array(value);
    }
    return false;
}

static bool check_field(struct input *input, const json_t *value, const char *pointer,
                        const struct input_field *field)
{
    if (json_is_null(value) && field->flags & INPUT_NULLABLE)
        return true;
    if (!has_type(value, field->type))
        return input_bad(input, pointer, "wrong_type", "%s must be %s.", field->name,
                         type_words[field->type]);
    if (field->type == INPUT_COUNT) {
        json_int_t number = json_integer_value(value);
        return (number >= (json_int_t)field->min && number <= (json_int_t)field->max) ||
               input_bad(input, pointer, "out_of_range", "%s must be a number from %zu to %zu.", field->name,
                         field->min, field->max);
    }
    bool is_text = field->type == INPUT_TEXT;
    size_t size = is_text ? json_string_length(value) : json_array_size(value);
    const char *unit = is_text ? "bytes" : "entries";
    if (size < field->min && field->min == 1)
        return input_bad(input, pointer, "empty", "%s must not be empty.", field->name);
    if (size < field->min)
        return input_bad(input, pointer, "too_short", "%s needs at least %zu %s.", field->name, field->min,
                         unit);
    if (field->max && size > field->max)
        return input_bad(input, pointer, "too_long", "%s may have at most %zu %s.", field->name, field->max,
                         unit);
    return true;
}

static const struct input_field *find_field(const struct input_field *fields, size_t count, const char *name)
{
    for (size_t i = 0; i < count; i++)
        if (strcmp(fields[i].name, name) == 0)
            return &fields[i];
    return NULL;
}

static bool unknown_field(struct input *input, const char *pointer, const char *name,
                          const struct input_field *fields, size_t count)
{
    AUTO_STRBUF struct strbuf known = STRBUF_MAX(400);
    for (size_t i = 0; i < count; i++)
        strbuf_printf(&known, "%s%s", i ? ", " : "", fields[i].name);
    return input_bad(input, pointer, "unknown_field", "There is no field %.80s here; there are: %s.", name,
                     strbuf_text(&known));
}

bool input_object(struct input *input, const json_t *value, const char *pointer,
                  const struct input_field *fields, size_t count)
{
    if (!json_is_object(value))
        return input_bad(input, pointer, "wrong_type", "This must be an object.");
    bool ok = true;
    const char *name;
    json_t *member;
    json_object_foreach ((json_t *)value, name, member) {
        const struct input_field *field = find_field(fields, count, name);
        const char *at = pointer_join(input->arena, pointer, name);
        ok =
            (field ? check_field(input, member, at, field) : unknown_field(input, at, name, fields, count)) &&
            ok;
    }
    for (size_t i = 0; i < count; i++)
        if (fields[i].flags & INPUT_REQUIRED && !json_object_get(value, fields[i].name))
            ok = input_bad(input, pointer_join(input->arena, pointer, fields[i].name), "missing",
                           "%s is missing; it must be %s.", fields[i].name, type_words[fields[i].type]);
    return ok;
}
