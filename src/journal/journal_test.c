/* States move as the tables say, stale writers change nothing, and followers wake after the commit. */
#include <stdatomic.h>
#include <unistd.h>

#include "base/thread.h"
#include "journal/journal_fixture.h"

static bool insert_in(const char *tenant, const char *id, const char *user, int64_t due_at, struct err *err)
{
    AUTO_JSON json_t *options = json_make("{s:{}, s:{}}", "disable_sign_in", "remove_licenses");
    return fixture_insert((struct offboarding){.id = id,
                                               .tenant_id = tenant,
                                               .user_id = user,
                                               .status = RUN_QUEUED,
                                               .options = options,
                                               .created_at = 1000,
                                               .due_at = due_at},
                          err);
}

static bool insert(const char *id, const char *user, int64_t due_at, struct err *err)
{
    return insert_in("t", id, user, due_at, err);
}

/* A lease that has run out already when lease_ms is negative, by whatever clock the store goes. */
static bool claim(int64_t now, int64_t lease_ms, struct arena *arena, struct offboarding *ret)
{
    struct err err;
    struct offboarding_id id;
    AUTO_TX struct tx *tx = store_begin(store, &err);
    ptrdiff_t found = offboarding_due(tx, "t", now, now, &id, 1, &err);
    assert_true(found >= 0);
    if (found)
        assert_true(offboarding_take(tx, arena, id.text, "node", now, now, lease_ms, ret, &err));
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
    struct offboarding first = {0}, second = {0}, third = {0};
    assert_true(insert("o1", "u1", 500, &err));
    assert_false(claim(499, 60000, arena, &first));
    assert_true(claim(500, -1, arena, &first));
    assert_true(claim(600, 60000, arena, &second)); /* the first lease has run out */
    assert_int_equal(second.epoch, first.epoch + 1);
    assert_false(claim(700, 60000, arena, &third));
    const struct task_row row = {.task = TASK_disable_sign_in, .status = TASK_STATUS_RUNNING};
    AUTO_TX struct tx *tx = store_begin(store, &err);
    assert_false(task_move(tx, "o1", first.epoch, &row, 700, &err));
    assert_int_equal(err.kind, ERR_STALE);
    assert_false(offboarding_move(tx, "o1", first.epoch, RUN_SUCCEEDED, 700, 0, &err));
    assert_false(journal_effect(tx, "o1", first.epoch, EVENT_INTENT, NULL, json_object(), 700, &err));
    assert_false(offboarding_renew(tx, "o1", first.epoch, 700, 200, &cancel, &err));
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
    struct offboarding o = {0};
    assert_true(insert("o1", "u1", 0, &err));
    assert_true(claim(10, 60000, arena, &o));
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

static void a_node_sees_which_of_its_runs_are_cancelled(void **state)
{
    (void)state;
    struct err err;
    struct offboarding_id ids[4];
    struct offboarding mine = {0};
    AUTO_ARENA struct arena *arena = arena_new();
    assert_true(insert("o1", "u1", 0, &err));
    assert_true(claim(10, 60000, arena, &mine));
    assert_true(insert("o2", "u2", 0, &err));
    AUTO_TX struct tx *tx = store_begin(store, &err);
    assert_int_equal(offboarding_cancelled(tx, "node", 20, ids, 4, &err), 0);
    assert_true(offboarding_cancel(tx, "o1", "bob", 20, &err));
    assert_true(offboarding_cancel(tx, "o2", "bob", 20, &err)); /* ends at once */
    assert_int_equal(offboarding_cancelled(tx, "other", 20, ids, 4, &err), 0);
    assert_int_equal(offboarding_cancelled(tx, "node", 20, ids, 4, &err), 1);
    assert_string_equal(ids[0].text, "o1");
    offboarding_done(&mine);
}

static void count_wake_atomic(void *ctx)
{
    ++*(_Atomic int *)ctx;
}

/* Watchers of a shared store are also woken when they may have missed something, as at the start. */
static void expect_woken(int woken, int times)
{
    assert_true(store_is_shared(store) ? woken >= times : woken == times);
}

static void followers_read_in_order(void **state)
{
    (void)state;
    struct err err;
    static _Atomic int woken;
    struct event events[10];
    AUTO_ARENA struct arena *arena = arena_new();
    woken = 0;
    journal_subscribe(journal, count_wake_atomic, &woken);
    assert_true(insert("o1", "u1", 0, &err));
    expect_woken(woken, 1);
    AUTO_TX struct tx *tx = store_begin(store, &err);
    assert_true(journal_append(tx, "o1", 1, EVENT_INTENT, NULL, json_object(), &err));
    assert_true(journal_append(tx, "o1", 1, EVENT_END, NULL, json_object(), &err));
    assert_true(journal_commit(journal, &tx, &err));
    expect_woken(woken, 2);
    journal_unsubscribe(journal, count_wake_atomic, &woken);
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

static int64_t next_due(int64_t now, int64_t mono)
{
    struct err err;
    int64_t at;
    AUTO_TX struct tx *tx = store_begin_read(store, &err);
    assert_true(offboarding_next_due(tx, now, mono, &at, &err));
    return at;
}

static void tenants_have_their_turn(void **state)
{
    (void)state;
    struct err err;
    AUTO_ARENA struct arena *arena = arena_new();
    struct offboarding_id ids[4];
    struct offboarding o = {0};
    assert_int_equal(next_due(100, 7), INT64_MAX);
    assert_true(insert_in("ta", "o1", "u1", 200, &err));
    assert_int_equal(next_due(100, 7), 200);
    assert_int_equal(next_due(250, 7), 250);
    assert_true(insert_in("tb", "o2", "u1", 9000, &err)); /* has nothing due */
    assert_true(insert_in("tc", "o3", "u1", 100, &err));
    assert_true(insert_in("tc", "o4", "u2", 90, &err));
    assert_true(insert_in("td", "o5", "u1", 100, &err));
    AUTO_TX struct tx *tx = store_begin(store, &err);
    assert_int_equal(offboarding_due_tenants(tx, 300, 7, "", ids, 4, &err), 3);
    assert_string_equal(ids[0].text, "ta");
    assert_string_equal(ids[1].text, "tc");
    assert_string_equal(ids[2].text, "td");
    assert_int_equal(offboarding_due_tenants(tx, 300, 7, "tb", ids, 1, &err), 1);
    assert_string_equal(ids[0].text, "tc");
    assert_int_equal(offboarding_due(tx, "tc", 300, 7, ids, 4, &err), 2);
    assert_string_equal(ids[0].text, "o4");
    assert_true(offboarding_take(tx, arena, "o4", "node", 300, 7, 60000, &o, &err));
    assert_int_equal(offboarding_due(tx, "tc", 300, 8, ids, 4, &err), 1);
    assert_true(offboarding_take_up(tx, "node", false, &err));
    assert_int_equal(offboarding_due(tx, "tc", 300, 8, ids, 4, &err), 2);
    assert_true(tx_commit(&tx, &err));
    offboarding_done(&o);
}

/* --- several nodes; on SQLite several threads of the only one --- */

#define NODES 4
#define RUNS 400

struct node {
    pthread_t thread;
    struct store *store;
    char name[8];
    int claims, lost;
};
static _Atomic int times_taken[RUNS];
static _Atomic int left;

/* Claims in batches, lets every fifth lease run out at once, ends the others as their owner. */
static void *node_run(void *arg)
{
    struct node *node = arg;
    while (left > 0) {
        struct err err;
        struct offboarding_id ids[16];
        struct offboarding taken[16];
        AUTO_ARENA struct arena *arena = arena_new();
        AUTO_TX struct tx *tx = store_begin(node->store, &err);
        ptrdiff_t count = tx ? offboarding_due(tx, "t", 1000, 1000, ids, 16, &err) : -1;
        if (count < 0)
            return "due";
        for (ptrdiff_t i = 0; i < count; i++) {
            int64_t lease_ms = (node->claims + i) % 5 ? 60000 : -1;
            if (!offboarding_take(tx, arena, ids[i].text, node->name, 1000, 1000, lease_ms, &taken[i], &err))
                return "take";
        }
        if (!tx_commit(&tx, &err))
            return "commit";
        node->claims += (int)count;
        for (ptrdiff_t i = 0; i < count; i++) {
            tx = store_begin(node->store, &err);
            bool ended =
                tx && offboarding_move(tx, taken[i].id, taken[i].epoch, RUN_SUCCEEDED, 1000, 1000, &err);
            if (ended && !tx_commit(&tx, &err))
                return "commit";
            if (!ended && err.kind != ERR_STALE && err.kind != ERR_CONFLICT)
                return "move";
            if (ended) {
                times_taken[strtol(taken[i].id, NULL, 10)]++;
                left--;
            } else {
                tx_auto_rollback(&tx);
                node->lost++;
            }
            offboarding_done(&taken[i]);
        }
    }
    return NULL;
}

static void f24_of_nodes_that_claim_one_run_one_wins(void **state)
{
    (void)state;
    struct err err;
    struct node nodes[NODES] = {0};
    char id[8];
    for (int i = 0; i < RUNS; i++) {
        snprintf(id, sizeof id, "%d", i);
        assert_true(insert(id, id, 0, &err));
        times_taken[i] = 0;
    }
    left = RUNS;
    for (int i = 0; i < NODES; i++) {
        snprintf(nodes[i].name, sizeof nodes[i].name, "n%d", i);
        nodes[i].store = store_is_shared(store) && i ? store_fixture_open(&fixture) : store;
        nodes[i].thread = thread_start(nodes[i].name, node_run, &nodes[i]);
    }
    for (int i = 0; i < NODES; i++) {
        void *failed;
        pthread_join(nodes[i].thread, &failed);
        if (failed)
            fail_msg("%s", (const char *)failed);
        print_message("%s: %d claims, %d lost\n", nodes[i].name, nodes[i].claims, nodes[i].lost);
        if (nodes[i].store != store)
            store_close(nodes[i].store);
    }
    for (int i = 0; i < RUNS; i++)
        assert_int_equal(times_taken[i], 1);
}

#define WRITERS 6
#define EACH 60
static _Atomic int writing;

/* Some commit late, some not at all. */
static void *append_some(void *arg)
{
    for (int i = 0; i < EACH; i++) {
        struct err err;
        AUTO_TX struct tx *tx = store_begin(arg, &err);
        if (!tx || !journal_append(tx, "o", i, EVENT_TASK, NULL, json_object(), &err))
            return "append";
        usleep((unsigned)(i * 7919 % 5) * 700);
        if (i % 4 && !tx_commit(&tx, &err))
            return "commit";
    }
    writing--;
    return NULL;
}

static int64_t rows_in_events(void)
{
    struct err err;
    AUTO_TX struct tx *tx = store_begin_read(store, &err);
    AUTO_ROWS struct rows *rows = tx_query(tx, &err, "SELECT count(*) FROM events");
    assert_true(rows_next(rows));
    return row_int(rows, 0);
}

static void followers_of_many_writers_miss_nothing_and_read_in_order(void **state)
{
    (void)state;
    pthread_t threads[WRITERS];
    struct store *other = store_is_shared(store) ? store_fixture_open(&fixture) : store;
    int64_t last = 0, count = 0;
    bool quiet = false;
    writing = WRITERS;
    for (int i = 0; i < WRITERS; i++)
        threads[i] = thread_start("writer", append_some, i % 2 ? other : store);
    for (;;) {
        struct err err;
        struct event events[7];
        AUTO_ARENA struct arena *arena = arena_new();
        ptrdiff_t found = journal_read(store, arena, NULL, last, true, events, 7, &err);
        assert_true(found >= 0);
        for (ptrdiff_t i = 0; i < found; i++) {
            assert_true(events[i].id > last);
            last = events[i].id;
            json_decref(events[i].data);
        }
        count += found;
        if (!found && quiet)
            break;
        quiet = writing == 0;
    }
    for (int i = 0; i < WRITERS; i++) {
        void *failed;
        pthread_join(threads[i], &failed);
        assert_null(failed);
    }
    assert_int_equal(count, WRITERS * EACH * 3 / 4);
    assert_int_equal(count, rows_in_events());
    if (other != store)
        store_close(other);
}

/* An id that is out, and not there yet, holds the later ones back; one that never comes does not. */
static void an_event_that_commits_late_is_not_passed(void **state)
{
    (void)state;
    struct err err;
    struct event events[4];
    int64_t oldest, newest;
    if (!store_is_shared(store))
        skip(); /* writers take turns: nobody is late */
    AUTO_ARENA struct arena *arena = arena_new();
    AUTO_TX struct tx *late = store_begin(store, &err), *lost = store_begin(store, &err);
    assert_true(journal_append(late, "late", 1, EVENT_TASK, NULL, json_object(), &err));
    assert_true(journal_append(lost, "lost", 1, EVENT_TASK, NULL, json_object(), &err));
    AUTO_TX struct tx *soon = store_begin(store, &err);
    assert_true(journal_append(soon, "soon", 1, EVENT_TASK, NULL, json_object(), &err));
    assert_true(tx_commit(&soon, &err));
    assert_int_equal(journal_read(store, arena, NULL, 0, true, events, 4, &err), 0);
    assert_int_equal(journal_read(store, arena, "soon", 0, true, events, 4, &err), 0);
    AUTO_TX struct tx *reader = store_begin_read(store, &err);
    assert_true(journal_bounds(reader, &oldest, &newest, &err));
    tx_auto_rollback(&reader);
    assert_int_equal(newest, 0);
    tx_auto_rollback(&lost);
    assert_true(tx_commit(&late, &err));
    assert_int_equal(journal_read(store, arena, NULL, 0, true, events, 4, &err), 2);
    assert_string_equal(events[0].offboarding_id, "late");
    assert_string_equal(events[1].offboarding_id, "soon");
    json_decref(events[0].data);
    json_decref(events[1].data);
}

static void followers_are_woken_by_other_nodes(void **state)
{
    (void)state;
    struct err err;
    static _Atomic int woken;
    if (!store_is_shared(store))
        skip();
    struct store *other = store_fixture_open(&fixture);
    struct journal *theirs = journal_new(other);
    journal_subscribe(theirs, count_wake_atomic, &woken);
    while (!woken) { /* a hint that comes before they listen is lost */
        AUTO_TX struct tx *tx = store_begin(store, &err);
        assert_true(journal_append(tx, "o1", 1, EVENT_END, NULL, json_object(), &err));
        assert_true(journal_commit(journal, &tx, &err));
        usleep(20 * 1000);
    }
    journal_unsubscribe(theirs, count_wake_atomic, &woken);
    journal_free(theirs);
    store_close(other);
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
        WITH_STORE(a_node_sees_which_of_its_runs_are_cancelled),
        WITH_STORE(followers_read_in_order),
        WITH_STORE(tenants_have_their_turn),
        WITH_STORE(f24_of_nodes_that_claim_one_run_one_wins),
        WITH_STORE(followers_of_many_writers_miss_nothing_and_read_in_order),
        WITH_STORE(an_event_that_commits_late_is_not_passed),
        WITH_STORE(followers_are_woken_by_other_nodes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
