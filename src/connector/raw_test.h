/* raw_test — a server for the tests of this folder that answers with any bytes at all, for what a proper HTTP
 * server cannot be made to send. */
#ifndef CONNECTOR_RAW_TEST_H
#define CONNECTOR_RAW_TEST_H

#include <stddef.h>

struct raw;

/* What goes over the connection after one request has been read; then it is closed. */
struct raw_answer {
    char bytes[4096];
    size_t length;     /* 0 takes the text's */
    int byte_delay_ms; /* before each byte; 0: all at once */
};

/* uri: as sent. Called from the threads of the connections, one at a time. */
typedef void (*raw_fn)(void *ctx, const char *method, const char *uri, struct raw_answer *ret);

struct raw *raw_start(raw_fn answer, void *ctx);
void raw_stop(struct raw *raw);
const char *raw_url(const struct raw *raw); /* "http://127.0.0.1:port" */

#endif
