/* restored — what is done to a store that was restored from a backup, before anything runs on it.
 *
 * Runs that were under way go on: each task looks first and finds what was done since. Those that were
 * planned for a time that has passed since may have run already, been moved or cancelled: nobody knows, so a
 * person decides. */
#ifndef JOURNAL_RESTORED_H
#define JOURNAL_RESTORED_H

#include "journal/offboardings.h"

/* Puts every planned offboarding that is due into needs_attention, with the warning missed_while_restored. A
 * new array {id, user_principal_name, due_at} of them, the caller's; NULL with err set. */
json_t *restored_hold_missed(struct tx *tx, int64_t now, struct err *err);

#endif
