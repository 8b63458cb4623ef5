#include "journal/disconnected.h"

#include <inttypes.h>

#include "base/text.h"
#include "journal/notices.h"

static bool tell(struct tx *tx, const char *tenant_id, const char *message, int64_t now, struct err *err)
{
    AUTO_ROWS struct rows *rows =
        tx_query(tx, err, "SELECT display_name FROM tenants WHERE id = $1", P_TEXT(tenant_id));
    if (!rows)
        return false;
    AUTO_STRBUF struct strbuf name = STRBUF_MAX(1000), key = STRBUF_MAX(100), summary = STRBUF_MAX(2000);
    strbuf_text_add(&name, rows_next(rows) ? row_text(rows, 0) : tenant_id);
    rows_auto_close(&rows);
    strbuf_printf(&key, "%s/%" PRId64, tenant_id, now);
    strbuf_printf(&summary,
                  "Microsoft refuses the application in the tenant %s. Its offboardings wait until that is "
                  "repaired, and then go on by themselves. %s",
                  strbuf_text(&name), message);
    json_t *facts = json_make("[{s:s, s:s}]", "name", "Tenant", "value", strbuf_text(&name));
    return notice_to_operator(tx, "tenant_disconnected", "tenant", strbuf_text(&key), strbuf_text(&summary),
                              facts, now, err);
}

bool disconnected_note(struct tx *tx, const char *tenant_id, const char *code, const char *message,
                       int64_t now, struct err *err)
{
    return tx_exec(tx, err,
                   "INSERT INTO disconnected_tenants(tenant_id, code, message, since, try_at) "
                   "VALUES ($1, $2, $3, $4, $5) ON CONFLICT (tenant_id) DO NOTHING",
                   P_TEXT(tenant_id), P_TEXT(code), P_TEXT(message), P_INT(now),
                   P_INT(now + DISCONNECTED_TRY_MS)) &&
           (tx_changes(tx) == 0 || tell(tx, tenant_id, message, now, err));
}

bool disconnected_try(struct tx *tx, const char *tenant_id, int64_t now, bool *ret_noted, struct err *err)
{
    bool good = tx_exec(tx, err, "UPDATE disconnected_tenants SET try_at = $2 WHERE tenant_id = $1",
                        P_TEXT(tenant_id), P_INT(now + DISCONNECTED_TRY_MS));
    *ret_noted = good && tx_changes(tx) > 0;
    return good;
}

bool disconnected_mended(struct tx *tx, const char *tenant_id, int64_t now, struct err *err)
{
    return tx_exec(tx, err, "DELETE FROM disconnected_tenants WHERE tenant_id = $1", P_TEXT(tenant_id)) &&
           (tx_changes(tx) == 0 ||
            (tx_exec(tx, err, "DELETE FROM tenant_health WHERE tenant_id = $1 AND status = 'disconnected'",
                     P_TEXT(tenant_id)) &&
             tx_exec(
                 tx, err,
                 "UPDATE tasks SET waiting_until = $2 WHERE status = 'waiting' AND reason = "
                 "'disconnected' AND waiting_until > $2 AND offboarding_id IN (SELECT id FROM offboardings "
                 "WHERE tenant_id = $1 AND unfinished = 1 AND status = 'waiting')",
                 P_TEXT(tenant_id), P_INT(now)) &&
             /* Also those whose start could not be looked at; what waits for something else finds that out.
              */
             tx_exec(tx, err,
                     "UPDATE offboardings SET due_at = $2 WHERE tenant_id = $1 AND unfinished = 1 AND "
                     "status = 'waiting' AND due_at > $2",
                     P_TEXT(tenant_id), P_INT(now))));
}
