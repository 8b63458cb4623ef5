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
static void put_url(char url[static FIXTURE_URL_SIZE], const char *database)
{
    const char *address = server();
    snprintf(url, FIXTURE_URL_SIZE, "%.*s/%s", (int)(strrchr(address, '/') - address), address, database);
}

static void command(const char *url, const char *sql)
{
    PGconn *pg = PQconnectdb(url);
    PGresult *result = PQexec(pg, sql);
    if (PQresultStatus(result) != PGRES_COMMAND_OK) {
        fprintf(stderr, "%s: %s\n", sql, PQerrorMessage(pg));
        abort();
    }
    PQclear(result);
    PQfinish(pg);
}

/* A database of this process that no fixture has: emptying one is quicker than making one. */
static char spare[FIXTURE_URL_SIZE];

static void take_database(char url[static FIXTURE_URL_SIZE])
{
    static int made;
    char sql[200], name[60];
    if (*spare) {
        memcpy(url, spare, sizeof spare);
        *spare = '\0';
        return;
    }
    snprintf(name, sizeof name, "test_%d_%d", (int)getpid(), made++);
    snprintf(sql, sizeof sql, "CREATE DATABASE %s TEMPLATE template0 ENCODING 'UTF8'", name);
    command(server(), sql);
    put_url(url, name);
}

static void give_database(const char url[static FIXTURE_URL_SIZE])
{
    char sql[600];
    const char *name = strrchr(url, '/') + 1;
    snprintf(
        sql, sizeof sql,
        "ALTER DATABASE %s RESET ALL; ALTER DATABASE %s CONNECTION LIMIT -1; "
        "DO $$ BEGIN PERFORM pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '%s'; END $$",
        name, name, name);
    command(server(), sql);
    command(url, "DROP SCHEMA public CASCADE; CREATE SCHEMA public");
    memcpy(spare, url, sizeof spare);
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
    strcpy(ret->directory, "/tmp/lastday-store-XXXXXX");
    if (!mkdtemp(ret->directory))
        abort();
    strcpy(ret->url, "sqlite:test.db");
    if (server())
        take_database(ret->url);
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
    if (strncmp(fixture->url, "sqlite:", 7) != 0)
        give_database(fixture->url);
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
