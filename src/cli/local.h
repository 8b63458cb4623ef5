/* local — how administration on this machine reaches a running server: a socket in the data directory.
 *
 * One JSON object in, one out, then the connection is closed. The server talks only to its own user and to
 * root, as the kernel names them (SO_PEERCRED); the socket's mode says the same. */
#ifndef CLI_LOCAL_H
#define CLI_LOCAL_H

#include "base/json.h"

/* Called on the socket's own thread, one request at a time; may block. Returns a new object, or NULL with err
 * set. */
typedef json_t *local_answer(void *context, const json_t *request, struct err *err);

struct local;
/* NULL with ERR_CONFIG when the socket cannot be made, or another server listens there. One that a killed
 * server left behind is replaced. */
MUST_USE struct local *local_start(const char *data_dir, local_answer *answer, void *context,
                                   struct err *err);
void local_stop(struct local *local); /* finishes the request under way; NULL is fine */

/* Asks the server of that data directory. *ret_running is false when there is none; nothing else has happened
 * then and err is not set. NULL with err set when it refused. The caller owns the answer. */
MUST_USE json_t *local_ask(const char *data_dir, const json_t *request, bool *ret_running, struct err *err);

#endif
