#include "access/scan.h"

#include <string.h>

#include "access/access.h"
#include "base/clock.h"

/* access_mailboxes.turn: the order of a pass; failing moves a mailbox on from AGAIN. */
enum { TURN_NEW, TURN_CHANGED, TURN_USUAL, TURN_AGAIN, TURN_DONE = TURN_AGAIN + 2 };

#define CLOCKS_APART_MS ((int64_t)60 * 1000) /* how much the clocks of two nodes may differ */

static const char *const phases[] = {[SCAN_LIST] = "list", [SCAN_LOOK] = "look"};

/* --- claims ----------------------------------------------------------------------------------------------
 */

bool scan_recover(struct tx *tx, const char *node, struct err *err)
{
    return tx_exec(tx, err, "UPDATE access_scans SET lease_until = 0 WHERE owner = $1", P_TEXT(node));
}

bool scan_next_due(struct tx *tx, int64_t *ret_at, struct err *err)
{
    AUTO_ROWS struct rows *rows = tx_query(
        tx, err,
        "SELECT min(due.due_at), count(*) FROM (SELECT CASE WHEN lease_until > next_at THEN lease_until ELSE "
        "next_at END AS due_at FROM access_scans UNION ALL SELECT 0 AS due_at FROM tenants WHERE NOT EXISTS "
        "(SELECT 1 "
        "FROM access_scans WHERE access_scans.tenant_id = tenants.id)) AS due");
    if (!rows || !rows_next(rows))
        return rows && !rows_failed(rows, err) &&
               err_set(err, ERR_INTERNAL, "The store did not count the scans.");
    *ret_at = row_int(rows, 1) ? row_int(rows, 0) : INT64_MAX;
    return true;
}

static bool add_new_tenants(struct tx *tx, struct err *err)
{
    return tx_exec(
        tx, err,
        "INSERT INTO access_scans(tenant_id, phase, pass_started_at, mailboxes, looked, unreadable, "
        "failures, next_at, throttled, epoch, lease_until) SELECT id, 'list', 0, 0, 0, 0, 0, "
        "created_at, 0, 0, 0 FROM tenants WHERE NOT EXISTS (SELECT 1 FROM access_scans WHERE "
        "access_scans.tenant_id = tenants.id) ON CONFLICT (tenant_id) DO NOTHING");
}

bool scan_claim(struct tx *tx, struct arena *arena, const char *node, int64_t now, int64_t lease_ms,
                struct scan *ret, bool *ret_found, struct err *err)
{
    *ret_found = false;
    if (!add_new_tenants(tx, err))
        return false;
    AUTO_ROWS struct rows *rows =
        tx_query(tx, err,
                 "SELECT tenant_id, phase, epoch, pass_started_at, failures, CASE WHEN wanted_at > $2 THEN 1 "
                 "ELSE 0 END AS wanted FROM access_scans WHERE next_at <= $1 AND lease_until <= $1 ORDER BY "
                 "wanted DESC, next_at, tenant_id LIMIT 1",
                 P_INT(now), P_INT(now - ACCESS_WANTED_MS));
    if (!rows)
        return false;
    if (!rows_next(rows))
        return !rows_failed(rows, err);
    *ret = (struct scan){.tenant_id = arena_text(arena, row_text(rows, 0)),
                         .phase = strcmp(row_text(rows, 1), phases[SCAN_LOOK]) == 0 ? SCAN_LOOK : SCAN_LIST,
                         .epoch = row_int(rows, 2) + 1,
                         .claimed_at = now,
                         .pass_started_at = row_int(rows, 3),
                         .failures = row_int(rows, 4),
                         .wanted = row_int(rows, 5) != 0};
    rows_auto_close(&rows);
    if (!tx_exec(
            tx, err,
            "UPDATE access_scans SET owner = $3, epoch = epoch + 1, lease_until = $4 WHERE tenant_id = $1 "
            "AND epoch = $2",
            P_TEXT(ret->tenant_id), P_INT(ret->epoch - 1), P_TEXT(node), P_INT(now + lease_ms)))
        return false;
    *ret_found = tx_changes(tx) == 1; /* else another node was faster */
    return true;
}

static bool still_ours(const struct tx *tx, struct err *err)
{
    return tx_changes(tx) == 1 ||
           err_set(err, ERR_STALE, "another node goes on with the scan of this tenant");
}

bool scan_hold(struct tx *tx, const struct scan *scan, int64_t lease_until, struct err *err)
{
    return tx_exec(tx, err, "UPDATE access_scans SET lease_until = $3 WHERE tenant_id = $1 AND epoch = $2",
                   P_TEXT(scan->tenant_id), P_INT(scan->epoch), P_INT(lease_until)) &&
           still_ours(tx, err);
}

/* --- listing ---------------------------------------------------------------------------------------------
 */

bool scan_begin(struct tx *tx, struct scan *scan, int64_t now, struct err *err)
{
    scan->pass_started_at = now;
    return tx_exec(
               tx, err,
               "UPDATE access_scans SET phase = 'list', pass_started_at = $3, looked = 0 WHERE tenant_id = "
               "$1 AND epoch = $2",
               P_TEXT(scan->tenant_id), P_INT(scan->epoch), P_INT(now)) &&
           still_ours(tx, err);
}

/* WhenChanged moves when a property of the mailbox does, and need not when a permission does: it decides who
 * comes first and never who is left out. */
static int64_t changed_at(const json_t *row)
{
    int64_t at = 0;
    return time_parse(json_text(row, "WhenChangedUTC"), &at) ? at : 0;
}

/* Nearly every mailbox has an object id; those of the system have their own GUID alone. */
static const char *mailbox_id(const json_t *row)
{
    const char *id = json_text(row, "ExternalDirectoryObjectId");
    return id && *id ? id : json_text_or(row, "ExchangeGuid", "");
}

static bool put_mailbox(struct tx *tx, const struct scan *scan, const json_t *row, int64_t now,
                        struct err *err)
{
    AUTO_FREE char *id = text_fold(mailbox_id(row));
    return !*id ||
           tx_exec(tx, err,
                   "INSERT INTO access_mailboxes(tenant_id, id, name, principal, changed_at, listed_at, "
                   "looked_at, turn) VALUES ($1, $2, $3, $4, $5, $6, 0, $7) ON CONFLICT (tenant_id, id) DO "
                   "UPDATE SET name = excluded.name, principal = excluded.principal, changed_at = "
                   "excluded.changed_at, listed_at = excluded.listed_at, turn = CASE WHEN "
                   "access_mailboxes.looked_at = 0 THEN excluded.turn WHEN excluded.changed_at > "
                   "access_mailboxes.looked_at THEN CAST($8 AS BIGINT) ELSE CAST($9 AS BIGINT) END",
                   P_TEXT(scan->tenant_id), P_TEXT(id), P_TEXT(json_text_or(row, "DisplayName", id)),
                   P_TEXT(json_text(row, "UserPrincipalName")), P_INT(changed_at(row)), P_INT(now),
                   P_INT(TURN_NEW), P_INT(TURN_CHANGED), P_INT(TURN_USUAL));
}

bool scan_put_mailboxes(struct tx *tx, const struct scan *scan, const json_t *rows, int64_t now,
                        struct err *err)
{
    size_t i;
    json_t *row;
    json_array_foreach ((json_t *)rows, i, row) {
        if (!put_mailbox(tx, scan, row, now, err))
            return false;
    }
    return true;
}

static bool put_name(struct tx *tx, const struct scan *scan, const json_t *user, const char *key, int64_t now,
                     struct err *err)
{
    AUTO_FREE char *id = text_fold(json_text_or(user, "id", ""));
    AUTO_FREE char *name = text_fold(json_text_or(user, key, ""));
    return !*id || !*name ||
           tx_exec(tx, err,
                   "INSERT INTO access_names(tenant_id, name, id, listed_at) VALUES ($1, $2, $3, $4) ON "
                   "CONFLICT (tenant_id, name, id) DO UPDATE SET listed_at = excluded.listed_at",
                   P_TEXT(scan->tenant_id), P_TEXT(name), P_TEXT(id), P_INT(now));
}

bool scan_put_names(struct tx *tx, const struct scan *scan, const json_t *users, int64_t now, struct err *err)
{
    size_t i;
    json_t *user;
    json_array_foreach ((json_t *)users, i, user) {
        if (!put_name(tx, scan, user, "userPrincipalName", now, err) ||
            !put_name(tx, scan, user, "mail", now, err) || !put_name(tx, scan, user, "displayName", now, err))
            return false;
    }
    return true;
}

bool scan_listed(struct tx *tx, struct scan *scan, struct err *err)
{
    scan->phase = SCAN_LOOK;
    return tx_exec(tx, err, "DELETE FROM access_mailboxes WHERE tenant_id = $1 AND listed_at < $2",
                   P_TEXT(scan->tenant_id), P_INT(scan->pass_started_at)) &&
           tx_exec(tx, err, "DELETE FROM access_names WHERE tenant_id = $1 AND listed_at < $2",
                   P_TEXT(scan->tenant_id), P_INT(scan->pass_started_at)) &&
           tx_exec(
               tx, err,
               "UPDATE access_scans SET phase = 'look', mailboxes = (SELECT count(*) FROM access_mailboxes "
               "WHERE access_mailboxes.tenant_id = $1) WHERE tenant_id = $1 AND epoch = $2",
               P_TEXT(scan->tenant_id), P_INT(scan->epoch)) &&
           still_ours(tx, err);
}

/* --- looking ---------------------------------------------------------------------------------------------
 */

bool scan_next(struct tx *tx, struct arena *arena, const struct scan *scan, size_t most,
               struct look *ret_looks, size_t *ret_count, struct err *err)
{
    *ret_count = 0;
    AUTO_ROWS struct rows *rows = tx_query(
        tx, err,
        "SELECT id, principal FROM access_mailboxes WHERE tenant_id = $1 AND turn < $2 ORDER BY turn, "
        "looked_at, id LIMIT $3",
        P_TEXT(scan->tenant_id), P_INT(TURN_DONE), P_INT(most));
    while (rows && rows_next(rows))
        ret_looks[(*ret_count)++] = (struct look){.id = arena_text(arena, row_text(rows, 0)),
                                                  .principal = arena_text(arena, row_text(rows, 1))};
    return rows && !rows_failed(rows, err);
}

/* Who it is, by the names of the last listing; several when they share a name; the text itself when nobody
 * has it. */
static bool put_entry(struct tx *tx, const struct scan *scan, const char *mailbox, const char *folder,
                      const char *who, struct err *err)
{
    AUTO_FREE char *name = text_fold(who);
    return tx_exec(
               tx, err,
               "INSERT INTO access_entries(tenant_id, mailbox_id, folder, who, seen_at) SELECT tenant_id, "
               "CAST($2 AS TEXT), CAST($3 AS TEXT), id, CAST($5 AS BIGINT) FROM access_names WHERE "
               "tenant_id = $1 AND name = $4 ON CONFLICT (tenant_id, mailbox_id, folder, who) DO UPDATE "
               "SET seen_at = excluded.seen_at",
               P_TEXT(scan->tenant_id), P_TEXT(mailbox), P_TEXT(folder), P_TEXT(name),
               P_INT(scan->claimed_at)) &&
           (tx_changes(tx) > 0 ||
            tx_exec(tx, err,
                    "INSERT INTO access_entries(tenant_id, mailbox_id, folder, who, seen_at) VALUES ($1, $2, "
                    "$3, $4, $5) ON CONFLICT (tenant_id, mailbox_id, folder, who) DO UPDATE SET seen_at = "
                    "excluded.seen_at",
                    P_TEXT(scan->tenant_id), P_TEXT(mailbox), P_TEXT(folder), P_TEXT(name),
                    P_INT(scan->claimed_at)));
}

/* Entries that were made after the claim are our own changes, perhaps another node's: the look may have been
 * before them. What is kept too long for that goes with the next pass. */
static bool put_access(struct tx *tx, const struct scan *scan, const struct look *look, struct err *err)
{
    size_t i;
    json_t *who;
    if (!look->access)
        return true;
    if (!tx_exec(tx, err,
                 "DELETE FROM access_entries WHERE tenant_id = $1 AND mailbox_id = $2 AND folder = '' AND "
                 "seen_at < $3",
                 P_TEXT(scan->tenant_id), P_TEXT(look->id), P_INT(scan->claimed_at - CLOCKS_APART_MS)))
        return false;
    json_array_foreach (look->access, i, who) {
        if (!put_entry(tx, scan, look->id, "", json_string_value(who), err))
            return false;
    }
    return true;
}

static bool put_calendars(struct tx *tx, const struct scan *scan, const struct look *look, struct err *err)
{
    size_t i;
    json_t *entry;
    if (!look->calendars)
        return true;
    if (!tx_exec(tx, err,
                 "DELETE FROM access_entries WHERE tenant_id = $1 AND mailbox_id = $2 AND folder <> '' AND "
                 "seen_at < $3",
                 P_TEXT(scan->tenant_id), P_TEXT(look->id), P_INT(scan->claimed_at - CLOCKS_APART_MS)))
        return false;
    json_array_foreach (look->calendars, i, entry) {
        if (!put_entry(tx, scan, look->id, json_text_or(entry, "folder", ""), json_text_or(entry, "who", ""),
                       err))
            return false;
    }
    return true;
}

static json_t *error_json(const struct err *problem, int64_t now)
{
    json_t *error = json_make("{s:o, s:o, s:b}", "code", json_text_new(problem->code), "message",
                              json_text_new(problem->message), "retryable", err_again(problem));
    return json_put_time(error, "at", now);
}

static bool mark_done(struct tx *tx, const struct scan *scan, const struct look *look, struct err *err)
{
    return tx_exec(
               tx, err,
               "UPDATE access_mailboxes SET turn = $4, looked_at = $3, error_json = NULL WHERE tenant_id = "
               "$1 AND id = $2",
               P_TEXT(scan->tenant_id), P_TEXT(look->id), P_INT(scan->claimed_at), P_INT(TURN_DONE)) &&
           tx_exec(tx, err, "UPDATE access_scans SET looked = looked + 1 WHERE tenant_id = $1",
                   P_TEXT(scan->tenant_id));
}

/* A third failure ends it for this pass; looked_at stays, so that the next pass has it among the first. */
static bool mark_failed(struct tx *tx, const struct scan *scan, const struct look *look, int64_t now,
                        struct err *err)
{
    AUTO_JSON json_t *error = error_json(&look->err, now);
    AUTO_FREE char *text = json_write(error);
    return tx_exec(tx, err,
                   "UPDATE access_mailboxes SET turn = CASE WHEN turn < $4 THEN $4 ELSE turn + 1 END, "
                   "error_json = $3 WHERE tenant_id = $1 AND id = $2",
                   P_TEXT(scan->tenant_id), P_TEXT(look->id), P_TEXT(text), P_INT(TURN_AGAIN)) &&
           tx_exec(tx, err,
                   "UPDATE access_scans SET looked = looked + (SELECT count(*) FROM access_mailboxes WHERE "
                   "access_mailboxes.tenant_id = $1 AND id = $2 AND turn >= $3) WHERE tenant_id = $1",
                   P_TEXT(scan->tenant_id), P_TEXT(look->id), P_INT(TURN_DONE));
}

static bool drop(struct tx *tx, const struct scan *scan, const char *mailbox, struct err *err)
{
    return tx_exec(tx, err, "DELETE FROM access_mailboxes WHERE tenant_id = $1 AND id = $2",
                   P_TEXT(scan->tenant_id), P_TEXT(mailbox)) &&
           tx_exec(tx, err, "UPDATE access_scans SET mailboxes = mailboxes - 1 WHERE tenant_id = $1",
                   P_TEXT(scan->tenant_id));
}

bool scan_put_look(struct tx *tx, const struct scan *scan, const struct look *look, int64_t now,
                   struct err *err)
{
    if (look->gone)
        return drop(tx, scan, look->id, err);
    return put_access(tx, scan, look, err) && put_calendars(tx, scan, look, err) &&
           (look->err.kind == ERR_NONE ? mark_done(tx, scan, look, err)
                                       : mark_failed(tx, scan, look, now, err));
}

/* --- ends of steps ---------------------------------------------------------------------------------------
 */

bool scan_rest(struct tx *tx, const struct scan *scan, int64_t now, int64_t next_at,
               const struct err *problem, struct err *err)
{
    AUTO_JSON json_t *error = problem ? error_json(problem, now) : NULL;
    AUTO_FREE char *text = error ? json_write(error) : NULL;
    bool throttled = problem && problem->kind == ERR_LIMIT;
    return tx_exec(
               tx, err,
               "UPDATE access_scans SET lease_until = 0, next_at = $3, throttled = $4, failures = $5, "
               "error_json = CASE WHEN CAST($4 AS BIGINT) = 1 THEN error_json ELSE $6 END WHERE tenant_id "
               "= $1 AND epoch = $2",
               P_TEXT(scan->tenant_id), P_INT(scan->epoch), P_INT(next_at), P_INT(throttled),
               P_INT(problem && !throttled ? scan->failures + 1
                     : throttled           ? scan->failures
                                           : 0),
               P_TEXT(text)) &&
           still_ours(tx, err);
}

bool scan_complete(struct tx *tx, const struct scan *scan, int64_t now, int64_t refresh_ms, struct err *err)
{
    int64_t next_at = scan->pass_started_at + refresh_ms;
    return tx_exec(
               tx, err,
               "UPDATE access_scans SET phase = 'list', as_of = pass_started_at, completed_at = $3, "
               "wanted_at = NULL, failures = 0, throttled = 0, error_json = NULL, lease_until = 0, next_at "
               "= $4, unreadable = (SELECT count(*) FROM access_mailboxes WHERE access_mailboxes.tenant_id "
               "= $1 AND error_json IS NOT NULL) WHERE tenant_id = $1 AND epoch = $2",
               P_TEXT(scan->tenant_id), P_INT(scan->epoch), P_INT(now),
               P_INT(next_at > now ? next_at : now)) &&
           still_ours(tx, err);
}
