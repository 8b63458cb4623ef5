#include "store/idempotency.h"

#include <string.h>

/* status 0 stands for one whose work has not ended. */

/* The row is locked: whoever finishes it has done so before, or finds that the key was taken over. */
static struct rows *read_first(struct tx *tx, const struct idempotency_claim *claim, struct err *err)
{
    return tx_query(tx, err,
                    "SELECT request_hash, status, response_json, created_at, owner FROM idempotency "
                    "WHERE principal = $1 AND key = $2 FOR UPDATE",
                    P_TEXT(claim->principal), P_TEXT(claim->key));
}

/* Is nobody at work for it who could still finish? */
static bool is_given_up(struct tx *tx, const struct idempotency_claim *claim, const char *owner,
                        int64_t begun_at, bool *ret, struct err *err)
{
    bool lives = true;
    *ret = begun_at <= claim->begun_at - IDEMPOTENCY_RUNS_MS;
    if (*ret || !owner || strcmp(owner, claim->process) == 0)
        return true;
    if (!tx_process_lives(tx, owner, &lives, err))
        return false;
    *ret = !lives;
    return true;
}

static bool take_over(struct tx *tx, const struct idempotency_claim *claim, const char *request_hash,
                      struct err *err)
{
    return tx_exec(tx, err,
                   "UPDATE idempotency SET request_hash = $3, status = 0, response_json = NULL, "
                   "created_at = $4, owner = $5 WHERE principal = $1 AND key = $2",
                   P_TEXT(claim->principal), P_TEXT(claim->key), P_TEXT(request_hash), P_INT(claim->begun_at),
                   P_TEXT(claim->process));
}

static bool look_at_first(struct tx *tx, const struct idempotency_claim *claim, const char *request_hash,
                          struct idempotency *ret, struct err *err)
{
    AUTO_ROWS struct rows *first = read_first(tx, claim, err);
    bool given_up = false;
    if (!first)
        return false;
    if (!rows_next(first)) { /* it was given free a moment ago */
        ret->state = IDEMPOTENCY_RUNNING;
        return !rows_failed(first, err);
    }
    int64_t begun_at = row_int(first, 3);
    bool running = row_int(first, 1) == 0, outdated = begun_at <= claim->begun_at - IDEMPOTENCY_KEPT_MS;
    if (running && !is_given_up(tx, claim, row_text(first, 4), begun_at, &given_up, err))
        return false;
    if (given_up || outdated)
        return take_over(tx, claim, request_hash, err);
    if (strcmp(row_text(first, 0), request_hash) != 0) {
        ret->state = IDEMPOTENCY_OTHER_BODY;
    } else if (running) {
        ret->state = IDEMPOTENCY_RUNNING;
    } else {
        ret->state = IDEMPOTENCY_DONE;
        ret->status = (int)row_int(first, 1);
        ret->response = row_text(first, 2) ? row_json(first, 2) : NULL;
    }
    return true;
}

bool idempotency_begin(struct tx *tx, const struct idempotency_claim *claim, const char *request_hash,
                       struct idempotency *ret, struct err *err)
{
    *ret = (struct idempotency){.state = IDEMPOTENCY_NEW};
    return tx_exec(tx, err,
                   "INSERT INTO idempotency(principal, key, request_hash, status, created_at, owner) "
                   "VALUES ($1, $2, $3, 0, $4, $5) ON CONFLICT (principal, key) DO NOTHING",
                   P_TEXT(claim->principal), P_TEXT(claim->key), P_TEXT(request_hash), P_INT(claim->begun_at),
                   P_TEXT(claim->process)) &&
           (tx_changes(tx) > 0 || look_at_first(tx, claim, request_hash, ret, err));
}

#define OURS " WHERE principal = $1 AND key = $2 AND owner = $3 AND created_at = $4 AND status = 0"

bool idempotency_finish(struct tx *tx, const struct idempotency_claim *claim, int status,
                        const json_t *response, struct err *err)
{
    AUTO_FREE char *text = response ? json_write(response) : NULL;
    return tx_exec(tx, err, "UPDATE idempotency SET status = $5, response_json = $6" OURS,
                   P_TEXT(claim->principal), P_TEXT(claim->key), P_TEXT(claim->process),
                   P_INT(claim->begun_at), P_INT(status), P_TEXT(text)) &&
           (tx_changes(tx) > 0 ||
            err_code(err, ERR_CONFLICT, "idempotency_key_in_use",
                     "This request was cut off from the store, and another one with its Idempotency-Key has "
                     "taken its place: ask again in a moment."));
}

bool idempotency_forget(struct tx *tx, const struct idempotency_claim *claim, struct err *err)
{
    return tx_exec(tx, err, "DELETE FROM idempotency" OURS, P_TEXT(claim->principal), P_TEXT(claim->key),
                   P_TEXT(claim->process), P_INT(claim->begun_at));
}

bool idempotency_sweep(struct tx *tx, int64_t now, struct err *err)
{
    return tx_exec(tx, err, "DELETE FROM idempotency WHERE created_at <= $1",
                   P_INT(now - IDEMPOTENCY_KEPT_MS));
}
