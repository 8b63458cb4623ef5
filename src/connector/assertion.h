/* assertion — a signed JWT that proves who the application is (private to
 * connector/; contract/identity.md 2.2). */
#ifndef CONNECTOR_ASSERTION_H
#define CONNECTOR_ASSERTION_H

#include "base/err.h"
#include "base/rng.h"

struct certificate;

/* NULL with ERR_CONFIG naming the file. key_file NULL: the key is in
 * certificate_file. Only RSA keys. */
MUST_USE struct certificate *certificate_load(const char *certificate_file, const char *key_file,
                                              struct err *err);
void certificate_free(struct certificate *certificate); /* NULL is fine */

/* PS256, valid for ten minutes from now_s (Unix seconds, by the clock of who reads it); the caller frees it.
 * NULL with ERR_INTERNAL. Thread-safe. */
MUST_USE char *assertion_new(const struct certificate *certificate, const char *client_id,
                             const char *audience, int64_t now_s, const struct rng *rng, struct err *err);

#endif
