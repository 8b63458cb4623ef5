/* store — durable rows behind a narrow door: SQLite for one process, PostgreSQL for several nodes.
 *
 * A transaction belongs to one thread, which opens no second one beside it and does no other I/O between
 * begin and commit. tx_commit returns true only when the rows are on disk. A reader never sees what is not
 * yet durable, and sees one moment. A statement that failed dooms its transaction: nothing but rolling back
 * is left.
 *
 * One SQL text serves both databases: numbered parameters $1…, portable functions, types of the migrations
 * (INTEGER is 64 bits, TEXT compares by bytes). A writer that reads a row in order to decide about it says
 * FOR UPDATE, or FOR UPDATE SKIP LOCKED where another node may take the next one instead: on PostgreSQL
 * writers run beside each other. LIKE must not depend on case: compare lower(column) with a folded pattern.
 */
#ifndef STORE_STORE_H
#define STORE_STORE_H

#include "base/arena.h"
#include "base/json.h"

struct store;
struct tx;
struct rows;

/* The codes of errors that say what is wrong with the store itself. */
#define STORE_UNREACHABLE "store_unreachable" /* ERR_UNREACHABLE: the database does not answer */
#define STORE_LOCKED "store_locked"           /* ERR_UNREACHABLE: another program holds a lock on it */
#define STORE_FULL "store_full"               /* ERR_STORAGE: no space left */
#define STORE_FAILED "store_failed"           /* ERR_STORAGE: the disk failed, or the file is gone: restart */
#define STORE_DAMAGED "store_damaged"         /* ERR_STORAGE: restore a backup */
#define STORE_NEWER "store_newer"             /* ERR_CONFIG: written by a newer version */

/* url is "sqlite:FILE", FILE relative to data_dir, or "postgresql://…" as libpq reads it. Creates and
 * migrates what is missing. ERR_CONFIG for an address that is not right, a store written by a newer version,
 * or a SQLite store that another process has open; ERR_UNREACHABLE when the database does not answer (trying
 * again can help); ERR_STORAGE for the rest. No message ever holds the url: it may hold a password. */
MUST_USE struct store *store_open(const char *url, const char *data_dir, struct err *err);
void store_close(struct store *store); /* NULL is fine; no transaction may be open */
/* The two halves of store_open, for a server that says what it waits for. Before store_migrate there may be
 * no tables, and nodes tell each other nothing. */
MUST_USE struct store *store_connect(const char *url, const char *data_dir, struct err *err);
MUST_USE bool store_migrate(struct store *store, struct err *err);
/* Several nodes may have it open at the same time. */
bool store_is_shared(const struct store *store);
bool store_url_is_shared(const char *url);

/* Can it read and write just now? For /readyz. */
MUST_USE bool store_ready(struct store *store, struct err *err);
/* A consistent copy while others go on working, complete or not there at all; path must not exist. ERR_INPUT
 * on PostgreSQL, which has tools of its own. */
MUST_USE bool store_backup(struct store *store, const char *path, struct err *err);
/* Called once, from any thread, when the store has failed for good: after that every transaction is refused,
 * and only a restart helps. Must not call back into the store. */
void store_on_failure(struct store *store, void (*failed)(void *ctx), void *ctx);

/* What nodes tell each other: a hint, which can be lost; looking at the rows is the truth. */
enum store_topic {
    STORE_EVENTS, /* something was appended to the events */
    STORE_WORK,   /* something may have fallen due, or is to be cancelled */
    STORE_TOPICS,
};
/* wake(ctx) is called after another node has told that topic, and whenever something may have been missed.
 * One watcher a topic; it must only set a flag or signal. NULL ends it, and returns when no call is under
 * way. */
void store_watch(struct store *store, enum store_topic topic, void (*wake)(void *ctx), void *ctx);
void store_tell(struct store *store, enum store_topic topic); /* never blocks */

/* Goes by this name from now on. True when surely no other living node does. */
MUST_USE bool store_take_name(struct store *store, const char *name);

/* This process among all that ever use the store; another one after each start. */
const char *store_process(const struct store *store);

/* NULL with err set when the store is not usable. */
/* What the database itself can repeat after a deadlock or a lost connection it repeats within the
 * transaction; what still fails has not happened. */
MUST_USE struct tx *store_begin(struct store *store, struct err *err);
MUST_USE struct tx *store_begin_read(struct store *store, struct err *err);
/* Ends the transaction in every case and sets *tx to NULL. False: nothing of it happened, or, with
 * err->outcome_unknown, the database was lost before it could be asked. */
MUST_USE bool tx_commit(struct tx **tx, struct err *err);
void tx_auto_rollback(struct tx **tx);
#define AUTO_TX AUTO(tx_auto_rollback)

/* What holds for leases in this transaction, by the clock that all nodes share: the database's on PostgreSQL,
 * `now` (by whatever clock) on SQLite. epoch_floor is the smallest epoch that counts; it is larger after a
 * standby was promoted that may have lost commits, so that no epoch is ever given out twice and no claim
 * outlives what it was made on. */
struct lease_base {
    int64_t now;
    int64_t epoch_floor;
};
MUST_USE bool tx_lease_base(struct tx *tx, int64_t now, struct lease_base *ret, struct err *err);

/* Does another process, the one of that store_process, still use the store? On SQLite none does. On
 * PostgreSQL it is known by its connection: one that lost that for a moment can seem gone, so whoever takes
 * something over from it also keeps it from writing. */
MUST_USE bool tx_process_lives(struct tx *tx, const char *process, bool *ret, struct err *err);

/* The id of the events up to which no event can still appear: what commits later may have a smaller id than
 * what is visible already. The first thing to ask in a reading transaction. */
MUST_USE bool tx_events_settled(struct tx *tx, int64_t *ret_id, struct err *err);

enum param_kind { P_KIND_NULL, P_KIND_INT, P_KIND_TEXT, P_KIND_BLOB };
struct sql_param {
    enum param_kind kind;
    int64_t number;    /* the value, or the length of a blob */
    const void *bytes; /* NULL for a text is null */
};
#define P_INT(value) ((struct sql_param){P_KIND_INT, (int64_t)(value), NULL})
#define P_TEXT(value) ((struct sql_param){P_KIND_TEXT, 0, (value)}) /* NULL is null */
#define P_BLOB(value, length) ((struct sql_param){P_KIND_BLOB, (int64_t)(length), (value)})
#define P_NULL ((struct sql_param){P_KIND_NULL, 0, NULL}) /* where the column says what kind of null */

/* $1 is the first parameter. ERR_CONFLICT when a unique index refuses the row. */
#define tx_exec(tx, err, sql, ...)                                                                    \
    tx_exec_params((tx), (err), (sql), (const struct sql_param[]){__VA_ARGS__ __VA_OPT__(, ) P_NULL}, \
                   sizeof((const struct sql_param[]){__VA_ARGS__ __VA_OPT__(, ) P_NULL}) /            \
                           sizeof(struct sql_param) -                                                 \
                       1)
#define tx_query(tx, err, sql, ...)                                                                    \
    tx_query_params((tx), (err), (sql), (const struct sql_param[]){__VA_ARGS__ __VA_OPT__(, ) P_NULL}, \
                    sizeof((const struct sql_param[]){__VA_ARGS__ __VA_OPT__(, ) P_NULL}) /            \
                            sizeof(struct sql_param) -                                                 \
                        1)
MUST_USE bool tx_exec_params(struct tx *tx, struct err *err, const char *sql, const struct sql_param *params,
                             size_t count);
MUST_USE struct rows *tx_query_params(struct tx *tx, struct err *err, const char *sql,
                                      const struct sql_param *params, size_t count);
/* Rows that the last tx_exec changed. */
int64_t tx_changes(const struct tx *tx);

/* True: a row is there. False: the end, or an error (then rows_failed). */
bool rows_next(struct rows *rows);
bool rows_failed(const struct rows *rows, struct err *err);
int64_t row_int(const struct rows *rows, int column);      /* 0 for null */
const char *row_text(const struct rows *rows, int column); /* NULL for null; borrowed until rows_next */
const void *row_blob(const struct rows *rows, int column, size_t *ret_length);
json_t *row_json(const struct rows *rows,
                 int column); /* a new value; JSON null for null or what is not JSON */
void rows_auto_close(struct rows **rows);
#define AUTO_ROWS AUTO(rows_auto_close)

#endif
