#include "access/access.h"

#include <string.h>

#include "base/clock.h"

/* --- how far it is ---------------------------------------------------------------------------------------
 */

static json_t *pass_json(const struct rows *rows)
{
    return json_put_time(json_make("{s:I, s:I}", "looked", (json_int_t)row_int(rows, 5), "mailboxes",
                                   (json_int_t)row_int(rows, 4)),
                         "started_at", row_int(rows, 3));
}

static json_t *state_json(const struct rows *rows)
{
    bool looking = strcmp(row_text(rows, 2), "look") == 0;
    json_t *state = json_object();
    json_put_text(state, "status", row_int(rows, 0) ? "complete" : row_int(rows, 3) ? "running" : "never");
    json_put_time(state, "completed_at", row_int(rows, 0));
    json_put_time(state, "as_of", row_int(rows, 1));
    json_put(state, "mailboxes", json_integer(row_int(rows, 4)));
    json_put(state, "unreadable", json_integer(row_int(rows, 6)));
    json_put(state, "pass", looking ? pass_json(rows) : json_null());
    return json_put(state, "error", row_json(rows, 7));
}

json_t *access_state(struct tx *tx, const char *tenant_id, struct err *err)
{
    AUTO_ROWS struct rows *rows =
        tx_query(tx, err,
                 "SELECT completed_at, as_of, phase, pass_started_at, mailboxes, looked, unreadable, "
                 "error_json FROM access_scans WHERE tenant_id = $1",
                 P_TEXT(tenant_id));
    if (!rows)
        return NULL;
    if (rows_next(rows))
        return state_json(rows);
    return rows_failed(rows, err)
               ? NULL
               : json_make("{s:s, s:n, s:n, s:i, s:i, s:n, s:n}", "status", "never", "completed_at", "as_of",
                           "mailboxes", 0, "unreadable", 0, "pass", "error");
}

/* --- where a person has been seen ------------------------------------------------------------------------
 */

static char *folded(const char *text)
{
    return text ? text_fold(text) : NULL;
}

bool access_find(struct tx *tx, const char *tenant_id, const struct access_person *person,
                 void (*found)(void *ctx, const char *mailbox_id, const char *name, const char *folder),
                 void *ctx, struct err *err)
{
    AUTO_FREE char *id = text_fold(person->id);
    AUTO_FREE char *principal = folded(person->names[0]);
    AUTO_FREE char *address = folded(person->names[1]);
    AUTO_FREE char *name = folded(person->names[2]);
    AUTO_ROWS struct rows *rows = tx_query(
        tx, err,
        "SELECT e.mailbox_id, m.name, e.folder FROM access_entries e JOIN access_mailboxes m ON m.tenant_id "
        "= "
        "e.tenant_id AND m.id = e.mailbox_id WHERE e.tenant_id = $1 AND e.mailbox_id <> $2 AND e.who IN "
        "(SELECT CAST($2 AS TEXT) UNION SELECT CAST($3 AS TEXT) UNION SELECT CAST($4 AS TEXT) UNION SELECT "
        "CAST($5 AS TEXT) UNION SELECT n.name FROM access_names n WHERE n.tenant_id = $1 AND n.id = $2) "
        "ORDER BY m.name, e.mailbox_id, e.folder",
        P_TEXT(tenant_id), P_TEXT(id), P_TEXT(principal), P_TEXT(address), P_TEXT(name));
    while (rows && rows_next(rows)) {
        const char *folder = row_text(rows, 2);
        found(ctx, row_text(rows, 0), row_text(rows, 1), *folder ? folder : NULL);
    }
    return rows && !rows_failed(rows, err);
}

/* --- what we changed ourselves ---------------------------------------------------------------------------
 */

static bool note_granted(struct tx *tx, const struct access_change *change, const char *mailbox_id,
                         const char *user_id, int64_t now, struct err *err)
{
    const char *name = change->mailbox_name ? change->mailbox_name : mailbox_id;
    return tx_exec(
               tx, err,
               "INSERT INTO access_mailboxes(tenant_id, id, name, changed_at, listed_at, looked_at, turn) "
               "SELECT id, CAST($2 AS TEXT), CAST($3 AS TEXT), 0, CAST($4 AS BIGINT), 0, 0 FROM tenants "
               "WHERE id = $1 ON CONFLICT (tenant_id, id) DO NOTHING",
               P_TEXT(change->tenant_id), P_TEXT(mailbox_id), P_TEXT(name), P_INT(now)) &&
           tx_exec(
               tx, err,
               "INSERT INTO access_entries(tenant_id, mailbox_id, folder, who, seen_at) SELECT tenant_id, "
               "id, CAST($3 AS TEXT), CAST($4 AS TEXT), CAST($5 AS BIGINT) FROM access_mailboxes WHERE "
               "tenant_id = $1 AND id = $2 ON CONFLICT (tenant_id, mailbox_id, folder, who) DO UPDATE SET "
               "seen_at = excluded.seen_at",
               P_TEXT(change->tenant_id), P_TEXT(mailbox_id), P_TEXT(change->folder ? change->folder : ""),
               P_TEXT(user_id), P_INT(now));
}

bool access_note(struct tx *tx, const struct access_change *change, int64_t now, struct err *err)
{
    AUTO_FREE char *mailbox_id = text_fold(change->mailbox_id);
    AUTO_FREE char *user_id = text_fold(change->user_id);
    if (change->granted)
        return note_granted(tx, change, mailbox_id, user_id, now, err);
    return tx_exec(tx, err,
                   "DELETE FROM access_entries WHERE tenant_id = $1 AND mailbox_id = $2 AND folder = $3 AND "
                   "who = $4",
                   P_TEXT(change->tenant_id), P_TEXT(mailbox_id),
                   P_TEXT(change->folder ? change->folder : ""), P_TEXT(user_id));
}

/* --- who waits for it ------------------------------------------------------------------------------------
 */

/* The first to want it need not wait for a pause to end, unless Exchange itself asked for that. */
bool access_want(struct tx *tx, const char *tenant_id, int64_t now, struct err *err)
{
    return tx_exec(
        tx, err,
        "UPDATE access_scans SET wanted_at = $2, next_at = CASE WHEN throttled = 1 OR next_at < $2 "
        "OR wanted_at > $3 THEN next_at ELSE $2 END WHERE tenant_id = $1",
        P_TEXT(tenant_id), P_INT(now), P_INT(now - ACCESS_WANTED_MS));
}
