/* sharepoint — SharePoint and OneDrive calls to one site, by REST and by CSOM (contract/sharepoint.md).
 *
 * site_url is as Graph returned it ("https://contoso-my.sharepoint.com/personal/ann_leaver_contoso_com").
 * ERR_CONFIG when the application has only a secret: SharePoint takes application tokens by certificate
 * alone. Other errors as in graph.h; a redirect is ERR_REFUSED. Thread-safe. */
#ifndef CONNECTOR_SHAREPOINT_H
#define CONNECTOR_SHAREPOINT_H

#include "base/json.h"
#include "connector/m365.h"

/* path below the site ("/_api/web/ensureuser"). merge sends the POST as a MERGE. *ret (may be NULL) is the
 * caller's, NULL for an empty answer, untouched on failure. */
bool sharepoint_call(struct m365 *m365, const struct m365_target *target, const char *site_url,
                     const char *method, const char *path, const json_t *body, bool merge, json_t **ret,
                     struct err *err);

/* Asks (change NULL) or sets one property of a site through the tenant's administration host, which is found
 * from the site's own. change->value is a number for an enumeration, a text for a text. Asking gives the
 * site's properties, the caller's. */
struct sharepoint_change {
    const char *property; /* "SharingCapability", "LockState" */
    const json_t *value;
};
bool sharepoint_site_property(struct m365 *m365, const struct m365_target *target, const char *site_url,
                              const struct sharepoint_change *change, json_t **ret, struct err *err);

#endif
