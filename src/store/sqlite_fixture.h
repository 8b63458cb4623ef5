/* sqlite_fixture — a SQLite store for a test, its file, and events to put there. */
#ifndef STORE_SQLITE_FIXTURE_H
#define STORE_SQLITE_FIXTURE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "store/store_fixture.h"

extern struct store_fixture fixture;

/* For cmocka: a folder without a store, and its end. */
int make(void **state);
int removed(void **state);
#define WITH_STORE(test) cmocka_unit_test_setup_teardown(test, make, removed)

struct store *open_store(void);
/* A file of the folder; good until the fourth call after. */
const char *path_of(const char *name);

/* What a query of one number says. */
int64_t number(struct store *store, const char *sql);
int64_t count_events(struct store *store);
/* For store_on_failure: counts in an int. */
void note_failure(void *arg);

/* A file in memory. */
struct copy {
    char *bytes;
    size_t length;
};
void read_copy(const char *path, struct copy *ret); /* the caller frees the bytes */
void write_copy(const struct copy *copy, const char *path);
void copy_file(const char *from, const char *to);

#endif
