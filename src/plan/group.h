/* group — what kind of group it is, as Graph describes it (contract/graph.md section 2): pure. */
#ifndef PLAN_GROUP_H
#define PLAN_GROUP_H

#include "base/json.h"

/* kind, name in item rows, code when it cannot be changed here or NULL, by Exchange */
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
const char *group_kind_skip(enum group_kind kind);  /* the code, NULL when it can be changed */
const char *group_skip_words(const char *code);
bool group_kind_by_exchange(enum group_kind kind);
bool group_gives_licenses(const json_t *group);

#endif
