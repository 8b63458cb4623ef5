/* password — rules and Argon2id hashes (64 MiB, t=2), two at once: each costs 64 MiB and some 70 ms. */
#ifndef AUTH_PASSWORD_H
#define AUTH_PASSWORD_H

#include "base/err.h"

#define PASSWORD_HASH_SIZE 128

struct passwords;

struct passwords *passwords_new(void);
void passwords_free(struct passwords *passwords);

/* After NIST SP 800-63B: length counts, what is easily guessed is refused, no kinds of characters are asked
 * for. ERR_INPUT with a code (password_too_short, _too_long, _contains_name, _too_simple, _not_text) and a
 * sentence that does not repeat the password. */
MUST_USE bool password_acceptable(const char *password, const char *username, struct err *err);
/* ERR_LIMIT when too many wait already. */
MUST_USE bool password_hash(struct passwords *passwords, const char *password,
                            char ret_hash[PASSWORD_HASH_SIZE], struct err *err);
/* Waits for its turn (ERR_LIMIT when that takes too long). Then, between the two: password_verify. */
MUST_USE bool passwords_enter(struct passwords *passwords, struct err *err);
void passwords_leave(struct passwords *passwords);
/* hash NULL: does the same work and is false. */
bool password_verify(const struct passwords *passwords, const char *hash, const char *password);

#endif
