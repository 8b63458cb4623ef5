/* journal_fixture — a journal in an empty store, and offboardings to put there, for the tests. */
#ifndef JOURNAL_JOURNAL_FIXTURE_H
#define JOURNAL_JOURNAL_FIXTURE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "journal/offboardings.h"
#include "store/open_fixture.h"

extern struct journal *journal;

/* For cmocka. */
int setup(void **state);
int teardown(void **state);

/* Inserts it and commits. bob asks for it; a batch, a name, options (disable_sign_in), a plan and warnings
 * are filled in where there are none. */
bool fixture_insert(struct offboarding o, struct err *err);

#endif
