#include "base/canonical.h"

#include <glib.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"

#define EXACT_MAX (INT64_C(1) << 53)

static void write_text(struct strbuf *out, const char *text, size_t length)
{
    static const char *const short_forms[0x20] = {
        ['\b'] = "\\b", ['\t'] = "\\t", ['\n'] = "\\n", ['\f'] = "\\f", ['\r'] = "\\r"};
    strbuf_char(out, '"');
    for (size_t i = 0; i < length; i++) {
        unsigned char c = (unsigned char)text[i];
        if (c == '"' || c == '\\') {
            strbuf_char(out, '\\');
            strbuf_char(out, (char)c);
        } else if (c >= 0x20) {
            strbuf_char(out, (char)c);
        } else if (short_forms[c]) {
            strbuf_text_add(out, short_forms[c]);
        } else {
            strbuf_printf(out, "\\u%04x", c);
        }
    }
    strbuf_char(out, '"');
}

/* Number::toString of ECMAScript: the shortest digits that read back the same, with an exponent only for what
 * is very large or very small. */
static void write_number(struct strbuf *out, double number)
{
    char text[40], digits[40];
    int exponent = 0, precision = 1;
    do
        g_snprintf(text, sizeof text, "%.*e", precision - 1, number);
    while (g_ascii_strtod(text, NULL) != number && ++precision <= 17);
    if (number < 0)
        strbuf_char(out, '-');
    size_t count = 0;
    for (const char *c = text; *c; c++) {
        if (*c == 'e') {
            exponent = (int)strtol(c + 1, NULL, 10);
            break;
        }
        if (g_ascii_isdigit(*c))
            digits[count++] = *c;
    }
    int point = exponent + 1, length = (int)count; /* the value is 0.digits times 10^point */
    digits[count] = '\0';
    if (number == 0)
        strbuf_char(out, '0');
    else if (point > 21 || point < -5)
        strbuf_printf(out, "%c%s%se%+d", digits[0], length > 1 ? "." : "", digits + 1, point - 1);
    else if (point <= 0)
        strbuf_printf(out, "0.%.*s%s", -point, "000000", digits);
    else if (point >= length)
        strbuf_printf(out, "%s%.*s", digits, point - length, "000000000000000000000");
    else
        strbuf_printf(out, "%.*s.%s", point, digits, digits + point);
}

static void write_real(struct strbuf *out, double number)
{
    bool large = (number > EXACT_MAX || number < -EXACT_MAX) && number < 1e21 && number > -1e21;
    strbuf_text_add(out, large ? "\"" : ""); /* it would be written like an integer */
    write_number(out, number);
    strbuf_text_add(out, large ? "\"" : "");
}

static void write_integer(struct strbuf *out, json_int_t number)
{
    bool exact = number >= -EXACT_MAX && number <= EXACT_MAX;
    strbuf_printf(out, exact ? "%" JSON_INTEGER_FORMAT : "\"%" JSON_INTEGER_FORMAT "\"", number);
}

/* UTF-8 sorts by code point. UTF-16 differs only in that the surrogates of what is beyond U+FFFF come before
 * U+E000 to U+FFFF. */
static int compare_names(const void *a, const void *b)
{
    const char *left = *(const char *const *)a, *right = *(const char *const *)b;
    while (*left && *left == *right) {
        left++;
        right++;
    }
    unsigned char l = (unsigned char)*left, r = (unsigned char)*right;
    if (l >= 0xEE && r >= 0xEE && (l >= 0xF0) != (r >= 0xF0))
        return l >= 0xF0 ? -1 : 1;
    return l - r;
}

static void write_value(struct strbuf *out, const json_t *value);

static void write_object(struct strbuf *out, const json_t *object)
{
    size_t count = 0;
    const char *key;
    json_t *member;
    const char **names = must(calloc(json_object_size(object) + 1, sizeof *names));
    json_object_foreach ((json_t *)object, key, member)
        names[count++] = key;
    qsort(names, count, sizeof *names, compare_names);
    strbuf_char(out, '{');
    for (size_t i = 0; i < count; i++) {
        if (i)
            strbuf_char(out, ',');
        write_text(out, names[i], strlen(names[i]));
        strbuf_char(out, ':');
        write_value(out, json_object_get(object, names[i]));
    }
    strbuf_char(out, '}');
    free(names);
}

static void write_array(struct strbuf *out, const json_t *array)
{
    size_t i;
    json_t *element;
    strbuf_char(out, '[');
    json_array_foreach ((json_t *)array, i, element) {
        if (i)
            strbuf_char(out, ',');
        write_value(out, element);
    }
    strbuf_char(out, ']');
}

static void write_value(struct strbuf *out, const json_t *value)
{
    switch (json_typeof(value)) {
    case JSON_OBJECT:
        write_object(out, value);
        break;
    case JSON_ARRAY:
        write_array(out, value);
        break;
    case JSON_STRING:
        write_text(out, json_string_value(value), json_string_length(value));
        break;
    case JSON_INTEGER:
        write_integer(out, json_integer_value(value));
        break;
    case JSON_REAL:
        write_real(out, json_real_value(value));
        break;
    case JSON_TRUE:
        strbuf_text_add(out, "true");
        break;
    case JSON_FALSE:
        strbuf_text_add(out, "false");
        break;
    case JSON_NULL:
        strbuf_text_add(out, "null");
        break;
    }
}

char *json_canonical(const json_t *value, size_t *ret_length)
{
    struct strbuf out = STRBUF_MAX(SIZE_MAX / 4);
    write_value(&out, value);
    if (ret_length)
        *ret_length = out.length;
    return strbuf_take(&out);
}

char *sha256_text(const void *bytes, size_t length, char ret[SHA256_TEXT_SIZE])
{
    unsigned char digest[crypto_hash_sha256_BYTES];
    crypto_hash_sha256(digest, bytes, length);
    return sodium_bin2hex(ret, SHA256_TEXT_SIZE, digest, sizeof digest);
}
