/* login_assertion — client assertions (identity.md, section 2.2). */
#include "login_assertion.h"

#include <openssl/pem.h>
#include <openssl/x509.h>
#include <string.h>

#include "base/clock.h"
#include "login_jwt.h"

#define SKEW_S 300

/* base64url of the SHA-256 of the certificate's DER bytes. */
static bool thumbprint(X509 *certificate, char *ret, size_t capacity)
{
    unsigned char digest[EVP_MAX_MD_SIZE];
    unsigned length = 0;
    if (X509_digest(certificate, EVP_sha256(), digest, &length) != 1)
        return false;
    AUTO_STRBUF struct strbuf text = STRBUF_MAX(100);
    strbuf_base64url(&text, digest, length);
    if (text.length >= capacity)
        return false;
    memcpy(ret, strbuf_text(&text), text.length + 1);
    return true;
}

static X509 *certificate_from_pem(const char *pem)
{
    BIO *bio = BIO_new_mem_buf(pem, -1);
    X509 *certificate = bio ? PEM_read_bio_X509(bio, NULL, NULL, NULL) : NULL;
    BIO_free(bio);
    return certificate;
}

static X509 *certificate_from_header(const json_t *header)
{
    const char *text = json_string_value(json_array_get(json_array_at(header, "x5c"), 0));
    unsigned char bytes[8192];
    ptrdiff_t length = text ? text_base64_decode(text, strlen(text), bytes, sizeof bytes) : -1;
    const unsigned char *at = bytes;
    return length > 0 ? d2i_X509(NULL, &at, (long)length) : NULL;
}

/* Is this the registered certificate? Entries are thumbprints, "*" or whole certificates in PEM. */
static bool registered(const json_t *app, const char *wanted, X509 **ret_certificate)
{
    const json_t *entry;
    size_t i;
    json_array_foreach (json_array_at(app, "certificates"), i, entry) {
        const char *text = json_string_value(entry);
        if (!text)
            continue;
        if (!strcmp(text, "*") || !strcmp(text, wanted))
            return true;
        char print[64];
        X509 *certificate = strncmp(text, "-----BEGIN", 10) ? NULL : certificate_from_pem(text);
        if (certificate && thumbprint(certificate, print, sizeof print) && !strcmp(print, wanted)) {
            *ret_certificate = certificate;
            return true;
        }
        X509_free(certificate);
    }
    return false;
}

static struct login_problem signature_check(const struct jwt *jwt, const json_t *app)
{
    static const struct login_problem unknown = {
        700027, "The certificate with identifier used to sign the client assertion is not registered on "
                "application."};
    static const struct login_problem invalid = {50012, "Client assertion contains an invalid signature."};
    const char *wanted = json_text(jwt->header, "x5t#S256");
    X509 *certificate = NULL;
    if (!wanted || !registered(app, wanted, &certificate))
        return unknown;
    if (!certificate) {
        char print[64];
        certificate = certificate_from_header(jwt->header);
        if (certificate && (!thumbprint(certificate, print, sizeof print) || strcmp(print, wanted) != 0)) {
            X509_free(certificate);
            return invalid;
        }
    }
    /* With nothing but a registered thumbprint the public key is unknown, and the signature stays unchecked.
     * Register the certificate itself (PEM) to have it checked. */
    if (!certificate)
        return (struct login_problem){0};
    bool good = jwt_signed_by(jwt, X509_get0_pubkey(certificate));
    X509_free(certificate);
    return good ? (struct login_problem){0} : invalid;
}

struct login_problem login_assertion_check(const char *text, const json_t *app, const char *const audiences[])
{
    AUTO_JWT struct jwt jwt = {0};
    if (!jwt_read(text, &jwt))
        return (struct login_problem){50027, "JWT token is invalid or malformed."};
    const char *algorithm = json_text_or(jwt.header, "alg", "");
    if (strcmp(algorithm, "PS256") != 0 && strcmp(algorithm, "RS256") != 0)
        return (struct login_problem){5002738, "Client assertion algorithm must be PS256 or RS256."};
    const char *issuer = json_text_or(jwt.claims, "iss", "");
    if (strcmp(issuer, json_text_or(jwt.claims, "sub", "")) != 0)
        return (struct login_problem){50048, "Subject must match Issuer claim in the client assertion."};
    if (!text_equal_nocase(issuer, json_text(app, "client_id")))
        return (struct login_problem){700021, "Client assertion application identifier doesn't match "
                                              "'client_id' parameter."};
    if (!json_text(jwt.claims, "jti"))
        return (struct login_problem){50027, "JWT token is invalid: the 'jti' claim is missing."};
    const char *audience = json_text_or(jwt.claims, "aud", "");
    bool for_us = false;
    for (size_t i = 0; audiences[i]; i++)
        for_us = for_us || !strcmp(audience, audiences[i]);
    if (!for_us)
        return (struct login_problem){700023, "Client assertion audience claim does not match Realm issuer."};
    /* The wall clock, not the simulated one: the caller's clock is not moved with the simulator's. */
    int64_t now_s = clock_utc_ms(clock_system()) / 1000;
    int64_t from_s = json_int(jwt.claims, "nbf", json_int(jwt.claims, "iat", 0));
    int64_t until_s = json_int(jwt.claims, "exp", 0);
    if (from_s > now_s + SKEW_S || until_s < now_s - SKEW_S || until_s <= from_s)
        return (struct login_problem){700024, "Client assertion is not within its valid time range."};
    return signature_check(&jwt, app);
}
