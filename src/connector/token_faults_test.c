/* Tokens that expire or are refused, and tenants that cannot be signed in to; the names begin with the
 * failure's number in docs/upstream.md. */
#include "base/thread.h"
#include "connector/faults_fixture.h"

#define OTHER "99999999-9999-9999-9999-999999999999"

/* --- F12 --- */

/* {"access_token":{"nbf":{"essential":true,"value":"1604106651"}}} */
#define CLAIMS_BASE64 \
    "eyJhY2Nlc3NfdG9rZW4iOnsibmJmIjp7ImVzc2VudGlhbCI6dHJ1ZSwidmFsdWUiOiIxNjA0MTA2NjUxIn19fQ=="
#define CLAIMS_FIELD                                                                           \
    "claims=%7B%22access_token%22%3A%7B%22nbf%22%3A%7B%22essential%22%3Atrue%2C%22value%22%3A" \
    "%221604106651%22%7D%7D%7D"

static void f12_a_claims_challenge_is_passed_on_once(void **state)
{
    struct fixture *fixture = *state;
    const char *header =
        "WWW-Authenticate: Bearer realm=\"\", authorization_uri=\"https://login/authorize\", "
        "error=\"insufficient_claims\", claims=\"" CLAIMS_BASE64 "\"";
    struct err err;
    refuse(fixture, 1, 401, header);
    assert_true(call(fixture, "POST", "/users/x/assignLicense", &err));
    assert_int_equal(fixture->tokens, 2);
    assert_int_equal(fixture->count, 2);
    assert_non_null(strstr(fixture->form, CLAIMS_FIELD));
    m365_forget(fixture->stage.m365, STAGE_TENANT);
    assert_true(call(fixture, "GET", "/users/x", &err));
    assert_null(strstr(fixture->form, "claims=")); /* they were for that token alone */
    refuse(fixture, 9, 401, header);
    assert_false(call(fixture, "GET", "/users/x", &err)); /* one new token, one new try */
    assert_int_equal(err.upstream_status, 401);
    assert_int_equal(err.kind, ERR_REFUSED);
    assert_int_equal(fixture->tokens, 4);
    assert_int_equal(fixture->count, 2);
}

static void f12_a_senseless_challenge_is_a_plain_refusal(void **state)
{
    struct fixture *fixture = *state;
    static const char *const challenges[] = {
        "WWW-Authenticate: Bearer claims=\"!!!\"", "WWW-Authenticate: Bearer claims=\"bm90IGpzb24=\"",
        "WWW-Authenticate: Bearer claims=\"", "WWW-Authenticate: Bearer"};
    struct err err;
    for (size_t i = 0; i < 4; i++) {
        refuse(fixture, 1, 401, challenges[i]);
        assert_true(call(fixture, "GET", "/users/x", &err));
        assert_int_equal(fixture->tokens, i + 2);
        assert_null(strstr(fixture->form, "claims="));
    }
}

/* In real time: 500 callers at once. */
struct crowd {
    struct stage stage;
    pthread_mutex_t lock;
    unsigned tokens, refused_token, failed;
    int life_s;
};

static void answer_crowd(void *ctx, const struct script_request *request, struct script_answer *ret)
{
    struct crowd *crowd = ctx;
    if (strstr(request->uri, "/oauth2/")) {
        crowd->tokens = request->number;
        ret->delay_ms = 20;
        snprintf(ret->body, sizeof ret->body, "{\"access_token\":\"token-%u\",\"expires_in\":%d}",
                 request->number, crowd->life_s);
        return;
    }
    TEXT(ret, "{\"value\":[]}");
    char refused[40];
    snprintf(refused, sizeof refused, "Bearer token-%u", crowd->refused_token);
    ret->status = strcmp(request->authorization, refused) == 0 ? 401 : 200;
}

static void *call_crowd(void *arg)
{
    struct crowd *crowd = arg;
    for (int i = 0; i < 3; i++) {
        struct err err;
        struct m365_target target = {.tenant_id = STAGE_TENANT, .timeout_ms = 30000, .patience_ms = 60000};
        if (!graph_call(crowd->stage.m365, &target, "GET", "/users/x", NULL, false, NULL, &err)) {
            WITH_LOCK(&crowd->lock);
            crowd->failed++;
        }
    }
    return NULL;
}

static int64_t gather(struct crowd *crowd)
{
    enum { CALLERS = 500 };
    pthread_t threads[CALLERS];
    int64_t start = clock_mono_ms(clock_system());
    for (size_t i = 0; i < CALLERS; i++)
        threads[i] = thread_start("crowd", call_crowd, crowd);
    for (size_t i = 0; i < CALLERS; i++)
        pthread_join(threads[i], NULL);
    return clock_mono_ms(clock_system()) - start;
}

static void f12_short_lived_tokens_cause_no_stampede(void **state)
{
    (void)state;
    struct crowd crowd = {.lock = PTHREAD_MUTEX_INITIALIZER, .life_s = 3};
    stage_open(&crowd.stage, answer_crowd, &crowd);
    m365_tenant_size(crowd.stage.m365, STAGE_TENANT, 100000, 100000);
    int64_t took_ms = gather(&crowd);
    assert_int_equal(crowd.failed, 0);
    /* A token of 3 s is renewed after 2.4: one request for each such time, whoever calls. */
    assert_in_range(crowd.tokens, 1, (unsigned)(took_ms / 2400 + 1));
    stage_close(&crowd.stage);
}

static void f12_a_revoked_token_is_renewed_once_for_all(void **state)
{
    (void)state;
    struct crowd crowd = {.lock = PTHREAD_MUTEX_INITIALIZER, .life_s = 3599, .refused_token = 1};
    stage_open(&crowd.stage, answer_crowd, &crowd);
    m365_tenant_size(crowd.stage.m365, STAGE_TENANT, 100000, 100000);
    gather(&crowd);
    assert_int_equal(crowd.failed, 0);
    assert_int_equal(crowd.tokens, 2);
    stage_close(&crowd.stage);
}

/* --- F13 --- */

static void f13_a_tenant_that_cannot_be_signed_in_to_is_known(void **state)
{
    struct fixture *fixture = *state;
    static const char *const codes[] = {"65001",   "700016",  "7000222", "7000215", "700027",
                                        "7005003", "7005004", "7005005", "7005006", "7000112"};
    struct m365 *m365 = fixture->stage.m365;
    struct m365_connection connection;
    struct err err;
    assert_true(m365_connection(m365, STAGE_TENANT, &connection));
    assert_string_equal(connection.code, "");
    for (size_t i = 0; i < sizeof codes / sizeof *codes; i++) {
        char body[200], code[20];
        snprintf(body, sizeof body, "{\"error\":\"invalid_client\",\"error_codes\":[%s]}", codes[i]);
        snprintf(code, sizeof code, "AADSTS%s", codes[i]);
        fixture->token_error = body;
        m365_forget(m365, STAGE_TENANT);
        fixture->tokens = 0;
        assert_false(call(fixture, "PATCH", "/users/x", &err));
        assert_true(m365_is_disconnected(&err));
        assert_int_equal(fixture->tokens, 1); /* no retries are burnt */
        assert_false(m365_connection(m365, STAGE_TENANT, &connection));
        assert_string_equal(connection.code, code);
        assert_true(strlen(connection.message) > 0);
        assert_true(m365_connection(m365, OTHER, NULL));
        assert_int_equal(m365_disconnected(m365), 1);
    }
    int64_t since = connection.since;
    fixture->stage.clock.ahead_ms += 60000;
    fixture->token_error = "{\"error\":\"invalid_client\",\"error_codes\":[65001]}";
    assert_false(call(fixture, "GET", "/users/x", &err));
    assert_false(m365_connection(m365, STAGE_TENANT, &connection));
    assert_int_equal(connection.since, since); /* of the first refusal */
    assert_string_equal(connection.code, "AADSTS65001");
    fixture->token_error = NULL;
    assert_false(m365_connection(m365, STAGE_TENANT, NULL));
    assert_true(m365_connect(m365, &fixture->stage.target, &err)); /* repaired */
    assert_true(m365_connection(m365, STAGE_TENANT, NULL));
    assert_int_equal(m365_disconnected(m365), 0);
    fixture->token_error = "{\"error\":\"unauthorized_client\"}"; /* a number nobody knows */
    m365_forget(m365, STAGE_TENANT);
    assert_false(call(fixture, "GET", "/users/x", &err));
    assert_false(m365_connection(m365, STAGE_TENANT, &connection));
    assert_string_equal(connection.code, "token_unauthorized_client");
    m365_forget(m365, STAGE_TENANT);
    assert_true(m365_connection(m365, STAGE_TENANT, NULL));
}

static void f13_what_is_missing_in_one_service_or_passes_is_no_disconnection(void **state)
{
    struct fixture *fixture = *state;
    static const char *const bodies[] = {"{\"error\":\"invalid_resource\",\"error_codes\":[500011]}",
                                         "{\"error\":\"invalid_client\",\"error_codes\":[650052]}",
                                         "{\"error\":\"temporarily_unavailable\",\"error_codes\":[90033]}",
                                         "{\"error\":\"invalid_request\",\"error_codes\":[90055]}",
                                         "<html>Service unavailable</html>"};
    struct err err;
    fixture->stage.target.patience_ms = 0;
    for (size_t i = 0; i < sizeof bodies / sizeof *bodies; i++) {
        fixture->token_error = bodies[i];
        assert_false(call(fixture, "GET", "/users/x", &err));
        assert_true(m365_connection(fixture->stage.m365, STAGE_TENANT, NULL));
        assert_int_equal(err_again(&err), i >= 2);
    }
}

static void f13_a_request_loop_stops_asking(void **state)
{
    struct fixture *fixture = *state;
    struct err err;
    fixture->stage.target.patience_ms = 1000;
    fixture->token_error = "{\"error\":\"invalid_grant\",\"error_codes\":[50196]}";
    for (int i = 0; i < 5; i++) {
        assert_false(call(fixture, "GET", "/users/x", &err));
        assert_int_equal(err.kind, ERR_LIMIT);
    }
    assert_int_equal(fixture->tokens, 1);
    assert_in_range(err.retry_after_ms, 290000, 300000);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        WITH_UPSTREAM(f12_a_claims_challenge_is_passed_on_once),
        WITH_UPSTREAM(f12_a_senseless_challenge_is_a_plain_refusal),
        cmocka_unit_test(f12_short_lived_tokens_cause_no_stampede),
        cmocka_unit_test(f12_a_revoked_token_is_renewed_once_for_all),
        WITH_UPSTREAM(f13_a_tenant_that_cannot_be_signed_in_to_is_known),
        WITH_UPSTREAM(f13_what_is_missing_in_one_service_or_passes_is_no_disconnection),
        WITH_UPSTREAM(f13_a_request_loop_stops_asking),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
