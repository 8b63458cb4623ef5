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
/* The one answer for every credential that is not good (any more). */
bool not_signed_in(struct err *err);

#endif
