#include "vault/vault.h"

#include <sodium.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "vault/key.h"

#define SEAL_VERSION 1
#define NONCE_SIZE crypto_aead_xchacha20poly1305_ietf_NPUBBYTES
#define TAG_SIZE crypto_aead_xchacha20poly1305_ietf_ABYTES

_Static_assert(VAULT_SEAL_EXTRA == 1 + NONCE_SIZE + TAG_SIZE, "what vault.h says");
_Static_assert(KEY_SIZE == crypto_aead_xchacha20poly1305_ietf_KEYBYTES, "the cipher's key");

struct vault {
    unsigned char *key; /* guarded, read-only once loaded */
    const struct rng *rng;
};

struct vault *vault_open(const struct vault_source *source, const struct rng *rng, struct err *err)
{
    struct vault *vault = must(calloc(1, sizeof *vault));
    if (sodium_init() < 0 || !(vault->key = sodium_malloc(KEY_SIZE)))
        abort();
    vault->rng = rng;
    if (!key_load(source, rng, vault->key, err)) {
        vault_free(vault);
        return NULL;
    }
    sodium_mprotect_readonly(vault->key);
    return vault;
}

void vault_free(struct vault *vault)
{
    if (!vault)
        return;
    sodium_free(vault->key);
    free(vault);
}

void vault_auto_free(struct vault **vault)
{
    vault_free(*vault);
    *vault = NULL;
}

void vault_seal(const struct vault *vault, const char *identity, const void *bytes, size_t length,
                struct strbuf *ret)
{
    size_t size = length + VAULT_SEAL_EXTRA;
    unsigned char *sealed = must(malloc(size));
    sealed[0] = SEAL_VERSION;
    rng_fill(vault->rng, sealed + 1, NONCE_SIZE);
    crypto_aead_xchacha20poly1305_ietf_encrypt(sealed + 1 + NONCE_SIZE, NULL, bytes, length,
                                               (const unsigned char *)identity, strlen(identity), NULL,
                                               sealed + 1, vault->key);
    strbuf_add(ret, sealed, size);
    free(sealed);
}

struct secret *vault_unseal(const struct vault *vault, const char *identity, const void *sealed,
                            size_t length, struct err *err)
{
    const unsigned char *bytes = sealed;
    struct secret *secret = NULL;
    if (length >= VAULT_SEAL_EXTRA && bytes[0] == SEAL_VERSION) {
        size_t plain_length = length - VAULT_SEAL_EXTRA;
        unsigned char *plain = must(sodium_malloc(plain_length));
        if (crypto_aead_xchacha20poly1305_ietf_decrypt(
                plain, NULL, NULL, bytes + 1 + NONCE_SIZE, length - 1 - NONCE_SIZE,
                (const unsigned char *)identity, strlen(identity), bytes + 1, vault->key) == 0)
            secret = secret_new(plain, plain_length);
        sodium_free(plain);
    }
    if (!secret)
        err_code(
            err, ERR_CONFIG, "unsealable",
            "A stored secret does not open: the master key is another one than it was sealed with, or the "
            "row was changed. Put the master key of this store back.");
    return secret;
}

/* The length keeps ("a/b", "c") and ("a", "b/c") apart. */
static void row_identity(struct strbuf *ret, const char *offboarding_id, const char *name)
{
    strbuf_printf(ret, "secrets/%zu/%s/%s", strlen(offboarding_id), offboarding_id, name);
}

bool vault_store_secret(struct tx *tx, const struct vault *vault, const char *offboarding_id,
                        const char *name, const struct secret *secret, int64_t now, struct secret **ret,
                        struct err *err)
{
    AUTO_STRBUF struct strbuf identity = STRBUF_MAX(4096), sealed = STRBUF_MAX(1 << 20);
    row_identity(&identity, offboarding_id, name);
    vault_seal(vault, strbuf_text(&identity), secret_reveal(secret), secret_length(secret), &sealed);
    if (identity.overflow || sealed.overflow)
        return err_set(err, ERR_INTERNAL, "a secret is too long to be stored");
    if (!tx_exec(tx, err,
                 "INSERT INTO secrets(offboarding_id, name, sealed, created_at) VALUES ($1, $2, $3, $4) "
                 "ON CONFLICT (offboarding_id, name) DO NOTHING",
                 P_TEXT(offboarding_id), P_TEXT(name), P_BLOB(sealed.data, sealed.length), P_INT(now)))
        return false;
    AUTO_SECRET struct secret *kept = vault_load_secret(tx, vault, offboarding_id, name, err);
    if (!kept)
        return false;
    if (ret) {
        *ret = kept;
        kept = NULL;
    }
    return true;
}

struct secret *vault_load_secret(struct tx *tx, const struct vault *vault, const char *offboarding_id,
                                 const char *name, struct err *err)
{
    AUTO_STRBUF struct strbuf identity = STRBUF_MAX(4096);
    row_identity(&identity, offboarding_id, name);
    AUTO_ROWS struct rows *rows =
        tx_query(tx, err, "SELECT sealed FROM secrets WHERE offboarding_id = $1 AND name = $2",
                 P_TEXT(offboarding_id), P_TEXT(name));
    if (!rows)
        return NULL;
    if (!rows_next(rows)) {
        if (!rows_failed(rows, err))
            err_set(err, ERR_NOT_FOUND, "No secret named %.60s is stored for this offboarding.", name);
        return NULL;
    }
    size_t length;
    const void *bytes = row_blob(rows, 0, &length);
    return vault_unseal(vault, strbuf_text(&identity), bytes, length, err);
}
