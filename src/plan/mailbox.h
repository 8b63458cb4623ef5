/* mailbox — what a mailbox needs its license for (contract/exchange.md section 7): pure questions to
 * Get-Mailbox' row. */
#ifndef PLAN_MAILBOX_H
#define PLAN_MAILBOX_H

#include "base/json.h"

#define SHARED_MAILBOX_MAX_BYTES ((int64_t)50 * 1024 * 1024 * 1024) /* without a license */

/* mailbox NULL: false. */
bool mailbox_on_litigation_hold(const json_t *mailbox);
/* A retention or in-place hold that applies; exclusions and holds on chats do not count. */
bool mailbox_on_retention_hold(const json_t *mailbox);
bool mailbox_has_archive(const json_t *mailbox);
/* Does the mailbox stop working, or lose what is kept, without an Exchange license? */
bool mailbox_needs_license(const json_t *mailbox, int64_t size_bytes);

#endif
