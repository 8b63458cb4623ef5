/* api_fixture — the server over HTTP with a real store, a pretend directory (api_fake.h) and a small client,
 * for the tests of the endpoints. */
#ifndef API_API_FIXTURE_H
#define API_API_FIXTURE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "api/api_fake.h"
#include "api/server.h"
#include "store/store_fixture.h"
#include "store/tenants.h"

#define FIXTURE_APPROVE_ABOVE 30

extern struct world {
    struct store_fixture fixture;
    struct store *store;
    struct journal *journal;
    struct vault *vault;
    struct auth *auth;
    struct server *server;
    char token[80];
    char viewer[80];
    char bound[80]; /* a technician who sees the other tenant alone */
    int woken;
} world;

/* For cmocka: a server with two tenants, the account ada and three tokens. */
int world_start(void **state);
int world_stop(void **state);
/* Before the tests run. */
void world_setup(void);

struct answer {
    long status;
    char *body;
    json_t *json;
    char headers[8192];
};
void answer_done(struct answer *answer);
#define AUTO_ANSWER AUTO(answer_done)

struct ask {
    const char *method;
    const char *path;
    const char *body;
    const char *headers[6]; /* "Name: value" */
    const char *token;      /* NULL: the admin's; "" for none */
};
struct answer world_ask(const struct ask *ask);
#define ASK(...) world_ask(&(struct ask){__VA_ARGS__})

void expect_problem(const struct answer *answer, long status, const char *code);
void expect_field(const struct answer *answer, const char *pointer, const char *code);
void expect_status(const struct answer *answer, long status);

/* "If-Match: …" with the answer's ETag, good until the next call. */
const char *if_match(const struct answer *answer);
/* Follows next_cursor from page to page, two on each; path holds no query. Returns how many items came. */
size_t count_paged(const char *path);
/* Makes a token for tests; tenant NULL: all. */
void add_token(const char *role, const char *tenant, char *ret, size_t size);
/* Runs one statement on the store. */
void world_sql(const char *sql);

#define OFFBOARDINGS "/api/v1/offboardings"
#define NEW(user, more) \
    "{\"tenant\":\"contoso.example\",\"users\":[\"" user "\"],\"options\":{\"disable_sign_in\":true}" more "}"

#endif
