/* logbook — who did what, through the API or the command line: for administrators and auditors.
 *
 * Append-only: rows are added in the transaction of what they tell of, and there is no function that changes
 * or removes one. What happens to a leaver's account is the journal's business; here stands who asked for it.
 */
#ifndef STORE_LOGBOOK_H
#define STORE_LOGBOOK_H

#include "store/store.h"

enum logbook_what {
#define LOGBOOK(id, ...) LOGBOOK_##id,
#include "store/logbook.def"
#undef LOGBOOK
    LOGBOOK_COUNT
};
const char *logbook_name(enum logbook_what what);
enum logbook_what logbook_parse(const char *name); /* LOGBOOK_COUNT when unknown */

/* Who did it, and from where. */
struct logbook_by {
    const char *kind;       /* "account", "token", "local" (`lastday admin`), or "nobody" (did not get in) */
    const char *id;         /* of the account or token; NULL */
    const char *name;       /* never NULL */
    const char *request_id; /* NULL when it was no request */
    const char *client;     /* address; NULL when there is none */
};

struct logbook_entry {
    enum logbook_what what;
    const char *tenant_id; /* NULL when it concerns no tenant, or all */
    const char *object_id; /* what it was done to; NULL */
    const char *object;    /* its name as people know it; NULL */
    const json_t *details; /* an object without secrets; NULL */
};

MUST_USE bool logbook_add(struct tx *tx, const struct logbook_by *by, const struct logbook_entry *entry,
                          int64_t now, struct err *err);

struct logbook_filter {
    uint64_t what;         /* bit n: enum logbook_what n; 0: everything */
    const char *actor;     /* the whole name, upper and lower case alike; NULL: anybody */
    const char *tenant_id; /* NULL: any */
    const char *text;      /* part of actor, object, client or request id; NULL: any */
    const json_t
        *only_tenants; /* array of ids the asker may see, and nothing that is no tenant's; NULL: all */
    int64_t from, to;  /* at; 0: open */
    int64_t before_at; /* cursor: at and id of the last row seen; 0: from the newest */
    int64_t before_id;
    size_t limit;
};
/* Newest first: a new array of {id, at, what, words, actor: {kind, id, name}, tenant, object: {id, name} or
 * null, details, request_id, client}. NULL with err set. */
MUST_USE json_t *logbook_list(struct tx *tx, const struct logbook_filter *filter, struct err *err);

#endif
