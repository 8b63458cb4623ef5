/* oidc — signing people in with an OpenID provider: authorization code with PKCE (contract: OpenID Connect
 * Core 1.0, RFC 7636). Knows the provider by its issuer; what it publishes is read when it is first needed
 * and kept for a day, and the keys once more when a token names one that is not among them.
 *
 * Thread-safe; a call may block on the provider. */
#ifndef AUTH_OIDC_H
#define AUTH_OIDC_H

#include "auth/id_token.h"
#include "base/clock.h"
#include "base/rng.h"
#include "connector/wire.h"

struct oidc_settings {
    const char *issuer; /* "https://login.microsoftonline.com/{tenant id}/v2.0", without a slash at the end */
    const char *client_id;
    const char *client_secret;
};

struct oidc;
/* Copies the settings; wire, clock and rng must live longer. NULL with ERR_CONFIG: something is missing, or
 * plain http is not to this machine. Asks nobody yet. */
MUST_USE struct oidc *oidc_new(const struct oidc_settings *settings, struct wire *wire,
                               const struct clock *clock, const struct rng *rng, struct err *err);
void oidc_free(struct oidc *oidc); /* NULL is fine */

/* What ties the answer to the browser that asked; keep it there, sealed. Texts live in the arena. */
struct oidc_flow {
    const char *state, *nonce, *verifier;
};
/* The provider's address to send the browser to; in the arena. NULL with err set: ERR_UNREACHABLE,
 * ERR_UPSTREAM or ERR_CONFIG when the provider does not say what it should. */
MUST_USE const char *oidc_begin(struct oidc *oidc, struct arena *arena, const char *redirect_uri,
                                struct oidc_flow *ret, struct err *err);
/* Who came back with that code. Texts live in the arena. ERR_UNAUTHENTICATED as jwt.h and id_token.h, and
 * code "code_refused" when the provider does not take the code; ERR_FORBIDDEN (code no_role). */
MUST_USE bool oidc_finish(struct oidc *oidc, struct arena *arena, const char *redirect_uri, const char *code,
                          const struct oidc_flow *flow, struct external_identity *ret, struct err *err);

#endif
