/* The SQLite driver: one process, one connection, WAL, synchronous=FULL.
 *
 * All transactions are savepoints of one outer transaction. Whoever commits releases its savepoint, leaves
 * the connection to the next, and waits until the flusher thread has committed the outer one: those who came
 * meanwhile share its fsync. Lock order: connection, then group. One connection also keeps clear of the
 * WAL-reset bug of SQLite before 3.51.3, which needs two. */
#include <errno.h>
#include <fcntl.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

#include "base/thread.h"
#include "store/store_driver.h"

#define CACHED_STATEMENTS 128

struct cached {
    char *sql;
    sqlite3_stmt *statement;
    bool busy;
};

struct sqlite_store {
    struct store base;
    sqlite3 *db;
    int guard_fd;
    pthread_mutex_t connection; /* held by a transaction from begin to commit, and by the flusher */
    bool outer_open;            /* a BEGIN stands; under connection */
    struct cached cache[CACHED_STATEMENTS];
    size_t cached;
    pthread_mutex_t group; /* protects all below */
    pthread_cond_t wanted, flushed;
    uint64_t filled;    /* transactions released into outer transactions so far */
    uint64_t decided;   /* of these, how many have been committed or lost */
    uint64_t lost_upto; /* numbers (lost_from, lost_upto] were lost with the error below */
    uint64_t lost_from;
    struct err lost;
    bool stopping;
    pthread_t flusher;
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

static bool fail(struct sqlite_store *store, int code, struct err *err)
{
    const char *words = store->db ? sqlite3_errmsg(store->db) : sqlite3_errstr(code);
    switch (code & 0xff) {
    case SQLITE_CONSTRAINT:
        return err_set(err, ERR_CONFLICT, "%s", words);
    case SQLITE_FULL:
        return err_set(err, ERR_STORAGE, "the disk that holds the store is full");
    case SQLITE_IOERR:
        return err_set(err, ERR_STORAGE, "the store's disk failed: %s", words);
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
        return err_set(err, ERR_STORAGE, "the store's file is damaged: %s. Restore a backup.", words);
    case SQLITE_READONLY:
    case SQLITE_CANTOPEN:
    case SQLITE_PERM:
        return err_set(err, ERR_STORAGE, "the store's file cannot be written: %s", words);
    default:
        return err_set(err, ERR_INTERNAL, "the store refused a statement: %s", words);
    }
}

static bool run(struct sqlite_store *store, const char *sql, struct err *err)
{
    int code = sqlite3_exec(store->db, sql, NULL, NULL, NULL);
    return code == SQLITE_OK || fail(store, code, err);
}

/* Ends the outer transaction; with the connection held. A savepoint that is still being filled cannot exist
 * then. */
static void flush_locked(struct sqlite_store *store)
{
    struct err err;
    bool good = true;
    if (store->outer_open) {
        good = run(store, "COMMIT", &err);
        if (!good)
            (void)run(store, "ROLLBACK", NULL);
        store->outer_open = false;
    }
    WITH_LOCK(&store->group);
    if (!good) {
        store->lost_from = store->decided;
        store->lost_upto = store->filled;
        store->lost = err;
    }
    store->decided = store->filled;
    pthread_cond_broadcast(&store->flushed);
}

static void *flusher_run(void *arg)
{
    struct sqlite_store *store = arg;
    for (;;) {
        {
            WITH_LOCK(&store->group);
            while (store->decided == store->filled && !store->stopping)
                thread_wait_ms(&store->wanted, &store->group, -1);
            if (store->decided == store->filled)
                return NULL;
        }
        WITH_LOCK(&store->connection);
        flush_locked(store);
    }
}

static int guard_open(const char *path, struct err *err)
{
    AUTO_STRBUF struct strbuf name = STRBUF_MAX(4096);
    strbuf_printf(&name, "%s.lock", path);
    int fd = open(strbuf_text(&name), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    if (fd < 0) {
        err_set(err, ERR_STORAGE, "cannot create %s: %s", strbuf_text(&name), strerror(errno));
    } else if (flock(fd, LOCK_EX | LOCK_NB) != 0) {
        err_set(err, ERR_CONFIG,
                "another Lastday has this store open (%s). Stop it first, or use its address.", path);
        close(fd);
        fd = -1;
    }
    return fd;
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
    sqlite3_close(store->db);
    if (store->guard_fd >= 0)
        close(store->guard_fd);
    pthread_mutex_destroy(&store->connection);
    pthread_mutex_destroy(&store->group);
    pthread_cond_destroy(&store->wanted);
    pthread_cond_destroy(&store->flushed);
    free(store);
}

static struct store *sqlite_open_store(const char *rest, const char *data_dir, struct err *err)
{
    AUTO_STRBUF struct strbuf path = STRBUF_MAX(4000);
    struct sqlite_store *store = calloc(1, sizeof *store);
    if (!store)
        abort();
    store->base.driver = &sqlite_driver;
    pthread_mutex_init(&store->connection, NULL);
    pthread_mutex_init(&store->group, NULL);
    thread_cond_init(&store->wanted);
    thread_cond_init(&store->flushed);
    if (*rest == '/')
        strbuf_text_add(&path, rest);
    else
        strbuf_printf(&path, "%s/%s", data_dir, rest);
    store->guard_fd = guard_open(strbuf_text(&path), err);
    int code = store->guard_fd < 0
                   ? SQLITE_ERROR
                   : sqlite3_open_v2(strbuf_text(&path), &store->db,
                                     SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX, NULL);
    if (code != SQLITE_OK && store->guard_fd >= 0) {
        fail(store, code, err);
        err_prefix(err, "cannot open %s", strbuf_text(&path));
    }
    if (code != SQLITE_OK || !run(store, "PRAGMA journal_mode=WAL", err) ||
        !run(store, "PRAGMA synchronous=FULL", err) || !run(store, "PRAGMA foreign_keys=ON", err) ||
        !run(store, "PRAGMA trusted_schema=OFF", err)) {
        sqlite_close_store(&store->base);
        return NULL;
    }
    store->flusher = thread_start("store-flush", flusher_run, store);
    return &store->base;
}

static bool sqlite_backup_store(struct store *base, const char *path, struct err *err)
{
    struct sqlite_store *store = (struct sqlite_store *)base;
    sqlite3_stmt *statement = NULL;
    if (access(path, F_OK) == 0)
        return err_set(err, ERR_INPUT, "%s exists already. Name a new file.", path);
    WITH_LOCK(&store->connection);
    flush_locked(store);
    int code = sqlite3_prepare_v2(store->db, "VACUUM INTO ?1", -1, &statement, NULL);
    if (code == SQLITE_OK) {
        sqlite3_bind_text(statement, 1, path, -1, SQLITE_STATIC);
        code = sqlite3_step(statement);
    }
    sqlite3_finalize(statement);
    return code == SQLITE_DONE || fail(store, code, err);
}

static struct tx *sqlite_begin(struct store *base, bool write, struct err *err)
{
    struct sqlite_store *store = (struct sqlite_store *)base;
    thread_lock(&store->connection);
    bool good = true;
    if (!write && store->outer_open)
        flush_locked(store); /* a reader sees durable rows only */
    if (!store->outer_open) {
        good = run(store, "BEGIN", err);
        store->outer_open = good;
    }
    good = good && run(store, "SAVEPOINT tx", err);
    if (!good) {
        pthread_mutex_unlock(&store->connection);
        return NULL;
    }
    struct sqlite_tx *tx = calloc(1, sizeof *tx);
    if (!tx)
        abort();
    *tx = (struct sqlite_tx){{&sqlite_driver}, store, write};
    return &tx->base;
}

static void sqlite_rollback(struct tx *base)
{
    struct sqlite_tx *tx = (struct sqlite_tx *)base;
    struct sqlite_store *store = tx->store;
    if (!sqlite3_get_autocommit(store->db)) {
        (void)run(store, "ROLLBACK TO tx", NULL);
        (void)run(store, "RELEASE tx", NULL);
    } else {
        /* A full disk or an I/O error ended the outer transaction: those waiting for it have lost theirs too.
         */
        struct err err;
        err_set(&err, ERR_STORAGE, "the store could not write; nothing of this was kept");
        WITH_LOCK(&store->group);
        store->outer_open = false;
        store->lost_from = store->decided;
        store->lost_upto = store->filled;
        store->lost = err;
        store->decided = store->filled;
        pthread_cond_broadcast(&store->flushed);
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
    pthread_mutex_lock(&store->group);
    uint64_t mine = ++store->filled;
    pthread_cond_signal(&store->wanted);
    pthread_mutex_unlock(&store->group); /* lock order: the connection is given back before waiting */
    pthread_mutex_unlock(&store->connection);
    WITH_LOCK(&store->group);
    while (store->decided < mine)
        thread_wait_ms(&store->flushed, &store->group, -1);
    if (mine > store->lost_from && mine <= store->lost_upto) {
        if (err)
            *err = store->lost;
        return false;
    }
    return true;
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
    int code = sqlite3_prepare_v3(store->db, sql, -1, SQLITE_PREPARE_PERSISTENT, &statement, NULL);
    if (code != SQLITE_OK) {
        fail(store, code, err);
        return NULL;
    }
    if (store->cached < CACHED_STATEMENTS) {
        *ret_slot = &store->cache[store->cached++];
        **ret_slot = (struct cached){strdup(sql), statement, true};
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
    case P_KIND_TEXT:
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
    struct sqlite_rows *rows = calloc(1, sizeof *rows);
    if (!rows)
        abort();
    *rows = (struct sqlite_rows){{&sqlite_driver}, store, NULL, NULL, SQLITE_OK};
    rows->statement = statement_for(store, sql, &rows->slot, err);
    if (!rows->statement) {
        free(rows);
        return NULL;
    }
    for (size_t i = 0; i < count && rows->result == SQLITE_OK; i++)
        rows->result = bind(rows->statement, i + 1, &params[i]);
    if (rows->result != SQLITE_OK) {
        fail(store, rows->result, err);
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
    fail(rows->store, rows->result, err);
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
    .backup = sqlite_backup_store,
    .begin = sqlite_begin,
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
