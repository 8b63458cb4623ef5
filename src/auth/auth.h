/* auth — accounts, their sessions, and API tokens: who is it, and may they?
 *
 * Passwords are kept as Argon2id hashes, at most two of which are worked out at once (64 MiB each); session
 * and API tokens are 256 random bits of which only a hash is stored. Every check of an unknown, expired or
 * revoked credential gives the same answer. All functions open their own transaction: call them without one.
 * What they change or refuse stands in the logbook, in the same transaction. Thread-safe; the functions that
 * take a password block for some 70 ms, so never on a thread that serves others. */
#ifndef AUTH_AUTH_H
#define AUTH_AUTH_H

#include "auth/role.h"
#include "base/arena.h"
#include "base/clock.h"
#include "base/rng.h"
#include "store/logbook.h"

#define AUTH_USERNAME_MAX 100             /* bytes */
#define AUTH_PASSWORD_MIN 10              /* characters */
#define AUTH_PASSWORD_MAX 200             /* characters */
#define AUTH_TOKEN_PREFIX "lday_"         /* an API token: this and 43 characters */
#define AUTH_SESSION_IDLE_MS 28800000     /* 8 h without a request end a session */
#define AUTH_SESSION_ABSOLUTE_MS 86400000 /* 24 h end it in any case */

struct auth;

/* Keeps its arguments, which must outlive it. Never NULL. */
struct auth *auth_new(struct store *store, const struct clock *clock, const struct rng *rng);
void auth_free(struct auth *auth); /* NULL is fine */

/* Usernames are told apart without regard to case. ERR_CONFLICT (code account_exists) when it is taken,
 * ERR_INPUT with a sentence about what is wrong with username, password (code password_…) or role. The rest
 * of what can be done with accounts is accounts.h. */
MUST_USE bool auth_account_add(struct auth *auth, const struct logbook_by *by, const char *username,
                               const char *password, const char *role, struct err *err);

struct session {
    const char *token;      /* for the cookie; a secret that is nowhere else */
    const char *csrf_token; /* for X-CSRF-Token */
    int64_t expires_at;     /* at the latest; idle sessions end earlier */
    struct principal principal;
};

/* Texts live in the arena; principal_done(&ret->principal). Wrong password, unknown and disabled account are
 * the same ERR_UNAUTHENTICATED (code wrong_credentials) after the same work. ERR_LIMIT with retry_after_ms
 * after five failures of one username from one address: 1 s, doubling up to 60 s; nothing is checked then.
 * from: request_id and client count, who it is is found out here. */
MUST_USE bool auth_sign_in(struct auth *auth, struct arena *arena, const char *username, const char *password,
                           const struct logbook_by *from, struct session *ret, struct err *err);
/* ERR_UNAUTHENTICATED for anything but a session that lives; NULL token too. Marks it as used. ret_csrf_token
 * lives in the arena. */
MUST_USE bool auth_session_check(struct auth *auth, struct arena *arena, const char *token,
                                 struct principal *ret, const char **ret_csrf_token, struct err *err);
/* Compares in constant time; NULL never matches. */
bool auth_csrf_matches(const char *expected, const char *sent);
/* Ends the session; one that is not there is fine. */
MUST_USE bool auth_sign_out(struct auth *auth, const struct logbook_by *by, const char *token,
                            struct err *err);

struct new_token {
    const char *name;
    const char *role;
    const json_t
        *tenants;       /* ids or default domains that it is bound to, kept as ids; NULL or JSON null: all */
    int64_t expires_at; /* 0: never */
};
/* *ret_id and *ret_text live in the arena; the text is never to be had again. ERR_INPUT for a bad name or
 * role, an empty list, an unknown tenant, or an end that has passed. */
MUST_USE bool auth_token_create(struct auth *auth, struct arena *arena, const struct logbook_by *by,
                                const struct new_token *token, const char **ret_id, const char **ret_text,
                                struct err *err);
/* token is what follows "Bearer ". ERR_UNAUTHENTICATED for anything but a token that lives; NULL too. */
MUST_USE bool auth_bearer_check(struct auth *auth, struct arena *arena, const char *token,
                                struct principal *ret, struct err *err);
/* A new array {id, name, role, tenants, created_at, created_by, expires_at, last_used_at, revoked_at}, oldest
 * first; the caller frees it. NULL with err set. */
MUST_USE json_t *auth_token_list(struct auth *auth, struct err *err);
/* ERR_NOT_FOUND when there is none with this id; one already revoked is fine. */
MUST_USE bool auth_token_revoke(struct auth *auth, const struct logbook_by *by, const char *id,
                                struct err *err);

#endif
