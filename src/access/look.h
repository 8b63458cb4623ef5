/* look — asks Exchange who may use a few mailboxes: Full Access to each, and each of its calendars (private
 * to access/).
 *
 * Three cmdlets for a mailbox with one calendar, in batches of ten, one after the other: never more than one
 * place of the tenant's lane. Knows no store. */
#ifndef ACCESS_LOOK_H
#define ACCESS_LOOK_H

#include "base/arena.h"
#include "connector/m365.h"

#define LOOKS_MAX 10

struct look {
    const char *id;        /* of the mailbox: how Exchange is asked for it */
    const char *principal; /* its user principal name, the hint where to route; NULL */
    /* What came of it: */
    bool gone;         /* there is no such mailbox any more */
    json_t *access;    /* [who]; NULL: not known */
    json_t *calendars; /* [{"folder", "who"}]; NULL: not known */
    struct err err;    /* why something is not known; ERR_NONE when nothing is wrong with this mailbox */
};

/* False with err set when the rest has to wait: asked to slow down, unreachable, the cmdlets refused
 * altogether. What a look knows by then counts all the same. */
MUST_USE bool looks_run(struct m365 *m365, const struct m365_target *target, struct look *looks, size_t count,
                        struct err *err);
void looks_done(struct look *looks, size_t count); /* gives the JSON values back */

/* Pure, on the rows of Get-MailboxPermission, Get-MailboxFolderStatistics and Get-MailboxFolderPermission:
 * who holds Full Access; the folders that may carry permissions ("\\Calendar"); who is named in one. New
 * arrays of texts. */
json_t *look_full_access(const json_t *rows);
json_t *look_folders(const json_t *rows);
json_t *look_named(const json_t *rows);

#endif
