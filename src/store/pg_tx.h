/* pg_tx — a transaction that repeats itself: when it loses against another one or its connection breaks, all
 * its statements run again in a new one, and as long as each gives what it gave before, whoever uses it does
 * not notice. When one gives something else, what was decided since may be wrong, and the transaction fails.
 *
 * Nothing is sent before the first statement, and BEGIN travels with it. A COMMIT whose answer was lost is
 * asked for by the transaction's id. */
#ifndef STORE_PG_TX_H
#define STORE_PG_TX_H

#include "store/pg_pool.h"

struct pg_tx;

enum pg_tx_kind { PG_READ, PG_WRITE, PG_MIGRATION };

/* Never NULL. */
struct pg_tx *pg_tx_new(struct pg_pool *pool, enum pg_tx_kind kind);

/* The statement's result, which the caller clears; NULL with err set. */
PGresult *pg_tx_run(struct pg_tx *tx, const struct pg_call *call, struct err *err);
MUST_USE bool pg_tx_script(struct pg_tx *tx, const char *sql, struct err *err);
/* Both free tx. */
MUST_USE bool pg_tx_commit(struct pg_tx *tx, struct err *err);
void pg_tx_rollback(struct pg_tx *tx);

MUST_USE bool pg_tx_lease_base(struct pg_tx *tx, struct lease_base *ret, struct err *err);
/* Runs calls before the transaction has begun, each by itself. */
MUST_USE bool pg_tx_before(struct pg_tx *tx, const struct pg_call *calls, size_t count,
                           PGresult **ret_results, struct err *err);

#endif
