/* catalogue — what an offboarding can do, as one table (catalogue.def). The rows feed the plan, the dispatch,
 * the REST catalogue, the wizard's form, the command line and the list of tests that must exist. Constant
 * data. */
#ifndef MODEL_CATALOGUE_H
#define MODEL_CATALOGUE_H

#include <stddef.h>
#include <stdint.h>

#include "base/json.h"

enum task_id {
#define TASK(id, ...) TASK_##id,
#include "model/catalogue.def"
    TASK_COUNT
};

typedef uint32_t task_set; /* bit n is task n */
#define TASK_BIT(id) ((task_set)1 << (id))

/* name, label */
#define PHASES(X)                                 \
    X(LOCKOUT, "lockout", "Lock out")             \
    X(MAILBOX, "mailbox", "Mailbox and calendar") \
    X(ACCESS, "access", "Groups and access")      \
    X(DATA, "data", "Hand over data")             \
    X(LICENSES, "licenses", "Licenses")           \
    X(ACCOUNT, "account", "Account")

enum phase {
#define X(id, ...) PHASE_##id,
    PHASES(X)
#undef X
        PHASE_COUNT
};

enum task_kind { TASK_KIND_PLAIN, TASK_KIND_UNDO, TASK_KIND_UNDO_30_DAYS, TASK_KIND_DESTRUCTIVE };
enum task_unit { UNIT_LOCKOUT, UNIT_CLOUD, UNIT_SITE };
enum task_subject { SUBJECT_ACCOUNT, SUBJECT_MAILBOX, SUBJECT_ONEDRIVE };
/* Which way a task goes. */
enum direction { DIRECTION_DO, DIRECTION_UNDO };
/* Whose permission it is: which token shows it. */
enum resource { RESOURCE_GRAPH, RESOURCE_EXCHANGE, RESOURCE_SHAREPOINT, RESOURCE_COUNT };

/* type, name in the REST catalogue */
#define PARAM_TYPES(X)    \
    X(USER, "user")       \
    X(USERS, "users")     \
    X(HTML, "html")       \
    X(BOOLEAN, "boolean") \
    X(AUDIENCE, "choice") \
    X(GROUP, "group")

enum param_type {
#define X(id, ...) PARAM_##id,
    PARAM_TYPES(X)
#undef X
        PARAM_TYPE_COUNT
};

struct param {
    enum task_id task;
    const char *id;
    enum param_type type;
    bool required;
    const char *fallback; /* JSON, NULL when there is none */
    const char *label;
    const char *help;
};

struct task_info {
    const char *id;
    const char *label;
    const char *help;
    enum phase phase;
    task_set after;
    task_set needs;
    enum task_kind kind;
    enum task_unit unit;
    enum task_subject subject;
};

/* A permission of the application that a task needs. */
struct app_permission {
    enum task_id task;
    enum resource resource;
    const char *any; /* "A|B": any one of them */
};

const struct task_info *task_info(enum task_id id);
/* TASK_COUNT when there is no such task. */
enum task_id task_by_name(const char *name);
/* The parameters of one task in table order; count comes back through ret_count. */
const struct param *task_params(enum task_id id, size_t *ret_count);
const struct param *task_param(enum task_id id, const char *name); /* NULL when unknown */
const char *direction_name(enum direction direction);              /* "do", "undo" */
/* What can be undone, for good or for some time. */
bool task_undoable(enum task_id id);
/* All rows, in table order. */
const struct app_permission *catalogue_permissions(size_t *ret_count);
/* The tasks that have to do with a subject. */
task_set catalogue_subject(enum task_subject subject);
/* Why the two exclude each other; NULL when they do not. Symmetric. */
const char *task_conflict(enum task_id a, enum task_id b);
const char *phase_name(enum phase phase);
/* "all", "known", "none", NULL. */
extern const char *const audience_names[];

/* A word that the out-of-office text may hold as %name%. */
struct variable {
    const char *name;
    const char *label;
};
const struct variable *catalogue_variables(size_t *ret_count);

/* GET /catalog as api.md has it; the caller owns the value. */
json_t *catalogue_json(void);

#endif
