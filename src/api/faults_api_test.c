/* Whatever call to the store fails while an endpoint answers: the answer is the one that it gives without, or
 * an error that says that the store cannot be reached. Never half an answer, and never the end of the
 * process. */
#include "api/api_fixture.h"
#include "api/live_frame.h"
#include "store/call_fault.h"

enum { CALLS_MAX = 400 };

#define OLD "01900000-0000-7000-8000-00000000000a"
#define TEMPLATE "01900000-0000-7000-8000-00000000000b"
#define DELIVERY "01900000-0000-7000-8000-00000000000c"
#define BATCH "01900000-0000-7000-8000-00000000000d"
#define E3 "05e9a617-0261-4cee-bb44-138d3ef5d965"
#define ERROR "'{\"code\":\"Some_Code\",\"message\":\"It failed.\",\"request_id\":null,\"retryable\":false}'"

static char planned[UUID_SIZE];

/* Something in every table that an endpoint reads. */
static int fill(void **state)
{
    static const char *const rows[] = {
        "INSERT INTO offboardings(id, batch, tenant_id, user_id, user_principal_name, display_name, status, "
        "unfinished, options_json, plan_json, requested_by, created_at, due_at, started_at, locked_out_at, "
        "ended_at, warnings_json, undo_json, undo_started_at) VALUES ('" OLD "', '" BATCH "', '" FAKE_TENANT
        "', 'u', 'old@contoso.example', 'Old', 'failed', 0, "
        "'{\"disable_sign_in\":{},\"reset_password\":{},\"remove_licenses\":{\"force\":false}}', '[]', "
        "'ann', "
        "2000, 2000, 3000, 4000, 5000, '[]', '{\"by\":\"bob\",\"tasks\":[\"disable_sign_in\"]}', 6000)",
        "INSERT INTO tasks(offboarding_id, direction, task, position, status, warnings_json, items_json, "
        "before_json, after_json, started_at, ended_at) VALUES ('" OLD
        "', 'do', 'disable_sign_in', 0, 'succeeded', '[]', '[]', '{\"accountEnabled\":true}', "
        "'{\"accountEnabled\":false}', 3000, 4000), ('" OLD
        "', 'do', 'reset_password', 1, 'succeeded', '[]', '[]', '{}', '{}', 3000, 4000), ('" OLD
        "', 'undo', 'disable_sign_in', 0, 'succeeded', '[]', '[]', '{}', '{}', 6000, 7000)",
        "INSERT INTO tasks(offboarding_id, direction, task, position, status, error_json, items_json, "
        "started_at, ended_at) VALUES ('" OLD "', 'do', 'remove_licenses', 2, 'failed', " ERROR
        ", '[{\"id\":\"1\",\"name\":\"E3\",\"kind\":\"license\",\"status\":\"failed\",\"message\":\"No\"}]', "
        "3000, 5000)",
        "INSERT INTO freed_licenses(offboarding_id, sku_id, name, tenant_id, at) VALUES ('" OLD "', '" E3
        "', 'Microsoft 365 E3', '" FAKE_TENANT "', 4000)",
        "INSERT INTO price_list(id, currency, prices_json, version, changed_at, changed_by) VALUES (1, "
        "'EUR', "
        "'{\"" E3 "\":3350}', 1, 1, 'ann')",
        "INSERT INTO templates(id, tenant_id, name, folded_name, options_json, created_at, created_by, "
        "changed_at, changed_by, version) VALUES ('" TEMPLATE "', '" FAKE_TENANT
        "', 'Usual', 'usual', '{\"disable_sign_in\":{}}', 1, 'ann', 1, 'ann', 1)",
        "INSERT INTO notices(id, offboarding_id, tenant_id, event, once, at, data_json) VALUES (1, '" OLD
        "', '" FAKE_TENANT "', 'offboarding.failed', 'x', 1, '{}')",
        "INSERT INTO deliveries(id, notice_id, offboarding_id, tenant_id, event, channel, endpoint, "
        "endpoint_name, status, created_at, due_at) VALUES ('" DELIVERY "', 1, '" OLD "', '" FAKE_TENANT
        "', 'offboarding.failed', 'webhook', 'webhook:1', 'Ours', 'failed', 1, 1), ('" BATCH "', 1, '" OLD
        "', '" FAKE_TENANT "', 'offboarding.failed', 'webhook', 'webhook:2', 'Ours', 'failed', 1, 1)",
        "INSERT INTO attempts(delivery_id, number, at, ms, request_json, status, response, error_json) "
        "VALUES "
        "('" DELIVERY "', 1, 1, 1, '{}', 500, 'no', " ERROR ")",
        "INSERT INTO links(id, offboarding_id, task, secret_name, host, token_hash, created_by, created_at, "
        "expires_at, views_left) VALUES ('link', '" OLD
        "', 'reset_password', 'password', 'lastday', 'x', 'ann', 1, 9, 1)",
        "INSERT INTO tenant_health(tenant_id, status, checked_at, result_json) VALUES ('" FAKE_TENANT
        "', 'failed', 1, '{}')",
        "INSERT INTO disconnected_tenants(tenant_id, code, message, since, try_at) VALUES ('" FAKE_TENANT
        "', 'AADSTS7000112', 'Disabled.', 1, 1)",
        "INSERT INTO nodes(name, role, version, started_at, seen_at) VALUES ('here', 'all', '1', 1, 1)",
        "UPDATE tokens SET last_used_at = 9000000000000000", /* not written at each use */
    };
    if (world_start(state) != 0)
        return -1;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        world_sql(rows[i]);
    AUTO_ANSWER struct answer made =
        ASK(.path = OFFBOARDINGS,
            .body = NEW("plan@contoso.example", ",\"schedule\":{\"at\":\"2099-12-24T17:00:00\",\"time_zone\":"
                                                "\"Europe/Amsterdam\"}"));
    expect_status(&made, 202);
    snprintf(planned, sizeof planned, "%s",
             json_text(json_array_get(json_array_at(made.json, "offboardings"), 0), "id"));
    return 0;
}

/* This process itself was seen just now. */
static void forget_times(const struct answer *answer)
{
    size_t i;
    json_t *item;
    json_array_foreach ((json_t *)json_array_at(answer->json, "items"), i, item)
        json_object_del(item, "seen_at");
}

/* Fails each call after the other, until there is none left to fail. How often the answer was wrong then. */
static int wrong_answers(const struct ask *ask)
{
    int wrong = 0;
    bool happened = true;
    AUTO_ANSWER struct answer whole = world_ask(ask);
    expect_status(&whole, 200);
    assert_non_null(whole.json);
    forget_times(&whole);
    for (int number = 1; happened; number++) {
        assert_true(number < CALLS_MAX);
        call_fault_set(number);
        AUTO_ANSWER struct answer answer = world_ask(ask);
        happened = call_fault_happened();
        call_fault_set(0);
        forget_times(&answer);
        if (answer.status == 200 ? json_equal(answer.json, whole.json)
                                 : answer.status == 503 && strstr(answer.body, "The database is gone."))
            continue;
        print_error("%s, call %d failed: %ld %s\ninstead of %s\n", ask->path, number, answer.status,
                    answer.body, whole.body);
        wrong++;
    }
    return wrong;
}

static void reading_is_whole_or_refused(void **state)
{
    static const char *const paths[] = {
        "/api/v1/me",
        "/api/v1/tenants?limit=1",
        "/api/v1/tenants/contoso.example",
        "/api/v1/tenants/contoso.example/protected-users",
        "/api/v1/tenants/contoso.example/defaults",
        "/api/v1/tenants/contoso.example/users?search=a",
        "/api/v1/tenants/contoso.example/users/adele@contoso.example",
        "/api/v1/templates",
        "/api/v1/templates/" TEMPLATE,
        OFFBOARDINGS "?limit=1",
        OFFBOARDINGS "?tenant=contoso.example&search=old&status=failed&sort=user",
        OFFBOARDINGS "/" OLD,
        OFFBOARDINGS "/" OLD "/undo",
        OFFBOARDINGS "/" OLD "/report?format=json",
        OFFBOARDINGS "/" OLD "/tasks/reset_password/secret",
        "/api/v1/report-keys",
        "/api/v1/settings/notifications",
        "/api/v1/deliveries?limit=1",
        "/api/v1/deliveries/" DELIVERY,
        "/api/v1/stats?days=2",
        "/api/v1/settings/prices",
        "/api/v1/nodes",
        "/api/v1/logbook?limit=1",
        "/api/v1/tokens",
        "/api/v1/accounts",
    };
    char path[200];
    int wrong = 0;
    (void)state;
    for (size_t i = 0; i < sizeof paths / sizeof *paths; i++)
        wrong += wrong_answers(&(struct ask){.path = paths[i]});
    snprintf(path, sizeof path, OFFBOARDINGS "/%s", planned);
    wrong += wrong_answers(&(struct ask){.path = path});
    wrong += wrong_answers(&(struct ask){.path = OFFBOARDINGS "?limit=1", .token = world.viewer});
    assert_int_equal(wrong, 0);
}

/* Live events are read by a thread of their own, which tries again. */
static void live_events_are_whole_or_read_again(void **state)
{
    struct frame whole[8], frames[8];
    struct err err;
    bool happened = true;
    (void)state;
    ptrdiff_t count = frames_read(world.store, planned, 0, whole, 8, &err);
    assert_true(count > 0);
    for (int number = 1; happened; number++) {
        err = (struct err){0};
        call_fault_set(number);
        ptrdiff_t read = frames_read(world.store, planned, 0, frames, 8, &err);
        happened = call_fault_happened();
        call_fault_set(0);
        assert_true(read == count || (read == -1 && err.kind == ERR_UNREACHABLE));
        for (ptrdiff_t i = 0; i < read; i++) {
            assert_string_equal(frames[i].text, whole[i].text);
            frame_done(&frames[i]);
        }
    }
    for (ptrdiff_t i = 0; i < count; i++)
        frame_done(&whole[i]);
}

static void bounds_that_cannot_be_read_are_an_error(void **state)
{
    struct err err;
    int64_t oldest, newest;
    bool happened = true;
    (void)state;
    for (int number = 1; happened; number++) {
        err = (struct err){0};
        call_fault_set(number);
        AUTO_TX struct tx *tx = store_begin_read(world.store, &err);
        bool read = tx && journal_bounds(tx, &oldest, &newest, &err);
        happened = call_fault_happened();
        call_fault_set(0);
        assert_true(read ? !happened && newest >= oldest : err.kind == ERR_UNREACHABLE);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reading_is_whole_or_refused),
        cmocka_unit_test(live_events_are_whole_or_read_again),
        cmocka_unit_test(bounds_that_cannot_be_read_are_an_error),
    };
    world_setup();
    return cmocka_run_group_tests(tests, fill, world_stop);
}
