/* open_fixture — an empty store that is open while a test runs. */
#ifndef STORE_OPEN_FIXTURE_H
#define STORE_OPEN_FIXTURE_H

#include "store/store_fixture.h"

extern struct store_fixture fixture;
extern struct store *store;

/* For cmocka: as setup and teardown, or called by those of a test that needs more. */
int open_fixture_make(void **state);
int open_fixture_remove(void **state);

#endif
