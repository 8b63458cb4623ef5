/* view — the pieces that what clients see of an offboarding is made of; private to journal. */
#ifndef JOURNAL_VIEW_H
#define JOURNAL_VIEW_H

#include "journal/offboardings.h"

/* Texts may be NULL: the tenant was removed since. */
json_t *view_tenant(const char *id, const char *default_domain, const char *display_name);
/* What every view begins with; takes tenant over. */
json_t *view_head(const struct offboarding *o, json_t *tenant);
json_t *view_progress(int64_t total, int64_t ended, int64_t failed);

#endif
