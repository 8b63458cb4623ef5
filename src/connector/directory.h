/* directory — the users of each tenant, in memory, for searching while a person
 * types.
 *
 * A tenant is loaded in the background when it is first searched; until its list
 * is there Graph itself is asked, which finds the beginnings of words alone. A
 * copy older than a minute (or than thirty times what its loading took) is still
 * served while a new one is loaded. When people signed in last is read after
 * that, at most once an hour, where the tenant tells. Decisions are never taken
 * from it: directory_user and directory_find ask Graph. Thread-safe. */
#ifndef CONNECTOR_DIRECTORY_H
#define CONNECTOR_DIRECTORY_H

#include "base/json.h"
#include "connector/m365.h"

struct directory;

struct directory *directory_new(struct m365 *m365,
                                const struct clock *clock); /* never NULL; both must outlive it */
void directory_free(struct directory *directory);           /* stops its loading; no search may be under
                                                               way; NULL is fine */

/* Users whose display name, principal name or mail holds the query anywhere,
 * upper and lower case alike, ordered by display name; an empty query gives
 * all. limit is at least 1. cursor is NULL or one that an earlier page returned
 * (ERR_INPUT for anything else). *ret_next_cursor is NULL on the last page,
 * else the caller frees it. *ret_total (may be NULL) counts all matches. The
 * caller owns the array of {id, display_name, user_principal_name, mail,
 * job_title, department, account_enabled, user_type, synced, licensed,
 * licenses: [names], last_sign_in_at: null when it is not known}. NULL with err
 * of the Graph call when the first load fails. A page that Graph itself gave has
 * no next one. */
MUST_USE json_t *directory_search(struct directory *directory, const char *tenant_id, const char *query,
                                  size_t limit, const char *cursor, char **ret_next_cursor, size_t *ret_total,
                                  struct err *err);
/* Those with these object ids that are there, read now, in the same shape but for
 * last_sign_in_at. The caller owns the array; NULL as in graph.h. */
MUST_USE json_t *directory_find(struct directory *directory, const char *tenant_id, const json_t *ids,
                                struct err *err);
/* One user, read now, in the same shape. NULL with ERR_NOT_FOUND or as in
 * graph.h. The caller owns it. */
MUST_USE json_t *directory_user(struct directory *directory, const char *tenant_id, const char *id_or_upn,
                                struct err *err);
/* Drops what is kept of the tenant. */
void directory_forget(struct directory *directory, const char *tenant_id);

#endif
