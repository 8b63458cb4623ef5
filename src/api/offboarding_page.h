/* offboarding_page — one page of the list of offboardings, and the cursor to the next. */
#ifndef API_OFFBOARDING_PAGE_H
#define API_OFFBOARDING_PAGE_H

#include "journal/list.h"

#define OFFBOARDING_PAGE_DEFAULT 50

/* {"items", "next_cursor"}: a new value; NULL with err set. The cursor is base64url of what filter->after
 * takes. */
json_t *offboarding_page(struct tx *tx, struct arena *arena, const struct offboarding_filter *filter,
                         struct err *err);

#endif
