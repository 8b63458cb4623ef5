/* token — access tokens of the application, cached per (tenant, resource). Thread-safe.
 *
 * However many callers need the same one, it is asked for once. It is renewed five minutes before its end (or
 * at half of a shorter life); while that fails the old one serves to its end. A refusal for good is kept for
 * five seconds, so that a tenant that is gone costs one request, not one per task.
 *
 * Errors carry code "AADSTS<number>": what an administrator must mend in the application or its settings is
 * ERR_CONFIG, missing consent and what a policy or the partner user's sign-in forbids ERR_REFUSED, and what
 * passes by itself ERR_UPSTREAM or ERR_LIMIT. Texts never hold a secret or a token. */
#ifndef CONNECTOR_TOKEN_H
#define CONNECTOR_TOKEN_H

#include "connector/m365.h"

struct token_slot;

/* token_free frees it. NULL with err. */
MUST_USE char *token_get(struct m365 *m365, const struct m365_target *target, const char *resource,
                         struct err *err);
void token_free(char *token); /* wipes it; NULL is fine */
/* A service answered 401 to this very token: it is not used again. A newer one in the cache stays. */
void token_refuse(struct m365 *m365, const char *tenant_id, const char *resource, const char *token);
/* Forgets what is kept of the tenant: refusals alone, or the tokens too. */
void token_forget(struct m365 *m365, const char *tenant_id, bool tokens_too);
void token_slots_free(struct token_slot *slots);

#endif
