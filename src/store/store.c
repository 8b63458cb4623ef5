#include "store/store.h"

#include <string.h>

#include "store/store_driver.h"

static const struct store_driver *const drivers[] = {&sqlite_driver};

struct store *store_open(const char *url, const char *data_dir, struct err *err)
{
    for (size_t i = 0; i < sizeof drivers / sizeof *drivers; i++) {
        size_t length = strlen(drivers[i]->scheme);
        if (strncmp(url, drivers[i]->scheme, length) != 0)
            continue;
        struct store *store = drivers[i]->open(url + length, data_dir, err);
        if (store && !store_migrate(store, err)) {
            store_close(store);
            store = NULL;
        }
        return store;
    }
    /* The address may hold a password: it is not repeated. */
    err_set(err, ERR_CONFIG, "store.url must begin with sqlite: (this build knows no other store)");
    return NULL;
}

void store_close(struct store *store)
{
    if (store)
        store->driver->close(store);
}

bool store_ready(struct store *store, struct err *err)
{
    AUTO_TX struct tx *tx = store_begin(store, err);
    return tx &&
           tx_exec(tx, err,
                   "INSERT INTO store_ready(id, touched) VALUES (1, 1) ON CONFLICT (id) DO UPDATE SET "
                   "touched = 1") &&
           tx_commit(&tx, err);
}

bool store_backup(struct store *store, const char *path, struct err *err)
{
    return store->driver->backup(store, path, err);
}

struct tx *store_begin(struct store *store, struct err *err)
{
    return store->driver->begin(store, true, err);
}

struct tx *store_begin_read(struct store *store, struct err *err)
{
    return store->driver->begin(store, false, err);
}

bool tx_commit(struct tx **tx, struct err *err)
{
    struct tx *ending = *tx;
    *tx = NULL;
    return ending->driver->commit(ending, err);
}

void tx_auto_rollback(struct tx **tx)
{
    if (*tx)
        (*tx)->driver->rollback(*tx);
    *tx = NULL;
}

struct sql_param sql_text(const char *text)
{
    return (struct sql_param){text ? P_KIND_TEXT : P_KIND_NULL, 0, text};
}

bool tx_exec_params(struct tx *tx, struct err *err, const char *sql, const struct sql_param *params,
                    size_t count)
{
    AUTO_ROWS struct rows *rows = tx->driver->query(tx, err, sql, params, count);
    if (!rows)
        return false;
    while (rows_next(rows))
        ;
    return !rows_failed(rows, err);
}

struct rows *tx_query_params(struct tx *tx, struct err *err, const char *sql, const struct sql_param *params,
                             size_t count)
{
    return tx->driver->query(tx, err, sql, params, count);
}

int64_t tx_changes(const struct tx *tx)
{
    return tx->driver->changes(tx);
}

bool rows_next(struct rows *rows)
{
    return rows->driver->next(rows);
}

bool rows_failed(const struct rows *rows, struct err *err)
{
    return rows->driver->failed(rows, err);
}

int64_t row_int(const struct rows *rows, int column)
{
    return rows->driver->column_int(rows, column);
}

const char *row_text(const struct rows *rows, int column)
{
    return rows->driver->column_text(rows, column);
}

const void *row_blob(const struct rows *rows, int column, size_t *ret_length)
{
    return rows->driver->column_blob(rows, column, ret_length);
}

json_t *row_json(const struct rows *rows, int column)
{
    const char *text = row_text(rows, column);
    json_t *value = text ? json_read(text, strlen(text), NULL) : NULL;
    return value ? value : json_null();
}

void rows_auto_close(struct rows **rows)
{
    if (*rows)
        (*rows)->driver->rows_close(*rows);
    *rows = NULL;
}
