#include "vault/signature.h"

#include <inttypes.h>
#include <sodium.h>
#include <stdio.h>
#include <string.h>

#define PREFIX "whsec_"
#define KEY_MIN 24
#define KEY_MAX 64

static ptrdiff_t key_of(const char *secret, unsigned char ret_key[KEY_MAX])
{
    size_t prefix = strlen(PREFIX);
    if (!secret || strncmp(secret, PREFIX, prefix) != 0)
        return -1;
    return text_base64_decode(secret + prefix, strlen(secret + prefix), ret_key, KEY_MAX);
}

bool signature_secret_ok(const char *secret)
{
    unsigned char key[KEY_MAX];
    ptrdiff_t length = key_of(secret, key);
    sodium_memzero(key, sizeof key);
    return length >= KEY_MIN;
}

void signature_make(const char *const *secrets, size_t count, const char *id, int64_t unix_seconds,
                    const char *body, size_t length, struct strbuf *ret)
{
    char seconds[24];
    snprintf(seconds, sizeof seconds, ".%" PRId64 ".", unix_seconds);
    for (size_t i = 0; i < count; i++) {
        unsigned char key[KEY_MAX], digest[crypto_auth_hmacsha256_BYTES];
        crypto_auth_hmacsha256_state state;
        ptrdiff_t key_length = key_of(secrets[i], key);
        if (key_length <= 0)
            continue;
        crypto_auth_hmacsha256_init(&state, key, (size_t)key_length);
        crypto_auth_hmacsha256_update(&state, (const unsigned char *)id, strlen(id));
        crypto_auth_hmacsha256_update(&state, (const unsigned char *)seconds, strlen(seconds));
        crypto_auth_hmacsha256_update(&state, (const unsigned char *)body, length);
        crypto_auth_hmacsha256_final(&state, digest);
        strbuf_text_add(ret, ret->length ? " v1," : "v1,");
        strbuf_base64(ret, digest, sizeof digest);
        sodium_memzero(key, sizeof key);
        sodium_memzero(&state, sizeof state);
    }
}
