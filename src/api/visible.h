/* visible — finding what a path names, as far as the one who asks may see it: all else is simply not there.
 */
#ifndef API_VISIBLE_H
#define API_VISIBLE_H

#include "api/call.h"
#include "store/tenants.h"

/* By id or default domain. ERR_NOT_FOUND (code unknown_tenant) too when it is another's. tenant_done(ret). */
MUST_USE bool visible_tenant(struct call *call, const char *name, struct tenant *ret, struct err *err);
/* The same for a name that the request holds at that pointer: one that is not there is noted in call->input,
 * and ret->id stays NULL. False with err set when the store failed. */
MUST_USE bool visible_tenant_at(struct call *call, const char *name, const char *pointer, struct tenant *ret,
                                struct err *err);
/* The tenant that the query parameter `tenant` names; *ret_id NULL: none. One that is not there is noted in
 * call->input; false with err set when the store failed. */
MUST_USE bool visible_query_tenant(struct call *call, const char **ret_id, struct err *err);
/* The offboarding that the path's first parameter names; its id in canonical form. */
MUST_USE bool visible_offboarding(struct call *call, const char **ret_id, struct err *err);
/* Notes in the transaction what this call did to that offboarding. */
MUST_USE bool note_offboarding(const struct call *call, struct tx *tx, enum logbook_what what, const char *id,
                               struct err *err);

#endif
