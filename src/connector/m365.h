/* m365 — how one application talks to Microsoft 365: where the services are,
 * who it is, and how patient a call is.
 *
 * Holds the tokens and the throttling state of every tenant; graph.h,
 * exchange.h and sharepoint.h make the calls. One per process. Thread-safe.
 *
 * Every call keeps to the limits of its tenant and service: it waits while the
 * service has asked us to, for what its limits let pass, and for one of the four
 * places of a mailbox; a service that does not answer is left alone for a while.
 * It repeats what may be repeated, at most five times and for 15 minutes, and
 * asks for a new token once after a 401. A request is repeated after an unknown
 * outcome only when doing it twice equals doing it once (all but POST);
 * otherwise the caller gets err.outcome_unknown and reads back first. Throttled
 * (429, 503) is an unknown outcome: the change may have been made all the same.
 * docs/upstream.md has the rules and where they come from. */
#ifndef CONNECTOR_M365_H
#define CONNECTOR_M365_H

#include "base/clock.h"
#include "base/err.h"
#include "base/json.h"
#include "base/rng.h"
#include "connector/wire.h"

struct m365;

struct m365_settings {
    const char *login_url;         /* "https://login.microsoftonline.com" */
    const char *graph_url;         /* "https://graph.microsoft.com" */
    const char *exchange_url;      /* "https://outlook.office365.com" */
    const char *sharepoint_url;    /* replaces scheme and host of every site; NULL:
                                      sites are called where they are */
    const char *graph_resource;    /* token scope without "/.default"; NULL takes
                                      https://graph.microsoft.com */
    const char *exchange_resource; /* NULL takes https://outlook.office365.com */
    struct {
        const char *tenant_id; /* the application's home tenant, where the partner
                                  user signed in */
        const char *client_id;
        const char *client_secret;        /* either this … */
        const char *certificate_file;     /* … or a certificate (PEM), used when both
                                             are there */
        const char *certificate_key_file; /* PEM; NULL: the key is in certificate_file */
        /* A partner user's: tokens are delegated ones of that user in the customer
         * tenant. NULL: the application acts by itself. */
        const char *refresh_token;
    } app;
    /* Called after each token answer that brought a new refresh token: store it,
     * the old one ends. */
    void (*on_refresh_token)(void *ctx, const char *refresh_token);
    /* For metrics, after each HTTP exchange; status 0 without an answer. service
     * is "login", "graph", "exchange" or "sharepoint". Called from the calling
     * threads. */
    void (*on_call)(void *ctx, const char *service, const char *method, int status, int64_t ms);
    void *ctx;
};

/* Copies the settings. NULL with ERR_CONFIG naming the setting that is missing
 * or wrong. wire, clock and rng must live longer. */
MUST_USE struct m365 *m365_new(const struct m365_settings *settings, struct wire *wire,
                               const struct clock *clock, const struct rng *rng, struct err *err);
void m365_free(struct m365 *m365); /* NULL is fine; no call may be under way */

#define M365_TIMEOUT_MS 8000

/* One change that a request makes, for the journal. Borrowed for the hook's call. */
struct m365_write {
    const char *what;       /* "PATCH /users/…" without the query, or a cmdlet name with its object */
    const char *task;       /* on whose behalf; NULL: nobody said */
    char hash[17];          /* tells requests apart: the same change again has the same */
    int status;             /* afterwards: HTTP status, 0 when there was no answer */
    const char *request_id; /* afterwards; never NULL */
};

/* A request that changes nothing, for the journal. Borrowed for the hook's call. */
struct m365_read {
    const char *what;       /* as of a write; of a batch all its parts, separated by commas */
    int status;             /* 0 when there was no answer */
    const char *request_id; /* never NULL */
};

/* On whose behalf a call is made. Borrowed for the call; zero-initialise what
 * you do not need. */
struct m365_target {
    const char *tenant_id;
    const char *task; /* stands in the writes of calls that do not name one themselves */
    struct cancel *cancel;
    int64_t timeout_ms; /* per HTTP request; 0 takes M365_TIMEOUT_MS */
    /* How long throttling and faults may be waited out inside the call, in all.
     * What would take longer comes back with err.retry_after_ms set (ERR_LIMIT),
     * so that the caller can come again then. */
    int64_t patience_ms;
    bool urgent;     /* lockout: asks the upstream to throttle others first */
    bool background; /* nobody waits for it: everybody else goes first, here and upstream */
    /* Before each sending of something that changes data, repeats included, with
     * all the changes of that request. False with err set: it is not sent. Nor is
     * it when timeout_ms have passed since the hook was called. */
    bool (*before_writes)(void *ctx, const struct m365_write *writes, size_t count, struct err *err);
    /* The other half: the same changes, with what became of each. */
    void (*after_writes)(void *ctx, const struct m365_write *writes, size_t count);
    /* After each sending of something that only reads; from several threads at a time. */
    void (*after_read)(void *ctx, const struct m365_read *read);
    void *ctx;
};

/* Gets a token for Graph and for Exchange: proves that the application is known
 * in the tenant. */
bool m365_connect(struct m365 *m365, const struct m365_target *target, struct err *err);
/* Did the call fail because the application cannot sign in to the tenant any
 * more (consent, secret, certificate, blocked partner)? Repeating it is useless
 * until a person has repaired that. */
bool m365_is_disconnected(const struct err *err);

/* Whether the application can sign in to a tenant, as the last answer of the
 * token endpoint said: ok until it has refused for one of those reasons, and
 * again after the next token or m365_forget. */
struct m365_connection {
    bool ok;
    char code[80];     /* "AADSTS7000222" */
    char message[800]; /* a sentence for a person */
    int64_t since;     /* Unix milliseconds of the first refusal */
};
/* True when ok. ret may be NULL. */
bool m365_connection(struct m365 *m365, const char *tenant_id, struct m365_connection *ret);

/* How many people and assigned licenses a tenant has: its limits follow from
 * that. Until it is known those of the smallest tenant count. */
void m365_tenant_size(struct m365 *m365, const char *tenant_id, size_t users, size_t licenses);

/* How Microsoft's services are doing, of one tenant or, when tenant_id is NULL,
 * of all of them. */
#define M365_SERVICES 4
struct m365_load {
    const char *service; /* "login", "graph", "exchange", "sharepoint" */
    size_t throttled;    /* lanes that wait because the service asked us to */
    size_t broken;       /* lanes whose circuit is open because it does not answer */
    size_t waiting;      /* calls that wait for these, for limits or for a place */
    int64_t wait_ms;     /* until the last of them opens */
};
void m365_load(struct m365 *m365, const char *tenant_id, struct m365_load ret[M365_SERVICES]);
size_t m365_disconnected(struct m365 *m365); /* tenants that cannot be signed in to */

/* The permissions that the application's token for a service shows, an array that the caller owns; JSON null
 * when it does not tell: a delegated token, or one that cannot be read. It is opaque by contract, so this is
 * for showing and warning alone. site_url: for SharePoint, a site of the tenant; NULL for the others. NULL
 * with err set when there is no token. */
enum m365_service { M365_GRAPH, M365_EXCHANGE, M365_SHAREPOINT };
MUST_USE json_t *m365_granted(struct m365 *m365, const struct m365_target *target, enum m365_service service,
                              const char *site_url, struct err *err);
const char *m365_home_tenant(const struct m365 *m365); /* the application's; NULL when it is not set */
bool m365_secret_only(const struct m365 *m365);        /* SharePoint then takes nothing */
/* Does it act as a partner user, with delegated tokens? */
bool m365_is_delegated(const struct m365 *m365);
/* Drops the cached tokens of the tenant and what is known of its connection, for
 * example after its consent was renewed. */
void m365_forget(struct m365 *m365, const char *tenant_id);

#endif
