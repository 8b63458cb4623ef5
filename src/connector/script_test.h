/* script_test — a small HTTP server for the tests of this folder, answered by a function of the test. */
#ifndef CONNECTOR_SCRIPT_TEST_H
#define CONNECTOR_SCRIPT_TEST_H

#include <stdbool.h>
#include <stddef.h>

#include "connector/m365.h"

struct script;

struct script_request {
    const char *method;
    const char *uri; /* as sent: path and query */
    const char *body;
    size_t body_length;
    const char *authorization; /* "" when missing */
    const char *anchor;        /* X-AnchorMailbox */
    const char *content_type;
    const char *consistency; /* ConsistencyLevel */
    const char *priority;    /* x-ms-throttle-priority */
    unsigned number;         /* 1 for the first request with this method and path (no query) */
};

/* Filled by the test; texts are copied. status 0 closes the connection without an answer. */
struct script_answer {
    int status;
    const char *header[4]; /* "Name: value" */
    char body[8192];
    size_t body_length; /* 0 takes the text's */
    size_t filler;      /* instead of body: that many spaces */
    int delay_ms;
};

typedef void (*script_fn)(void *ctx, const struct script_request *request, struct script_answer *ret);

struct script *script_start(script_fn answer, void *ctx);
void script_stop(struct script *script);
const char *script_url(const struct script *script); /* "http://127.0.0.1:port" */
unsigned script_count(struct script *script, const char *method, const char *path);

/* A clock of its own for tests: the system's, put forward by whoever waits. For one thread at a time. */
struct test_clock {
    struct clock clock; /* the first member */
    _Atomic int64_t ahead_ms;
};
void test_clock_init(struct test_clock *clock);

/* A server with a token endpoint for every tenant (tokens "token-1", "token-2", …), a wire and an m365 that
 * talks to it for everything. Randomness is always 0, so that jitter is least. */
struct stage {
    struct script *script;
    struct wire *wire;
    struct m365 *m365;
    script_fn answer;
    void *ctx;
    struct m365_target target;
    struct test_clock clock;
    bool jumps; /* m365 has that clock */
};
void stage_open(struct stage *stage, script_fn answer, void *ctx);
/* With a test_clock: what m365 waits takes no time. settings NULL: as stage_open. */
void stage_open_jumping(struct stage *stage, script_fn answer, void *ctx, struct m365_settings *settings);
void stage_open_with(struct stage *stage, script_fn answer, void *ctx, struct m365_settings *settings);
void stage_close(struct stage *stage);
int64_t stage_now(const struct stage *stage); /* monotonic, as m365 sees it */
#define STAGE_TENANT "11111111-1111-1111-1111-111111111111"
#define TOKEN_PATH "/" STAGE_TENANT "/oauth2/v2.0/token"

#endif
