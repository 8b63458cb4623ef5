/* The promises of store.h, which both databases keep. */
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/thread.h"
#include "store/dialect.h"
#include "store/store_fixture.h"

static struct store_fixture fixture;

static int make(void **state)
{
    (void)state;
    store_fixture_make(&fixture);
    return 0;
}

static int removed(void **state)
{
    (void)state;
    store_fixture_remove(&fixture);
    return 0;
}

static struct store *open_store(void)
{
    return store_fixture_open(&fixture);
}

static int64_t number_of(struct tx *tx, const char *sql)
{
    struct err err;
    AUTO_ROWS struct rows *rows = tx_query(tx, &err, sql);
    assert_true(rows_next(rows));
    return row_int(rows, 0);
}

static int64_t count_events(struct store *store)
{
    struct err err;
    AUTO_TX struct tx *tx = store_begin_read(store, &err);
    assert_non_null(tx);
    int64_t count = number_of(tx, "SELECT count(*) FROM events");
    assert_true(tx_commit(&tx, &err));
    return count;
}

static void what_is_not_committed_never_happened(void **state)
{
    (void)state;
    struct err err;
    struct store *store = open_store();
    {
        AUTO_TX struct tx *tx = store_begin(store, &err);
        assert_true(tx_exec(
            tx, &err, "INSERT INTO events(offboarding_id, at, kind, data_json) VALUES ('x', 1, 'k', '{}')"));
        assert_int_equal(tx_changes(tx), 1);
    }
    assert_int_equal(count_events(store), 0);
    assert_true(add_event(store, "a", &err));
    assert_int_equal(count_events(store), 1);
    assert_true(store_ready(store, &err));
    store_close(store);
}

static void parameters_are_numbered_not_positional(void **state)
{
    (void)state;
    struct err err;
    struct store *store = open_store();
    AUTO_TX struct tx *tx = store_begin(store, &err);
    AUTO_ROWS struct rows *rows =
        tx_query(tx, &err, "SELECT $2, $1, $2, $3", P_TEXT("one"), P_INT(2), P_NULL);
    assert_true(rows_next(rows));
    assert_int_equal(row_int(rows, 0), 2);
    assert_string_equal(row_text(rows, 1), "one");
    assert_null(row_text(rows, 3));
    assert_false(rows_next(rows));
    assert_false(rows_failed(rows, &err));
    rows_auto_close(&rows);
    tx_auto_rollback(&tx);
    store_close(store);
}

static void put_secret(struct store *store, const char *name, const void *bytes, size_t length, int64_t at)
{
    struct err err;
    AUTO_TX struct tx *tx = store_begin(store, &err);
    assert_true(tx_exec(
        tx, &err, "INSERT INTO secrets(offboarding_id, name, sealed, created_at) VALUES ('o', $1, $2, $3)",
        P_TEXT(name), P_BLOB(bytes, length), P_INT(at)));
    assert_true(tx_commit(&tx, &err));
}

static void values_come_back_exactly(void **state)
{
    (void)state;
    struct err err;
    struct store *store = open_store();
    const char *texts[] = {"", " spaces ", "quote ' and \\ and \n", "Zo\xc3\xab \xf0\x9f\x8e\x89",
                           "{\"a\":\"\\u0000\"}"};
    const int64_t numbers[] = {INT64_MIN, -1, 0, INT64_C(1) << 53, INT64_MAX};
    unsigned char bytes[256];
    for (int i = 0; i < 256; i++)
        bytes[i] = (unsigned char)i;
    for (int i = 0; i < 5; i++)
        put_secret(store, texts[i], bytes, i ? 256 : 0, numbers[i]);
    AUTO_TX struct tx *tx = store_begin_read(store, &err);
    for (int i = 0; i < 5; i++) {
        AUTO_ROWS struct rows *rows = tx_query(
            tx, &err, "SELECT name, sealed, created_at FROM secrets WHERE name = $1 AND created_at = $2",
            P_TEXT(texts[i]), P_INT(numbers[i]));
        size_t length;
        assert_true(rows_next(rows));
        assert_string_equal(row_text(rows, 0), texts[i]);
        const void *blob = row_blob(rows, 1, &length);
        assert_int_equal(length, i ? 256 : 0);
        assert_true(!length || memcmp(blob, bytes, length) == 0);
        assert_true(row_int(rows, 2) == numbers[i]);
    }
    tx_auto_rollback(&tx);
    store_close(store);
}

static void texts_compare_by_their_bytes(void **state)
{
    (void)state;
    struct err err;
    struct store *store = open_store();
    const char *names[] = {"B", "a", "Z", "_", "\xc3\xa9"};
    for (int i = 0; i < 5; i++)
        put_secret(store, names[i], "", 0, 1);
    const char *in_order[] = {"B", "Z", "_", "a", "\xc3\xa9"};
    AUTO_TX struct tx *tx = store_begin_read(store, &err);
    AUTO_ROWS struct rows *rows = tx_query(tx, &err, "SELECT name FROM secrets ORDER BY name");
    for (int i = 0; i < 5; i++) {
        assert_true(rows_next(rows));
        assert_string_equal(row_text(rows, 0), in_order[i]);
    }
    rows_auto_close(&rows);
    tx_auto_rollback(&tx);
    store_close(store);
}

static void a_statement_that_failed_dooms_its_transaction(void **state)
{
    (void)state;
    struct err err;
    struct store *store = open_store();
    AUTO_TX struct tx *tx = store_begin(store, &err);
    const char *sql =
        "INSERT INTO secrets(offboarding_id, name, sealed, created_at) VALUES ('o', 'n', $1, 1)";
    assert_true(tx_exec(tx, &err, sql, P_BLOB("x", 1)));
    assert_false(tx_exec(tx, &err, sql, P_BLOB("x", 1)));
    assert_int_equal(err.kind, ERR_CONFLICT);
    assert_null(tx_query(tx, &err, "SELECT 1"));
    assert_false(tx_commit(&tx, &err));
    tx = store_begin_read(store, &err);
    assert_int_equal(number_of(tx, "SELECT count(*) FROM secrets"), 0);
    tx_auto_rollback(&tx);
    store_close(store);
}

static void *add_one(void *arg)
{
    return add_event(arg, "other", NULL) ? NULL : "failed";
}

static void a_reader_sees_one_moment(void **state)
{
    (void)state;
    struct err err;
    void *failed;
    struct store *store = open_store();
    AUTO_TX struct tx *tx = store_begin_read(store, &err);
    assert_int_equal(number_of(tx, "SELECT count(*) FROM events"), 0);
    pthread_t writer = thread_start("writer", add_one, store);
    usleep(50 * 1000);
    assert_int_equal(number_of(tx, "SELECT count(*) FROM events"), 0);
    tx_auto_rollback(&tx);
    pthread_join(writer, &failed);
    assert_null(failed);
    assert_int_equal(count_events(store), 1);
    store_close(store);
}

static void *add_ten_to_one_row(void *arg)
{
    for (int i = 0; i < 10; i++) {
        struct err err;
        AUTO_TX struct tx *tx = store_begin(arg, &err);
        AUTO_ROWS struct rows *rows =
            tx ? tx_query(tx, &err, "SELECT touched FROM store_ready WHERE id = 1 FOR UPDATE") : NULL;
        int64_t was = rows && rows_next(rows) ? row_int(rows, 0) : INT64_MIN;
        rows_auto_close(&rows);
        if (!tx || !tx_exec(tx, &err, "UPDATE store_ready SET touched = $1 WHERE id = 1", P_INT(was + 1)) ||
            !tx_commit(&tx, &err))
            return "failed";
    }
    return NULL;
}

static void who_decides_about_a_row_decides_alone(void **state)
{
    (void)state;
    struct err err;
    struct store *store = open_store();
    pthread_t threads[8];
    assert_true(store_ready(store, &err)); /* touched = 0 */
    for (int i = 0; i < 8; i++)
        threads[i] = thread_start("adder", add_ten_to_one_row, store);
    for (int i = 0; i < 8; i++) {
        void *failed;
        pthread_join(threads[i], &failed);
        assert_null(failed);
    }
    AUTO_TX struct tx *tx = store_begin_read(store, &err);
    assert_int_equal(number_of(tx, "SELECT touched FROM store_ready"), 80);
    tx_auto_rollback(&tx);
    store_close(store);
}

static void an_address_of_another_kind_is_not_repeated(void **state)
{
    (void)state;
    struct err err;
    assert_null(store_open("mysql://secret@host", fixture.directory, &err));
    assert_int_equal(err.kind, ERR_CONFIG);
    assert_null(strstr(err.message, "secret"));
    assert_true(store_url_is_shared("postgresql://host/db"));
    assert_false(store_url_is_shared("sqlite:x"));
    assert_false(store_url_is_shared("mysql://host"));
}

static void a_newer_store_is_refused(void **state)
{
    (void)state;
    struct err err;
    struct store *store = open_store();
    AUTO_TX struct tx *tx = store_begin(store, &err);
    assert_true(tx_exec(tx, &err, "INSERT INTO schema_version(version) VALUES (999)"));
    assert_true(tx_commit(&tx, &err));
    store_close(store);
    assert_null(store_open(fixture.url, fixture.directory, &err));
    assert_int_equal(err.kind, ERR_CONFIG);
    assert_string_equal(err.code, STORE_NEWER);
    assert_non_null(strstr(err.message, "Start the newer one"));
}

#define THREADS 32
#define EACH 20

static void *write_many(void *arg)
{
    for (int i = 0; i < EACH; i++) {
        struct err err;
        if (!add_event(arg, "thread", &err))
            return "failed";
    }
    return NULL;
}

static void many_threads_write_at_once(void **state)
{
    (void)state;
    struct store *store = open_store();
    pthread_t threads[THREADS];
    for (int i = 0; i < THREADS; i++)
        threads[i] = thread_start("writer", write_many, store);
    for (int i = 0; i < THREADS; i++) {
        void *failed;
        pthread_join(threads[i], &failed);
        assert_null(failed);
    }
    assert_int_equal(count_events(store), THREADS * EACH);
    store_close(store);
}

static void what_was_acknowledged_survives_a_kill(void **state)
{
    (void)state;
    int pipe_ends[2];
    assert_int_equal(pipe(pipe_ends), 0);
    pid_t child = fork();
    if (child == 0) {
        struct store *store = open_store();
        for (;;) {
            if (!add_event(store, "crash", NULL) || write(pipe_ends[1], "x", 1) != 1)
                _exit(1);
        }
    }
    close(pipe_ends[1]);
    char byte;
    int64_t acknowledged = 0;
    while (acknowledged < 50 && read(pipe_ends[0], &byte, 1) == 1)
        acknowledged++;
    kill(child, SIGKILL);
    while (read(pipe_ends[0], &byte, 1) == 1)
        acknowledged++;
    close(pipe_ends[0]);
    waitpid(child, NULL, 0);
    struct store *store = open_store();
    int64_t kept = count_events(store);
    assert_true(acknowledged >= 50 && kept >= acknowledged && kept <= acknowledged + 1);
    store_close(store);
}

/* Killed a little later each time, until it once got to the end. Each time it goes on from the old schema or
 * from the new one. */
static void f36_killed_while_migrating(void **state)
{
    (void)state;
    bool ended = false;
    for (int delay_us = 200; !ended; delay_us += delay_us / 2) {
        struct err err;
        int status;
        removed(NULL);
        make(NULL);
        pid_t child = fork();
        if (child == 0)
            _exit(store_open(fixture.url, fixture.directory, &err) ? 0 : 1);
        usleep((unsigned)delay_us);
        kill(child, SIGKILL);
        waitpid(child, &status, 0);
        ended = WIFEXITED(status) && WEXITSTATUS(status) == 0;
        struct store *store = open_store();
        assert_true(add_event(store, "a", &err));
        assert_int_equal(count_events(store), 1);
        store_close(store);
    }
}

static void only_whole_words_are_spelled_otherwise(void **state)
{
    (void)state;
    const struct spelling table[] = {{"INTEGER KEY", "K"}, {"INTEGER", "BIGINT"}, {") STRICT", ")"}};
    AUTO_FREE char *text =
        dialect_spell("a(x INTEGER, y INTEGERS, MY_INTEGER, z INTEGER KEY) STRICT;", table, 3);
    assert_string_equal(text, "a(x BIGINT, y INTEGERS, MY_INTEGER, z K);");
}

#define WITH_STORE(test) cmocka_unit_test_setup_teardown(test, make, removed)

int main(void)
{
    const struct CMUnitTest tests[] = {
        WITH_STORE(what_is_not_committed_never_happened),
        WITH_STORE(parameters_are_numbered_not_positional),
        WITH_STORE(values_come_back_exactly),
        WITH_STORE(texts_compare_by_their_bytes),
        WITH_STORE(a_statement_that_failed_dooms_its_transaction),
        WITH_STORE(a_reader_sees_one_moment),
        WITH_STORE(who_decides_about_a_row_decides_alone),
        WITH_STORE(an_address_of_another_kind_is_not_repeated),
        WITH_STORE(a_newer_store_is_refused),
        WITH_STORE(many_threads_write_at_once),
        WITH_STORE(what_was_acknowledged_survives_a_kill),
        WITH_STORE(f36_killed_while_migrating),
        cmocka_unit_test(only_whole_words_are_spelled_otherwise),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
