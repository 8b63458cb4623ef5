/* The pure parts: buckets, breaker, amounts, costs, and what answers say of limits. */
#include "connector/limit.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/text.h"
#include "connector/breaker.h"
#include "connector/bucket.h"
#include "connector/cost.h"
#include "connector/throttle.h"

/* --- buckets --- */

static void a_bucket_gives_its_amount_at_once_and_then_its_rate(void **state)
{
    (void)state;
    struct bucket bucket;
    bucket_init(&bucket, 5, 10000, 0, 1000);
    for (int i = 0; i < 5; i++) {
        assert_int_equal(bucket_wait_ms(&bucket, 1, false, 1000), 0);
        bucket_draw(&bucket, 1, 1000);
    }
    assert_int_equal(bucket_wait_ms(&bucket, 1, false, 1000), 2000);
    assert_int_equal(bucket_wait_ms(&bucket, 1, false, 2999), 1);
    assert_int_equal(bucket_wait_ms(&bucket, 1, false, 3000), 0);
    assert_int_equal(bucket_wait_ms(&bucket, 3, false, 3000), 4000);
    assert_false(bucket_is_full(&bucket, 10999));
    assert_true(bucket_is_full(&bucket, 11000));
}

/* However the draws are spread: what was let through in any time is at most the amount and what came in. */
static void a_bucket_never_gives_more(void **state)
{
    (void)state;
    struct bucket bucket;
    int64_t now = 0, drawn = 0;
    uint32_t dice = 1;
    bucket_init(&bucket, 3500, 10000, 0, now);
    for (int i = 0; i < 200000; i++) {
        dice = dice * 1664525 + 1013904223;
        int64_t units = 1 + (dice >> 24) % 60;
        int64_t wait_ms = bucket_wait_ms(&bucket, units, false, now);
        now += wait_ms;
        assert_int_equal(bucket_wait_ms(&bucket, units, false, now), 0);
        if (wait_ms > 1)
            assert_true(bucket_wait_ms(&bucket, units, false, now - 1) > 0);
        bucket_draw(&bucket, units, now);
        drawn += units;
        assert_true(drawn * 10000 <= (int64_t)3500 * 10000 + now * 3500);
    }
    assert_true(drawn * 10000 > now * 3500 - (int64_t)100 * 10000); /* and it is used up */
}

static void the_rest_is_kept_for_urgent_draws(void **state)
{
    (void)state;
    struct bucket bucket;
    bucket_init(&bucket, 100, 1000, 20, 0);
    bucket_draw(&bucket, 80, 0);
    assert_int_equal(bucket_wait_ms(&bucket, 1, false, 0), 10);
    assert_int_equal(bucket_wait_ms(&bucket, 20, true, 0), 0);
    assert_int_equal(bucket_wait_ms(&bucket, 500, true, 0), 800); /* more than it ever holds: all of it */
    bucket_draw(&bucket, 500, 800);
    assert_int_equal(bucket_wait_ms(&bucket, 100, true, 800), 5000);
}

static void a_bucket_keeps_what_was_used_when_it_grows(void **state)
{
    (void)state;
    struct bucket bucket;
    bucket_init(&bucket, 3500, 10000, 700, 0);
    bucket_draw(&bucket, 3000, 0);
    bucket_resize(&bucket, 8000, 1600, 0);
    assert_int_equal(bucket_wait_ms(&bucket, 5000, true, 0), 0);
    assert_true(bucket_wait_ms(&bucket, 5001, true, 0) > 0);
}

/* --- amounts --- */

static void amounts_follow_the_size_of_the_tenant(void **state)
{
    (void)state;
    static const struct {
        enum limit limit;
        size_t users, licenses;
        int64_t amount;
    } cases[] = {
        {LIMIT_DIRECTORY_UNITS, 0, 0, 3500},
        {LIMIT_DIRECTORY_UNITS, 49, 0, 3500},
        {LIMIT_DIRECTORY_UNITS, 50, 0, 5000},
        {LIMIT_DIRECTORY_UNITS, 500, 0, 5000},
        {LIMIT_DIRECTORY_UNITS, 501, 0, 8000},
        {LIMIT_DIRECTORY_WRITES, 100000, 0, 3000},
        {LIMIT_SHAREPOINT_UNITS, 0, 1000, 1250},
        {LIMIT_SHAREPOINT_UNITS, 0, 1001, 2500},
        {LIMIT_SHAREPOINT_UNITS, 0, 15001, 5000},
        {LIMIT_SHAREPOINT_UNITS, 0, 99999, 6250},
        {LIMIT_SHAREPOINT_UNITS_DAY, 0, 0, 1200000},
        {LIMIT_MAILBOX_CALLS, 0, 0, 10000},
        {LIMIT_REPORT_CALLS, 0, 0, 5},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        assert_int_equal(limit_amount(cases[i].limit, cases[i].users, cases[i].licenses), cases[i].amount);
    for (enum limit id = 0; id < LIMIT_COUNT; id++) {
        assert_true(limit_amount(id, 0, 0) > 0);
        assert_true(limit_info(id)->window_ms > 0);
    }
    assert_int_equal(lane_places(LANE_EXCHANGE), 3);
    assert_string_equal(lane_service(LANE_OUTLOOK), "graph");
}

/* --- costs --- */

static void a_request_costs_what_its_path_says(void **state)
{
    (void)state;
    static const struct {
        const char *method, *path;
        enum lane_id lane;
        enum limit limit;
        uint32_t units, writes;
    } cases[] = {
        {"GET", "/users?$top=999", LANE_DIRECTORY, LIMIT_DIRECTORY_UNITS, 2, 0},
        {"GET", "/users?$select=id&$top=999", LANE_DIRECTORY, LIMIT_DIRECTORY_UNITS, 1, 0},
        {"GET", "/users/x?$select=id", LANE_DIRECTORY, LIMIT_DIRECTORY_UNITS, 1, 0},
        {"PATCH", "/users/x", LANE_DIRECTORY, LIMIT_DIRECTORY_UNITS, 1, 1},
        {"GET", "/subscribedSkus", LANE_DIRECTORY, LIMIT_DIRECTORY_UNITS, 3, 0},
        {"GET", "/subscribedSkus?$select=skuId", LANE_DIRECTORY, LIMIT_DIRECTORY_UNITS, 2, 0},
        {"GET", "/groups/g/members", LANE_DIRECTORY, LIMIT_DIRECTORY_UNITS, 3, 0},
        {"GET", "/groups/g/members?$top=5", LANE_DIRECTORY, LIMIT_DIRECTORY_UNITS, 2, 0},
        {"GET", "/groups/g/members?$top=50", LANE_DIRECTORY, LIMIT_DIRECTORY_UNITS, 3, 0},
        {"GET", "/groups/g?$expand=members", LANE_DIRECTORY, LIMIT_DIRECTORY_UNITS, 2, 0},
        {"DELETE", "/groups/g/members/m/$ref", LANE_DIRECTORY, LIMIT_DIRECTORY_UNITS, 1, 1},
        {"GET", "/groups/g/transitiveMembers", LANE_DIRECTORY, LIMIT_DIRECTORY_UNITS, 5, 0},
        {"GET", "/users/x/memberOf/microsoft.graph.group", LANE_DIRECTORY, LIMIT_DIRECTORY_UNITS, 2, 0},
        {"GET", "/Users/x/memberof?$select=id", LANE_DIRECTORY, LIMIT_DIRECTORY_UNITS, 1, 0},
        {"POST", "/users/x/checkMemberGroups", LANE_DIRECTORY, LIMIT_DIRECTORY_UNITS, 4, 1},
        {"POST", "/directoryObjects/getByIds", LANE_DIRECTORY, LIMIT_DIRECTORY_UNITS, 3, 1},
        {"GET", "/something/new", LANE_DIRECTORY, LIMIT_DIRECTORY_UNITS, 1, 0},
        {"GET", "/", LANE_DIRECTORY, LIMIT_DIRECTORY_UNITS, 1, 0},
        {"GET", "/users/x/authentication/methods", LANE_DIRECTORY, LIMIT_DIRECTORY_UNITS, 1, 0},
        {"GET", "/auditLogs/signIns?$top=1", LANE_REPORTS, LIMIT_REPORT_CALLS, 1, 0},
        {"POST", "/admin/teams/telephoneNumberManagement/numberAssignments/unassignNumber", LANE_TEAMS,
         LIMIT_TEAMS_CALLS, 1, 0},
        {"GET", "/users/x/drive/root?$select=id", LANE_SHAREPOINT, LIMIT_SHAREPOINT_UNITS, 1, 0},
        {"GET", "/users/x/drive/root/children", LANE_SHAREPOINT, LIMIT_SHAREPOINT_UNITS, 2, 0},
        {"POST", "/drives/d/items/i/invite", LANE_SHAREPOINT, LIMIT_SHAREPOINT_UNITS, 5, 0},
        {"GET", "/users/x/mailFolders/inbox/messageRules", LANE_OUTLOOK, LIMIT_DIRECTORY_UNITS, 0, 0},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct lane_need need = {0};
        cost_graph(&need, cases[i].method, cases[i].path, false);
        if (need.place != cases[i].lane || need.draws[cases[i].limit] != cases[i].units ||
            need.draws[LIMIT_DIRECTORY_WRITES] != cases[i].writes)
            fail_msg("%s %s: lane %d, %u units", cases[i].method, cases[i].path, need.place,
                     need.draws[cases[i].limit]);
        assert_int_equal(need.through, LANE_BIT(need.place));
        assert_int_equal(need.draws[LIMIT_GRAPH_CALLS], 1);
    }
}

static void a_batch_costs_the_sum_of_its_parts(void **state)
{
    (void)state;
    struct lane_need need = {0};
    cost_graph(&need, "GET", "/users/ANN?$select=id", true);
    cost_graph(&need, "PATCH", "/users/ANN", true);
    for (int i = 0; i < 6; i++)
        cost_graph(&need, "GET", "/users/ANN/events", true);
    cost_graph(&need, "GET", "/users/bob/mailboxSettings", true);
    assert_int_equal(need.place, LANE_DIRECTORY);
    assert_int_equal(need.through, LANE_BIT(LANE_DIRECTORY) | LANE_BIT(LANE_OUTLOOK));
    assert_true(need.writes);
    assert_int_equal(need.draws[LIMIT_GRAPH_CALLS], 9);
    assert_int_equal(need.draws[LIMIT_DIRECTORY_UNITS], 2);
    assert_int_equal(need.draws[LIMIT_DIRECTORY_WRITES], 1);
    assert_int_equal(need.mailbox_count, 2);
    assert_string_equal(need.mailboxes[0].name, "ann");
    assert_int_equal(need.mailboxes[0].places, 4); /* the gateway keeps four of them under way */
    assert_int_equal(need.mailboxes[0].calls, 6);
    assert_int_equal(need.mailboxes[1].places, 1);
}

static void cmdlets_are_about_a_mailbox(void **state)
{
    (void)state;
    struct lane_need need = {0};
    AUTO_JSON json_t *folder = json_make("{s:s}", "Identity", "Ann@Contoso.com:\\Calendar");
    AUTO_JSON json_t *rule = json_make("{s:s,s:s}", "Identity", "ann\\123", "Mailbox", "ann@contoso.com");
    AUTO_JSON json_t *search = json_make("{s:s}", "Trustee", "ann@contoso.com");
    for (int i = 0; i < 9; i++)
        cost_exchange(&need, folder, true);
    assert_false(need.writes);
    cost_exchange(&need, rule, false);
    cost_exchange(&need, search, true);
    cost_exchange(&need, NULL, true);
    assert_true(need.writes);
    assert_int_equal(need.place, LANE_EXCHANGE);
    assert_int_equal(need.mailbox_count, 1);
    assert_string_equal(need.mailboxes[0].name, "ann@contoso.com");
    assert_int_equal(need.mailboxes[0].places, 1); /* the admin API takes the batch as one call */
    assert_int_equal(need.mailboxes[0].calls, 0);
}

/* --- the circuit breaker --- */

static void no_chance(const struct rng *rng, void *bytes, size_t count)
{
    (void)rng;
    memset(bytes, 0, count);
}

static const struct rng least = {no_chance};

static void fault(struct breaker *breaker, int64_t now)
{
    breaker_report(breaker, BREAKER_FAULT, false, now, &least);
}

static void five_faults_in_half_a_minute_open_the_circuit(void **state)
{
    (void)state;
    struct breaker breaker = {0};
    for (int i = 0; i < 4; i++)
        fault(&breaker, 1000 * i);
    assert_int_equal(breaker_wait_ms(&breaker, 3000), 0);
    fault(&breaker, 30001); /* the first one is too old */
    assert_int_equal(breaker.state, BREAKER_CLOSED);
    fault(&breaker, 30999);
    assert_int_equal(breaker.state, BREAKER_OPEN);
    assert_int_equal(breaker_wait_ms(&breaker, 30999), 1000);
    assert_int_equal(breaker_wait_ms(&breaker, 31999), 0);
}

static void a_service_that_mostly_answers_is_not_cut_off(void **state)
{
    (void)state;
    struct breaker breaker = {0};
    for (int i = 0; i < 100; i++) {
        fault(&breaker, i);
        breaker_report(&breaker, BREAKER_GOOD, false, i, &least);
        breaker_report(&breaker, BREAKER_GOOD, false, i, &least);
    }
    assert_int_equal(breaker.state, BREAKER_CLOSED);
    for (int i = 0; i < 5; i++)
        fault(&breaker, 100);
    assert_int_equal(breaker.state, BREAKER_OPEN);
}

static void one_probe_decides(void **state)
{
    (void)state;
    struct breaker breaker = {0};
    int64_t now = 0, waits[8];
    for (int i = 0; i < 5; i++)
        fault(&breaker, now);
    for (int i = 0; i < 8; i++) {
        waits[i] = breaker_wait_ms(&breaker, now);
        now += waits[i];
        assert_true(breaker_pass(&breaker));
        assert_true(breaker_wait_ms(&breaker, now) > 0);            /* nobody else meanwhile */
        breaker_report(&breaker, BREAKER_GOOD, false, now, &least); /* an old call tells nothing */
        assert_int_equal(breaker.state, BREAKER_PROBING);
        breaker_report(&breaker, BREAKER_FAULT, true, now, &least);
    }
    for (int i = 1; i < 8; i++)
        assert_int_equal(waits[i], waits[i - 1] * 2 < 30000 ? waits[i - 1] * 2 : 30000);
    now += breaker_wait_ms(&breaker, now);
    assert_true(breaker_pass(&breaker));
    breaker_report(&breaker, BREAKER_NEITHER, true, now, &least); /* it never got as far */
    assert_int_equal(breaker_wait_ms(&breaker, now), 0);
    assert_true(breaker_pass(&breaker));
    breaker_report(&breaker, BREAKER_GOOD, true, now, &least);
    assert_int_equal(breaker.state, BREAKER_CLOSED);
    assert_false(breaker_pass(&breaker));
    for (int i = 0; i < 4; i++)
        fault(&breaker, now);
    assert_int_equal(breaker.state, BREAKER_CLOSED); /* counted anew */
}

/* --- what answers say --- */

#define NOW 784111777000 /* Sun, 06 Nov 1994 08:49:37 GMT */

static struct throttle read_headers(int status, const char *headers)
{
    return throttle_read(&(struct wire_reply){.status = status, .headers = (char *)headers}, NOW);
}

static void f07_all_forms_of_retry_after_are_read(void **state)
{
    (void)state;
    static const struct {
        int status;
        const char *headers;
        int64_t wait_ms;
    } cases[] = {
        {429, "retry-after: 13\n", 13000},
        {503, "retry-after: 13\n", 13000},
        {500, "retry-after: 13\n", 13000},
        {429, "retry-after: Sun, 06 Nov 1994 08:49:47 GMT\n", 10000},
        {429, "retry-after: Sunday, 06-Nov-94 08:49:47 GMT\n", 10000},
        {503, "date: Sun, 06 Nov 1994 08:49:40 GMT\nretry-after: Sun, 06 Nov 1994 08:49:47 GMT\n", 7000},
        {429, "date: Sun, 06 Nov 1994 09:49:40 GMT\nretry-after: Sun, 06 Nov 1994 09:49:41 GMT\n", 1000},
        {429, "retry-after: Sun, 06 Nov 1994 08:49:30 GMT\n", 0},
        {429, "retry-after: 3\nratelimit-reset: 9\n", 9000},
        {429, "retry-after: 30\nratelimit-reset: 9\n", 30000},
        {429, "ratelimit-reset: 9\n", 9000},
        {500, "ratelimit-reset: 9\n", 0},
        {429, "rate-limit-reset: 1994-11-06T08:49:42Z\n", 5000},
        {429, "date: Sun, 06 Nov 1994 08:49:40 GMT\nrate-limit-reset: 1994-11-06T08:49:42.5Z\n", 2500},
        {429, "retry-after: 99999999\n", 86400000},
        {429, "retry-after: 0\n", 0},
        {429, "retry-after: -5\n", 0},
        {429, "retry-after: soon\n", 0},
        {429, "retry-after: \n", 0},
        {429, "", 0},
        {200, "retry-after: 5\n", 0},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        if (read_headers(cases[i].status, cases[i].headers).wait_ms != cases[i].wait_ms)
            fail_msg("%d %s", cases[i].status, cases[i].headers);
}

static void f07_a_refusal_tells_its_scope(void **state)
{
    (void)state;
    struct throttle throttle =
        read_headers(429, "x-ms-throttle-scope: Tenant_Application/Write/app/tenant\n");
    assert_true(throttle.writes_only);
    assert_false(throttle.all_tenants);
    throttle = read_headers(429, "x-ms-throttle-scope: Application/ReadWrite/app/tenant\n");
    assert_false(throttle.writes_only);
    assert_true(throttle.all_tenants);
    throttle = read_headers(429, "x-ms-throttle-scope: Tenant/Read/app/tenant\n");
    assert_false(throttle.writes_only || throttle.all_tenants);
    throttle = read_headers(429, "");
    assert_false(throttle.writes_only || throttle.all_tenants);
}

static void f07_what_is_nearly_used_up_slows_down_early(void **state)
{
    (void)state;
    static const struct {
        const char *headers;
        int64_t space_ms;
    } cases[] = {
        {"x-ms-throttle-limit-percentage: 0.85\n", 500},
        {"x-ms-throttle-limit-percentage: 1.8\n", 10000},
        {"x-ms-throttle-limit-percentage: 0.8\n", 0},
        {"x-ms-throttle-limit-percentage: much\n", 0},
        {"x-ms-throttle-limit-percentage: nan\n", 0},
        {"x-ms-throttle-limit-percentage: 1e300\n", 12000},
        {"ratelimit-limit: 1250\nratelimit-remaining: 249\nratelimit-reset: 50\n", 200},
        {"ratelimit-limit: 1250\nratelimit-remaining: 250\nratelimit-reset: 50\n", 0},
        {"ratelimit-limit: 1250\nratelimit-remaining: 0\nratelimit-reset: 50\n", 50000},
        {"ratelimit-limit: 1250\nratelimit-remaining: 9999\nratelimit-reset: 50\n", 0},
        {"rate-limit-limit: 30000\nrate-limit-remaining: 1\nrate-limit-reset: 1994-11-06T08:49:41Z\n", 2000},
        {"rate-limit-limit: 30000\nrate-limit-remaining: 29999\nrate-limit-reset: 1994-11-06T08:49:41Z\n", 0},
        {"", 0},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        int64_t space_ms = read_headers(200, cases[i].headers).space_ms;
        if (space_ms < cases[i].space_ms - 1 || space_ms > cases[i].space_ms + 1)
            fail_msg("%s %d", cases[i].headers, (int)space_ms);
    }
}

static void parts_have_the_date_of_their_envelope(void **state)
{
    (void)state;
    struct wire_reply envelope = {.headers = (char *)"date: Sun, 06 Nov 1994 08:49:40 GMT\n"};
    AUTO_JSON json_t *headers =
        json_make("{s:s,s:s,s:i,s:s}", "Retry-After", "Sun, 06 Nov 1994 08:49:47 GMT", "X-Odd",
                  "a\r\nretry-after: 12345", "Number", 5, "WWW-Authenticate", "x");
    AUTO_FREE char *text = throttle_part_headers(headers, &envelope);
    assert_int_equal(read_headers(429, text).wait_ms, 7000);
    assert_null(strstr(text, "12345"));
    assert_non_null(strstr(text, "www-authenticate: x\n"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_bucket_gives_its_amount_at_once_and_then_its_rate),
        cmocka_unit_test(a_bucket_never_gives_more),
        cmocka_unit_test(the_rest_is_kept_for_urgent_draws),
        cmocka_unit_test(a_bucket_keeps_what_was_used_when_it_grows),
        cmocka_unit_test(amounts_follow_the_size_of_the_tenant),
        cmocka_unit_test(a_request_costs_what_its_path_says),
        cmocka_unit_test(a_batch_costs_the_sum_of_its_parts),
        cmocka_unit_test(cmdlets_are_about_a_mailbox),
        cmocka_unit_test(five_faults_in_half_a_minute_open_the_circuit),
        cmocka_unit_test(a_service_that_mostly_answers_is_not_cut_off),
        cmocka_unit_test(one_probe_decides),
        cmocka_unit_test(f07_all_forms_of_retry_after_are_read),
        cmocka_unit_test(f07_a_refusal_tells_its_scope),
        cmocka_unit_test(f07_what_is_nearly_used_up_slows_down_early),
        cmocka_unit_test(parts_have_the_date_of_their_envelope),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
