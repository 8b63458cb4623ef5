/* sim — what every part of m365sim shares: the state, a call, and who answers it.
 *
 * The whole state is one JSON value, so that `GET·PUT /_sim/state` is that value and nothing else. The server
 * holds sim->lock around every handler; handlers never sleep (delays and faults are the server's business).
 * Times in the state are RFC 3339 texts; "now" is sim_now_ms(), which the clock control moves.
 *
 * State:
 *   { "tenants": { "<tenant guid>": TENANT }, "operations": {…} (operation.h), "token_lifetime_s": N }
 * TENANT:
 *   "id", "display_name", "default_domain", "initial_domain", "domains": ["<name>"], "federated_domains":
 * ["<name>"], "synced": true when there is a directory on the premises, "password_writeback": false when
 * resets do not reach it "customers": [{"id","tenantId","displayName","defaultDomainName"}] of a partner
 *   "apps":    [{ "client_id", "secret", "certificates": ["<x5t#S256>"], "refresh_tokens": ["…"],
 *                 "graph_roles": ["User.ReadWrite.All", …], "exchange_roles": ["Exchange.ManageAsApp"],
 *                 "sharepoint_roles": ["Sites.FullControl.All"], "directory_roles": ["Exchange
 * Administrator", …] }] an app without "certificates" entries that match accepts no assertion; "*" accepts
 * any certificate; a token keeps the roles it was issued with "skus":    [ as Graph's subscribedSku ]
 *   "users":   { "<object id>": USER }       "deleted_users": { the same }
 *   "groups":  { "<object id>": GROUP }
 *   "mailboxes": { "<object id of the user>": MAILBOX }, kept while the user is deleted
 *   "sites":   { "<object id of the user>": SITE }
 *   "service_principals", "applications", "permission_grants" (graph_apps.c), "phone_numbers"
 * (graph_phone.c), "administrative_units": {"<id>": {Graph's names, "_members"}} USER: Graph's own property
 * names (all that $select may ask for, licenses included), and beside them, never shown:
 *   "_manager": "<id>", "_password", "_passwords": [all that were set], "_password_set_at", "_methods": [as
 * Graph lists them],
 * "_default_method": "<id>",
 *   "_roles", "_eligible_roles" (graph_roles.c), "_app_roles" (graph_apps.c), "_teams" (graph_phone.c),
 *   "_pending": [{"at": "<time>", "set": {…}, "licenses": true}] for what settles later ("licenses": the
 * licences that come by group are worked out anew from the memberships) GROUP: Graph's own names, and
 * "_members": ["<id>"] of users and groups, "_owners": ["<id>"], "_roles", "_app_roles",
 *   "_recipient_permissions", "_send_on_behalf"; change members with sim_touch before and sim_member_changed
 * after MAILBOX: Exchange's own names as Get-Mailbox shows them (RecipientTypeDetails, ForwardingAddress as
 * an object id in
 *   "_forwarding_id", …), and "_size_bytes", "_archive_bytes", "_items", "_pending_type": {"at","type"},
 *   "_permissions": [{"user": "<id>", "rights": ["FullAccess"], "auto_mapping": true}],
 *   "_recipient_permissions": [{"trustee": "<id>", "rights": ["SendAs"]}], "_send_on_behalf": ["<id>"],
 *   "_rules": [as Get-InboxRule] (inbox_rule.h), "_devices": [as Get-MobileDevice, "_wipe_sent",
 * "_wipe_account_only"],
 *   "_auto_reply": {as Get-MailboxAutoReplyConfiguration}, "_events", "_cancelled_meetings" (calendar.h),
 *   "_calendar_name", "_calendar_permissions": [{"user", "rights": […], "flags"}]
 *   "_disconnected_at": "<time>" when the last Exchange licence left a user mailbox: sim_mailbox then finds
 * nothing SITE: "url", "admins": ["<id>"], "sharing": 2, "lock": "Unlock", "_people": ["<id>"], "_site_id",
 * "_web_id", "_drive_id",
 *   "_used_bytes", "_quota_bytes"
 * The indexes "_upns" and "_addresses" of a tenant (lower case -> object id) are made by sim_index and left
 * out by
 * `/_sim/state`. USER and GROUP keep "_changed" (ms) and, while reads still see the old value, "_stale". */
#ifndef SIM_SIM_H
#define SIM_SIM_H

#include <pthread.h>

#include "base/clock.h"
#include "base/json.h"

/* Where the contract says "unverified": reality may go either way, and so may the simulator. */
enum variant {
#define VARIANT(name, on, what) VARIANT_##name,
#include "variants.def"
#undef VARIANT
    VARIANT_COUNT
};

struct sim {
    pthread_mutex_t lock; /* state and everything below */
    json_t *state;
    int64_t clock_offset_ms;
    int64_t consistency_ms;      /* how long a write stays unseen by reads; 0: at once */
    int64_t conversion_ms;       /* how long a mailbox conversion takes */
    int64_t settle_ms;           /* how long a group-licence change takes to settle */
    int64_t operation_ms;        /* how long a long-running operation takes */
    int64_t due_ms;              /* when the next thing settles; see sim_due */
    bool flipped[VARIANT_COUNT]; /* variants that are not as they are by default */
    json_t *touched;             /* tenants called since they were seeded: object of id -> true */
    /* further members belong to server.c, seed.c and control.c */
    struct sim_server *server;
};

int64_t sim_now_ms(const struct sim *sim);
/* Now as the directory writes times: to the second, "2026-08-01T10:00:00Z"; returns text. */
char *sim_now_text(const struct sim *sim, char text[TIME_TEXT_SIZE]);
/* Something settles at this time: sim_settle looks no later than that. */
void sim_due(struct sim *sim, int64_t at_ms);
/* Which of the two ways the contract leaves open is played (variants.def). */
bool sim_variant(const struct sim *sim, enum variant variant);

/* One request to one service. Filled by the server; `path` begins after the service prefix ("/v1.0/users/…").
 */
struct sim_call {
    const char *method;
    const char *path;     /* percent-encoded as it came, without the query */
    const char *query;    /* as it came, "" when there was none */
    const char *base_url; /* of this service, as the caller addressed it: "http://127.0.0.1:9090/graph" */
    const char *body;     /* NUL-terminated */
    size_t body_length;
    json_t *json; /* the parsed body; NULL when it is empty or not JSON */
    const char *(*header)(const struct sim_call *call, const char *name); /* NULL when missing; any case */
    void *header_ctx;
    /* The answer. A handler sets status and one of reply (taken over) and text (freed by the server). */
    int status;
    json_t *reply;
    char *text;
    const char *content_type; /* default application/json */
    char fault_type[80];      /* the content type of a fault, which may be gone when it is sent */
    json_t *reply_headers;    /* object of texts; created by the server */
    char request_id[37];      /* set by the server, sent as request-id */
    const char *service;      /* "graph" */
    bool part;                /* of a batch */
    char tenant[64];          /* the one it is about, as the call itself says; "" when it does not */
    char counted_for[96];     /* whose quota it uses: the service and the tenant */
    bool undocumented;        /* the contract does not describe this call; shown in the request log */
    json_t *items;    /* of a batch, for the request log: [{id, method, path, status}]; freed by the server */
    int64_t delay_ms; /* the server waits this long, without the lock, before it answers */
    bool drop;        /* the server closes the connection instead of answering */
    bool cut;         /* the connection is closed in the middle of the answer */
    json_t *afterwards; /* rule of a fault that answers in place of the handler once it has run */
};

/* One per service; told apart by the first path segment: /login /graph /exchange /sharepoint /sink. */
void login_handle(struct sim *sim, struct sim_call *call);
void graph_handle(struct sim *sim, struct sim_call *call);
void exchange_handle(struct sim *sim, struct sim_call *call);
void sharepoint_handle(struct sim *sim, struct sim_call *call);
void sink_handle(struct sim *sim, struct sim_call *call); /* sink.h */

/* Who is calling, from the bearer token; made by login.c and checked by every service. */
struct sim_caller {
    json_t *tenant;      /* borrowed */
    const json_t *app;   /* borrowed */
    const json_t *roles; /* permissions in the token, array of texts; borrowed until sim_caller_done */
    json_t *claims;
    bool certificate; /* appidacr 2 */
    bool delegated;
};
/* resource: "graph", "exchange" or "sharepoint". False when the token is missing, expired, broken or for
 * another; *ret_why is then Graph's message. */
bool login_check(struct sim *sim, const struct sim_call *call, const char *resource, struct sim_caller *ret,
                 const char **ret_why);
void sim_caller_done(struct sim_caller *caller);
bool sim_caller_may(const struct sim_caller *caller, const char *const any_of[]); /* NULL-terminated */

/* Look-ups; borrowed, NULL when there is none. user_find takes an object id or a user principal name. */
json_t *sim_tenant(const struct sim *sim, const char *id_or_domain);
json_t *sim_user(const json_t *tenant, const char *id_or_upn);
json_t *sim_mailbox(const json_t *tenant, const char *id_or_address);
/* Object id of the user whose mailbox has this address; borrowed, NULL. */
const char *sim_address_owner(const json_t *tenant, const char *address);
/* Applies what was due ("_pending", "_pending_type") before a read; called by the server before each handler.
 */
void sim_settle(struct sim *sim);

/* Makes the indexes of every tenant, after the state was replaced, or of one. sim_index_user: after one user
 * or mailbox changed its names. */
void sim_index(struct sim *sim);
void sim_index_tenant(json_t *tenant);
void sim_index_user(json_t *tenant, const char *id);
/* The tenant is no longer as it was seeded. */
void sim_touched(struct sim *sim, const json_t *tenant);

/* Eventual consistency. sim_touch before a user or group changes: reads see the value of now for
 * consistency_ms. sim_view is what a read sees: the object itself or its old value; borrowed. */
void sim_touch(struct sim *sim, json_t *object);
const json_t *sim_view(const struct sim *sim, const json_t *object);
/* After a member came to or left a group: licences that come by the group settle later. */
void sim_member_changed(struct sim *sim, json_t *tenant, const json_t *group, const char *user_id);

/* One item of a batch on its way (item->service, method, path, json set): faults and quotas of /_sim, the
 * handler, the request log of the batch. */
struct sim_item {
    struct sim_call *outer;
    struct sim_call *call;
    const char *id;
    const char *cmdlet; /* NULL outside Exchange */
};
void sim_item_run(struct sim *sim, const struct sim_item *item,
                  void (*handle)(void *ctx, struct sim_call *call), void *ctx);

/* Index of a text in an array of texts, ASCII case-insensitive; -1 when it is not there. */
ptrdiff_t sim_text_index(const json_t *array, const char *text);

/* Fills the answer with a Graph error envelope and the status. */
void graph_fail(struct sim_call *call, int status, const char *code, const char *format, ...)
    __attribute__((format(printf, 4, 5)));

#endif
