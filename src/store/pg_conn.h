/* pg_conn — one connection to PostgreSQL: statements go out several at a time in libpq's pipeline mode,
 * prepared once for each connection, and every wait has an end. Belongs to one thread at a time. */
#ifndef STORE_PG_CONN_H
#define STORE_PG_CONN_H

#include "store/pg_error.h"
#include "store/store.h"

#define PG_CALLS_MAX 6
#define PG_PARAMS_MAX 64
#define PG_ANSWER_MS 10000 /* a server that does not answer for so long counts as gone */

/* Where to connect to, checked and completed once. */
struct pg_target;
MUST_USE struct pg_target *pg_target_new(const char *url, struct err *err); /* NULL with ERR_CONFIG */
void pg_target_free(struct pg_target *target);

struct pg_conn {
    PGconn *pg;
    int64_t epoch_floor; /* store.h, lease_base: of the server's timeline */
    struct pg_statement *statements;
    size_t statement_count;
    unsigned long generation; /* the pool's */
    struct pg_conn *next;     /* the pool's */
};

/* NULL with *ret_fault and err set: PG_FULL, PG_LOST (trying again can help) or PG_REFUSED. Takes a few
 * seconds at most. */
MUST_USE struct pg_conn *pg_conn_open(const struct pg_target *target, enum pg_fault *ret_fault,
                                      struct err *err);
void pg_conn_close(struct pg_conn *conn); /* NULL is fine */
/* Has it outlived its usefulness? */
bool pg_conn_worn(const struct pg_conn *conn);

struct pg_call {
    const char *sql;
    const struct sql_param *params;
    size_t count;
};
/* Sends the calls together and waits for all results. ret_results[i] is the result of call i, which the
 * caller clears, or NULL when it did not come to it. Not PG_FINE: err says why the first one failed that did.
 */
enum pg_fault pg_conn_run(struct pg_conn *conn, const struct pg_call *calls, size_t count,
                          PGresult **ret_results, int64_t answer_ms, struct err *err);
/* Several statements without parameters or results. */
enum pg_fault pg_conn_script(struct pg_conn *conn, const char *sql, struct err *err);

/* The text of a column of the first row, "" when there is none. */
const char *pg_first(const PGresult *result, int column);
int64_t pg_number(const char *text);

#endif
