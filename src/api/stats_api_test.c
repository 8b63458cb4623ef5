/* The dashboard's figures and the price list over HTTP. */
#include "api/api_fixture.h"

#define PRICES "/api/v1/settings/prices"
#define E3 "05e9a617-0261-4cee-bb44-138d3ef5d965"
#define E5 "06ebc4ee-1bb5-47dd-8120-11324bc54e06"

static void insert(const char *id, const char *tenant, const char *status, int64_t started_at,
                   int64_t lockout_ms)
{
    char sql[1000];
    snprintf(
        sql, sizeof sql,
        "INSERT INTO offboardings(id, batch, tenant_id, user_id, user_principal_name, display_name, status, "
        "unfinished, options_json, plan_json, requested_by, created_at, due_at, started_at, locked_out_at, "
        "warnings_json) VALUES ('%s', 'b', '%s', '%s', 'x', 'X', '%s', 0, '{}', '[]', 'ann', %lld, 1, %lld, "
        "%lld, '[]')",
        id, tenant, id, status, (long long)started_at, (long long)started_at,
        (long long)started_at + lockout_ms);
    world_sql(sql);
}

static int64_t last_day(const struct answer *answer, const char *key)
{
    const json_t *days = json_array_at(json_object_at(answer->json, "leavers"), "days");
    return json_int(json_array_get(days, json_array_size(days) - 1), key, -1);
}

static void figures_are_of_the_days_asked_for(void **state)
{
    int64_t now = clock_utc_ms(clock_system());
    char sql[800];
    (void)state;
    insert("s1", FAKE_TENANT, "succeeded", now, 1500);
    insert("s2", FAKE_TENANT, "failed", now, 2500);
    insert("s3", FAKE_OTHER_TENANT, "succeeded", now, 3500);
    insert("s4", FAKE_TENANT, "succeeded", now - INT64_C(400) * 86400000, 99000); /* before everything */
    snprintf(sql, sizeof sql,
             "INSERT INTO freed_licenses(offboarding_id, sku_id, name, tenant_id, at) VALUES ('s1', '" E3
             "', 'Microsoft 365 E3', '" FAKE_TENANT "', %lld), ('s2', '" E3
             "', 'Microsoft 365 E3', '" FAKE_TENANT "', %lld), ('s1', '" E5
             "', 'Microsoft 365 E5', '" FAKE_TENANT "', %lld)",
             (long long)now, (long long)now, (long long)now);
    world_sql(sql);

    AUTO_ANSWER struct answer all = ASK(.path = "/api/v1/stats?days=2&time_zone=Europe%2FAmsterdam");
    expect_status(&all, 200);
    const json_t *leavers = json_object_at(all.json, "leavers");
    assert_int_equal(json_array_size(json_array_at(leavers, "days")), 2);
    assert_int_equal(last_day(&all, "leavers"), 3);
    assert_int_equal(last_day(&all, "failed"), 1);
    assert_int_equal(json_int(leavers, "today", 0), 3);
    assert_true(json_int(leavers, "this_week", 0) >= 3 && json_int(leavers, "this_month", 0) >= 3);
    const json_t *lockout = json_object_at(all.json, "time_to_lockout");
    assert_int_equal(json_int(lockout, "median_ms", 0), 2500);
    assert_int_equal(json_int(lockout, "p95_ms", 0), 3500);
    assert_int_equal(json_int(json_object_at(all.json, "attention"), "failed", 0), 1);
    AUTO_ANSWER struct answer one = ASK(.path = "/api/v1/stats?tenant=fabrikam.example");
    assert_int_equal(last_day(&one, "leavers"), 1);
    AUTO_ANSWER struct answer bound = ASK(.path = "/api/v1/stats", .token = world.bound);
    assert_int_equal(last_day(&bound, "leavers"), 1);
    assert_int_equal(json_int(json_object_at(bound.json, "licenses"), "freed", 9), 0);
    AUTO_ANSWER struct answer bad = ASK(.path = "/api/v1/stats?days=0&time_zone=Mars&tenant=nowhere");
    expect_field(&bad, "?days", "out_of_range");
    expect_field(&bad, "?time_zone", "unknown_time_zone");
    expect_field(&bad, "?tenant", "unknown_tenant");
}

static void prices_are_the_administrators(void **state)
{
    (void)state;
    AUTO_ANSWER struct answer none = ASK(.path = PRICES);
    expect_status(&none, 200);
    assert_true(json_is_null(json_object_get(none.json, "currency")));
    AUTO_ANSWER struct answer unpriced = ASK(.path = "/api/v1/stats");
    const json_t *licenses = json_object_at(unpriced.json, "licenses");
    assert_int_equal(json_int(licenses, "freed", 0), 3);
    assert_true(json_is_null(json_object_get(licenses, "monthly_total"))); /* nothing is invented */

    AUTO_ANSWER struct answer bad =
        ASK(.method = "PUT", .path = PRICES, .headers = {if_match(&none)},
            .body = "{\"currency\":\"euro\",\"prices\":[{\"sku_id\":\"x\",\"monthly_price\":\"1\"},"
                    "{\"sku_id\":\"" E3 "\",\"monthly_price\":\"1,50\"},{\"sku_id\":\"" E3
                    "\",\"monthly_price\":\"1.999\"},{\"sku_id\":\"" E5 "\",\"monthly_price\":\"2\"},"
                    "{\"sku_id\":\"" E5 "\",\"monthly_price\":\"3\"}]}");
    expect_field(&bad, "/currency", "invalid_currency");
    expect_field(&bad, "/prices/0/sku_id", "wrong_type");
    expect_field(&bad, "/prices/1/monthly_price", "invalid_amount");
    expect_field(&bad, "/prices/2/monthly_price", "invalid_amount");
    expect_field(&bad, "/prices/4", "named_twice");
    const char *body =
        "{\"currency\":\"EUR\",\"prices\":[{\"sku_id\":\"" E3 "\",\"monthly_price\":\"33.5\"}]}";
    AUTO_ANSWER struct answer bare = ASK(.method = "PUT", .path = PRICES, .body = body);
    expect_problem(&bare, 428, "precondition_required");
    AUTO_ANSWER struct answer put =
        ASK(.method = "PUT", .path = PRICES, .body = body, .headers = {if_match(&none)});
    expect_status(&put, 200);
    assert_string_equal(json_text(json_array_get(json_array_at(put.json, "prices"), 0), "name"),
                        "Microsoft 365 E3");
    AUTO_ANSWER struct answer stale =
        ASK(.method = "PUT", .path = PRICES, .body = body, .headers = {if_match(&none)});
    expect_problem(&stale, 412, "precondition_failed");
    AUTO_ANSWER struct answer viewer =
        ASK(.method = "PUT", .path = PRICES, .body = body, .token = world.viewer);
    expect_problem(&viewer, 403, "forbidden");

    AUTO_ANSWER struct answer priced = ASK(.path = "/api/v1/stats");
    licenses = json_object_at(priced.json, "licenses");
    assert_string_equal(json_text(licenses, "currency"), "EUR");
    assert_int_equal(json_int(licenses, "priced", 0), 2); /* of three: the sum is not of all */
    assert_string_equal(json_text(licenses, "monthly_total"), "67.00");
    const json_t *product = json_array_get(json_array_at(licenses, "products"), 0);
    assert_string_equal(json_text(product, "name"), "Microsoft 365 E3");
    assert_string_equal(json_text(product, "monthly_price"), "33.50");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(figures_are_of_the_days_asked_for),
        cmocka_unit_test(prices_are_the_administrators),
    };
    world_setup();
    return cmocka_run_group_tests(tests, world_start, world_stop);
}
