#include "connector/assertion.h"

#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>
#include <openssl/x509.h>
#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "base/text.h"

#define VALID_S 480
#define PEM_MAX (256u * 1024)
#define KEY_BITS_MIN 2048

struct assertion_key {
    EVP_PKEY *key;
    char thumbprint[64]; /* base64url of the SHA-256 of the certificate */
};

static void bio_free(BIO **bio)
{
    BIO_free(*bio);
}

static void x509_free(X509 **certificate)
{
    X509_free(*certificate);
}

static void digest_free(EVP_MD_CTX **context)
{
    EVP_MD_CTX_free(*context);
}

/* No prompt on the terminal for an encrypted key. */
static int no_password(char *buffer, int size, int writing, void *context)
{
    (void)buffer, (void)size, (void)writing, (void)context;
    return 0;
}

static BIO *open_pem(const char *path, char **ret_text, struct err *err)
{
    size_t length;
    *ret_text = text_read_file(path, PEM_MAX, &length, err);
    if (!*ret_text) {
        if (err)
            err->kind = ERR_CONFIG;
        return NULL;
    }
    return BIO_new_mem_buf(*ret_text, (int)length);
}

static bool read_certificate(struct assertion_key *key, const char *path, X509 **ret, struct err *err)
{
    AUTO_FREE char *text = NULL;
    unsigned char hash[EVP_MAX_MD_SIZE];
    unsigned hash_length;
    AUTO(bio_free) BIO *bio = open_pem(path, &text, err);
    if (!bio)
        return false;
    *ret = PEM_read_bio_X509(bio, NULL, no_password, NULL);
    if (!*ret)
        return err_set(err, ERR_CONFIG, "The file %s holds no certificate in PEM form.", path);
    if (!X509_digest(*ret, EVP_sha256(), hash, &hash_length))
        return err_set(err, ERR_INTERNAL, "The certificate cannot be hashed.");
    AUTO_STRBUF struct strbuf thumbprint = STRBUF_MAX(sizeof key->thumbprint - 1);
    strbuf_base64url(&thumbprint, hash, hash_length);
    memcpy(key->thumbprint, strbuf_text(&thumbprint), thumbprint.length + 1);
    return true;
}

static bool read_key(struct assertion_key *key, const char *path, struct err *err)
{
    AUTO_FREE char *text = NULL;
    AUTO(bio_free) BIO *bio = open_pem(path, &text, err);
    if (!bio)
        return false;
    key->key = PEM_read_bio_PrivateKey(bio, NULL, no_password, NULL);
    OPENSSL_cleanse(text, strlen(text));
    if (!key->key)
        return err_set(err, ERR_CONFIG, "The file %s holds no private key in unencrypted PEM form.", path);
    if (!EVP_PKEY_is_a(key->key, "RSA") || EVP_PKEY_bits(key->key) < KEY_BITS_MIN)
        return err_set(err, ERR_CONFIG, "The private key in %s must be an RSA key of at least %d bits.", path,
                       KEY_BITS_MIN);
    return true;
}

struct assertion_key *assertion_key_load(const char *certificate_file, const char *key_file, struct err *err)
{
    struct assertion_key *key = calloc(1, sizeof *key);
    if (!key)
        abort();
    AUTO(x509_free) X509 *certificate = NULL;
    if (read_certificate(key, certificate_file, &certificate, err) &&
        read_key(key, key_file ? key_file : certificate_file, err)) {
        if (X509_check_private_key(certificate, key->key) == 1)
            return key;
        err_set(err, ERR_CONFIG, "The private key does not belong to the certificate in %s.",
                certificate_file);
    }
    assertion_key_free(key);
    return NULL;
}

void assertion_key_free(struct assertion_key *key)
{
    if (!key)
        return;
    EVP_PKEY_free(key->key);
    free(key);
}

static void add_json(struct strbuf *buf, json_t *value)
{
    AUTO_JSON json_t *owned = value;
    AUTO_FREE char *text = json_write(owned);
    strbuf_base64url(buf, text, strlen(text));
}

static bool sign(EVP_PKEY *key, const struct strbuf *text, unsigned char *ret, size_t *size)
{
    AUTO(digest_free) EVP_MD_CTX *context = EVP_MD_CTX_new();
    EVP_PKEY_CTX *padding; /* owned by context */
    return context && EVP_DigestSignInit(context, &padding, EVP_sha256(), NULL, key) == 1 &&
           EVP_PKEY_CTX_set_rsa_padding(padding, RSA_PKCS1_PSS_PADDING) == 1 &&
           EVP_PKEY_CTX_set_rsa_pss_saltlen(padding, RSA_PSS_SALTLEN_DIGEST) == 1 &&
           EVP_DigestSign(context, ret, size, (const unsigned char *)text->data, text->length) == 1;
}

char *assertion_make(const struct assertion_key *key, const char *client_id, const char *audience,
                     const struct clock *clock, const struct rng *rng, struct err *err)
{
    AUTO_STRBUF struct strbuf jws = STRBUF_MAX(16384);
    unsigned char signature[2048];
    size_t signature_length = sizeof signature;
    char id[UUID_SIZE];
    int64_t now = clock_utc_ms(clock) / 1000;
    add_json(&jws, json_make("{s:s, s:s, s:s}", "alg", "PS256", "typ", "JWT", "x5t#S256", key->thumbprint));
    strbuf_char(&jws, '.');
    add_json(&jws, json_make("{s:s, s:s, s:s, s:s, s:I, s:I, s:I}", "aud", audience, "iss", client_id, "sub",
                             client_id, "jti", uuid_v4(rng, id), "nbf", (json_int_t)now, "iat",
                             (json_int_t)now, "exp", (json_int_t)(now + VALID_S)));
    if (jws.overflow || !sign(key->key, &jws, signature, &signature_length)) {
        err_set(err, ERR_INTERNAL, "The sign-in statement cannot be signed with the certificate's key.");
        return NULL;
    }
    strbuf_char(&jws, '.');
    strbuf_base64url(&jws, signature, signature_length);
    return strbuf_take(&jws);
}
