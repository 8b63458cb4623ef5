#include "store/store_fixture.h"

#include <ftw.h>
#include <libpq-fe.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const char *server(void)
{
    const char *url = getenv("LASTDAY_TEST_POSTGRES");
    return url && *url ? url : NULL;
}

/* The server's address ends in its own database: "postgresql://…/postgres". */
static void on_server(const char *verb, const char *database, const char *options)
{
    char sql[200];
    PGconn *pg = PQconnectdb(server());
    snprintf(sql, sizeof sql, "%s DATABASE %s %s", verb, database, options);
    PGresult *result = PQexec(pg, sql);
    if (PQresultStatus(result) != PGRES_COMMAND_OK) {
        fprintf(stderr, "%s: %s\n", sql, PQerrorMessage(pg));
        abort();
    }
    PQclear(result);
    PQfinish(pg);
}

void store_fixture_make_in_memory(struct store_fixture *ret)
{
    strcpy(ret->directory, "/dev/shm/lastday-store-XXXXXX");
    if (!mkdtemp(ret->directory)) {
        store_fixture_make(ret);
        return;
    }
    strcpy(ret->url, "sqlite:test.db");
}

void store_fixture_make(struct store_fixture *ret)
{
    static int made;
    strcpy(ret->directory, "/tmp/lastday-store-XXXXXX");
    if (!mkdtemp(ret->directory))
        abort();
    strcpy(ret->url, "sqlite:test.db");
    if (!server())
        return;
    char database[60];
    snprintf(database, sizeof database, "test_%d_%d", (int)getpid(), made++);
    on_server("CREATE", database, "TEMPLATE template0 ENCODING 'UTF8'");
    snprintf(ret->url, sizeof ret->url, "%.*s/%s", (int)(strrchr(server(), '/') - server()), server(),
             database);
}

struct store *store_fixture_open(const struct store_fixture *fixture)
{
    struct err err = {0};
    struct store *store = store_open(fixture->url, fixture->directory, &err);
    if (!store) {
        fprintf(stderr, "%s\n", err.message);
        abort();
    }
    return store;
}

static int remove_one(const char *path, const struct stat *is, int kind, struct FTW *where)
{
    (void)is, (void)kind, (void)where;
    return remove(path);
}

void store_fixture_remove(struct store_fixture *fixture)
{
    if (nftw(fixture->directory, remove_one, 8, FTW_DEPTH | FTW_PHYS) != 0)
        abort();
    if (server())
        on_server("DROP", strrchr(fixture->url, '/') + 1, "WITH (FORCE)");
}

bool add_event(struct store *store, const char *id, struct err *err)
{
    AUTO_TX struct tx *tx = store_begin(store, err);
    return tx &&
           tx_exec(tx, err,
                   "INSERT INTO events(offboarding_id, at, kind, data_json) VALUES ($1, $2, 'k', '{}')",
                   P_TEXT(id), P_INT(7)) &&
           tx_commit(&tx, err);
}
