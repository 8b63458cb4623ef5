/* group — what kind of group it is and how a member leaves it (contract/graph.md section 2). */
#ifndef TASK_GROUP_H
#define TASK_GROUP_H

#include "base/json.h"

/* kind, name in item rows, code when it cannot be left here or NULL, by Exchange */
#define GROUP_KINDS(X)                                              \
    X(ON_PREMISES, "on_premises_group", "on_premises_group", false) \
    X(DYNAMIC, "dynamic_group", "dynamic_group", false)             \
    X(MICROSOFT_365, "microsoft_365_group", NULL, false)            \
    X(MAIL_SECURITY, "mail_enabled_security_group", NULL, true)     \
    X(DISTRIBUTION, "distribution_list", NULL, true)                \
    X(SECURITY, "security_group", NULL, false)

enum group_kind {
#define X(id, ...) GROUP_##id,
    GROUP_KINDS(X)
#undef X
        GROUP_KIND_COUNT
};

enum group_kind group_kind(const json_t *group);
const char *group_kind_name(enum group_kind kind);
enum group_kind group_kind_parse(const char *name); /* GROUP_KIND_COUNT when unknown */
const char *group_kind_skip(enum group_kind kind);  /* the code, NULL when it can be left */
bool group_kind_by_exchange(enum group_kind kind);
bool group_gives_licenses(const json_t *group);

#endif
