#include "connector/graph.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/text.h"
#include "connector/script_test.h"

#define TEXT(ret, text) snprintf((ret)->body, sizeof(ret)->body, "%s", text)

struct fixture {
    struct stage stage;
    char base[64];
    unsigned runs[32];   /* how often item "/n" was run by the scripted batch */
    unsigned fail_until; /* items with a set bit fail that often … */
    unsigned failing;    /* (bit set) */
    int fail_status;     /* … with this status */
    char effects[64];    /* the order in which items took effect */
    struct {             /* of a random batch: how item "/n" fails before it succeeds */
        unsigned times;
        int status;
        int retry_after_s; /* 0: does not say */
        bool done;
    } plan[20];
    bool planned;
    bool no_links;         /* envelopes with dependencies are refused as a whole */
    int64_t come_again_at; /* monotonic, as m365 sees it: as the answers said */
    char consistency[20];
    char said[2000];
};

static size_t number_of(const char *text)
{
    return strtoul(text, NULL, 10);
}

/* One item of a random batch; its status. What has had its effect must not come again. */
static int run_planned(struct fixture *fixture, size_t n, json_t *headers)
{
    int64_t now = stage_now(&fixture->stage);
    assert_false(fixture->plan[n].done);
    assert_true(now >= fixture->come_again_at);
    if (fixture->plan[n].times == 0) {
        fixture->plan[n].done = true;
        return 204;
    }
    char seconds[12];
    snprintf(seconds, sizeof seconds, "%d", fixture->plan[n].retry_after_s);
    if (fixture->plan[n].retry_after_s)
        json_put_text(headers, "retry-after", seconds);
    fixture->plan[n].times--;
    return fixture->plan[n].status;
}

static void run_planned_batch(struct fixture *fixture, const struct script_request *request,
                              struct script_answer *ret)
{
    struct err err;
    AUTO_JSON json_t *envelope = json_read(request->body, request->body_length, &err);
    AUTO_JSON json_t *responses = json_array();
    int status_of[20] = {0};
    int64_t longest_s = 0;
    size_t i;
    json_t *item;
    json_array_foreach ((json_t *)json_array_at(envelope, "requests"), i, item) {
        size_t n = number_of(json_text(item, "url") + 1);
        const char *before = json_string_value(json_array_get(json_array_at(item, "dependsOn"), 0));
        json_t *headers = json_object();
        bool waits = before && status_of[number_of(before)] / 100 != 2;
        status_of[n] = waits ? 424 : run_planned(fixture, n, headers);
        int64_t wait_s = waits || status_of[n] == 204 ? 0 : fixture->plan[n].retry_after_s;
        longest_s = wait_s > longest_s ? wait_s : longest_s;
        json_array_insert_new(responses, 0,
                              json_make("{s:s,s:i,s:o}", "id", json_text(item, "id"), "status", status_of[n],
                                        "headers", headers));
    }
    fixture->come_again_at = stage_now(&fixture->stage) + longest_s * 1000;
    AUTO_JSON json_t *answer = json_make("{s:O}", "responses", responses);
    AUTO_FREE char *text = json_write(answer);
    TEXT(ret, text);
}

/* Runs a batch as Graph does: dependants of what failed get 424; answers in reverse order. */
static void run_batch(struct fixture *fixture, const struct script_request *request,
                      struct script_answer *ret)
{
    struct err err;
    AUTO_JSON json_t *envelope = json_read(request->body, request->body_length, &err);
    const json_t *requests = json_array_at(envelope, "requests");
    assert_true(json_array_size(requests) <= 20);
    AUTO_JSON json_t *responses = json_array();
    int status_of[64] = {0};
    for (size_t i = 0; i < json_array_size(requests); i++) {
        const json_t *item = json_array_get(requests, i);
        size_t id = number_of(json_text(item, "id"));
        const char *path = json_text(item, "url");
        unsigned n = (unsigned)number_of(path + 1);
        const char *before = json_string_value(json_array_get(json_array_at(item, "dependsOn"), 0));
        int status = strcmp(json_text(item, "method"), "GET") == 0 ? 200 : 204;
        if (before && status_of[number_of(before)] / 100 != 2)
            status = 424;
        else if ((fixture->failing >> n & 1) && fixture->runs[n]++ < fixture->fail_until)
            status = fixture->fail_status;
        else
            snprintf(fixture->effects + strlen(fixture->effects), 4, "%u ", n);
        status_of[id] = status;
        json_t *response = json_make("{s:s,s:i,s:{s:s}}", "id", json_text(item, "id"), "status", status,
                                     "headers", "Retry-After", status == 429 ? "1" : "0");
        if (status == 200)
            json_put(response, "body", json_make("{s:i}", "n", (int)n));
        if (status >= 400)
            json_put(response, "body",
                     json_make("{s:{s:s,s:s}}", "error", "code", "Failed", "message", "No."));
        if (strstr(path, "absent"))
            json_object_del(response, "body");
        if (strstr(path, "null"))
            json_put(response, "body", json_null());
        if (strstr(path, "paged")) {
            char link[100];
            snprintf(link, sizeof link, "%s/v1.0/page?$skip=2", fixture->base);
            json_put(response, "body", json_make("{s:[i,i],s:s}", "value", 1, 2, "@odata.nextLink", link));
        }
        json_array_insert_new(responses, 0, response);
    }
    AUTO_JSON json_t *answer = json_make("{s:O}", "responses", responses);
    AUTO_FREE char *text = json_write(answer);
    TEXT(ret, text);
}

static void answer(void *ctx, const struct script_request *request, struct script_answer *ret)
{
    struct fixture *fixture = ctx;
    const char *uri = request->uri;
    if (strstr(uri, "/oauth2/"))
        return;
    snprintf(fixture->consistency, sizeof fixture->consistency, "%s", request->consistency);
    if (fixture->no_links && strstr(request->body, "dependsOn")) {
        ret->status = 400;
        TEXT(ret, "{\"error\":{\"code\":\"BadRequest\",\"message\":\"Not these dependencies.\"}}");
    } else if (strcmp(uri, "/v1.0/$batch") == 0)
        (fixture->planned ? run_planned_batch : run_batch)(fixture, request, ret);
    if (strstr(uri, "/list"))
        snprintf(ret->body, sizeof ret->body,
                 "{\"value\":[1,2],\"@odata.nextLink\":\"%s/v1.0/page?$skip=2\"}", fixture->base);
    if (strstr(uri, "/page"))
        TEXT(ret, "{\"value\":[3]}");
    if (strstr(uri, "/foreign"))
        TEXT(ret, "{\"value\":[1],\"@odata.nextLink\":\"https://evil.example/v1.0/page\"}");
    if (strstr(uri, "/throttled")) {
        ret->status = 429;
        ret->header[0] = "Retry-After: 60";
    }
    if (strstr(uri, "/created")) {
        ret->status = 201;
        ret->header[0] = "Location: /v1.0/things/1";
        TEXT(ret, "{\"id\":\"1\"}");
    }
}

static int setup(void **state)
{
    struct fixture *fixture = calloc(1, sizeof *fixture);
    stage_open_jumping(&fixture->stage, answer, fixture, NULL);
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

static void links_end_in_ref(void **state)
{
    (void)state;
    AUTO_ARENA struct arena *arena = arena_new();
    assert_string_equal(graph_member_ref_path(arena, "g1", "u1"), "/groups/g1/members/u1/$ref");
    assert_string_equal(graph_owner_ref_path(arena, "g1", "u1"), "/groups/g1/owners/u1/$ref");
    assert_string_equal(graph_member_ref_path(arena, "g", "u/../x?#"),
                        "/groups/g/members/u%2F..%2Fx%3F%23/$ref");
    assert_string_equal(graph_path(arena, "/users/%s?$select=id", "a#EXT#@x.y"),
                        "/users/a%23EXT%23%40x.y?$select=id");
}

static void collects_all_pages(void **state)
{
    struct fixture *fixture = *state;
    struct err err;
    AUTO_JSON json_t *all =
        graph_collect(fixture->stage.m365, &fixture->stage.target, "/list", true, 100, &err);
    assert_int_equal(json_array_size(all), 3);
    assert_string_equal(fixture->consistency, "eventual");
    assert_null(graph_collect(fixture->stage.m365, &fixture->stage.target, "/list", true, 2, &err));
    assert_string_equal(err.code, "too_many_items");
    assert_null(graph_collect(fixture->stage.m365, &fixture->stage.target, "/foreign", false, 100, &err));
    assert_string_equal(err.code, "foreign_link");
    assert_int_equal(err.kind, ERR_UPSTREAM);
}

static bool take_first_page(void *ctx, const json_t *elements, struct err *err)
{
    size_t *count = ctx;
    *count += json_array_size(elements);
    return *count < 2 || err_set(err, ERR_STALE, "That was enough.");
}

static void pages_are_handed_over_one_by_one(void **state)
{
    struct fixture *fixture = *state;
    struct err err;
    size_t count = 0;
    assert_false(graph_pages(fixture->stage.m365, &fixture->stage.target, "/list", false, take_first_page,
                             &count, &err));
    assert_int_equal(err.kind, ERR_STALE);
    assert_int_equal(count, 2);
    assert_int_equal(script_count(fixture->stage.script, "GET", "/v1.0/page"), 0);
}

static void gives_location_and_body(void **state)
{
    struct fixture *fixture = *state;
    AUTO_GRAPH_REPLY struct graph_reply reply = {0};
    AUTO_JSON json_t *body = json_object();
    struct err err;
    assert_true(graph_call(fixture->stage.m365, &fixture->stage.target, "POST", "/created", body, false,
                           &reply, &err));
    assert_int_equal(reply.status, 201);
    assert_string_equal(reply.location, "/v1.0/things/1");
    assert_string_equal(json_text(reply.body, "id"), "1");
    assert_false(
        graph_call(fixture->stage.m365, &fixture->stage.target, "GET", "users", NULL, false, NULL, &err));
}

static bool batch(struct fixture *fixture, struct graph_item *items, size_t count, struct err *err)
{
    memset(err, 0, sizeof *err);
    return graph_batch(fixture->stage.m365, &fixture->stage.target, items, count, err);
}

/* Whoever reads relies on an object. */
static void a_read_without_an_answer_is_broken(void **state)
{
    struct fixture *fixture = *state;
    struct graph_item items[] = {{.method = "GET", .path = "/1/absent", .after = -1},
                                 {.method = "GET", .path = "/2/null", .after = -1},
                                 {.method = "GET", .path = "/3", .after = -1}};
    struct err err;
    assert_true(batch(fixture, items, 3, &err));
    for (int i = 0; i < 2; i++) {
        assert_false(graph_item_ok(&items[i]));
        assert_string_equal(items[i].err.code, "broken_answer");
    }
    assert_true(graph_item_ok(&items[2]));
    graph_items_done(items, 3);
}

static void f10_all_patterns_of_five(void **state)
{
    static const char *const paths[] = {"/0", "/1", "/2", "/3", "/4"};
    struct fixture *fixture = *state;
    AUTO_JSON json_t *body = json_object();
    for (unsigned pattern = 0; pattern < 32; pattern++) {
        struct graph_item items[5];
        struct err err;
        fixture->failing = pattern;
        fixture->fail_until = 1;
        fixture->fail_status = pattern % 2 ? 503 : 502; /* without a Retry-After: at once */
        memset(fixture->runs, 0, sizeof fixture->runs);
        fixture->effects[0] = '\0';
        for (size_t i = 0; i < 5; i++)
            items[i] = (struct graph_item){.method = "PATCH", .path = paths[i], .body = body, .after = -1};
        assert_true(batch(fixture, items, 5, &err));
        for (size_t i = 0; i < 5; i++) {
            assert_true(graph_item_ok(&items[i]));
            char number[3] = {(char)('0' + i), ' ', '\0'};
            const char *first = strstr(fixture->effects, number);
            assert_non_null(first); /* took effect, and exactly once */
            assert_null(strstr(first + 1, number));
        }
        graph_items_done(items, 5);
    }
}

static void f10_random_patterns_of_twenty(void **state)
{
    static const int statuses[] = {429, 429, 503, 500, 502, 504, 408};
    struct fixture *fixture = *state;
    AUTO_JSON json_t *body = json_object();
    uint32_t dice = 20240917; /* the same patterns each time */
    fixture->planned = true;
    fixture->stage.target.patience_ms = 600000;
    for (int round = 0; round < 250; round++) {
        struct graph_item items[20];
        char paths[20][8];
        struct err err;
        for (int i = 0; i < 20; i++) {
            dice = dice * 1664525 + 1013904223;
            uint32_t roll = dice >> 8;
            snprintf(paths[i], sizeof paths[i], "/%d", i);
            items[i] =
                (struct graph_item){.method = roll % 3 ? "PATCH" : "GET", .path = paths[i], .after = -1};
            items[i].body = roll % 3 ? body : NULL;
            if (i % 2 == 1 && roll / 3 % 4 == 0)
                items[i].after = i - 1;
            fixture->plan[i].done = false;
            fixture->plan[i].times = roll / 12 % 5 < 2 ? 0 : roll / 60 % 3;
            fixture->plan[i].status = statuses[roll / 180 % 7];
            fixture->plan[i].retry_after_s = (int)(roll / 1260 % 2 * (1 + roll / 2520 % 9));
        }
        assert_true(batch(fixture, items, 20, &err));
        for (int i = 0; i < 20; i++) {
            if (!graph_item_ok(&items[i]) || !fixture->plan[i].done)
                fail_msg("round %d, item %d: %d %s", round, i, items[i].status, items[i].err.message);
        }
        graph_items_done(items, 20);
    }
}

/* A POST may have been done although it was throttled; what depends on it comes again with it. */
static void f09_a_throttled_post_is_not_sent_again(void **state)
{
    struct fixture *fixture = *state;
    struct graph_item items[] = {{.method = "POST", .path = "/0", .after = -1},
                                 {.method = "PATCH", .path = "/1", .after = 0},
                                 {.method = "PATCH", .path = "/2", .after = -1}};
    struct err err;
    fixture->failing = 1 | 4;
    fixture->fail_until = 1;
    fixture->fail_status = 429;
    assert_true(batch(fixture, items, 3, &err));
    assert_int_equal(fixture->runs[0], 1);
    assert_int_equal(items[0].err.kind, ERR_LIMIT);
    assert_true(items[0].err.outcome_unknown);
    assert_int_equal(items[0].err.retry_after_ms, 1000);
    assert_false(items[1].ran);
    assert_true(err_again(&items[1].err));
    assert_int_equal(items[1].err.retry_after_ms, 1000);
    assert_true(graph_item_ok(&items[2]));
    assert_string_equal(fixture->effects, "2 ");
}

/* Outlook is throttled, the directory is not. */
static void f07_a_closed_workload_holds_up_its_own_items_alone(void **state)
{
    struct fixture *fixture = *state;
    struct graph_item items[] = {{.method = "GET", .path = "/users/a/events?1", .after = -1},
                                 {.method = "GET", .path = "/2", .after = -1},
                                 {.method = "GET", .path = "/3", .after = 0}};
    struct err err;
    struct graph_reply reply = {0};
    fixture->stage.target.patience_ms = 2000;
    assert_false(graph_call(fixture->stage.m365, &fixture->stage.target, "GET",
                            "/users/a/mailFolders/throttled", NULL, false, &reply, &err));
    assert_int_equal(err.retry_after_ms, 60000);
    assert_true(batch(fixture, items, 3, &err));
    assert_true(graph_item_ok(&items[1]));
    assert_int_equal(items[0].err.kind, ERR_LIMIT);
    assert_in_range(items[0].err.retry_after_ms, 50000, 60000);
    assert_true(err_again(&items[2].err));
    fixture->stage.target.patience_ms = 100000;
    assert_true(batch(fixture, items + 0, 1, &err));
    assert_int_equal(items[0].err.kind, ERR_NONE);
    graph_items_done(items, 3);
}

static void f12_items_with_a_spent_token_get_one_new_try(void **state)
{
    struct fixture *fixture = *state;
    struct graph_item items[] = {{.method = "GET", .path = "/0", .after = -1},
                                 {.method = "POST", .path = "/1", .after = -1},
                                 {.method = "GET", .path = "/2", .after = -1}};
    struct err err;
    fixture->failing = 1 | 2;
    fixture->fail_until = 1;
    fixture->fail_status = 401;
    assert_true(batch(fixture, items, 3, &err));
    for (int i = 0; i < 3; i++)
        assert_true(graph_item_ok(&items[i]));
    assert_int_equal(script_count(fixture->stage.script, "POST", TOKEN_PATH), 2);
    graph_items_done(items, 3);
    fixture->runs[0] = 0;
    fixture->fail_until = 9;
    assert_true(batch(fixture, items, 1, &err));
    assert_int_equal(items[0].err.upstream_status, 401);
    assert_int_equal(fixture->runs[0], 2);
}

static void a_chain_waits_for_its_throttled_link(void **state)
{
    static const char *const paths[] = {"/0", "/1", "/2", "/3"};
    struct fixture *fixture = *state;
    struct graph_item items[4];
    struct err err;
    fixture->failing = 1u << 1;
    fixture->fail_until = 1;
    fixture->fail_status = 429;
    for (int i = 0; i < 4; i++)
        items[i] = (struct graph_item){.method = "GET", .path = paths[i], .after = i - 1};
    int64_t start = stage_now(&fixture->stage);
    assert_true(batch(fixture, items, 4, &err));
    assert_true(stage_now(&fixture->stage) - start >= 1000);
    assert_string_equal(fixture->effects, "0 1 2 3 ");
    for (int i = 0; i < 4; i++) {
        assert_true(graph_item_ok(&items[i]));
        assert_int_equal(json_int(items[i].reply, "n", -1), i);
    }
    assert_int_equal(script_count(fixture->stage.script, "POST", "/v1.0/$batch"), 2);
    graph_items_done(items, 4);
}

/* Which forms of dependencies Graph takes in one batch is not documented for all. */
static void refused_dependencies_go_one_after_the_other(void **state)
{
    static const char *const paths[] = {"/0", "/1", "/2", "/3"};
    struct fixture *fixture = *state;
    struct graph_item items[4];
    struct err err;
    fixture->no_links = true;
    for (int i = 0; i < 4; i++)
        items[i] = (struct graph_item){.method = "POST", .path = paths[i], .after = i < 3 ? i - 1 : -1};
    assert_true(batch(fixture, items, 4, &err));
    for (int i = 0; i < 4; i++)
        assert_true(graph_item_ok(&items[i]));
    assert_string_equal(fixture->effects, "0 3 1 2 ");
    graph_items_done(items, 4);
}

static void what_comes_after_a_failure_is_skipped(void **state)
{
    static const char *const paths[] = {"/0", "/1", "/2"};
    struct fixture *fixture = *state;
    struct graph_item items[3];
    struct err err;
    fixture->failing = 1;
    fixture->fail_until = 9;
    fixture->fail_status = 403;
    for (int i = 0; i < 3; i++)
        items[i] = (struct graph_item){.method = "POST", .path = paths[i], .after = i - 1};
    assert_true(batch(fixture, items, 3, &err));
    assert_int_equal(items[0].err.kind, ERR_REFUSED);
    assert_true(items[0].ran);
    assert_string_equal(items[0].err.code, "Failed");
    assert_false(items[1].ran);
    assert_false(items[2].ran);
    assert_int_equal(items[2].err.upstream_status, 424);
    assert_string_equal(fixture->effects, "");
}

static void a_post_that_failed_is_not_sent_again(void **state)
{
    struct fixture *fixture = *state;
    struct graph_item items[] = {{.method = "POST", .path = "/0", .after = -1},
                                 {.method = "GET", .path = "/1", .after = -1}};
    struct err err;
    fixture->failing = 1;
    fixture->fail_until = 9;
    fixture->fail_status = 504;
    assert_true(batch(fixture, items, 2, &err));
    assert_true(items[0].err.outcome_unknown);
    assert_int_equal(items[0].err.kind, ERR_UPSTREAM);
    assert_int_equal(fixture->runs[0], 1);
    assert_true(graph_item_ok(&items[1]));
    graph_items_done(items, 2);
}

static void a_throttled_item_says_when_to_come_again(void **state)
{
    struct fixture *fixture = *state;
    struct graph_item items[] = {{.method = "GET", .path = "/0", .after = -1},
                                 {.method = "GET", .path = "/1", .after = -1}};
    struct err err;
    fixture->failing = 1;
    fixture->fail_until = 9;
    fixture->fail_status = 429;
    fixture->stage.target.patience_ms = 500;
    assert_true(batch(fixture, items, 2, &err));
    assert_int_equal(items[0].err.kind, ERR_LIMIT);
    assert_int_equal(items[0].err.retry_after_ms, 1000);
    assert_true(graph_item_ok(&items[1]));
    graph_items_done(items, 2);
}

static void many_items_and_pages(void **state)
{
    struct fixture *fixture = *state;
    struct graph_item items[45];
    struct err err;
    for (int i = 0; i < 45; i++)
        items[i] = (struct graph_item){.method = "GET", .path = "/1", .after = -1};
    items[44] = (struct graph_item){.method = "GET", .path = "/2/paged", .after = 3};
    assert_true(batch(fixture, items, 45, &err));
    assert_int_equal(script_count(fixture->stage.script, "POST", "/v1.0/$batch"), 3);
    assert_int_equal(json_array_size(json_array_at(items[44].reply, "value")), 3);
    assert_null(json_text(items[44].reply, "@odata.nextLink"));
    graph_items_done(items, 45);
}

static bool before(void *ctx, const struct m365_write *writes, size_t count, struct err *err)
{
    struct fixture *fixture = ctx;
    (void)err;
    for (size_t i = 0; i < count; i++) {
        size_t length = strlen(fixture->said);
        assert_int_equal(strlen(writes[i].hash), 16);
        snprintf(fixture->said + length, sizeof fixture->said - length, "<%s", writes[i].what);
    }
    return true;
}

static void after(void *ctx, const struct m365_write *writes, size_t count)
{
    struct fixture *fixture = ctx;
    for (size_t i = 0; i < count; i++) {
        size_t length = strlen(fixture->said);
        snprintf(fixture->said + length, sizeof fixture->said - length, ">%s %d", writes[i].what,
                 writes[i].status);
    }
}

static void each_write_is_announced(void **state)
{
    struct fixture *fixture = *state;
    struct graph_item items[] = {{.method = "GET", .path = "/0", .after = -1},
                                 {.method = "PATCH", .path = "/1?$x=y", .after = -1},
                                 {.method = "DELETE", .path = "/2", .after = 1}};
    struct err err;
    fixture->stage.target.before_writes = before;
    fixture->stage.target.after_writes = after;
    fixture->stage.target.ctx = fixture;
    fixture->failing = 2;
    fixture->fail_until = 1;
    fixture->fail_status = 503;
    assert_true(batch(fixture, items, 3, &err));
    assert_string_equal(fixture->said, "<PATCH /1<DELETE /2>PATCH /1 503>DELETE /2 424"
                                       "<PATCH /1<DELETE /2>PATCH /1 204>DELETE /2 204");
    graph_items_done(items, 3);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(links_end_in_ref),
        TEST(a_read_without_an_answer_is_broken),
        TEST(collects_all_pages),
        TEST(pages_are_handed_over_one_by_one),
        TEST(gives_location_and_body),
        TEST(f10_all_patterns_of_five),
        TEST(f10_random_patterns_of_twenty),
        TEST(f09_a_throttled_post_is_not_sent_again),
        TEST(f07_a_closed_workload_holds_up_its_own_items_alone),
        TEST(f12_items_with_a_spent_token_get_one_new_try),
        TEST(a_chain_waits_for_its_throttled_link),
        TEST(refused_dependencies_go_one_after_the_other),
        TEST(what_comes_after_a_failure_is_skipped),
        TEST(a_post_that_failed_is_not_sent_again),
        TEST(a_throttled_item_says_when_to_come_again),
        TEST(many_items_and_pages),
        TEST(each_write_is_announced),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
