/* The figures are those of the rows, and licenses count once they are really free. */
#include "journal/journal_fixture.h"
#include "journal/stats.h"

#define A "11111111-1111-4111-8111-111111111111"
#define B "22222222-2222-4222-8222-222222222222"
#define E3 "05e9a617-0261-4cee-bb44-138d3ef5d965"
#define E5 "06ebc4ee-1bb5-47dd-8120-11324bc54e06"
#define DAY INT64_C(86400000)
#define BEGIN (20000 * DAY)

static const struct stats_scope everything, only_a = {.tenant_id = A};

static bool insert(const char *id, const char *tenant, struct err *err)
{
    AUTO_JSON json_t *options = json_make("{s:{}}", "remove_licenses");
    return fixture_insert((struct offboarding){.id = id,
                                               .tenant_id = tenant,
                                               .user_id = id,
                                               .status = RUN_QUEUED,
                                               .options = options,
                                               .created_at = BEGIN,
                                               .due_at = BEGIN},
                          err);
}

static void run(const char *sql, const char *id, int64_t a, int64_t b)
{
    struct err err;
    AUTO_TX struct tx *tx = store_begin(store, &err);
    if (!tx_exec(tx, &err, sql, P_TEXT(id), P_INT(a), P_INT(b)) || !tx_commit(&tx, &err))
        fail_msg("%s", err.message);
}

/* A hundred runs an hour apart, locked out after 1 s, 2 s … 100 s; every tenth failed; odd ones are A's. */
static void begin_hundred(void)
{
    struct err err;
    char id[16];
    for (int n = 1; n <= 100; n++) {
        snprintf(id, sizeof id, "o%03d", n);
        assert_true(insert(id, n % 2 ? A : B, &err));
        run("UPDATE offboardings SET started_at = $2, locked_out_at = $2 + $3, status = 'succeeded', "
            "unfinished = 0 "
            "WHERE id = $1",
            id, BEGIN + n * INT64_C(3600000), n * 1000);
        if (n % 10 == 0)
            run("UPDATE offboardings SET status = 'failed' WHERE id = $1 AND $2 = $3", id, 1, 1);
    }
}

static void leavers_and_their_lockout(void **state)
{
    struct err err;
    struct stats_slot *slots;
    struct stats_lockout lockout;
    (void)state;
    AUTO_ARENA struct arena *arena = arena_new();
    begin_hundred();
    AUTO_TX struct tx *tx = store_begin_read(store, &err);
    assert_int_equal(stats_slots(tx, arena, &everything, BEGIN, BEGIN + 9 * DAY, &slots, &err), 100);
    assert_int_equal(slots[0].at, BEGIN + 3600000);
    assert_int_equal(slots[9].failed, 1);
    assert_int_equal(stats_slots(tx, arena, &only_a, BEGIN, BEGIN + 9 * DAY, &slots, &err), 50);
    assert_int_equal(stats_slots(tx, arena, &everything, BEGIN + 3600000, BEGIN + 7200000, &slots, &err), 1);
    assert_true(stats_lockout(tx, &everything, BEGIN, BEGIN + 9 * DAY, &lockout, &err));
    assert_int_equal(lockout.count, 100);
    assert_int_equal(lockout.median_ms, 50000);
    assert_int_equal(lockout.p95_ms, 95000);
    assert_true(stats_lockout(tx, &only_a, BEGIN, BEGIN + 9 * DAY, &lockout, &err));
    assert_int_equal(lockout.median_ms, 49000); /* 1, 3 … 99 */
    assert_int_equal(lockout.p95_ms, 95000);
    assert_true(stats_lockout(tx, &everything, BEGIN + 3600000, BEGIN + 7200000, &lockout, &err));
    assert_int_equal(lockout.median_ms, 1000);
    assert_int_equal(lockout.p95_ms, 1000);
    assert_true(stats_lockout(tx, &everything, 1, 2, &lockout, &err));
    assert_int_equal(lockout.count, 0);
    AUTO_JSON json_t *both = json_make("[s, s]", A, B);
    const struct stats_scope bound = {.only_tenants = both};
    assert_int_equal(stats_slots(tx, arena, &bound, BEGIN, BEGIN + 9 * DAY, &slots, &err), 100);
}

static void what_is_open(void **state)
{
    struct err err;
    struct stats_open open;
    (void)state;
    for (int n = 0; n < 6; n++) {
        char id[8];
        snprintf(id, sizeof id, "p%d", n);
        assert_true(insert(id, A, &err));
        run(n < 3 ? "UPDATE offboardings SET status = 'planned', scheduled_at = $2 + $3 WHERE id = $1"
                  : "UPDATE offboardings SET status = 'needs_attention' WHERE id = $1 AND $2 > $3",
            id, BEGIN, n * DAY);
    }
    AUTO_TX struct tx *tx = store_begin_read(store, &err);
    assert_true(stats_open(tx, &everything, BEGIN + DAY + 1, &open, &err));
    assert_int_equal(open.planned, 3);
    assert_int_equal(open.planned_before, 2);
    assert_int_equal(open.next_at, BEGIN);
    assert_int_equal(open.needs_attention, 3);
    const struct stats_scope none = {.tenant_id = B};
    assert_true(stats_open(tx, &none, BEGIN, &open, &err));
    assert_int_equal(open.planned + open.needs_attention + open.next_at, 0);
}

/* --- licenses ------------------------------------------------------------------------------------------ */

static json_t *item(const char *sku, const char *name, const char *status)
{
    return json_make("{s:s, s:s, s:s, s:s}", "id", name, "name", name, "sku_id", sku, "status", status);
}

static void end_task(enum direction direction, json_t *items)
{
    struct err err;
    struct task_row row = {.task = TASK_remove_licenses, .direction = direction, .items = items};
    AUTO_TX struct tx *tx = store_begin(store, &err);
    if (direction == DIRECTION_UNDO)
        assert_true(tx_exec(tx, &err,
                            "INSERT INTO tasks(offboarding_id, direction, task, position, status) "
                            "VALUES ('l', 'undo', 'remove_licenses', 1, 'pending')"));
    row.status = TASK_STATUS_RUNNING;
    assert_true(task_move(tx, "l", NO_EPOCH, &row, BEGIN, &err));
    row.status = TASK_STATUS_FAILED; /* one item may have failed: the others count all the same */
    assert_true(task_move(tx, "l", NO_EPOCH, &row, BEGIN + 5, &err));
    assert_true(tx_commit(&tx, &err));
    json_decref(items);
}

static const char *freed(void)
{
    static char text[300];
    struct err err;
    size_t i;
    json_t *row;
    AUTO_TX struct tx *tx = store_begin_read(store, &err);
    AUTO_JSON json_t *list = stats_licenses(tx, &everything, BEGIN, BEGIN + DAY, &err);
    text[0] = '\0';
    json_array_foreach (list, i, row)
        snprintf(text + strlen(text), sizeof text - strlen(text), "%s%s %d", i ? ", " : "",
                 json_text(row, "name"), (int)json_int(row, "freed", 0));
    return text;
}

static void licenses_count_when_they_are_free(void **state)
{
    struct err err;
    (void)state;
    assert_true(insert("l", A, &err));
    end_task(DIRECTION_DO,
             json_make("[o, o, o, o, o]", item(E3, "E3", "succeeded"), item(E3, "E3 by group", "succeeded"),
                       item(E5, "E5", "succeeded"), item(E5, "E5 by group", "skipped"), /* still paid for */
                       item("11111111-0000-4000-8000-000000000001", "Visio", "failed")));
    assert_string_equal(freed(), "E3 1");
    end_task(DIRECTION_UNDO, json_make("[o]", item(E3, "E3", "succeeded")));
    assert_string_equal(freed(), "");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(leavers_and_their_lockout, setup, teardown),
        cmocka_unit_test_setup_teardown(what_is_open, setup, teardown),
        cmocka_unit_test_setup_teardown(licenses_count_when_they_are_free, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
