/* Forged, old and foreign tokens do not come in. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cjose/cjose.h>
#include <cmocka.h>

#include "auth/id_token.h"
#include "auth/jwt.h"

#define NOW INT64_C(1800000000000)
#define ISSUER "https://login.example/5f1c0b6e-6d0f-4c39-9f51-0f3b8f0f7a11/v2.0"
#define TENANT "5f1c0b6e-6d0f-4c39-9f51-0f3b8f0f7a11"
#define OBJECT "aaaaaaaa-0000-4000-8000-000000000001"

static cjose_jwk_t *key, *other_key, *weak_key;
static struct arena *arena;

static cjose_jwk_t *make_key(size_t bits, const char *kid)
{
    cjose_err failed;
    static const uint8_t exponent[] = {1, 0, 1};
    cjose_jwk_t *made = cjose_jwk_create_RSA_random(bits, exponent, sizeof exponent, &failed);
    assert_true(made && cjose_jwk_set_kid(made, kid, strlen(kid), &failed));
    return made;
}

static int setup(void **state)
{
    (void)state;
    key = make_key(2048, "k1");
    other_key = make_key(2048, "k1");
    weak_key = make_key(1024, "k1");
    arena = arena_new();
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    cjose_jwk_release(key);
    cjose_jwk_release(other_key);
    cjose_jwk_release(weak_key);
    arena_free(arena);
    return 0;
}

/* The set that publishes this key, with more members in it: "\"use\":\"enc\"". */
static json_t *key_set(cjose_jwk_t *published, const char *member, const char *value)
{
    cjose_err failed;
    char *text = cjose_jwk_to_json(published, false, &failed);
    json_t *one = json_read(text, strlen(text), NULL);
    free(text);
    if (member)
        json_put_text(one, member, value);
    return json_make("{s:[o]}", "keys", one);
}

static char *sign(cjose_jwk_t *with, const char *algorithm, const char *kid, const char *payload)
{
    cjose_err failed;
    const char *text;
    cjose_header_t *header = cjose_header_new(&failed);
    assert_true(cjose_header_set(header, "alg", algorithm, &failed));
    if (kid)
        assert_true(cjose_header_set(header, "kid", kid, &failed));
    cjose_jws_t *jws = cjose_jws_sign(with, header, (const uint8_t *)payload, strlen(payload), &failed);
    assert_non_null(jws);
    assert_true(cjose_jws_export(jws, &text, &failed));
    char *token = arena_text(arena, text);
    cjose_jws_release(jws);
    cjose_header_release(header);
    return token;
}

/* header.payload.signature of texts, as somebody writes it by hand. */
static char *by_hand(const char *header, const char *payload, const char *signature)
{
    AUTO_STRBUF struct strbuf token = STRBUF_MAX(4096);
    strbuf_base64url(&token, header, strlen(header));
    strbuf_char(&token, '.');
    strbuf_base64url(&token, payload, strlen(payload));
    strbuf_char(&token, '.');
    strbuf_text_add(&token, signature);
    return arena_text(arena, strbuf_text(&token));
}

static void a_good_token_is_read(void **state)
{
    struct err err;
    (void)state;
    AUTO_JSON json_t *keys = key_set(key, NULL, NULL);
    AUTO_JSON json_t *claims = jwt_verify(sign(key, "RS256", "k1", "{\"sub\":\"ann\"}"), keys, &err);
    assert_string_equal(json_text(claims, "sub"), "ann");
}

static void expect_refused(const char *token, const json_t *keys, const char *code)
{
    struct err err = {0};
    AUTO_JSON json_t *claims = jwt_verify(token, keys, &err);
    if (claims || err.kind != ERR_UNAUTHENTICATED || strcmp(err.code, code) != 0)
        fail_msg("wanted %s, got %s (%s) for %s", code, claims ? "claims" : err.code, err.message, token);
}

static void forged_tokens_are_refused(void **state)
{
    static const char payload[] = "{\"sub\":\"ann\"}";
    (void)state;
    AUTO_JSON json_t *keys = key_set(key, NULL, NULL);
    const char *good = sign(key, "RS256", "k1", payload);
    char *changed = arena_text(arena, good);
    char *middle = strchr(changed, '.') + 3;
    *middle = *middle == 'A' ? 'B' : 'A';
    const char *dot = strrchr(good, '.');
    expect_refused(changed, keys, "bad_token");
    expect_refused(sign(other_key, "RS256", "k1", payload), keys, "bad_token");
    expect_refused(sign(key, "RS256", "k2", payload), keys, JWT_UNKNOWN_KEY);
    expect_refused(sign(key, "RS256", NULL, payload), keys, "bad_token");
    expect_refused(sign(key, "RS384", "k1", payload), keys, "bad_token");
    expect_refused(sign(key, "PS256", "k1", payload), keys, "bad_token");
    expect_refused(by_hand("{\"alg\":\"none\",\"kid\":\"k1\"}", payload, ""), keys, "bad_token");
    expect_refused(by_hand("{\"alg\":\"None\",\"kid\":\"k1\"}", payload, ""), keys, "bad_token");
    expect_refused(by_hand("{\"kid\":\"k1\"}", payload, ""), keys, "bad_token");
    expect_refused(by_hand("{\"alg\":\"RS256\",\"kid\":\"k1\"}", payload, ""), keys, "bad_token");
    expect_refused(by_hand("{\"alg\":\"RS256\",\"kid\":\"k1\"}", "{\"sub\":\"bob\"}", dot + 1), keys,
                   "bad_token");
    expect_refused(by_hand("{\"alg\":\"RS256\",\"kid\":\"k1\",\"crit\":[\"exp\"]}", payload, dot + 1), keys,
                   "bad_token");
    expect_refused(by_hand("{\"alg\":\"RS256\",\"alg\":\"none\",\"kid\":\"k1\"}", payload, ""), keys,
                   "bad_token");
    expect_refused(sign(key, "RS256", "k1", "[1]"), keys, "bad_token");
    expect_refused("", keys, "bad_token");
    expect_refused("a.b", keys, "bad_token");
    expect_refused("..", keys, "bad_token");
    expect_refused("a.b.c.d.e", keys, "bad_token");
}

/* HS256 with the published key as the secret is a classic. */
static void a_public_key_is_no_secret(void **state)
{
    cjose_err failed;
    (void)state;
    AUTO_JSON json_t *keys = key_set(key, NULL, NULL);
    AUTO_FREE char *text = json_write(json_array_get(json_object_get(keys, "keys"), 0));
    cjose_jwk_t *secret = cjose_jwk_create_oct_spec((const uint8_t *)text, strlen(text), &failed);
    expect_refused(sign(secret, "HS256", "k1", "{\"sub\":\"ann\"}"), keys, "bad_token");
    cjose_jwk_release(secret);
}

static void keys_for_other_uses_do_not_count(void **state)
{
    (void)state;
    const char *token = sign(key, "RS256", "k1", "{\"sub\":\"ann\"}");
    AUTO_JSON json_t *encryption = key_set(key, "use", "enc");
    expect_refused(token, encryption, JWT_UNKNOWN_KEY);
    AUTO_JSON json_t *algorithm = key_set(key, "alg", "RS512");
    expect_refused(token, algorithm, JWT_UNKNOWN_KEY);
    AUTO_JSON json_t *weak = key_set(weak_key, NULL, NULL);
    expect_refused(sign(weak_key, "RS256", "k1", "{\"sub\":\"ann\"}"), weak, "bad_token");
    AUTO_JSON json_t *broken = json_make("{s:[{s:s, s:s}]}", "keys", "kid", "k1", "kty", "RSA");
    expect_refused(token, broken, "bad_token");
    AUTO_JSON json_t *none = json_object();
    expect_refused(token, none, JWT_UNKNOWN_KEY);
}

/* --- claims -------------------------------------------------------------------------------------------- */

static json_t *good_claims(void)
{
    return json_make("{s:s, s:s, s:I, s:I, s:I, s:s, s:s, s:s, s:s, s:s, s:[s, s]}", "iss", ISSUER, "aud",
                     "us", "exp", (json_int_t)(NOW / 1000 + 600), "nbf", (json_int_t)(NOW / 1000), "iat",
                     (json_int_t)(NOW / 1000), "nonce", "n", "tid", TENANT, "oid", OBJECT, "sub", "s",
                     "preferred_username", "Ann@contoso.example", "roles", "viewer", "approver");
}

static const struct id_token_rules rules = {ISSUER, "us", "n", TENANT, NOW};

static void claims_are_checked_one_by_one(void **state)
{
    const int64_t s = NOW / 1000;
    const struct {
        const char *claim;
        json_t *value;    /* NULL: it is missing */
        const char *code; /* NULL: it is good all the same */
    } cases[] = {
        {"x", json_null(), NULL},
        {"iss", json_string("https://evil.example"), "wrong_issuer"},
        {"iss", json_string(ISSUER "/"), "wrong_issuer"},
        {"iss", NULL, "wrong_issuer"},
        {"aud", json_string("them"), "wrong_audience"},
        {"aud", json_make("[s]", "us"), NULL},
        {"aud", json_make("[s, s]", "us", "them"), "wrong_audience"}, /* not said to whom it was issued */
        {"aud", json_array(), "wrong_audience"},
        {"aud", json_integer(1), "wrong_audience"},
        {"exp", json_integer(s - 299), NULL}, /* five minutes of skew */
        {"exp", json_integer(s - 300), "token_expired"},
        {"exp", json_string("tomorrow"), "bad_token"},
        {"exp", json_integer(INT64_MAX), "bad_token"},
        {"exp", NULL, "bad_token"},
        {"nbf", json_integer(s + 300), NULL},
        {"nbf", json_integer(s + 301), "token_not_valid_yet"},
        {"nbf", NULL, NULL},
        {"iat", json_integer(s + 301), "token_not_valid_yet"},
        {"iat", NULL, "bad_token"},
        {"nonce", json_string("m"), "wrong_nonce"},
        {"nonce", NULL, "wrong_nonce"},
        {"tid", json_string("00000000-0000-4000-8000-000000000000"), "wrong_tenant"},
        {"tid", NULL, "wrong_tenant"},
        {"oid", NULL, "wrong_tenant"},
        {"sub", NULL, "bad_token"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct err err = {0};
        AUTO_JSON json_t *claims = good_claims();
        if (cases[i].value)
            json_put(claims, cases[i].claim, cases[i].value);
        else
            json_object_del(claims, cases[i].claim);
        bool good = id_token_check(claims, &rules, &err);
        if (good != !cases[i].code || (!good && strcmp(err.code, cases[i].code) != 0))
            fail_msg("case %zu (%s): %s", i, cases[i].claim, good ? "good" : err.code);
    }
}

static void who_it_is_hangs_on_what_never_changes(void **state)
{
    struct err err;
    struct external_identity who;
    (void)state;
    AUTO_JSON json_t *claims = good_claims();
    assert_true(id_token_identity(claims, arena, &who, &err));
    assert_string_equal(who.key, TENANT "/" OBJECT);
    assert_string_equal(who.username, "Ann@contoso.example");
    assert_string_equal(who.role, "approver"); /* the highest */
    json_put(claims, "roles", json_make("[s, i]", "Offboarding.Operator", 7));
    assert_false(id_token_identity(claims, arena, &who, &err));
    assert_string_equal(err.code, "no_role");
    assert_int_equal(err.kind, ERR_FORBIDDEN);
    json_put(claims, "roles", json_make("[s]", "admin"));
    json_object_del(claims, "tid");
    json_object_del(claims, "preferred_username");
    assert_true(id_token_identity(claims, arena, &who, &err));
    assert_string_equal(who.key, ISSUER " s");
    assert_string_equal(who.username, "s");
}

static void a_tenant_is_read_from_the_issuer(void **state)
{
    (void)state;
    assert_string_equal(id_token_tenant(arena, ISSUER), TENANT);
    assert_null(id_token_tenant(arena, "https://login.example/organizations/v2.0"));
    assert_null(id_token_tenant(arena, "https://" TENANT ".example"));
    assert_null(id_token_tenant(arena, "https://login.example"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_good_token_is_read),
        cmocka_unit_test(forged_tokens_are_refused),
        cmocka_unit_test(a_public_key_is_no_secret),
        cmocka_unit_test(keys_for_other_uses_do_not_count),
        cmocka_unit_test(claims_are_checked_one_by_one),
        cmocka_unit_test(who_it_is_hangs_on_what_never_changes),
        cmocka_unit_test(a_tenant_is_read_from_the_issuer),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
