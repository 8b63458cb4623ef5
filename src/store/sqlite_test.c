/* What only a SQLite store has to promise: its file alone, locks, damage, backups. */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sqlite3.h>
#include <stdatomic.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/thread.h"
#include "store/restore.h"
#include "store/sqlite_fixture.h"

static void a_second_process_is_refused(void **state)
{
    (void)state;
    struct err err;
    struct store *store = open_store();
    assert_null(store_open(fixture.url, fixture.directory, &err));
    assert_int_equal(err.kind, ERR_CONFIG);
    assert_non_null(strstr(err.message, "another Lastday"));
    store_close(store);
}

static void exec(sqlite3 *db, const char *sql)
{
    if (sqlite3_exec(db, sql, NULL, NULL, NULL) != SQLITE_OK)
        fail_msg("%s: %s", sql, sqlite3_errmsg(db));
}

/* As the first version left it, with a thousand runs under way: they are all there, with the plans they had.
 */
static void f36_a_store_of_the_first_version_comes_up_with_its_runs(void **state)
{
    (void)state;
    struct err err;
    sqlite3 *db;
    AUTO_FREE char *schema = text_read_file(FIRST_SCHEMA, 1 << 20, NULL, &err);
    if (!schema)
        fail_msg("%s", err.message);
    assert_int_equal(sqlite3_open(path_of("test.db"), &db), SQLITE_OK);
    exec(db, "BEGIN; CREATE TABLE schema_version (version INTEGER PRIMARY KEY); INSERT INTO schema_version "
             "VALUES (1)");
    exec(db, schema);
    exec(
        db,
        "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 1000) INSERT INTO "
        "offboardings "
        "(id, batch, tenant_id, user_id, user_principal_name, display_name, status, unfinished, "
        "options_json, "
        "plan_json, requested_by, created_at, due_at, warnings_json, owner, epoch, lease_until) SELECT 'o' "
        "|| i, "
        "'b', 't', 'u' || i, 'ann' || i, 'Ann', 'running', 1, '{\"disable_sign_in\":{}}', '[\"plan ' || i || "
        "'\"]', 'bob', 1, 1, '[]', 'node', 7, 1 FROM n");
    exec(db, "INSERT INTO tasks (offboarding_id, task, position, status, attempts) SELECT id, "
             "'disable_sign_in', 0, "
             "'running', 1 FROM offboardings; COMMIT");
    sqlite3_close(db);
    struct store *store = open_store();
    assert_true(store_ready(store, &err));
    assert_int_equal(
        number(store, "SELECT count(*) FROM offboardings o JOIN tasks t ON t.offboarding_id = o.id WHERE "
                      "o.status = 'running' AND t.status = 'running' AND o.unfinished = 1 AND o.epoch = 7 "
                      "AND o.plan_json = '[\"plan ' || substr(o.id, 2) || '\"]'"),
        1000);
    store_close(store);
}

/* --- locked or gone ------------------------------------------------------------------------------------ */

static sqlite3 *lock_from_outside(void)
{
    sqlite3 *other;
    assert_int_equal(sqlite3_open(path_of("test.db"), &other), SQLITE_OK);
    assert_int_equal(sqlite3_exec(other, "BEGIN IMMEDIATE", NULL, NULL, NULL), SQLITE_OK);
    return other;
}

static void *unlock_soon(void *other)
{
    usleep(700 * 1000);
    sqlite3_exec(other, "COMMIT", NULL, NULL, NULL);
    return NULL;
}

static void f20_a_lock_by_another_program_is_waited_for(void **state)
{
    (void)state;
    struct err err;
    struct store *store = open_store();
    sqlite3 *other = lock_from_outside();
    pthread_t unlocker = thread_start("unlocker", unlock_soon, other);
    assert_true(add_event(store, "a", &err));
    pthread_join(unlocker, NULL);
    assert_int_equal(sqlite3_exec(other, "BEGIN IMMEDIATE", NULL, NULL, NULL), SQLITE_OK);
    assert_false(add_event(store, "b", &err)); /* longer than anybody waits */
    assert_int_equal(err.kind, ERR_UNREACHABLE);
    assert_string_equal(err.code, STORE_LOCKED);
    assert_int_equal(count_events(store), 1); /* readers go on */
    sqlite3_exec(other, "COMMIT", NULL, NULL, NULL);
    sqlite3_close(other);
    assert_true(add_event(store, "b", &err));
    assert_int_equal(count_events(store), 2);
    store_close(store);
}

static void f20_a_file_that_was_moved_away_takes_nothing(void **state)
{
    (void)state;
    static const char *const files[] = {"test.db", "test.db-wal"};
    for (int i = 0; i < 2; i++) {
        struct err err;
        int failures = 0;
        removed(NULL);
        make(NULL);
        struct store *store = open_store();
        store_on_failure(store, note_failure, &failures);
        assert_true(add_event(store, "a", &err));
        assert_int_equal(rename(path_of(files[i]), path_of("elsewhere")), 0);
        assert_false(add_event(store, "b", &err));
        assert_string_equal(err.code, STORE_FAILED);
        assert_int_equal(failures, 1);
        assert_int_equal(rename(path_of("elsewhere"), path_of(files[i])), 0);
        assert_false(add_event(store, "c", &err));
        store_close(store);
        store = open_store();
        assert_int_equal(count_events(store), 1);
        store_close(store);
    }
}

/* --- damaged ------------------------------------------------------------------------------------------- */

static int64_t size_of(const char *path)
{
    struct stat is;
    assert_int_equal(stat(path, &is), 0);
    return is.st_size;
}

static void overwrite(const char *path, int64_t at, const void *bytes, size_t length)
{
    int fd = open(path, O_WRONLY);
    assert_int_equal(pwrite(fd, bytes, length, at), (ssize_t)length);
    close(fd);
}

static void f21_a_damaged_page_is_seen_at_the_start(void **state)
{
    (void)state;
    struct err err;
    unsigned char zeros[4096] = {0}, noise[4096];
    for (size_t i = 0; i < sizeof noise; i++)
        noise[i] = (unsigned char)(i * 131 + 7);
    struct store *store = open_store();
    for (int i = 0; i < 300; i++)
        assert_true(add_event(store, "an event", &err));
    store_close(store);
    copy_file(path_of("test.db"), path_of("good.db"));
    int64_t size = size_of(path_of("good.db"));
    for (int64_t at = 0; at < size; at += 4096)
        for (int kind = 0; kind < 2; kind++) {
            copy_file(path_of("good.db"), path_of("test.db"));
            overwrite(path_of("test.db"), at, kind ? noise : zeros, 4096);
            store = store_open(fixture.url, fixture.directory, &err);
            if (store)
                fail_msg("page %d was not missed", (int)(at / 4096) + 1);
            assert_string_equal(err.code, STORE_DAMAGED);
            assert_non_null(strstr(err.message, "restore"));
        }
    copy_file(path_of("good.db"), path_of("test.db"));
    store = open_store();
    assert_int_equal(count_events(store), 300);
    store_close(store);
}

static void leave_in_a_hurry(void)
{
    int status;
    pid_t child = fork();
    if (child == 0) {
        struct store *store = open_store();
        bool good = add_event(store, "a", NULL);
        kill(good ? getpid() : 0, SIGKILL);
    }
    waitpid(child, &status, 0);
    assert_true(WIFSIGNALED(status));
}

static void f21_a_lost_write_ahead_log_is_seen_at_the_start(void **state)
{
    (void)state;
    struct err err;
    leave_in_a_hurry();
    assert_int_equal(rename(path_of("test.db-wal"), path_of("kept")), 0);
    assert_null(store_open(fixture.url, fixture.directory, &err));
    assert_string_equal(err.code, STORE_DAMAGED);
    assert_non_null(strstr(err.message, "write-ahead log"));
    assert_int_equal(rename(path_of("kept"), path_of("test.db-wal")), 0);
    struct store *store = open_store();
    assert_int_equal(count_events(store), 1);
    store_close(store);
    store = open_store(); /* closed properly it leaves none, and needs none */
    store_close(store);
    leave_in_a_hurry();
    assert_int_equal(unlink(path_of("test.db-wal")), 0);
    assert_int_equal(unlink(path_of("test.db.lock")), 0); /* as the message says */
    store = open_store();
    store_close(store);
}

/* --- backup and restore -------------------------------------------------------------------------------- */

static _Atomic bool busy;

/* Pairs: a copy in which one is alone was torn. */
static void *write_pairs(void *arg)
{
    while (busy) {
        struct err err;
        AUTO_TX struct tx *tx = store_begin(arg, &err);
        for (int i = 0; i < 2; i++)
            if (!tx ||
                !tx_exec(tx, &err,
                         "INSERT INTO events(offboarding_id, at, kind, data_json) VALUES ($1, 1, 'k', $2)",
                         P_TEXT(i ? "left" : "right"), P_TEXT("0123456789012345678901234567890123456789")))
                return "failed";
        if (!tx_commit(&tx, &err))
            return "failed";
    }
    return NULL;
}

static struct store *restore_from(const char *backup)
{
    struct err err = {0};
    const char *aside = "";
    struct restore *restore = restore_begin(fixture.url, fixture.directory, backup, &err);
    if (!restore || !restore_finish(restore, &aside, &err))
        fail_msg("%s", err.message);
    assert_int_equal(access(aside, R_OK), 0);
    restore_free(restore);
    return open_store();
}

static void a_backup_of_a_busy_store_is_whole(void **state)
{
    (void)state;
    struct err err;
    pthread_t threads[4];
    struct store *store = open_store();
    busy = true;
    for (int i = 0; i < 4; i++)
        threads[i] = thread_start("pairs", write_pairs, store);
    while (count_events(store) < 4000)
        usleep(1000);
    int64_t before = count_events(store);
    for (int i = 0; i < 3; i++) {
        char name[16];
        snprintf(name, sizeof name, "copy%d", i);
        assert_true(store_backup(store, path_of(name), &err));
    }
    assert_false(store_backup(store, path_of("copy0"), &err));
    assert_int_equal(err.kind, ERR_INPUT);
    assert_false(store_backup(store, "/nowhere/copy", &err));
    assert_int_equal(err.kind, ERR_STORAGE);
    busy = false;
    for (int i = 0; i < 4; i++) {
        void *failed;
        pthread_join(threads[i], &failed);
        assert_null(failed);
    }
    int64_t after = count_events(store);
    store_close(store);
    assert_int_equal(access(path_of("copy2.part"), F_OK), -1);
    for (int i = 0; i < 3; i++) {
        char name[16];
        snprintf(name, sizeof name, "copy%d", i);
        store = restore_from(path_of(name));
        int64_t count = count_events(store);
        assert_true(count >= before && count <= after);
        assert_int_equal(number(store, "SELECT count(*) FROM events WHERE offboarding_id = 'left'") * 2,
                         count);
        store_close(store);
    }
}

static void a_torn_backup_is_refused(void **state)
{
    (void)state;
    struct err err;
    struct store *store = open_store();
    for (int i = 0; i < 50; i++)
        assert_true(add_event(store, "a", &err));
    assert_true(store_backup(store, path_of("whole"), &err));
    assert_true(add_event(store, "after", &err));
    assert_null(restore_begin(fixture.url, fixture.directory, path_of("whole"), &err)); /* it runs */
    assert_non_null(strstr(err.message, "another Lastday"));
    store_close(store);
    int64_t size = size_of(path_of("whole"));
    for (int64_t at = 0; at < size; at += size / 40) {
        copy_file(path_of("whole"), path_of("torn"));
        assert_int_equal(truncate(path_of("torn"), at), 0);
        assert_null(restore_begin(fixture.url, fixture.directory, path_of("torn"), &err));
        assert_string_equal(err.code, "backup_not_whole");
        copy_file(path_of("whole"), path_of("torn"));
        overwrite(path_of("torn"), at, "\xa5", 1);
        assert_null(restore_begin(fixture.url, fixture.directory, path_of("torn"), &err));
        assert_string_equal(err.code, "backup_not_whole");
    }
    assert_null(restore_begin(fixture.url, fixture.directory, path_of("test.db"), &err));
    assert_string_equal(err.code, "backup_not_whole");
    assert_null(restore_begin(fixture.url, fixture.directory, path_of("missing"), &err));
    assert_int_equal(err.kind, ERR_INPUT);
    assert_null(restore_begin("postgresql://host/db", fixture.directory, path_of("whole"), &err));
    assert_non_null(strstr(err.message, "pg_restore"));
    store = open_store();
    assert_int_equal(count_events(store), 51); /* nothing was touched */
    store_close(store);
}

static void ids_of_events_that_are_gone_do_not_come_back(void **state)
{
    (void)state;
    struct err err;
    struct store *store = open_store();
    assert_true(add_event(store, "a", &err));
    assert_true(store_backup(store, path_of("copy"), &err));
    for (int i = 0; i < 5; i++)
        assert_true(add_event(store, "gone", &err));
    int64_t told = number(store, "SELECT max(id) FROM events");
    store_close(store);
    store = restore_from(path_of("copy"));
    assert_true(add_event(store, "b", &err));
    assert_int_equal(count_events(store), 2);
    assert_true(number(store, "SELECT max(id) FROM events") > told);
    store_close(store);
}

/* The log of the store that is replaced must not be played into the new one. */
static void a_store_that_was_killed_is_replaced_with_its_log(void **state)
{
    (void)state;
    struct err err;
    struct store *store = open_store();
    assert_true(store_backup(store, path_of("empty"), &err));
    store_close(store);
    leave_in_a_hurry();
    store = restore_from(path_of("empty"));
    assert_int_equal(count_events(store), 0);
    store_close(store);
    assert_int_equal(unlink(path_of("test.db")), 0); /* a lost disk: there is nothing to put aside */
    const char *aside;
    struct restore *restore = restore_begin(fixture.url, fixture.directory, path_of("empty"), &err);
    assert_true(restore_finish(restore, &aside, &err));
    assert_string_equal(aside, "");
    restore_free(restore);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        WITH_STORE(a_second_process_is_refused),
        WITH_STORE(f36_a_store_of_the_first_version_comes_up_with_its_runs),
        WITH_STORE(f20_a_lock_by_another_program_is_waited_for),
        WITH_STORE(f20_a_file_that_was_moved_away_takes_nothing),
        WITH_STORE(f21_a_damaged_page_is_seen_at_the_start),
        WITH_STORE(f21_a_lost_write_ahead_log_is_seen_at_the_start),
        WITH_STORE(a_backup_of_a_busy_store_is_whole),
        WITH_STORE(a_torn_backup_is_refused),
        WITH_STORE(ids_of_events_that_are_gone_do_not_come_back),
        WITH_STORE(a_store_that_was_killed_is_replaced_with_its_log),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
