/* inbox_rule — one inbox rule in Exchange's and in Graph's form; the state holds Exchange's
 * (mailbox["_rules"]).
 *
 * "RuleIdentity" is a text of digits, up to 64 bits. "_hidden" rules show with IncludeHidden only,
 * "_client_only" ones in Exchange only, "_broken" ones as a warning there and with hasError in Graph. */
#ifndef SIM_INBOX_RULE_H
#define SIM_INBOX_RULE_H

#include "sim.h"

/* Graph's id of a rule: the identity's bytes. */
#define RULE_ID_SIZE 16
char *rule_graph_id(const json_t *rule, char ret[RULE_ID_SIZE]);
/* Graph's messageRule; the caller owns it. */
json_t *rule_to_graph(const json_t *tenant, const json_t *rule);
/* Puts what the messageRule (whole, or the parts to change) says into the rule. False with the message set.
 */
bool rule_from_graph(const json_t *tenant, const json_t *body, json_t *rule, struct err *err);
/* A person as rules name one: "Bob Keep" [EX:/o=…] of the organisation, "bob@x.com" [SMTP:bob@x.com] of
 * others. The caller owns it. */
json_t *rule_person(const json_t *tenant, const char *address, const char *name);
/* Adds the rule with a new identity and gives every rule its priority; priority 0: the last. Takes the rule
 * over and returns it, borrowed. */
json_t *rule_insert(json_t *rules, json_t *rule, int64_t priority);
void rule_renumber(json_t *rules);
/* May this be named in the rule's row: "SubjectContainsWords", "ExceptIfFrom"? */
bool rule_knows(const char *name);

/* /o=ExchangeLabs/…/cn=<id without dashes>-<alias>; the caller frees it. rule_legacy_owner: the id behind
 * one, NULL. */
char *legacy_dn(const json_t *user);
const char *legacy_dn_owner(const json_t *tenant, const char *dn);

#endif
