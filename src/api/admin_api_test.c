/* Administration over HTTP: accounts, API tokens, preferences and the logbook. */
#include "api/api_fixture.h"
#include "api/csv.h"

static const json_t *item(const struct answer *answer, const char *key, const char *value)
{
    return json_array_find(json_array_at(answer->json, "items"), key, value);
}

/* --- accounts ------------------------------------------------------------------------------------------ */

static void account_path(const char *username, char path[100])
{
    AUTO_ANSWER struct answer list = ASK(.path = "/api/v1/accounts");
    expect_status(&list, 200);
    snprintf(path, 100, "/api/v1/accounts/%s", json_text_or(item(&list, "username", username), "id", "none"));
}

/* Signs in; fills "Cookie: …" and "X-CSRF-Token: …". */
static void sign_in(const char *body, char cookie[300], char csrf[200])
{
    AUTO_ANSWER struct answer in = ASK(.path = "/api/v1/session", .token = "", .body = body);
    expect_status(&in, 200);
    const char *set = strcasestr(in.headers, "set-cookie: ");
    snprintf(cookie, 300, "Cookie: %.*s", (int)strcspn(set + 12, ";"), set + 12);
    snprintf(csrf, 200, "X-CSRF-Token: %s", json_text(in.json, "csrf_token"));
}

static void accounts_are_made_changed_and_deleted(void **state)
{
    char path[100], cookie[300], csrf[200];
    (void)state;
    AUTO_ANSWER struct answer weak =
        ASK(.path = "/api/v1/accounts",
            .body = "{\"username\":\"bob\",\"password\":\"short\",\"role\":\"viewer\"}");
    expect_problem(&weak, 422, "invalid");
    expect_field(&weak, "/password", "password_too_short");
    AUTO_ANSWER struct answer named =
        ASK(.path = "/api/v1/accounts", .body = "{\"username\":\"a b\",\"password\":\"four good words\","
                                                "\"role\":\"viewer\"}");
    expect_field(&named, "/username", "invalid_username");
    AUTO_ANSWER struct answer boss =
        ASK(.path = "/api/v1/accounts", .body = "{\"username\":\"bob\",\"password\":\"four good words\","
                                                "\"role\":\"boss\"}");
    expect_field(&boss, "/role", "unknown_role");
    AUTO_ANSWER struct answer made =
        ASK(.path = "/api/v1/accounts", .body = "{\"username\":\"Bob\",\"password\":\"four good words\","
                                                "\"role\":\"viewer\"}");
    expect_status(&made, 201);
    assert_string_equal(json_text(made.json, "username"), "bob");
    assert_null(strstr(made.body, "words"));
    assert_non_null(strcasestr(made.headers, "location: /api/v1/accounts/"));
    AUTO_ANSWER struct answer twice =
        ASK(.path = "/api/v1/accounts", .body = "{\"username\":\"bob\",\"password\":\"four good words\","
                                                "\"role\":\"viewer\"}");
    expect_problem(&twice, 409, "account_exists");

    account_path("bob", path);
    AUTO_ANSWER struct answer bare =
        ASK(.method = "PATCH", .path = path, .body = "{\"role\":\"technician\"}");
    expect_problem(&bare, 428, "precondition_required");
    AUTO_ANSWER struct answer changed =
        ASK(.method = "PATCH", .path = path, .body = "{\"role\":\"technician\"}",
            .headers = {if_match(&made)});
    expect_status(&changed, 200);
    assert_string_equal(json_text(changed.json, "role"), "technician");
    AUTO_ANSWER struct answer stale =
        ASK(.method = "PATCH", .path = path, .body = "{\"disabled\":true}", .headers = {if_match(&made)});
    expect_problem(&stale, 412, "precondition_failed");
    assert_non_null(strstr(json_text(stale.json, "detail"), "admin changed this at 2"));
    const json_t *entry = json_array_get(json_array_at(stale.json, "errors"), 0);
    assert_string_equal(json_text(entry, "changed_by"), "admin");

    /* Bob changes his own password, and nothing else. */
    sign_in("{\"username\":\"bob\",\"password\":\"four good words\"}", cookie, csrf);
    AUTO_ANSWER struct answer grab = ASK(.method = "PATCH", .path = path, .token = "",
                                         .body = "{\"role\":\"admin\"}", .headers = {cookie, csrf});
    expect_problem(&grab, 403, "forbidden");
    AUTO_ANSWER struct answer guess =
        ASK(.method = "PATCH", .path = path, .token = "", .headers = {cookie, csrf},
            .body = "{\"password\":\"five better words here\",\"old_password\":\"not it at all\"}");
    expect_problem(&guess, 422, "invalid");
    expect_field(&guess, "/old_password", "wrong_password");
    AUTO_ANSWER struct answer own =
        ASK(.method = "PATCH", .path = path, .token = "", .headers = {cookie, csrf},
            .body = "{\"password\":\"five better words here\",\"old_password\":\"four good words\"}");
    expect_status(&own, 200);
    AUTO_ANSWER struct answer still = ASK(.path = "/api/v1/me", .token = "", .headers = {cookie});
    expect_status(&still, 200);
    AUTO_ANSWER struct answer others = ASK(.path = "/api/v1/accounts", .token = "", .headers = {cookie});
    expect_problem(&others, 403, "forbidden");

    AUTO_ANSWER struct answer deleted = ASK(.method = "DELETE", .path = path);
    expect_status(&deleted, 204);
    AUTO_ANSWER struct answer out = ASK(.path = "/api/v1/me", .token = "", .headers = {cookie});
    expect_status(&out, 401);
    AUTO_ANSWER struct answer gone = ASK(.path = path);
    expect_problem(&gone, 404, "unknown_account");
    account_path("ada", path);
    AUTO_ANSWER struct answer last = ASK(.method = "DELETE", .path = path);
    expect_problem(&last, 409, "last_admin");
}

static void preferences_follow_a_person(void **state)
{
    char cookie[300], csrf[200];
    const char *wanted = "{\"theme\":\"dark\",\"shortcuts\":false,\"favourite_tenants\":[\"" FAKE_TENANT
                         "\"],\"saved_views\":[{\"name\":\"Failed\",\"query\":\"status=failed\"}]}";
    (void)state;
    sign_in("{\"username\":\"ada\",\"password\":\"correct horse battery\"}", cookie, csrf);
    AUTO_ANSWER struct answer put = ASK(.method = "PUT", .path = "/api/v1/me/preferences", .token = "",
                                        .body = wanted, .headers = {cookie, csrf});
    expect_status(&put, 200);
    AUTO_ANSWER struct answer me = ASK(.path = "/api/v1/me", .token = "", .headers = {cookie});
    assert_true(json_equal(json_object_get(me.json, "preferences"), put.json));
    AUTO_ANSWER struct answer bad =
        ASK(.method = "PUT", .path = "/api/v1/me/preferences", .token = "", .headers = {cookie, csrf},
            .body = "{\"theme\":\"pink\",\"favourite_tenants\":[\"x\"],\"saved_views\":[{\"name\":\"\"}],"
                    "\"x\":1}");
    expect_field(&bad, "/x", "unknown_field");
    AUTO_ANSWER struct answer values =
        ASK(.method = "PUT", .path = "/api/v1/me/preferences", .token = "", .headers = {cookie, csrf},
            .body = "{\"theme\":\"pink\",\"favourite_tenants\":[\"x\"],\"saved_views\":[{\"name\":\"\"}]}");
    expect_field(&values, "/theme", "invalid_choice");
    expect_field(&values, "/favourite_tenants/0", "wrong_type");
    expect_field(&values, "/saved_views/0/name", "empty");
    AUTO_ANSWER struct answer token = ASK(.method = "PUT", .path = "/api/v1/me/preferences", .body = "{}");
    expect_problem(&token, 409, "not_an_account");
}

/* --- tokens -------------------------------------------------------------------------------------------- */

static void tokens_are_shown_once_and_revoked(void **state)
{
    char path[100], made_token[80];
    (void)state;
    AUTO_ANSWER struct answer made =
        ASK(.path = "/api/v1/tokens",
            .body = "{\"name\":\"script\",\"role\":\"viewer\",\"tenants\":[\"contoso.example\"],"
                    "\"expires_at\":\"2099-01-01T00:00:00Z\"}");
    expect_status(&made, 201);
    snprintf(made_token, sizeof made_token, "%s", json_text(made.json, "token"));
    assert_string_equal(json_text(made.json, "expires_at"), "2099-01-01T00:00:00.000Z");
    assert_string_equal(json_text(made.json, "created_by"), "admin");
    assert_string_equal(json_string_value(json_array_get(json_array_at(made.json, "tenants"), 0)),
                        FAKE_TENANT);
    AUTO_ANSWER struct answer used = ASK(.path = "/api/v1/tenants", .token = made_token);
    assert_int_equal(json_array_size(json_array_at(used.json, "items")), 1);
    AUTO_ANSWER struct answer list = ASK(.path = "/api/v1/tokens");
    assert_null(strstr(list.body, made_token));
    const json_t *row = item(&list, "name", "script");
    assert_non_null(json_text(row, "last_used_at"));
    snprintf(path, sizeof path, "/api/v1/tokens/%s", json_text(row, "id"));
    AUTO_ANSWER struct answer revoked = ASK(.method = "DELETE", .path = path);
    expect_status(&revoked, 204);
    AUTO_ANSWER struct answer after = ASK(.path = "/api/v1/tenants", .token = made_token);
    expect_status(&after, 401);
    AUTO_ANSWER struct answer bad =
        ASK(.path = "/api/v1/tokens",
            .body = "{\"name\":\"x\",\"role\":\"boss\",\"expires_at\":\"2001-01-01T00:00:00Z\"}");
    expect_field(&bad, "/role", "unknown_role");
    expect_field(&bad, "/expires_at", "in_the_past");
    AUTO_ANSWER struct answer tenant =
        ASK(.path = "/api/v1/tokens",
            .body = "{\"name\":\"x\",\"role\":\"viewer\",\"tenants\":[\"nowhere.example\"]}");
    expect_field(&tenant, "/tenants", "unknown_tenant");
}

/* Else it would make itself one that is bound to nothing. */
static void a_bound_admin_manages_nobody(void **state)
{
    char bound[80];
    static const char *const paths[] = {"/api/v1/tokens", "/api/v1/accounts"};
    (void)state;
    add_token("admin", FAKE_TENANT, bound, sizeof bound);
    for (size_t i = 0; i < sizeof paths / sizeof *paths; i++) {
        AUTO_ANSWER struct answer listed = ASK(.path = paths[i], .token = bound);
        expect_problem(&listed, 403, "forbidden");
        AUTO_ANSWER struct answer made =
            ASK(.path = paths[i], .token = bound, .body = "{\"name\":\"x\",\"role\":\"admin\"}");
        expect_problem(&made, 403, "forbidden");
    }
    char path[100];
    account_path("ada", path);
    AUTO_ANSWER struct answer account = ASK(.method = "PATCH", .path = path, .token = bound,
                                            .body = "{\"password\":\"six words that are new\"}");
    expect_problem(&account, 403, "forbidden");
}

/* --- the logbook --------------------------------------------------------------------------------------- */

static void everything_done_stands_in_the_logbook(void **state)
{
    (void)state;
    AUTO_ANSWER struct answer wrong = ASK(.path = "/api/v1/session", .token = "",
                                          .body = "{\"username\":\"mallory\",\"password\":\"guess\"}");
    expect_status(&wrong, 401);
    AUTO_ANSWER struct answer made =
        ASK(.path = OFFBOARDINGS,
            .body = NEW("log@contoso.example", ",\"reference\":\"=cmd|' /C calc'!A0\""));
    expect_status(&made, 202);
    const char *id = json_text(json_array_get(json_array_at(made.json, "offboardings"), 0), "id");
    char path[100];
    snprintf(path, sizeof path, OFFBOARDINGS "/%s/cancel", id);
    AUTO_ANSWER struct answer cancelled = ASK(.method = "POST", .path = path);
    expect_status(&cancelled, 200);
    AUTO_ANSWER struct answer again = ASK(.method = "POST", .path = path);
    expect_status(&again, 200);

    AUTO_ANSWER struct answer failed = ASK(.path = "/api/v1/logbook?what=sign_in_failed&who=Mallory");
    const json_t *row = json_array_get(json_array_at(failed.json, "items"), 0);
    assert_string_equal(json_text(row, "client"), "127.0.0.1");
    assert_string_equal(json_text(json_object_at(row, "actor"), "kind"), "nobody");
    assert_non_null(strcasestr(wrong.headers, json_text(row, "request_id")));
    AUTO_ANSWER struct answer log = ASK(.path = "/api/v1/logbook?text=log%40contoso");
    const json_t *items = json_array_at(log.json, "items");
    assert_int_equal(json_array_size(items), 2); /* cancelling twice is one cancellation */
    assert_string_equal(json_text(json_array_get(items, 0), "what"), "offboarding_cancelled");
    row = json_array_get(items, 1);
    assert_string_equal(json_text(row, "what"), "offboarding_requested");
    assert_string_equal(json_text(json_object_at(row, "object"), "id"), id);
    assert_string_equal(json_text(json_object_at(row, "tenant"), "display_name"), "Contoso");
    AUTO_ANSWER struct answer tenant = ASK(.path = "/api/v1/logbook?tenant=fabrikam.example");
    assert_int_equal(json_array_size(json_array_at(tenant.json, "items")), 0);
    AUTO_ANSWER struct answer viewer = ASK(.path = "/api/v1/logbook", .token = world.viewer);
    expect_problem(&viewer, 403, "forbidden");
    AUTO_ANSWER struct answer bad =
        ASK(.path = "/api/v1/logbook?what=x&from=y&cursor=z&format=pdf&tenant=no");
    expect_field(&bad, "?what", "unknown_kind");
    expect_field(&bad, "?from", "bad_time");
    expect_field(&bad, "?cursor", "bad_cursor");
    expect_field(&bad, "?format", "unknown_format");
    expect_field(&bad, "?tenant", "unknown_tenant");
}

static void the_logbook_pages_and_exports(void **state)
{
    (void)state;
    AUTO_ANSWER struct answer all = ASK(.path = "/api/v1/logbook?limit=200");
    assert_int_equal(count_paged("/api/v1/logbook"), json_array_size(json_array_at(all.json, "items")));

    /* A name that a spreadsheet would run. */
    AUTO_ANSWER struct answer made =
        ASK(.path = "/api/v1/tokens",
            .body = "{\"name\":\"=HYPERLINK(\\\"http://x\\\",\\\"y\\\")\",\"role\":\"viewer\"}");
    expect_status(&made, 201);
    AUTO_ANSWER struct answer csv = ASK(.path = "/api/v1/logbook?format=csv&what=token_created");
    expect_status(&csv, 200);
    assert_non_null(strcasestr(csv.headers, "content-type: text/csv"));
    assert_non_null(strcasestr(csv.headers, "content-disposition: attachment"));
    assert_memory_equal(csv.body, CSV_MARK "\"at\",\"who\",", 3 + 11);
    assert_non_null(strstr(csv.body, "\"'=HYPERLINK(\"\"http://x\"\",\"\"y\"\")\""));
    AUTO_ANSWER struct answer short_one = ASK(.path = "/api/v1/logbook?format=csv&limit=1");
    assert_non_null(strcasestr(short_one.headers, "rel=\"next\""));
}

static void cells_are_no_formulas(void **state)
{
    static const struct {
        const char *text, *cell;
    } cases[] = {{"plain", "\"plain\""},
                 {"a \"b\", c", "\"a \"\"b\"\", c\""},
                 {"=1+1", "\"'=1+1\""},
                 {"+49", "\"'+49\""},
                 {"-2", "\"'-2\""},
                 {"@SUM(A1)", "\"'@SUM(A1)\""},
                 {"\t=1", "\"'\t=1\""},
                 {"\r=1", "\"'\r=1\""},
                 {"\uff1d1", "\"'\uff1d1\""},
                 {"a=1", "\"a=1\""},
                 {NULL, "\"\""}};
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        AUTO_STRBUF struct strbuf buf = STRBUF_MAX(1000);
        char wanted[100];
        snprintf(wanted, sizeof wanted, "%s,\"x\"\r\n", cases[i].cell);
        csv_line(&buf, (const char *const[]){cases[i].text, "x"}, 2);
        assert_string_equal(strbuf_text(&buf), wanted);
    }
}

/* --- nodes --------------------------------------------------------------------------------------------- */

static void the_nodes_are_for_who_administers_all(void **state)
{
    struct err err;
    (void)state;
    AUTO_TX struct tx *tx = store_begin(world.store, &err);
    assert_true(nodes_enter(tx, &(struct node_self){"here", "all", "1.2.3"}, true, 1, &err));
    assert_true(nodes_enter(tx, &(struct node_self){"there", "worker", "1.2.4"}, true, 1, &err));
    assert_true(tx_commit(&tx, &err));
    AUTO_ANSWER struct answer nodes = ASK(.path = "/api/v1/nodes");
    expect_status(&nodes, 200);
    assert_true(json_flag(item(&nodes, "name", "here"), "self"));
    assert_true(json_flag(item(&nodes, "name", "here"), "alive"));
    assert_false(json_flag(item(&nodes, "name", "there"), "self"));
    assert_string_equal(json_text(item(&nodes, "name", "there"), "role"), "worker");
    assert_string_equal(json_text(item(&nodes, "name", "there"), "version"), "1.2.4");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(accounts_are_made_changed_and_deleted),
        cmocka_unit_test(preferences_follow_a_person),
        cmocka_unit_test(tokens_are_shown_once_and_revoked),
        cmocka_unit_test(a_bound_admin_manages_nobody),
        cmocka_unit_test(everything_done_stands_in_the_logbook),
        cmocka_unit_test(the_logbook_pages_and_exports),
        cmocka_unit_test(cells_are_no_formulas),
        cmocka_unit_test(the_nodes_are_for_who_administers_all),
    };
    world_setup();
    return cmocka_run_group_tests(tests, world_start, world_stop);
}
