/* guard — refuses requests whose framing two readers could understand differently.
 *
 * libmicrohttpd 0.9.75 accepts two differing Content-Length headers, Content-Length beside
 * Transfer-Encoding, two Host headers, unknown transfer codings and control bytes in names: the stuff of
 * request smuggling (RFC 9112 sections 6.1 and 11.2, fixed upstream in 1.0.4). Every header goes through
 * guard_header, then guard_verdict says whether to go on. Pure. */
#ifndef API_GUARD_H
#define API_GUARD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct guard {
    int hosts;
    int lengths;
    int codings;
    int64_t content_length; /* -1 when not given */
    const char *problem;    /* the first thing wrong; a sentence; NULL when nothing is */
};
#define GUARD_INIT           \
    {                        \
        .content_length = -1 \
    }

void guard_header(struct guard *guard, const char *name, size_t name_length, const char *value,
                  size_t value_length);
/* NULL when the request may be read; else the sentence to refuse it with (400, then close). */
const char *guard_verdict(const struct guard *guard, const char *http_version);

#endif
