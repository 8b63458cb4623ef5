/* store — durable rows behind a narrow door; SQLite today, PostgreSQL through the same door.
 *
 * A transaction belongs to one thread and does no other I/O between begin and commit. tx_commit returns true
 * only when the rows are on disk: many threads that commit at once share one fsync (group commit). A reader
 * never sees what is not yet durable. One SQL text serves both databases: numbered parameters $1…, portable
 * types only. */
#ifndef STORE_STORE_H
#define STORE_STORE_H

#include "base/arena.h"
#include "base/json.h"

struct store;
struct tx;
struct rows;

/* url is "sqlite:FILE", FILE relative to data_dir. Creates and migrates what is missing. ERR_CONFIG for an
 * address of another kind, a store written by a newer version, or a store that another process has open;
 * ERR_STORAGE for the rest. */
MUST_USE struct store *store_open(const char *url, const char *data_dir, struct err *err);
void store_close(struct store *store); /* NULL is fine; no transaction may be open */
/* Can it read and write just now? For /readyz. */
MUST_USE bool store_ready(struct store *store, struct err *err);
/* A consistent copy while others go on working; path must not exist. */
MUST_USE bool store_backup(struct store *store, const char *path, struct err *err);

/* NULL with err set when the store is not usable. */
MUST_USE struct tx *store_begin(struct store *store, struct err *err);
MUST_USE struct tx *store_begin_read(struct store *store, struct err *err);
/* Ends the transaction in every case and sets *tx to NULL. False: nothing of it happened. */
MUST_USE bool tx_commit(struct tx **tx, struct err *err);
void tx_auto_rollback(struct tx **tx);
#define AUTO_TX AUTO(tx_auto_rollback)

enum param_kind { P_KIND_NULL, P_KIND_INT, P_KIND_TEXT, P_KIND_BLOB };
struct sql_param {
    enum param_kind kind;
    int64_t number; /* the value, or the length of a blob */
    const void *bytes;
};
#define P_INT(value) ((struct sql_param){P_KIND_INT, (int64_t)(value), NULL})
#define P_TEXT(value) sql_text(value) /* NULL is null */
#define P_BLOB(value, length) ((struct sql_param){P_KIND_BLOB, (int64_t)(length), (value)})
#define P_NULL ((struct sql_param){P_KIND_NULL, 0, NULL})
struct sql_param sql_text(const char *text);

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
