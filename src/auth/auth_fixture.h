/* auth_fixture — accounts in an empty store, for the tests. */
#ifndef AUTH_AUTH_FIXTURE_H
#define AUTH_AUTH_FIXTURE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "auth/auth.h"
#include "store/store_fixture.h"

#define PASSWORD "correct horse battery"

extern struct store *store;
extern struct auth *auth;
extern struct arena *arena;
extern const struct logbook_by tester;

/* Before each test: none has an account yet. */
void auth_fixture_make(const struct clock *clock);
/* For cmocka, after each test. */
int teardown(void **state);

#endif
