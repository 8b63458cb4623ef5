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
    int64_t changed_at;
    const char *changed_by; /* NULL: nobody has since it was added */
    const char *health;     /* status that the last look found; NULL: nobody has looked */
    int64_t health_at;
    struct {
        const char *code, *message; /* as the token endpoint said */
        int64_t since;              /* 0: it is not */
    } disconnected;                 /* offboardings wait for a person to repair it */
};
/* {id, default_domain, display_name, created_at, changed_at, changed_by, health: {status, checked_at,
 * disconnected: {code, message, since} or null} or null}: a new value. */
json_t *tenant_json(const struct tenant *tenant);
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
/* By display name. *ret_items is a new array of what tenant_json gives, the caller's; *ret_next is the cursor
 * of the next page, in the arena, NULL on the last. ERR_INPUT (code bad_cursor). */
MUST_USE bool tenant_list(struct tx *tx, struct arena *arena, const struct tenant_query *query,
                          json_t **ret_items, const char **ret_next, struct err *err);
/* Who changes a tenant that was read, and when. */
struct tenant_change {
    int64_t expected_version; /* 0: whatever it is */
    const char *by;
    int64_t now;
};
/* Keeps nothing of defaults. ERR_PRECONDITION when the version is another, ERR_NOT_FOUND (code
 * unknown_tenant). */
MUST_USE bool tenant_set_defaults(struct tx *tx, const char *id, const json_t *defaults,
                                  const struct tenant_change *change, struct err *err);
/* The name that people see; the partner account's name does not come back. Errors as above. */
MUST_USE bool tenant_rename(struct tx *tx, const char *id, const char *display_name,
                            const struct tenant_change *change, struct err *err);
/* It is not deleted before this transaction ends. ERR_NOT_FOUND (code unknown_tenant). */
MUST_USE bool tenant_hold(struct tx *tx, const char *id, struct err *err);
/* Its offboardings and the logbook stay as history. ERR_NOT_FOUND (code unknown_tenant); ERR_CONFLICT (code
 * unfinished_offboardings) while one of it is not finished. */
MUST_USE bool tenant_delete(struct tx *tx, const char *id, struct err *err);

enum tenant_synced { TENANT_ADDED, TENANT_UPDATED, TENANT_UNCHANGED };
/* Adds the tenant, or brings its domain up to date, and its name unless somebody chose another here. reads
 * id, default_domain, display_name, created_at. ERR_CONFLICT (code domain_taken): another tenant has the
 * domain; the transaction can go on. */
MUST_USE bool tenant_sync(struct tx *tx, const struct tenant *tenant, const struct tenant_change *change,
                          enum tenant_synced *ret, struct err *err);
/* Those that an earlier sync added or updated: a new array of {id, default_domain, display_name}. */
MUST_USE json_t *tenant_synced_list(struct tx *tx, struct err *err);

/* What the last look at a tenant's token and permissions found. *ret_at 0 and JSON null: nobody has looked.
 */
MUST_USE bool tenant_health_load(struct tx *tx, const char *id, int64_t *ret_at, json_t **ret_result,
                                 struct err *err);
MUST_USE bool tenant_health_store(struct tx *tx, const char *id, const char *status, int64_t now,
                                  const json_t *result, struct err *err);

#endif
