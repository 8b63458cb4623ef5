/* disconnected — tenants that the application cannot sign in to any more: consent, secret or certificate are
 * gone. Their offboardings wait for a person to repair that, without wearing anybody out; one of them is
 * tried now and then, and the first that gets through lets the others go on. */
#ifndef JOURNAL_DISCONNECTED_H
#define JOURNAL_DISCONNECTED_H

#include "store/store.h"

#define DISCONNECTED_TRY_MS ((int64_t)60 * 1000)

/* Notes it and tells the operator, unless it is known already. code and message as the token endpoint said.
 */
MUST_USE bool disconnected_note(struct tx *tx, const char *tenant_id, const char *code, const char *message,
                                int64_t now, struct err *err);
/* Is it noted? Then whoever asks is the one that tries; the next may after a while. */
MUST_USE bool disconnected_try(struct tx *tx, const char *tenant_id, int64_t now, bool *ret_noted,
                               struct err *err);
/* It can be signed in to again: what waited for that is due now, and a look that found otherwise is
 * forgotten. */
MUST_USE bool disconnected_mended(struct tx *tx, const char *tenant_id, int64_t now, struct err *err);

#endif
