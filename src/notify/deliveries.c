#include "notify/deliveries.h"

#include <stdlib.h>
#include <string.h>

#include "notify/message.h"
#include "notify/retry.h"

#define ATTEMPTS_FIRST 20 /* kept of a delivery with many: the first … */
#define ATTEMPTS_LAST 30  /* … and the last */

void outcome_done(struct outcome *outcome)
{
    json_decref(outcome->request);
    free(outcome->response);
    *outcome = (struct outcome){0};
}

static bool queue_length(struct tx *tx, const char *endpoint, int64_t *ret, struct err *err)
{
    AUTO_ROWS struct rows *rows =
        tx_query(tx, err, "SELECT count(*) FROM deliveries WHERE status = 'pending' AND endpoint = $1",
                 P_TEXT(endpoint));
    *ret = rows && rows_next(rows) ? row_int(rows, 0) : 0;
    return rows && !rows_failed(rows, err);
}

bool delivery_insert(struct tx *tx, const struct delivery *d, int64_t now, struct err *err)
{
    int64_t waiting;
    if (!queue_length(tx, d->endpoint, &waiting, err))
        return false;
    bool full = waiting >= DELIVERIES_QUEUE_MAX;
    return tx_exec(
        tx, err,
        "INSERT INTO deliveries(id, notice_id, offboarding_id, tenant_id, event, channel, endpoint, "
        "endpoint_name, status, reason, created_at, due_at, ended_at) "
        "VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13) "
        "ON CONFLICT (notice_id, endpoint) DO NOTHING",
        P_TEXT(d->id), P_INT(d->notice_id), P_TEXT(d->offboarding_id), P_TEXT(d->tenant_id), P_TEXT(d->event),
        P_TEXT(d->channel), P_TEXT(d->endpoint), P_TEXT(d->endpoint_name),
        P_TEXT(full ? "failed" : "pending"), P_TEXT(full ? "queue_full" : NULL), P_INT(d->created_at),
        P_INT(now), full ? P_INT(now) : P_NULL);
}

/* --- claiming --- */

#define COLUMNS                                                                                           \
    "d.id, d.notice_id, d.offboarding_id, d.tenant_id, d.event, d.channel, d.endpoint, d.endpoint_name, " \
    "d.attempts, d.step, d.created_at, d.epoch"
/* Nothing of the same offboarding is waiting before it, the endpoint has not asked us to wait, and is not
 * busy. */
#define MAY_GO                                                                                           \
    " AND d.lease_until <= $1 "                                                                          \
    "AND NOT EXISTS (SELECT 1 FROM endpoints e WHERE e.endpoint = d.endpoint AND e.closed_until > $1) "  \
    "AND NOT EXISTS (SELECT 1 FROM deliveries p WHERE p.status = 'pending' AND p.endpoint = d.endpoint " \
    "AND p.offboarding_id = d.offboarding_id AND p.notice_id < d.notice_id) "                            \
    "AND (SELECT count(*) FROM deliveries b WHERE b.status = 'pending' AND b.endpoint = d.endpoint AND " \
    "b.lease_until > $1) < $2 "

static struct delivery read_row(struct arena *arena, const struct rows *rows, bool probe)
{
    return (struct delivery){.id = arena_text(arena, row_text(rows, 0)),
                             .notice_id = row_int(rows, 1),
                             .offboarding_id = arena_text(arena, row_text(rows, 2)),
                             .tenant_id = arena_text(arena, row_text(rows, 3)),
                             .event = arena_text(arena, row_text(rows, 4)),
                             .channel = arena_text(arena, row_text(rows, 5)),
                             .endpoint = arena_text(arena, row_text(rows, 6)),
                             .endpoint_name = arena_text(arena, row_text(rows, 7)),
                             .attempts = row_int(rows, 8),
                             .step = row_int(rows, 9),
                             .created_at = row_int(rows, 10),
                             .epoch = row_int(rows, 11),
                             .probe = probe};
}

static bool read_candidates(struct tx *tx, struct arena *arena, int64_t now, bool probe, struct delivery *ret,
                            size_t max, size_t *ret_count, struct err *err)
{
    size_t count = 0;
    AUTO_ROWS struct rows *rows =
        probe
            ? tx_query(tx, err,
                       "SELECT " COLUMNS " FROM endpoints f JOIN deliveries d ON d.endpoint = f.endpoint "
                       "WHERE f.probe_at <= $1 AND d.status = 'pending' AND d.due_at > $1 AND d.notice_id = "
                       "(SELECT min(h.notice_id) FROM deliveries h WHERE h.status = 'pending' AND "
                       "h.endpoint = d.endpoint)" MAY_GO "ORDER BY d.notice_id LIMIT $3",
                       P_INT(now), P_INT(DELIVERIES_AT_ONCE), P_INT(max))
            : tx_query(tx, err,
                       "SELECT " COLUMNS
                       " FROM deliveries d WHERE d.status = 'pending' AND d.due_at <= $1" MAY_GO
                       "ORDER BY d.notice_id, d.id LIMIT $3",
                       P_INT(now), P_INT(DELIVERIES_AT_ONCE), P_INT(max));
    while (rows && count < max && rows_next(rows))
        ret[count++] = read_row(arena, rows, probe);
    *ret_count = count;
    return rows && !rows_failed(rows, err);
}

/* The places that are taken count from one candidate to the next. */
static bool has_place(const struct delivery *claimed, size_t count, const struct delivery *candidate)
{
    size_t same = 0;
    for (size_t i = 0; i < count; i++)
        same += strcmp(claimed[i].endpoint, candidate->endpoint) == 0;
    return same < DELIVERIES_AT_ONCE;
}

static bool take(struct tx *tx, const char *node, int64_t now, struct delivery *d, bool *ret_taken,
                 struct err *err)
{
    if (!tx_exec(tx, err,
                 "UPDATE deliveries SET owner = $1, epoch = epoch + 1, lease_until = $2 "
                 "WHERE id = $3 AND epoch = $4 AND status = 'pending' AND lease_until <= $5",
                 P_TEXT(node), P_INT(now + DELIVERIES_LEASE_MS), P_TEXT(d->id), P_INT(d->epoch), P_INT(now)))
        return false;
    *ret_taken = tx_changes(tx) > 0;
    d->epoch++;
    return true;
}

bool deliveries_claim(struct tx *tx, struct arena *arena, const char *node, int64_t now, struct delivery *ret,
                      size_t max, size_t *ret_count, struct err *err)
{
    size_t count, kept = 0;
    struct delivery *found = arena_alloc(arena, max ? max : 1, sizeof *found);
    for (int probe = 0; probe < 2; probe++) {
        if (!read_candidates(tx, arena, now, probe, found, max, &count, err))
            return false;
        for (size_t i = 0; i < count && kept < max; i++) {
            bool taken = false;
            if (!has_place(ret, kept, &found[i]))
                continue;
            if (!take(tx, node, now, &found[i], &taken, err))
                return false;
            if (taken)
                ret[kept++] = found[i];
        }
    }
    *ret_count = kept;
    return true;
}

bool deliveries_may_go(struct tx *tx, int64_t now, bool *ret, struct err *err)
{
    AUTO_ARENA struct arena *arena = arena_new();
    struct delivery one;
    size_t count = 0;
    bool good = read_candidates(tx, arena, now, false, &one, 1, &count, err) &&
                (count > 0 || read_candidates(tx, arena, now, true, &one, 1, &count, err));
    *ret = count > 0;
    return good;
}

bool deliveries_next_due(struct tx *tx, int64_t *ret_at, struct err *err)
{
    AUTO_ROWS struct rows *rows =
        tx_query(tx, err,
                 "SELECT min(CASE WHEN lease_until > due_at THEN lease_until ELSE due_at END), count(*), "
                 "(SELECT min(f.probe_at) FROM endpoints f WHERE EXISTS (SELECT 1 FROM deliveries w WHERE "
                 "w.status = 'pending' "
                 "AND w.endpoint = f.endpoint)) FROM deliveries WHERE status = 'pending'");
    if (!rows || !rows_next(rows))
        return rows && !rows_failed(rows, err);
    *ret_at = row_int(rows, 1) ? row_int(rows, 0) : INT64_MAX;
    if (row_int(rows, 1) && row_int(rows, 2) && row_int(rows, 2) < *ret_at)
        *ret_at = row_int(rows, 2);
    return true;
}

bool deliveries_take_up(struct tx *tx, const char *node, struct err *err)
{
    return tx_exec(tx, err,
                   "UPDATE deliveries SET lease_until = 0 WHERE owner = $1 AND status = 'pending' AND "
                   "lease_until > 0",
                   P_TEXT(node));
}

static bool lost(struct err *err)
{
    return err_set(err, ERR_STALE, "another node has taken over this delivery");
}

bool delivery_renew(struct tx *tx, const struct delivery *d, int64_t now, struct err *err)
{
    return tx_exec(tx, err, "UPDATE deliveries SET lease_until = $1 WHERE id = $2 AND epoch = $3",
                   P_INT(now + DELIVERIES_LEASE_MS), P_TEXT(d->id), P_INT(d->epoch)) &&
           (tx_changes(tx) > 0 || lost(err));
}

/* --- what came of it --- */

static bool write_attempt(struct tx *tx, const struct delivery *d, const struct outcome *outcome,
                          struct err *err)
{
    int64_t number = d->attempts + 1;
    AUTO_FREE char *request = outcome->request ? json_write(outcome->request) : NULL;
    AUTO_JSON json_t *error = outcome->delivered ? NULL
                                                 : json_make("{s:s, s:o}", "code", outcome->err.code,
                                                             "message", json_text_new(outcome->err.message));
    AUTO_FREE char *error_text = error ? json_write(error) : NULL;
    return tx_exec(tx, err,
                   "INSERT INTO attempts(delivery_id, number, at, ms, request_json, status, response, "
                   "error_json) "
                   "VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
                   P_TEXT(d->id), P_INT(number), P_INT(outcome->at), P_INT(outcome->ms),
                   P_TEXT(request ? request : "{}"), P_INT(outcome->status),
                   P_TEXT(outcome->response ? outcome->response : ""), P_TEXT(error_text)) &&
           tx_exec(tx, err, "DELETE FROM attempts WHERE delivery_id = $1 AND number > $2 AND number <= $3",
                   P_TEXT(d->id), P_INT(ATTEMPTS_FIRST), P_INT(number - ATTEMPTS_LAST));
}

/* The endpoint answers again: whatever waits for it goes now. */
static bool endpoint_is_back(struct tx *tx, const char *endpoint, int64_t now, struct err *err)
{
    return tx_exec(tx, err, "DELETE FROM endpoints WHERE endpoint = $1", P_TEXT(endpoint)) &&
           (tx_changes(tx) == 0 || tx_exec(tx, err,
                                           "UPDATE deliveries SET due_at = $2 WHERE status = 'pending' AND "
                                           "endpoint = $1 AND due_at > $2",
                                           P_TEXT(endpoint), P_INT(now)));
}

static bool endpoint_fails(struct tx *tx, const struct rng *rng, const char *endpoint, int64_t retry_after_ms,
                           int64_t now, struct err *err)
{
    int64_t closed_until = retry_after_ms > 0 ? now + retry_after_ms : 0,
            probe_at = now + retry_probe_ms(rng);
    return tx_exec(
        tx, err,
        "INSERT INTO endpoints(endpoint, failing_since, probe_at, closed_until) VALUES ($1, $2, $3, $4) "
        "ON CONFLICT (endpoint) DO UPDATE SET probe_at = $3, closed_until = "
        "CASE WHEN endpoints.closed_until > $4 THEN endpoints.closed_until ELSE $4 END",
        P_TEXT(endpoint), P_INT(now), P_INT(probe_at), P_INT(closed_until));
}

static bool move(struct tx *tx, const struct delivery *d, const char *status, const char *reason,
                 int64_t step, int64_t due_at, int64_t now, struct err *err)
{
    bool ended = strcmp(status, "pending") != 0;
    return tx_exec(tx, err,
                   "UPDATE deliveries SET status = $3, reason = $4, attempts = attempts + 1, step = $5, "
                   "due_at = $6, "
                   "ended_at = $7, lease_until = 0, link_sealed = CASE WHEN $8 = 1 THEN NULL ELSE "
                   "link_sealed END "
                   "WHERE id = $1 AND epoch = $2",
                   P_TEXT(d->id), P_INT(d->epoch), P_TEXT(status), P_TEXT(reason), P_INT(step), P_INT(due_at),
                   ended ? P_INT(now) : P_NULL, P_INT(ended)) &&
           (tx_changes(tx) > 0 || lost(err));
}

static bool due_at_of(struct tx *tx, const char *id, int64_t *ret, struct err *err)
{
    AUTO_ROWS struct rows *rows =
        tx_query(tx, err, "SELECT due_at FROM deliveries WHERE id = $1", P_TEXT(id));
    *ret = rows && rows_next(rows) ? row_int(rows, 0) : 0;
    return rows && !rows_failed(rows, err);
}

bool delivery_record(struct tx *tx, const struct rng *rng, const struct delivery *d,
                     const struct outcome *outcome, int64_t now, bool *ret_dead, struct err *err)
{
    int64_t step = d->probe ? d->step : d->step + 1, delay = 0, due_at = now;
    *ret_dead = false;
    if (outcome->delivered)
        return move(tx, d, "delivered", NULL, step, now, now, err) && write_attempt(tx, d, outcome, err) &&
               endpoint_is_back(tx, d->endpoint, now, err);
    delay = outcome->hopeless || outcome->gone ? -1 : d->probe ? 0 : retry_delay_ms(rng, step);
    *ret_dead = delay < 0;
    if (d->probe && delay >= 0 && !due_at_of(tx, d->id, &due_at, err))
        return false; /* a probe leaves the schedule as it is */
    due_at += delay > 0 ? delay : 0;
    if (due_at < now + outcome->retry_after_ms)
        due_at = now + outcome->retry_after_ms;
    const char *reason = outcome->gone ? "gone" : outcome->hopeless ? outcome->err.code : "tried_for_days";
    return move(tx, d, *ret_dead ? "failed" : "pending", *ret_dead ? reason : NULL, step, due_at, now, err) &&
           write_attempt(tx, d, outcome, err) &&
           (!outcome->endpoint_fault ||
            endpoint_fails(tx, rng, d->endpoint, outcome->retry_after_ms, now, err));
}

bool deliveries_end_of(struct tx *tx, const char *endpoint, const char *reason, int64_t now, struct err *err)
{
    return tx_exec(tx, err,
                   "UPDATE deliveries SET status = 'failed', reason = $2, ended_at = $3, link_sealed = NULL, "
                   "lease_until = 0, epoch = epoch + 1 WHERE status = 'pending' AND endpoint = $1",
                   P_TEXT(endpoint), P_TEXT(reason), P_INT(now)) &&
           tx_exec(tx, err, "DELETE FROM endpoints WHERE endpoint = $1", P_TEXT(endpoint));
}

bool deliveries_hurry(struct tx *tx, int64_t now, struct err *err)
{
    return tx_exec(tx, err, "UPDATE deliveries SET due_at = $1 WHERE status = 'pending' AND due_at > $1",
                   P_INT(now)) &&
           tx_exec(tx, err, "DELETE FROM endpoints");
}

bool delivery_again(struct tx *tx, const char *id, int64_t now, struct err *err)
{
    if (!tx_exec(tx, err,
                 "UPDATE deliveries SET status = 'pending', reason = NULL, step = 0, due_at = $2, ended_at = "
                 "NULL, "
                 "lease_until = 0 WHERE id = $1 AND status <> 'pending'",
                 P_TEXT(id), P_INT(now)))
        return false;
    if (tx_changes(tx) > 0)
        return true;
    AUTO_ROWS struct rows *rows = tx_query(tx, err, "SELECT 1 FROM deliveries WHERE id = $1", P_TEXT(id));
    if (!rows)
        return false;
    if (rows_next(rows))
        return err_code(err, ERR_CONFLICT, "pending", "This delivery is on its way already.");
    return !rows_failed(rows, err) &&
           err_code(err, ERR_NOT_FOUND, "unknown_delivery", "There is no delivery with this id.");
}

/* --- showing --- */

#define SHOWN                                                                                            \
    "id, offboarding_id, tenant_id, event, channel, endpoint, endpoint_name, status, reason, attempts, " \
    "created_at, due_at, ended_at, "                                                                     \
    "(SELECT o.display_name FROM offboardings o WHERE o.id = deliveries.offboarding_id)"

static json_t *shown(const struct rows *rows)
{
    static const char *const texts[] = {"id",       "offboarding",   "tenant", "event", "channel",
                                        "endpoint", "endpoint_name", "status", "reason"};
    char id[MESSAGE_ID_SIZE];
    json_t *value = json_object();
    for (int i = 0; i < 9; i++)
        json_put_text(value, texts[i], row_text(rows, i));
    json_put_text(value, "message_id", message_id(row_text(rows, 0), id));
    json_put(value, "attempts", json_integer(row_int(rows, 9)));
    json_put_time(value, "created_at", row_int(rows, 10));
    json_put_time(value, "next_attempt_at", row_text(rows, 12) ? 0 : row_int(rows, 11));
    json_put_time(value, "ended_at", row_int(rows, 12));
    json_put_text(value, "user", row_text(rows, 13));
    return value;
}

json_t *deliveries_list(struct tx *tx, const struct delivery_filter *f, struct err *err)
{
    AUTO_FREE char *only = f->only_tenants ? json_write(f->only_tenants) : NULL;
    json_t *list = json_array();
    AUTO_ROWS struct rows *rows = tx_query(
        tx, err,
        "SELECT " SHOWN " FROM deliveries WHERE (CAST($1 AS TEXT) IS NULL OR status = $1) "
        "AND (CAST($2 AS TEXT) IS NULL OR channel = $2) AND (CAST($3 AS TEXT) IS NULL OR event = $3) "
        "AND (CAST($4 AS TEXT) IS NULL OR offboarding_id = $4) AND (CAST($5 AS TEXT) IS NULL OR tenant_id = "
        "$5) "
        "AND (CAST($6 AS TEXT) IS NULL OR (tenant_id IS NOT NULL AND $6 LIKE '%\"' || tenant_id || '\"%')) "
        "AND (CAST($7 AS BIGINT) = 0 OR created_at < $7 OR (created_at = $7 AND id < $8)) "
        "ORDER BY created_at DESC, id DESC LIMIT $9",
        P_TEXT(f->status), P_TEXT(f->channel), P_TEXT(f->event), P_TEXT(f->offboarding_id),
        P_TEXT(f->tenant_id), P_TEXT(only), P_INT(f->before_at), P_TEXT(f->before_id), P_INT(f->limit));
    while (rows && rows_next(rows))
        json_add(list, shown(rows));
    if (rows && !rows_failed(rows, err))
        return list;
    json_decref(list);
    return NULL;
}

static json_t *attempts_json(struct tx *tx, const char *id, struct err *err)
{
    json_t *list = json_array();
    AUTO_ROWS struct rows *rows =
        tx_query(tx, err,
                 "SELECT number, at, ms, request_json, status, response, error_json FROM attempts "
                 "WHERE delivery_id = $1 ORDER BY number",
                 P_TEXT(id));
    while (rows && rows_next(rows)) {
        json_t *one = json_object();
        json_put(one, "number", json_integer(row_int(rows, 0)));
        json_put_time(one, "at", row_int(rows, 1));
        json_put(one, "ms", json_integer(row_int(rows, 2)));
        json_put(one, "request", row_json(rows, 3));
        json_put(one, "status", row_int(rows, 4) ? json_integer(row_int(rows, 4)) : json_null());
        json_put_text(one, "response", row_text(rows, 5));
        json_put(one, "error", row_json(rows, 6));
        json_add(list, one);
    }
    if (rows && !rows_failed(rows, err))
        return list;
    json_decref(list);
    return NULL;
}

json_t *delivery_json(struct tx *tx, const char *id, struct err *err)
{
    AUTO_ROWS struct rows *rows =
        tx_query(tx, err, "SELECT " SHOWN " FROM deliveries WHERE id = $1", P_TEXT(id));
    if (!rows)
        return NULL;
    if (!rows_next(rows)) {
        if (!rows_failed(rows, err))
            err_code(err, ERR_NOT_FOUND, "unknown_delivery", "There is no delivery with this id.");
        return NULL;
    }
    json_t *value = shown(rows);
    rows_auto_close(&rows);
    json_t *attempts = attempts_json(tx, id, err);
    if (!attempts) {
        json_decref(value);
        return NULL;
    }
    return json_put(value, "attempts_made", attempts);
}

bool deliveries_sweep(struct tx *tx, int64_t now, struct err *err)
{
    return tx_exec(tx, err,
                   "DELETE FROM notices WHERE at < $1 AND expanded_at IS NOT NULL AND NOT EXISTS "
                   "(SELECT 1 FROM deliveries d WHERE d.notice_id = notices.id AND d.status = 'pending')",
                   P_INT(now - DELIVERIES_KEPT_MS));
}
