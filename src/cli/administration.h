/* administration — what `lastday admin` asks for, done by a running server or, when none runs, by the
 * command. */
#ifndef CLI_ADMINISTRATION_H
#define CLI_ADMINISTRATION_H

#include "auth/auth.h"
#include "cli/local.h"

/* A local_answer; the context is a struct auth. Requests:
 *   {"do": "user-add", "username", "role", "password"} → {}
 *   {"do": "token-create", "name", "role", "tenants": [...] or null} → {"token"} */
json_t *administration_answer(void *auth, const json_t *request, struct err *err);

/* A password that people can copy: 24 characters. Lives in the arena. */
const char *administration_password(struct arena *arena);

#endif
