/* tenants — the tenants that we work for, with their default options and policy. */
#ifndef STORE_TENANTS_H
#define STORE_TENANTS_H

#include "store/store.h"

/* What tenant_find fills: texts live in its arena; tenant_done frees defaults. */
struct tenant {
    const char *id; /* the directory's GUID, lower case */
    const char *default_domain;
    const char *display_name;
    json_t *defaults; /* object: options, protected_users, …; for an insert NULL is {} */
    int64_t created_at;
    int64_t version; /* grows with each change; the ETag */
};
void tenant_done(struct tenant *tenant); /* NULL and zeroed are fine; may be called twice */
#define AUTO_TENANT AUTO(tenant_done)

/* version is not read. ERR_CONFLICT (code tenant_exists) when id or default domain is taken. */
MUST_USE bool tenant_insert(struct tx *tx, const struct tenant *tenant, struct err *err);
/* By id or default domain, without regard to case. ERR_NOT_FOUND (code unknown_tenant). */
MUST_USE bool tenant_find(struct tx *tx, struct arena *arena, const char *id_or_domain, struct tenant *ret,
                          struct err *err);

struct tenant_query {
    const char *search; /* any part of name, domain or id, Unicode-aware; NULL or "": all */
    const json_t *only; /* array of ids: no others (principal.tenants); NULL: all */
    size_t limit;       /* at least 1 */
    const char *after;  /* cursor of the page before; NULL: from the first */
};
/* By display name. *ret_items is a new array of {id, default_domain, display_name, created_at}, the caller's;
 * *ret_next is the cursor of the next page, in the arena, NULL on the last. ERR_INPUT (code bad_cursor). */
MUST_USE bool tenant_list(struct tx *tx, struct arena *arena, const struct tenant_query *query,
                          json_t **ret_items, const char **ret_next, struct err *err);
/* Keeps nothing of defaults. expected_version 0: whatever it is. ERR_PRECONDITION when it is another,
 * ERR_NOT_FOUND (code unknown_tenant). */
MUST_USE bool tenant_set_defaults(struct tx *tx, const char *id, const json_t *defaults,
                                  int64_t expected_version, struct err *err);
/* Its offboardings stay as history. ERR_NOT_FOUND (code unknown_tenant). */
MUST_USE bool tenant_delete(struct tx *tx, const char *id, struct err *err);

#endif
