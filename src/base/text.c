#include "base/text.h"

#include <errno.h>
#include <glib.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/memory.h"

static bool strbuf_reserve(struct strbuf *buf, size_t more)
{
    if (buf->overflow || more > buf->max - buf->length) {
        buf->overflow = true;
        return false;
    }
    size_t need = buf->length + more + 1;
    if (need > buf->capacity) {
        size_t capacity = buf->capacity ? buf->capacity : 128;
        while (capacity < need)
            capacity *= 2;
        buf->data = must(realloc(buf->data, capacity));
        buf->capacity = capacity;
    }
    return true;
}

void strbuf_add(struct strbuf *buf, const void *bytes, size_t length)
{
    if (!length || !strbuf_reserve(buf, length))
        return;
    memcpy(buf->data + buf->length, bytes, length);
    buf->length += length;
    buf->data[buf->length] = '\0';
}

void strbuf_text_add(struct strbuf *buf, const char *text)
{
    strbuf_add(buf, text, strlen(text));
}

void strbuf_char(struct strbuf *buf, char c)
{
    strbuf_add(buf, &c, 1);
}

void strbuf_printf(struct strbuf *buf, const char *format, ...)
{
    va_list args, again;
    va_start(args, format);
    va_copy(again, args);
    int length = vsnprintf(NULL, 0, format, args);
    va_end(args);
    if (length > 0 && strbuf_reserve(buf, (size_t)length)) {
        vsnprintf(buf->data + buf->length, (size_t)length + 1, format, again);
        buf->length += (size_t)length;
    }
    va_end(again);
}

const char *strbuf_text(const struct strbuf *buf)
{
    return buf->data ? buf->data : "";
}

char *strbuf_take(struct strbuf *buf)
{
    char *data = buf->data ? buf->data : must(calloc(1, 1));
    *buf = (struct strbuf){.max = buf->max};
    return data;
}

void strbuf_done(struct strbuf *buf)
{
    free(buf->data);
    *buf = (struct strbuf){.max = buf->max};
}

static const char hex_digits[] = "0123456789abcdef";

void strbuf_percent(struct strbuf *buf, const char *text)
{
    for (const unsigned char *c = (const unsigned char *)text; *c; c++) {
        if (g_ascii_isalnum(*c) || strchr("-._~", *c))
            strbuf_char(buf, (char)*c);
        else
            strbuf_printf(buf, "%%%02X", *c);
    }
}

static void strbuf_base64_any(struct strbuf *buf, const void *bytes, size_t length, bool url)
{
    static const char plain[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    static const char safe[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    const unsigned char *in = bytes;
    const char *alphabet = url ? safe : plain;
    for (size_t i = 0; i < length; i += 3) {
        size_t left = length - i;
        unsigned value = (unsigned)in[i] << 16 | (left > 1 ? (unsigned)in[i + 1] << 8 : 0) |
                         (left > 2 ? (unsigned)in[i + 2] : 0);
        char out[4] = {alphabet[value >> 18 & 63], alphabet[value >> 12 & 63], alphabet[value >> 6 & 63],
                       alphabet[value & 63]};
        size_t digits = left > 2 ? 4 : left + 1;
        strbuf_add(buf, out, digits);
        if (!url)
            strbuf_add(buf, "==", 4 - digits);
    }
}

void strbuf_base64(struct strbuf *buf, const void *bytes, size_t length)
{
    strbuf_base64_any(buf, bytes, length, false);
}

void strbuf_base64url(struct strbuf *buf, const void *bytes, size_t length)
{
    strbuf_base64_any(buf, bytes, length, true);
}

void strbuf_hex(struct strbuf *buf, const void *bytes, size_t length)
{
    const unsigned char *in = bytes;
    for (size_t i = 0; i < length; i++) {
        strbuf_char(buf, hex_digits[in[i] >> 4]);
        strbuf_char(buf, hex_digits[in[i] & 15]);
    }
}

void strbuf_html(struct strbuf *buf, const char *text)
{
    for (; *text; text++) {
        switch (*text) {
        case '&':
            strbuf_text_add(buf, "&amp;");
            break;
        case '<':
            strbuf_text_add(buf, "&lt;");
            break;
        case '>':
            strbuf_text_add(buf, "&gt;");
            break;
        case '"':
            strbuf_text_add(buf, "&quot;");
            break;
        case '\'':
            strbuf_text_add(buf, "&#39;");
            break;
        default:
            strbuf_char(buf, *text);
        }
    }
}

static int base64_value(char c)
{
    if (c >= 'A' && c <= 'Z')
        return c - 'A';
    if (c >= 'a' && c <= 'z')
        return c - 'a' + 26;
    if (c >= '0' && c <= '9')
        return c - '0' + 52;
    return c == '+' || c == '-' ? 62 : c == '/' || c == '_' ? 63 : -1;
}

ptrdiff_t text_base64_decode(const char *text, size_t length, void *ret_bytes, size_t capacity)
{
    unsigned char *out = ret_bytes;
    size_t used = 0;
    unsigned value = 0, bits = 0;
    while (length && text[length - 1] == '=')
        length--;
    if (length % 4 == 1)
        return -1;
    for (size_t i = 0; i < length; i++) {
        int digit = base64_value(text[i]);
        if (digit < 0)
            return -1;
        value = value << 6 | (unsigned)digit;
        bits += 6;
        if (bits >= 8) {
            bits -= 8;
            if (used == capacity)
                return -1;
            out[used++] = (unsigned char)(value >> bits);
            value &= (1u << bits) - 1;
        }
    }
    return value ? -1 : (ptrdiff_t)used;
}

bool text_percent_decode(char *text, bool plus)
{
    char *out = text;
    for (const char *in = text; *in; in++) {
        if (*in == '%') {
            int high = g_ascii_xdigit_value(in[1]);
            int low = high < 0 ? -1 : g_ascii_xdigit_value(in[2]);
            if (low < 0 || (high == 0 && low == 0))
                return false;
            *out++ = (char)(high << 4 | low);
            in += 2;
        } else {
            *out++ = plus && *in == '+' ? ' ' : *in;
        }
    }
    *out = '\0';
    return true;
}

bool text_valid_utf8(const char *text, size_t length)
{
    return g_utf8_validate_len(text, length, NULL);
}

void text_trim_partial_utf8(char *text)
{
    const char *end;
    if (!g_utf8_validate(text, -1, &end) && strlen(end) < 4)
        text[end - text] = '\0';
}

char *text_copy(const char *text)
{
    return text ? must(strdup(text)) : NULL;
}

char *text_fold(const char *text)
{
    char *valid = g_utf8_make_valid(text, -1);
    char *folded = g_utf8_strdown(valid, -1);
    g_free(valid);
    return folded; /* GLib allocates with malloc since 2.46 */
}

bool text_equal_nocase(const char *a, const char *b)
{
    return a && b && g_ascii_strcasecmp(a, b) == 0;
}

bool text_starts_nocase(const char *text, const char *prefix)
{
    return text && g_ascii_strncasecmp(text, prefix, strlen(prefix)) == 0;
}

bool text_is_uuid(const char *text)
{
    if (!text || strlen(text) != 36)
        return false;
    for (int i = 0; i < 36; i++) {
        bool dash = i == 8 || i == 13 || i == 18 || i == 23;
        if (dash ? text[i] != '-' : !g_ascii_isxdigit(text[i]))
            return false;
    }
    return true;
}

bool text_to_int(const char *text, int64_t min, int64_t max, int64_t *ret)
{
    char *end;
    if (!text || !(g_ascii_isdigit(*text) || (*text == '-' && g_ascii_isdigit(text[1]))))
        return false;
    errno = 0;
    long long value = strtoll(text, &end, 10);
    if (errno || *end || value < min || value > max)
        return false;
    *ret = value;
    return true;
}

void auto_free(void *pointer_to_pointer)
{
    free(*(void **)pointer_to_pointer);
}

char *text_read_file(const char *path, size_t max, size_t *ret_length, struct err *err)
{
    FILE *file = fopen(path, "re");
    struct strbuf buf = STRBUF_MAX(max);
    char chunk[8192];
    size_t count;
    if (!file) {
        err_set(err, ERR_CONFIG, "cannot open %s: %s", path, strerror(errno));
        return NULL;
    }
    while ((count = fread(chunk, 1, sizeof chunk, file)) > 0)
        strbuf_add(&buf, chunk, count);
    bool failed = ferror(file) != 0;
    fclose(file);
    if (failed || buf.overflow) {
        err_set(err, ERR_CONFIG, "cannot read %s: %s", path,
                failed ? strerror(EIO) : "the file is too large");
        strbuf_done(&buf);
        return NULL;
    }
    if (ret_length)
        *ret_length = buf.length;
    return strbuf_take(&buf);
}
