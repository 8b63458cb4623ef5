#include "connector/exchange.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/text.h"
#include "connector/parallel.h"
#include "connector/script_test.h"
#include "connector/service.h"

#define TEXT(ret, text) snprintf((ret)->body, sizeof(ret)->body, "%s", text)
#define INVOKE "/adminapi/beta/" STAGE_TENANT "/InvokeCommand"

struct fixture {
    struct stage stage;
    char base[64];
    char first_body[1000];
    char anchor[200];
    char uri[400];
    unsigned throttled;
    size_t waited; /* how many envelopes waited for a place at most, when one was answered */
};

static void invoke(struct fixture *fixture, const struct script_request *request, struct script_answer *ret)
{
    const char *body = request->body;
    if (strstr(body, "Get-InboxRule"))
        TEXT(ret, "{\"@adminapi.warnings\":[\"a rule is "
                  "broken\"],\"value\":[{\"RuleIdentity\":12345678901234567890,"
                  "\"Name@data.type\":\"System.String\",\"Name\":\"x\",\"From\":{\"@odata.type\":\"y\",\"A\":"
                  "1}}]}");
    else if (strstr(body, "Get-Recipient") && !strstr(request->uri, "skiptoken")) {
        snprintf(fixture->first_body, sizeof fixture->first_body, "%s", body);
        snprintf(ret->body, sizeof ret->body,
                 "{\"value\":[{\"n\":1}],\"@odata.nextLink\":\"%s%s?%%24skiptoken=1\"}", fixture->base,
                 INVOKE);
    } else if (strstr(body, "Get-Recipient")) {
        if (strcmp(fixture->first_body, body) == 0)
            TEXT(ret, "{\"value\":[{\"n\":2}]}");
    } else if (strstr(body, "Get-User"))
        TEXT(ret, "{\"value\":[],\"@odata.nextLink\":\"https://evil.example/adminapi\"}");
    else if (strstr(body, "Remove-MobileDevice"))
        TEXT(ret, "{\"@adminapi.errors\":[\"Ex1|Microsoft.Exchange.Foo.DeviceBusyException|It is "
                  "busy.\"],\"value\":[]}");
    else if (strstr(body, "Clear-MobileDevice"))
        TEXT(ret, "{\"@adminapi.confirmationmessage\":\"Are you sure?\",\"value\":[]}");
    else if (strstr(body, "Set-Mailbox")) {
        ret->status = 403;
        ret->body_length = 40; /* NUL bytes */
    } else if (strstr(body, "Get-Mailbox")) {
        ret->status = 404;
        TEXT(ret, "{\"error\":{\"code\":\"NotFound\",\"message\":\"Error executing "
                  "cmdlet\",\"details\":[{\"message\":"
                  "\"Ex6F9304|Microsoft.Exchange.Configuration.Tasks.ManagementObjectNotFoundException|"
                  "Nobody.\"}]}}");
    } else if (strstr(body, "Get-CASMailbox")) {
        ret->status = 500;
        TEXT(ret, "<html>oops</html>");
    } else
        TEXT(ret, "{\"value\":null}");
}

static void batch(struct fixture *fixture, const struct script_request *request, struct script_answer *ret)
{
    size_t waiting = lane_state(fixture->stage.m365->lanes, STAGE_TENANT, "exchange").waiting;
    fixture->waited = waiting > fixture->waited ? waiting : fixture->waited;
    struct err err;
    AUTO_JSON json_t *envelope = json_read(request->body, request->body_length, &err);
    AUTO_JSON json_t *responses = json_array();
    size_t i;
    json_t *item;
    json_array_foreach ((json_t *)json_array_at(envelope, "requests"), i, item) {
        AUTO_JSON json_t *input = json_incref(json_object_get(item, "body"));
        AUTO_FREE char *text = json_write(input);
        struct script_request one = {.uri = "", .body = text};
        struct script_answer answer = {.status = 200};
        invoke(fixture, &one, &answer);
        struct err ignored;
        json_t *body = json_read_big(answer.body, strlen(answer.body), &ignored);
        int status = answer.status;
        if (strstr(text, "Get-OrganizationConfig") && fixture->throttled++ == 0)
            status = 429;
        json_t *response =
            json_make("{s:s,s:{s:s}}", "id", json_text(item, "id"), "headers", "Retry-After", "1");
        if (status != 200 || i % 2)
            json_put(response, "status", json_integer(status));
        json_put(response, "body", body ? body : json_null());
        json_array_insert_new(responses, 0, response);
    }
    AUTO_JSON json_t *answer = json_make("{s:O}", "responses", responses);
    AUTO_FREE char *text = json_write(answer);
    TEXT(ret, text);
}

static void answer(void *ctx, const struct script_request *request, struct script_answer *ret)
{
    struct fixture *fixture = ctx;
    if (strstr(request->uri, "/oauth2/"))
        return;
    snprintf(fixture->anchor, sizeof fixture->anchor, "%s", request->anchor);
    if (!strstr(request->uri, "skiptoken"))
        snprintf(fixture->uri, sizeof fixture->uri, "%s", request->uri);
    if (strstr(request->uri, "$batch"))
        batch(fixture, request, ret);
    else
        invoke(fixture, request, ret);
}

static int setup(void **state)
{
    struct fixture *fixture = calloc(1, sizeof *fixture);
    stage_open(&fixture->stage, answer, fixture);
    snprintf(fixture->base, sizeof fixture->base, "%s", script_url(fixture->stage.script));
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

static bool call(struct fixture *fixture, const char *cmdlet, const char *identity, json_t **ret_rows,
                 struct err *err)
{
    AUTO_JSON json_t *params = json_make("{s:s?}", "Identity", identity);
    memset(err, 0, sizeof *err);
    return exchange_call(fixture->stage.m365, &fixture->stage.target, cmdlet, params, "ann@contoso.com",
                         ret_rows, NULL, err);
}

static void rows_lose_their_types_and_keep_big_numbers(void **state)
{
    struct fixture *fixture = *state;
    struct err err;
    json_t *warnings = NULL, *rows = NULL;
    assert_true(exchange_call(fixture->stage.m365, &fixture->stage.target, "Get-InboxRule", NULL, NULL, &rows,
                              &warnings, &err));
    AUTO_FREE char *text = json_write(rows);
    assert_string_equal(text,
                        "[{\"RuleIdentity\":\"12345678901234567890\",\"Name\":\"x\",\"From\":{\"A\":1}}]");
    assert_string_equal(json_string_value(json_array_get(warnings, 0)), "a rule is broken");
    assert_non_null(strstr(fixture->anchor, "APP:SystemMailbox{"));
    json_decref(rows);
    json_decref(warnings);
}

static void pages_repeat_the_same_body(void **state)
{
    struct fixture *fixture = *state;
    struct err err;
    json_t *rows = NULL;
    assert_true(call(fixture, "Get-Recipient", "a", &rows, &err));
    assert_int_equal(json_array_size(rows), 2);
    assert_string_equal(fixture->anchor, "UPN:ann@contoso.com");
    json_decref(rows);
    assert_false(call(fixture, "Get-User", "a", NULL, &err));
    assert_string_equal(err.code, "foreign_link");
}

struct taken {
    int64_t digits, stop_at;
};

static bool take_page(void *ctx, const json_t *rows, struct err *err)
{
    struct taken *taken = ctx;
    assert_int_equal(json_array_size(rows), 1);
    taken->digits = taken->digits * 10 + json_int(json_array_get(rows, 0), "n", 0);
    return taken->digits != taken->stop_at || err_set(err, ERR_STALE, "That was enough.");
}

static void pages_are_handed_over_one_by_one(void **state)
{
    struct fixture *fixture = *state;
    struct err err;
    struct taken all = {0}, first = {.stop_at = 1};
    assert_true(exchange_pages(fixture->stage.m365, &fixture->stage.target, "Get-Recipient", NULL, "n,m",
                               take_page, &all, &err));
    assert_int_equal(all.digits, 12);
    assert_string_equal(fixture->uri, INVOKE "?$select=n,m");
    assert_false(exchange_pages(fixture->stage.m365, &fixture->stage.target, "Get-Recipient", NULL, "n",
                                take_page, &first, &err));
    assert_int_equal(err.kind, ERR_STALE);
    assert_int_equal(first.digits, 1);
    assert_int_equal(script_count(fixture->stage.script, "POST", INVOKE), 3);
}

static void failures_are_recognised(void **state)
{
    static const struct {
        const char *cmdlet, *code;
        enum err_kind kind;
        int status;
        unsigned sendings;
    } cases[] = {
        {"Remove-MobileDevice", "DeviceBusyException", ERR_REFUSED, 200, 1},
        {"Clear-MobileDevice", "confirmation", ERR_REFUSED, 200, 2},
        {"Set-Mailbox", "CmdletAccessDeniedException", ERR_REFUSED, 403, 3},
        {"Get-Mailbox", "ManagementObjectNotFoundException", ERR_NOT_FOUND, 404, 4},
        {"Get-CASMailbox", "http_500", ERR_UPSTREAM, 500, 6}, /* repeated once */
    };
    struct fixture *fixture = *state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct err err;
        assert_false(call(fixture, cases[i].cmdlet, "x", NULL, &err));
        assert_string_equal(err.code, cases[i].code);
        assert_int_equal(err.kind, cases[i].kind);
        assert_int_equal(err.upstream_status, cases[i].status);
        assert_int_equal(script_count(fixture->stage.script, "POST", INVOKE), cases[i].sendings);
    }
    struct err err;
    assert_false(call(fixture, "Get-Mailbox", "x", NULL, &err));
    assert_string_equal(err.message, "Nobody.");
}

static void an_empty_identity_is_never_sent(void **state)
{
    static const char *const empty[] = {NULL, "", "  "};
    struct fixture *fixture = *state;
    struct err err;
    for (size_t i = 0; i < 3; i++) {
        assert_false(call(fixture, "Get-Mailbox", empty[i], NULL, &err));
        assert_string_equal(err.code, "empty_identity");
    }
    assert_false(call(fixture, "Get-Mailbox\r\nX: y", "a", NULL, &err));
    assert_int_equal(script_count(fixture->stage.script, "POST", INVOKE), 0);
}

static void a_batch_gives_each_its_own_answer(void **state)
{
    struct fixture *fixture = *state;
    AUTO_JSON json_t *params = json_make("{s:s}", "Identity", "x");
    AUTO_JSON json_t *nobody = json_make("{s:s}", "Identity", "");
    struct exchange_item items[] = {
        {.cmdlet = "Get-InboxRule"},
        {.cmdlet = "Get-Mailbox", .params = params, .anchor_upn = "ann@contoso.com"},
        {.cmdlet = "Get-OrganizationConfig"},
        {.cmdlet = "Get-Recipient", .params = params},
        {.cmdlet = "Get-CASMailbox", .params = nobody}};
    struct err err = {0};
    assert_true(exchange_batch(fixture->stage.m365, &fixture->stage.target, items, 5, &err));
    assert_true(items[0].ok);
    assert_string_equal(json_text(json_array_get(items[0].rows, 0), "RuleIdentity"), "12345678901234567890");
    assert_false(items[1].ok);
    assert_int_equal(items[1].err.kind, ERR_NOT_FOUND);
    assert_true(items[2].ok); /* throttled first, then sent again alone */
    assert_int_equal(fixture->throttled, 2);
    assert_true(items[3].ok);
    assert_int_equal(json_array_size(items[3].rows), 2);
    assert_string_equal(items[4].err.code, "empty_identity");
    exchange_items_done(items, 5);
}

static void many_envelopes_do_not_crowd_the_lane(void **state)
{
    enum { COUNT = 95 };
    struct fixture *fixture = *state;
    struct exchange_item items[COUNT] = {0};
    for (size_t i = 0; i < COUNT; i++)
        items[i].cmdlet = "Get-InboxRule";
    exchange_batches(fixture->stage.m365, &fixture->stage.target, items, COUNT);
    for (size_t i = 0; i < COUNT; i++)
        assert_true(items[i].ok);
    assert_int_equal(script_count(fixture->stage.script, "POST", "/adminapi/beta/" STAGE_TENANT "/$batch"),
                     10);
    assert_int_equal(fixture->waited, 0);
    exchange_items_done(items, COUNT);
    exchange_batches(fixture->stage.m365, &fixture->stage.target, NULL, 0);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
    const struct CMUnitTest tests[] = {
        TEST(rows_lose_their_types_and_keep_big_numbers),
        TEST(pages_repeat_the_same_body),
        TEST(pages_are_handed_over_one_by_one),
        TEST(failures_are_recognised),
        TEST(an_empty_identity_is_never_sent),
        TEST(a_batch_gives_each_its_own_answer),
        TEST(many_envelopes_do_not_crowd_the_lane),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
