/* What tests control: the state in parts, the variants, the reset; and faults of single items of a batch. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "call_fixture.h"
#include "server.h"

#define CONTOSO "0f6c9b7e-4a52-4d19-9a3e-5b1c7d2e8f01"
#define CORA "cora.cloud@contoso.com"
#define OF_CORA "/_sim/state?tenant=" CONTOSO "&user=" CORA

static int setup(void **state)
{
    *state = fixture_seeded();
    return 0;
}

static int teardown(void **state)
{
    fixture_free(*state);
    return 0;
}

/* ---- faults inside batches ---- */

static void fault(struct sim *sim, const char *rule)
{
    AUTO_REPLY struct reply reply = fixture_control(sim, "POST", "/_sim/faults", rule);
    assert_int_equal(reply.status, 0);
    assert_non_null(reply.json);
}

static struct reply two_writes(struct sim *sim)
{
    return fixture_graph(sim, "POST", "$batch",
                         "{\"requests\":["
                         "{\"id\":\"1\",\"method\":\"PATCH\",\"url\":\"/users/" CORA
                         "\",\"headers\":{\"Content-Type\":"
                         "\"application/json\"},\"body\":{\"jobTitle\":\"one\"}},"
                         "{\"id\":\"2\",\"method\":\"PATCH\",\"url\":\"/users/"
                         "kai.kalender@contoso.com\",\"headers\":{\"Content-Type\":"
                         "\"application/json\"},\"body\":{\"jobTitle\":\"two\"}}]}");
}

static int item_status(const struct reply *reply, const char *id)
{
    return (int)json_int(json_array_find(json_array_at(reply->json, "responses"), "id", id), "status", 0);
}

static bool has_title(struct sim *sim, const char *upn, const char *title)
{
    return !strcmp(json_text_or(fixture_user(sim, upn), "jobTitle", ""), title);
}

static void one_item_fails_and_the_other_does_not(void **state)
{
    struct sim *sim = *state;

    fault(sim, "{\"service\":\"graph\",\"method\":\"PATCH\",\"path\":\"*" CORA
               "\",\"status\":503,\"retry_after\":2,"
               "\"times\":1}");
    AUTO_REPLY struct reply reply = two_writes(sim);
    assert_int_equal(reply.status, 200);
    assert_int_equal(item_status(&reply, "1"), 503);
    assert_int_equal(item_status(&reply, "2"), 204);
    const json_t *item = json_array_find(json_array_at(reply.json, "responses"), "id", "1");
    assert_string_equal(json_text(json_object_get(item, "headers"), "Retry-After"), "2");
    assert_false(has_title(sim, CORA, "one"));
    AUTO_REPLY struct reply again = two_writes(sim);
    assert_int_equal(item_status(&again, "1"), 204);
}

static void an_item_may_take_effect_and_still_answer_429(void **state)
{
    struct sim *sim = *state;

    fault(sim, "{\"service\":\"graph\",\"method\":\"PATCH\",\"path\":\"*" CORA
               "\",\"status\":429,\"after_effect\":true}");
    AUTO_REPLY struct reply reply = two_writes(sim);
    assert_int_equal(item_status(&reply, "1"), 429);
    assert_int_equal(item_status(&reply, "2"), 204);
    assert_true(has_title(sim, CORA, "one"));
}

static void a_fault_of_whole_requests_leaves_items_alone(void **state)
{
    struct sim *sim = *state;

    fault(sim, "{\"service\":\"graph\",\"method\":\"PATCH\",\"path\":\"*" CORA
               "\",\"whole\":true,\"status\":503}");
    AUTO_REPLY struct reply reply = two_writes(sim);
    assert_int_equal(item_status(&reply, "1"), 204);
    assert_true(has_title(sim, CORA, "one"));
}

static void the_faults_of_a_tenant_go_with_it(void **state)
{
    struct sim *sim = *state;

    fault(sim, "{\"tenant\":\"elsewhere\",\"status\":503}");
    AUTO_REPLY struct reply reply = two_writes(sim);
    assert_int_equal(item_status(&reply, "1"), 204);
    fault(sim, "{\"service\":\"graph\",\"status\":500}");
    AUTO_REPLY struct reply gone = fixture_control(sim, "DELETE", "/_sim/faults?tenant=elsewhere", NULL);
    assert_int_equal(gone.status, 204);
    AUTO_REPLY struct reply left = fixture_control(sim, "GET", "/_sim/faults", NULL);
    assert_int_equal(json_array_size(left.json), 1);
    assert_int_equal(json_int(json_array_get(left.json, 0), "status", 0), 500);
}

static void the_nth_cmdlet_of_a_batch_fails(void **state)
{
    struct sim *sim = *state;
    AUTO_FREE char *token = fixture_token(sim, "https://outlook.office365.com/.default", true);
    AUTO_STRBUF struct strbuf body = STRBUF_MAX(4000);
    AUTO_STRBUF struct strbuf authorization = STRBUF_MAX(8000);

    fault(sim, "{\"service\":\"exchange\",\"cmdlet\":\"Set-Mailbox\",\"nth\":2,\"status\":500,\"after_"
               "effect\":true}");
    strbuf_text_add(&body, "{\"requests\":[");
    for (int i = 1; i <= 3; i++)
        strbuf_printf(
            &body,
            "%s{\"id\":\"%d\",\"method\":\"POST\",\"url\":\"https://outlook.office365.com/adminapi/"
            "beta/" CONTOSO
            "/InvokeCommand\",\"headers\":{\"X-AnchorMailbox\":\"UPN:x\"},\"body\":{\"CmdletInput\":"
            "{\"CmdletName\":\"Set-Mailbox\",\"Parameters\":{\"Identity\":\"" CORA
            "\",\"CustomAttribute%d\":\"x\"}}}}",
            i > 1 ? "," : "", i, i);
    strbuf_text_add(&body, "]}");
    strbuf_printf(&authorization, "Bearer %s", token);
    fixture_header(sim, "Authorization", strbuf_text(&authorization));
    AUTO_REPLY struct reply reply =
        fixture_call(sim, "exchange", "POST", "/adminapi/beta/" CONTOSO "/$batch", strbuf_text(&body));
    assert_int_equal(item_status(&reply, "2"), 500); /* they run from the last to the first */
    assert_int_equal(item_status(&reply, "1"), 200);
    assert_string_equal(json_text(fixture_mailbox(sim, CORA), "CustomAttribute2"), "x");
}

/* ---- the state ---- */

static void parts_of_the_state_are_patched(void **state)
{
    struct sim *sim = *state;
    AUTO_REPLY struct reply patched =
        fixture_control(sim, "PATCH", OF_CORA,
                        "{\"user\":{\"onPremisesSyncEnabled\":false,\"_default_method\":null},"
                        "\"mailbox\":{\"_size_bytes\":64424509440},\"site\":null}");
    assert_int_equal(patched.status, 204);
    AUTO_REPLY struct reply seen = fixture_control(sim, "GET", OF_CORA, NULL);
    assert_true(json_is_false(json_object_get(json_object_get(seen.json, "user"), "onPremisesSyncEnabled")));
    assert_null(json_object_get(json_object_get(seen.json, "user"), "_default_method"));
    assert_int_equal(json_int(json_object_get(seen.json, "mailbox"), "_size_bytes", 0), 64424509440);
    assert_true(json_is_null(json_object_get(seen.json, "site")));
    AUTO_REPLY struct reply tenant =
        fixture_control(sim, "PATCH", "/_sim/state?tenant=" CONTOSO, "{\"password_writeback\":false}");
    assert_int_equal(tenant.status, 204);
    assert_true(json_is_false(json_object_get(fixture_tenant(sim), "password_writeback")));
    AUTO_REPLY struct reply renamed =
        fixture_control(sim, "PATCH", OF_CORA, "{\"user\":{\"userPrincipalName\":\"other@contoso.com\"}}");
    assert_int_equal(renamed.status, 204);
    assert_non_null(fixture_user(sim, "other@contoso.com"));
    AUTO_REPLY struct reply nobody = fixture_control(sim, "PATCH", OF_CORA, "{}");
    assert_int_equal(nobody.status, 404);
}

static void a_user_is_shown_with_everything(void **state)
{
    static const char *const parts[] = {"user",  "deleted",   "manager", "groups",        "mailbox", "site",
                                        "owned", "app_roles", "grants",  "phone_numbers", "access"};
    AUTO_REPLY struct reply reply =
        fixture_control(*state, "GET", "/_sim/state?tenant=" CONTOSO "&user=adele.vance@contoso.com", NULL);

    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++)
        if (!json_object_get(reply.json, parts[i]))
            fail_msg("%s is missing", parts[i]);
    assert_int_equal(json_array_size(json_object_get(reply.json, "groups")), 12);
}

static void a_reset_brings_back_what_was_touched(void **state)
{
    struct sim *sim = *state;
    AUTO_REPLY struct reply changed =
        fixture_graph(sim, "PATCH", "users/" CORA, "{\"accountEnabled\":false}");
    assert_int_equal(changed.status, 204);
    fault(sim, "{\"status\":500}");
    AUTO_REPLY struct reply flipped = fixture_control(sim, "PUT", "/_sim/variants", "{\"phone_plus\":false}");
    assert_false(json_flag(json_object_get(flipped.json, "phone_plus"), "on"));
    AUTO_REPLY struct reply reset = fixture_control(sim, "POST", "/_sim/reset", NULL);
    assert_int_equal(reset.status, 204);
    assert_true(json_flag(fixture_user(sim, CORA), "accountEnabled"));
    assert_int_equal(json_array_size(sim->server->faults), 0);
    assert_true(sim_variant(sim, VARIANT_phone_plus));
    AUTO_REPLY struct reply bad = fixture_control(sim, "PUT", "/_sim/variants", "{\"nonsense\":true}");
    assert_int_equal(bad.status, 400);
}

static void the_log_keeps_replies_without_secrets(void **state)
{
    struct sim *sim = *state;
    AUTO_JSON json_t *value = json_read("{\"access_token\":\"x\",\"newPassword\":\"x\","
                                        "\"lastPasswordChangeDateTime\":\"2026-01-01T00:00:00Z\"}",
                                        90, NULL);
    AUTO_JSON json_t *cut = requests_cut(value);

    assert_string_equal(json_text(cut, "access_token"), "***");
    assert_string_equal(json_text(cut, "newPassword"), "***");
    assert_string_equal(json_text(cut, "lastPasswordChangeDateTime"), "2026-01-01T00:00:00Z");
    AUTO_REPLY struct reply on = fixture_control(sim, "PUT", "/_sim/requests", "{\"replies\":true}");
    assert_int_equal(on.status, 204);
    assert_true(sim->server->reply_bodies);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
    const struct CMUnitTest tests[] = {
        TEST(one_item_fails_and_the_other_does_not),
        TEST(an_item_may_take_effect_and_still_answer_429),
        TEST(a_fault_of_whole_requests_leaves_items_alone),
        TEST(the_faults_of_a_tenant_go_with_it),
        TEST(the_nth_cmdlet_of_a_batch_fails),
        TEST(parts_of_the_state_are_patched),
        TEST(a_user_is_shown_with_everything),
        TEST(a_reset_brings_back_what_was_touched),
        TEST(the_log_keeps_replies_without_secrets),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
