/* The SQLite driver: one process, one connection, WAL, synchronous=FULL.
 *
 * All writing transactions are savepoints of one outer transaction. Whoever commits releases its savepoint,
 * leaves the connection to the next, and waits until the flusher thread has committed the outer one: those
 * who came meanwhile share its fsync. Lock order: connection, then group. One connection also keeps clear of
 * the WAL-reset bug of SQLite before 3.51.3, which needs two.
 *
 * A full disk refuses and is forgotten when there is space again. After any other failure of the disk nobody
 * knows what the file holds (after a failed fsync the kernel may have dropped what it could not write), and
 * the same goes for a file that was moved away: the store then takes nothing more until a restart. */
#include <errno.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/memory.h"
#include "base/thread.h"
#include "store/dialect.h"
#include "store/sqlite_backup.h"
#include "store/sqlite_file.h"
#include "store/store_driver.h"

#define CACHED_STATEMENTS 128
#define BUSY_TRY_MS 50
#define BUSY_TRIES 100 /* 5 s: another program holds a lock */

/* There is one writer: what must not run beside another needs no lock of its own. */
static const struct spelling spellings[] = {{" FOR UPDATE SKIP LOCKED", ""}, {" FOR UPDATE", ""}};

struct cached {
    char *sql;
    sqlite3_stmt *statement;
    bool busy;
};

struct sqlite_store {
    struct store base;
    sqlite3 *db;
    struct sqlite_file *file;
    pthread_mutex_t connection; /* held by a transaction from begin to commit, and by the flusher */
    bool outer_open;            /* a writer's BEGIN stands; under connection */
    struct err outer_error;     /* the last failure of a statement; under connection */
    bool failed;                /* for good, as failure says; under connection */
    struct err failure;
    struct cached cache[CACHED_STATEMENTS];
    size_t cached;
    pthread_mutex_t group; /* protects all below */
    pthread_cond_t wanted, flushed;
    struct waiter *waiting; /* released into the outer transaction, not yet decided */
    bool stopping;
    pthread_t flusher;
};

/* Who has committed and waits to hear whether the outer transaction did. On the waiter's stack. */
struct waiter {
    struct waiter *next;
    bool decided;
    bool kept;
    struct err err; /* unless kept */
};

struct sqlite_tx {
    struct tx base;
    struct sqlite_store *store;
    bool write;
};

struct sqlite_rows {
    struct rows base;
    struct sqlite_store *store;
    sqlite3_stmt *statement;
    struct cached *slot;
    int result;
};

static bool last_error_is_full(sqlite3_file *file)
{
    int number = 0;
    return file && file->pMethods &&
           file->pMethods->xFileControl(file, SQLITE_FCNTL_LAST_ERRNO, &number) == SQLITE_OK &&
           (number == EDQUOT || number == EFBIG || number == ENOSPC);
}

/* A quota and the limit for a file's size come as I/O errors: the files themselves know which. */
static bool is_full(const struct sqlite_store *store, int code)
{
    sqlite3_file *database = NULL, *log = NULL;
    if (code != SQLITE_IOERR_WRITE)
        return (code & 0xff) == SQLITE_FULL;
    sqlite3_file_control(store->db, "main", SQLITE_FCNTL_FILE_POINTER, (void *)&database);
    sqlite3_file_control(store->db, "main", SQLITE_FCNTL_JOURNAL_POINTER, (void *)&log);
    return last_error_is_full(database) || last_error_is_full(log);
}

static bool fail(struct sqlite_store *store, int code, struct err *err)
{
    const char *words = store->db ? sqlite3_errmsg(store->db) : sqlite3_errstr(code);
    if (is_full(store, code))
        return err_code(
            err, ERR_STORAGE, STORE_FULL,
            "The disk that holds the store is full: nothing new is taken. It goes on by itself as soon "
            "as there is space.");
    switch (code & 0xff) {
    case SQLITE_CONSTRAINT:
        return err_set(err, ERR_CONFLICT, "%s", words);
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
        return err_code(
            err, ERR_UNREACHABLE, STORE_LOCKED,
            "Another program holds a lock on the store's file. Close it; only Lastday may write there.");
    case SQLITE_IOERR:
        return err_code(err, ERR_STORAGE, STORE_FAILED, "The store's disk failed: %s.", words);
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
        return err_code(
            err, ERR_STORAGE, STORE_DAMAGED,
            "The store's file is damaged: %s. Stop the server and restore the newest backup: lastday admin "
            "restore FILE",
            words);
    case SQLITE_READONLY:
    case SQLITE_CANTOPEN:
    case SQLITE_PERM:
        return err_code(err, ERR_STORAGE, STORE_FAILED, "The store's file cannot be written: %s.", words);
    default:
        return err_set(err, ERR_INTERNAL, "the store refused a statement: %s", words);
    }
}

static void give_up_locked(struct sqlite_store *store, const struct err *err)
{
    if (store->failed)
        return;
    store->failed = true;
    store->failure = *err;
    store_has_failed(&store->base);
}

/* As fail, with the connection held: some failures are for good. */
static bool fail_locked(struct sqlite_store *store, int code, struct err *err)
{
    struct err own;
    fail(store, code, &own);
    store->outer_error = own;
    if (strcmp(own.code, STORE_FAILED) == 0 || strcmp(own.code, STORE_DAMAGED) == 0)
        give_up_locked(store, &own);
    if (err)
        *err = own;
    return false;
}

static bool run(struct sqlite_store *store, const char *sql, struct err *err)
{
    int code = sqlite3_exec(store->db, sql, NULL, NULL, NULL);
    return code == SQLITE_OK || fail_locked(store, code, err);
}

static bool commit_outer(struct sqlite_store *store, struct err *err)
{
    bool good = sqlite_file_in_place(store->file, err);
    if (!good)
        give_up_locked(store, err); /* what is committed now would go where nobody finds it */
    good = good && run(store, "COMMIT", err);
    if (!good && !sqlite3_get_autocommit(store->db))
        (void)run(store, "ROLLBACK", NULL);
    return good;
}

/* err NULL: they are on disk. */
static void decide(struct sqlite_store *store, const struct err *err)
{
    WITH_LOCK(&store->group);
    for (struct waiter *waiter = store->waiting; waiter; waiter = waiter->next) {
        waiter->decided = true;
        waiter->kept = !err;
        if (err)
            waiter->err = *err;
    }
    store->waiting = NULL;
    pthread_cond_broadcast(&store->flushed);
}

/* Ends the outer transaction; with the connection held. A savepoint that is still being filled cannot exist
 * then. */
static void flush_locked(struct sqlite_store *store)
{
    struct err err;
    bool good = !store->outer_open || commit_outer(store, &err);
    store->outer_open = false;
    decide(store, good ? NULL : &err);
}

static void *flusher_run(void *arg)
{
    struct sqlite_store *store = arg;
    for (;;) {
        {
            WITH_LOCK(&store->group);
            while (!store->waiting && !store->stopping)
                thread_wait_ms(&store->wanted, &store->group, -1);
            if (!store->waiting)
                return NULL;
        }
        WITH_LOCK(&store->connection);
        flush_locked(store);
    }
}

static void sqlite_close_store(struct store *base)
{
    struct sqlite_store *store = (struct sqlite_store *)base;
    if (store->flusher) {
        {
            WITH_LOCK(&store->group);
            store->stopping = true;
            pthread_cond_broadcast(&store->wanted);
        }
        pthread_join(store->flusher, NULL);
    }
    for (size_t i = 0; i < store->cached; i++) {
        sqlite3_finalize(store->cache[i].statement);
        free(store->cache[i].sql);
    }
    if (store->failed) /* what the log holds is recovered at the next start, by a process that trusts nothing
                        */
        sqlite3_db_config(store->db, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, NULL);
    else
        sqlite_file_closing(store->file);
    sqlite3_close(store->db);
    sqlite_file_free(store->file);
    pthread_mutex_destroy(&store->connection);
    pthread_mutex_destroy(&store->group);
    pthread_cond_destroy(&store->wanted);
    pthread_cond_destroy(&store->flushed);
    free(store);
}

static bool prepare_file(struct sqlite_store *store, struct err *err)
{
    static const char *const pragmas[] = {"PRAGMA journal_mode=WAL", "PRAGMA synchronous=FULL",
                                          "PRAGMA foreign_keys=ON", "PRAGMA trusted_schema=OFF",
                                          "PRAGMA temp_store=MEMORY"};
    const char *path = sqlite_file_path(store->file);
    int code = sqlite3_open_v2(path, &store->db,
                               SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX, NULL);
    if (code != SQLITE_OK) {
        fail(store, code, err);
        return err_prefix(err, "cannot open %s", path);
    }
    sqlite3_extended_result_codes(store->db, 1);
    for (size_t i = 0; i < sizeof pragmas / sizeof *pragmas; i++)
        if (!run(store, pragmas[i], err))
            return false;
    return sqlite_file_check(store->file, store->db, err);
}

static struct store *sqlite_open_store(const char *url, const char *data_dir, struct err *err)
{
    struct sqlite_store *store = must(calloc(1, sizeof *store));
    store->base.driver = &sqlite_driver;
    pthread_mutex_init(&store->connection, NULL);
    pthread_mutex_init(&store->group, NULL);
    thread_cond_init(&store->wanted);
    thread_cond_init(&store->flushed);
    store->file = sqlite_file_open(url + strlen(sqlite_driver.scheme), data_dir, err);
    if (!store->file || !prepare_file(store, err)) {
        sqlite_close_store(&store->base);
        return NULL;
    }
    store->flusher = thread_start("store-flush", flusher_run, store);
    return &store->base;
}

static bool still_good(const struct sqlite_store *store, struct err *err)
{
    if (store->failed && err)
        *err = store->failure;
    return !store->failed;
}

static bool sqlite_has_room(struct store *base, struct err *err)
{
    return sqlite_file_has_room(((struct sqlite_store *)base)->file, err);
}

/* The copy grows a few pages at a time between the transactions of others; what they change in pages that
 * have been copied already, SQLite brings to the copy as well, because they use the same connection. */
static bool sqlite_backup_store(struct store *base, const char *path, struct err *err)
{
    struct sqlite_store *store = (struct sqlite_store *)base;
    bool done = false, good = true;
    struct sqlite_backup *backup;
    {
        WITH_LOCK(&store->connection);
        backup = still_good(store, err) ? sqlite_backup_new(store->db, path, err) : NULL;
    }
    while (backup && good && !done) {
        {
            WITH_LOCK(&store->connection);
            flush_locked(store); /* an open transaction keeps the copy from going on */
            good = sqlite_backup_step(backup, &done, err);
        }
        usleep(2000); /* for those who wait */
    }
    if (!backup)
        return false;
    {
        WITH_LOCK(&store->connection);
        sqlite_backup_detach(backup);
    }
    return sqlite_backup_finish(backup, good, err);
}

/* With the connection held. Another program that holds a lock is waited for without it. */
static bool begin_outer(struct sqlite_store *store, struct err *err)
{
    for (int i = 0;; i++) {
        int code = sqlite3_exec(store->db, "BEGIN IMMEDIATE", NULL, NULL, NULL);
        if (code == SQLITE_OK)
            return true;
        if ((code & 0xff) != SQLITE_BUSY || i == BUSY_TRIES)
            return fail_locked(store, code, err);
        pthread_mutex_unlock(&store->connection);
        usleep(BUSY_TRY_MS * 1000);
        thread_lock(&store->connection);
        if (store->outer_open || store->failed)
            return still_good(store, err); /* somebody else got it */
    }
}

static struct tx *sqlite_begin(struct store *base, bool write, struct err *err)
{
    struct sqlite_store *store = (struct sqlite_store *)base;
    thread_lock(&store->connection);
    bool good;
    if (write) {
        good = still_good(store, err) && (store->outer_open || begin_outer(store, err));
        store->outer_open |= good;
        good = good && run(store, "SAVEPOINT tx", err);
    } else {
        flush_locked(store); /* a reader sees durable rows only */
        good = still_good(store, err) && run(store, "BEGIN", err);
    }
    if (!good) {
        pthread_mutex_unlock(&store->connection);
        return NULL;
    }
    struct sqlite_tx *tx = must(calloc(1, sizeof *tx));
    *tx = (struct sqlite_tx){{.driver = &sqlite_driver}, store, write};
    return &tx->base;
}

static struct tx *sqlite_begin_migration(struct store *base, struct err *err)
{
    return sqlite_begin(base, true, err);
}

static void sqlite_rollback(struct tx *base)
{
    struct sqlite_tx *tx = (struct sqlite_tx *)base;
    struct sqlite_store *store = tx->store;
    if (!tx->write) {
        if (!sqlite3_get_autocommit(store->db))
            (void)run(store, "ROLLBACK", NULL);
    } else if (!sqlite3_get_autocommit(store->db)) {
        (void)run(store, "ROLLBACK TO tx", NULL);
        (void)run(store, "RELEASE tx", NULL);
    } else {
        /* A full disk or an I/O error ended the outer transaction: those waiting for it have lost theirs too.
         */
        store->outer_open = false;
        decide(store, &store->outer_error);
    }
    pthread_mutex_unlock(&store->connection);
    free(tx);
}

static bool sqlite_commit(struct tx *base, struct err *err)
{
    struct sqlite_tx *tx = (struct sqlite_tx *)base;
    struct sqlite_store *store = tx->store;
    if (!tx->write) {
        sqlite_rollback(base);
        return true;
    }
    if (!run(store, "RELEASE tx", err)) {
        sqlite_rollback(base);
        return false;
    }
    free(tx);
    struct waiter waiter = {0};
    {
        WITH_LOCK(&store->group);
        waiter.next = store->waiting;
        store->waiting = &waiter;
        pthread_cond_signal(&store->wanted);
    }
    pthread_mutex_unlock(&store->connection); /* lock order: given back before waiting */
    WITH_LOCK(&store->group);
    while (!waiter.decided)
        thread_wait_ms(&store->flushed, &store->group, -1);
    if (!waiter.kept && err)
        *err = waiter.err;
    return waiter.kept;
}

static bool sqlite_script(struct tx *base, const char *sql, struct err *err)
{
    return run(((struct sqlite_tx *)base)->store, sql, err);
}

/* A prepared statement for the text; one that is in use is prepared a second time. */
static sqlite3_stmt *statement_for(struct sqlite_store *store, const char *sql, struct cached **ret_slot,
                                   struct err *err)
{
    sqlite3_stmt *statement = NULL;
    *ret_slot = NULL;
    for (size_t i = 0; i < store->cached; i++) {
        if (!store->cache[i].busy && strcmp(store->cache[i].sql, sql) == 0) {
            *ret_slot = &store->cache[i];
            (*ret_slot)->busy = true;
            return (*ret_slot)->statement;
        }
    }
    AUTO_FREE char *spelled = dialect_spell(sql, spellings, sizeof spellings / sizeof *spellings);
    int code = sqlite3_prepare_v3(store->db, spelled, -1, SQLITE_PREPARE_PERSISTENT, &statement, NULL);
    if (code != SQLITE_OK) {
        fail_locked(store, code, err);
        return NULL;
    }
    if (store->cached < CACHED_STATEMENTS) {
        *ret_slot = &store->cache[store->cached++];
        **ret_slot = (struct cached){must(strdup(sql)), statement, true};
    }
    return statement;
}

static int bind(sqlite3_stmt *statement, size_t number, const struct sql_param *param)
{
    char name[16];
    snprintf(name, sizeof name, "$%zu", number);
    int index = sqlite3_bind_parameter_index(statement, name); /* "$1" is a name to SQLite, not a position */
    if (!index)
        return SQLITE_OK;
    switch (param->kind) {
    case P_KIND_INT:
        return sqlite3_bind_int64(statement, index, param->number);
    case P_KIND_TEXT: /* NULL binds null */
        return sqlite3_bind_text(statement, index, param->bytes, -1, SQLITE_TRANSIENT);
    case P_KIND_BLOB:
        return sqlite3_bind_blob(statement, index, param->bytes, (int)param->number, SQLITE_TRANSIENT);
    case P_KIND_NULL:
        break;
    }
    return sqlite3_bind_null(statement, index);
}

static void sqlite_rows_close(struct rows *base)
{
    struct sqlite_rows *rows = (struct sqlite_rows *)base;
    if (rows->slot) {
        sqlite3_reset(rows->statement);
        sqlite3_clear_bindings(rows->statement);
        rows->slot->busy = false;
    } else {
        sqlite3_finalize(rows->statement);
    }
    free(rows);
}

static struct rows *sqlite_query(struct tx *base, struct err *err, const char *sql,
                                 const struct sql_param *params, size_t count)
{
    struct sqlite_store *store = ((struct sqlite_tx *)base)->store;
    struct sqlite_rows *rows = must(calloc(1, sizeof *rows));
    *rows = (struct sqlite_rows){{.driver = &sqlite_driver}, store, NULL, NULL, SQLITE_OK};
    rows->statement = statement_for(store, sql, &rows->slot, err);
    if (!rows->statement) {
        free(rows);
        return NULL;
    }
    for (size_t i = 0; i < count && rows->result == SQLITE_OK; i++)
        rows->result = bind(rows->statement, i + 1, &params[i]);
    if (rows->result != SQLITE_OK) {
        fail_locked(store, rows->result, err);
        sqlite_rows_close(&rows->base);
        return NULL;
    }
    return &rows->base;
}

static int64_t sqlite_changes(const struct tx *base)
{
    return sqlite3_changes64(((const struct sqlite_tx *)base)->store->db);
}

static bool sqlite_next(struct rows *base)
{
    struct sqlite_rows *rows = (struct sqlite_rows *)base;
    if (rows->result != SQLITE_OK && rows->result != SQLITE_ROW)
        return false;
    rows->result = sqlite3_step(rows->statement);
    return rows->result == SQLITE_ROW;
}

static bool sqlite_failed(const struct rows *base, struct err *err)
{
    const struct sqlite_rows *rows = (const struct sqlite_rows *)base;
    if (rows->result == SQLITE_DONE || rows->result == SQLITE_ROW || rows->result == SQLITE_OK)
        return false;
    fail_locked(rows->store, rows->result, err);
    return true;
}

static int64_t sqlite_column_int(const struct rows *base, int column)
{
    return sqlite3_column_int64(((const struct sqlite_rows *)base)->statement, column);
}

static const char *sqlite_column_text(const struct rows *base, int column)
{
    return (const char *)sqlite3_column_text(((const struct sqlite_rows *)base)->statement, column);
}

static const void *sqlite_column_blob(const struct rows *base, int column, size_t *ret_length)
{
    sqlite3_stmt *statement = ((const struct sqlite_rows *)base)->statement;
    const void *bytes = sqlite3_column_blob(statement, column);
    *ret_length = (size_t)sqlite3_column_bytes(statement, column);
    return bytes;
}

const struct store_driver sqlite_driver = {
    .scheme = "sqlite:",
    .open = sqlite_open_store,
    .close = sqlite_close_store,
    .has_room = sqlite_has_room,
    .backup = sqlite_backup_store,
    .begin = sqlite_begin,
    .begin_migration = sqlite_begin_migration,
    .commit = sqlite_commit,
    .rollback = sqlite_rollback,
    .script = sqlite_script,
    .query = sqlite_query,
    .changes = sqlite_changes,
    .next = sqlite_next,
    .failed = sqlite_failed,
    .column_int = sqlite_column_int,
    .column_text = sqlite_column_text,
    .column_blob = sqlite_column_blob,
    .rows_close = sqlite_rows_close,
};
