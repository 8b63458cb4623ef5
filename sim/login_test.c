/* The token endpoint: good requests, each documented refusal, and the check of its tokens. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>
#include <openssl/x509.h>

#include "base/clock.h"
#include "call_fixture.h"
#include "login_assertion.h"

#define TOKEN "/" TENANT "/oauth2/v2.0/token"
#define GOOD "grant_type=client_credentials&client_id=" CLIENT "&client_secret=s3cret~%2B%2F%3D&scope="
#define GRAPH_SCOPE "https%3A%2F%2Fgraph.microsoft.com%2F.default"
#define REFRESH "grant_type=refresh_token&client_id=" CLIENT "&client_secret=s3cret~%2B%2F%3D&refresh_token="

static int setup(void **state)
{
    *state = fixture_new();
    return 0;
}

static int teardown(void **state)
{
    fixture_free(*state);
    return 0;
}

static struct reply post(struct sim *sim, const char *target, const char *body)
{
    fixture_header(sim, "Content-Type", "application/x-www-form-urlencoded");
    return fixture_call(sim, "login", "POST", target, body);
}

static void token_requests_answer_as_documented(void **state)
{
    static const struct {
        const char *target;
        const char *body;
        int status;
        int code;
        const char *error; /* NULL: a token */
    } cases[] = {
        {TOKEN, GOOD GRAPH_SCOPE, 200, 0, NULL},
        {"/contoso.com/oauth2/v2.0/token", GOOD GRAPH_SCOPE, 200, 0, NULL},
        {TOKEN, GOOD "https%3A%2F%2Foutlook.office365.com%2F.default", 200, 0, NULL},
        {TOKEN, GOOD "https%3A%2F%2Fcontoso-my.sharepoint.com%2F.default", 200, 0, NULL},
        {TOKEN, GOOD "https%3A%2F%2Ffabrikam-my.sharepoint.com%2F.default", 400, 500011, "invalid_resource"},
        {TOKEN, GOOD "https%3A%2F%2Fgraph.microsoft.com%2FUser.Read", 400, 70011, "invalid_scope"},
        {TOKEN, GOOD GRAPH_SCOPE "%20https%3A%2F%2Foutlook.office365.com%2F.default", 400, 700022,
         "invalid_scope"},
        {TOKEN, "", 400, 900144, "invalid_request"},
        {TOKEN, "grant_type=client_credentials&client_id=" CLIENT, 400, 900144, "invalid_request"},
        {TOKEN, "grant_type=password", 400, 70003, "unsupported_grant_type"},
        {TOKEN, "grant_type=client_credentials&client_id=" CLIENT "&scope=" GRAPH_SCOPE, 401, 7000218,
         "invalid_client"},
        {TOKEN, "grant_type=client_credentials&client_id=" CLIENT "&client_secret=wrong&scope=" GRAPH_SCOPE,
         401, 7000215, "invalid_client"},
        {TOKEN, "grant_type=client_credentials&client_id=" ADA "&client_secret=x&scope=" GRAPH_SCOPE, 400,
         700016, "unauthorized_client"},
        {"/" BOB "/oauth2/v2.0/token", GOOD GRAPH_SCOPE, 400, 90002, "invalid_request"},
        {"/nonsense/oauth2/v2.0/token", GOOD GRAPH_SCOPE, 400, 900023, "invalid_request"},
        {"/common/oauth2/v2.0/token", GOOD GRAPH_SCOPE, 400, 9001023, "invalid_request"},
        {TOKEN, REFRESH "0.Apartner&scope=offline_access%20" GRAPH_SCOPE, 200, 0, NULL},
        {TOKEN, REFRESH "0.Aold&scope=" GRAPH_SCOPE, 400, 700082, "invalid_grant"},
        {TOKEN, REFRESH "0.Arevoked&scope=" GRAPH_SCOPE, 400, 50173, "invalid_grant"},
        {TOKEN, REFRESH "0.Anonsense&scope=" GRAPH_SCOPE, 400, 9002313, "invalid_grant"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        AUTO_REPLY struct reply reply = post(*state, cases[i].target, cases[i].body);
        if (reply.status != cases[i].status)
            print_message("case %zu: %s\n", i, reply.text);
        assert_int_equal(reply.status, cases[i].status);
        if (!cases[i].error) {
            assert_non_null(json_text(reply.json, "access_token"));
            assert_true(json_int(reply.json, "expires_in", 0) >= 3599);
            continue;
        }
        assert_string_equal(json_text(reply.json, "error"), cases[i].error);
        assert_int_equal(json_integer_value(json_array_get(json_array_at(reply.json, "error_codes"), 0)),
                         cases[i].code);
        assert_int_equal(strncmp(json_text(reply.json, "error_description"), "AADSTS", 6), 0);
        assert_int_equal(strlen(json_text(reply.json, "timestamp")), 20);
    }
}

static void a_partner_token_carries_scopes_and_a_fresh_refresh_token(void **state)
{
    AUTO_REPLY struct reply reply =
        post(*state, TOKEN, REFRESH "0.Apartner&scope=offline_access%20" GRAPH_SCOPE);
    assert_string_equal(json_text(reply.json, "scope"), "User.ReadWrite.All Group.Read.All");
    const char *fresh = json_text(reply.json, "refresh_token");
    assert_non_null(fresh);
    AUTO_STRBUF struct strbuf body = STRBUF_MAX(1000);
    strbuf_text_add(&body, REFRESH);
    strbuf_text_add(&body, fresh);
    strbuf_text_add(&body, "&scope=" GRAPH_SCOPE);
    AUTO_REPLY struct reply again = post(*state, TOKEN, strbuf_text(&body));
    assert_int_equal(again.status, 200);
    assert_null(json_text(again.json, "refresh_token"));
}

static bool check(struct sim *sim, const char *token, const char *resource, struct sim_caller *ret,
                  const char **why);

static void tokens_are_good_for_one_resource_and_one_hour(void **state)
{
    struct sim *sim = *state;
    struct sim_caller caller;
    const char *why = NULL;
    AUTO_FREE char *graph = fixture_token(sim, "https://graph.microsoft.com/.default", false);
    AUTO_FREE char *guid = fixture_token(sim, "00000003-0000-0000-c000-000000000000/.default", true);
    assert_true(check(sim, guid, "graph", &caller, &why));
    assert_true(caller.certificate);
    sim_caller_done(&caller);
    assert_true(check(sim, graph, "graph", &caller, &why));
    assert_false(caller.certificate);
    assert_false(caller.delegated);
    assert_true(sim_caller_may(&caller, (const char *const[]){"Nothing", "User.ReadWrite.All", NULL}));
    assert_false(sim_caller_may(&caller, (const char *const[]){"Nothing", NULL}));
    sim_caller_done(&caller);
    assert_false(check(sim, graph, "exchange", &caller, &why));
    assert_string_equal(why, "Access token validation failure. Invalid audience.");
    assert_false(check(sim, "", "graph", &caller, &why));
    assert_string_equal(why, "Access token is empty.");
    assert_false(check(sim, "nonsense", "graph", &caller, &why));
    assert_string_equal(why, "CompactToken parsing failed with error code: 80049217");
    graph[strlen(graph) - 10] ^= 1;
    assert_false(check(sim, graph, "graph", &caller, &why));
    sim->clock_offset_ms += 3600 * 1000;
    assert_false(check(sim, guid, "graph", &caller, &why));
    assert_string_equal(why, "Lifetime validation failed, the token is expired.");
}

static const char *authorization_of(const struct sim_call *call, const char *name)
{
    return !strcmp(name, "Authorization") ? call->header_ctx : NULL;
}

static bool check(struct sim *sim, const char *token, const char *resource, struct sim_caller *ret,
                  const char **why)
{
    AUTO_STRBUF struct strbuf value = STRBUF_MAX(8000);
    strbuf_printf(&value, "Bearer %s", token);
    struct sim_call call = {
        .header = authorization_of, .header_ctx = (void *)strbuf_text(&value), .base_url = ""};
    return login_check(sim, &call, resource, ret, why);
}

static void discovery_names_the_address_it_was_called_by(void **state)
{
    AUTO_REPLY struct reply reply =
        fixture_call(*state, "login", "GET", "/contoso.com/v2.0/.well-known/openid-configuration", NULL);
    assert_int_equal(reply.status, 200);
    assert_string_equal(json_text(reply.json, "token_endpoint"),
                        "http://127.0.0.1:9090/login/" TENANT "/oauth2/v2.0/token");
    assert_string_equal(json_text(reply.json, "issuer"), "http://127.0.0.1:9090/login/" TENANT "/v2.0");
    AUTO_REPLY struct reply keys = fixture_call(*state, "login", "GET", "/common/discovery/v2.0/keys", NULL);
    assert_string_equal(json_text(json_array_get(json_array_at(keys.json, "keys"), 0), "kty"), "RSA");
    AUTO_REPLY struct reply wrong = fixture_call(*state, "login", "GET", TOKEN, NULL);
    assert_int_equal(wrong.status, 405);
    AUTO_REPLY struct reply none = fixture_call(*state, "login", "GET", "/x", NULL);
    assert_int_equal(none.status, 404);
}

/* ---- assertions ---- */

struct maker {
    EVP_PKEY *key;
    char *pem;
    char print[64];
};

static void maker_init(struct maker *maker)
{
    unsigned char digest[EVP_MAX_MD_SIZE];
    unsigned length = 0;
    maker->key = EVP_RSA_gen(2048);
    X509 *certificate = X509_new();
    X509_set_version(certificate, 2);
    ASN1_INTEGER_set(X509_get_serialNumber(certificate), 1);
    X509_gmtime_adj(X509_getm_notBefore(certificate), 0);
    X509_gmtime_adj(X509_getm_notAfter(certificate), 3600);
    X509_set_pubkey(certificate, maker->key);
    X509_sign(certificate, maker->key, EVP_sha256());
    X509_digest(certificate, EVP_sha256(), digest, &length);
    AUTO_STRBUF struct strbuf print = STRBUF_MAX(64);
    strbuf_base64url(&print, digest, length);
    memcpy(maker->print, strbuf_text(&print), print.length + 1);
    BIO *bio = BIO_new(BIO_s_mem());
    PEM_write_bio_X509(bio, certificate);
    char *data = NULL;
    long size = BIO_get_mem_data(bio, &data);
    maker->pem = calloc(1, (size_t)size + 1); /* the memory behind a BIO ends without a NUL */
    assert_non_null(maker->pem);
    memcpy(maker->pem, data, (size_t)size);
    BIO_free(bio);
    X509_free(certificate);
}

/* An assertion signed as a client would; the caller frees it. */
static char *sign(const struct maker *maker, const char *algorithm, const json_t *claims)
{
    struct strbuf text = STRBUF_MAX(8000);
    AUTO_JSON json_t *header =
        json_make("{ssssss}", "alg", algorithm, "typ", "JWT", "x5t#S256", maker->print);
    AUTO_FREE char *head = json_write(header);
    AUTO_FREE char *body = json_write(claims);
    strbuf_base64url(&text, head, strlen(head));
    strbuf_char(&text, '.');
    strbuf_base64url(&text, body, strlen(body));
    unsigned char signature[512];
    size_t length = sizeof signature;
    EVP_MD_CTX *ctx = EVP_MD_CTX_new();
    EVP_PKEY_CTX *key_ctx = NULL;
    EVP_DigestSignInit(ctx, &key_ctx, EVP_sha256(), NULL, maker->key);
    if (!strcmp(algorithm, "PS256")) {
        EVP_PKEY_CTX_set_rsa_padding(key_ctx, RSA_PKCS1_PSS_PADDING);
        EVP_PKEY_CTX_set_rsa_pss_saltlen(key_ctx, RSA_PSS_SALTLEN_DIGEST);
    }
    EVP_DigestSign(ctx, signature, &length, (const unsigned char *)strbuf_text(&text), text.length);
    EVP_MD_CTX_free(ctx);
    strbuf_char(&text, '.');
    strbuf_base64url(&text, signature, length);
    return strbuf_take(&text);
}

static void assertions_are_checked_in_every_part(void **state)
{
    (void)state;
    static const char *const audiences[] = {"https://login/token", NULL};
    static const struct {
        const char *algorithm;
        const char *key;
        const char *text; /* NULL with number 0: nothing changed */
        int64_t number;   /* seconds from now */
        int code;
    } cases[] = {
        {"PS256", "jti", "1", 0, 0},          {"RS256", "jti", "1", 0, 0},
        {"HS256", "jti", "1", 0, 5002738},    {"PS256", "aud", "https://other", 0, 700023},
        {"PS256", "sub", "other", 0, 50048},  {"PS256", "exp", NULL, -1000, 700024},
        {"PS256", "nbf", NULL, 1000, 700024}, {"PS256", "jti", NULL, 1, 50027},
    };
    struct maker maker;
    maker_init(&maker);
    int64_t now_s = clock_utc_ms(clock_system()) / 1000;
    AUTO_JSON json_t *app = json_make("{sss[s]}", "client_id", CLIENT, "certificates", maker.pem);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        AUTO_JSON json_t *claims =
            json_make("{ss ss ss ss sI sI}", "aud", audiences[0], "iss", CLIENT, "sub", CLIENT, "jti", "0",
                      "nbf", (json_int_t)now_s - 10, "exp", (json_int_t)now_s + 500);
        json_put(claims, cases[i].key,
                 cases[i].text ? json_text_new(cases[i].text) : json_integer(now_s + cases[i].number));
        AUTO_FREE char *text = sign(&maker, cases[i].algorithm, claims);
        assert_int_equal(login_assertion_check(text, app, audiences).code, cases[i].code);
        if (cases[i].code)
            continue;
        char *digit = text + strlen(text) - 8, was = *digit;
        *digit = was == 'A' ? 'B' : 'A'; /* another digit, still base64 */
        assert_int_equal(login_assertion_check(text, app, audiences).code, 50012);
        *digit = was;
        AUTO_JSON json_t *stranger = json_make("{sss[s]}", "client_id", CLIENT, "certificates", "other");
        assert_int_equal(login_assertion_check(text, stranger, audiences).code, 700027);
    }
    assert_int_equal(login_assertion_check("a.b", app, audiences).code, 50027);
    EVP_PKEY_free(maker.key);
    free(maker.pem);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(token_requests_answer_as_documented, setup, teardown),
        cmocka_unit_test_setup_teardown(a_partner_token_carries_scopes_and_a_fresh_refresh_token, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(tokens_are_good_for_one_resource_and_one_hour, setup, teardown),
        cmocka_unit_test_setup_teardown(discovery_names_the_address_it_was_called_by, setup, teardown),
        cmocka_unit_test(assertions_are_checked_in_every_part),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
