/* What the receivers of notifications refuse, and in which words. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/text.h"
#include "call_fixture.h"

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

#define TEAMS "/teams/workflows/1?sig=sim-teams-signature"
#define SLACK "/slack/services/T0000/B0000/sim-slack-secret"
#define DISCORD "/discord/api/webhooks/4242/sim-discord-token"
#define CARD(body)                                                                                         \
    "{\"type\":\"message\",\"attachments\":[{\"contentType\":\"application/vnd.microsoft.card.adaptive\"," \
    "\"content\":{\"type\":\"AdaptiveCard\",\"version\":\"1.4\",\"body\":[" body "]}}]}"
#define LONG10 "0123456789"
#define LONG100 LONG10 LONG10 LONG10 LONG10 LONG10 LONG10 LONG10 LONG10 LONG10 LONG10

static void chats_refuse_what_is_not_theirs(void **state)
{
    static const struct {
        const char *target;
        const char *body;
        int status;
        const char *text; /* somewhere in the answer */
    } cases[] = {
        {TEAMS, CARD("{\"type\":\"TextBlock\",\"text\":\"x\"}"), 202, NULL},
        {"/teams/workflows/1?sig=other", CARD("{\"type\":\"TextBlock\",\"text\":\"x\"}"), 401,
         "DirectApiAuthorizationRequired"},
        {TEAMS, CARD(""), 400, "TriggerInputSchemaMismatch"},
        {TEAMS, CARD("{\"type\":\"TextBlock\"}"), 400, "TextBlock needs text"},
        {TEAMS, CARD("{\"type\":\"Marquee\"}"), 400, "unknown element"},
        {TEAMS, CARD("{\"type\":\"FactSet\",\"facts\":[{\"title\":\"x\"}]}"), 400, "title and value"},
        {TEAMS, "{\"@type\":\"MessageCard\",\"text\":\"x\"}", 400, "type must be message"},
        {TEAMS, "not json", 400, "no JSON"},
        {SLACK, "{\"text\":\"x\"}", 200, "ok"},
        {"/slack/services/T0000/B0000/wrong", "{\"text\":\"x\"}", 403, "invalid_token"},
        {"/slack/services/T9/B9/x", "{\"text\":\"x\"}", 404, "no_service"},
        {SLACK, "{}", 400, "no_text"},
        {SLACK, "[]", 400, "invalid_payload"},
        {SLACK,
         "{\"text\":\"x\",\"blocks\":[{\"type\":\"header\",\"text\":{\"type\":\"mrkdwn\",\"text\":\"x\"}}]}",
         400, "invalid_blocks"},
        {SLACK,
         "{\"text\":\"x\",\"blocks\":[{\"type\":\"header\",\"text\":{\"type\":\"plain_text\",\"text\":"
         "\"" LONG100 LONG100 "\"}}]}",
         400, "invalid_blocks"},
        {SLACK,
         "{\"text\":\"x\",\"blocks\":[{\"type\":\"section\",\"text\":{\"type\":\"mrkdwn\",\"text\":\"\"}}]}",
         400, "invalid_blocks"},
        {DISCORD, "{\"content\":\"x\"}", 204, NULL},
        {DISCORD "?wait=true", "{\"content\":\"x\"}", 200, "\"id\""},
        {"/discord/api/webhooks/1/x", "{\"content\":\"x\"}", 404, "10015"},
        {"/discord/api/webhooks/4242/x", "{\"content\":\"x\"}", 401, "50027"},
        {DISCORD, "{}", 400, "50035"},
        {DISCORD, "{\"embeds\":[{\"title\":\"" LONG100 LONG100 LONG100 "\"}]}", 400, "BASE_TYPE_BAD_LENGTH"},
        {DISCORD, "{\"embeds\":[{\"title\":\"x\",\"fields\":[{\"name\":\"\",\"value\":\"x\"}]}]}", 400,
         "BASE_TYPE_BAD_LENGTH"},
        {DISCORD, "{\"embeds\":[{\"title\":\"x\",\"url\":\"javascript:x\"}]}", 400, "BASE_TYPE_INVALID"},
        {"/cipp/x", "{\"TaskInfo\":{\"Name\":\"x\"}}", 400, "TaskInfo"},
        {"/generic/x", "{}", 400, "webhook-id is missing"},
        {"/generic-private/x", "{}", 401, "token"},
        {"/nowhere", "{}", 404, "no such receiver"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        AUTO_REPLY struct reply reply = fixture_call(*state, "sink", "POST", cases[i].target, cases[i].body);
        if (reply.status != cases[i].status ||
            (cases[i].text && !strstr(reply.text ? reply.text : "", cases[i].text)))
            fail_msg("%s %s: %d %s", cases[i].target, cases[i].body, reply.status,
                     reply.text ? reply.text : "");
    }
}

static struct reply generic(struct sim *sim, const char *signature, int64_t off_s)
{
    char seconds[24];
    snprintf(seconds, sizeof seconds, "%lld", (long long)sim_now_ms(sim) / 1000 + (long long)off_s);
    fixture_header(sim, "webhook-id", "msg_1");
    fixture_header(sim, "webhook-timestamp", seconds);
    if (signature)
        fixture_header(sim, "webhook-signature", signature);
    return fixture_call(sim, "sink", "POST", "/generic/x",
                        "{\"type\":\"a.b\",\"timestamp\":\"2026-01-01T00:00:00Z\",\"data\":{}}");
}

static void standard_webhooks_are_checked(void **state)
{
    static const char good[] = "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=";
    AUTO_REPLY struct reply taken = generic(*state, good, 0), old = generic(*state, good, -600),
                            odd = generic(*state, "v1,short", 0);
    assert_int_equal(taken.status, 204);
    assert_int_equal(old.status, 400);
    assert_int_equal(odd.status, 400);
}

static void psas_refuse_what_is_not_right(void **state)
{
    struct sim *sim = *state;
    AUTO_REPLY struct reply halo = fixture_call(sim, "sink", "POST", "/halopsa/api/Tickets", "[{}]");
    assert_int_equal(halo.status, 401);
    AUTO_REPLY struct reply form =
        fixture_call(sim, "sink", "POST", "/halopsa/auth/token",
                     "grant_type=client_credentials&client_id=sim-halo&client_secret=x&scope=all");
    assert_int_equal(form.status, 400);
    AUTO_REPLY struct reply nobody =
        fixture_call(sim, "sink", "POST", "/connectwise/v4_6_release/apis/3.0/service/tickets", "{}");
    assert_int_equal(nobody.status, 401);
    fixture_header(sim, "Authorization", "Basic c2ltY28rc2ltLXB1YmxpYzpzaW0tcHJpdmF0ZS1rZXk=");
    fixture_header(sim, "clientId", "sim-cw-client");
    AUTO_REPLY struct reply long_one =
        fixture_call(sim, "sink", "POST", "/connectwise/v4_6_release/apis/3.0/service/tickets",
                     "{\"summary\":\"" LONG100 "x\",\"company\":{\"id\":250},\"board\":{\"id\":1}}");
    assert_int_equal(long_one.status, 400);
    assert_non_null(strstr(long_one.text, "maximum length of 100"));
    AUTO_REPLY struct reply stranger = fixture_call(sim, "sink", "POST", "/autotask/V1.0/Tickets", "{}");
    assert_int_equal(stranger.status, 401);
    fixture_header(sim, "ApiIntegrationcode", "sim-at-code");
    fixture_header(sim, "UserName", "api@sim.example");
    fixture_header(sim, "Secret", "sim-at-secret");
    AUTO_REPLY struct reply unknown =
        fixture_call(sim, "sink", "POST", "/autotask/V1.0/Tickets", "{\"colour\":1}");
    assert_int_equal(unknown.status, 500);
    assert_non_null(strstr(unknown.text, "errors"));
    AUTO_REPLY struct reply pusher = fixture_call(sim, "sink", "POST", "/pwpush/p.json", "{}");
    assert_int_equal(pusher.status, 401);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(chats_refuse_what_is_not_theirs, setup, teardown),
        cmocka_unit_test_setup_teardown(standard_webhooks_are_checked, setup, teardown),
        cmocka_unit_test_setup_teardown(psas_refuse_what_is_not_right, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
