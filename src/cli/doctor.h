/* doctor — is everything there that offboarding needs? Used by the command and by a running server on its
 * behalf. */
#ifndef CLI_DOCTOR_H
#define CLI_DOCTOR_H

#include "config/config.h"
#include "connector/m365.h"
#include "store/store.h"

/* A new array of {"name", "ok", "message"}, one per check. store is open; m365 and wire may be NULL, then
 * what needs them is left out. */
json_t *doctor_examine(const struct config *config, struct store *store, struct wire *wire,
                       struct m365 *m365);

#endif
