/* idempotency — a write that is sent twice with one Idempotency-Key happens once and is answered the same.
 *
 * idempotency_begin in a transaction of its own, committed before the work; then idempotency_finish in the
 * transaction of the work, or idempotency_forget when the request was refused, so that the key stays free. A
 * key belongs to one principal (kind and id). */
#ifndef STORE_IDEMPOTENCY_H
#define STORE_IDEMPOTENCY_H

#include "store/store.h"

#define IDEMPOTENCY_KEPT_MS (INT64_C(30) * 24 * 3600 * 1000)
#define IDEMPOTENCY_RUNS_MS (INT64_C(10) * 60 * 1000) /* no request takes longer: its node has died */

enum idempotency_state {
    IDEMPOTENCY_NEW,        /* ours now: do the work */
    IDEMPOTENCY_RUNNING,    /* the first is still at work: 409 */
    IDEMPOTENCY_DONE,       /* *ret_status and *ret_response are what the first was answered */
    IDEMPOTENCY_OTHER_BODY, /* the key stands for another request: 422 */
};

/* request_hash tells bodies apart (any text). *ret_response is new, the caller frees it; NULL unless DONE
 * with a body. An answer older than 30 days counts as none. */
MUST_USE bool idempotency_begin(struct tx *tx, const char *principal, const char *key,
                                const char *request_hash, int64_t now, enum idempotency_state *ret_state,
                                int *ret_status, json_t **ret_response, struct err *err);
/* response may be NULL. The key must have been begun. */
MUST_USE bool idempotency_finish(struct tx *tx, const char *principal, const char *key, int status,
                                 const json_t *response, struct err *err);
/* Gives a begun key free; a finished one stays. */
MUST_USE bool idempotency_forget(struct tx *tx, const char *principal, const char *key, struct err *err);
/* At the start of the only server: those who began before have died with their process. */
MUST_USE bool idempotency_recover(struct tx *tx, struct err *err);
/* Removes what is older than 30 days. */
MUST_USE bool idempotency_sweep(struct tx *tx, int64_t now, struct err *err);

#endif
