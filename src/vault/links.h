/* links — one-time links to a stored secret: a token of 256 random bits of which only a hash is kept, an
 * expiry, a count of views, revocation. The journal's events about them are the caller's, in the same
 * transaction. */
#ifndef VAULT_LINKS_H
#define VAULT_LINKS_H

#include "vault/vault.h"

#define LINK_DAYS_MAX 30
#define LINK_VIEWS_MAX 20
#define LINK_TOKEN_LENGTH 43 /* base64url */

struct link {
    const char *id;
    const char *offboarding_id;
    const char *task;
    const char *secret_name; /* of vault_load_secret */
    const char *host;        /* "lastday", or "pwpush": then remote is the token there */
    const char *created_by;
    int64_t created_at;
    int64_t expires_at;
    int64_t views_left; /* of our own page; another host counts by itself */
};

/* A new token; appended. */
void link_token_make(const struct rng *rng, struct strbuf *ret);
/* remote NULL unless the host is another; sealed. token is kept as a hash alone. */
MUST_USE bool link_insert(struct tx *tx, const struct vault *vault, const struct link *link,
                          const char *token, const char *remote, struct err *err);
/* Takes one view of the link with this token. ERR_NOT_FOUND (code bad_link) for every token that shows
 * nothing: unknown, expired, used up, revoked. Texts live in the arena. */
MUST_USE bool link_use(struct tx *tx, struct arena *arena, const char *token, int64_t now, struct link *ret,
                       struct err *err);
/* Ends the link; one that has ended already is fine. ERR_NOT_FOUND when the offboarding's task has none with
 * this id. *ret_remote is the token at another host, in secret memory; NULL for our own. */
MUST_USE bool link_revoke(struct tx *tx, const struct vault *vault, const char *offboarding_id,
                          const char *task, const char *id, int64_t now, struct secret **ret_remote,
                          struct err *err);
/* Newest first: [{id, host, created_by, created_at, expires_at, views_left, revoked_at}]; a new value. */
MUST_USE json_t *link_list(struct tx *tx, const char *offboarding_id, const char *task, struct err *err);

#endif
