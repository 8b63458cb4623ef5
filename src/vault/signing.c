#include "vault/signing.h"

#include <sodium.h>
#include <stdlib.h>
#include <string.h>

#include "base/canonical.h"
#include "base/memory.h"

_Static_assert(SIGNING_PUBLIC_BYTES == crypto_sign_PUBLICKEYBYTES, "Ed25519");
_Static_assert(SIGNATURE_BYTES == crypto_sign_BYTES, "Ed25519");

struct signing_key {
    char id[SIGNING_ID_SIZE];
    unsigned char public_key[crypto_sign_PUBLICKEYBYTES];
    unsigned char *secret_key; /* guarded */
};

void signing_id(const unsigned char public_key[SIGNING_PUBLIC_BYTES], char ret[SIGNING_ID_SIZE])
{
    char text[SHA256_TEXT_SIZE];
    sha256_text(public_key, SIGNING_PUBLIC_BYTES, text);
    memcpy(ret, text, SIGNING_ID_SIZE - 1);
    ret[SIGNING_ID_SIZE - 1] = '\0';
}

bool signature_holds(const unsigned char public_key[SIGNING_PUBLIC_BYTES], const void *bytes, size_t length,
                     const unsigned char signature[SIGNATURE_BYTES])
{
    return sodium_init() >= 0 && crypto_sign_verify_detached(signature, bytes, length, public_key) == 0;
}

static struct signing_key *key_from_seed(const void *seed)
{
    struct signing_key *key = must(calloc(1, sizeof *key));
    if (sodium_init() < 0 || !(key->secret_key = sodium_malloc(crypto_sign_SECRETKEYBYTES)))
        abort();
    crypto_sign_seed_keypair(key->public_key, key->secret_key, seed);
    sodium_mprotect_readonly(key->secret_key);
    signing_id(key->public_key, key->id);
    return key;
}

void signing_key_free(struct signing_key *key)
{
    if (key)
        sodium_free(key->secret_key);
    free(key);
}

void signing_key_auto_free(struct signing_key **key)
{
    signing_key_free(*key);
    *key = NULL;
}

const char *signing_key_id(const struct signing_key *key)
{
    return key->id;
}

const unsigned char *signing_key_public(const struct signing_key *key)
{
    return key->public_key;
}

void signing_key_sign(const struct signing_key *key, const void *bytes, size_t length,
                      unsigned char ret[SIGNATURE_BYTES])
{
    crypto_sign_detached(ret, NULL, bytes, length, key->secret_key);
}

/* --- the store -------------------------------------------------------------------------------------------
 */

static void identity_of(const char *id, struct strbuf *ret)
{
    strbuf_printf(ret, "signing_keys/%s", id);
}

/* NULL without err set: there is none. */
static struct signing_key *load(struct tx *tx, const struct vault *vault, bool *ret_failed, struct err *err)
{
    AUTO_STRBUF struct strbuf identity = STRBUF_MAX(200);
    size_t length;
    AUTO_ROWS struct rows *rows = tx_query(tx, err, "SELECT id, sealed FROM signing_keys WHERE in_use = 1");
    *ret_failed = !rows;
    if (!rows)
        return NULL;
    if (!rows_next(rows)) {
        *ret_failed = rows_failed(rows, err);
        return NULL;
    }
    identity_of(row_text(rows, 0), &identity);
    const void *sealed = row_blob(rows, 1, &length);
    AUTO_SECRET struct secret *seed = vault_unseal(vault, strbuf_text(&identity), sealed, length, err);
    *ret_failed = !seed || secret_length(seed) != crypto_sign_SEEDBYTES;
    return *ret_failed ? NULL : key_from_seed(secret_reveal(seed));
}

static struct signing_key *insert(struct tx *tx, const struct vault *vault, const struct rng *rng,
                                  int64_t now, struct err *err)
{
    AUTO_STRBUF struct strbuf identity = STRBUF_MAX(200), sealed = STRBUF_MAX(200);
    unsigned char *seed = sodium_init() < 0 ? NULL : sodium_malloc(crypto_sign_SEEDBYTES);
    if (!seed)
        abort();
    rng_fill(rng, seed, crypto_sign_SEEDBYTES);
    struct signing_key *key = key_from_seed(seed);
    identity_of(key->id, &identity);
    vault_seal(vault, strbuf_text(&identity), seed, crypto_sign_SEEDBYTES, &sealed);
    sodium_free(seed);
    if (tx_exec(
            tx, err,
            "INSERT INTO signing_keys(id, public_key, sealed, in_use, created_at) VALUES ($1, $2, $3, 1, $4)",
            P_TEXT(key->id), P_BLOB(key->public_key, sizeof key->public_key),
            P_BLOB(sealed.data, sealed.length), P_INT(now)))
        return key;
    signing_key_free(key);
    return NULL;
}

static struct signing_key *read_key(struct store *store, const struct vault *vault, bool *ret_failed,
                                    struct err *err)
{
    *ret_failed = true;
    AUTO_TX struct tx *tx = store_begin_read(store, err);
    return tx ? load(tx, vault, ret_failed, err) : NULL;
}

static struct signing_key *make_key(struct store *store, const struct vault *vault, const struct rng *rng,
                                    int64_t now, struct err *err)
{
    AUTO_TX struct tx *tx = store_begin(store, err);
    struct signing_key *key = tx ? insert(tx, vault, rng, now, err) : NULL;
    if (!key || tx_commit(&tx, err))
        return key;
    signing_key_free(key);
    return NULL;
}

struct signing_key *signing_key_open(struct store *store, const struct vault *vault, const struct rng *rng,
                                     int64_t now, struct err *err)
{
    bool failed;
    struct err made = {0};
    struct signing_key *key = read_key(store, vault, &failed, err);
    if (key || failed)
        return key;
    key = make_key(store, vault, rng, now, &made);
    if (!key && made.kind == ERR_CONFLICT) { /* another was faster: its key is the one */
        key = read_key(store, vault, &failed, &made);
    }
    if (!key && err)
        *err = made;
    return key;
}

bool signing_key_rotate(struct store *store, struct arena *arena, const struct vault *vault,
                        const struct rng *rng, const struct logbook_by *by, int64_t now, const char **ret_id,
                        struct err *err)
{
    AUTO_TX struct tx *tx = store_begin(store, err);
    if (!tx || !tx_exec(tx, err,
                        "UPDATE signing_keys SET in_use = 0, retired_at = $1, sealed = NULL WHERE in_use = 1",
                        P_INT(now)))
        return false;
    AUTO_SIGNING_KEY struct signing_key *key = insert(tx, vault, rng, now, err);
    if (!key)
        return false;
    const struct logbook_entry entry = {
        .what = LOGBOOK_REPORT_KEY_ROTATED, .object_id = key->id, .object = key->id};
    if (!logbook_add(tx, by, &entry, now, err) || !tx_commit(&tx, err))
        return false;
    *ret_id = arena_text(arena, key->id);
    return true;
}

json_t *signing_keys_json(struct store *store, struct err *err)
{
    AUTO_TX struct tx *tx = store_begin_read(store, err);
    AUTO_ROWS struct rows *rows =
        tx ? tx_query(tx, err,
                      "SELECT id, public_key, created_at, retired_at FROM signing_keys "
                      "ORDER BY in_use DESC, created_at DESC, id")
           : NULL;
    if (!rows)
        return NULL;
    json_t *keys = json_array();
    while (rows_next(rows)) {
        AUTO_STRBUF struct strbuf text = STRBUF_MAX(100);
        json_t *key = json_object();
        size_t length;
        const void *bytes = row_blob(rows, 1, &length);
        strbuf_base64(&text, bytes, length);
        json_put_text(key, "id", row_text(rows, 0));
        json_put_text(key, "algorithm", "Ed25519");
        json_put_text(key, "public_key", strbuf_text(&text));
        json_put_time(key, "created_at", row_int(rows, 2));
        json_put_time(key, "retired_at", row_int(rows, 3));
        json_add(keys, key);
    }
    if (!rows_failed(rows, err))
        return keys;
    json_decref(keys);
    return NULL;
}
