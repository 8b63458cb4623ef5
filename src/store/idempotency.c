#include "store/idempotency.h"

#include <string.h>

/* status 0 stands for one whose work has not ended. */

static bool read_first(struct tx *tx, const char *principal, const char *key, const char *request_hash,
                       enum idempotency_state *ret_state, int *ret_status, json_t **ret_response,
                       struct err *err)
{
    AUTO_ROWS struct rows *rows = tx_query(
        tx, err,
        "SELECT request_hash, status, response_json FROM idempotency WHERE principal = $1 AND key = $2",
        P_TEXT(principal), P_TEXT(key));
    if (!rows)
        return false;
    if (!rows_next(rows))
        return !rows_failed(rows, err) &&
               err_set(err, ERR_INTERNAL, "an idempotency key vanished while it was read");
    if (strcmp(row_text(rows, 0), request_hash) != 0) {
        *ret_state = IDEMPOTENCY_OTHER_BODY;
    } else if (row_int(rows, 1) == 0) {
        *ret_state = IDEMPOTENCY_RUNNING;
    } else {
        *ret_state = IDEMPOTENCY_DONE;
        *ret_status = (int)row_int(rows, 1);
        *ret_response = row_text(rows, 2) ? row_json(rows, 2) : NULL;
    }
    return true;
}

bool idempotency_begin(struct tx *tx, const char *principal, const char *key, const char *request_hash,
                       int64_t now, enum idempotency_state *ret_state, int *ret_status, json_t **ret_response,
                       struct err *err)
{
    *ret_state = IDEMPOTENCY_NEW;
    *ret_status = 0;
    *ret_response = NULL;
    if (!tx_exec(tx, err,
                 "DELETE FROM idempotency WHERE principal = $1 AND key = $2 AND (created_at <= $3 OR "
                 "(status = 0 AND created_at <= $4))",
                 P_TEXT(principal), P_TEXT(key), P_INT(now - IDEMPOTENCY_KEPT_MS),
                 P_INT(now - IDEMPOTENCY_RUNS_MS)) ||
        !tx_exec(tx, err,
                 "INSERT INTO idempotency(principal, key, request_hash, status, created_at) "
                 "VALUES ($1, $2, $3, 0, $4) ON CONFLICT (principal, key) DO NOTHING",
                 P_TEXT(principal), P_TEXT(key), P_TEXT(request_hash), P_INT(now)))
        return false;
    return tx_changes(tx) > 0 ||
           read_first(tx, principal, key, request_hash, ret_state, ret_status, ret_response, err);
}

bool idempotency_finish(struct tx *tx, const char *principal, const char *key, int status,
                        const json_t *response, struct err *err)
{
    AUTO_FREE char *text = response ? json_write(response) : NULL;
    return tx_exec(tx, err,
                   "UPDATE idempotency SET status = $1, response_json = $2 "
                   "WHERE principal = $3 AND key = $4 AND status = 0",
                   P_INT(status), P_TEXT(text), P_TEXT(principal), P_TEXT(key)) &&
           (tx_changes(tx) > 0 ||
            err_set(err, ERR_INTERNAL, "an idempotency key was finished that nobody had begun"));
}

bool idempotency_forget(struct tx *tx, const char *principal, const char *key, struct err *err)
{
    return tx_exec(tx, err, "DELETE FROM idempotency WHERE principal = $1 AND key = $2 AND status = 0",
                   P_TEXT(principal), P_TEXT(key));
}

bool idempotency_recover(struct tx *tx, struct err *err)
{
    return tx_exec(tx, err, "DELETE FROM idempotency WHERE status = 0");
}

bool idempotency_sweep(struct tx *tx, int64_t now, struct err *err)
{
    return tx_exec(tx, err, "DELETE FROM idempotency WHERE created_at <= $1",
                   P_INT(now - IDEMPOTENCY_KEPT_MS));
}
