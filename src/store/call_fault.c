#include "store/call_fault.h"

#include <stdatomic.h>

#include "store/store_driver.h"

/* The linker (--wrap) gives us the calls of other files, and by the name __real_… what they meant. */
#define REAL(name) __real_##name /* NOLINT(bugprone-reserved-identifier) */
#define WRAP(name) __wrap_##name /* NOLINT(bugprone-reserved-identifier) */

static atomic_int calls_left;
static _Atomic(const struct rows *) broken_rows;

void call_fault_set(int number)
{
    calls_left = number;
}

bool call_fault_happened(void)
{
    return calls_left < 0;
}

/* 1 becomes -1 and stays there. */
static bool fails(void)
{
    int left = calls_left;
    while (left > 0)
        if (atomic_compare_exchange_weak(&calls_left, &left, left == 1 ? -1 : left - 1))
            return left == 1;
    return false;
}

static bool gone(struct err *err)
{
    return err_code(err, ERR_UNREACHABLE, STORE_UNREACHABLE, "The database is gone.");
}

#define BEGIN(name)                                                  \
    struct tx *REAL(name)(struct store * store, struct err * err);   \
    struct tx *WRAP(name)(struct store * store, struct err * err);   \
    struct tx *WRAP(name)(struct store * store, struct err * err)    \
    {                                                                \
        return fails() ? (gone(err), NULL) : REAL(name)(store, err); \
    }
BEGIN(store_begin)
BEGIN(store_begin_read)

bool REAL(tx_commit)(struct tx **tx, struct err *err);
bool WRAP(tx_commit)(struct tx **tx, struct err *err);
bool WRAP(tx_commit)(struct tx **tx, struct err *err)
{
    if (!fails())
        return REAL(tx_commit)(tx, err);
    tx_auto_rollback(tx);
    return gone(err);
}

bool REAL(tx_events_settled)(struct tx *tx, int64_t *ret_id, struct err *err);
bool WRAP(tx_events_settled)(struct tx *tx, int64_t *ret_id, struct err *err);
bool WRAP(tx_events_settled)(struct tx *tx, int64_t *ret_id, struct err *err)
{
    if (!fails())
        return REAL(tx_events_settled)(tx, ret_id, err);
    tx->doomed = true;
    return gone(err);
}

bool REAL(tx_lease_base)(struct tx *tx, int64_t now, struct lease_base *ret, struct err *err);
bool WRAP(tx_lease_base)(struct tx *tx, int64_t now, struct lease_base *ret, struct err *err);
bool WRAP(tx_lease_base)(struct tx *tx, int64_t now, struct lease_base *ret, struct err *err)
{
    if (!fails())
        return REAL(tx_lease_base)(tx, now, ret, err);
    tx->doomed = true;
    return gone(err);
}

bool REAL(tx_exec_params)(struct tx *tx, struct err *err, const char *sql, const struct sql_param *params,
                          size_t count);
bool WRAP(tx_exec_params)(struct tx *tx, struct err *err, const char *sql, const struct sql_param *params,
                          size_t count);
bool WRAP(tx_exec_params)(struct tx *tx, struct err *err, const char *sql, const struct sql_param *params,
                          size_t count)
{
    if (!fails())
        return REAL(tx_exec_params)(tx, err, sql, params, count);
    tx->doomed = true;
    return gone(err);
}

struct rows *REAL(tx_query_params)(struct tx *tx, struct err *err, const char *sql,
                                   const struct sql_param *params, size_t count);
struct rows *WRAP(tx_query_params)(struct tx *tx, struct err *err, const char *sql,
                                   const struct sql_param *params, size_t count);
struct rows *WRAP(tx_query_params)(struct tx *tx, struct err *err, const char *sql,
                                   const struct sql_param *params, size_t count)
{
    if (fails()) {
        tx->doomed = true;
        gone(err);
        return NULL;
    }
    return REAL(tx_query_params)(tx, err, sql, params, count);
}

bool REAL(rows_next)(struct rows *rows);
bool WRAP(rows_next)(struct rows *rows);
bool WRAP(rows_next)(struct rows *rows)
{
    if (!fails())
        return REAL(rows_next)(rows);
    broken_rows = rows;
    rows->tx->doomed = true;
    return false;
}

bool REAL(rows_failed)(const struct rows *rows, struct err *err);
bool WRAP(rows_failed)(const struct rows *rows, struct err *err);
bool WRAP(rows_failed)(const struct rows *rows, struct err *err)
{
    return rows == broken_rows ? !gone(err) : REAL(rows_failed)(rows, err);
}

void REAL(rows_auto_close)(struct rows **rows);
void WRAP(rows_auto_close)(struct rows **rows);
void WRAP(rows_auto_close)(struct rows **rows)
{
    const struct rows *closed = *rows;
    if (closed)
        atomic_compare_exchange_strong(&broken_rows, &closed, NULL);
    REAL(rows_auto_close)(rows);
}
