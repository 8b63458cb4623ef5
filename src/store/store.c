#include "store/store.h"

#include <string.h>

#include "store/store_driver.h"

static const struct store_driver *const drivers[] = {&sqlite_driver, &postgres_driver};

static const struct store_driver *driver_of(const char *url)
{
    for (size_t i = 0; i < sizeof drivers / sizeof *drivers; i++)
        if (strncmp(url, drivers[i]->scheme, strlen(drivers[i]->scheme)) == 0)
            return drivers[i];
    return NULL;
}

struct store *store_connect(const char *url, const char *data_dir, struct err *err)
{
    const struct store_driver *driver = driver_of(url);
    struct store *store = driver ? driver->open(url, data_dir, err) : NULL;
    if (store)
        uuid_v4(rng_system(), store->process);
    if (driver)
        return store;
    /* The address may hold a password: it is not repeated. */
    err_set(err, ERR_CONFIG, "store.url must begin with sqlite: or postgresql://");
    return NULL;
}

struct store *store_open(const char *url, const char *data_dir, struct err *err)
{
    struct store *store = store_connect(url, data_dir, err);
    if (store && store_migrate(store, err))
        return store;
    store_close(store);
    return NULL;
}

void store_close(struct store *store)
{
    if (store)
        store->driver->close(store);
}

bool store_is_shared(const struct store *store)
{
    return store->driver->shared;
}

bool store_url_is_shared(const char *url)
{
    const struct store_driver *driver = driver_of(url);
    return driver && driver->shared;
}

bool store_ready(struct store *store, struct err *err)
{
    if (store->driver->has_room && !store->driver->has_room(store, err))
        return false;
    AUTO_TX struct tx *tx = store_begin(store, err);
    return tx &&
           tx_exec(tx, err,
                   "INSERT INTO store_ready(id, touched) VALUES (1, 0) ON CONFLICT (id) DO UPDATE SET "
                   "touched = 1 - store_ready.touched") && /* the same value again would write nothing */
           tx_commit(&tx, err);
}

bool store_backup(struct store *store, const char *path, struct err *err)
{
    return store->driver->backup(store, path, err);
}

void store_on_failure(struct store *store, void (*failed)(void *ctx), void *ctx)
{
    store->on_failure_ctx = ctx;
    store->on_failure = failed;
}

void store_has_failed(struct store *store)
{
    if (store->on_failure)
        store->on_failure(store->on_failure_ctx);
}

void store_watch(struct store *store, enum store_topic topic, void (*wake)(void *ctx), void *ctx)
{
    if (store->driver->shared)
        store->driver->watch(store, topic, wake, ctx);
}

void store_tell(struct store *store, enum store_topic topic)
{
    if (store->driver->shared)
        store->driver->tell(store, topic);
}

bool store_take_name(struct store *store, const char *name)
{
    return !store->driver->shared || store->driver->take_name(store, name);
}

const char *store_process(const struct store *store)
{
    return store->process;
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
    if (!ending->doomed)
        return ending->driver->commit(ending, err);
    ending->driver->rollback(ending);
    return err_set(err, ERR_INTERNAL, "a statement of this transaction had failed: nothing was kept");
}

void tx_auto_rollback(struct tx **tx)
{
    if (*tx)
        (*tx)->driver->rollback(*tx);
    *tx = NULL;
}

bool tx_lease_base(struct tx *tx, int64_t now, struct lease_base *ret, struct err *err)
{
    *ret = (struct lease_base){.now = now};
    return !tx->driver->shared || tx->driver->lease_base(tx, ret, err);
}

bool tx_process_lives(struct tx *tx, const char *process, bool *ret, struct err *err)
{
    *ret = false;
    return !tx->driver->shared || tx->driver->process_lives(tx, process, ret, err);
}

bool tx_events_settled(struct tx *tx, int64_t *ret_id, struct err *err)
{
    *ret_id = INT64_MAX;
    return !tx->driver->shared || tx->driver->events_settled(tx, ret_id, err);
}

bool tx_exec_params(struct tx *tx, struct err *err, const char *sql, const struct sql_param *params,
                    size_t count)
{
    AUTO_ROWS struct rows *rows = tx_query_params(tx, err, sql, params, count);
    if (!rows)
        return false;
    while (rows_next(rows))
        ;
    return !rows_failed(rows, err);
}

struct rows *tx_query_params(struct tx *tx, struct err *err, const char *sql, const struct sql_param *params,
                             size_t count)
{
    if (tx->doomed) {
        err_set(err, ERR_INTERNAL, "a statement of this transaction had failed");
        return NULL;
    }
    struct rows *rows = tx->driver->query(tx, err, sql, params, count);
    if (rows)
        rows->tx = tx;
    else
        tx->doomed = true;
    return rows;
}

int64_t tx_changes(const struct tx *tx)
{
    return tx->driver->changes(tx);
}

bool rows_next(struct rows *rows)
{
    if (rows->driver->next(rows))
        return true;
    rows->tx->doomed |= rows->driver->failed(rows, NULL);
    return false;
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
