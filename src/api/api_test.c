/* The endpoints over HTTP, with a real store and a pretend directory: sign-in, refusals, tenants, pre-flight,
 * offboardings, idempotency and event streams. */
#include <curl/curl.h>

#include "api/api_fixture.h"
#include "api/route.h"
#include "journal/batch.h"
#include "journal/offboardings.h"

/* --- tests --------------------------------------------------------------------------------------------- */

static void unknown_addresses_and_methods(void **state)
{
    (void)state;
    AUTO_ANSWER struct answer nothing = ASK(.path = "/api/v1/nothing");
    expect_problem(&nothing, 404, "not_found");
    AUTO_ANSWER struct answer method = ASK(.method = "DELETE", .path = "/api/v1/catalog");
    expect_problem(&method, 405, "method_not_allowed");
    assert_non_null(strcasestr(method.headers, "allow: GET"));
    AUTO_ANSWER struct answer path = ASK(.path = "/api/v1/tenants/%ff");
    expect_problem(&path, 400, "malformed");
    AUTO_ANSWER struct answer page = ASK(.path = "/offboardings", .token = "");
    expect_status(&page, 200);
    assert_non_null(strcasestr(
        page.headers, "content-type: text/html")); /* the client, or a word that it is not built in */
    assert_non_null(strcasestr(page.headers, "content-security-policy: default-src 'none'"));
    AUTO_ANSWER struct answer file = ASK(.path = "/assets/none.js", .token = "");
    expect_problem(&file, 404, "not_found");
}

static void nobody_gets_in_without_credentials(void **state)
{
    (void)state;
    for (size_t i = 0; i < route_count(); i++) {
        const struct route *route = route_at(i);
        if (route->access == ACCESS_PUBLIC || route->access == ACCESS_LOCAL)
            continue;
        AUTO_ANSWER struct answer none = ASK(.method = route->method, .path = route->path, .token = "");
        assert_int_equal(none.status, 401);
        AUTO_ANSWER struct answer wrong =
            ASK(.method = route->method, .path = route->path, .token = "lday_wrong");
        assert_int_equal(wrong.status, 401);
        AUTO_ANSWER struct answer viewer = ASK(.method = route->method, .path = route->path,
                                               .token = world.viewer, .headers = {"Last-Event-ID: x"});
        if (route->access != ACCESS_SIGNED_IN) /* whose handlers look for themselves */
            assert_int_equal(viewer.status == 403, route->access != ACCESS_READ);
    }
    AUTO_ANSWER struct answer basic =
        ASK(.path = "/api/v1/me", .token = "", .headers = {"Authorization: Basic YTpi"});
    expect_problem(&basic, 401, "unauthenticated");
    assert_non_null(strcasestr(basic.headers, "www-authenticate: bearer"));
}

static void sessions_need_their_csrf_token(void **state)
{
    (void)state;
    char cookie[300];
    char csrf[200];
    const char *tenant = "{\"tenant_id\":\"00000000-0000-4000-8000-00000000000f\",\"default_domain\":"
                         "\"wingtip.example\",\"display_name\":\"Wingtip\"}";
    AUTO_ANSWER struct answer wrong =
        ASK(.path = "/api/v1/session", .token = "", .body = "{\"username\":\"ada\",\"password\":\"no\"}");
    expect_problem(&wrong, 401, "wrong_credentials");
    AUTO_ANSWER struct answer in =
        ASK(.path = "/api/v1/session", .token = "",
            .body = "{\"username\":\"ada\",\"password\":\"correct horse battery\"}");
    expect_status(&in, 200);
    assert_string_equal(json_text(in.json, "kind"), "account");
    const char *set = strcasestr(in.headers, "set-cookie: ");
    assert_non_null(set);
    assert_non_null(strstr(set, "HttpOnly; SameSite=Strict"));
    snprintf(cookie, sizeof cookie, "Cookie: %.*s", (int)strcspn(set + 12, ";"), set + 12);
    snprintf(csrf, sizeof csrf, "X-CSRF-Token: %s", json_text(in.json, "csrf_token"));

    AUTO_ANSWER struct answer me = ASK(.path = "/api/v1/me", .token = "", .headers = {cookie});
    assert_string_equal(json_text(me.json, "name"), "ada");
    assert_string_equal(json_text(me.json, "csrf_token"), json_text(in.json, "csrf_token"));
    assert_int_equal(json_integer_value(json_object_get(me.json, "approve_above")), FIXTURE_APPROVE_ABOVE);
    assert_int_equal(json_integer_value(json_object_get(me.json, "approve_first")), BATCH_FIRST);
    AUTO_ANSWER struct answer bare =
        ASK(.path = "/api/v1/tenants", .token = "", .body = tenant, .headers = {cookie});
    expect_problem(&bare, 403, "csrf_token");
    AUTO_ANSWER struct answer foreign = ASK(.path = "/api/v1/tenants", .token = "", .body = tenant,
                                            .headers = {cookie, csrf, "Origin: https://evil.example"});
    expect_problem(&foreign, 403, "foreign_origin");
    AUTO_ANSWER struct answer made =
        ASK(.path = "/api/v1/tenants", .token = "", .body = tenant, .headers = {cookie, csrf});
    expect_status(&made, 201);
    assert_non_null(strcasestr(made.headers, "location: /api/v1/tenants/00000000-"));
    AUTO_ANSWER struct answer again = ASK(.path = "/api/v1/tenants", .body = tenant);
    expect_problem(&again, 409, "tenant_exists");
    AUTO_ANSWER struct answer out =
        ASK(.method = "DELETE", .path = "/api/v1/session", .token = "", .headers = {cookie, csrf});
    expect_status(&out, 204);
    AUTO_ANSWER struct answer after = ASK(.path = "/api/v1/me", .token = "", .headers = {cookie});
    expect_status(&after, 401);
}

static void bodies_are_read_strictly(void **state)
{
    (void)state;
    AUTO_ANSWER struct answer broken = ASK(.path = OFFBOARDINGS, .body = "{\"tenant\":");
    expect_problem(&broken, 400, "malformed");
    AUTO_ANSWER struct answer twice = ASK(.path = OFFBOARDINGS, .body = "{\"tenant\":1,\"tenant\":2}");
    expect_problem(&twice, 400, "malformed");
    AUTO_ANSWER struct answer empty = ASK(.path = OFFBOARDINGS, .body = "");
    expect_problem(&empty, 400, "malformed");
    AUTO_ANSWER struct answer kind =
        ASK(.method = "POST", .path = OFFBOARDINGS, .headers = {"Content-Type: text/plain"});
    expect_problem(&kind, 415, "unsupported_media_type");
    AUTO_ANSWER struct answer list = ASK(.path = OFFBOARDINGS, .body = "[]");
    expect_problem(&list, 422, "invalid");
    AUTO_ANSWER struct answer tenant =
        ASK(.path = "/api/v1/tenants", .body = "{\"tenant_id\":\"x\",\"default_domain\":\"Contoso B.V.\"}");
    expect_field(&tenant, "/tenant_id", "wrong_type");
    expect_field(&tenant, "/default_domain", "invalid_domain");
    expect_field(&tenant, "/display_name", "missing");
    char *large = malloc(1100000);
    memset(large, ' ', 1100000);
    large[1099999] = '\0';
    AUTO_ANSWER struct answer too_large = ASK(.path = OFFBOARDINGS, .body = large);
    expect_problem(&too_large, 413, "too_large");
    free(large);
}

static void offboardings_name_every_mistake(void **state)
{
    (void)state;
    AUTO_ANSWER struct answer many =
        ASK(.path = OFFBOARDINGS,
            .body = "{\"tenant\":\"nowhere.example\",\"users\":[\"\"],\"options\":{\"make_coffee\":true},"
                    "\"schedule\":{\"at\":\"2020-01-01T10:00:00\",\"time_zone\":\"UTC\"},\"extra\":1,"
                    "\"notify\":{\"fax\":true},\"override\":{\"codes\":[\"self\"]}}");
    expect_problem(&many, 422, "invalid");
    expect_field(&many, "/tenant", "unknown_tenant");
    expect_field(&many, "/users/0", "wrong_type");
    expect_field(&many, "/options", "unknown_task");
    expect_field(&many, "/schedule/at", "in_the_past");
    expect_field(&many, "/extra", "unknown_field");
    expect_field(&many, "/notify/fax", "unknown_field");
    expect_field(&many, "/override/reason", "missing");
    AUTO_ANSWER struct answer zone =
        ASK(.path = OFFBOARDINGS,
            .body = "{\"tenant\":\"contoso.example\",\"users\":[\"adele@contoso.example\"],\"options\":"
                    "{\"forward_email\":{\"to\":\"x@y\"},\"disable_forwarding\":true},"
                    "\"schedule\":{\"at\":\"2099-01-01T10:00:00\",\"time_zone\":\"Mars\"}}");
    expect_problem(&zone, 422, "invalid");
    expect_field(&zone, "/schedule/time_zone", "unknown_time_zone");
    expect_field(&zone, "/options/disable_forwarding", "conflict");
    AUTO_ANSWER struct answer people =
        ASK(.path = OFFBOARDINGS,
            .body =
                "{\"tenant\":\"contoso.example\",\"users\":[\"adele@contoso.example\",\"nobody@x\"],"
                "\"options\":{\"grant_mailbox_access\":{\"users\":[\"adele@contoso.example\",\"gone@x\"]}}}");
    expect_problem(&people, 422, "invalid");
    expect_field(&people, "/users/1", "unknown_user");
    expect_field(&people, "/options/grant_mailbox_access/users/0", "own_mailbox");
    expect_field(&people, "/options/grant_mailbox_access/users/1", "unknown_user");
}

static void warnings_are_acknowledged_and_blockers_lifted(void **state)
{
    (void)state;
    AUTO_ANSWER struct answer warned = ASK(.path = OFFBOARDINGS, .body = NEW("boss@contoso.example", ""));
    expect_problem(&warned, 409, "warnings_not_acknowledged");
    expect_field(&warned, "/users/0", "privileged_user");
    AUTO_ANSWER struct answer blocked =
        ASK(.path = OFFBOARDINGS,
            .body = NEW("breakglass@contoso.example", ",\"acknowledged_warnings\":[\"*\"]"));
    expect_problem(&blocked, 409, "blocked");
    expect_field(&blocked, "/users/0", "protected_user");
    AUTO_ANSWER struct answer lifted =
        ASK(.path = OFFBOARDINGS, .body = NEW("breakglass@contoso.example",
                                              ",\"acknowledged_warnings\":[\"*\"],\"override\":{\"codes\":"
                                              "[\"protected_user\"],\"reason\":\"Moving away\"}"));
    expect_status(&lifted, 202);
    const json_t *row = json_array_get(json_array_at(lifted.json, "offboardings"), 0);
    const json_t *warning = json_array_find(json_array_at(row, "warnings"), "code", "protected_user");
    assert_string_equal(json_text(json_object_at(warning, "override"), "reason"), "Moving away");
    AUTO_ANSWER struct answer open =
        ASK(.path = OFFBOARDINGS, .body = NEW("breakglass@contoso.example",
                                              ",\"acknowledged_warnings\":[\"*\"],\"override\":{\"codes\":"
                                              "[\"protected_user\",\"already_open\"],\"reason\":\"x\"}"));
    expect_problem(&open, 409, "blocked");
    expect_field(&open, "/users/0", "already_open");
    assert_string_equal(json_text(json_array_get(json_array_at(open.json, "errors"), 0), "offboarding"),
                        json_text(row, "id"));
}

static void one_refused_user_refuses_all(void **state)
{
    (void)state;
    AUTO_ANSWER struct answer refused =
        ASK(.path = OFFBOARDINGS,
            .body =
                "{\"tenant\":\"contoso.example\",\"users\":[\"u1@contoso.example\",\"boss@contoso.example\"],"
                "\"options\":{\"disable_sign_in\":true}}");
    expect_problem(&refused, 409, "warnings_not_acknowledged");
    expect_field(&refused, "/users/1", "privileged_user");
    AUTO_ANSWER struct answer list = ASK(.path = OFFBOARDINGS "?search=u1@contoso");
    assert_int_equal(json_array_size(json_array_at(list.json, "items")), 0);
    AUTO_ANSWER struct answer twins =
        ASK(.path = OFFBOARDINGS,
            .body =
                "{\"tenant\":\"contoso.example\",\"users\":[\"u1@contoso.example\",\"u1@contoso.example\"],"
                "\"options\":{\"disable_sign_in\":true}}");
    expect_field(&twins, "/users/1", "named_twice");
}

static void a_key_is_answered_once(void **state)
{
    (void)state;
    int woken = world.woken;
    const char *body = NEW("key@contoso.example", ",\"reference\":\"T-1\"");
    AUTO_ANSWER struct answer first =
        ASK(.path = OFFBOARDINGS, .body = body, .headers = {"Idempotency-Key: \"k-1\""});
    expect_status(&first, 202);
    assert_non_null(strcasestr(first.headers, "location: /api/v1/offboardings/"));
    AUTO_ANSWER struct answer second =
        ASK(.path = OFFBOARDINGS, .body = body, .headers = {"Idempotency-Key: k-1"});
    expect_status(&second, 202);
    assert_true(json_equal(first.json, second.json));
    assert_int_equal(world.woken, woken + 1);
    AUTO_ANSWER struct answer other =
        ASK(.path = OFFBOARDINGS, .body = NEW("u2@contoso.example", ""), .headers = {"Idempotency-Key: k-1"});
    expect_problem(&other, 422, "idempotency_key_reused");
    AUTO_ANSWER struct answer refused = ASK(.path = OFFBOARDINGS, .body = NEW("boss@contoso.example", ""),
                                            .headers = {"Idempotency-Key: k-2"});
    expect_status(&refused, 409);
    AUTO_ANSWER struct answer freed =
        ASK(.path = OFFBOARDINGS, .body = NEW("u3@contoso.example", ""), .headers = {"Idempotency-Key: k-2"});
    expect_status(&freed, 202);
    AUTO_ANSWER struct answer bad =
        ASK(.path = OFFBOARDINGS, .body = body, .headers = {"Idempotency-Key: \"\""});
    expect_problem(&bad, 400, "malformed");
}

static void planned_shown_listed_and_cancelled(void **state)
{
    (void)state;
    AUTO_ANSWER struct answer made =
        ASK(.path = OFFBOARDINGS,
            .body = NEW("plan@contoso.example", ",\"schedule\":{\"at\":\"2099-12-24T17:00:00\",\"time_zone\":"
                                                "\"Europe/Amsterdam\"},\"reason\":\"Last working day\""));
    expect_status(&made, 202);
    const json_t *row = json_array_get(json_array_at(made.json, "offboardings"), 0);
    assert_string_equal(json_text(row, "status"), "planned");
    assert_string_equal(json_text(row, "scheduled_at"), "2099-12-24T16:00:00.000Z");
    char path[200];
    snprintf(path, sizeof path, OFFBOARDINGS "/%s", json_text(row, "id"));
    AUTO_ANSWER struct answer shown = ASK(.path = path);
    expect_status(&shown, 200);
    assert_string_equal(json_text(shown.json, "reason"), "Last working day");
    assert_string_equal(json_text(json_array_get(json_array_at(shown.json, "tasks"), 0), "status"),
                        "pending");
    assert_non_null(strcasestr(shown.headers, "etag: \""));
    AUTO_ANSWER struct answer listed = ASK(.path = OFFBOARDINGS "?status=planned,running&limit=1");
    assert_string_equal(json_text(json_array_get(json_array_at(listed.json, "items"), 0), "id"),
                        json_text(row, "id"));
    AUTO_ANSWER struct answer hidden = ASK(.path = path, .token = world.bound);
    expect_problem(&hidden, 404, "unknown_offboarding");
    snprintf(path, sizeof path, OFFBOARDINGS "/%s/cancel", json_text(row, "id"));
    for (int i = 0; i < 2; i++) {
        AUTO_ANSWER struct answer cancelled = ASK(.method = "POST", .path = path);
        expect_status(&cancelled, 200);
        assert_string_equal(json_text(cancelled.json, "status"), "cancelled");
    }
    AUTO_ANSWER struct answer unknown = ASK(.path = OFFBOARDINGS "/00000000-0000-4000-8000-000000000000");
    expect_problem(&unknown, 404, "unknown_offboarding");
}

static void lists_page_and_check_their_filters(void **state)
{
    (void)state;
    char path[4000];
    size_t seen = count_paged(OFFBOARDINGS);
    AUTO_ANSWER struct answer all = ASK(.path = OFFBOARDINGS);
    assert_int_equal(seen, json_array_size(json_array_at(all.json, "items")));
    assert_true(seen >= 4);
    AUTO_ANSWER struct answer bad =
        ASK(.path = OFFBOARDINGS
            "?limit=0&cursor=x&status=odd&tenant=nowhere&from=yesterday&sort=-odd&planned_to=x");
    expect_problem(&bad, 422, "invalid");
    expect_field(&bad, "?limit", "out_of_range");
    expect_field(&bad, "?cursor", "bad_cursor");
    expect_field(&bad, "?status", "unknown_status");
    expect_field(&bad, "?tenant", "unknown_tenant");
    expect_field(&bad, "?from", "bad_time");
    expect_field(&bad, "?planned_to", "bad_time");
    expect_field(&bad, "?sort", "unknown_sort");
    AUTO_ANSWER struct answer first = ASK(.path = OFFBOARDINGS "?limit=1&sort=user");
    snprintf(path, sizeof path, OFFBOARDINGS "?sort=start&cursor=%s", json_text(first.json, "next_cursor"));
    AUTO_ANSWER struct answer other = ASK(.path = path);
    expect_field(&other, "?cursor", "bad_cursor");
    AUTO_ANSWER struct answer bound = ASK(.path = OFFBOARDINGS, .token = world.bound);
    assert_int_equal(json_array_size(json_array_at(bound.json, "items")), 0);
}

static void tenants_and_their_defaults(void **state)
{
    (void)state;
    const char *path = "/api/v1/tenants/contoso.example/defaults";
    const char *body = "{\"options\":{\"disable_sign_in\":true},\"protected_users\":[],"
                       "\"allow_external_forwarding\":true,\"template\":null,\"notify\":{\"email\":true}}";
    AUTO_ANSWER struct answer list = ASK(.path = "/api/v1/tenants?search=cont");
    assert_int_equal(json_array_size(json_array_at(list.json, "items")), 1);
    AUTO_ANSWER struct answer bound = ASK(.path = "/api/v1/tenants/contoso.example", .token = world.bound);
    expect_problem(&bound, 404, "unknown_tenant");
    AUTO_ANSWER struct answer before = ASK(.path = path);
    expect_status(&before, 200);
    const char *match = if_match(&before);
    AUTO_ANSWER struct answer missing = ASK(.method = "PUT", .path = path, .body = body);
    expect_problem(&missing, 428, "precondition_required");
    AUTO_ANSWER struct answer wrong =
        ASK(.method = "PUT", .path = path, .body = body, .headers = {"If-Match: \"999\""});
    expect_problem(&wrong, 412, "precondition_failed");
    AUTO_ANSWER struct answer invalid =
        ASK(.method = "PUT", .path = path, .headers = {match},
            .body = "{\"options\":{\"x\":true},\"protected_users\":[\"a\"],\"allow_external_forwarding\":1,"
                    "\"template\":null,\"notify\":{}}");
    expect_problem(&invalid, 422, "invalid");
    AUTO_ANSWER struct answer put =
        ASK(.method = "PUT", .path = path, .body = body, .headers = {match, "Idempotency-Key: d-1"});
    expect_status(&put, 200);
    assert_true(json_flag(put.json, "allow_external_forwarding"));
    AUTO_ANSWER struct answer replay =
        ASK(.method = "PUT", .path = path, .body = body, .headers = {match, "Idempotency-Key: d-1"});
    expect_status(&replay, 200);
    AUTO_ANSWER struct answer stale = ASK(.method = "PUT", .path = path, .body = body, .headers = {match});
    expect_problem(&stale, 412, "precondition_failed");
}

static void users_and_preflight(void **state)
{
    (void)state;
    AUTO_ANSWER struct answer list = ASK(.path = "/api/v1/tenants/contoso.example/users?search=a&limit=2");
    expect_status(&list, 200);
    assert_int_equal(json_int(list.json, "total", 0), 7);
    AUTO_ANSWER struct answer one =
        ASK(.path = "/api/v1/tenants/contoso.example/users/adele%40contoso.example");
    assert_string_equal(json_text(one.json, "user_principal_name"), "adele@contoso.example");
    assert_string_equal(json_text(one.json, "last_sign_in_at"), "2026-11-01T08:00:00Z");
    assert_int_equal(json_array_size(json_array_at(one.json, "licenses")), 1);
    AUTO_ANSWER struct answer none = ASK(.path = "/api/v1/tenants/contoso.example/users/nobody%40x");
    expect_problem(&none, 404, "unknown_user");
    AUTO_ANSWER struct answer down = ASK(.path = "/api/v1/tenants/contoso.example/users/down%40x");
    expect_problem(&down, 503, "unreachable");

    const char *path = "/api/v1/tenants/contoso.example/users/boss%40contoso.example/preflight";
    AUTO_ANSWER struct answer plan =
        ASK(.path = path, .body = "{\"options\":{\"disable_sign_in\":true,\"revoke_sessions\":true}}");
    expect_status(&plan, 200);
    assert_non_null(json_array_find(json_array_at(plan.json, "warnings"), "code", "privileged_user"));
    const json_t *step = json_array_find(json_array_at(plan.json, "plan"), "task", "revoke_sessions");
    assert_string_equal(json_text(step, "expected"), "will_run");
    assert_true(json_flag(json_object_at(plan.json, "facts"), "account_enabled"));
    AUTO_ANSWER struct answer conflict =
        ASK(.path = path, .body = "{\"options\":{\"forward_email\":{\"to\":\"u1@contoso.example\"},\"disable_"
                                  "forwarding\":true}}");
    expect_status(&conflict, 200);
    assert_int_equal(json_array_size(json_array_at(conflict.json, "conflicts")), 1);
    assert_int_equal(json_array_size(json_array_at(conflict.json, "plan")), 0);
    AUTO_ANSWER struct answer wrong = ASK(.path = path, .body = "{\"options\":{\"x\":true}}");
    expect_problem(&wrong, 422, "invalid");
}

static void probes_metrics_and_description(void **state)
{
    (void)state;
    AUTO_ANSWER struct answer health = ASK(.path = "/healthz", .token = "");
    assert_string_equal(json_text(health.json, "status"), "ok");
    AUTO_ANSWER struct answer ready = ASK(.path = "/readyz", .token = "");
    assert_string_equal(json_text(ready.json, "status"), "ready");
    AUTO_ANSWER struct answer metrics = ASK(.path = "/metrics", .token = "");
    assert_non_null(strstr(metrics.body, "lastday_offboardings{status=\"queued\"}"));
    assert_non_null(strstr(metrics.body, "route=\"/api/v1/offboardings\",status=\"202\""));
    assert_non_null(strstr(metrics.body, "lastday_sign_ins_total{method=\"password\",result=\"good\"} 1"));
    assert_non_null(strstr(metrics.body, "lastday_sign_ins_total{method=\"password\",result=\"refused\"} 1"));
    assert_non_null(strstr(metrics.body, "lastday_tenants{health=\"unknown\"} 3"));
    AUTO_ANSWER struct answer proxied =
        ASK(.path = "/metrics", .token = "", .headers = {"X-Forwarded-For: 192.0.2.1"});
    expect_status(&proxied, 401);
    AUTO_ANSWER struct answer catalog = ASK(.path = "/api/v1/catalog");
    assert_true(json_array_size(json_array_at(catalog.json, "tasks")) >= 10);
}

/* The table of routes and the description name the same endpoints. */
static void every_route_is_described(void **state)
{
    (void)state;
    size_t described = 0;
    const char *path;
    const char *method;
    json_t *methods;
    json_t *operation;
    AUTO_ANSWER struct answer openapi = ASK(.path = "/api/v1/openapi.json", .token = "");
    const json_t *paths = json_object_at(openapi.json, "paths");
    json_object_foreach ((json_t *)paths, path, methods) {
        json_object_foreach (methods, method, operation) {
            described += strcmp(method, "parameters") != 0;
        }
    }
    for (size_t i = 0; i < route_count(); i++) {
        char lower[10] = "";
        for (size_t c = 0; route_at(i)->method[c]; c++)
            lower[c] = (char)(route_at(i)->method[c] | 0x20);
        if (!json_object_get(json_object_at(paths, route_at(i)->path), lower))
            fail_msg("%s %s is not described", lower, route_at(i)->path);
    }
    assert_int_equal(described, route_count());
}

/* --- event streams ------------------------------------------------------------------------------------- */

struct listening {
    struct strbuf text;
    const char *wanted;
    bool acted;
    void (*act)(void);
};

static size_t take_events(char *bytes, size_t size, size_t count, void *arg)
{
    struct listening *listening = arg;
    strbuf_add(&listening->text, bytes, size * count);
    if (!listening->acted && listening->act && strstr(strbuf_text(&listening->text), "event: snapshot")) {
        listening->acted = true;
        listening->act();
    }
    return strstr(strbuf_text(&listening->text), listening->wanted) ? 0 : size * count;
}

/* Reads until `wanted` has come. */
static char *listen_to(const char *path, const char *token, const char *wanted, void (*act)(void))
{
    char url[300];
    char bearer[120];
    struct listening listening = {.text = STRBUF_MAX(1024 * 1024), .wanted = wanted, .act = act};
    CURL *curl = curl_easy_init();
    snprintf(url, sizeof url, "http://127.0.0.1:%d%s", server_port(world.server), path);
    snprintf(bearer, sizeof bearer, "Authorization: Bearer %s", token);
    struct curl_slist *headers = curl_slist_append(NULL, bearer);
    curl_easy_setopt(curl, CURLOPT_URL, url);
    curl_easy_setopt(curl, CURLOPT_HTTPHEADER, headers);
    curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, take_events);
    curl_easy_setopt(curl, CURLOPT_WRITEDATA, &listening);
    curl_easy_setopt(curl, CURLOPT_TIMEOUT, 10L);
    CURLcode code = curl_easy_perform(curl);
    if (code != CURLE_WRITE_ERROR)
        fail_msg("%s never said %s: %s", path, wanted, strbuf_text(&listening.text));
    curl_slist_free_all(headers);
    curl_easy_cleanup(curl);
    return strbuf_take(&listening.text);
}

static char live_id[UUID_SIZE];

static void make_one(void)
{
    AUTO_ANSWER struct answer made = ASK(.path = OFFBOARDINGS, .body = NEW("live@contoso.example", ""));
    expect_status(&made, 202);
    snprintf(live_id, sizeof live_id, "%s",
             json_text(json_array_get(json_array_at(made.json, "offboardings"), 0), "id"));
}

static void cancel_one(void)
{
    char path[200];
    snprintf(path, sizeof path, OFFBOARDINGS "/%s/cancel", live_id);
    AUTO_ANSWER struct answer cancelled = ASK(.method = "POST", .path = path);
    expect_status(&cancelled, 200);
}

static void streams_tell_what_happens(void **state)
{
    (void)state;
    char path[200];
    char *AUTO_FREE all = listen_to("/api/v1/events", world.token, "live@contoso.example", make_one);
    assert_non_null(strstr(all, "event: snapshot\ndata: {"));
    assert_non_null(strstr(all, "event: offboarding\ndata: {\"offboarding\""));
    snprintf(path, sizeof path, OFFBOARDINGS "/%s/events", live_id);
    char *AUTO_FREE one = listen_to(path, world.token, "event: end", cancel_one);
    assert_non_null(strstr(one, "\"status\":\"cancelled\""));
    snprintf(path, sizeof path, OFFBOARDINGS "/%s/events?last_event_id=0", live_id);
    char *AUTO_FREE replay = listen_to(path, world.token, "event: end", NULL);
    assert_null(strstr(replay, "event: snapshot"));
    assert_non_null(strstr(replay, "event: offboarding"));
    char *AUTO_FREE gone =
        listen_to("/api/v1/events?last_event_id=999999", world.token, "event: reset", NULL);
    assert_non_null(strstr(gone, "data: {}"));
    char *AUTO_FREE bound = listen_to("/api/v1/events?last_event_id=0", world.bound, ": welcome", NULL);
    assert_null(strstr(bound, "contoso"));
    AUTO_ANSWER struct answer bad = ASK(.path = "/api/v1/events?last_event_id=x");
    expect_problem(&bad, 422, "invalid");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(unknown_addresses_and_methods),
        cmocka_unit_test(nobody_gets_in_without_credentials),
        cmocka_unit_test(sessions_need_their_csrf_token),
        cmocka_unit_test(bodies_are_read_strictly),
        cmocka_unit_test(offboardings_name_every_mistake),
        cmocka_unit_test(warnings_are_acknowledged_and_blockers_lifted),
        cmocka_unit_test(one_refused_user_refuses_all),
        cmocka_unit_test(a_key_is_answered_once),
        cmocka_unit_test(planned_shown_listed_and_cancelled),
        cmocka_unit_test(lists_page_and_check_their_filters),
        cmocka_unit_test(tenants_and_their_defaults),
        cmocka_unit_test(users_and_preflight),
        cmocka_unit_test(probes_metrics_and_description),
        cmocka_unit_test(every_route_is_described),
        cmocka_unit_test(streams_tell_what_happens),
    };
    world_setup();
    return cmocka_run_group_tests(tests, world_start, world_stop);
}
