/* licenses — which products nobody pays for any more since somebody left, for the figures. */
#ifndef JOURNAL_LICENSES_H
#define JOURNAL_LICENSES_H

#include "journal/offboardings.h"

/* Call with each row of remove_licenses that has ended, in the transaction that writes it: a product counts
 * as freed when every assignment of it is gone, and no more once it was given back. */
MUST_USE bool licenses_note(struct tx *tx, const char *offboarding_id, const struct task_row *row,
                            int64_t now, struct err *err);

#endif
