/* secret — bytes that nothing prints: no format, no log field and no JSON takes a struct secret. Kept in
 * guarded memory that is wiped when it is freed. */
#ifndef VAULT_SECRET_H
#define VAULT_SECRET_H

#include "base/rng.h"

struct secret;

/* A copy of the bytes, which stay the caller's to wipe. Never NULL. */
struct secret *secret_new(const void *bytes, size_t length);
void secret_free(struct secret *secret); /* NULL is fine */
void secret_auto_free(struct secret **secret);
#define AUTO_SECRET AUTO(secret_auto_free)

size_t secret_length(const struct secret *secret);
/* The bytes with a NUL behind them; borrowed. Only for the call that sends it: whoever copies it, wipes it.
 */
const char *secret_reveal(const struct secret *secret);

#define VAULT_PASSWORD_LENGTH 24
/* A new password of 24 characters: at least one of each of Entra's four classes, none that looks like another
 * (0 O o 1 l I |), safe in JSON and on paper.
 * https://learn.microsoft.com/entra/identity/authentication/concept-sspr-policy#password-policies-that-only-apply-to-cloud-user-accounts
 */
struct secret *vault_password(const struct rng *rng);

#endif
