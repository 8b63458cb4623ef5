/* problem — refusals as RFC 9457 problem+json, the same shape for every endpoint.
 *
 * `type` is "/problems/<code of the kind>", stable; `code` may say more precisely what happened. */
#ifndef API_PROBLEM_H
#define API_PROBLEM_H

#include "api/http.h"
#include "base/err.h"
#include "base/json.h"

/* Fills reply with the problem that err describes. errors: an array of {pointer, code, message}, borrowed,
 * or NULL. What went wrong inside (ERR_INTERNAL, ERR_CONFIG) is told to the log, not to the client: the
 * caller logs err. request_id may be NULL. */
void problem_reply(struct reply *reply, struct arena *arena, const struct err *err, const json_t *errors,
                   const char *request_id);

/* Appends one {pointer, code, message} to the array. */
void problem_field(json_t *errors, const char *pointer, const char *code, const char *message);

/* "/users/0" + "a/b" → "/users/0/a~1b" (RFC 6901). */
char *pointer_join(struct arena *arena, const char *pointer, const char *name);
char *pointer_at(struct arena *arena, const char *pointer, size_t index);

#endif
