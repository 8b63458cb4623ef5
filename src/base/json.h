/* json — jansson behind one strict reader and a few getters that never crash on what others sent.
 *
 * Reading refuses duplicate keys, NUL in texts, lone surrogates and numbers beyond 64 bits (RFC 8259 leaves
 * them open; two readers that differ are a security hole). jansson's reference counts are not atomic across
 * threads for the same value: hand a value from one thread to another, never share it unlocked. */
#ifndef BASE_JSON_H
#define BASE_JSON_H

#include <jansson.h>

#include "base/err.h"
#include "base/text.h"

#define AUTO_JSON AUTO(json_auto_free)
void json_auto_free(json_t **value);

/* NULL with err set (ERR_MALFORMED, with line and column) for anything but one well-formed value. */
MUST_USE json_t *json_read(const char *text, size_t length, struct err *err);
/* As json_read, for what Exchange sends: integers beyond 64 bits become texts first (contract/exchange.md).
 */
MUST_USE json_t *json_read_big(const char *text, size_t length, struct err *err);
/* Compact text; the caller frees it. */
char *json_write(const json_t *value);

/* Getters: what is missing or of another type gives the fallback. Borrowed from the object. */
const char *json_text(const json_t *object, const char *key); /* NULL when missing */
const char *json_text_or(const json_t *object, const char *key, const char *fallback);
bool json_flag(const json_t *object, const char *key); /* false when missing */
int64_t json_int(const json_t *object, const char *key, int64_t fallback);
/* Objects and arrays: a shared, empty, never-changing one when missing, so that loops need no check. */
const json_t *json_object_at(const json_t *object, const char *key);
const json_t *json_array_at(const json_t *object, const char *key);
/* First element of the array for which element[key] equals text (ASCII case-insensitive); NULL when none. */
json_t *json_array_find(const json_t *array, const char *key, const char *text);

/* Setters that abort when memory is out. json_put takes the value over and returns the object. NULL text is
 * null. */
json_t *json_put(json_t *object, const char *key, json_t *value);
json_t *json_put_text(json_t *object, const char *key, const char *text);
json_t *json_put_time(json_t *object, const char *key, int64_t utc_ms); /* 0 becomes null; else RFC 3339 */
void json_add(json_t *array, json_t *value);                            /* takes the value over */
json_t *json_make(const char *format, ...); /* json_pack that aborts on a mistake */
json_t *json_text_new(const char *text);    /* NULL becomes null; broken UTF-8 is mended */

#endif
