/* accounts — the people who may sign in: local ones with a password, and those of the identity provider, who
 * have none here and whose role comes with each sign-in.
 *
 * There is always an admin left who can sign in. Each function opens its own transaction and writes the
 * logbook in it. Thread-safe; what takes a password blocks for some 70 ms. */
#ifndef AUTH_ACCOUNTS_H
#define AUTH_ACCOUNTS_H

#include "auth/auth.h"

/* All accounts by username: a new array of {id, username, display_name, role, kind: local|external, disabled,
 * created_at, last_sign_in_at, changed_at, changed_by, version}. NULL with err set. */
MUST_USE json_t *auth_account_list(struct auth *auth, struct err *err);
/* One of them. NULL with ERR_NOT_FOUND (code unknown_account). */
MUST_USE json_t *auth_account_get(struct auth *auth, const char *id, struct err *err);

struct account_change {
    const char *role;         /* NULL: as it is */
    const bool *disabled;     /* NULL: as it is */
    const char *password;     /* NULL: as it is */
    const char *old_password; /* counts when by->id is this account: its own new password needs the old one */
    const char *keep_session; /* token of the session that stays when the others end; NULL: none stays */
    int64_t version;          /* that was read; 0: whatever it is */
};
/* A new password, a disabled account and a lower role end its sessions. ERR_CONFLICT: code last_admin, or
 * external_account for what the identity provider decides; ERR_PRECONDITION; ERR_INPUT as auth_account_add;
 * ERR_UNAUTHENTICATED (code wrong_credentials) or ERR_LIMIT for a wrong old password. */
MUST_USE bool auth_account_change(struct auth *auth, const struct logbook_by *by, const char *id,
                                  const struct account_change *change, struct err *err);
/* Its sessions end. ERR_CONFLICT (code last_admin), ERR_NOT_FOUND (code unknown_account). */
MUST_USE bool auth_account_delete(struct auth *auth, const struct logbook_by *by, const char *id,
                                  struct err *err);

/* Somebody whom the identity provider has vouched for. */
struct external_identity {
    const char *key;          /* never changes for this person, never is another's */
    const char *username;     /* for showing; may change */
    const char *display_name; /* may be NULL */
    const char *role;
};
/* The account with that key, made or brought up to date, and a session of it. A username that another account
 * has gets a number behind it: names never join accounts. ERR_FORBIDDEN (code account_disabled). */
MUST_USE bool auth_external_sign_in(struct auth *auth, struct arena *arena,
                                    const struct external_identity *identity, const struct logbook_by *from,
                                    struct session *ret, struct err *err);

/* What the web client keeps for a person: an object, empty at first; a new value. NULL with err set. */
MUST_USE json_t *auth_preferences(struct auth *auth, const char *account_id, struct err *err);
MUST_USE bool auth_set_preferences(struct auth *auth, const char *account_id, const json_t *preferences,
                                   struct err *err);

#endif
