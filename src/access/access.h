/* access — the permission index: in which mailboxes and calendars of others a person has been seen to be
 * allowed.
 *
 * Exchange tells who may use a mailbox, never which mailboxes somebody may use. So a scan asks each mailbox
 * of a tenant in turn (scanner.h), and the answers are kept here. They say where to look and are no reason to
 * change anything: whoever acts asks that mailbox again first. Everything works in the caller's transaction.
 */
#ifndef ACCESS_ACCESS_H
#define ACCESS_ACCESS_H

#include "store/store.h"

/* How far the index of a tenant is, as the API shows it; a new object, NULL with err set:
 *   status        "never" (no pass has begun), "running" (the first one is under way), "complete"
 *   completed_at  when the last whole pass ended, null
 *   as_of         when it began, null: nothing in the index is older
 *   mailboxes     how many the tenant had at the last listing
 *   unreadable    how many of them the last whole pass could not look at
 *   pass          the one under way, null: {"started_at", "looked", "mailboxes"}
 *   error         why it does not get on, null: {"code", "message", "retryable", "at"} */
MUST_USE json_t *access_state(struct tx *tx, const char *tenant_id, struct err *err);

/* What Exchange may call a person; names may hold NULLs. */
struct access_person {
    const char *id;
    const char *names[3]; /* principal name, address, display name, as far as they are known */
};
/* found(ctx, …) is called for each place where the person has been seen, their own mailbox excepted: folder
 * is NULL for the mailbox itself, else the calendar ("\\Calendar"). Texts are borrowed for the call. One
 * person may be meant by a text that means others too. */
MUST_USE bool access_find(struct tx *tx, const char *tenant_id, const struct access_person *person,
                          void (*found)(void *ctx, const char *mailbox_id, const char *name,
                                        const char *folder),
                          void *ctx, struct err *err);

/* Our own change of a permission: the index knows it at once, whatever a scan under way read before. folder
 * NULL: the mailbox itself. Does nothing for a tenant that is gone. */
struct access_change {
    const char *tenant_id;
    const char *mailbox_id;
    const char *mailbox_name; /* for a mailbox that no scan has seen yet; NULL takes its id */
    const char *folder;
    const char *user_id;
    bool granted; /* else taken away */
};
MUST_USE bool access_note(struct tx *tx, const struct access_change *change, int64_t now, struct err *err);

/* Somebody waits for a whole pass of this tenant: its scan goes first, for as long as that is said again. */
#define ACCESS_WANTED_MS (INT64_C(15) * 60 * 1000)
MUST_USE bool access_want(struct tx *tx, const char *tenant_id, int64_t now, struct err *err);

#endif
