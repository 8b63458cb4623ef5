/* offboarding_page — one page of the list of offboardings, and the cursor to the next. */
#ifndef API_OFFBOARDING_PAGE_H
#define API_OFFBOARDING_PAGE_H

#include "journal/offboardings.h"

#define OFFBOARDING_PAGE_DEFAULT 50

/* {"items", "next_cursor"} with at most filter->limit items; changes nothing of filter in the end. A new
 * value; NULL with err set. */
json_t *offboarding_page(struct tx *tx, struct offboarding_filter *filter, struct err *err);
/* Sets before_at and before_id from a cursor of an earlier page; before_id lives in the arena. False for
 * anything else. */
MUST_USE bool offboarding_cursor_read(struct arena *arena, const char *cursor,
                                      struct offboarding_filter *filter);

#endif
