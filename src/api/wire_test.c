/* The pure parts: guard, requests, input, problems, cookies, headers, event streams, static files. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "api/cookie.h"
#include "api/guard.h"
#include "api/headers.h"
#include "api/http.h"
#include "api/input.h"
#include "api/metrics.h"
#include "api/problem.h"
#include "api/sse.h"
#include "api/static.h"
#include "api/stream.h"

static const char *judge(const char *version, const struct http_pair *headers)
{
    struct guard guard = GUARD_INIT;
    for (; headers->name; headers++)
        guard_header(&guard, headers->name, strlen(headers->name), headers->value, strlen(headers->value));
    return guard_verdict(&guard, version);
}
#define JUDGE(version, ...) judge(version, (const struct http_pair[]){__VA_ARGS__, {NULL, NULL}})

static void guard_refuses_ambiguous_framing(void **state)
{
    (void)state;
    assert_null(JUDGE("HTTP/1.1", {"Host", "a:80"}, {"Content-Length", "12"}));
    assert_null(JUDGE("HTTP/1.1", {"Host", "[::1]:80"}, {"Transfer-Encoding", "Chunked"}));
    assert_null(JUDGE("HTTP/1.0", {"Accept", "*/*"}));
    assert_non_null(JUDGE("HTTP/1.1", {"Accept", "*/*"}));
    assert_non_null(JUDGE("HTTP/2.0", {"Host", "a"}));
    assert_non_null(JUDGE("HTTP/1.1", {"Host", "a"}, {"Host", "b"}));
    assert_non_null(JUDGE("HTTP/1.1", {"Host", "a b"}));
    assert_non_null(JUDGE("HTTP/1.1", {"Host", ""}));
    assert_non_null(JUDGE("HTTP/1.1", {"Host", "a"}, {"Content-Length", "1"}, {"content-length", "2"}));
    assert_non_null(JUDGE("HTTP/1.1", {"Host", "a"}, {"Content-Length", "1"}, {"Content-Length", "1"}));
    assert_non_null(JUDGE("HTTP/1.1", {"Host", "a"}, {"Content-Length", "+1"}));
    assert_non_null(JUDGE("HTTP/1.1", {"Host", "a"}, {"Content-Length", ""}));
    assert_non_null(JUDGE("HTTP/1.1", {"Host", "a"}, {"Content-Length", "9999999999999999999999"}));
    assert_non_null(
        JUDGE("HTTP/1.1", {"Host", "a"}, {"Content-Length", "1"}, {"Transfer-Encoding", "chunked"}));
    assert_non_null(JUDGE("HTTP/1.1", {"Host", "a"}, {"Transfer-Encoding", "xchunked"}));
    assert_non_null(JUDGE("HTTP/1.1", {"Host", "a"}, {"Transfer-Encoding", "gzip, chunked"}));
    assert_non_null(JUDGE("HTTP/1.0", {"Transfer-Encoding", "chunked"}));
    assert_non_null(JUDGE("HTTP/1.1", {"Host", "a"}, {"X\x01", "1"}));
    assert_non_null(JUDGE("HTTP/1.1", {"Host", "a"}, {"X Y", "1"}));
    assert_non_null(JUDGE("HTTP/1.1", {"Host", "a"}, {"", "1"}));
    assert_non_null(JUDGE("HTTP/1.1", {"Host", "a"}, {"X", "a\x0b"}));
}

static void cookies_are_found_and_made(void **state)
{
    (void)state;
    AUTO_ARENA struct arena *arena = arena_new();
    struct http_pair headers[] = {{"cookie", "a=1; lastday_session=tok; b=2"}};
    struct http_request request = {.headers = headers, .header_count = 1};
    assert_string_equal(http_cookie(&request, arena, "lastday_session"), "tok");
    assert_string_equal(http_cookie(&request, arena, "b"), "2");
    assert_null(http_cookie(&request, arena, "session"));
    headers[0].value = "lastday_session=x; lastday_session=y";
    assert_null(http_cookie(&request, arena, "lastday_session"));
    headers[0].value = ";;; ;a";
    assert_null(http_cookie(&request, arena, "a"));
    assert_string_equal(cookie_make(arena, false, "tok", 60),
                        "lastday_session=tok; Path=/; Max-Age=60; HttpOnly; SameSite=Strict");
    assert_string_equal(cookie_make(arena, true, "", 0),
                        "__Host-lastday_session=; Path=/; Max-Age=0; HttpOnly; SameSite=Strict; Secure");
}

static bool from(const char *origin, const char *site, const char *public_url)
{
    struct http_pair headers[3] = {{"Host", "lastday.example:8080"}};
    struct http_request request = {.headers = headers, .header_count = 1};
    if (origin)
        headers[request.header_count++] = (struct http_pair){"Origin", origin};
    if (site)
        headers[request.header_count++] = (struct http_pair){"Sec-Fetch-Site", site};
    return origin_is_ours(&request, public_url);
}

static void origin_is_checked(void **state)
{
    (void)state;
    assert_true(from(NULL, NULL, NULL));
    assert_true(from("http://lastday.example:8080", "same-origin", NULL));
    assert_true(from("https://public.example", NULL, "https://public.example/app"));
    assert_false(from("http://lastday.example", NULL, NULL));
    assert_false(from("http://lastday.example:80801", NULL, NULL));
    assert_false(from("http://evil.example", NULL, "https://public.example"));
    assert_false(from("null", NULL, NULL));
    assert_false(from(NULL, "cross-site", NULL));
    assert_false(from("http://lastday.example:8080", "same-site", NULL));
}

static void client_behind_proxies(void **state)
{
    static const char *const trusted[] = {"10.0.0.1", "10.0.0.2", NULL};
    static const struct {
        const char *peer, *forwarded, *client;
        bool loopback;
    } cases[] = {
        {"127.0.0.1", NULL, "127.0.0.1", true},
        {"::1", NULL, "::1", true},
        {"::ffff:127.0.0.1", NULL, "127.0.0.1", true},
        {"127.0.0.1", "192.0.2.7", "127.0.0.1", false},
        {"10.0.0.1", "192.0.2.7", "192.0.2.7", false},
        {"10.0.0.1", "6.6.6.6, 192.0.2.7, 10.0.0.2", "192.0.2.7", false},
        {"10.0.0.1", "rubbish", "10.0.0.1", false},
        {"192.0.2.9", "127.0.0.1", "192.0.2.9", false},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        AUTO_ARENA struct arena *arena = arena_new();
        struct http_pair headers[] = {{"X-Forwarded-For", cases[i].forwarded}};
        struct http_request request = {.headers = headers, .header_count = cases[i].forwarded ? 1 : 0};
        client_find(&request, arena, cases[i].peer, trusted);
        assert_string_equal(request.client, cases[i].client);
        assert_int_equal(request.loopback, cases[i].loopback);
    }
}

static void answers_are_hardened(void **state)
{
    (void)state;
    struct http_request request = {.id = "r1", .secure = true};
    struct reply reply = {0};
    reply_header(&reply, "Cache-Control", "public");
    headers_harden(&reply, &request);
    assert_string_equal(reply_header_get(&reply, "cache-control"), "public");
    assert_string_equal(reply_header_get(&reply, "X-Content-Type-Options"), "nosniff");
    assert_string_equal(reply_header_get(&reply, "X-Request-Id"), "r1");
    assert_non_null(reply_header_get(&reply, "Strict-Transport-Security"));
    assert_non_null(reply_header_get(&reply, "Content-Security-Policy"));
}

static const struct input_field fields[] = {
    {"name", INPUT_TEXT, INPUT_REQUIRED, 1, 5}, {"flag", INPUT_FLAG, 0, 0, 0},
    {"id", INPUT_UUID, INPUT_NULLABLE, 0, 0},   {"list", INPUT_ARRAY, 0, 1, 2},
    {"object", INPUT_OBJECT, 0, 0, 0},
};

/* "pointer code" of the first mistake, and how many there are. */
static void check_input(const char *text, size_t count, const char *pointer, const char *code)
{
    AUTO_ARENA struct arena *arena = arena_new();
    struct err err = {0};
    struct input input = {.arena = arena};
    AUTO_JSON json_t *value = json_read(text, strlen(text), &err);
    assert_non_null(value);
    assert_int_equal(INPUT_OBJECT_CHECK(&input, value, "", fields), count == 0);
    assert_int_equal(input_count(&input), count);
    assert_int_equal(input_verdict(&input, &err), count == 0);
    if (count > 0) {
        assert_int_equal(err.kind, ERR_INPUT);
        assert_non_null(json_array_find(input.errors, "pointer", pointer));
        assert_string_equal(json_text(json_array_find(input.errors, "pointer", pointer), "code"), code);
    }
    input_done(&input);
}

static void input_is_strict(void **state)
{
    (void)state;
    check_input("{\"name\":\"x\",\"flag\":true,\"id\":null,\"list\":[1],\"object\":{}}", 0, NULL, NULL);
    check_input("{}", 1, "/name", "missing");
    check_input("{\"name\":\"\"}", 1, "/name", "empty");
    check_input("{\"name\":\"123456\"}", 1, "/name", "too_long");
    check_input("{\"name\":1,\"flag\":\"yes\"}", 2, "/flag", "wrong_type");
    check_input("{\"name\":\"x\",\"id\":\"nope\"}", 1, "/id", "wrong_type");
    check_input("{\"name\":\"x\",\"list\":[1,2,3]}", 1, "/list", "too_long");
    check_input("{\"name\":\"x\",\"a/b~\":1}", 1, "/a~1b~0", "unknown_field");
    check_input("[]", 1, "", "wrong_type");
}

static void problems_have_their_shape(void **state)
{
    (void)state;
    AUTO_ARENA struct arena *arena = arena_new();
    struct err err = {0};
    struct reply reply = {0};
    AUTO_JSON json_t *errors = json_array();
    problem_field(errors, "/users/0", "unknown_user", "No such user.");
    err_code(&err, ERR_LIMIT, "slow_down", "Wait a little.");
    err.retry_after_ms = 1500;
    problem_reply(&reply, arena, &err, errors, "r1");
    assert_int_equal(reply.status, 429);
    assert_string_equal(reply.content_type, "application/problem+json");
    assert_string_equal(reply_header_get(&reply, "Retry-After"), "2");
    AUTO_JSON json_t *problem = json_read(reply.body, reply.length, &err);
    assert_string_equal(json_text(problem, "type"), "/problems/too_many_requests");
    assert_string_equal(json_text(problem, "code"), "slow_down");
    assert_string_equal(json_text(problem, "detail"), "Wait a little.");
    assert_string_equal(json_text(problem, "request_id"), "r1");
    assert_int_equal(json_int(problem, "status", 0), 429);
    assert_int_equal(json_array_size(json_array_at(problem, "errors")), 1);
}

static void problems_keep_what_is_inside(void **state)
{
    (void)state;
    AUTO_ARENA struct arena *arena = arena_new();
    struct err err = {0};
    struct reply reply = {0};
    err_set(&err, ERR_INTERNAL, "SQL: no such column");
    problem_reply(&reply, arena, &err, NULL, "r2");
    assert_int_equal(reply.status, 500);
    assert_null(strstr(reply.body, "SQL"));
    assert_non_null(strstr(reply.body, "r2"));
}

static void events_have_their_form(void **state)
{
    (void)state;
    AUTO_STRBUF struct strbuf buf = STRBUF_MAX(1000);
    sse_event(&buf, 7, "task", "{\"a\":1}");
    sse_event(&buf, -1, "reset", "one\r\ntwo\nthree");
    assert_string_equal(strbuf_text(&buf), "id: 7\nevent: task\ndata: {\"a\":1}\n\n"
                                           "event: reset\ndata: one\ndata: two\ndata: three\n\n");
    int64_t id = -1;
    assert_int_equal(sse_last_id(NULL, NULL, &id), SSE_NONE);
    assert_int_equal(sse_last_id("", NULL, &id), SSE_NONE);
    assert_int_equal(sse_last_id("12", "3", &id), SSE_ID);
    assert_int_equal(id, 12);
    assert_int_equal(sse_last_id(NULL, "3", &id), SSE_ID);
    assert_int_equal(id, 3);
    assert_int_equal(sse_last_id("-1", NULL, &id), SSE_BAD);
    assert_int_equal(sse_last_id("1x", NULL, &id), SSE_BAD);
}

static int parked;
static void count_park(void *arg)
{
    (void)arg;
    parked++;
}
static void count_unpark(void *arg)
{
    (void)arg;
    parked--;
}

static void streams_park_and_bound(void **state)
{
    (void)state;
    char bytes[16];
    struct stream *stream = stream_new();
    stream_attach(stream, &(struct stream_parking){count_park, count_unpark, NULL});
    assert_int_equal(stream_read(stream, bytes, sizeof bytes), 0);
    assert_int_equal(parked, 1);
    assert_true(stream_write(stream, "hello", 5, STREAM_MAX_BYTES));
    assert_int_equal(parked, 0);
    assert_int_equal(stream_read(stream, bytes, 3), 3);
    assert_true(stream_write(stream, "!", 1, STREAM_MAX_BYTES));
    assert_int_equal(stream_read(stream, bytes, sizeof bytes), 3);
    assert_memory_equal(bytes, "lo!", 3);
    assert_false(stream_write(stream, "hello", 5, 4));
    assert_int_equal(stream_room(stream), STREAM_MAX_BYTES);
    assert_int_equal(stream_read(stream, bytes, sizeof bytes), 0);
    stream_end(stream);
    assert_int_equal(parked, 0);
    assert_int_equal(stream_read(stream, bytes, sizeof bytes), -1);
    assert_true(stream_is_read(stream));
    stream_reader_leaves(stream);
    assert_false(stream_is_read(stream));
    assert_false(stream_write(stream, "x", 1, STREAM_MAX_BYTES));
    stream_writer_leaves(stream);
}

static void fill_seven(const struct rng *rng, void *bytes, size_t count)
{
    (void)rng;
    memset(bytes, 7, count);
}

static const struct embedded_file files[] = {
    {"/assets/app-1a.js", "text/javascript", true, "abc", {{"BR", 2}, {"GZIP", 4}, {NULL, 0}}},
    {"/index.html", "text/html", false, "def", {{NULL, 0}, {NULL, 0}, {"<a nonce=__CSP_NONCE__>.", 24}}},
};

static struct reply get(const struct static_site *site, struct arena *arena, const char *path,
                        const char *accept, const char *encoding, const char *none_match)
{
    static const struct rng rng = {fill_seven};
    struct reply reply = {0};
    struct http_pair headers[] = {{"Accept", accept ? accept : ""},
                                  {"Accept-Encoding", encoding ? encoding : ""},
                                  {"If-None-Match", none_match ? none_match : ""}};
    struct http_request request = {.path = path, .headers = headers, .header_count = 3};
    static_serve(site, &request, arena, &rng, &reply);
    return reply;
}

static void static_files_are_negotiated(void **state)
{
    (void)state;
    AUTO_ARENA struct arena *arena = arena_new();
    const struct static_site site = {files, 2};
    struct reply reply = get(&site, arena, "/assets/app-1a.js", NULL, "gzip, deflate, br", NULL);
    assert_int_equal(reply.status, 200);
    assert_string_equal(reply_header_get(&reply, "Content-Encoding"), "br");
    assert_string_equal(reply_header_get(&reply, "ETag"), "\"abc-br\"");
    assert_string_equal(reply_header_get(&reply, "Cache-Control"), "public, max-age=31536000, immutable");
    assert_non_null(strstr(reply_header_get(&reply, "Content-Security-Policy"), "connect-src 'self'"));
    reply = get(&site, arena, "/assets/app-1a.js", NULL, "br;q=0, gzip;q=0.5", NULL);
    assert_string_equal(reply_header_get(&reply, "Content-Encoding"), "gzip");
    reply = get(&site, arena, "/assets/app-1a.js", NULL, NULL, NULL);
    assert_string_equal(reply_header_get(&reply, "Content-Encoding"), "gzip");
    reply = get(&site, arena, "/assets/app-1a.js", NULL, "br", "W/\"x\", \"abc-br\"");
    assert_int_equal(reply.status, 304);
    reply = get(&site, arena, "/assets/gone.js", "*/*", NULL, NULL);
    assert_int_equal(reply.status, 404);
}

static void pages_get_a_nonce(void **state)
{
    (void)state;
    AUTO_ARENA struct arena *arena = arena_new();
    const struct static_site site = {files, 2};
    struct reply reply = get(&site, arena, "/offboardings/1", NULL, "br", NULL);
    assert_int_equal(reply.status, 200);
    assert_string_equal(reply.body, "<a nonce=BwcHBwcHBwcHBwcHBwcHBwcH>.");
    assert_non_null(
        strstr(reply_header_get(&reply, "Content-Security-Policy"), "'nonce-BwcHBwcHBwcHBwcHBwcHBwcH'"));
    assert_string_equal(reply_header_get(&reply, "Cache-Control"), "no-store");
    reply = get(&site, arena, "/tenants/contoso.com", "text/html", NULL, NULL);
    assert_int_equal(reply.status, 200);
    const struct static_site none = {NULL, 0};
    reply = get(&none, arena, "/", "text/html", NULL, NULL);
    assert_int_equal(reply.status, 200);
    assert_non_null(strstr(reply.body, "without the web client"));
}

static struct metrics_route name_of(size_t route)
{
    return route == 0 ? (struct metrics_route){"GET", "/a"} : (struct metrics_route){"", "other\"\n"};
}

static void metrics_are_prometheus_text(void **state)
{
    (void)state;
    AUTO_STRBUF struct strbuf buf = STRBUF_MAX(4096);
    struct metrics *metrics = metrics_new();
    metrics_request(metrics, 0, 200, 5);
    metrics_request(metrics, 0, 200, 6);
    metrics_request(metrics, METRICS_NO_ROUTE, 404, 0);
    metrics_request(metrics, METRICS_NO_ROUTE + 1, 200, 0);
    metrics_request(metrics, 0, 9999, 0);
    metrics_upstream(metrics, "graph", "GET", 429, 7);
    metrics_upstream(metrics, "elsewhere", "GET", 0, 0);
    metrics_write(metrics, &buf, name_of);
    assert_non_null(strstr(strbuf_text(&buf), "calls_total{service=\"graph\",status=\"429\"} 1\n"));
    assert_non_null(strstr(strbuf_text(&buf), "calls_total{service=\"other\",status=\"none\"} 1\n"));
    assert_non_null(strstr(strbuf_text(&buf),
                           "# TYPE lastday_http_requests_total counter\n"
                           "lastday_http_requests_total{method=\"GET\",route=\"/a\",status="
                           "\"200\"} 2\n"));
    assert_non_null(strstr(strbuf_text(&buf), "route=\"other\\\"\\n\",status=\"404\"} 1\n"));
    assert_non_null(strstr(strbuf_text(&buf), "milliseconds_total{method=\"GET\",route=\"/a\"} 11\n"));
    strbuf_done(&buf);
    metrics_sample(&buf, "up", 1, NULL);
    assert_string_equal(strbuf_text(&buf), "up 1\n");
    metrics_free(metrics);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(guard_refuses_ambiguous_framing),
        cmocka_unit_test(cookies_are_found_and_made),
        cmocka_unit_test(origin_is_checked),
        cmocka_unit_test(client_behind_proxies),
        cmocka_unit_test(answers_are_hardened),
        cmocka_unit_test(input_is_strict),
        cmocka_unit_test(problems_have_their_shape),
        cmocka_unit_test(problems_keep_what_is_inside),
        cmocka_unit_test(events_have_their_form),
        cmocka_unit_test(streams_park_and_bound),
        cmocka_unit_test(static_files_are_negotiated),
        cmocka_unit_test(pages_get_a_nonce),
        cmocka_unit_test(metrics_are_prometheus_text),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
