/* signing — the Ed25519 key (RFC 8032) with which this installation signs what leaves it, such as reports.
 *
 * The key is made on first use; its private half is sealed in the store like every secret, and destroyed when
 * another key takes its place. Public halves are kept for ever, so that old signatures can still be checked.
 * Thread-safe. */
#ifndef VAULT_SIGNING_H
#define VAULT_SIGNING_H

#include "store/logbook.h"
#include "vault/vault.h"

#define SIGNING_PUBLIC_BYTES 32
#define SIGNATURE_BYTES 64
#define SIGNING_ID_SIZE 33 /* the first 32 hexadecimal digits of the SHA-256 of the public key, and NUL */

struct signing_key;

/* The key in use, made when there is none. The caller frees it. NULL with err set, such as when the master
 * key is another. Opens transactions of its own. */
MUST_USE struct signing_key *signing_key_open(struct store *store, const struct vault *vault,
                                              const struct rng *rng, int64_t now, struct err *err);
void signing_key_free(struct signing_key *key); /* NULL is fine */
void signing_key_auto_free(struct signing_key **key);
#define AUTO_SIGNING_KEY AUTO(signing_key_auto_free)

const char *signing_key_id(const struct signing_key *key);
const unsigned char *signing_key_public(const struct signing_key *key); /* SIGNING_PUBLIC_BYTES of them */
/* The same bytes always get the same signature. */
void signing_key_sign(const struct signing_key *key, const void *bytes, size_t length,
                      unsigned char ret[SIGNATURE_BYTES]);

/* Puts a new key in use and notes who did; the private half of the former is gone when this returns true.
 * *ret_id lives in the arena. */
MUST_USE bool signing_key_rotate(struct store *store, struct arena *arena, const struct vault *vault,
                                 const struct rng *rng, const struct logbook_by *by, int64_t now,
                                 const char **ret_id, struct err *err);
/* Every key there has been, newest first: [{"id", "algorithm": "Ed25519", "public_key": base64, "created_at",
 * "retired_at": null while in use}]; a new value, NULL with err set. */
MUST_USE json_t *signing_keys_json(struct store *store, struct err *err);

/* Needs no store: */
void signing_id(const unsigned char public_key[SIGNING_PUBLIC_BYTES], char ret[SIGNING_ID_SIZE]);
bool signature_holds(const unsigned char public_key[SIGNING_PUBLIC_BYTES], const void *bytes, size_t length,
                     const unsigned char signature[SIGNATURE_BYTES]);

#endif
