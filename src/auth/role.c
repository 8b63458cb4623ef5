#include "auth/role.h"

#include <string.h>

static const struct {
    const char *name;
    unsigned permissions;
} roles[] = {
#define ROLE(name, permissions) {#name, permissions},
#include "auth/role.def"
#undef ROLE
};

static const struct {
    enum permission permission;
    const char *name;
} permissions[] = {
#define X(name, bit, text) {PERMISSION_##name, text},
    PERMISSIONS(X)
#undef X
};

unsigned role_permissions(const char *role)
{
    for (size_t i = 0; role && i < sizeof roles / sizeof *roles; i++)
        if (strcmp(roles[i].name, role) == 0)
            return roles[i].permissions;
    return 0;
}

void principal_done(struct principal *principal)
{
    if (!principal)
        return;
    json_decref(principal->tenants);
    principal->tenants = NULL;
}

const char *principal_kind_name(enum principal_kind kind)
{
    return kind == PRINCIPAL_TOKEN ? "token" : "account";
}

bool principal_may(const struct principal *principal, enum permission permission)
{
    return (principal->permissions & permission) == (unsigned)permission;
}

bool principal_sees(const struct principal *principal, const char *tenant_id)
{
    size_t i;
    json_t *value;
    if (!principal->tenants)
        return true;
    json_array_foreach (principal->tenants, i, value) {
        if (text_equal_nocase(json_string_value(value), tenant_id))
            return true;
    }
    return false;
}

json_t *principal_permission_names(const struct principal *principal)
{
    json_t *names = json_array();
    for (size_t i = 0; i < sizeof permissions / sizeof *permissions; i++)
        if (principal_may(principal, permissions[i].permission))
            json_add(names, json_text_new(permissions[i].name));
    return names;
}
