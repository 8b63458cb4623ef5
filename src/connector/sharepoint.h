/* sharepoint — SharePoint and OneDrive REST calls to one site
 * (contract/sharepoint.md). Thread-safe. */
#ifndef CONNECTOR_SHAREPOINT_H
#define CONNECTOR_SHAREPOINT_H

#include "base/json.h"
#include "connector/m365.h"

/* site_url as Graph returned it
 * ("https://contoso-my.sharepoint.com/personal/ann_leaver_contoso_com"); path
 * below it ("/_api/web/ensureuser"). merge sends the POST as a MERGE. *ret (may
 * be NULL) is the caller's, NULL for an empty answer, untouched on failure.
 * ERR_CONFIG when the application has only a secret: SharePoint takes
 * application tokens by certificate alone. Other errors as in graph.h; a
 * redirect is ERR_REFUSED. */
bool sharepoint_call(struct m365 *m365, const struct m365_target *target, const char *site_url,
                     const char *method, const char *path, const json_t *body, bool merge, json_t **ret,
                     struct err *err);

#endif
