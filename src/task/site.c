#include "task/site.h"

#include <string.h>

#include "base/arena.h"
#include "connector/sharepoint.h"

#define MEMBERSHIP "i:0#.f|membership|"

json_t *site_admins(struct m365 *m365, const struct m365_target *target, const char *site_url,
                    struct err *err)
{
    AUTO_JSON json_t *reply = NULL;
    if (!sharepoint_call(
            m365, target, site_url, "GET",
            "/_api/web/siteusers?$filter=IsSiteAdmin%20eq%20true&$select=Id,LoginName,Title,Email,"
            "IsSiteAdmin",
            NULL, false, &reply, err))
        return NULL;
    return json_incref((json_t *)json_array_at(reply, "value"));
}

bool site_set_admin(struct m365 *m365, const struct m365_target *target, const char *site_url,
                    const char *user_principal_name, bool admin, struct err *err)
{
    AUTO_ARENA struct arena *arena = arena_new();
    AUTO_JSON json_t *user = NULL;
    AUTO_JSON json_t *name =
        json_make("{s:s}", "logonName", arena_printf(arena, MEMBERSHIP "%s", user_principal_name));
    AUTO_JSON json_t *change = json_make("{s:b}", "IsSiteAdmin", admin);
    if (!sharepoint_call(m365, target, site_url, "POST", "/_api/web/ensureuser", name, false, &user, err))
        return false;
    int64_t id = json_int(user, "Id", 0);
    if (id <= 0)
        return err_code(err, ERR_UPSTREAM, "broken_answer", "SharePoint gave no id for %s.",
                        user_principal_name);
    return sharepoint_call(m365, target, site_url, "POST",
                           arena_printf(arena, "/_api/web/getuserbyid(%lld)", (long long)id), change, true,
                           NULL, err);
}

bool site_login_is(const char *login_name, const char *user_principal_name)
{
    return login_name && text_starts_nocase(login_name, MEMBERSHIP) &&
           text_equal_nocase(login_name + strlen(MEMBERSHIP), user_principal_name);
}

json_t *site_sharing(struct m365 *m365, const struct m365_target *target, const char *site_url,
                     struct err *err)
{
    AUTO_JSON json_t *properties = NULL;
    if (!sharepoint_site_property(m365, target, site_url, NULL, &properties, err))
        return NULL;
    return json_make("{s:I}", "SharingCapability", (json_int_t)json_int(properties, "SharingCapability", -1));
}

bool site_set_sharing(struct m365 *m365, const struct m365_target *target, const char *site_url,
                      int capability, struct err *err)
{
    AUTO_JSON json_t *value = json_integer(capability);
    const struct sharepoint_change change = {"SharingCapability", value};
    return sharepoint_site_property(m365, target, site_url, &change, NULL, err);
}
