/* key — where the master key comes from: the environment's text, a named file, or master.key in the data
 * directory, which is made with mode 0600 when it is missing. */
#ifndef VAULT_KEY_H
#define VAULT_KEY_H

#include "vault/vault.h"

#define KEY_SIZE 32

/* ERR_CONFIG with a sentence that never holds key bytes. */
MUST_USE bool key_load(const struct vault_source *source, const struct rng *rng,
                       unsigned char ret_key[KEY_SIZE], struct err *err);

#endif
