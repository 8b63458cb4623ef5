/* notifier — tells people: one thread expands notices and claims deliveries, a few others make the tries.
 *
 * Nothing of it is needed by an offboarding: receivers that are slow, wrong or away for days only leave their
 * deliveries waiting. After a crash the next start takes up what this node held; a try whose end was not
 * recorded is made again with the same id. Thread-safe. */
#ifndef NOTIFY_NOTIFIER_H
#define NOTIFY_NOTIFIER_H

#include "notify/channel.h"
#include "notify/parts.h"

struct notifier;

/* Copies the parts (what they point to must outlive it) and starts the threads. NULL with err set. */
MUST_USE struct notifier *notifier_start(const struct notify_parts *parts, struct err *err);
void notifier_wake(struct notifier *notifier); /* something may be due; never blocks; NULL is fine */
/* Ends what is under way and stops the threads. NULL is fine. */
void notifier_stop(struct notifier *notifier);

/* One try of a test message with these settings, now, in the calling thread; nothing is stored but by the
 * receiver. channel "webhook" takes the webhook's id. False with err set when there is no such endpoint; else
 * *ret tells. */
MUST_USE bool notifier_test(const struct notify_parts *parts, const json_t *settings, const char *channel,
                            const char *webhook_id, struct outcome *ret, struct err *err);

#endif
