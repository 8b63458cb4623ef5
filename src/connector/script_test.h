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

/* A server with a token endpoint (tokens "token-1", "token-2", …), a wire and an m365 that talks to it for
 * everything. Randomness is always 0, so that jitter is none. */
struct stage {
    struct script *script;
    struct wire *wire;
    struct m365 *m365;
    script_fn answer;
    void *ctx;
    struct m365_target target;
};
void stage_open(struct stage *stage, script_fn answer, void *ctx);
void stage_open_with(struct stage *stage, script_fn answer, void *ctx, struct m365_settings *settings);
void stage_close(struct stage *stage);
#define STAGE_TENANT "11111111-1111-1111-1111-111111111111"
#define TOKEN_PATH "/" STAGE_TENANT "/oauth2/v2.0/token"

#endif
