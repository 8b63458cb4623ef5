/* facts — what is true upstream about one user, read in as few round trips as possible and shared: one Graph
 * $batch and one Exchange $batch in parallel, then a second pair only for what the first made known.
 *
 * Facts are one JSON object, so that pure code (plan, the tasks' observe) and the confirmation step read the
 * same. The table below names each member and what it holds. Besides:
 *   read_at  { fact: monotonic ms of its reading }
 *   unread   { fact: error }, for each that was wanted and could not be read (see facts_missing)
 *   roles    beside groups: the directoryRole objects among the memberships
 *   sole_owner_of, owned_apps  beside owned: ids of groups without another owner; applications owned
 * A missing mailbox, manager or OneDrive is a fact (null), not an error. */
#ifndef TASK_FACTS_H
#define TASK_FACTS_H

#include "base/json.h"
#include "connector/m365.h"

/* fact, member: what it holds */
#define FACTS(X)                                                                                            \
    X(USER, "user")     /* Graph's user; null: there is none with this id */                                \
    X(PEOPLE, "people") /* { reference: user or null }, for each person of the options and "manager" */     \
    X(GROUPS, "groups") /* groups the user is a direct member of */                                         \
    X(OWNED, "owned")   /* groups the user owns */                                                          \
    X(REPORTS, "direct_reports")            /* 1 when people report to the user */                          \
    X(SKUS, "skus")                         /* subscribedSkus */                                            \
    X(METHODS, "methods")                   /* authentication methods */                                    \
    X(ROLES, "role_assignments")            /* unifiedRoleAssignments, roleDefinition expanded */           \
    X(ROLES_ACTIVE, "role_schedules")       /* PIM: active instances; [] where PIM is not used */           \
    X(ROLES_ELIGIBLE, "role_eligibilities") /* PIM: eligible instances */                                   \
    X(ADMINS, "other_global_admins")  /* how many other enabled Global Administrators there are; read only  \
                                         for one */                                                         \
    X(APPS, "app_assignments")        /* appRoleAssignments */                                              \
    X(CONSENTS, "consents")           /* oauth2PermissionGrants of the user alone */                        \
    X(PHONES, "phone_numbers")        /* Teams numberAssignments */                                         \
    X(MEETINGS, "meetings")           /* [{id, subject, start, series, attendees}] the user organises */    \
    X(MESSAGE_RULES, "message_rules") /* Graph's view of the inbox rules: what undo makes them from */      \
    X(DRIVE, "drive")                 /* {id, webUrl, siteUrl, size} of the OneDrive, or null */            \
    X(SIGN_IN, "sign_in")             /* signInActivity, or null where the tenant does not have it */       \
    X(DOMAINS, "domains")             /* the tenant's domains */                                            \
    X(GROUP, "group")                 /* the group of add_to_group, or null */                              \
    X(DELETED, "deleted")             /* the user among the deleted ones, or null */                        \
    X(MAILBOX, "mailbox")             /* Get-Mailbox' row, or null */                                       \
    X(SIZE, "mailbox_size")           /* bytes */                                                           \
    X(AUTO_REPLY, "auto_reply")       /* Get-MailboxAutoReplyConfiguration's row */                         \
    X(PERMISSIONS, "permissions")     /* Get-MailboxPermission's rows: who may open the mailbox */          \
    X(SEND_AS, "send_as")             /* Get-RecipientPermission's rows: who may send as the user */        \
    X(RULES, "rules")                 /* Get-InboxRule's rows, hidden ones included */                      \
    X(DEVICES, "devices")             /* Get-MobileDevice's rows */                                         \
    X(RECIPIENTS, "recipients")       /* { reference: Get-Recipient's row or null } for the people */       \
    X(SEND_AS_ELSEWHERE, "send_as_elsewhere") /* Get-RecipientPermission's rows with the user as trustee */ \
    X(ON_BEHALF_ELSEWHERE, "on_behalf_elsewhere") /* mailboxes the user may send on behalf of */            \
    X(ACCESS_ELSEWHERE,                                                                                     \
      "access_elsewhere") /* [{mailbox, name, rights}] other mailboxes the user may open */                 \
    X(CALENDARS_ELSEWHERE, "calendars_elsewhere") /* [{mailbox, name, folder, rights}] other calendars */   \
    X(GRANTED, "granted") /* {"graph", "exchange", "sharepoint": [permission] or null, "secret_only"} */    \
    X(SITE_ADMINS, "site_admins")   /* site collection administrators of the OneDrive */                    \
    X(SITE_SHARING, "site_sharing") /* {SharingCapability} of the OneDrive's site */

enum fact {
#define X(id, name) FACT_NUMBER_##id,
    FACTS(X)
#undef X
        FACT_COUNT
};
typedef uint64_t fact_set;
#define FACT(id) ((fact_set)1 << FACT_NUMBER_##id)

/* Not read for the plan, since it takes a request each: observe does without until the run. */
#define FACTS_READ_LATE (FACT(SITE_ADMINS) | FACT(SITE_SHARING))

/* Those that the permission index says where to ask for; with them comes the member "access_index", the index
 * of facts_request.elsewhere. */
#define FACTS_INDEXED (FACT(ACCESS_ELSEWHERE) | FACT(CALENDARS_ELSEWHERE))

struct facts_request {
    struct m365 *m365;
    const struct m365_target *target;
    const char *user_id;
    const json_t *options;   /* checked */
    const json_t *people;    /* {reference: object id}, as they were resolved for the plan; NULL */
    const json_t *elsewhere; /* {"mailboxes":[{"id","name"}], "calendars":[{"id","name","folder"}], "index"}:
                                where the permission index has seen the user; NULL: nowhere */
    const json_t *known;     /* facts read before, for what others build on (drive, mailbox); NULL */
    fact_set wanted;
};

/* Reads the wanted facts. What cannot be read is noted under "unread". NULL with err set only for
 * ERR_CANCELLED and ERR_STALE. The caller owns the object. */
MUST_USE json_t *facts_read(const struct facts_request *request, struct err *err);
/* True with err set (as the reading failed) when one of the wanted facts is unread or not there. */
bool facts_missing(const json_t *facts, fact_set wanted, struct err *err);
/* Those of the wanted facts that are there and were read at `since` (monotonic ms) or later. */
fact_set facts_fresh(const json_t *facts, fact_set wanted, int64_t since);
/* A new object: older with everything that newer has read; NULL older is fine. */
json_t *facts_merge(const json_t *older, const json_t *newer);
const char *fact_name(enum fact fact);

/* What the tasks of these options observe. */
fact_set facts_of_tasks(const json_t *options);
/* The same and what the warnings look at. */
fact_set facts_of_plan(const json_t *options);

/* The person that a reference of the options means; NULL when there is none. Borrowed from facts. */
const json_t *facts_person(const json_t *facts, const char *reference);
/* What Exchange knows of one of the people, by object id; NULL when it knows none or was not asked. */
const json_t *facts_recipient(const json_t *facts, const char *object_id);
/* Does a text of Exchange or SharePoint (name, address, id) mean this person (Graph's user)? */
bool facts_is_person(const json_t *person, const char *text);

#endif
