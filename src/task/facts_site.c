/* What SharePoint knows of the user's OneDrive. It has no batch: one request for each fact. */
#include "task/facts_internal.h"
#include "task/site.h"

struct read {
    enum fact fact;
    json_t *(*read)(struct m365 *m365, const struct m365_target *target, const char *site_url,
                    struct err *err);
};

static const struct read reads[] = {
    {FACT_NUMBER_SITE_ADMINS, site_admins},
    {FACT_NUMBER_SITE_SHARING, site_sharing},
};

void facts_site_read(struct reading *reading, const json_t *known)
{
    const json_t *drive = json_object_at(known, fact_name(FACT_NUMBER_DRIVE));
    const char *url = json_text(drive, "siteUrl");
    for (size_t i = 0; i < sizeof reads / sizeof *reads; i++) {
        struct err err;
        if (!reading_wants(reading, (fact_set)1 << reads[i].fact))
            continue;
        json_t *value =
            url ? reads[i].read(reading->request->m365, reading->request->target, url, &err) : json_null();
        if (value)
            reading_keep(reading, reads[i].fact, value);
        else
            reading_fail(reading, reads[i].fact, &err);
    }
}
