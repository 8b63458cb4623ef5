/* pg_error — what an error of PostgreSQL means for the transaction, and in words. */
#ifndef STORE_PG_ERROR_H
#define STORE_PG_ERROR_H

#include <libpq-fe.h>

#include "base/err.h"

enum pg_fault {
    PG_FINE,
    PG_REFUSED, /* by what the statement says: repeating it is useless */
    PG_AGAIN,   /* the transaction has lost against another one: repeat it */
    PG_LOST,    /* the connection is of no use any more */
    PG_FULL,    /* the server takes no more connections just now */
};

/* Of a result that is an error, or NULL when there was none to have. Fills err. */
enum pg_fault pg_fault_of(const PGconn *pg, const PGresult *result, struct err *err);
/* Of a connection that could not be made. ERR_CONFIG in err: waiting does not help. */
enum pg_fault pg_connect_fault(PGconn *pg, const char *password, struct err *err);

#endif
