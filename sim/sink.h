/* sink — the receivers of notifications, one port with Microsoft: chat webhooks, generic webhooks, PSA
 * systems and Password Pusher (contract: notifications). They check what the real ones document and refuse it
 * in their words.
 *
 * What arrived is in the state: "sinks": {"teams": [{"at", "path", "body"}], …, "halopsa": {"tickets": {…}},
 * …}, and "mail": [{"at", "tenant", "sender", "message"}] for Graph's sendMail. Credentials are these, for
 * all who try: teams        a query with sig=sim-teams-signature slack
 * /slack/services/T0000/B0000/sim-slack-secret discord      /discord/api/webhooks/4242/sim-discord-token
 *   generic, cipp  /generic/NAME, /cipp/NAME: whoever may come; with /generic-private/NAME a bearer token
 * sim-hook-token halopsa      client id sim-halo, secret sim-halo-secret; clients 12 Contoso, 13 Fabrikam
 *   connectwise  simco+sim-public:sim-private-key, clientId sim-cw-client; companies 250 Contoso, 251
 * Fabrikam autotask     code sim-at-code, user api@sim.example, secret sim-at-secret; companies 175 Contoso,
 * 176 Fabrikam pwpush       token sim-pwpush-token, user ops@sim.example */
#ifndef SIM_SINK_H
#define SIM_SINK_H

#include "sim.h"

/* The rest of the path after a prefix; NULL when it has another. */
const char *sink_under(const struct sim_call *call, const char *prefix);
/* sinks.NAME in the state, made when missing: an array of what arrived, or an object. */
json_t *sink_list(struct sim *sim, const char *name);
json_t *sink_object(struct sim *sim, const char *name);
/* Appends {at, path, body, …} to the list; the body as JSON. Returns the entry. */
json_t *sink_arrived(struct sim *sim, const struct sim_call *call, const char *name);
/* A member of a kept object, made when missing. */
json_t *sink_member(json_t *object, const char *name, json_t *(*make)(void));
/* The next number of the receiver, from first on. */
int64_t sink_next(json_t *object, int64_t first);

/* Answers. text is copied. */
void sink_text(struct sim_call *call, int status, const char *text);
void sink_json(struct sim_call *call, int status, json_t *reply);

/* UTF-16 units, which is how these services count characters. */
size_t sink_units(const char *text);
bool sink_header_is(const struct sim_call *call, const char *name, const char *value);
/* "Basic " and base64 of the text? */
bool sink_is_basic(const struct sim_call *call, const char *text);
bool sink_is_url(const char *text);

void sink_teams(struct sim *sim, struct sim_call *call);
void sink_slack(struct sim *sim, struct sim_call *call);
void sink_discord(struct sim *sim, struct sim_call *call);
void sink_generic(struct sim *sim, struct sim_call *call);
void sink_cipp(struct sim *sim, struct sim_call *call);
void sink_halopsa(struct sim *sim, struct sim_call *call);
void sink_connectwise(struct sim *sim, struct sim_call *call);
void sink_autotask(struct sim *sim, struct sim_call *call);
void sink_pwpush(struct sim *sim, struct sim_call *call);

/* A company by id or part of its name, of a table that ends with id 0. */
struct sink_company {
    int64_t id;
    const char *name;
};
bool sink_company_known(const struct sink_company *companies, int64_t id);
json_t *sink_companies(const struct sink_company *companies, const char *part, const char *name_key);

/* For Graph: a mail that was taken. */
void sink_mail(struct sim *sim, const json_t *tenant, const char *sender, const json_t *message);

#endif
