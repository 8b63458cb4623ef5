/* signature — webhook signatures by Standard Webhooks 1.0.0 (symmetric, v1). Pure.
 * https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md */
#ifndef VAULT_SIGNATURE_H
#define VAULT_SIGNATURE_H

#include "base/text.h"

/* "whsec_" and base64 of 24 to 64 bytes. */
bool signature_secret_ok(const char *secret);

/* Appends "v1,…" for each secret, separated by spaces: base64 of HMAC-SHA256 over "id.timestamp.body" with
 * the decoded secret. NULL secrets are left out; the others must be good. */
void signature_make(const char *const *secrets, size_t count, const char *id, int64_t unix_seconds,
                    const char *body, size_t length, struct strbuf *ret);

#endif
