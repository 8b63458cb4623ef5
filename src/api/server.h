/* server — Lastday's HTTP server: REST, live events, the web client, probes and metrics. */
#ifndef API_SERVER_H
#define API_SERVER_H

#include "access/scanner.h"
#include "api/metrics.h"
#include "auth/auth.h"
#include "auth/oidc.h"
#include "connector/directory.h"
#include "journal/journal.h"
#include "notify/parts.h"
#include "store/nodes.h"
#include "vault/vault.h"

struct server_settings {
    const char *listen;                 /* "127.0.0.1:8080"; port 0 takes any free one */
    const char *public_url;             /* where people reach us; NULL or "": made from listen */
    const char *tls_certificate;        /* PEM file; both NULL or "": plain HTTP */
    const char *tls_key;                /* PEM file */
    const char *const *trusted_proxies; /* addresses, NULL ends; NULL: none */
    int workers;                        /* threads that answer; 0 takes 16 */
    bool probes_only;                   /* serves /healthz, /readyz and /metrics and nothing else */
    const struct clock *clock;
    const struct rng *rng;
};

/* What the handlers work with; everything must outlive the server. */
struct api_context {
    struct store *store;
    struct journal *journal;
    struct vault *vault;
    struct auth *auth;
    struct oidc *oidc; /* NULL: local accounts alone */
    struct directory *directory;
    struct m365 *m365;
    struct metrics *metrics;        /* NULL: the server has its own */
    void (*wake_engine)(void *ctx); /* after something became due; may be NULL */
    /* Facts of a user read for a new offboarding about to start; before the wake-up. May be NULL. */
    void (*offer_facts)(void *ctx, const char *offboarding_id, json_t *facts);
    void *wake_ctx;                    /* of both */
    const struct notify_parts *notify; /* public_url may come later; NULL: nothing notifies */
    bool indexed;                      /* somebody keeps the permission index */
    size_t approve_above;              /* a request for more users awaits a second person; 0: never */
    const struct scanner *scanner;     /* for its counts; NULL: this process keeps no index */
    const struct node_self *self;      /* this process in the list of nodes */
    const struct clock *clock;
    const struct rng *rng;
};

struct server;
/* Listens from now on, lives, and is not ready: every other request is refused until server_serve. NULL with
 * err set: one sentence, such as that the port is taken. Keeps no setting but clock and rng. */
MUST_USE struct server *server_open(const struct server_settings *settings, struct err *err);
/* What /readyz says meanwhile: "store" and a sentence. */
void server_waits_for(struct server *server, const char *what, const struct err *why);
/* Begins to serve. Copies the context. */
void server_serve(struct server *server, const struct api_context *context);
int server_port(const struct server *server);
const char *server_url(const struct server *server); /* the public one, without a slash at the end */
/* Answers what is under way, ends the event streams, closes. NULL is fine. */
void server_stop(struct server *server);

#endif
