/* id_token — what the claims of an ID token must say before anybody comes in (OpenID Connect Core, 3.1.3.7),
 * and who they say it is. Pure; thread-safe. */
#ifndef AUTH_ID_TOKEN_H
#define AUTH_ID_TOKEN_H

#include "auth/accounts.h"
#include "base/arena.h"

#define ID_TOKEN_SKEW_MS (5 * 60 * 1000)

struct id_token_rules {
    const char *issuer;
    const char *client_id;
    const char *nonce;     /* that was sent */
    const char *tenant_id; /* of Entra, which the issuer names; NULL: the issuer names none */
    int64_t now;           /* Unix ms */
};
/* ERR_UNAUTHENTICATED with a code: wrong_issuer, wrong_audience, token_expired, token_not_valid_yet,
 * wrong_nonce, wrong_tenant, bad_token. */
MUST_USE bool id_token_check(const json_t *claims, const struct id_token_rules *rules, struct err *err);

/* Whom checked claims speak of; texts live in the arena. The key is tid and oid where there are both, which
 * is Entra, else iss and sub: never a name or an address, which may be given to another person. The role is
 * the highest that `roles` names; ERR_FORBIDDEN (code no_role) when it names none, with all
 * else filled in. */
MUST_USE bool id_token_identity(const json_t *claims, struct arena *arena, struct external_identity *ret,
                                struct err *err);

/* The GUID among the parts of the issuer's path, as Entra's issuers have one; NULL: none. In the arena. */
const char *id_token_tenant(struct arena *arena, const char *issuer);

#endif
