/* notices — the outbox: one row for each change of an offboarding that people may want to be told of, written
 * in the transaction of the change, so that neither exists without the other. src/notify reads the rows. */
#ifndef JOURNAL_NOTICES_H
#define JOURNAL_NOTICES_H

#include "model/status.h"
#include "store/store.h"

/* Appends a notice with the offboarding as it is now: what GET returns, without options, plan and evidence,
 * its items as counts. once tells notices of the same event of one offboarding apart; a second with the same
 * is not written. */
MUST_USE bool notice_append(struct tx *tx, const char *offboarding_id, const char *event, int64_t once,
                            int64_t at, struct err *err);
/* The notice, if any, that a move is worth. from RUN_STATUS_COUNT: it was just made. */
MUST_USE bool notice_of_move(struct tx *tx, const char *offboarding_id, enum run_status from,
                             enum run_status to, int64_t at, struct err *err);
/* A notice to whoever operates Lastday, once for each key. about: the endpoint that is not to be told by
 * itself, or what else it is about. facts (an array of {name, value}) is taken over. */
MUST_USE bool notice_to_operator(struct tx *tx, const char *event, const char *about, const char *key,
                                 const char *summary, json_t *facts, int64_t at, struct err *err);

#endif
