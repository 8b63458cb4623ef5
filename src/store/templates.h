/* templates — named sets of options, for every tenant or for one. */
#ifndef STORE_TEMPLATES_H
#define STORE_TEMPLATES_H

#include "store/store.h"

/* Texts live in the arena of the call that filled it; template_done frees options. */
struct template
{
    const char *id;
    const char *tenant_id; /* NULL: for every tenant */
    const char *name;
    const char *description; /* NULL when there is none */
    json_t *options; /* as they were checked when it was written: the catalogue may have changed since */
    int64_t created_at;
    const char *created_by;
    int64_t changed_at;
    const char *changed_by;
    int64_t version; /* grows with each change; the ETag */
};
void template_done(struct template *template); /* zeroed is fine; may be called twice */
#define AUTO_TEMPLATE AUTO(template_done)

/* changed_… and version are not read. ERR_CONFLICT (code template_exists) when the tenant, or all, have one
 * of that name, upper and lower case alike. */
MUST_USE bool template_insert(struct tx *tx, const struct template *template, struct err *err);
/* ERR_NOT_FOUND (code unknown_template). */
MUST_USE bool template_find(struct tx *tx, struct arena *arena, const char *id, struct template *ret,
                            struct err *err);
/* By id or name, among those that this tenant may use: its own before the ones for all. ERR_NOT_FOUND. */
MUST_USE bool template_named(struct tx *tx, struct arena *arena, const char *tenant_id,
                             const char *id_or_name, struct template *ret, struct err *err);
/* Writes tenant, name, description and options over those of the id, if its version is still
 * template->version; by whom and when is changed_by and changed_at. ERR_PRECONDITION, ERR_CONFLICT as insert.
 */
MUST_USE bool template_update(struct tx *tx, const struct template *template, struct err *err);
MUST_USE bool template_delete(struct tx *tx, const char *id, struct err *err);
/* Those of one tenant. */
MUST_USE bool template_delete_of(struct tx *tx, const char *tenant_id, struct err *err);

struct template_query {
    const char *search;    /* part of name or description; NULL: all */
    const char *tenant_id; /* what this tenant may use; NULL: any */
    const json_t *only;    /* array of tenant ids: of those, and the ones for all; NULL: all */
    const char *after;     /* id of the last one seen; NULL: from the first */
    size_t limit;
};
/* By name: fills ret[limit], each to be given to template_done. The count, -1 with err set. */
ptrdiff_t template_list(struct tx *tx, struct arena *arena, const struct template_query *query,
                        struct template *ret, struct err *err);

#endif
