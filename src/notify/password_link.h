/* password_link — a one-time link to the new password, on our own page or at Password Pusher; journaled. */
#ifndef NOTIFY_PASSWORD_LINK_H
#define NOTIFY_PASSWORD_LINK_H

#include "notify/parts.h"
#include "vault/links.h"

struct link_wish {
    const char *offboarding_id;
    const char *task;
    int64_t days;   /* 0: as the settings say */
    int64_t views;  /* likewise */
    const char *by; /* who gets it made */
    const char
        *delivery_id; /* keeps the address, sealed, with this delivery; NULL: for nobody but the caller */
};

/* Of which secret is this task? NULL: it has none. */
const char *password_link_secret(const char *task);
/* ret_url takes the address, a secret. settings: the whole notification settings. ERR_NOT_FOUND (code
 * no_secret) when the task left no secret (yet). texts of ret live in the arena. */
MUST_USE bool password_link_make(const struct notify_parts *parts, const json_t *settings,
                                 const struct link_wish *wish, struct arena *arena, struct link *ret,
                                 struct secret **ret_url, struct err *err);
/* The address that password_link_make kept with a delivery; *ret NULL when it keeps none. */
MUST_USE bool password_link_kept(const struct notify_parts *parts, const char *delivery_id,
                                 struct secret **ret, struct err *err);
/* Revokes at our own page or at Password Pusher; journaled. */
MUST_USE bool password_link_revoke(const struct notify_parts *parts, const json_t *settings,
                                   const char *offboarding_id, const char *task, const char *id,
                                   const char *by, struct err *err);

#endif
