/* once — Idempotency-Key on our endpoints (draft-ietf-httpapi-idempotency-key-header-07): the same key with
 * the same request is done once and answered the same. */
#ifndef API_ONCE_H
#define API_ONCE_H

#include "api/call.h"

/* The key as sent, quoted (a structured-field string) or bare; in the arena. *ret_key NULL: none was sent.
 * ERR_MALFORMED for an empty one, one over 200 characters or with others than printable ASCII. */
MUST_USE bool once_key(const char *header, struct arena *arena, const char **ret_key, struct err *err);

/* Claims the request's key, if it has one. *ret_replayed: the answer of the first is in call->reply already.
 */
MUST_USE bool once_begin(struct call *call, bool *ret_replayed, struct err *err);
/* Keeps the answer, in the transaction of the work: a crash leaves both or neither, and so does another
 * request that has taken over the key. Only a handler whose work does no harm when it is done again may leave
 * it out; its answer is kept after it returned. */
MUST_USE bool once_finish(struct call *call, struct tx *tx, int status, const json_t *response,
                          struct err *err);
/* The same, and commits. */
MUST_USE bool once_commit(struct call *call, struct tx **tx, int status, const json_t *response,
                          struct err *err);
/* After the handler, or after once_begin failed: keeps the answer, or frees the key when there is none to
 * keep. */
void once_end(struct call *call, bool succeeded);

#endif
