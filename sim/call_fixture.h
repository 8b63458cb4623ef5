/* call_fixture — for tests: a small tenant and calls made without a network. */
#ifndef SIM_CALL_FIXTURE_H
#define SIM_CALL_FIXTURE_H

#include "sim.h"

#define TENANT "11111111-1111-4111-8111-111111111111"
#define CLIENT "aaaaaaaa-0000-4000-8000-000000000001"
#define ADA "22222222-2222-4222-8222-222222222201"
#define BOB "22222222-2222-4222-8222-222222222202"
#define CYD "22222222-2222-4222-8222-222222222203" /* synchronised from the premises */
#define DAN "22222222-2222-4222-8222-222222222204" /* on-premises mailbox: a mail user here */
#define EVE "22222222-2222-4222-8222-222222222205" /* shares Bob's display name */
#define LIST "33333333-3333-4333-8333-333333333301"
#define SYNCED_LIST "33333333-3333-4333-8333-333333333302"

/* A fresh simulator with that tenant; conversions take a minute, operations no time. */
struct sim *fixture_new(void);
/* The same with Contoso of the small seed instead: its cast is what tests of Graph are about. */
struct sim *fixture_seeded(void);
void fixture_free(struct sim *sim);
json_t *fixture_tenant(struct sim *sim);
json_t *fixture_user(struct sim *sim, const char *id_or_upn); /* deleted ones too */
json_t *fixture_mailbox(struct sim *sim, const char *user_id_or_address);
/* Permissions of Graph that tokens carry from now on, parted by "|"; NULL: the seed's. */
void fixture_permissions(struct sim *sim, const char *permissions);
/* The clock moves on, and what is due settles. */
void fixture_advance(struct sim *sim, int64_t ms);

/* One call and its answer; headers go to the next call only. */
struct reply {
    int status;
    json_t *json; /* NULL when the answer is not JSON */
    char *text;
    json_t *headers;
};
#define AUTO_REPLY AUTO(reply_done)
void reply_done(struct reply *reply);
void fixture_header(struct sim *sim, const char *name, const char *value);
struct reply fixture_call(struct sim *sim, const char *service, const char *method, const char *target,
                          const char *body);

/* An access token; the caller frees it. By certificate when `certificate`, else by secret. */
char *fixture_token(struct sim *sim, const char *scope, bool certificate);
/* The same of a partner's user who is signed in. */
char *fixture_user_token(struct sim *sim, const char *scope);
/* One call of Graph with a good token; target begins after the version, unless it begins with "beta/". */
struct reply fixture_graph(struct sim *sim, const char *method, const char *target, const char *body);
/* The same by a user who is signed in. */
struct reply fixture_graph_user(struct sim *sim, const char *method, const char *target, const char *body);
/* One call of /_sim; target begins with "/_sim/". */
struct reply fixture_control(struct sim *sim, const char *method, const char *target, const char *body);
/* One cmdlet with a good token; parameters is a JSON text. */
struct reply fixture_cmdlet(struct sim *sim, const char *name, const char *parameters);
/* The first row's text under key; "" when there is none. */
const char *reply_row_text(const struct reply *reply, const char *key);
/* Graph's or SharePoint's error code; "" when the call did not fail. */
const char *reply_code(const struct reply *reply);
/* The entity behind "value"[i]. */
const json_t *reply_item(const struct reply *reply, size_t i);
size_t reply_count(const struct reply *reply);
/* The exception class's last part; "" when the call did not fail. */
const char *reply_class(const struct reply *reply);

#endif
