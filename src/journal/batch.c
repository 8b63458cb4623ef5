#include "journal/batch.h"

#include "journal/offboardings.h"

static bool count_of(struct tx *tx, const char *batch, const char *sql, int64_t *ret, struct err *err)
{
    AUTO_ROWS struct rows *rows = tx_query(tx, err, sql, P_TEXT(batch));
    *ret = rows && rows_next(rows) ? row_int(rows, 0) : 0;
    return rows && !rows_failed(rows, err);
}

/* How many the next stage lets go; ERR_CONFLICT when it is not time for it. */
static bool next_stage(struct tx *tx, const char *batch, int64_t *ret_most, struct err *err)
{
    int64_t released, running;
    if (!count_of(tx, batch,
                  "SELECT count(*) FROM offboardings WHERE batch = $1 AND status NOT IN "
                  "('awaiting_approval', 'cancelled')",
                  &released, err) ||
        !count_of(tx, batch,
                  "SELECT count(*) FROM offboardings WHERE batch = $1 AND unfinished = 1 AND status <> "
                  "'awaiting_approval'",
                  &running, err))
        return false;
    if (running)
        return err_code(
            err, ERR_CONFLICT, "first_stage_runs",
            "%d of this request have not ended yet. Look at what becomes of them, then approve the "
            "rest.",
            (int)running);
    *ret_most = released ? INT64_MAX : BATCH_FIRST;
    return true;
}

static json_t *ids_of(struct rows *rows, struct err *err)
{
    AUTO_JSON json_t *ids = json_array();
    while (rows && rows_next(rows))
        json_add(ids, json_text_new(row_text(rows, 0)));
    return rows && !rows_failed(rows, err) ? json_incref(ids) : NULL;
}

static json_t *awaiting(struct tx *tx, const char *batch, struct err *err)
{
    AUTO_ROWS struct rows *rows =
        tx_query(tx, err,
                 "SELECT id FROM offboardings WHERE batch = $1 AND unfinished = 1 AND "
                 "status = 'awaiting_approval' ORDER BY id FOR UPDATE",
                 P_TEXT(batch));
    return ids_of(rows, err);
}

bool batch_approve(struct tx *tx, const char *batch, const char *by, const char *reason, int64_t now,
                   struct batch_release *ret, struct err *err)
{
    int64_t most = 0;
    AUTO_JSON json_t *ids = awaiting(tx, batch, err);
    if (!ids)
        return false;
    int64_t total = (int64_t)json_array_size(ids);
    if (!total)
        return err_code(err, ERR_CONFLICT, "not_possible_now", "Nothing of this request awaits approval.");
    if (!next_stage(tx, batch, &most, err))
        return false;
    ret->released = most < total ? most : total;
    ret->waiting = total - ret->released;
    for (int64_t i = 0; i < ret->released; i++)
        if (!offboarding_approve(tx, json_string_value(json_array_get(ids, (size_t)i)), by, reason, now, err))
            return false;
    return true;
}

#define STOPPED                                                                                        \
    "unfinished = 1 AND (CAST($1 AS TEXT) IS NULL OR batch = $1) AND (CAST($2 AS TEXT) IS NULL OR "    \
    "tenant_id = $2) AND (CAST($1 AS TEXT) IS NOT NULL OR status IN ('queued', 'running', 'waiting', " \
    "'undoing'))"

bool batch_stop_writes(struct tx *tx, const struct batch_stop *stop, int64_t now, json_t **ret_ids,
                       struct err *err)
{
    if (!tx_exec(tx, err,
                 "UPDATE offboardings SET cancel_requested = 1, due_at = CASE WHEN due_at > $3 THEN $3 ELSE "
                 "due_at END WHERE " STOPPED,
                 P_TEXT(stop->batch), P_TEXT(stop->tenant_id), P_INT(now)))
        return false;
    AUTO_ROWS struct rows *rows = tx_query(
        tx, err, "SELECT id FROM offboardings WHERE " STOPPED " AND cancel_requested = 1 ORDER BY id",
        P_TEXT(stop->batch), P_TEXT(stop->tenant_id));
    *ret_ids = ids_of(rows, err);
    return *ret_ids != NULL;
}
