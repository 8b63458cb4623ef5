#include "journal/offboardings.h"

#include <stdio.h>
#include <string.h>

#include "journal/licenses.h"
#include "journal/notices.h"
#include "store/sql.h"

#define COLUMNS                                                                                              \
    "id, batch, tenant_id, user_id, user_principal_name, display_name, status, options_json, plan_json, "    \
    "notify_json, schedule_json, reference, reason, requested_by, created_at, due_at, scheduled_at, "        \
    "started_at, ended_at, locked_out_at, warnings_json, cancel_requested, epoch, context_json, undo_json, " \
    "undo_started_at, undo_ended_at, direction, remind_at, crashes"

void offboarding_done(struct offboarding *offboarding)
{
    json_t **values[] = {&offboarding->options,  &offboarding->plan,     &offboarding->notify,
                         &offboarding->schedule, &offboarding->warnings, &offboarding->context,
                         &offboarding->undo};
    for (size_t i = 0; i < sizeof values / sizeof *values; i++) {
        json_decref(*values[i]);
        *values[i] = NULL;
    }
}

void task_row_done(struct task_row *row)
{
    json_t **values[] = {&row->error, &row->warnings, &row->items, &row->before, &row->after};
    for (size_t i = 0; i < sizeof values / sizeof *values; i++) {
        json_decref(*values[i]);
        *values[i] = NULL;
    }
}

static char *text_of(const json_t *value)
{
    return value ? json_write(value) : NULL;
}

/* Begins with the name: the list is sorted by it too. */
static char *searchable(const struct offboarding *o)
{
    AUTO_STRBUF struct strbuf text = STRBUF_MAX((size_t)64 * 1024);
    strbuf_printf(&text, "%s %s %s", o->display_name, o->user_principal_name,
                  o->reference ? o->reference : "");
    return sql_searchable(strbuf_text(&text));
}

bool offboarding_insert(struct tx *tx, const struct offboarding *o, struct err *err)
{
    AUTO_FREE char *options = text_of(o->options);
    AUTO_FREE char *plan = text_of(o->plan);
    AUTO_FREE char *notify = text_of(o->notify);
    AUTO_FREE char *schedule = text_of(o->schedule);
    AUTO_FREE char *warnings = text_of(o->warnings);
    AUTO_FREE char *context = text_of(o->context);
    AUTO_FREE char *search = searchable(o);
    if (!tx_exec(
            tx, err,
            "INSERT INTO offboardings(id, batch, tenant_id, user_id, user_principal_name, display_name, "
            "status, unfinished, "
            "options_json, plan_json, notify_json, schedule_json, reference, reason, requested_by, "
            "created_at, due_at, "
            "scheduled_at, warnings_json, context_json, remind_at, search_text) "
            "VALUES ($1, $2, $3, $4, $5, $6, $7, 1, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, "
            "$19, $20, $21)",
            P_TEXT(o->id), P_TEXT(o->batch), P_TEXT(o->tenant_id), P_TEXT(o->user_id),
            P_TEXT(o->user_principal_name), P_TEXT(o->display_name), P_TEXT(run_status_name(o->status)),
            P_TEXT(options), P_TEXT(plan), P_TEXT(notify), P_TEXT(schedule), P_TEXT(o->reference),
            P_TEXT(o->reason), P_TEXT(o->requested_by), P_INT(o->created_at), P_INT(o->due_at),
            o->scheduled_at ? P_INT(o->scheduled_at) : P_NULL, P_TEXT(warnings), P_TEXT(context),
            o->remind_at ? P_INT(o->remind_at) : P_NULL, P_TEXT(search))) {
        if (err && err->kind == ERR_CONFLICT)
            err_code(err, ERR_CONFLICT, "already_open",
                     "An offboarding of %s is not finished yet. Wait for it or cancel it first.",
                     o->user_principal_name);
        return false;
    }
    for (int id = 0; id < TASK_COUNT; id++) {
        const char *task = task_info((enum task_id)id)->id;
        if (json_object_get(o->options, task) &&
            !tx_exec(tx, err,
                     "INSERT INTO tasks(offboarding_id, direction, task, position, status) "
                     "VALUES ($1, 'do', $2, $3, 'pending')",
                     P_TEXT(o->id), P_TEXT(task), P_INT(id)))
            return false;
    }
    json_t *request = offboarding_request_json(tx, o, err);
    return request && journal_append(tx, o->id, o->created_at, EVENT_REQUEST, NULL, request, err) &&
           journal_append(tx, o->id, o->created_at, EVENT_OFFBOARDING, NULL,
                          json_make("{s:s, s:s, s:s}", "id", o->id, "status", run_status_name(o->status),
                                    "requested_by", o->requested_by),
                          err) &&
           notice_of_move(tx, o->id, RUN_STATUS_COUNT, o->status, o->created_at, err);
}

static void read_row(struct arena *arena, const struct rows *rows, struct offboarding *ret)
{
    *ret = (struct offboarding){
        .id = arena_text(arena, row_text(rows, 0)),
        .batch = arena_text(arena, row_text(rows, 1)),
        .tenant_id = arena_text(arena, row_text(rows, 2)),
        .user_id = arena_text(arena, row_text(rows, 3)),
        .user_principal_name = arena_text(arena, row_text(rows, 4)),
        .display_name = arena_text(arena, row_text(rows, 5)),
        .status = run_status_parse(row_text(rows, 6)),
        .options = row_json(rows, 7),
        .plan = row_json(rows, 8),
        .notify = row_json(rows, 9),
        .schedule = row_json(rows, 10),
        .reference = arena_text(arena, row_text(rows, 11)),
        .reason = arena_text(arena, row_text(rows, 12)),
        .requested_by = arena_text(arena, row_text(rows, 13)),
        .created_at = row_int(rows, 14),
        .due_at = row_int(rows, 15),
        .scheduled_at = row_int(rows, 16),
        .started_at = row_int(rows, 17),
        .ended_at = row_int(rows, 18),
        .locked_out_at = row_int(rows, 19),
        .warnings = row_json(rows, 20),
        .cancel_requested = row_int(rows, 21) != 0,
        .epoch = row_int(rows, 22),
        .context = row_json(rows, 23),
        .undo = row_json(rows, 24),
        .undo_started_at = row_int(rows, 25),
        .undo_ended_at = row_int(rows, 26),
        .direction = strcmp(row_text(rows, 27), "undo") == 0 ? DIRECTION_UNDO : DIRECTION_DO,
        .remind_at = row_int(rows, 28),
        .crashes = row_int(rows, 29),
    };
}

bool offboarding_load(struct tx *tx, struct arena *arena, const char *id, struct offboarding *ret,
                      struct err *err)
{
    AUTO_ROWS struct rows *rows =
        tx_query(tx, err, "SELECT " COLUMNS " FROM offboardings WHERE id = $1", P_TEXT(id));
    if (!rows)
        return false;
    if (!rows_next(rows))
        return !rows_failed(rows, err) &&
               err_set(err, ERR_NOT_FOUND, "There is no offboarding with this id.");
    read_row(arena, rows, ret);
    return true;
}

static json_t *row_json_or_null(const struct rows *rows, int column)
{
    return row_text(rows, column) ? row_json(rows, column) : NULL;
}

bool offboarding_tasks(struct tx *tx, struct arena *arena, const char *id, enum direction direction,
                       struct task_row out[TASK_COUNT], task_set *ret_set, struct err *err)
{
    *ret_set = 0;
    AUTO_ROWS struct rows *rows = tx_query(
        tx, err,
        "SELECT task, status, reason, error_json, warnings_json, items_json, before_json, after_json, "
        "started_at, ended_at, attempts, waiting_until, failures FROM tasks "
        "WHERE offboarding_id = $1 AND direction = $2 ORDER BY position",
        P_TEXT(id), P_TEXT(direction_name(direction)));
    while (rows && rows_next(rows)) {
        enum task_id task = task_by_name(row_text(rows, 0));
        if (task == TASK_COUNT)
            continue; /* written by a version that knew more tasks */
        *ret_set |= TASK_BIT(task);
        out[task] = (struct task_row){
            .task = task,
            .direction = direction,
            .status = task_status_parse(row_text(rows, 1)),
            .reason = arena_text(arena, row_text(rows, 2)),
            .error = row_json_or_null(rows, 3),
            .warnings = row_json_or_null(rows, 4),
            .items = row_json_or_null(rows, 5),
            .before = row_json_or_null(rows, 6),
            .after = row_json_or_null(rows, 7),
            .started_at = row_int(rows, 8),
            .ended_at = row_int(rows, 9),
            .attempts = row_int(rows, 10),
            .waiting_until = row_int(rows, 11),
            .failures = row_int(rows, 12),
        };
    }
    if (rows && !rows_failed(rows, err))
        return true;
    for (int task = 0; task < TASK_COUNT; task++) {
        if (*ret_set & TASK_BIT(task))
            task_row_done(&out[task]);
    }
    return false;
}

bool offboarding_open_of(struct tx *tx, struct arena *arena, const char *tenant_id, const char *user_id,
                         const char **ret_id, struct err *err)
{
    AUTO_ROWS struct rows *rows = tx_query(
        tx, err, "SELECT id FROM offboardings WHERE tenant_id = $1 AND user_id = $2 AND unfinished = 1",
        P_TEXT(tenant_id), P_TEXT(user_id));
    if (!rows)
        return false;
    *ret_id = rows_next(rows) ? arena_text(arena, row_text(rows, 0)) : NULL;
    return !rows_failed(rows, err);
}

/* A claim from before a standby was promoted is void: this node may remember steps whose record was lost. It
 * is claimed anew, and each task looks again. */
static bool is_of_this_time(struct tx *tx, int64_t epoch, struct err *err)
{
    struct lease_base lease;
    return tx_lease_base(tx, 0, &lease, err) &&
           (epoch >= lease.epoch_floor ||
            err_set(err, ERR_STALE,
                    "the database was replaced by its standby since this offboarding was claimed"));
}

/* Status and epoch as stored; ERR_STALE when the caller's claim is not the current one. */
static bool check_claim(struct tx *tx, const char *id, int64_t epoch, enum run_status *ret_status,
                        struct err *err)
{
    *ret_status = RUN_STATUS_COUNT;
    AUTO_ROWS struct rows *rows =
        tx_query(tx, err, "SELECT status, epoch FROM offboardings WHERE id = $1 FOR UPDATE", P_TEXT(id));
    if (!rows)
        return false;
    if (!rows_next(rows))
        return !rows_failed(rows, err) &&
               err_set(err, ERR_NOT_FOUND, "There is no offboarding with this id.");
    if (epoch != NO_EPOCH && row_int(rows, 1) != epoch)
        return err_set(err, ERR_STALE, "another node has taken over this offboarding");
    *ret_status = run_status_parse(row_text(rows, 0));
    return epoch == NO_EPOCH || is_of_this_time(tx, epoch, err);
}

/* The moments that a status tells of. While something is undone, its own start and end stay. */
static bool write_status(struct tx *tx, const char *id, enum run_status from, enum run_status to, int64_t now,
                         int64_t due_at, struct err *err)
{
    bool ends = run_status_ended(to), runs = to == RUN_RUNNING || to == RUN_UNDOING;
    bool undo = from == RUN_UNDOING || to == RUN_UNDOING;
    return tx_exec(
               tx, err,
               "UPDATE offboardings SET status = $2, unfinished = $3, due_at = $4, version = version + 1, "
               "lease_until = CASE WHEN $5 = 1 THEN lease_until ELSE 0 END WHERE id = $1",
               P_TEXT(id), P_TEXT(run_status_name(to)), P_INT(!ends), P_INT(due_at), P_INT(runs)) &&
           tx_exec(
               tx, err,
               undo
                   ? "UPDATE offboardings SET undo_started_at = CASE WHEN $2 = 1 AND undo_started_at IS NULL "
                     "THEN $4 ELSE undo_started_at END, undo_ended_at = CASE WHEN $3 = 1 THEN $4 ELSE NULL "
                     "END WHERE id = $1"
                   : "UPDATE offboardings SET started_at = CASE WHEN $2 = 1 AND started_at IS NULL THEN $4 "
                     "ELSE started_at END, ended_at = CASE WHEN $3 = 1 THEN $4 ELSE NULL END WHERE id = $1",
               P_TEXT(id), P_INT(runs), P_INT(ends), P_INT(now));
}

bool offboarding_move(struct tx *tx, const char *id, int64_t epoch, enum run_status to, int64_t now,
                      int64_t due_at, struct err *err)
{
    enum run_status from;
    bool ends = run_status_ended(to), runs = to == RUN_RUNNING || to == RUN_UNDOING;
    if (!check_claim(tx, id, epoch, &from, err))
        return false;
    if (from >= RUN_STATUS_COUNT || !run_status_may(from, to))
        return err_set(err, ERR_CONFLICT, "An offboarding that is %s cannot become %s.",
                       from < RUN_STATUS_COUNT ? run_status_name(from) : "unknown", run_status_name(to));
    if (!write_status(tx, id, from, to, now, due_at, err))
        return false;
    if (from == to)
        return true;
    json_t *data = json_make("{s:s, s:s}", "id", id, "status", run_status_name(to));
    json_put_time(data,
                  runs   ? "started_at"
                  : ends ? "ended_at"
                         : "waiting_until",
                  ends || runs ? now : due_at);
    return journal_append(tx, id, now, EVENT_OFFBOARDING, NULL, data, err) &&
           (!ends || journal_append(tx, id, now, EVENT_END, NULL,
                                    json_make("{s:s, s:s}", "id", id, "status", run_status_name(to)), err)) &&
           notice_of_move(tx, id, from, to, now, err);
}

static ptrdiff_t read_ids(struct rows *rows, struct offboarding_id *ret_ids, size_t limit, struct err *err)
{
    ptrdiff_t count = 0;
    while (rows && (size_t)count < limit && rows_next(rows))
        snprintf(ret_ids[count++].text, sizeof ret_ids->text, "%s", row_text(rows, 0));
    return rows && !rows_failed(rows, err) ? count : -1;
}

/* The status is compared as an expression, so that no planner takes an index by status, which would read all
 * that is planned, in place of the one by due time. */
#define CLAIMABLE \
    "o.unfinished = 1 AND (o.status || '') IN ('planned', 'queued', 'running', 'waiting', 'undoing')"

/* From tenant to tenant by index, past those that have nothing due: what one of them has in store costs the
 * others nothing. */
ptrdiff_t offboarding_due_tenants(struct tx *tx, int64_t now, int64_t mono, const char *after,
                                  struct offboarding_id *ret_ids, size_t limit, struct err *err)
{
    struct lease_base lease;
    if (!tx_lease_base(tx, mono, &lease, err))
        return -1;
    AUTO_ROWS struct rows *rows = tx_query(
        tx, err,
        "WITH RECURSIVE turn(tenant_id) AS ("
        "SELECT min(o.tenant_id) FROM offboardings o WHERE o.unfinished = 1 AND o.tenant_id > $3 "
        "UNION ALL SELECT (SELECT min(o.tenant_id) FROM offboardings o WHERE o.unfinished = 1 AND "
        "o.tenant_id > turn.tenant_id) FROM turn WHERE turn.tenant_id IS NOT NULL) "
        "SELECT tenant_id FROM turn WHERE tenant_id IS NOT NULL AND EXISTS (SELECT 1 FROM offboardings o "
        "WHERE " CLAIMABLE " AND o.tenant_id = turn.tenant_id AND o.due_at <= $1 AND o.lease_until <= $2) "
        "AND NOT EXISTS (SELECT 1 FROM disconnected_tenants d WHERE d.tenant_id = turn.tenant_id AND "
        "d.try_at > $1) "
        "LIMIT $4",
        P_INT(now), P_INT(lease.now), P_TEXT(after), P_INT(limit));
    return read_ids(rows, ret_ids, limit, err);
}

ptrdiff_t offboarding_due(struct tx *tx, const char *tenant_id, int64_t now, int64_t mono,
                          struct offboarding_id *ret_ids, size_t limit, struct err *err)
{
    struct lease_base lease;
    if (!tx_lease_base(tx, mono, &lease, err))
        return -1;
    AUTO_ROWS struct rows *rows =
        tx_query(tx, err,
                 "SELECT o.id FROM offboardings o WHERE " CLAIMABLE " AND o.tenant_id = $4 AND "
                 "o.due_at <= $1 AND o.lease_until <= $2 "
                 "ORDER BY o.due_at, o.id LIMIT $3 FOR UPDATE SKIP LOCKED",
                 P_INT(now), P_INT(lease.now), P_INT(limit), P_TEXT(tenant_id));
    return read_ids(rows, ret_ids, limit, err);
}

/* Who cancels brings the due time forward (offboarding_cancel), so that this looks at what is under way
 * alone. */
ptrdiff_t offboarding_cancelled(struct tx *tx, const char *node, int64_t now, struct offboarding_id *ret_ids,
                                size_t limit, struct err *err)
{
    AUTO_ROWS struct rows *rows =
        tx_query(tx, err,
                 "SELECT id FROM offboardings WHERE unfinished = 1 AND due_at <= $1 AND "
                 "owner = $2 AND cancel_requested = 1 LIMIT $3",
                 P_INT(now), P_TEXT(node), P_INT(limit));
    return read_ids(rows, ret_ids, limit, err);
}

bool offboarding_take(struct tx *tx, struct arena *arena, const char *id, const char *node, int64_t now,
                      int64_t mono, int64_t lease_ms, struct offboarding *ret, struct err *err)
{
    struct lease_base lease;
    if (!tx_lease_base(tx, mono, &lease, err) || !offboarding_load(tx, arena, id, ret, err))
        return false;
    enum run_status running = ret->direction == DIRECTION_UNDO ? RUN_UNDOING : RUN_RUNNING;
    ret->epoch = ret->epoch < lease.epoch_floor ? lease.epoch_floor : ret->epoch + 1;
    if (!tx_exec(tx, err, "UPDATE offboardings SET owner = $2, epoch = $3, lease_until = $4 WHERE id = $1",
                 P_TEXT(id), P_TEXT(node), P_INT(ret->epoch), P_INT(lease.now + lease_ms)) ||
        !offboarding_move(tx, id, ret->epoch, running, now, ret->due_at, err)) {
        offboarding_done(ret);
        return false;
    }
    ret->status = running;
    ret->started_at = ret->started_at ? ret->started_at : now;
    return true;
}

/* The first number that a query finds; INT64_MAX when there is none. */
static bool first_of(struct rows *rows, int64_t *ret, struct err *err)
{
    *ret = rows && rows_next(rows) ? row_int(rows, 0) : INT64_MAX;
    return rows && !rows_failed(rows, err);
}

bool offboarding_next_due(struct tx *tx, int64_t now, int64_t mono, int64_t *ret_at, struct err *err)
{
    struct lease_base lease;
    int64_t ready_at, planned_at, lease_ends;
    if (!tx_lease_base(tx, mono, &lease, err))
        return false;
    AUTO_ROWS struct rows *ready = tx_query(tx, err,
                                            "SELECT o.due_at FROM offboardings o WHERE " CLAIMABLE
                                            " AND o.due_at <= $1 AND o.lease_until <= $2 LIMIT 1",
                                            P_INT(now), P_INT(lease.now));
    if (!first_of(ready, &ready_at, err))
        return false;
    *ret_at = now;
    if (ready_at != INT64_MAX)
        return true;
    AUTO_ROWS struct rows *planned = tx_query(tx, err,
                                              "SELECT o.due_at FROM offboardings o WHERE " CLAIMABLE
                                              " AND o.due_at > $1 ORDER BY o.due_at LIMIT 1",
                                              P_INT(now));
    if (!first_of(planned, &planned_at, err))
        return false;
    /* What is due and not free is at work: few. */
    AUTO_ROWS struct rows *held = tx_query(tx, err,
                                           "SELECT o.lease_until FROM offboardings o WHERE " CLAIMABLE
                                           " AND o.due_at <= $1 ORDER BY o.lease_until LIMIT 1",
                                           P_INT(now));
    if (!first_of(held, &lease_ends, err))
        return false;
    int64_t held_at = lease_ends == INT64_MAX ? INT64_MAX : now + (lease_ends - lease.now);
    *ret_at = held_at < planned_at ? held_at : planned_at;
    return true;
}

bool offboarding_take_up(struct tx *tx, const char *node, bool all, struct err *err)
{
    return tx_exec(tx, err,
                   "UPDATE offboardings SET lease_until = 0 WHERE unfinished = 1 AND lease_until <> 0 AND "
                   "(owner = $1 OR $2 = 1)",
                   P_TEXT(node), P_INT(all));
}

bool offboarding_renew(struct tx *tx, const char *id, int64_t epoch, int64_t mono, int64_t lease_ms,
                       bool *ret_cancel, struct err *err)
{
    struct lease_base lease;
    if (!tx_lease_base(tx, mono, &lease, err))
        return false;
    AUTO_ROWS struct rows *rows =
        tx_query(tx, err, "SELECT cancel_requested FROM offboardings WHERE id = $1 AND epoch = $2 FOR UPDATE",
                 P_TEXT(id), P_INT(epoch));
    if (!rows)
        return false;
    if (!rows_next(rows))
        return !rows_failed(rows, err) &&
               err_set(err, ERR_STALE, "another node has taken over this offboarding");
    *ret_cancel = row_int(rows, 0) != 0;
    rows_auto_close(&rows);
    return is_of_this_time(tx, epoch, err) &&
           tx_exec(tx, err, "UPDATE offboardings SET lease_until = $3 WHERE id = $1 AND epoch = $2",
                   P_TEXT(id), P_INT(epoch), P_INT(lease.now + lease_ms));
}

bool offboarding_locked_out(struct tx *tx, const char *id, int64_t epoch, int64_t now, struct err *err)
{
    enum run_status status;
    char text[TIME_TEXT_SIZE];
    if (!check_claim(tx, id, epoch, &status, err) ||
        !tx_exec(tx, err,
                 "UPDATE offboardings SET locked_out_at = $2, version = version + 1 WHERE id = $1 AND "
                 "locked_out_at IS NULL",
                 P_TEXT(id), P_INT(now)))
        return false;
    return tx_changes(tx) == 0 ||
           (journal_append(tx, id, now, EVENT_OFFBOARDING, NULL,
                           json_make("{s:s, s:s, s:s}", "id", id, "status", run_status_name(status),
                                     "locked_out_at", time_format(now, text)),
                           err) &&
            notice_append(tx, id, "locked_out", 0, now, err));
}

static bool cancel_open_tasks(struct tx *tx, const char *id, enum direction direction, int64_t now,
                              struct err *err)
{
    AUTO_ARENA struct arena *arena = arena_new();
    struct task_row rows[TASK_COUNT];
    task_set set = 0;
    bool good = offboarding_tasks(tx, arena, id, direction, rows, &set, err);
    for (int task = 0; good && task < TASK_COUNT; task++) {
        if (!(set & TASK_BIT(task)))
            continue;
        rows[task].ended_at = now;
        if (!task_status_ended(rows[task].status)) {
            rows[task].status = TASK_STATUS_CANCELLED;
            good = task_move(tx, id, NO_EPOCH, &rows[task], now, err);
        }
    }
    for (int task = 0; task < TASK_COUNT; task++) {
        if (set & TASK_BIT(task))
            task_row_done(&rows[task]);
    }
    return good;
}

bool offboarding_cancel(struct tx *tx, const char *id, const char *by, int64_t now, struct err *err)
{
    enum run_status status;
    if (!check_claim(tx, id, NO_EPOCH, &status, err))
        return false;
    if (run_status_ended(status))
        return err_set(err, ERR_CONFLICT,
                       "This offboarding has ended already (%s). There is nothing left to cancel.",
                       run_status_name(status));
    if (!tx_exec(tx, err,
                 "UPDATE offboardings SET cancel_requested = 1, due_at = CASE WHEN due_at > $2 THEN $2 ELSE "
                 "due_at END "
                 "WHERE id = $1",
                 P_TEXT(id), P_INT(now)) ||
        !journal_append(tx, id, now, EVENT_OFFBOARDING, NULL,
                        json_make("{s:s, s:s, s:b, s:s}", "id", id, "status", run_status_name(status),
                                  "cancel_requested", 1, "by", by),
                        err))
        return false;
    if (status == RUN_RUNNING || status == RUN_WAITING || status == RUN_UNDOING)
        return true; /* the node that runs it ends what is under way, and then it */
    return cancel_open_tasks(tx, id, DIRECTION_DO, now, err) &&
           cancel_open_tasks(tx, id, DIRECTION_UNDO, now, err) &&
           offboarding_move(tx, id, NO_EPOCH, RUN_CANCELLED, now, now, err);
}

static bool task_status_stored(struct tx *tx, const char *id, const struct task_row *row,
                               enum task_status *ret, struct err *err)
{
    *ret = TASK_STATUS_COUNT;
    const char *task = task_info(row->task)->id;
    AUTO_ROWS struct rows *rows = tx_query(
        tx, err, "SELECT status FROM tasks WHERE offboarding_id = $1 AND task = $2 AND direction = $3",
        P_TEXT(id), P_TEXT(task), P_TEXT(direction_name(row->direction)));
    if (!rows)
        return false;
    if (!rows_next(rows))
        return !rows_failed(rows, err) &&
               err_set(err, ERR_NOT_FOUND, "This offboarding has no task %s.", task);
    *ret = task_status_parse(row_text(rows, 0));
    return true;
}

bool task_move(struct tx *tx, const char *id, int64_t epoch, const struct task_row *row, int64_t now,
               struct err *err)
{
    enum run_status run;
    enum task_status from;
    const char *name = task_info(row->task)->id;
    if (!check_claim(tx, id, epoch, &run, err) || !task_status_stored(tx, id, row, &from, err))
        return false;
    if (from >= TASK_STATUS_COUNT || !task_status_may(from, row->status))
        return err_set(err, ERR_CONFLICT, "The task %s cannot go from %s to %s.", name,
                       from < TASK_STATUS_COUNT ? task_status_name(from) : "unknown",
                       task_status_name(row->status));
    AUTO_FREE char *error = text_of(row->error);
    AUTO_FREE char *warnings = text_of(row->warnings);
    AUTO_FREE char *items = text_of(row->items);
    AUTO_FREE char *before = text_of(row->before);
    AUTO_FREE char *after = text_of(row->after);
    return tx_exec(tx, err,
                   "UPDATE tasks SET status = $3, reason = $4, error_json = $5, warnings_json = $6, "
                   "items_json = $7, "
                   "before_json = $8, after_json = $9, started_at = $10, ended_at = $11, attempts = $12, "
                   "waiting_until = $13, failures = $14 "
                   "WHERE offboarding_id = $1 AND task = $2 AND direction = $15",
                   P_TEXT(id), P_TEXT(name), P_TEXT(task_status_name(row->status)), P_TEXT(row->reason),
                   P_TEXT(error), P_TEXT(warnings), P_TEXT(items), P_TEXT(before), P_TEXT(after),
                   row->started_at ? P_INT(row->started_at) : P_NULL,
                   row->ended_at ? P_INT(row->ended_at) : P_NULL, P_INT(row->attempts),
                   row->waiting_until ? P_INT(row->waiting_until) : P_NULL, P_INT(row->failures),
                   P_TEXT(direction_name(row->direction))) &&
           tx_exec(tx, err, "UPDATE offboardings SET version = version + 1 WHERE id = $1", P_TEXT(id)) &&
           (row->task != TASK_remove_licenses || !task_status_ended(row->status) ||
            licenses_note(tx, id, row, now, err)) &&
           journal_append(tx, id, now, EVENT_TASK, name, task_row_json(row), err);
}

bool journal_effect(struct tx *tx, const char *id, int64_t epoch, enum event_kind kind, const char *task,
                    json_t *data, int64_t now, struct err *err)
{
    enum run_status status;
    if (!check_claim(tx, id, epoch, &status, err)) {
        json_decref(data);
        return false;
    }
    return journal_append(tx, id, now, kind, task, data, err);
}

bool offboarding_tell(struct tx *tx, const struct offboarding *o, const char *what, const char *by,
                      json_t *more, int64_t now, struct err *err)
{
    json_t *data = json_make("{s:s, s:s, s:s, s:s}", "id", o->id, "status", run_status_name(o->status),
                             "requested", what, "by", by);
    if (more)
        json_object_update(data, more);
    json_decref(more);
    return journal_append(tx, o->id, now, EVENT_OFFBOARDING, NULL, data, err);
}
