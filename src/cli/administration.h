/* administration — what `lastday admin` asks for, done by a running server or, when none runs, by the
 * command. */
#ifndef CLI_ADMINISTRATION_H
#define CLI_ADMINISTRATION_H

#include "auth/auth.h"
#include "cli/local.h"

/* A local_answer; the context is a struct auth. Requests:
 *   {"do": "user-add", "by", "username", "role", "password"} → {}
 *   {"do": "token-create", "by", "name", "role", "tenants": [...] or null} → {"token"}
 * "by" is who asks, for the logbook. */
json_t *administration_answer(void *auth, const json_t *request, struct err *err);

/* "by" of a request. */
struct logbook_by administration_by(const json_t *request);
/* Who runs this command. Lives in the arena. */
const char *administration_user(struct arena *arena);
/* A password that people can copy: 24 characters. Lives in the arena. */
const char *administration_password(struct arena *arena);

#endif
