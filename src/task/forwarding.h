/* forwarding — what the two forwarding tasks share. ForwardingSmtpAddress is used for every target: it reads
 * back exactly as it was set, whereas ForwardingAddress reads back as a directory name that may be ambiguous;
 * that one would win over it (contract/exchange.md, Set-Mailbox), so it is always cleared. */
#ifndef TASK_FORWARDING_H
#define TASK_FORWARDING_H

#include "task/calls.h"

/* ForwardingAddress, ForwardingSmtpAddress and DeliverToMailboxAndForward of the mailbox; a new object. */
json_t *forwarding_evidence(const json_t *facts);
/* Does the mailbox forward to exactly this address (NULL: to nobody), keeping copies or not? */
bool forwarding_is(const json_t *facts, const char *address, bool keep_copy);
void forwarding_set(struct calls *calls, struct work *work, const char *address, bool keep_copy);

/* Both tasks undo alike: the forwarding is as it was. */
enum observed forwarding_observe_undo(struct work *work, const json_t *facts);
void forwarding_act_undo(struct work *work, const json_t *facts, struct calls *calls);

#endif
