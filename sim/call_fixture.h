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

/* A fresh simulator with that tenant; conversions take a minute. */
struct sim *fixture_new(void);
void fixture_free(struct sim *sim);
json_t *fixture_mailbox(struct sim *sim, const char *user_id);

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
/* One cmdlet with a good token; parameters is a JSON text. */
struct reply fixture_cmdlet(struct sim *sim, const char *name, const char *parameters);
/* The first row's text under key; "" when there is none. */
const char *reply_row_text(const struct reply *reply, const char *key);
/* The exception class's last part; "" when the call did not fail. */
const char *reply_class(const struct reply *reply);

#endif
