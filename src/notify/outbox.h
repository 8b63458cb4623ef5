/* outbox — from notices to deliveries: who is to be told of each, by the settings, the tenant and the
 * request. */
#ifndef NOTIFY_OUTBOX_H
#define NOTIFY_OUTBOX_H

#include "notify/parts.h"

/* Expands the oldest notices that wait, at most so many, in one transaction; *ret_count of them. */
MUST_USE bool outbox_expand(const struct notify_parts *parts, size_t max, size_t *ret_count, struct err *err);
/* Writes reminders of planned offboardings whose time has come; each once. *ret_next is when to look again.
 */
MUST_USE bool outbox_remind(const struct notify_parts *parts, int64_t *ret_next, struct err *err);
#endif
