#include "store/pg_error.h"

#include <stdio.h>
#include <string.h>

#include "store/store.h"

/* SQLSTATEs (PostgreSQL 15, appendix A), the longer before the shorter; a state that begins with one is
 * meant. */
static const struct {
    const char *state;
    enum pg_fault fault;
    enum err_kind kind;
    const char *code; /* NULL: the kind's own */
    const char *words;
} states[] = {
    {"23", PG_REFUSED, ERR_CONFLICT, NULL, "the row conflicts with another one"},
    {"40001", PG_AGAIN, ERR_UNREACHABLE, STORE_UNREACHABLE,
     "The store's transaction lost against others too often."},
    {"40P01", PG_AGAIN, ERR_UNREACHABLE, STORE_UNREACHABLE,
     "The store's transaction lost against others too often."},
    {"55P03", PG_AGAIN, ERR_UNREACHABLE, STORE_LOCKED, "Somebody else keeps rows of the store locked."},
    {"57014", PG_REFUSED, ERR_TIMEOUT, STORE_UNREACHABLE, "The store's database did not answer in time."},
    {"57P01", PG_LOST, ERR_UNREACHABLE, STORE_UNREACHABLE, "The store's database is shutting down."},
    {"57P03", PG_LOST, ERR_UNREACHABLE, STORE_UNREACHABLE, "The store's database is starting or stopping."},
    {"57P", PG_LOST, ERR_UNREACHABLE, STORE_UNREACHABLE, "The store's database closed the connection."},
    {"25P02", PG_AGAIN, ERR_UNREACHABLE, STORE_UNREACHABLE, "The store's transaction was aborted."},
    {"25P03", PG_LOST, ERR_UNREACHABLE, STORE_UNREACHABLE,
     "The store's database closed an idle transaction."},
    {"25006", PG_LOST, ERR_UNREACHABLE, STORE_UNREACHABLE,
     "The store's database takes no changes: it is a standby."},
    {"26000", PG_LOST, ERR_UNREACHABLE, STORE_UNREACHABLE,
     "The store's database has forgotten this connection."},
    {"0A000", PG_LOST, ERR_UNREACHABLE, STORE_UNREACHABLE, "The store's schema was changed meanwhile."},
    {"53100", PG_REFUSED, ERR_STORAGE, STORE_FULL,
     "The disk of the store's database is full: nothing new is taken. It goes on by itself as soon as there "
     "is space."},
    {"53300", PG_FULL, ERR_UNREACHABLE, STORE_UNREACHABLE,
     "The store's database has no connection left. Raise its max_connections."},
    {"53", PG_REFUSED, ERR_STORAGE, NULL, "The store's database lacks resources."},
    {"58", PG_REFUSED, ERR_STORAGE, STORE_FAILED, "The disk of the store's database failed."},
    {"XX001", PG_REFUSED, ERR_STORAGE, STORE_DAMAGED, "The store's database is damaged."},
    {"XX002", PG_REFUSED, ERR_STORAGE, STORE_DAMAGED, "The store's database is damaged."},
    {"08", PG_LOST, ERR_UNREACHABLE, STORE_UNREACHABLE, "The connection to the store's database broke."},
    {"28", PG_REFUSED, ERR_CONFIG, NULL, "store.url: the database refused the sign-in"},
    {"3D000", PG_REFUSED, ERR_CONFIG, NULL, "store.url: there is no such database"},
    {"42501", PG_REFUSED, ERR_CONFIG, NULL,
     "The database user may not do what the store needs; it has to own its schema"},
    {"", PG_REFUSED, ERR_INTERNAL, NULL, "The store refused a statement"},
};

/* One line; and whatever libpq may quote, the password is not in it. */
static void clean(char *text, const char *password)
{
    for (char *c = text; *c; c++)
        *c = (unsigned char)*c < ' ' ? ' ' : *c;
    size_t length = strlen(text);
    while (length && text[length - 1] == ' ')
        text[--length] = '\0';
    for (char *found; password && *password && (found = strstr(text, password));)
        memset(found, '*', strlen(password));
}

static enum pg_fault explain(const char *state, const char *more, struct err *err)
{
    size_t i = 0;
    while (strncmp(state, states[i].state, strlen(states[i].state)) != 0)
        i++;
    const char *code = states[i].code ? states[i].code : err_info(states[i].kind)->code;
    err_code(err, states[i].kind, code, "%s%s%.300s%s", states[i].words, *more ? " (" : "", more,
             *more ? ")" : "");
    return states[i].fault;
}

enum pg_fault pg_fault_of(const PGconn *pg, const PGresult *result, struct err *err)
{
    const char *state = result ? PQresultErrorField(result, PG_DIAG_SQLSTATE) : NULL;
    if (!state || PQstatus(pg) != CONNECTION_OK)
        return explain(state && strncmp(state, "57P", 3) == 0 ? state : "08006", "", err), PG_LOST;
    char words[300];
    const char *primary = PQresultErrorField(result, PG_DIAG_MESSAGE_PRIMARY);
    snprintf(words, sizeof words, "%s", primary ? primary : "");
    clean(words, NULL);
    return explain(state, words, err);
}

enum pg_fault pg_connect_fault(PGconn *pg, const char *password, struct err *err)
{
    char words[400];
    snprintf(words, sizeof words, "%s", pg ? PQerrorMessage(pg) : "out of memory");
    clean(words, password);
    /* libpq tells no SQLSTATE of a refused connection before version 18: the words must do. */
    static const struct {
        const char *words, *state;
    } known[] = {{"authentication failed", "28P01"},
                 {"no pg_hba.conf entry", "28000"},
                 {"no password supplied", "28P01"},
                 {"does not exist", "3D000"},
                 {"too many clients", "53300"},
                 {"remaining connection slots", "53300"},
                 {"too many connections", "53300"},
                 {"starting up", "57P03"},
                 {"shutting down", "57P03"},
                 {"is not permitted to log in", "28000"},
                 {"certificate verify failed", "28000"}};
    for (size_t i = 0; i < sizeof known / sizeof *known; i++)
        if (strstr(words, known[i].words))
            return explain(known[i].state, words, err);
    err_code(err, ERR_UNREACHABLE, STORE_UNREACHABLE, "The store's database cannot be reached: %s", words);
    return PG_LOST;
}
