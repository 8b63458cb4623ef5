/* canonical — JSON in the one form of RFC 8785 (JCS), so that two who have the same value have the same bytes
 * and a signature or a hash over them holds: no white space, members by the UTF-16 code units of their names,
 * only the escapes that must be, numbers as ECMAScript writes them.
 *
 * One thing more: a whole number beyond 2^53 that would be written without an exponent becomes a text, since
 * readers that know only doubles would change it. Reading the result and writing it again gives the same
 * bytes. */
#ifndef BASE_CANONICAL_H
#define BASE_CANONICAL_H

#include "base/json.h"

/* The text is NUL-terminated, the caller frees it. ret_length may be NULL. */
char *json_canonical(const json_t *value, size_t *ret_length);

#define SHA256_TEXT_SIZE 65
/* Lower-case hexadecimal; returns ret. */
char *sha256_text(const void *bytes, size_t length, char ret[SHA256_TEXT_SIZE]);

#endif
