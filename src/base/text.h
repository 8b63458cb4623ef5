/* text — growing buffers and the encodings of the outside: base64, percent, hex, RFC 3339 is in clock.h.
 *
 * Functions are thread-safe when each thread has its own buffer. Running out of memory aborts. */
#ifndef BASE_TEXT_H
#define BASE_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"

/* A growing, always NUL-terminated text with a stated maximum. Past the maximum nothing is added and
 * `overflow` stays set, so that a caller checks once at the end. Zero-initialised but for max is a valid
 * empty buffer. */
struct strbuf {
    char *data; /* NULL until the first byte; use strbuf_text */
    size_t length;
    size_t capacity;
    size_t max; /* bytes, without the NUL */
    bool overflow;
};
#define AUTO_STRBUF AUTO(strbuf_done)
#define STRBUF_MAX(bytes) \
    {                     \
        .max = (bytes)    \
    }

void strbuf_add(struct strbuf *buf, const void *bytes, size_t length);
void strbuf_text_add(struct strbuf *buf, const char *text);
void strbuf_char(struct strbuf *buf, char c);
void strbuf_printf(struct strbuf *buf, const char *format, ...) __attribute__((format(printf, 2, 3)));
const char *strbuf_text(const struct strbuf *buf); /* "" when empty; borrowed until the next change */
char *strbuf_take(struct strbuf *buf);             /* the caller frees it; the buffer is empty again */
void strbuf_done(struct strbuf *buf);

/* RFC 3986 percent-encoding: everything but unreserved characters. */
void strbuf_percent(struct strbuf *buf, const char *text);
/* RFC 4648 base64, with padding; base64url, without. */
void strbuf_base64(struct strbuf *buf, const void *bytes, size_t length);
void strbuf_base64url(struct strbuf *buf, const void *bytes, size_t length);
void strbuf_hex(struct strbuf *buf, const void *bytes, size_t length);
/* Text for HTML content and attributes: & < > " ' are escaped. */
void strbuf_html(struct strbuf *buf, const char *text);

/* Decodes base64 (either alphabet, padding optional). Returns the byte count, or -1 for anything else. */
ptrdiff_t text_base64_decode(const char *text, size_t length, void *ret_bytes, size_t capacity);
/* Decodes %XX in place ('+' too when plus is true). False when a '%' is broken or a NUL byte would come out.
 */
MUST_USE bool text_percent_decode(char *text, bool plus);

bool text_valid_utf8(const char *text, size_t length);
/* Cuts an incomplete UTF-8 sequence off the end. */
void text_trim_partial_utf8(char *text);
/* NULL stays NULL; the caller frees it. */
char *text_copy(const char *text);
/* Lower case for searching and comparing, Unicode-aware; the caller frees it with free(). */
char *text_fold(const char *text);
bool text_equal_nocase(const char *a,
                       const char *b); /* ASCII only, for protocol names; NULL equals nothing */
bool text_starts_nocase(const char *text, const char *prefix);
/* A plausible GUID in 8-4-4-4-12 form. */
bool text_is_uuid(const char *text);
/* Whole decimal number within [min, max], nothing before or after. */
MUST_USE bool text_to_int(const char *text, int64_t min, int64_t max, int64_t *ret);

void auto_free(void *pointer_to_pointer);
#define AUTO_FREE AUTO(auto_free)

/* The whole file, NUL-terminated, at most max bytes; the caller frees it. NULL with err set. */
MUST_USE char *text_read_file(const char *path, size_t max, size_t *ret_length, struct err *err);

#endif
