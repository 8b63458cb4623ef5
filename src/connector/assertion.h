/* assertion — signed statements by which the application proves who it is with its certificate
 * (contract/identity.md, section 2.2): JWS compact, PS256, x5t#S256. Thread-safe. */
#ifndef CONNECTOR_ASSERTION_H
#define CONNECTOR_ASSERTION_H

#include "base/clock.h"
#include "base/rng.h"

struct assertion_key;

/* key_file NULL: the key stands in the certificate's file. NULL with ERR_CONFIG: a file that cannot be read,
 * is not PEM, holds no RSA key of 2048 bits or more, or key and certificate that do not belong together. */
MUST_USE struct assertion_key *assertion_key_load(const char *certificate_file, const char *key_file,
                                                  struct err *err);
void assertion_key_free(struct assertion_key *key); /* NULL is fine */

/* Valid for eight minutes from now. The caller frees it. NULL with ERR_INTERNAL. */
MUST_USE char *assertion_make(const struct assertion_key *key, const char *client_id, const char *audience,
                              const struct clock *clock, const struct rng *rng, struct err *err);

#endif
