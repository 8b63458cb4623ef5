/* node — one whole server in this process: store, vault, accounts, connectors, engine, HTTP, local socket.
 *
 * `serve` and `demo` start one; everything in it is stopped in the opposite order. */
#ifndef CLI_NODE_H
#define CLI_NODE_H

#include "auth/auth.h"
#include "config/config.h"

struct node;

enum node_role {
    NODE_ALL,    /* both of the others; the only one on SQLite */
    NODE_WEB,    /* serves HTTP and runs nothing */
    NODE_WORKER, /* runs offboardings and answers nothing but probes, on the loopback address */
};

/* NULL with err set: one sentence that names what is missing, taken or unreachable, or ERR_CANCELLED when it
 * was told to stop before it had started. A PostgreSQL store that does not answer is waited for. Block the
 * signals that the process waits for before (signals.h). config must outlive the node. When the store fails
 * for good the process gets a SIGTERM. */
MUST_USE struct node *node_start(const struct config *config, enum node_role role, struct err *err);
/* The store has failed for good: what was asked for did not simply end. */
bool node_has_failed(const struct node *node);
/* Takes no new work, finishes the calls under way, closes the store. NULL is fine. */
void node_stop(struct node *node);

const char *node_url(const struct node *node); /* where people reach it, without a slash at the end */
struct auth *node_auth(struct node *node);
struct store *node_store(struct node *node);

#endif
