/* settings — who is told of what, and how: one document, sealed as a whole in the store, since addresses of
 * webhooks are secrets themselves.
 *
 *   webhooks        [{id, name, enabled, url, format, secret, auth, events, tenants, private}]
 *   email           {enabled, via, from, tenant, to, to_manager, to_requester, events, private}
 *   psa             {kind, enabled, …} or null
 *   password_links  {host, url, api, user, token, expires_in_days, views}
 *   reminder_minutes
 * The full description is openapi.yaml (NotificationSettings). */
#ifndef NOTIFY_SETTINGS_H
#define NOTIFY_SETTINGS_H

#include "base/rng.h"
#include "connector/outside.h"
#include "vault/vault.h"

#define SETTINGS_WEBHOOKS_MAX 50
#define SETTINGS_OLD_SECRET_MS \
    (INT64_C(24) * 3600 * 1000) /* a replaced signing secret still signs this long */

/* *ret is a new object with every field, never NULL on success; *ret_version 0 when nothing was ever stored.
 */
MUST_USE bool notify_settings_load(struct tx *tx, const struct vault *vault, json_t **ret,
                                   int64_t *ret_version, struct err *err);
/* expected_version: what was loaded. ERR_PRECONDITION when it is another by now. */
MUST_USE bool notify_settings_store(struct tx *tx, const struct vault *vault, const json_t *settings,
                                    int64_t expected_version, const char *by, int64_t now, struct err *err);

/* What PUT sent, made whole with what is stored; a new value. New webhooks get an id; a changed signing
 * secret keeps the old one for a day. Each mistake is added to problems as {pointer, code, message}. */
json_t *notify_settings_read(const json_t *body, const json_t *stored, const struct outside_policy *policy,
                             const struct rng *rng, int64_t now, json_t *problems);
/* As GET shows it: secrets masked. A new value. */
json_t *notify_settings_masked(const json_t *settings);

/* The endpoints of the settings as deliveries name them: "webhook:<id>", "email", "psa". */
const json_t *notify_settings_webhook(const json_t *settings, const char *id); /* borrowed; NULL */

#endif
