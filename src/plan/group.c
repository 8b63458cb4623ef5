#include "plan/group.h"

#include <string.h>

static const struct {
    const char *name;
    const char *skip;
    bool by_exchange;
} kinds[] = {
#define X(id, name, skip, exchange) {name, skip, exchange},
    GROUP_KINDS(X)
#undef X
};

static bool has_type(const json_t *group, const char *type)
{
    size_t i;
    json_t *element;
    json_array_foreach ((json_t *)json_array_at(group, "groupTypes"), i, element) {
        if (text_equal_nocase(json_string_value(element), type))
            return true;
    }
    return false;
}

enum group_kind group_kind(const json_t *group)
{
    bool mail = json_flag(group, "mailEnabled"), security = json_flag(group, "securityEnabled");
    if (json_flag(group, "onPremisesSyncEnabled"))
        return GROUP_ON_PREMISES;
    if (has_type(group, "DynamicMembership") || json_text(group, "membershipRule"))
        return GROUP_DYNAMIC;
    if (has_type(group, "Unified"))
        return GROUP_MICROSOFT_365;
    return mail && security ? GROUP_MAIL_SECURITY : mail ? GROUP_DISTRIBUTION : GROUP_SECURITY;
}

const char *group_kind_name(enum group_kind kind)
{
    return kinds[kind].name;
}

enum group_kind group_kind_parse(const char *name)
{
    int kind = 0;
    while (kind < GROUP_KIND_COUNT && !(name && strcmp(kinds[kind].name, name) == 0))
        kind++;
    return (enum group_kind)kind;
}

const char *group_kind_skip(enum group_kind kind)
{
    return kinds[kind].skip;
}

bool group_kind_by_exchange(enum group_kind kind)
{
    return kinds[kind].by_exchange;
}

bool group_gives_licenses(const json_t *group)
{
    return json_array_size(json_array_at(group, "assignedLicenses")) > 0;
}

const char *group_skip_words(const char *code)
{
    return strcmp(code, "dynamic_group") == 0
               ? "A rule decides who is in this group. Change the user's attributes instead."
               : "This group is synced from Active Directory. Change it there.";
}
