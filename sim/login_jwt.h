/* login_jwt — JSON Web Tokens (RFC 7515): those the simulator issues and the assertions its clients send.
 *
 * The signing key is made at first use and dies with the process: a restart makes every access token invalid,
 * as a key roll does. Thread-safe. */
#ifndef SIM_LOGIN_JWT_H
#define SIM_LOGIN_JWT_H

#include <openssl/evp.h>

#include "base/json.h"

struct jwt {
    json_t *header;
    json_t *claims;
    const char *text; /* borrowed */
    size_t signed_length;
    unsigned char signature[1024];
    size_t signature_length;
};
#define AUTO_JWT AUTO(jwt_done)

/* Reads the three parts without judging them; the text is borrowed. */
MUST_USE bool jwt_read(const char *text, struct jwt *ret);
void jwt_done(struct jwt *jwt);

/* By the "alg" of the header: RS256 or PS256; anything else is false. */
bool jwt_signed_by(const struct jwt *jwt, EVP_PKEY *key);
bool jwt_signed_by_us(const struct jwt *jwt);

/* Signed RS256 with our key; the caller frees it. */
char *jwt_issue(const json_t *claims);
/* Our public key as a JWK set; the caller owns it. */
json_t *jwt_keys(const char *issuer);

#endif
