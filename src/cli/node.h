/* node — one whole server in this process: store, vault, accounts, connectors, engine, HTTP, local socket.
 *
 * `serve` and `demo` start one; everything in it is stopped in the opposite order. */
#ifndef CLI_NODE_H
#define CLI_NODE_H

#include "auth/auth.h"
#include "config/config.h"

struct node;

/* NULL with err set: one sentence that names what is missing, taken or unreachable. Block the
 * signals that the process waits for before (signals.h). config must outlive the node. */
MUST_USE struct node *node_start(const struct config *config, struct err *err);
/* Takes no new work, finishes the calls under way, closes the store. NULL is fine. */
void node_stop(struct node *node);

const char *node_url(const struct node *node); /* where people reach it, without a slash at the end */
struct auth *node_auth(struct node *node);
struct store *node_store(struct node *node);

#endif
