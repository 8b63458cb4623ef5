/* Tokens, lanes, repeats and the hooks around writes, seen through graph_call. */
#include "connector/m365.h"

#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>
#include <openssl/x509.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/text.h"
#include "base/thread.h"
#include "connector/graph.h"
#include "connector/script_test.h"
#include "connector/service.h"
#include "connector/sharepoint.h"

#define TEXT(ret, text) snprintf((ret)->body, sizeof(ret)->body, "%s", text)

/* What a test leaves behind for its checks. */
struct notes {
    char form[4096];
    char last_token[100];
    char said[1000];
    bool forbid;
    int calls;
};

static void answer(void *ctx, const struct script_request *request, struct script_answer *ret)
{
    struct notes *notes = ctx;
    const char *uri = request->uri;
    bool first = request->number == 1;
    if (strstr(uri, "/oauth2/")) {
        snprintf(notes->form, sizeof notes->form, "%s", request->body);
        ret->delay_ms = 50;
        return;
    }
    snprintf(notes->last_token, sizeof notes->last_token, "%s", request->authorization);
    TEXT(ret, "{\"value\":[]}");
    if (strstr(uri, "/renew") && strcmp(request->authorization, "Bearer token-1") == 0)
        ret->status = 401;
    if (strstr(uri, "/denied")) {
        ret->status = strstr(uri, "401") ? 401 : 403;
        ret->header[0] = "request-id: abc-1";
        TEXT(ret, "{\"error\":{\"code\":\"Authorization_RequestDenied\",\"message\":\"Insufficient "
                  "privileges.\"}}");
    }
    if (strstr(uri, "/missing")) {
        ret->status = 404;
        TEXT(ret, "{\"error\":{\"code\":\"Request_ResourceNotFound\",\"message\":\"No.\","
                  "\"innerError\":{\"request-id\":\"inner-1\"}}}");
    }
    if (strstr(uri, "/throttled") && first) {
        ret->status = 429;
        ret->header[0] = "Retry-After: 1";
    }
    if (strstr(uri, "/long")) {
        ret->status = 429;
        ret->header[0] = "Retry-After: 120";
    }
    if (strstr(uri, "/fails") && request->number <= 2) {
        ret->status = 502;
        TEXT(ret, "<html>Bad gateway</html>");
    }
    if (strstr(uri, "/dead")) {
        ret->status = 500;
        TEXT(ret, "oops");
    }
    if (strstr(uri, "/half") && first)
        TEXT(ret, "{\"value\":[");
    if (strstr(uri, "/closed"))
        ret->status = 0;
    if (strstr(uri, "/empty")) {
        ret->status = 204;
        ret->body[0] = '\0';
    }
}

struct fixture {
    struct stage stage;
    struct notes notes;
};

static int setup(void **state)
{
    struct fixture *fixture = calloc(1, sizeof *fixture);
    stage_open(&fixture->stage, answer, &fixture->notes);
    *state = fixture;
    return 0;
}

static int teardown(void **state)
{
    struct fixture *fixture = *state;
    stage_close(&fixture->stage);
    free(fixture);
    return 0;
}

static bool call(struct fixture *fixture, const char *method, const char *path, struct err *err)
{
    AUTO_JSON json_t *body = strcmp(method, "GET") == 0 ? NULL : json_make("{s:b}", "accountEnabled", 0);
    memset(err, 0, sizeof *err);
    return graph_call(fixture->stage.m365, &fixture->stage.target, method, path, body, false, NULL, err);
}

static unsigned count(struct fixture *fixture, const char *method, const char *path)
{
    return script_count(fixture->stage.script, method, path);
}

static void *call_once(void *fixture)
{
    struct err err;
    return call(fixture, "GET", "/one", &err) ? fixture : NULL;
}

static void many_callers_cause_one_token_request(void **state)
{
    struct fixture *fixture = *state;
    pthread_t threads[50];
    for (size_t i = 0; i < 50; i++)
        threads[i] = thread_start("caller", call_once, fixture);
    for (size_t i = 0; i < 50; i++) {
        void *ok;
        pthread_join(threads[i], &ok);
        assert_non_null(ok);
    }
    assert_int_equal(count(fixture, "GET", "/v1.0/one"), 50);
    assert_int_equal(count(fixture, "POST", TOKEN_PATH), 1);
    assert_non_null(strstr(fixture->notes.form, "scope=https%3A%2F%2Fgraph.microsoft.com%2F.default"));
    assert_non_null(strstr(fixture->notes.form, "client_secret=very~secret%2Fvalue"));
    assert_non_null(strstr(fixture->notes.form, "grant_type=client_credentials"));
}

static void a_401_is_tried_once_with_a_new_token(void **state)
{
    struct fixture *fixture = *state;
    struct err err;
    assert_true(call(fixture, "POST", "/renew", &err));
    assert_string_equal(fixture->notes.last_token, "Bearer token-2");
    assert_int_equal(count(fixture, "POST", TOKEN_PATH), 2);
    assert_false(call(fixture, "GET", "/denied401", &err));
    assert_int_equal(err.kind, ERR_REFUSED);
    assert_int_equal(err.upstream_status, 401);
    assert_int_equal(count(fixture, "GET", "/v1.0/denied401"), 2);
}

static void errors_carry_what_graph_said(void **state)
{
    struct fixture *fixture = *state;
    struct err err;
    assert_false(call(fixture, "PATCH", "/denied", &err));
    assert_int_equal(err.kind, ERR_REFUSED);
    assert_int_equal(err.upstream_status, 403);
    assert_string_equal(err.code, "Authorization_RequestDenied");
    assert_string_equal(err.message, "Insufficient privileges.");
    assert_string_equal(err.request_id, "abc-1");
    assert_false(call(fixture, "GET", "/missing", &err));
    assert_int_equal(err.kind, ERR_NOT_FOUND);
    assert_string_equal(err.code, "Request_ResourceNotFound");
    assert_string_equal(err.request_id, "inner-1");
}

static void retry_after_is_obeyed(void **state)
{
    struct fixture *fixture = *state;
    struct err err;
    int64_t start = clock_mono_ms(clock_system());
    assert_true(call(fixture, "PATCH", "/throttled", &err));
    assert_true(clock_mono_ms(clock_system()) - start >= 1000);
    assert_int_equal(count(fixture, "PATCH", "/v1.0/throttled"), 2);
}

static void a_long_wait_is_the_callers(void **state)
{
    struct fixture *fixture = *state;
    struct err err;
    assert_false(call(fixture, "GET", "/long", &err));
    assert_int_equal(err.kind, ERR_LIMIT);
    assert_int_equal(err.retry_after_ms, 120000);
    /* The whole lane is closed: nothing else is sent either. */
    assert_false(call(fixture, "GET", "/one", &err));
    assert_int_equal(err.kind, ERR_LIMIT);
    assert_true(err.retry_after_ms > 110000);
    assert_int_equal(count(fixture, "GET", "/v1.0/one"), 0);
    struct m365_target other = fixture->stage.target;
    other.tenant_id = "33333333-3333-3333-3333-333333333333";
    assert_true(graph_call(fixture->stage.m365, &other, "GET", "/one", NULL, false, NULL, &err));
}

static void faults_are_repeated_where_twice_is_once(void **state)
{
    struct fixture *fixture = *state;
    struct err err;
    assert_true(call(fixture, "PATCH", "/fails", &err));
    assert_int_equal(count(fixture, "PATCH", "/v1.0/fails"), 3);
    assert_false(call(fixture, "POST", "/dead", &err));
    assert_int_equal(err.kind, ERR_UPSTREAM);
    assert_true(err.outcome_unknown);
    assert_int_equal(count(fixture, "POST", "/v1.0/dead"), 1);
    assert_true(call(fixture, "GET", "/half", &err));
    assert_int_equal(count(fixture, "GET", "/v1.0/half"), 2);
    assert_false(call(fixture, "POST", "/half", &err));
    assert_true(err.outcome_unknown);
}

static void a_lost_answer_is_an_unknown_outcome(void **state)
{
    struct fixture *fixture = *state;
    struct err err;
    assert_false(call(fixture, "POST", "/closed", &err));
    assert_true(err.outcome_unknown);
    assert_int_equal(count(fixture, "POST", "/v1.0/closed"), 1);
    assert_false(call(fixture, "DELETE", "/closed", &err));
    assert_true(err.outcome_unknown);
    assert_true(count(fixture, "DELETE", "/v1.0/closed") >= 4); /* then the circuit opens */
}

static void an_impatient_call_is_sent_once(void **state)
{
    struct fixture *fixture = *state;
    struct err err;
    fixture->stage.target.patience_ms = 0;
    assert_false(call(fixture, "GET", "/throttled", &err));
    assert_int_equal(err.kind, ERR_LIMIT);
    assert_int_equal(err.retry_after_ms, 1000);
}

static bool before(void *ctx, const struct m365_write *writes, size_t count, struct err *err)
{
    struct notes *notes = ctx;
    size_t length = strlen(notes->said);
    assert_int_equal(count, 1);
    assert_string_equal(writes->task, "hide_from_gal");
    snprintf(notes->said + length, sizeof notes->said - length, "<%s", writes->what);
    return notes->forbid ? err_set(err, ERR_STALE, "Another node has taken over.") : true;
}

static void after(void *ctx, const struct m365_write *writes, size_t count)
{
    struct notes *notes = ctx;
    size_t length = strlen(notes->said);
    assert_int_equal(count, 1);
    snprintf(notes->said + length, sizeof notes->said - length, ">%s %d %s", writes->what, writes->status,
             writes->request_id);
}

static void writes_are_announced_and_concluded(void **state)
{
    struct fixture *fixture = *state;
    struct notes *notes = &fixture->notes;
    struct err err;
    fixture->stage.target.before_writes = before;
    fixture->stage.target.after_writes = after;
    fixture->stage.target.ctx = notes;
    fixture->stage.target.task = "hide_from_gal";
    assert_true(call(fixture, "GET", "/one", &err));
    assert_true(call(fixture, "POST", "/users/x/checkMemberGroups", &err));
    assert_string_equal(notes->said, "");
    assert_true(call(fixture, "PATCH", "/empty?$x=secret", &err));
    assert_string_equal(notes->said, "<PATCH /empty>PATCH /empty 204 ");
    notes->said[0] = '\0';
    assert_true(call(fixture, "PATCH", "/throttled", &err));
    assert_string_equal(notes->said,
                        "<PATCH /throttled>PATCH /throttled 429 <PATCH /throttled>PATCH /throttled 200 ");
    notes->forbid = true;
    assert_false(call(fixture, "PATCH", "/forbidden", &err));
    assert_int_equal(err.kind, ERR_STALE);
    assert_int_equal(count(fixture, "PATCH", "/v1.0/forbidden"), 0);
}

static void cancelling_ends_waiting(void **state)
{
    struct fixture *fixture = *state;
    struct err err;
    fixture->stage.target.cancel = cancel_new();
    cancel_trigger(fixture->stage.target.cancel);
    assert_false(call(fixture, "GET", "/one", &err));
    assert_int_equal(err.kind, ERR_CANCELLED);
    cancel_free(fixture->stage.target.cancel);
}

static void refuse_token(void *ctx, const struct script_request *request, struct script_answer *ret)
{
    (void)ctx;
    ret->status = 401;
    assert_non_null(strstr(request->uri, "/oauth2/"));
    TEXT(ret, "{\"error\":\"invalid_client\",\"error_codes\":[7000215],\"trace_id\":\"trace-1\","
              "\"error_description\":\"AADSTS7000215: Invalid client secret very~secret/value\"}");
}

static void a_refused_secret_is_explained_without_it(void **state)
{
    (void)state;
    struct stage stage;
    struct err err = {0};
    stage_open(&stage, refuse_token, NULL);
    assert_false(graph_call(stage.m365, &stage.target, "GET", "/one", NULL, false, NULL, &err));
    assert_int_equal(err.kind, ERR_CONFIG);
    assert_string_equal(err.code, "AADSTS7000215");
    assert_string_equal(err.request_id, "trace-1");
    assert_null(strstr(err.message, "very"));
    assert_true(m365_is_disconnected(&err));
    assert_int_equal(script_count(stage.script, "POST", TOKEN_PATH), 1);
    stage_close(&stage);
}

/* --- certificate --- */

static EVP_PKEY *write_certificate(char *path)
{
    EVP_PKEY *key = EVP_RSA_gen(2048);
    X509 *x509 = X509_new();
    X509_gmtime_adj(X509_getm_notBefore(x509), 0);
    X509_gmtime_adj(X509_getm_notAfter(x509), 86400);
    X509_set_pubkey(x509, key);
    X509_sign(x509, key, EVP_sha256());
    FILE *file = fdopen(mkstemp(path), "w");
    PEM_write_X509(file, x509);
    PEM_write_PrivateKey(file, key, NULL, NULL, 0, NULL, NULL);
    fclose(file);
    X509_free(x509);
    return key;
}

static json_t *part(const char *text, size_t length)
{
    char bytes[2048];
    struct err err;
    ptrdiff_t count = text_base64_decode(text, length, bytes, sizeof bytes);
    assert_true(count > 0);
    return json_read(bytes, (size_t)count, &err);
}

static void check_assertion(const char *jwt, EVP_PKEY *key, const char *audience)
{
    const char *first = strchr(jwt, '.'), *second = strchr(first + 1, '.');
    size_t third = strcspn(second + 1, "&");
    AUTO_JSON json_t *head = part(jwt, (size_t)(first - jwt));
    AUTO_JSON json_t *claims = part(first + 1, (size_t)(second - first - 1));
    assert_string_equal(json_text(head, "alg"), "PS256");
    assert_int_equal(strlen(json_text(head, "x5t#S256")), 43);
    assert_string_equal(json_text(claims, "aud"), audience);
    assert_string_equal(json_text(claims, "iss"), json_text(claims, "sub"));
    assert_true(text_is_uuid(json_text(claims, "jti")));
    int64_t now = clock_utc_ms(clock_system()) / 1000;
    assert_true(json_int(claims, "nbf", 0) <= now && json_int(claims, "exp", 0) > now + 300);

    unsigned char signature[512];
    ptrdiff_t length = text_base64_decode(second + 1, third, signature, sizeof signature);
    EVP_MD_CTX *context = EVP_MD_CTX_new();
    EVP_PKEY_CTX *options;
    assert_int_equal(EVP_DigestVerifyInit(context, &options, EVP_sha256(), NULL, key), 1);
    EVP_PKEY_CTX_set_rsa_padding(options, RSA_PKCS1_PSS_PADDING);
    EVP_PKEY_CTX_set_rsa_pss_saltlen(options, 32);
    assert_int_equal(EVP_DigestVerify(context, signature, (size_t)length, (const unsigned char *)jwt,
                                      (size_t)(second - jwt)),
                     1);
    EVP_MD_CTX_free(context);
}

static void a_certificate_signs_an_assertion(void **state)
{
    (void)state;
    struct fixture fixture = {0};
    struct err err;
    char path[] = "/tmp/certificate-XXXXXX", audience[200];
    EVP_PKEY *key = write_certificate(path);
    struct m365_settings settings = {.app = {.certificate_file = path}};
    stage_open_with(&fixture.stage, answer, &fixture.notes, &settings);
    assert_true(call(&fixture, "GET", "/one", &err));
    const char *assertion = strstr(fixture.notes.form, "client_assertion=");
    assert_non_null(assertion);
    assert_null(strstr(fixture.notes.form, "client_secret"));
    snprintf(audience, sizeof audience, "%s%s", script_url(fixture.stage.script), TOKEN_PATH);
    check_assertion(assertion + strlen("client_assertion="), key, audience);
    json_t *site = NULL;
    assert_true(sharepoint_call(fixture.stage.m365, &fixture.stage.target,
                                "https://contoso-my.sharepoint.com/personal/a", "GET", "/_api/web", NULL,
                                false, &site, &err));
    assert_non_null(strstr(fixture.notes.form, "scope=https%3A%2F%2Fcontoso-my.sharepoint.com%2F.default"));
    assert_int_equal(count(&fixture, "GET", "/personal/a/_api/web"), 1);
    json_decref(site);
    settings.app.certificate_file = "/dev/null";
    assert_null(m365_new(&settings, NULL, clock_system(), rng_system(), &err));
    assert_int_equal(err.kind, ERR_CONFIG);
    stage_close(&fixture.stage);
    unlink(path);
    EVP_PKEY_free(key);
}

/* As Entra does: an assertion outside its time is refused. */
static void check_time(void *ctx, const struct script_request *request, struct script_answer *ret)
{
    unsigned *asked = ctx;
    const char *assertion = strstr(request->body, "client_assertion=");
    if (!assertion)
        return;
    const char *claims_text = strchr(assertion, '.') + 1;
    AUTO_JSON json_t *claims = part(claims_text, strcspn(claims_text, "."));
    int64_t now = clock_utc_ms(clock_system()) / 1000;
    ++*asked;
    if (json_int(claims, "nbf", 0) <= now && json_int(claims, "exp", 0) > now)
        return;
    ret->status = 401;
    TEXT(ret, "{\"error\":\"invalid_client\",\"error_codes\":[700024]}");
}

static void f12_a_wrong_clock_is_corrected_by_the_answer(void **state)
{
    (void)state;
    struct stage stage;
    struct err err;
    unsigned asked = 0;
    char path[] = "/tmp/certificate-XXXXXX";
    EVP_PKEY *key = write_certificate(path);
    struct m365_settings settings = {.app = {.certificate_file = path}};
    stage_open_jumping(&stage, check_time, &asked, &settings);
    stage.clock.ahead_ms = (int64_t)60 * 60 * 1000;
    assert_true(graph_call(stage.m365, &stage.target, "POST", "/x", NULL, false, NULL, &err));
    assert_int_equal(asked, 2);
    assert_true(m365_connection(stage.m365, STAGE_TENANT, NULL));
    m365_forget(stage.m365, STAGE_TENANT);
    assert_true(graph_call(stage.m365, &stage.target, "POST", "/x", NULL, false, NULL, &err));
    assert_int_equal(asked, 3); /* it is known now */
    stage_close(&stage);
    unlink(path);
    EVP_PKEY_free(key);
}

static void sharepoint_needs_a_certificate(void **state)
{
    struct fixture *fixture = *state;
    struct err err;
    assert_false(sharepoint_call(fixture->stage.m365, &fixture->stage.target,
                                 "https://contoso-my.sharepoint.com", "GET", "/_api/web", NULL, false, NULL,
                                 &err));
    assert_int_equal(err.kind, ERR_CONFIG);
    assert_non_null(strstr(err.message, "certificate"));
    assert_false(sharepoint_call(fixture->stage.m365, &fixture->stage.target, "https://a@b.example", "GET",
                                 "/_api/web", NULL, false, NULL, &err));
    assert_string_equal(err.code, "bad_site");
}

/* --- partner --- */

static void partner_answer(void *ctx, const struct script_request *request, struct script_answer *ret)
{
    struct notes *notes = ctx;
    if (strstr(request->uri, "/oauth2/")) {
        snprintf(notes->form, sizeof notes->form, "%s", request->body);
        snprintf(ret->body, sizeof ret->body,
                 "{\"access_token\":\"t%u\",\"expires_in\":\"3599\",\"refresh_token\":\"newer-%u\"}",
                 request->number, request->number);
    } else {
        TEXT(ret, "{}");
    }
}

static void take_refresh_token(void *ctx, const char *refresh_token)
{
    snprintf(((struct notes *)ctx)->said, sizeof((struct notes *)ctx)->said, "%s", refresh_token);
}

static void count_call(void *ctx, const char *service, const char *method, int status, int64_t ms)
{
    (void)service;
    (void)method;
    (void)status;
    assert_true(ms >= 0);
    ((struct notes *)ctx)->calls++;
}

static void a_partner_token_renews_itself(void **state)
{
    (void)state;
    struct fixture fixture = {0};
    struct err err;
    struct m365_settings settings = {.app = {.client_secret = "s", .refresh_token = "old"},
                                     .on_refresh_token = take_refresh_token,
                                     .on_call = count_call,
                                     .ctx = &fixture.notes};
    stage_open_with(&fixture.stage, partner_answer, &fixture.notes, &settings);
    assert_true(call(&fixture, "GET", "/one", &err));
    assert_non_null(strstr(fixture.notes.form, "refresh_token=old"));
    assert_non_null(strstr(fixture.notes.form, "offline_access"));
    assert_string_equal(fixture.notes.said, "newer-1");
    assert_int_equal(fixture.notes.calls, 2);
    m365_forget(fixture.stage.m365, STAGE_TENANT);
    assert_true(call(&fixture, "GET", "/one", &err));
    assert_non_null(strstr(fixture.notes.form, "refresh_token=newer-1"));
    stage_close(&fixture.stage);
}

/* --- small things --- */

static void links_stay_on_their_host(void **state)
{
    (void)state;
    static const char *const foreign[] = {"https://evil.example/v1.0/x",
                                          "http://graph.example/v1.0/x",
                                          "https://graph.example:444/x",
                                          "https://graph.example@evil.example/x",
                                          "//evil.example/x",
                                          "https://graph.example.evil.example/x",
                                          "https://graph.example\\@evil.example/x"};
    struct err err;
    AUTO_FREE char *same =
        service_next_url("https://graph.example", "https://graph.example:443/v1.0/x?$skip=1", &err);
    assert_string_equal(same, "https://graph.example/v1.0/x?$skip=1");
    for (size_t i = 0; i < sizeof foreign / sizeof *foreign; i++) {
        assert_null(service_next_url("https://graph.example", foreign[i], &err));
        assert_string_equal(err.code, "foreign_link");
    }
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
    const struct CMUnitTest tests[] = {
        TEST(many_callers_cause_one_token_request),
        TEST(a_401_is_tried_once_with_a_new_token),
        TEST(errors_carry_what_graph_said),
        TEST(retry_after_is_obeyed),
        TEST(a_long_wait_is_the_callers),
        TEST(faults_are_repeated_where_twice_is_once),
        TEST(a_lost_answer_is_an_unknown_outcome),
        TEST(an_impatient_call_is_sent_once),
        TEST(writes_are_announced_and_concluded),
        TEST(cancelling_ends_waiting),
        cmocka_unit_test(a_refused_secret_is_explained_without_it),
        cmocka_unit_test(a_certificate_signs_an_assertion),
        cmocka_unit_test(f12_a_wrong_clock_is_corrected_by_the_answer),
        TEST(sharepoint_needs_a_certificate),
        cmocka_unit_test(a_partner_token_renews_itself),
        cmocka_unit_test(links_stay_on_their_host),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
