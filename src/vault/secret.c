#include "vault/secret.h"

#include <sodium.h>
#include <stdlib.h>
#include <string.h>

struct secret {
    size_t length;
    char bytes[];
};

static struct secret *secret_blank(size_t length)
{
    /* Guarded memory ends at a page's end: only a whole number of these keeps the start aligned. */
    const size_t unit = _Alignof(max_align_t);
    size_t size = sizeof(struct secret) + length + 1;
    struct secret *secret = sodium_init() < 0 ? NULL : sodium_malloc((size + unit - 1) / unit * unit);
    if (!secret)
        abort();
    secret->length = length;
    secret->bytes[length] = '\0';
    return secret;
}

struct secret *secret_new(const void *bytes, size_t length)
{
    struct secret *secret = secret_blank(length);
    if (length)
        memcpy(secret->bytes, bytes, length);
    return secret;
}

void secret_free(struct secret *secret)
{
    sodium_free(secret); /* wipes it */
}

void secret_auto_free(struct secret **secret)
{
    secret_free(*secret);
    *secret = NULL;
}

size_t secret_length(const struct secret *secret)
{
    return secret->length;
}

const char *secret_reveal(const struct secret *secret)
{
    return secret->bytes;
}

static char any_of(const struct rng *rng, const char *characters)
{
    return characters[rng_below(rng, (uint32_t)strlen(characters))];
}

struct secret *vault_password(const struct rng *rng)
{
#define UPPER "ABCDEFGHJKLMNPQRSTUVWXYZ"
#define LOWER "abcdefghijkmnpqrstuvwxyz"
#define DIGIT "23456789"
#define SYMBOL "!#%*+-=?@_"
    static const char *const classes[] = {UPPER, LOWER, DIGIT, SYMBOL};
    static const size_t class_count = sizeof classes / sizeof *classes;
    struct secret *secret = secret_blank(VAULT_PASSWORD_LENGTH);
    char *bytes = secret->bytes;
    for (size_t i = 0; i < VAULT_PASSWORD_LENGTH; i++)
        bytes[i] = any_of(rng, i < class_count ? classes[i] : UPPER LOWER DIGIT SYMBOL);
    for (size_t i = VAULT_PASSWORD_LENGTH - 1; i > 0; i--) { /* or the first four would tell their class */
        size_t other = rng_below(rng, (uint32_t)i + 1);
        char kept = bytes[i];
        bytes[i] = bytes[other];
        bytes[other] = kept;
    }
    return secret;
}
