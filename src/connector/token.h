/* token — access tokens, cached per (tenant, resource) (private to connector/;
 * contract/identity.md).
 *
 * Many callers that need the same token cause one request. No token and no
 * secret ever appears in an err. Refusals carry err.code "AADSTS7000215" and
 * ERR_CONFIG when a person must repair something. Thread-safe. */
#ifndef CONNECTOR_TOKEN_H
#define CONNECTOR_TOKEN_H

#include "connector/m365.h"

struct tokens;

/* NULL with ERR_CONFIG. m365 is used for sending and must live longer. */
MUST_USE struct tokens *tokens_new(struct m365 *m365, const struct m365_settings *settings, struct err *err);
void tokens_free(struct tokens *tokens);

/* "Authorization: Bearer …"; free with token_header_free. NULL with err set. */
MUST_USE char *token_header(struct tokens *tokens, const struct m365_target *target, const char *resource,
                            struct err *err);
void token_header_free(char **header);

/* The same for one request. Zero-initialise; token_use_done frees. */
struct token_use {
    char *header;
    uint64_t serial; /* tells it from the ones before and after */
    bool fetched;    /* it was waited for */
};
/* once: the token endpoint is asked at most once, and not waited for when it refuses. */
bool token_take(struct tokens *tokens, const struct m365_target *target, const char *resource, bool once,
                struct token_use *ret, struct err *err);
void token_use_done(struct token_use *use);
/* The token with that serial was refused: the next caller gets a new one, asked for with the claims that the
 * answer's WWW-Authenticate demands (continuous access evaluation), if any. */
void token_refused(struct tokens *tokens, const char *tenant_id, const char *resource, uint64_t serial,
                   const struct wire_reply *answer);

struct connections *tokens_connections(const struct tokens *tokens); /* borrowed */
/* Drops the tokens of the tenant, and what is known of its connection. */
void tokens_forget(struct tokens *tokens, const char *tenant_id);
bool tokens_delegated(const struct tokens *tokens);   /* of a partner user */
bool tokens_secret_only(const struct tokens *tokens); /* application tokens by a client secret */

#endif
