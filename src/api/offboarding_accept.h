/* offboarding_accept — how every change of an offboarding's course ends. */
#ifndef API_OFFBOARDING_ACCEPT_H
#define API_OFFBOARDING_ACCEPT_H

#include "api/call.h"
#include "journal/offboardings.h"

/* Commits, wakes the engine, and answers with the offboarding as it is now. */
MUST_USE bool offboarding_accept(struct call *call, struct tx **tx, const char *id, int status,
                                 struct err *err);

#endif
