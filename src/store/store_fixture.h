/* store_fixture — an empty store for a test, in a folder of its own: SQLite, or PostgreSQL when
 * LASTDAY_TEST_POSTGRES holds the address of a server on which databases may be made
 * (tests/support/postgres.sh). Failing to get one ends the program. */
#ifndef STORE_STORE_FIXTURE_H
#define STORE_STORE_FIXTURE_H

#include "store/store.h"

enum { FIXTURE_URL_SIZE = 512 };

struct store_fixture {
    char directory[64];
    char url[FIXTURE_URL_SIZE];
};

void store_fixture_make(struct store_fixture *ret);
/* A SQLite store for tests that make very many and need no disk. */
void store_fixture_make_in_memory(struct store_fixture *ret);
struct store *store_fixture_open(const struct store_fixture *fixture); /* as often as wanted */
void store_fixture_remove(struct store_fixture *fixture);              /* after closing them */
/* An event of this offboarding, committed. */
MUST_USE bool add_event(struct store *store, const char *id, struct err *err);

#endif
