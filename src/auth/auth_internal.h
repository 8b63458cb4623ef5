/* auth_internal — what the files of auth share. */
#ifndef AUTH_AUTH_INTERNAL_H
#define AUTH_AUTH_INTERNAL_H

#include "auth/auth.h"
#include "auth/password.h"
#include "auth/throttle.h"

struct auth {
    struct store *store;
    const struct clock *clock;
    const struct rng *rng;
    struct passwords *passwords;
    struct throttle *throttle;
};

#define SECRET_TEXT_LENGTH 43 /* 32 bytes in base64url */
#define SECRET_HASH_SIZE 65

/* prefix and 256 random bits as base64url, in the arena. */
char *secret_text(const struct auth *auth, struct arena *arena, const char *prefix);
/* What the store keeps of it. Fast is right here: 256 random bits cannot be guessed. */
void secret_hash(const char *text, char ret_hash[SECRET_HASH_SIZE]);
/* Makes a session of that account in the transaction, notes the sign-in, and fills *ret; the account's texts
 * must live as long as the session's. */
struct account_who {
    const char *id, *username, *role;
};
MUST_USE bool session_open(struct auth *auth, struct tx *tx, struct arena *arena,
                           const struct account_who *account, const char *method,
                           const struct logbook_by *from, struct session *ret, struct err *err);
/* ERR_LIMIT while this name must wait. */
MUST_USE bool may_try(struct auth *auth, const char *folded, const char *address, struct err *err);
/* Throttled, in turn: is it the password of that hash? ERR_UNAUTHENTICATED (code wrong_credentials),
 * ERR_LIMIT. */
MUST_USE bool password_check(struct auth *auth, const char *folded, const char *address, const char *hash,
                             const char *password, struct err *err);
MUST_USE bool username_acceptable(const char *username, struct err *err);
/* The one answer for every credential that is not good (any more). */
bool not_signed_in(struct err *err);

#endif
