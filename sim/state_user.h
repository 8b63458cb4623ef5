/* state_user — everything that the state holds about one user, gathered for tests (GET /_sim/state?user=). */
#ifndef SIM_STATE_USER_H
#define SIM_STATE_USER_H

#include "sim.h"

/* The caller owns it; its parts are shared with the state.
 *   "user", "manager", "mailbox", "site"  as the state holds them, null when there is none; sign-in methods
 * are user._methods, roles user._roles and user._eligible_roles, rules mailbox._rules, events mailbox._events
 *   "deleted"      whether the user is in the deleted items
 *   "groups"       those that the user is member or owner of, without their members, with _is_member and
 * _is_owner "owned"        applications and service principals that the user owns: {id, displayName, kind}
 *   "app_roles"    app-role assignments, those by group too, as Graph lists them
 *   "grants"       the user's own consents, as Graph lists them
 *   "phone_numbers" numbers assigned to the user, as Graph lists them
 *   "access"       what the user may use of others, by the owner's id: {"mailboxes": {id: [rights]},
 * "send_as": {…}, "send_on_behalf": {id: true}, "calendars": {id: [rights]}, "forwarded_from": {id: true}} */
json_t *state_user(const json_t *tenant, json_t *user);
/* The deleted user with this id or former principal name; borrowed, NULL when there is none. */
json_t *state_deleted(const json_t *tenant, const char *id_or_upn);

#endif
