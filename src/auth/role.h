/* role — roles, what each permits, and the one who asks. Pure; thread-safe. */
#ifndef AUTH_ROLE_H
#define AUTH_ROLE_H

#include "base/json.h"

/* bit, name in the API: what it permits */
#define PERMISSIONS(X)                                                   \
    X(READ, 1, "read")       /* look at everything but administration */ \
    X(OPERATE, 2, "operate") /* start, change and cancel offboardings */ \
    X(APPROVE, 4, "approve") /* lift blockers, approve deletions */      \
    X(ADMIN, 8, "admin")     /* tenants, settings, accounts, tokens */

enum permission {
#define X(name, bit, text) PERMISSION_##name = (bit),
    PERMISSIONS(X)
#undef X
};

#define ROLE_NAMES "viewer, technician, approver or admin"

/* The permissions of a role as bits; 0 for an unknown role. NULL is unknown. */
unsigned role_permissions(const char *role);

enum principal_kind { PRINCIPAL_ACCOUNT, PRINCIPAL_TOKEN };

/* Who asks. Texts live in the arena of the call that filled it; tenants is owned (principal_done). */
struct principal {
    enum principal_kind kind;
    const char *id;       /* UUID of the account or token */
    const char *name;     /* the username, or the token's name */
    const char *role;     /* viewer, technician, approver or admin */
    json_t *tenants;      /* array of the tenant ids that it sees; NULL: all */
    unsigned permissions; /* bits of enum permission */
};
void principal_done(struct principal *principal); /* NULL and zeroed are fine; may be called twice */
#define AUTO_PRINCIPAL AUTO(principal_done)

const char *principal_kind_name(enum principal_kind kind); /* "account" or "token" */
bool principal_may(const struct principal *principal, enum permission permission);
bool principal_sees(const struct principal *principal, const char *tenant_id);
/* A new array of permission names, for GET /me; the caller frees it. */
json_t *principal_permission_names(const struct principal *principal);

#endif
