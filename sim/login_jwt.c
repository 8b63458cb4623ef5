#include "login_jwt.h"

#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/rsa.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/rng.h"

#define PART_MAX ((size_t)64 * 1024)

static EVP_PKEY *our_key;
static char our_key_id[UUID_SIZE];
static pthread_once_t our_key_once = PTHREAD_ONCE_INIT;

static void make_our_key(void)
{
    our_key = EVP_RSA_gen(2048);
    if (!our_key)
        abort();
    uuid_v4(rng_system(), our_key_id);
}

static json_t *part_read(const char *text, size_t length)
{
    if (!length || length > PART_MAX)
        return NULL;
    AUTO_FREE char *bytes = must(malloc(length + 1));
    ptrdiff_t count = text_base64_decode(text, length, bytes, length);
    json_t *value = count > 0 ? json_read(bytes, (size_t)count, NULL) : NULL;
    if (value && !json_is_object(value)) {
        json_decref(value);
        value = NULL;
    }
    return value;
}

bool jwt_read(const char *text, struct jwt *ret)
{
    *ret = (struct jwt){.text = text};
    const char *first = strchr(text, '.');
    const char *second = first ? strchr(first + 1, '.') : NULL;
    if (!second || strchr(second + 1, '.'))
        return false;
    ret->signed_length = (size_t)(second - text);
    ptrdiff_t length =
        text_base64_decode(second + 1, strlen(second + 1), ret->signature, sizeof ret->signature);
    ret->signature_length = length > 0 ? (size_t)length : 0;
    ret->header = part_read(text, (size_t)(first - text));
    ret->claims = part_read(first + 1, (size_t)(second - first - 1));
    return ret->header && ret->claims && ret->signature_length;
}

void jwt_done(struct jwt *jwt)
{
    json_decref(jwt->header);
    json_decref(jwt->claims);
    jwt->header = jwt->claims = NULL;
}

bool jwt_signed_by(const struct jwt *jwt, EVP_PKEY *key)
{
    const char *algorithm = json_text_or(jwt->header, "alg", "");
    bool pss = !strcmp(algorithm, "PS256");
    if (!pss && strcmp(algorithm, "RS256") != 0)
        return false;
    if (EVP_PKEY_get_base_id(key) != EVP_PKEY_RSA)
        return false;
    EVP_MD_CTX *ctx = EVP_MD_CTX_new();
    EVP_PKEY_CTX *key_ctx = NULL;
    bool good = ctx && EVP_DigestVerifyInit(ctx, &key_ctx, EVP_sha256(), NULL, key) == 1;
    if (good && pss)
        good = EVP_PKEY_CTX_set_rsa_padding(key_ctx, RSA_PKCS1_PSS_PADDING) == 1 &&
               EVP_PKEY_CTX_set_rsa_pss_saltlen(key_ctx, RSA_PSS_SALTLEN_DIGEST) == 1;
    good = good && EVP_DigestVerify(ctx, jwt->signature, jwt->signature_length,
                                    (const unsigned char *)jwt->text, jwt->signed_length) == 1;
    EVP_MD_CTX_free(ctx);
    return good;
}

bool jwt_signed_by_us(const struct jwt *jwt)
{
    pthread_once(&our_key_once, make_our_key);
    return jwt_signed_by(jwt, our_key);
}

static void part_write(struct strbuf *out, const json_t *value)
{
    AUTO_FREE char *text = json_write(value);
    strbuf_base64url(out, text, strlen(text));
}

char *jwt_issue(const json_t *claims)
{
    pthread_once(&our_key_once, make_our_key);
    AUTO_JSON json_t *header = json_make("{ssssss}", "typ", "JWT", "alg", "RS256", "kid", our_key_id);
    struct strbuf out = STRBUF_MAX(PART_MAX * 2);
    part_write(&out, header);
    strbuf_char(&out, '.');
    part_write(&out, claims);

    unsigned char signature[512];
    size_t length = sizeof signature;
    EVP_MD_CTX *ctx = EVP_MD_CTX_new();
    if (!ctx || EVP_DigestSignInit(ctx, NULL, EVP_sha256(), NULL, our_key) != 1 ||
        EVP_DigestSign(ctx, signature, &length, (const unsigned char *)strbuf_text(&out), out.length) != 1)
        abort();
    EVP_MD_CTX_free(ctx);
    strbuf_char(&out, '.');
    strbuf_base64url(&out, signature, length);
    return strbuf_take(&out);
}

static void number_put(json_t *key, const char *name, const char *parameter)
{
    BIGNUM *number = NULL;
    unsigned char bytes[512];
    if (EVP_PKEY_get_bn_param(our_key, parameter, &number) != 1)
        abort();
    int length = BN_bn2bin(number, bytes);
    BN_free(number);
    AUTO_STRBUF struct strbuf text = STRBUF_MAX(1024);
    strbuf_base64url(&text, bytes, (size_t)length);
    json_put_text(key, name, strbuf_text(&text));
}

json_t *jwt_keys(const char *issuer)
{
    pthread_once(&our_key_once, make_our_key);
    json_t *key = json_make("{ssssssssss}", "kty", "RSA", "use", "sig", "kid", our_key_id, "alg", "RS256",
                            "issuer", issuer);
    number_put(key, "n", OSSL_PKEY_PARAM_RSA_N);
    number_put(key, "e", OSSL_PKEY_PARAM_RSA_E);
    return json_make("{s[o]}", "keys", key);
}
