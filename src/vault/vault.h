/* vault — the master key and what is sealed under it: the only code that sees a stored secret in clear.
 *
 * A sealed value is a version byte, a nonce and XChaCha20-Poly1305 over the bytes; its identity (what row it
 * belongs to) is authenticated with it, so that a row copied to another place does not open. Thread-safe. */
#ifndef VAULT_VAULT_H
#define VAULT_VAULT_H

#include "store/store.h"
#include "vault/secret.h"

struct vault;

struct vault_source {
    const char *data_dir; /* where master.key lives and is made when it is missing */
    const char *key_file; /* another file instead; made when it is missing; NULL or "": none */
    const char
        *key_text; /* base64 of 32 bytes (LASTDAY_SECRETS_MASTER_KEY), before any file; NULL or "": none */
};
/* NULL with ERR_CONFIG and a sentence: no 32 bytes, or a file that others than its owner may read. A file
 * holds base64 text. Keeps rng. */
MUST_USE struct vault *vault_open(const struct vault_source *source, const struct rng *rng, struct err *err);
void vault_free(struct vault *vault); /* NULL is fine */
void vault_auto_free(struct vault **vault);
#define AUTO_VAULT AUTO(vault_auto_free)

/* Appends the sealed bytes; length + VAULT_SEAL_EXTRA of them. identity: any text. */
#define VAULT_SEAL_EXTRA 41
void vault_seal(const struct vault *vault, const char *identity, const void *bytes, size_t length,
                struct strbuf *ret);
/* NULL with ERR_CONFIG (code unsealable) when it was sealed under another key or identity, or tampered with.
 */
MUST_USE struct secret *vault_unseal(const struct vault *vault, const char *identity, const void *sealed,
                                     size_t length, struct err *err);

/* Stores the secret unless the row is there already. *ret is what the row holds now, new: an attempt that
 * begins again takes the password of the first. ret may be NULL. */
MUST_USE bool vault_store_secret(struct tx *tx, const struct vault *vault, const char *offboarding_id,
                                 const char *name, const struct secret *secret, int64_t now,
                                 struct secret **ret, struct err *err);
/* NULL with ERR_NOT_FOUND when there is none. The caller frees it. */
MUST_USE struct secret *vault_load_secret(struct tx *tx, const struct vault *vault,
                                          const char *offboarding_id, const char *name, struct err *err);

#endif
