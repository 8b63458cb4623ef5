/* jwt — signed tokens of an identity provider (RFC 7515, 7519): RS256 and nothing else, whatever their header
 * says, with a key that the provider has published. libcjose verifies the signatures. Pure; thread-safe. */
#ifndef AUTH_JWT_H
#define AUTH_JWT_H

#include "base/json.h"

#define JWT_UNKNOWN_KEY "unknown_key"
#define JWT_TOKEN_MAX (64 * 1024)

/* The claims of a token that was signed by a key of the set, {"keys": […]} (RFC 7517); a new value. NULL with
 * ERR_UNAUTHENTICATED: code JWT_UNKNOWN_KEY when the set has no key of that id (it may have been published
 * since), "bad_token" for everything else. Says nothing about what the claims say. */
MUST_USE json_t *jwt_verify(const char *token, const json_t *key_set, struct err *err);

#endif
