/* people — the users that a request names, and what is true about them: pre-flight of one user.
 *
 * Shared by the preflight endpoint, which shows it, and by a new offboarding, which is judged by it. */
#ifndef API_PEOPLE_H
#define API_PEOPLE_H

#include "api/call.h"
#include "store/tenants.h"

/* A user by object id or user principal name, in the directory's form; the caller owns it. NULL with err set:
 * ERR_NOT_FOUND (code unknown_user), or why the directory cannot be asked. */
MUST_USE json_t *people_find(struct call *call, const char *tenant_id, const char *id_or_upn,
                             struct err *err);

/* One user of a request. */
struct leaver {
    const char *reference; /* as in the request */
    const char *pointer;   /* where it stands there */
    json_t *user;          /* {"id", "user_principal_name", "display_name"}; NULL while not found */
    json_t *elsewhere;     /* where the permission index has seen the user */
    json_t *facts;
    json_t *warnings;
    const char *open_offboarding; /* id of an unfinished one; NULL */
    struct err err;               /* why user or facts are missing */
};
void leaver_done(struct leaver *leaver);

/* What all users of a request share. */
struct leaving {
    struct call *call;
    const struct tenant *tenant;
    const json_t *options;      /* checked */
    const json_t *options_from; /* choice.h; NULL at pre-flight */
    struct leaver *leavers;
    size_t count;
};

/* Reads users and facts, several users at a time. False with err set when something upstream or the store
 * failed; users that do not exist are noted in call->input. */
MUST_USE bool leaving_read(struct leaving *leaving, struct err *err);
/* Notes in call->input the persons that options name and do not exist, or who are the leaver; works out the
 * warnings of each user. */
MUST_USE bool leaving_judge(struct leaving *leaving, struct err *err);

/* What a plan for this user rests on and later runs need: the people the options name by object id, and
 * whether the password is kept elsewhere. A new object. */
json_t *leaver_context(const struct leaver *leaver);

#endif
