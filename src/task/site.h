/* site — the OneDrive's site as SharePoint tells of it and takes changes (contract/sharepoint.md). */
#ifndef TASK_SITE_H
#define TASK_SITE_H

#include "base/json.h"
#include "connector/m365.h"

/* Site collection administrators: [{Id, LoginName, Title, Email, IsSiteAdmin}]; NULL with err set. */
json_t *site_admins(struct m365 *m365, const struct m365_target *target, const char *site_url,
                    struct err *err);
/* Makes a user (by principal name) an administrator of the site, or takes it back. */
bool site_set_admin(struct m365 *m365, const struct m365_target *target, const char *site_url,
                    const char *user_principal_name, bool admin, struct err *err);
/* "i:0#.f|membership|{upn}": does the login name mean this user? */
bool site_login_is(const char *login_name, const char *user_principal_name);

/* {"SharingCapability": number} of the site; NULL with err set. */
json_t *site_sharing(struct m365 *m365, const struct m365_target *target, const char *site_url,
                     struct err *err);
bool site_set_sharing(struct m365 *m365, const struct m365_target *target, const char *site_url,
                      int capability, struct err *err);

#endif
