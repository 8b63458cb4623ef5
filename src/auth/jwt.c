#include "auth/jwt.h"

#include <cjose/cjose.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"

enum { MODULUS_MIN = 256 }; /* bytes: 2048 bits */

static bool bad_token(struct err *err, const char *why)
{
    return err_code(err, ERR_UNAUTHENTICATED, "bad_token", "The identity provider's token is not valid: %s.",
                    why);
}

static json_t *read_part(const char *text, size_t length)
{
    AUTO_FREE char *bytes = must(malloc(length + 1));
    ptrdiff_t count = text_base64_decode(text, length, bytes, length);
    json_t *value = count > 0 ? json_read(bytes, (size_t)count, NULL) : NULL;
    if (!value || json_is_object(value))
        return value;
    json_decref(value);
    return NULL;
}

/* The library takes "none" without a word, and every other algorithm too: the header is looked at before. */
static bool check_header(const json_t *header, struct err *err)
{
    const char *algorithm = json_text_or(header, "alg", ""), *type = json_text(header, "typ");
    if (strcmp(algorithm, "RS256") != 0)
        return bad_token(err, "it is not signed with RS256");
    if (json_object_get(header, "crit") || (type && !text_equal_nocase(type, "JWT")))
        return bad_token(err, "it is of another kind");
    return json_text(header, "kid") || bad_token(err, "it names no key");
}

static bool is_strong(const json_t *key)
{
    unsigned char modulus[1024];
    const char *n = json_text_or(key, "n", "");
    return text_base64_decode(n, strlen(n), modulus, sizeof modulus) >= MODULUS_MIN;
}

static const json_t *find_key(const json_t *key_set, const char *kid)
{
    size_t i;
    json_t *key;
    json_array_foreach ((json_t *)json_array_at(key_set, "keys"), i, key) {
        if (strcmp(json_text_or(key, "kid", ""), kid) == 0 &&
            strcmp(json_text_or(key, "kty", ""), "RSA") == 0 &&
            strcmp(json_text_or(key, "use", "sig"), "sig") == 0 &&
            strcmp(json_text_or(key, "alg", "RS256"), "RS256") == 0)
            return key;
    }
    return NULL;
}

static void free_jwk(cjose_jwk_t **jwk)
{
    if (*jwk)
        cjose_jwk_release(*jwk);
}

static void free_jws(cjose_jws_t **jws)
{
    if (*jws)
        cjose_jws_release(*jws);
}

/* Of the key only the public numbers count. */
static cjose_jwk_t *import_key(const json_t *key)
{
    AUTO_JSON json_t *public_part = json_make("{s:s, s:O, s:O}", "kty", "RSA", "n", json_object_get(key, "n"),
                                              "e", json_object_get(key, "e"));
    AUTO_FREE char *text = json_write(public_part);
    cjose_err failed;
    return cjose_jwk_import(text, strlen(text), &failed);
}

static json_t *claims_of(const char *token, const json_t *key, struct err *err)
{
    cjose_err failed;
    uint8_t *bytes = NULL;
    size_t length = 0;
    cjose_jwk_t *AUTO(free_jwk) jwk = json_text(key, "e") && is_strong(key) ? import_key(key) : NULL;
    if (!jwk) {
        bad_token(err, "its key is too weak or broken");
        return NULL;
    }
    cjose_jws_t *AUTO(free_jws) jws = cjose_jws_import(token, strlen(token), &failed);
    if (!jws || !cjose_jws_verify(jws, jwk, &failed) ||
        !cjose_jws_get_plaintext(jws, &bytes, &length, &failed)) {
        bad_token(err, "the signature is wrong");
        return NULL;
    }
    json_t *claims = json_read((const char *)bytes, length, NULL);
    if (json_is_object(claims))
        return claims;
    json_decref(claims);
    bad_token(err, "it holds no claims");
    return NULL;
}

json_t *jwt_verify(const char *token, const json_t *key_set, struct err *err)
{
    const char *end = strchr(token, '.'), *second = end ? strchr(end + 1, '.') : NULL;
    if (!second || strchr(second + 1, '.') || strlen(token) > JWT_TOKEN_MAX) {
        bad_token(err, "it does not have three parts");
        return NULL;
    }
    AUTO_JSON json_t *header = read_part(token, (size_t)(end - token));
    if (!header || !check_header(header, err)) {
        if (!header)
            bad_token(err, "its header cannot be read");
        return NULL;
    }
    const json_t *key = find_key(key_set, json_text(header, "kid"));
    if (!key) {
        err_code(err, ERR_UNAUTHENTICATED, JWT_UNKNOWN_KEY,
                 "The identity provider's token is signed by a key that it has not published.");
        return NULL;
    }
    return claims_of(token, key, err);
}
