/* What a SQLite store promises while its disk is full, fails, or the process dies: every operation in turn.
 * Making the tables takes hundreds of them, of which the short form breaks one in seven; FAULTS=long breaks
 * each. */
#include <fcntl.h>
#include <signal.h>
#include <sqlite3.h>
#include <stdatomic.h>
#include <sys/mount.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/thread.h"
#include "store/sqlite_fault.h"
#include "store/sqlite_fixture.h"

static int stride_of_migrations(void)
{
    const char *form = getenv("FAULTS");
    return form && strcmp(form, "long") == 0 ? 1 : 7;
}

static int make_in_memory(void **state)
{
    (void)state;
    store_fixture_make_in_memory(&fixture);
    return 0;
}

/* --- a full disk --------------------------------------------------------------------------------------- */

static void fill_and_make_space(void (*make_space)(void))
{
    struct err err = {0};
    int64_t good = 0;
    struct store *store = open_store();
    while (good < 100000 && add_event(store, "filling the disk with a text that is not that short", &err))
        good++;
    assert_true(good < 100000);
    if (strcmp(err.code, STORE_FULL) != 0)
        fail_msg("%s", err.message);
    assert_int_equal(err.kind, ERR_STORAGE);
    for (int i = 0; store_ready(store, &err); i++) /* its touch is small and may fit once more */
        assert_true(i < 1000);
    assert_string_equal(err.code, STORE_FULL);
    assert_int_equal(count_events(store), good); /* readers go on */
    make_space();
    assert_true(add_event(store, "space again", &err));
    assert_true(store_ready(store, &err));
    assert_int_equal(count_events(store), good + 1);
    store_close(store);
}

static struct rlimit limit_before;

static void lift_limit(void)
{
    setrlimit(RLIMIT_FSIZE, &limit_before);
}

static void f18_a_limit_that_is_reached_refuses_and_recovers(void **state)
{
    (void)state;
    getrlimit(RLIMIT_FSIZE, &limit_before);
    const struct rlimit small = {(rlim_t)1024 * 1024, limit_before.rlim_max};
    signal(SIGXFSZ, SIG_IGN);
    setrlimit(RLIMIT_FSIZE, &small);
    fill_and_make_space(lift_limit);
}

static void remove_ballast(void)
{
    assert_int_equal(unlink(path_of("ballast")), 0);
}

static void f18_a_full_disk_refuses_and_recovers(void **state)
{
    (void)state;
    if (mount("tmpfs", fixture.directory, "tmpfs", 0, "size=8m") != 0)
        skip(); /* takes root; the limit above shows the same */
    int fd = open(path_of("ballast"), O_WRONLY | O_CREAT, 0600);
    assert_int_equal(posix_fallocate(fd, 0, 6 * 1024 * 1024), 0);
    close(fd);
    fill_and_make_space(remove_ballast);
}

/* Many that commit together are all told the truth when their transaction is lost. */
#define WRITERS 16
static _Atomic int64_t acknowledged;

static void *write_until_full(void *arg)
{
    struct err err = {0};
    while (add_event(arg, "filling the disk with a text that is not that short", &err))
        acknowledged++;
    return strcmp(err.code, STORE_FULL) == 0 ? NULL : "failed otherwise";
}

static void f18_nobody_is_told_that_a_lost_commit_was_kept(void **state)
{
    (void)state;
    for (int round = 0; round < 10; round++) {
        pthread_t threads[WRITERS];
        acknowledged = 0;
        struct store *store = open_store();
        int64_t before = count_events(store);
        getrlimit(RLIMIT_FSIZE, &limit_before);
        const struct rlimit small = {(rlim_t)(128 + 40 * round) * 1024, limit_before.rlim_max};
        signal(SIGXFSZ, SIG_IGN);
        setrlimit(RLIMIT_FSIZE, &small);
        for (int i = 0; i < WRITERS; i++)
            threads[i] = thread_start("writer", write_until_full, store);
        for (int i = 0; i < WRITERS; i++) {
            void *failed;
            pthread_join(threads[i], &failed);
            assert_null(failed);
        }
        lift_limit();
        assert_int_equal(count_events(store) - before, acknowledged);
        store_close(store);
    }
}

/* --- a failing disk ------------------------------------------------------------------------------------ */

#define TRIES 6

/* Six events, each of its own; a bit for each that was acknowledged. -1: the store did not open. */
static int write_six(void)
{
    int acked = 0;
    struct store *store = store_open(fixture.url, fixture.directory, NULL);
    if (!store)
        return -1;
    for (int i = 0; i < TRIES; i++) {
        char id[2] = {(char)('0' + i), '\0'};
        acked |= add_event(store, id, NULL) << i;
    }
    store_close(store);
    return acked;
}

/* What is there after a restart on a good disk. */
static int read_six(void)
{
    struct err err;
    int kept = 0;
    struct store *store = open_store();
    AUTO_TX struct tx *tx = store_begin_read(store, &err);
    AUTO_ROWS struct rows *rows = tx_query(tx, &err, "SELECT offboarding_id FROM events");
    while (rows_next(rows)) {
        int bit = 1 << (*row_text(rows, 0) - '0');
        assert_false(kept & bit);
        kept |= bit;
    }
    rows_auto_close(&rows);
    tx_auto_rollback(&tx);
    store_close(store);
    return kept;
}

/* Each operation in turn goes wrong, once and from then on: what was acknowledged is there after a restart,
 * and the file is whole. */
static void f19_every_operation_fails_once_and_for_good(void **state)
{
    (void)state;
    static const struct {
        unsigned on;
        int code;
        bool exact; /* what was refused must not be there either */
        bool fresh; /* the migrations are part of it, which are the same for all kinds */
    } kinds[] = {{FAULT_WRITE, SQLITE_IOERR_WRITE, false, true},
                 {FAULT_WRITE, SQLITE_IOERR_WRITE, false, false},
                 {FAULT_WRITE, SQLITE_FULL, true, false},
                 {FAULT_SYNC, SQLITE_IOERR_FSYNC, false, false},
                 {FAULT_READ, SQLITE_IOERR_READ, false, false},
                 {FAULT_READ, SQLITE_IOERR_SHORT_READ, false, false},
                 {FAULT_OPEN, SQLITE_CANTOPEN, false, false},
                 {FAULT_TRUNCATE, SQLITE_IOERR_TRUNCATE, false, false}};
    struct copy migrated = {0};
    store_close(open_store());
    read_copy(path_of("test.db"), &migrated);
    int runs = 0;
    for (size_t kind = 0; kind < sizeof kinds / sizeof *kinds; kind++)
        for (int lasting = 0; lasting < 2; lasting++)
            for (int nth = 1, more = 1; more; nth += kinds[kind].fresh ? stride_of_migrations() : 1, runs++) {
                removed(NULL);
                make_in_memory(NULL);
                if (!kinds[kind].fresh)
                    write_copy(&migrated, path_of("test.db"));
                sqlite_fault_set(&(struct fault){kinds[kind].on, nth, lasting, kinds[kind].code});
                int acked = write_six();
                more = sqlite_fault_happened();
                sqlite_fault_set(&(struct fault){0});
                int kept = read_six();
                if (acked >= 0 && ((acked & ~kept) || (kinds[kind].exact && kept != acked)))
                    fail_msg("kind %zu, operation %d: acknowledged %x, kept %x", kind, nth, acked, kept);
                assert_true(more || acked == (1 << TRIES) - 1);
            }
    free(migrated.bytes);
    print_message("%d runs\n", runs);
}

static void f19_after_a_failed_sync_nothing_is_taken_until_a_restart(void **state)
{
    (void)state;
    struct err err;
    int failures = 0;
    sqlite_fault_set(&(struct fault){0});
    struct store *store = open_store();
    store_on_failure(store, note_failure, &failures);
    assert_true(add_event(store, "0", &err));
    sqlite_fault_set(&(struct fault){FAULT_SYNC, 1, false, SQLITE_IOERR_FSYNC});
    assert_false(add_event(store, "1", &err));
    assert_string_equal(err.code, STORE_FAILED);
    assert_false(add_event(store, "2", &err)); /* though the disk would take it again */
    assert_string_equal(err.code, STORE_FAILED);
    assert_false(store_ready(store, &err));
    assert_null(store_begin_read(store, &err));
    assert_false(store_backup(store, path_of("copy"), &err));
    assert_int_equal(failures, 1);
    store_close(store);
    assert_int_equal(read_six() & 5, 1);
}

static void kill_at_each(const struct copy *begun_with, int stride)
{
    for (int nth = 1, killed = 1; killed; nth += stride) {
        int status;
        removed(NULL);
        make_in_memory(NULL);
        if (begun_with)
            write_copy(begun_with, path_of("test.db"));
        pid_t child = fork();
        if (child == 0) {
            sqlite_fault_set(&(struct fault){FAULT_WRITE | FAULT_SYNC | FAULT_TRUNCATE, nth, false, -1});
            _exit(write_six() == (1 << TRIES) - 1 ? 0 : 1);
        }
        waitpid(child, &status, 0);
        killed = WIFSIGNALED(status);
        if (!killed)
            assert_int_equal(status, 0);
        int kept = read_six();
        assert_int_equal(kept & (kept + 1), 0); /* the first ones, without a hole */
    }
}

static void f36_killed_at_every_operation(void **state)
{
    (void)state;
    struct copy migrated = {0};
    store_close(open_store());
    read_copy(path_of("test.db"), &migrated);
    kill_at_each(NULL, stride_of_migrations()); /* opening, migrating and writing */
    kill_at_each(&migrated, 1);
    free(migrated.bytes);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        WITH_STORE(f36_killed_at_every_operation), /* forking is cheap while memory is small */
        WITH_STORE(f18_a_limit_that_is_reached_refuses_and_recovers),
        WITH_STORE(f18_a_full_disk_refuses_and_recovers),
        WITH_STORE(f18_nobody_is_told_that_a_lost_commit_was_kept),
        WITH_STORE(f19_every_operation_fails_once_and_for_good),
        WITH_STORE(f19_after_a_failed_sync_nothing_is_taken_until_a_restart),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
