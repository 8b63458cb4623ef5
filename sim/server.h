/* server — the HTTP side of m365sim: one thread per connection, the pipeline of a call, and what /_sim keeps.
 *
 * A call passes: latency, faults, quotas, then its service under sim->lock; its answer is written while the
 * lock is held, because replies share values with the state. */
#ifndef SIM_SERVER_H
#define SIM_SERVER_H

#include "base/rng.h"
#include "base/thread.h"
#include "sim.h"

#define SIM_SERVICES(X) X(login) X(graph) X(exchange) X(sharepoint) X(sink)

struct sim_server {
    json_t *requests;  /* the request log, oldest first */
    bool reply_bodies; /* the log keeps what was answered */
    int64_t last_request;
    int64_t last_write;    /* the last one that may have changed something */
    int64_t saved_request; /* the last one whose effect is in state_dir; -1: save in any case */
    json_t *faults;        /* rules with "hits" and "fired" */
    json_t *latency;       /* by service: number or {min_ms, max_ms} */
    json_t *limits;        /* by service: {requests, window_ms, retry_after, concurrent} */
    json_t *windows;       /* by service and tenant: {started_ms, count, in_flight} */
    char *seed;            /* what reset goes back to */
    bool seeded;           /* the state came from the seed and was not replaced since */
    char *state_dir;       /* NULL: nothing is kept */
    uint64_t dice;         /* spread of the latencies */
};

/* What the server does with a call besides or instead of its handler. */
struct sim_verdict {
    bool answered;    /* the call is filled: no handler */
    bool drop_before; /* close now */
    bool drop_after;  /* run the handler, then close */
    bool cut;         /* close in the middle of the answer */
    int64_t delay_ms;
};

struct sim_listen {
    const char *address; /* "127.0.0.1:0" */
    char *certificate;   /* PEM texts; NULL: plain HTTP */
    char *key;
};

/* Starts a listener and prints its line; the daemon runs until the process ends. False with err set. */
bool server_listen(struct sim *sim, const struct sim_listen *listen, char *ret_url, size_t size,
                   struct err *err);

/* rules.c; all with the lock held. rules_check fills the call when a fault or a quota answers it. */
struct sim_verdict rules_check(struct sim *sim, struct sim_call *call, const char *cmdlet);
void rules_done(struct sim *sim, const struct sim_call *call); /* the call has left: concurrency */
int64_t rules_latency_ms(struct sim *sim, const char *service);
/* "*" matches any run of characters; a pattern without "*" matches anywhere in the text. ASCII
 * case-insensitive. */
bool rules_match(const char *pattern, const char *text);
/* Puts the answer of a fault in place of the handler's, which has had its effect. */
void rules_afterwards(struct sim_call *call);

/* quota.c; with the lock held. Counts the call, or a part of a batch, for the tenant it was entered for; true
 * when that is too much, with the headers that say so. */
void quota_enter(struct sim *sim, struct sim_call *call);
void quota_leave(struct sim *sim, const struct sim_call *call);
bool quota_exceeded(struct sim *sim, const char *counted_for, struct sim_call *call);
void quota_clear(struct sim *sim); /* counts anew */

/* requests.c; with the lock held. The call must be finished; reply is the text of its answer; headers is
 * taken over. */
void requests_add(struct sim *sim, const struct sim_call *call, const char *reply, json_t *headers,
                  int64_t started_ms, int64_t took_ms, bool dropped);
void requests_add_item(struct sim *sim, struct sim_call *outer, const char *id, const struct sim_call *item);
/* A copy with passwords and other secrets replaced by "***". */
json_t *requests_cut(const json_t *value);

/* control.c; takes the lock itself. */
void control_handle(struct sim *sim, struct sim_call *call);
/* The state, replaced: indexes made. Takes the state over. */
void control_replace(struct sim *sim, json_t *state);
bool control_save(struct sim *sim, struct err *err); /* to state_dir; takes the lock */

#endif
