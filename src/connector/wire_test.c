#include "connector/wire.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

#include "base/clock.h"
#include "base/thread.h"
#include "connector/raw_test.h"
#include "connector/script_test.h"
#include "connector/wire_queue.h"

static void answer(void *ctx, const struct script_request *request, struct script_answer *ret)
{
    (void)ctx;
    if (strstr(request->uri, "/slow"))
        ret->delay_ms = 1500;
    if (strstr(request->uri, "/closed") && request->number > 0)
        ret->status = 0;
    if (strstr(request->uri, "/away")) {
        ret->status = 302;
        ret->header[0] = "Location: /elsewhere";
    }
    if (strstr(request->uri, "/huge"))
        ret->filler = WIRE_ANSWER_MAX + 1;
    if (strstr(request->uri, "/zero"))
        ret->body_length = 5; /* NUL bytes */
    else
        snprintf(ret->body, sizeof ret->body, "%s %s %s", request->method, request->uri, request->body);
}

struct fixture {
    struct script *script;
    struct wire *wire;
};

static int setup(void **state)
{
    static struct fixture fixture;
    struct err err;
    fixture.script = script_start(answer, NULL);
    fixture.wire = wire_start(&(struct wire_settings){.in_flight_max = 4}, &err);
    *state = &fixture;
    return 0;
}

static int teardown(void **state)
{
    struct fixture *fixture = *state;
    wire_stop(fixture->wire);
    script_stop(fixture->script);
    return 0;
}

static bool ask(struct fixture *fixture, const char *method, const char *path, const char *body,
                int64_t timeout_ms, struct cancel *cancel, struct wire_reply *ret, struct err *err)
{
    char url[200];
    snprintf(url, sizeof url, "%s%s", script_url(fixture->script), path);
    memset(err, 0, sizeof *err);
    return wire_send(fixture->wire,
                     &(struct wire_request){.method = method,
                                            .url = url,
                                            .body = body,
                                            .body_length = body ? strlen(body) : 0,
                                            .timeout_ms = timeout_ms,
                                            .cancel = cancel,
                                            .connect_to = "127.0.0.1"},
                     ret, err);
}

static void sends_method_and_body(void **state)
{
    static const char *const methods[] = {"POST", "PATCH", "PUT", "DELETE"};
    AUTO_WIRE_REPLY struct wire_reply get = {0};
    struct err err;
    assert_true(ask(*state, "GET", "/a?b=c", NULL, 5000, NULL, &get, &err));
    assert_string_equal(get.body, "GET /a?b=c ");
    for (size_t i = 0; i < 4; i++) {
        AUTO_WIRE_REPLY struct wire_reply reply = {0};
        char wanted[50];
        snprintf(wanted, sizeof wanted, "%s /x {}", methods[i]);
        assert_true(ask(*state, methods[i], "/x", "{}", 5000, NULL, &reply, &err));
        assert_string_equal(reply.body, wanted);
    }
    AUTO_WIRE_REPLY struct wire_reply empty = {0};
    assert_true(ask(*state, "POST", "/x", NULL, 5000, NULL, &empty, &err));
    assert_string_equal(empty.body, "POST /x ");
}

static void keeps_nul_bytes_and_redirects(void **state)
{
    AUTO_WIRE_REPLY struct wire_reply zero = {0}, away = {0};
    struct err err;
    char location[40];
    assert_true(ask(*state, "GET", "/zero", NULL, 5000, NULL, &zero, &err));
    assert_int_equal(zero.body_length, 5);
    assert_true(ask(*state, "GET", "/away", NULL, 5000, NULL, &away, &err));
    assert_int_equal(away.status, 302);
    assert_true(wire_header(&away, "location", location, sizeof location));
    assert_string_equal(location, "/elsewhere");
    assert_false(wire_header(&away, "loc", location, sizeof location));
}

static void reads_dates(void **state)
{
    (void)state;
    struct wire_reply reply = {.headers = (char *)"retry-after: Sun, 06 Nov 1994 08:49:37 GMT\n"};
    int64_t at;
    assert_true(wire_header_date(&reply, "retry-after", &at));
    assert_int_equal(at, 784111777000);
}

static void deadline_ends_the_call(void **state)
{
    AUTO_WIRE_REPLY struct wire_reply reply = {0};
    struct err err;
    int64_t start = clock_mono_ms(clock_system());
    assert_false(ask(*state, "PATCH", "/slow", "{}", 200, NULL, &reply, &err));
    assert_int_equal(err.kind, ERR_TIMEOUT);
    assert_true(err.outcome_unknown);
    assert_true(clock_mono_ms(clock_system()) - start < 1200);
    assert_false(ask(*state, "GET", "/slow", NULL, 200, NULL, &reply, &err));
    assert_int_equal(err.kind, ERR_TIMEOUT);
    assert_false(err.outcome_unknown);
}

/* As after the process stood still: the connection is there, and the time is over. */
static void f24_what_is_late_is_not_sent(void **state)
{
    struct fixture *fixture = *state;
    AUTO_WIRE_REPLY struct wire_reply reply = {0};
    struct err err = {0};
    char url[200];
    int64_t now = clock_passed_ms(clock_system());
    snprintf(url, sizeof url, "%s/x", script_url(fixture->script));
    struct wire_request request = {.method = "PATCH", .url = url, .timeout_ms = 5000, .send_by = now - 1};
    for (int i = 0; i < 2; i++) { /* on a new connection and on a kept one */
        assert_false(wire_send(fixture->wire, &request, &reply, &err));
        assert_int_equal(err.kind, ERR_TIMEOUT);
        assert_false(err.outcome_unknown);
    }
    assert_int_equal(script_count(fixture->script, "PATCH", "/x"), 0);
    request.send_by = now + 60000;
    assert_true(wire_send(fixture->wire, &request, &reply, &err));
}

static void *trigger_soon(void *cancel)
{
    nanosleep(&(struct timespec){0, 100 * 1000000L}, NULL);
    cancel_trigger(cancel);
    return NULL;
}

static void cancel_ends_the_call(void **state)
{
    AUTO_WIRE_REPLY struct wire_reply reply = {0};
    struct err err;
    struct cancel *cancel = cancel_new();
    pthread_t thread = thread_start("trigger", trigger_soon, cancel);
    int64_t start = clock_mono_ms(clock_system());
    assert_false(ask(*state, "POST", "/slow", "{}", 5000, cancel, &reply, &err));
    assert_int_equal(err.kind, ERR_CANCELLED);
    assert_true(err.outcome_unknown);
    assert_true(clock_mono_ms(clock_system()) - start < 1200);
    pthread_join(thread, NULL);
    assert_false(ask(*state, "GET", "/a", NULL, 5000, cancel, &reply, &err));
    assert_int_equal(err.kind, ERR_CANCELLED);
    assert_false(cancel_sleep_ms(cancel, 5000));
    cancel_free(cancel);
}

/* libcurl would send the request again over a new connection, as it does for a GET. */
static void a_post_on_a_kept_connection_is_sent_once(void **state)
{
    struct fixture *fixture = *state;
    AUTO_WIRE_REPLY struct wire_reply warm = {0}, reply = {0};
    struct err err;
    assert_true(ask(fixture, "GET", "/warm", NULL, 5000, NULL, &warm, &err));
    assert_false(ask(fixture, "POST", "/closed", "{}", 5000, NULL, &reply, &err));
    assert_int_equal(err.kind, ERR_UPSTREAM);
    assert_true(err.outcome_unknown);
    assert_int_equal(script_count(fixture->script, "POST", "/closed"), 1);
    assert_false(ask(fixture, "GET", "/closed", NULL, 5000, NULL, &reply, &err));
    assert_int_equal(err.kind, ERR_UPSTREAM);
    assert_false(err.outcome_unknown);
}

static void names_what_cannot_be_reached(void **state)
{
    struct fixture *fixture = *state;
    AUTO_WIRE_REPLY struct wire_reply reply = {0};
    struct err err = {0};
    struct wire_request request = {.method = "POST",
                                   .url = "http://127.0.0.1:1/secret-path",
                                   .body = "{}",
                                   .body_length = 2,
                                   .timeout_ms = 3000};
    assert_false(wire_send(fixture->wire, &request, &reply, &err));
    assert_int_equal(err.kind, ERR_UNREACHABLE);
    assert_false(err.outcome_unknown);
    assert_non_null(strstr(err.message, "127.0.0.1:1"));
    assert_null(strstr(err.message, "secret"));
    request.url = "file:///etc/passwd";
    assert_false(wire_send(fixture->wire, &request, &reply, &err));
    assert_int_equal(err.kind, ERR_INTERNAL);
}

static void refuses_a_huge_answer(void **state)
{
    AUTO_WIRE_REPLY struct wire_reply reply = {0};
    struct err err;
    assert_false(ask(*state, "GET", "/huge", NULL, 30000, NULL, &reply, &err));
    assert_int_equal(err.kind, ERR_UPSTREAM);
    assert_string_equal(err.code, "too_large");
}

struct many {
    struct fixture *fixture;
    unsigned failed;
    pthread_mutex_t lock;
};

static void *ask_many(void *context)
{
    struct many *many = context;
    for (int i = 0; i < 20; i++) {
        AUTO_WIRE_REPLY struct wire_reply reply = {0};
        struct err err;
        if (!ask(many->fixture, "GET", "/many", NULL, 20000, NULL, &reply, &err)) {
            WITH_LOCK(&many->lock);
            many->failed++;
        }
    }
    return NULL;
}

static void many_callers_share_few_transfers(void **state)
{
    struct many many = {.fixture = *state, .lock = PTHREAD_MUTEX_INITIALIZER};
    pthread_t threads[24];
    for (size_t i = 0; i < 24; i++)
        threads[i] = thread_start("many", ask_many, &many);
    for (size_t i = 0; i < 24; i++)
        pthread_join(threads[i], NULL);
    assert_int_equal(many.failed, 0);
    assert_int_equal(script_count(many.fixture->script, "GET", "/many"), 480);
}

static void *ask_slow(void *context)
{
    AUTO_WIRE_REPLY struct wire_reply reply = {0};
    struct err *err = calloc(1, sizeof *err);
    ask(context, "GET", "/slow", NULL, 20000, NULL, &reply, err);
    return err;
}

static void stopping_aborts_calls(void **state)
{
    struct fixture *fixture = *state;
    struct err ignored;
    void *err;
    unsigned before = script_count(fixture->script, "GET", "/slow");
    pthread_t thread = thread_start("slow", ask_slow, fixture);
    while (script_count(fixture->script, "GET", "/slow") == before)
        nanosleep(&(struct timespec){0, 10 * 1000000L}, NULL);
    wire_stop(fixture->wire);
    pthread_join(thread, &err);
    assert_int_equal(((struct err *)err)->kind, ERR_CANCELLED);
    free(err);
    fixture->wire = wire_start(&(struct wire_settings){0}, &ignored);
    assert_null(wire_start(&(struct wire_settings){.ca_file = "/nonexistent"}, &ignored));
    assert_int_equal(ignored.kind, ERR_CONFIG);
}

/* --- whose turn it is --- */

#define HOST "https://graph.example"

static void ten_thousand_of_one_tenant_wait_for_one_of_another(void **state)
{
    (void)state;
    enum { BULK = 10000 };
    struct wire_queue *queue = wire_queue_new(64, 16);
    struct wire_ticket *bulk = calloc(BULK, sizeof *bulk), other[3], urgent, *running[64];
    size_t count = 0;
    for (size_t i = 0; i < BULK; i++)
        wire_queue_add(queue, &bulk[i], HOST, "bulk", false);
    while ((running[count] = wire_queue_next(queue)))
        count++;
    assert_int_equal(count, 6); /* of the eight of an unknown host two are kept */
    wire_queue_learn(queue, running[0], false);
    while ((running[count] = wire_queue_next(queue)))
        count++;
    assert_int_equal(count, 12); /* of sixteen connections */
    for (size_t i = 0; i < 3; i++)
        wire_queue_add(queue, &other[i], HOST, "other", false);
    assert_null(wire_queue_next(queue));
    wire_queue_add(queue, &urgent, HOST, "other", true);
    assert_ptr_equal(wire_queue_next(queue), &urgent); /* at once */
    wire_queue_done(queue, &urgent);
    for (size_t i = 0; i < 3; i++) { /* then each place that comes free goes to who has fewer */
        wire_queue_done(queue, running[--count]);
        assert_ptr_equal(wire_queue_next(queue), &other[i]);
    }
    for (size_t i = 0; i < 3; i++)
        wire_queue_done(queue, &other[i]);
    size_t served = count;
    while (count > 0) {
        wire_queue_done(queue, running[--count]);
        for (struct wire_ticket *next; (next = wire_queue_next(queue)); running[count++] = next)
            assert_ptr_equal(next, &bulk[12 + (served++ - 9)]); /* in the order of arrival */
    }
    assert_int_equal(served - 9 + 12, BULK);
    wire_queue_free(queue);
    free(bulk);
}

static void tenants_take_turns(void **state)
{
    (void)state;
    static const char *const names[] = {"a", "b", "c"};
    struct wire_queue *queue = wire_queue_new(64, 1);
    struct wire_ticket tickets[3][20], urgent[2];
    wire_queue_add(queue, &urgent[0], HOST, "b", true); /* the first to come, and the last */
    for (size_t t = 0; t < 3; t++)
        for (size_t i = 0; i < 20; i++)
            wire_queue_add(queue, &tickets[t][i], HOST, names[t], false);
    wire_queue_add(queue, &urgent[1], HOST, "a", true);
    for (size_t i = 0; i < 2; i++) {
        assert_ptr_equal(wire_queue_next(queue), &urgent[i]);
        wire_queue_done(queue, &urgent[i]);
    }
    for (size_t i = 0; i < 20; i++) {
        bool seen[3] = {0};
        for (size_t n = 0; n < 3; n++) {
            struct wire_ticket *ticket = wire_queue_next(queue);
            size_t t = (size_t)(ticket - &tickets[0][0]) / 20;
            assert_ptr_equal(ticket, &tickets[t][i]);
            assert_false(seen[t]);
            seen[t] = true;
            wire_queue_done(queue, ticket);
        }
    }
    assert_null(wire_queue_next(queue));
    wire_queue_free(queue);
}

/* A host without a slot holds up nobody who calls another one, and one that multiplexes has as many as there
 * are. */
static void hosts_do_not_stand_in_each_others_way(void **state)
{
    (void)state;
    struct wire_queue *queue = wire_queue_new(40, 4);
    struct wire_ticket slow[20], quick[60], gone;
    for (size_t i = 0; i < 20; i++)
        wire_queue_add(queue, &slow[i], "http://slow", "t", false);
    size_t running = 0;
    while (wire_queue_next(queue))
        running++;
    assert_int_equal(running, 3);
    for (size_t i = 0; i < 60; i++)
        wire_queue_add(queue, &quick[i], HOST, "t", false);
    assert_ptr_equal(wire_queue_next(queue), &quick[0]);
    wire_queue_learn(queue, &quick[0], true);
    for (running++; wire_queue_next(queue); running++)
        ;
    assert_int_equal(running, 30); /* three quarters of all */
    wire_queue_add(queue, &gone, HOST, "u", true);
    wire_queue_remove(queue, &gone);
    assert_null(wire_queue_next(queue));
    for (size_t i = 0; i < 20; i++)
        (i < 3 ? wire_queue_done : wire_queue_remove)(queue, &slow[i]);
    for (size_t i = 0; i < 60; i++)
        (i < 27 ? wire_queue_done : wire_queue_remove)(queue, &quick[i]);
    wire_queue_free(queue);
}

static void dribble(void *ctx, const char *method, const char *uri, struct raw_answer *ret)
{
    (void)ctx, (void)method, (void)uri;
    ret->byte_delay_ms = 400;
    snprintf(ret->bytes, sizeof ret->bytes, "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}");
}

static void f11_a_dribbled_answer_ends_at_the_deadline(void **state)
{
    struct fixture *fixture = *state;
    AUTO_WIRE_REPLY struct wire_reply reply = {0};
    struct err err = {0};
    struct raw *raw = raw_start(dribble, NULL);
    struct wire_request request = {.method = "PATCH", .url = raw_url(raw), .timeout_ms = 700};
    assert_false(wire_send(fixture->wire, &request, &reply, &err));
    assert_int_equal(err.kind, ERR_TIMEOUT);
    assert_true(err.outcome_unknown);
    raw_stop(raw);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
    const struct CMUnitTest tests[] = {
        TEST(sends_method_and_body),
        TEST(keeps_nul_bytes_and_redirects),
        TEST(reads_dates),
        TEST(deadline_ends_the_call),
        TEST(f24_what_is_late_is_not_sent),
        TEST(cancel_ends_the_call),
        TEST(a_post_on_a_kept_connection_is_sent_once),
        TEST(names_what_cannot_be_reached),
        TEST(refuses_a_huge_answer),
        TEST(many_callers_share_few_transfers),
        TEST(stopping_aborts_calls),
        cmocka_unit_test(ten_thousand_of_one_tenant_wait_for_one_of_another),
        cmocka_unit_test(tenants_take_turns),
        cmocka_unit_test(hosts_do_not_stand_in_each_others_way),
        TEST(f11_a_dribbled_answer_ends_at_the_deadline),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
