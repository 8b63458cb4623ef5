/* Whatever call to the store fails while an endpoint answers: the answer is the one that it gives without, or
 * an error that says that the store cannot be reached. Never half an answer, and never the end of the
 * process. Nor do bodies and stored values of another shape end it. */
#include "api/api_fixture.h"
#include "api/live_frame.h"
#include "base/json_damage.h"
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
        "'[{\"sku_id\":\"" E3 "\",\"monthly_price\":\"33.5\"}]', 1, 1, 'ann')",
        "INSERT INTO templates(id, tenant_id, name, folded_name, options_json, created_at, created_by, "
        "changed_at, changed_by, version) VALUES ('" TEMPLATE "', '" FAKE_TENANT
        "', 'Usual', 'usual', '{\"disable_sign_in\":{}}', 1, 'ann', 1, 'ann', 1)",
        "INSERT INTO notices(id, offboarding_id, tenant_id, event, once, at, data_json) VALUES (1000, '" OLD
        "', '" FAKE_TENANT "', 'offboarding.failed', 'x', 1, '{}')",
        "INSERT INTO deliveries(id, notice_id, offboarding_id, tenant_id, event, channel, endpoint, "
        "endpoint_name, status, created_at, due_at) VALUES ('" DELIVERY "', 1000, '" OLD "', '" FAKE_TENANT
        "', 'offboarding.failed', 'webhook', 'webhook:1', 'Ours', 'failed', 1, 1), ('" BATCH "', 1000, '" OLD
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
    wrong += wrong_answers(
        &(struct ask){.path = "/api/v1/tenants/contoso.example/users/boss@contoso.example/preflight",
                      .body = "{\"template\":\"" TEMPLATE "\"}"});
    snprintf(path, sizeof path, OFFBOARDINGS "/%s", planned);
    wrong += wrong_answers(&(struct ask){.path = path});
    wrong += wrong_answers(&(struct ask){.path = OFFBOARDINGS "?limit=1", .token = world.viewer});
    assert_int_equal(wrong, 0);
}

/* What was refused has not happened; what was accepted has. */
static void requests_are_accepted_or_have_not_happened(void **state)
{
    bool happened = true;
    (void)state;
    for (int number = 1; happened; number++) {
        char body[200], path[100];
        snprintf(body, sizeof body, NEW("w%dw@contoso.example", ""), number);
        snprintf(path, sizeof path, OFFBOARDINGS "?search=w%dw", number);
        call_fault_set(number);
        AUTO_ANSWER struct answer made = ASK(.path = OFFBOARDINGS, .body = body);
        happened = call_fault_happened();
        call_fault_set(0);
        AUTO_ANSWER struct answer list = ASK(.path = path);
        if (made.status != 202)
            expect_problem(&made, 503, "store_unreachable");
        assert_int_equal(json_array_size(json_array_at(list.json, "items")), made.status == 202);
    }
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

/* --- what others wrote --------------------------------------------------------------------------------- */

static void ask_with(void *ctx, const json_t *body)
{
    struct ask ask = *(struct ask *)ctx;
    AUTO_FREE char *text = json_write(body);
    ask.body = text;
    AUTO_ANSWER struct answer answer = world_ask(&ask);
    if (answer.status >= 500)
        fail_msg("%s with %s: %ld %s", ask.path, text, answer.status, answer.body);
}

/* A body of any shape is answered, as a mistake of whoever sent it or because it happens to be right. */
static void bodies_of_any_shape_are_answered(void **state)
{
    static const struct {
        const char *method, *path, *body;
    } requests[] = {
        {"POST", OFFBOARDINGS,
         "{\"tenant\":\"contoso.example\",\"users\":[\"a1@contoso.example\"],\"options\":{\"disable_sign_"
         "in\":true,"
         "\"forward_email\":{\"to\":\"b@contoso.example\",\"keep_copy\":true},\"grant_mailbox_access\":{"
         "\"users\":["
         "\"manager\"]},\"set_out_of_office\":{\"message_html\":\"<p>x</p>\"}},\"schedule\":{\"at\":"
         "\"2099-01-01T10:00:00\",\"time_zone\":\"UTC\"},\"acknowledged_warnings\":[\"*\"],\"override\":{"
         "\"codes\":["
         "\"self\"],\"reason\":\"x\"},\"notify\":{\"email\":true,\"email_to\":[\"a@b.example\"]},"
         "\"reference\":"
         "\"T\",\"reason\":\"x\"}"},
        {"POST", "/api/v1/tenants/contoso.example/users/boss@contoso.example/preflight",
         "{\"options\":{\"disable_sign_in\":true,\"add_to_group\":{\"group\":\"" OLD "\"}}}"},
        {"POST", "/api/v1/tenants",
         "{\"tenant_id\":\"" OLD "\",\"default_domain\":\"new.example\",\"display_name\":\"New\"}"},
        {"PATCH", "/api/v1/tenants/contoso.example", "{\"display_name\":\"Contoso\"}"},
        {"PUT", "/api/v1/tenants/contoso.example/defaults",
         "{\"options\":{\"disable_sign_in\":true},\"protected_users\":[\"" OLD
         "\"],\"allow_external_forwarding\":"
         "true,\"template\":null,\"notify\":{\"email\":true,\"psa_company\":1}}"},
        {"POST", "/api/v1/templates",
         "{\"name\":\"New\",\"description\":\"x\",\"tenant\":\"contoso.example\",\"options\":{\"remove_"
         "licenses\":"
         "{\"force\":true}}}"},
        {"PUT", "/api/v1/settings/prices",
         "{\"currency\":\"EUR\",\"prices\":[{\"sku_id\":\"" E3 "\",\"monthly_price\":\"33.5\"}]}"},
        {"POST", "/api/v1/tokens",
         "{\"name\":\"t\",\"role\":\"viewer\",\"tenants\":[\"contoso.example\"],\"expires_at\":"
         "\"2099-01-01T00:00:00Z\"}"},
        {"POST", OFFBOARDINGS "/" OLD "/retry", "{\"task\":\"remove_licenses\"}"},
        {"POST", OFFBOARDINGS "/" OLD "/undo", "{\"tasks\":[\"disable_sign_in\"]}"},
        {"POST", OFFBOARDINGS "/" OLD "/reschedule",
         "{\"at\":\"2099-01-01T10:00:00\",\"time_zone\":\"UTC\"}"},
        {"POST", OFFBOARDINGS "/" OLD "/approve", "{\"reason\":\"x\"}"},
        {"POST", "/api/v1/batches/" BATCH "/approve", "{\"first\":true,\"reason\":\"x\"}"},
        {"POST", "/api/v1/stop", "{\"batch\":\"" OLD "\"}"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof requests / sizeof *requests; i++) {
        struct ask ask = {.method = requests[i].method, .path = requests[i].path, .headers = {"If-Match: *"}};
        AUTO_JSON json_t *body = json_read(requests[i].body, strlen(requests[i].body), NULL);
        assert_non_null(body);
        json_damage(body, ask_with, &ask);
    }
}

/* Of one row, and where it is shown. */
struct stored {
    const char *table, *column, *where;
    const char *paths[4];
};

static void show_with(void *ctx, const json_t *value)
{
    const struct stored *stored = ctx;
    AUTO_FREE char *text = json_write(value);
    char sql[200];
    struct err err;
    snprintf(sql, sizeof sql, "UPDATE %s SET %s = $1 WHERE %s", stored->table, stored->column, stored->where);
    {
        AUTO_TX struct tx *tx = store_begin(world.store, &err);
        assert_true(tx && tx_exec(tx, &err, sql, P_TEXT(text)) && tx_commit(&tx, &err));
    }
    for (size_t i = 0; stored->paths[i]; i++) {
        AUTO_ANSWER struct answer answer = ASK(.path = stored->paths[i]);
        assert_true(answer.status >= 200);
    }
}

static json_t *value_of(const struct stored *stored)
{
    char sql[200];
    snprintf(sql, sizeof sql, "SELECT %s FROM %s WHERE %s", stored->column, stored->table, stored->where);
    AUTO_TX struct tx *tx = store_begin_read(world.store, NULL);
    AUTO_ROWS struct rows *rows = tx_query(tx, NULL, sql);
    assert_true(rows_next(rows));
    return row_json(rows, 0);
}

/* What an older version or a damaged disk left in the store ends nothing. */
static void stored_values_of_any_shape_are_shown(void **state)
{
#define ONE OFFBOARDINGS "/" OLD
#define REPORT ONE "/report?format=json"
#define IS_OLD "id = '" OLD "'"
#define TASK(direction, task) \
    "offboarding_id = '" OLD "' AND direction = '" direction "' AND task = '" task "'"
    static const struct stored all[] = {
        {"offboardings", "options_json", IS_OLD, {ONE, ONE "/undo", REPORT}},
        {"offboardings", "plan_json", IS_OLD, {ONE, REPORT}},
        {"offboardings", "warnings_json", IS_OLD, {ONE, OFFBOARDINGS, REPORT}},
        {"offboardings", "undo_json", IS_OLD, {ONE, REPORT}},
        {"offboardings", "notify_json", IS_OLD, {ONE, REPORT}},
        {"offboardings", "schedule_json", IS_OLD, {ONE, OFFBOARDINGS, REPORT}},
        {"offboardings", "context_json", IS_OLD, {ONE, ONE "/undo", REPORT}},
        {"tasks", "before_json", TASK("do", "disable_sign_in"), {ONE, ONE "/undo", REPORT}},
        {"tasks", "after_json", TASK("do", "disable_sign_in"), {ONE, REPORT}},
        {"tasks", "warnings_json", TASK("undo", "disable_sign_in"), {ONE, REPORT}},
        {"tasks", "items_json", TASK("do", "remove_licenses"), {ONE, ONE "/undo", REPORT}},
        {"tasks", "error_json", TASK("do", "remove_licenses"), {ONE, REPORT}},
        {"tenants",
         "defaults_json",
         "id = '" FAKE_TENANT "'",
         {"/api/v1/tenants", "/api/v1/tenants/contoso.example/defaults",
          "/api/v1/tenants/contoso.example/protected-users"}},
        {"templates",
         "options_json",
         "id = '" TEMPLATE "'",
         {"/api/v1/templates", "/api/v1/templates/" TEMPLATE}},
        {"price_list", "prices_json", "id = 1", {"/api/v1/settings/prices", "/api/v1/stats"}},
        {"attempts", "request_json", "number = 1", {"/api/v1/deliveries/" DELIVERY}},
        {"attempts", "error_json", "number = 1", {"/api/v1/deliveries/" DELIVERY}},
        {"tokens", "tenants_json", "name = 'viewer'", {"/api/v1/tokens"}},
        {"logbook", "details_json", "id = 1", {"/api/v1/logbook"}},
    };
    (void)state;
    for (size_t i = 0; i < sizeof all / sizeof *all; i++) {
        struct stored stored = all[i];
        AUTO_JSON json_t *value = value_of(&stored);
        json_damage(value, show_with, &stored);
        show_with(&stored, value);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reading_is_whole_or_refused),
        cmocka_unit_test(requests_are_accepted_or_have_not_happened),
        cmocka_unit_test(live_events_are_whole_or_read_again),
        cmocka_unit_test(bodies_of_any_shape_are_answered),
        cmocka_unit_test(stored_values_of_any_shape_are_shown),
        cmocka_unit_test(bounds_that_cannot_be_read_are_an_error),
    };
    world_setup();
    return cmocka_run_group_tests(tests, fill, world_stop);
}
