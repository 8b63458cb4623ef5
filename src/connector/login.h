/* login — one token from Microsoft's token endpoint (contract/identity.md, sections 2 to 4). Uncached:
 * callers go through token.h. */
#ifndef CONNECTOR_LOGIN_H
#define CONNECTOR_LOGIN_H

#include "connector/m365.h"
#include "connector/service.h"

struct login_token {
    char *access_token;
    int64_t life_ms;
};
void login_token_done(struct login_token *token); /* wipes it */

/* Errors as in token.h. */
bool login_token(struct m365 *m365, const struct m365_target *target, const char *resource,
                 struct login_token *ret, struct err *err);
/* Fills err from an answer of the token endpoint. */
void login_explain(const struct service_answer *answer, struct err *err);

#endif
