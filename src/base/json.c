#include "base/json.h"

#include <glib.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/memory.h"

void json_auto_free(json_t **value)
{
    json_decref(*value);
}

json_t *json_read(const char *text, size_t length, struct err *err)
{
    json_error_t problem;
    json_t *value = json_loadb(text, length, JSON_REJECT_DUPLICATES | JSON_DECODE_ANY, &problem);
    if (!value)
        err_set(err, ERR_MALFORMED, "line %d, column %d: %s", problem.line, problem.column, problem.text);
    return value;
}

/* Copies one JSON text literal, returns the position after it. */
static size_t copy_string(struct strbuf *out, const char *text, size_t length, size_t at)
{
    size_t start = at++;
    while (at < length && text[at] != '"')
        at += text[at] == '\\' ? 2 : 1;
    at = at < length ? at + 1 : length;
    strbuf_add(out, text + start, at - start);
    return at;
}

json_t *json_read_big(const char *text, size_t length, struct err *err)
{
    AUTO_STRBUF struct strbuf out = STRBUF_MAX(length * 2 + 16);
    for (size_t at = 0; at < length;) {
        if (text[at] == '"') {
            at = copy_string(&out, text, length, at);
        } else if (text[at] == '-' || g_ascii_isdigit(text[at])) {
            size_t end = at + 1;
            while (end < length && (g_ascii_isdigit(text[end]) || strchr(".eE+-", text[end])))
                end++;
            bool whole = !memchr(text + at, '.', end - at) && !memchr(text + at, 'e', end - at) &&
                         !memchr(text + at, 'E', end - at);
            bool big = whole && end - at > 18; /* 18 digits and a sign always fit 64 bits */
            if (big)
                strbuf_char(&out, '"');
            strbuf_add(&out, text + at, end - at);
            if (big)
                strbuf_char(&out, '"');
            at = end;
        } else {
            strbuf_char(&out, text[at++]);
        }
    }
    return json_read(strbuf_text(&out), out.length, err);
}

char *json_write(const json_t *value)
{
    return must(json_dumps(value, JSON_COMPACT | JSON_ENCODE_ANY));
}

const char *json_text(const json_t *object, const char *key)
{
    return json_string_value(json_object_get(object, key));
}

const char *json_text_or(const json_t *object, const char *key, const char *fallback)
{
    const char *text = json_text(object, key);
    return text ? text : fallback;
}

bool json_flag(const json_t *object, const char *key)
{
    return json_is_true(json_object_get(object, key));
}

int64_t json_int(const json_t *object, const char *key, int64_t fallback)
{
    const json_t *value = json_object_get(object, key);
    return json_is_integer(value) ? json_integer_value(value) : fallback;
}

const json_t *json_object_at(const json_t *object, const char *key)
{
    static json_t *empty;
    const json_t *value = json_object_get(object, key);
    if (json_is_object(value))
        return value;
    if (g_once_init_enter(&empty))
        g_once_init_leave(&empty, must(json_object()));
    return empty;
}

const json_t *json_array_at(const json_t *object, const char *key)
{
    static json_t *empty;
    const json_t *value = json_object_get(object, key);
    if (json_is_array(value))
        return value;
    if (g_once_init_enter(&empty))
        g_once_init_leave(&empty, must(json_array()));
    return empty;
}

json_t *json_array_find(const json_t *array, const char *key, const char *text)
{
    size_t i;
    json_t *element;
    json_array_foreach ((json_t *)array, i, element)
        if (text_equal_nocase(json_text(element, key), text))
            return element;
    return NULL;
}

json_t *json_put(json_t *object, const char *key, json_t *value)
{
    if (json_object_set_new(object, key, must(value)) != 0)
        abort();
    return object;
}

json_t *json_put_text(json_t *object, const char *key, const char *text)
{
    return json_put(object, key, json_text_new(text));
}

json_t *json_put_time(json_t *object, const char *key, int64_t utc_ms)
{
    char text[TIME_TEXT_SIZE];
    return json_put(object, key, utc_ms ? json_text_new(time_format(utc_ms, text)) : json_null());
}

void json_add(json_t *array, json_t *value)
{
    if (json_array_append_new(array, must(value)) != 0)
        abort();
}

json_t *json_make(const char *format, ...)
{
    va_list args;
    va_start(args, format);
    json_t *value = must(json_vpack_ex(NULL, 0, format, args));
    va_end(args);
    return value;
}

json_t *json_text_new(const char *text)
{
    if (!text)
        return json_null();
    json_t *value = json_string(text);
    if (value)
        return value;
    char *valid = g_utf8_make_valid(text, -1);
    value = must(json_string(valid));
    g_free(valid);
    return value;
}
