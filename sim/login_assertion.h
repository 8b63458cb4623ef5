/* login_assertion — is this client assertion good for this application? */
#ifndef SIM_LOGIN_ASSERTION_H
#define SIM_LOGIN_ASSERTION_H

#include "base/json.h"

struct login_problem {
    int code; /* AADSTS number; 0: no problem */
    const char *text;
};

/* audiences: the accepted "aud" values, NULL-terminated. */
struct login_problem login_assertion_check(const char *text, const json_t *app,
                                           const char *const audiences[]);

#endif
