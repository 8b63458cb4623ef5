/* The promises of store.h against a real file. */
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/thread.h"
#include "store/store.h"

static char directory[64];

static int make_directory(void **state)
{
    (void)state;
    strcpy(directory, "/tmp/lastday-store-XXXXXX");
    return mkdtemp(directory) ? 0 : -1;
}

static int remove_directory(void **state)
{
    char command[100];
    (void)state;
    snprintf(command, sizeof command, "rm -rf %s", directory);
    return system(command);
}

static struct store *open_store(void)
{
    struct err err = {0};
    struct store *store = store_open("sqlite:test.db", directory, &err);
    if (!store)
        print_error("%s\n", err.message);
    assert_non_null(store);
    return store;
}

static bool add_event(struct store *store, const char *id, struct err *err)
{
    AUTO_TX struct tx *tx = store_begin(store, err);
    return tx &&
           tx_exec(tx, err,
                   "INSERT INTO events(offboarding_id, at, kind, data_json) VALUES ($1, $2, 'k', '{}')",
                   P_TEXT(id), P_INT(7)) &&
           tx_commit(&tx, err);
}

static int64_t count_events(struct store *store)
{
    struct err err;
    AUTO_TX struct tx *tx = store_begin_read(store, &err);
    assert_non_null(tx);
    AUTO_ROWS struct rows *rows = tx_query(tx, &err, "SELECT count(*) FROM events");
    assert_true(rows_next(rows));
    int64_t count = row_int(rows, 0);
    rows_auto_close(&rows);
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

static void a_second_process_is_refused(void **state)
{
    (void)state;
    struct err err;
    struct store *store = open_store();
    assert_null(store_open("sqlite:test.db", directory, &err));
    assert_int_equal(err.kind, ERR_CONFIG);
    assert_non_null(strstr(err.message, "another Lastday"));
    store_close(store);
    assert_null(store_open("mysql://secret@host", directory, &err));
    assert_null(strstr(err.message, "secret"));
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
    assert_null(store_open("sqlite:test.db", directory, &err));
    assert_non_null(strstr(err.message, "newer"));
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

static void many_threads_share_their_commits(void **state)
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
        struct store *store = store_open("sqlite:test.db", directory, NULL);
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

static void a_full_disk_refuses_and_recovers(void **state)
{
    (void)state;
    struct err err = {0};
    struct store *store = open_store();
    struct rlimit before, small = {256 * 1024, RLIM_INFINITY};
    getrlimit(RLIMIT_FSIZE, &before);
    small.rlim_max = before.rlim_max;
    signal(SIGXFSZ, SIG_IGN);
    setrlimit(RLIMIT_FSIZE, &small);
    int64_t good = 0;
    while (good < 100000 && add_event(store, "filling the disk with a text that is not that short", &err))
        good++;
    assert_true(good < 100000);
    assert_int_equal(err.kind, ERR_STORAGE);
    assert_int_equal(count_events(store), good);
    setrlimit(RLIMIT_FSIZE, &before);
    assert_true(add_event(store, "space again", &err));
    assert_int_equal(count_events(store), good + 1);
    store_close(store);
}

static void a_backup_is_a_store(void **state)
{
    (void)state;
    struct err err;
    char path[100];
    struct store *store = open_store();
    assert_true(add_event(store, "a", &err));
    snprintf(path, sizeof path, "%s/copy.db", directory);
    assert_true(store_backup(store, path, &err));
    assert_false(store_backup(store, path, &err));
    store_close(store);
    struct store *copy = store_open("sqlite:copy.db", directory, &err);
    assert_int_equal(count_events(copy), 1);
    store_close(copy);
}

#define WITH_DIRECTORY(test) cmocka_unit_test_setup_teardown(test, make_directory, remove_directory)

int main(void)
{
    const struct CMUnitTest tests[] = {
        WITH_DIRECTORY(what_is_not_committed_never_happened),
        WITH_DIRECTORY(parameters_are_numbered_not_positional),
        WITH_DIRECTORY(a_second_process_is_refused),
        WITH_DIRECTORY(a_newer_store_is_refused),
        WITH_DIRECTORY(many_threads_share_their_commits),
        WITH_DIRECTORY(what_was_acknowledged_survives_a_kill),
        WITH_DIRECTORY(a_full_disk_refuses_and_recovers),
        WITH_DIRECTORY(a_backup_is_a_store),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
