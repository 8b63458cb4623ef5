/* idempotency — a write that is sent twice with one Idempotency-Key happens once and is answered the same.
 *
 * idempotency_begin in a transaction of its own, committed before the work; then idempotency_finish in the
 * transaction of the work, or idempotency_forget when the request was refused, so that the key stays free. A
 * key belongs to one principal (kind and id).
 *
 * A key whose process has died is free at once for the next request: what had not finished had done nothing.
 * If the process lives after all, its idempotency_finish is refused, and its work with it. */
#ifndef STORE_IDEMPOTENCY_H
#define STORE_IDEMPOTENCY_H

#include "store/store.h"

#define IDEMPOTENCY_KEPT_MS (INT64_C(30) * 24 * 3600 * 1000)
#define IDEMPOTENCY_RUNS_MS (INT64_C(10) * 60 * 1000) /* no request takes longer */

/* Who is at work for a key. Borrowed; the same in all calls for one request. */
struct idempotency_claim {
    const char *principal;
    const char *key;
    const char *process; /* store_process */
    int64_t begun_at;    /* Unix ms; with the process it tells this request from the next one of the key */
};

enum idempotency_state {
    IDEMPOTENCY_NEW,        /* ours now: do the work */
    IDEMPOTENCY_RUNNING,    /* the first is still at work: 409 */
    IDEMPOTENCY_DONE,       /* answer as the first was */
    IDEMPOTENCY_OTHER_BODY, /* the key stands for another request: 422 */
};

struct idempotency {
    enum idempotency_state state;
    int status;       /* DONE: of the first answer */
    json_t *response; /* DONE: its body, which the caller frees; NULL: it had none */
};

/* request_hash tells bodies apart (any text). An answer older than 30 days counts as none. */
MUST_USE bool idempotency_begin(struct tx *tx, const struct idempotency_claim *claim,
                                const char *request_hash, struct idempotency *ret, struct err *err);
/* response may be NULL. ERR_CONFLICT when the key is not, or no more, this claim's. */
MUST_USE bool idempotency_finish(struct tx *tx, const struct idempotency_claim *claim, int status,
                                 const json_t *response, struct err *err);
/* Gives a begun key free; one that is finished or not this claim's any more stays. */
MUST_USE bool idempotency_forget(struct tx *tx, const struct idempotency_claim *claim, struct err *err);
/* Removes what is older than 30 days. */
MUST_USE bool idempotency_sweep(struct tx *tx, int64_t now, struct err *err);

#endif
