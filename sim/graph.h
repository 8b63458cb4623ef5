/* graph — Microsoft Graph as the contract describes it: a table of routes, one handler each. */
#ifndef SIM_GRAPH_H
#define SIM_GRAPH_H

#include "sim.h"

#define GRAPH_PARAMS 4

struct graph_route;

/* One call on its way through a handler. */
struct graph {
    struct sim *sim;
    struct sim_call *call;
    struct sim_caller caller;
    json_t *tenant;      /* borrowed */
    json_t *query;       /* decoded query options */
    const char *version; /* "v1.0" */
    const struct graph_route *route;
    char *param[GRAPH_PARAMS]; /* what stood for {} in the path */
};

struct graph_route {
    const char *method;
    const char *path;        /* {} is a parameter */
    const char *permissions; /* any one of them, parted by "|"; NULL: the handler looks itself */
    void (*handle)(struct graph *g);
    const char *denied; /* error code of a 403 where it is not Authorization_RequestDenied */
    bool undocumented;  /* works, as in reality, but the contract warns of it */
};

struct graph_expansion;

/* What $select may name and what comes without it (NULL: all that is there). Lists begin and end with a
 * space. */
struct graph_type {
    const char *name;
    const char *properties; /* NULL: any */
    const char *defaults;
    const struct graph_expansion *expansions; /* ends with a row without a name; NULL: $expand is refused */
    int64_t page;                             /* items of one answer unless $top says more or fewer; 0: 100 */
};
extern const struct graph_type graph_type_user, graph_type_group, graph_type_object, graph_type_organization,
    graph_type_domain, graph_type_sku, graph_type_any;

/* What $expand may name: find gives the object behind it (with "@odata.type" where its kind is open), which
 * the caller owns, or NULL for none. */
struct graph_expansion {
    const char *name;
    const struct graph_type *type;
    json_t *(*find)(struct graph *g, const json_t *owner);
};
json_t *graph_expand_manager(struct graph *g, const json_t *user);
extern const char graph_collections[]; /* properties that are [] and not null when nothing is there */
bool graph_lists(const char *list, const char *word);

/* One object cut to $select; tag adds "@odata.type". The caller owns it. NULL with the call failed for an
 * unknown property. */
json_t *graph_shape(struct graph *g, const struct graph_type *type, const json_t *object, const char *tag);
/* The object with "@odata.type" beside its members; the caller owns it. */
json_t *graph_tagged(const json_t *object, const char *tag);
/* Answers with one entity; the status stays. */
void graph_entity(struct graph *g, const struct graph_type *type, const json_t *object, const char *set);
/* Answers with a collection: $filter, $search, $orderby, $count, $top, paging, $select. Takes items over.
 * Each item may carry "@odata.type" itself. advanced: the rules of advanced directory queries hold. */
void graph_collection(struct graph *g, const struct graph_type *type, json_t *items, const char *set,
                      bool advanced);
void graph_no_content(struct graph *g);

/* What reads see of a user: old values for a while, assignedPlans worked out. The caller owns it. */
json_t *graph_user_view(struct graph *g, const json_t *user);
/* Soft delete, as the call that lacks /$ref does it too; false with the call failed. */
bool graph_user_delete(struct graph *g, json_t *user);

/* Look-ups that fail the call with 404 Request_ResourceNotFound. */
json_t *graph_user(struct graph *g, const char *id);
json_t *graph_group(struct graph *g, const char *id);
void graph_not_found(struct graph *g, const char *id);
void graph_denied(struct graph *g);
bool graph_may(const struct graph *g, const char *permissions); /* parted by "|" */
/* Does the application hold one of these directory roles (parted by "|")? True for delegated callers. */
bool graph_has_role(const struct graph *g, const char *roles);
/* Does the user hold a directory role, or is member or owner of a role-assignable group? */
bool graph_is_privileged(const struct graph *g, const json_t *user);
/* The object id at the end of the body's "@odata.id"; NULL with the call failed. Borrowed from the body. */
const char *graph_reference(struct graph *g);
/* The body as an object; NULL with the call failed. */
json_t *graph_body(struct graph *g);
/* A member of the body that must be a text; NULL with the call failed. */
const char *graph_body_text(struct graph *g, const json_t *body, const char *name);
/* The mailbox of the user in the path; NULL with the call failed: MailboxNotEnabledForRESTAPI when it has
 * none. */
json_t *graph_mailbox(struct graph *g, const char *user);
/* The tenant has a product with this service plan (Entra ID P1: AAD_PREMIUM). */
bool graph_has_plan(const struct graph *g, const char *plan_name);
/* Answers 202 with the address of an operation below `path`. */
void graph_accepted(struct graph *g, const char *path, const char *operation_id);
/* The object id of a directory role, which is not its template's. */
const char *graph_role_object_id(const char *template_id, char ret[37]);
/* graph_mail.c: mailboxSettings of a mailbox; the caller owns it. */
json_t *graph_mailbox_settings(const json_t *mailbox);

/* Routes of each file; the list ends with a row without a method. */
#define GRAPH_ROUTES(X) \
    X(users)            \
    X(deleted)          \
    X(methods)          \
    X(members) X(groups) X(roles) X(apps) X(licenses) X(mail) X(rules) X(calendar) X(phone) X(directory)
#define X(name) extern const struct graph_route graph_routes_##name[];
GRAPH_ROUTES(X)
#undef X

void graph_batch(struct graph *g);
/* Answers one call; handlers and batch items come here. */
void graph_dispatch(struct graph *g);

#endif
