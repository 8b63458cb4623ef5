/* States move as the tables say, stale writers change nothing, and followers wake after the commit. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "journal/offboardings.h"

static char directory[64];
static struct store *store;
static struct journal *journal;

static int setup(void **state)
{
    (void)state;
    strcpy(directory, "/tmp/lastday-journal-XXXXXX");
    if (!mkdtemp(directory))
        return -1;
    store = store_open("sqlite:test.db", directory, NULL);
    journal = journal_new(store);
    return store ? 0 : -1;
}

static int teardown(void **state)
{
    char command[100];
    (void)state;
    journal_free(journal);
    store_close(store);
    snprintf(command, sizeof command, "rm -rf %s", directory);
    return system(command);
}

static bool insert(const char *id, const char *user, int64_t due_at, struct err *err)
{
    AUTO_JSON json_t *options = json_make("{s:{}, s:{}}", "disable_sign_in", "remove_licenses");
    AUTO_JSON json_t *list = json_array();
    const struct offboarding o = {.id = id,
                                  .batch = "b",
                                  .tenant_id = "t",
                                  .user_id = user,
                                  .user_principal_name = "ann@contoso.com",
                                  .display_name = "Ann",
                                  .status = RUN_QUEUED,
                                  .options = options,
                                  .plan = list,
                                  .warnings = list,
                                  .requested_by = "bob",
                                  .created_at = 1000,
                                  .due_at = due_at};
    AUTO_TX struct tx *tx = store_begin(store, err);
    return tx && offboarding_insert(tx, &o, err) && journal_commit(journal, &tx, err);
}

static bool claim(int64_t now, struct arena *arena, struct offboarding *ret)
{
    struct err err;
    bool found = false;
    AUTO_TX struct tx *tx = store_begin(store, &err);
    assert_true(offboarding_claim(tx, arena, "node", now, 100, ret, &found, &err));
    assert_true(journal_commit(journal, &tx, &err));
    return found;
}

static void one_user_has_one_unfinished_offboarding(void **state)
{
    (void)state;
    struct err err;
    assert_true(insert("o1", "u1", 0, &err));
    assert_false(insert("o2", "u1", 0, &err));
    assert_string_equal(err.code, "already_open");
    assert_true(insert("o3", "u2", 0, &err));
    AUTO_TX struct tx *tx = store_begin(store, &err);
    assert_true(offboarding_cancel(tx, "o1", "bob", 2000, &err));
    assert_true(tx_commit(&tx, &err));
    assert_true(insert("o2", "u1", 0, &err));
}

static void a_lost_claim_writes_nothing(void **state)
{
    (void)state;
    struct err err;
    bool cancel;
    AUTO_ARENA struct arena *arena = arena_new();
    struct offboarding first, second;
    assert_true(insert("o1", "u1", 500, &err));
    assert_false(claim(499, arena, &first));
    assert_true(claim(500, arena, &first));
    assert_int_equal(first.epoch, 1);
    assert_false(claim(599, arena, &second));
    assert_true(claim(600, arena, &second)); /* the lease of 100 ms has run out */
    assert_int_equal(second.epoch, 2);
    const struct task_row row = {.task = TASK_disable_sign_in, .status = TASK_STATUS_RUNNING};
    AUTO_TX struct tx *tx = store_begin(store, &err);
    assert_false(task_move(tx, "o1", first.epoch, &row, 700, &err));
    assert_int_equal(err.kind, ERR_STALE);
    assert_false(offboarding_move(tx, "o1", first.epoch, RUN_SUCCEEDED, 700, 0, &err));
    assert_false(journal_effect(tx, "o1", first.epoch, EVENT_INTENT, NULL, json_object(), 700, &err));
    assert_false(offboarding_renew(tx, "o1", first.epoch, 900, &cancel, &err));
    assert_true(task_move(tx, "o1", second.epoch, &row, 700, &err));
    assert_true(tx_commit(&tx, &err));
    offboarding_done(&first);
    offboarding_done(&second);
}

static void states_move_as_the_tables_say(void **state)
{
    (void)state;
    struct err err;
    AUTO_ARENA struct arena *arena = arena_new();
    struct offboarding o;
    assert_true(insert("o1", "u1", 0, &err));
    assert_true(claim(10, arena, &o));
    struct task_row row = {.task = TASK_disable_sign_in, .status = TASK_STATUS_SUCCEEDED};
    AUTO_TX struct tx *tx = store_begin(store, &err);
    assert_false(task_move(tx, "o1", o.epoch, &row, 20, &err)); /* pending cannot become succeeded */
    assert_int_equal(err.kind, ERR_CONFLICT);
    row.status = TASK_STATUS_RUNNING;
    assert_true(task_move(tx, "o1", o.epoch, &row, 20, &err));
    row.status = TASK_STATUS_SUCCEEDED;
    assert_true(task_move(tx, "o1", o.epoch, &row, 30, &err));
    assert_true(offboarding_locked_out(tx, "o1", o.epoch, 30, &err));
    assert_true(offboarding_move(tx, "o1", o.epoch, RUN_SUCCEEDED, 40, 40, &err));
    assert_false(offboarding_move(tx, "o1", o.epoch, RUN_RUNNING, 50, 50, &err));
    assert_false(offboarding_cancel(tx, "o1", "bob", 50, &err));
    AUTO_JSON json_t *value = offboarding_json(tx, "o1", &err);
    assert_string_equal(json_text(value, "status"), "succeeded");
    assert_string_equal(json_text(value, "locked_out_at"), "1970-01-01T00:00:00.030Z");
    assert_int_equal(json_array_size(json_array_at(value, "tasks")), 2);
    assert_true(tx_commit(&tx, &err));
    offboarding_done(&o);
}

static void count_wake(void *ctx)
{
    ++*(int *)ctx;
}

static void followers_read_in_order(void **state)
{
    (void)state;
    struct err err;
    int woken = 0;
    struct event events[10];
    AUTO_ARENA struct arena *arena = arena_new();
    journal_subscribe(journal, count_wake, &woken);
    assert_true(insert("o1", "u1", 0, &err));
    assert_int_equal(woken, 1);
    AUTO_TX struct tx *tx = store_begin(store, &err);
    assert_true(journal_append(tx, "o1", 1, EVENT_INTENT, NULL, json_object(), &err));
    assert_true(journal_append(tx, "o1", 1, EVENT_END, NULL, json_object(), &err));
    assert_true(journal_commit(journal, &tx, &err));
    assert_int_equal(woken, 2);
    journal_unsubscribe(journal, count_wake, &woken);
    assert_int_equal(journal_read(store, arena, "o1", 0, false, events, 10, &err), 2);
    assert_string_equal(events[1].kind, "end");
    int64_t last = events[0].id;
    json_decref(events[0].data);
    json_decref(events[1].data);
    assert_int_equal(journal_read(store, arena, NULL, last, true, events, 10, &err), 2);
    assert_string_equal(events[0].kind, "intent");
    json_decref(events[0].data);
    json_decref(events[1].data);
}

static int64_t count_notices(const char *event)
{
    AUTO_TX struct tx *tx = store_begin_read(store, NULL);
    AUTO_ROWS struct rows *rows =
        tx_query(tx, NULL, "SELECT count(*) FROM notices WHERE event = $1", P_TEXT(event));
    assert_true(rows_next(rows));
    return row_int(rows, 0);
}

static bool move(const char *id, enum run_status to, int64_t now, bool commit)
{
    struct err err;
    AUTO_TX struct tx *tx = store_begin(store, &err);
    return offboarding_move(tx, id, NO_EPOCH, to, now, now, &err) && (!commit || tx_commit(&tx, &err));
}

/* Neither exists without the other, and who waits again and again is told of once. */
static void a_notice_lives_and_dies_with_its_change(void **state)
{
    (void)state;
    struct err err;
    assert_true(insert("o1", "u1", 0, &err));
    assert_true(move("o1", RUN_RUNNING, 1000, true));
    assert_int_equal(count_notices("started"), 1);
    assert_true(move("o1", RUN_WAITING, 2000, false)); /* rolled back */
    assert_int_equal(count_notices("waiting"), 0);
    for (int i = 0; i < 3; i++) {
        assert_true(move("o1", RUN_WAITING, 3000 + i, true));
        assert_true(move("o1", RUN_RUNNING, 4000 + i, true));
    }
    assert_int_equal(count_notices("waiting"), 1);
    assert_int_equal(count_notices("started"), 1);
    assert_true(move("o1", RUN_FAILED, 9000, true));
    assert_int_equal(count_notices("failed"), 1);
    AUTO_TX struct tx *tx = store_begin_read(store, &err);
    AUTO_ROWS struct rows *rows = tx_query(tx, &err, "SELECT data_json FROM notices WHERE event = 'failed'");
    assert_true(rows_next(rows));
    AUTO_JSON json_t *data = row_json(rows, 0);
    assert_string_equal(json_text(data, "status"), "failed");
    assert_int_equal(json_array_size(json_array_at(data, "tasks")), 2);
    assert_null(json_object_get(data, "options"));
    assert_null(json_object_get(json_array_get(json_array_at(data, "tasks"), 0), "after"));
}

#define WITH_STORE(test) cmocka_unit_test_setup_teardown(test, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        WITH_STORE(one_user_has_one_unfinished_offboarding),
        WITH_STORE(a_notice_lives_and_dies_with_its_change),
        WITH_STORE(a_lost_claim_writes_nothing),
        WITH_STORE(states_move_as_the_tables_say),
        WITH_STORE(followers_read_in_order),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
