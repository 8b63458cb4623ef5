#include "connector/assertion.h"

#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>
#include <openssl/x509.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "base/memory.h"
#include "base/text.h"

#define VALID_S 600
#define SKEW_S 30 /* our clock may be a little ahead */

struct certificate {
    EVP_PKEY *key;
    unsigned char sha256[32];
};

static bool read_pem(const char *certificate_file, const char *key_file, X509 **ret_x509, EVP_PKEY **ret_key,
                     struct err *err)
{
    FILE *file = fopen(certificate_file, "re");
    if (!file)
        return err_set(err, ERR_CONFIG, "The certificate file %s cannot be read.", certificate_file);
    *ret_x509 = PEM_read_X509(file, NULL, NULL, NULL);
    fclose(file);
    if (!*ret_x509)
        return err_set(err, ERR_CONFIG, "The file %s holds no certificate in PEM form.", certificate_file);
    file = fopen(key_file, "re");
    if (!file)
        return err_set(err, ERR_CONFIG, "The private key file %s cannot be read.", key_file);
    *ret_key = PEM_read_PrivateKey(file, NULL, NULL, (void *)"");
    fclose(file);
    if (!*ret_key || EVP_PKEY_get_base_id(*ret_key) != EVP_PKEY_RSA)
        return err_set(err, ERR_CONFIG, "The file %s holds no RSA key in PEM form without a password.",
                       key_file);
    if (X509_check_private_key(*ret_x509, *ret_key) != 1)
        return err_set(err, ERR_CONFIG, "The private key in %s does not belong to the certificate.",
                       key_file);
    return true;
}

struct certificate *certificate_load(const char *certificate_file, const char *key_file, struct err *err)
{
    X509 *x509 = NULL;
    EVP_PKEY *key = NULL;
    unsigned length = 0;
    struct certificate *certificate = must(calloc(1, sizeof *certificate));
    bool ok = read_pem(certificate_file, key_file ? key_file : certificate_file, &x509, &key, err);
    if (ok && X509_digest(x509, EVP_sha256(), certificate->sha256, &length) != 1)
        ok = err_set(err, ERR_CONFIG, "The certificate in %s cannot be used.", certificate_file);
    X509_free(x509);
    certificate->key = key;
    if (ok)
        return certificate;
    certificate_free(certificate);
    return NULL;
}

void certificate_free(struct certificate *certificate)
{
    if (!certificate)
        return;
    EVP_PKEY_free(certificate->key);
    free(certificate);
}

static bool sign(EVP_PKEY *key, const char *text, size_t length, struct strbuf *out)
{
    EVP_MD_CTX *context = EVP_MD_CTX_new();
    EVP_PKEY_CTX *options;
    unsigned char signature[1024];
    size_t signature_length = sizeof signature;
    bool ok = context && EVP_DigestSignInit(context, &options, EVP_sha256(), NULL, key) == 1 &&
              EVP_PKEY_CTX_set_rsa_padding(options, RSA_PKCS1_PSS_PADDING) == 1 &&
              EVP_PKEY_CTX_set_rsa_pss_saltlen(options, RSA_PSS_SALTLEN_DIGEST) == 1 &&
              EVP_DigestSign(context, signature, &signature_length, (const unsigned char *)text, length) == 1;
    if (ok)
        strbuf_base64url(out, signature, signature_length);
    EVP_MD_CTX_free(context);
    return ok;
}

static void add_part(struct strbuf *out, json_t *part)
{
    AUTO_FREE char *text = json_write(part);
    strbuf_base64url(out, text, strlen(text));
    json_decref(part);
}

char *assertion_new(const struct certificate *certificate, const char *client_id, const char *audience,
                    int64_t now_s, const struct rng *rng, struct err *err)
{
    AUTO_STRBUF struct strbuf thumbprint = STRBUF_MAX(64);
    AUTO_STRBUF struct strbuf jwt = STRBUF_MAX(16 * 1024);
    char jti[UUID_SIZE];
    json_int_t now = now_s;
    strbuf_base64url(&thumbprint, certificate->sha256, sizeof certificate->sha256);
    add_part(&jwt,
             json_make("{s:s,s:s,s:s}", "alg", "PS256", "typ", "JWT", "x5t#S256", strbuf_text(&thumbprint)));
    strbuf_char(&jwt, '.');
    add_part(&jwt, json_make("{s:s,s:s,s:s,s:s,s:I,s:I,s:I}", "aud", audience, "iss", client_id, "sub",
                             client_id, "jti", uuid_v4(rng, jti), "iat", now - SKEW_S, "nbf", now - SKEW_S,
                             "exp", now + VALID_S - SKEW_S));
    AUTO_STRBUF struct strbuf signature = STRBUF_MAX(4096);
    if (!sign(certificate->key, strbuf_text(&jwt), jwt.length, &signature)) {
        err_set(err, ERR_INTERNAL, "The assertion for the token could not be signed.");
        return NULL;
    }
    strbuf_char(&jwt, '.');
    strbuf_text_add(&jwt, strbuf_text(&signature));
    return strbuf_take(&jwt);
}
