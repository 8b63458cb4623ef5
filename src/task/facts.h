/* facts — what is true upstream about one user, read once and shared: one Graph $batch and one Exchange
 * $batch in parallel, and a second Graph one only for who else owns the user's groups.
 *
 * Facts are JSON, so that pure code (plan, the tasks' observe) and the confirmation step read the same:
 *   user          Graph's user with USER_PROPERTIES; "manager" of it stands in people
 *   people        { reference: user }, for each person that the options name and "manager"; null: there is
 * none groups, roles Graph's group and directoryRole objects the user is a direct member of owned groups the
 * user owns; sole_owner_of: the ids among them without another owner direct_reports 1 when people report to
 * the user skus          subscribedSkus mailbox       Get-Mailbox' row, or null when there is none;
 * mailbox_size in bytes auto_reply    Get-MailboxAutoReplyConfiguration's row permissions
 * Get-MailboxPermission's rows */
#ifndef TASK_FACTS_H
#define TASK_FACTS_H

#include "base/json.h"
#include "connector/m365.h"

enum {
    FACT_USER = 1 << 0,
    FACT_GROUPS = 1 << 1,
    FACT_OWNED = 1 << 2,
    FACT_REPORTS = 1 << 3,
    FACT_SKUS = 1 << 4,
    FACT_MAILBOX = 1 << 5,
    FACT_SIZE = 1 << 6,
    FACT_AUTO_REPLY = 1 << 7,
    FACT_PERMISSIONS = 1 << 8,
    FACT_PEOPLE = 1 << 9,
};
#define FACT_EXCHANGE (FACT_MAILBOX | FACT_SIZE | FACT_AUTO_REPLY | FACT_PERMISSIONS)

/* Reads the wanted facts of a user (object id) for checked options. NULL with err set when something that is
 * wanted cannot be read; a missing mailbox or manager is a fact, not an error. The caller owns the object. */
MUST_USE json_t *facts_read(struct m365 *m365, const struct m365_target *target, const char *user_id,
                            const json_t *options, unsigned wanted, struct err *err);
/* What the plan and the warnings of these options need. */
unsigned facts_wanted(const json_t *options);

/* The person that a reference of the options means; NULL when there is none. Borrowed from facts. */
const json_t *facts_person(const json_t *facts, const char *reference);

#endif
