/* Going again over an offboarding that has ended: undoing what it did, or retrying what failed. */
#include <string.h>

#include "journal/offboardings.h"

static void rows_done(struct task_row rows[TASK_COUNT], task_set set)
{
    for (int task = 0; task < TASK_COUNT; task++) {
        if (set & TASK_BIT(task))
            task_row_done(&rows[task]);
    }
}

/* --- undo ------------------------------------------------------------------------------------------------
 */

task_set offboarding_undoable(const struct task_row rows[TASK_COUNT], task_set set)
{
    task_set undoable = 0;
    for (int task = 0; task < TASK_COUNT; task++) {
        if (!(set & TASK_BIT(task)) || !task_undoable((enum task_id)task) || !rows[task].before)
            continue;
        /* What failed or was cut off may have done a part. */
        bool changed = rows[task].status == TASK_STATUS_SUCCEEDED ||
                       rows[task].status == TASK_STATUS_FAILED || rows[task].status == TASK_STATUS_CANCELLED;
        undoable |= changed ? TASK_BIT(task) : 0;
    }
    return undoable;
}

enum run_status offboarding_undo_end(const struct offboarding *offboarding,
                                     const struct task_row forward[TASK_COUNT], task_set forward_set,
                                     task_set undone, bool failed)
{
    enum run_status prior = run_status_parse(json_text(offboarding->undo, "prior"));
    if (failed)
        return RUN_FAILED;
    if (!(offboarding_undoable(forward, forward_set) & ~undone))
        return RUN_UNDONE;
    return prior < RUN_STATUS_COUNT && run_status_ended(prior) ? prior : RUN_UNDONE;
}

/* A row for each task to undo, as if it had never been tried. */
static bool insert_rows(struct tx *tx, const char *id, task_set tasks, struct err *err)
{
    for (int task = 0; task < TASK_COUNT; task++) {
        const char *name = task_info((enum task_id)task)->id;
        if ((tasks & TASK_BIT(task)) &&
            (!tx_exec(tx, err,
                      "DELETE FROM tasks WHERE offboarding_id = $1 AND direction = 'undo' AND task = $2",
                      P_TEXT(id), P_TEXT(name)) ||
             !tx_exec(tx, err,
                      "INSERT INTO tasks(offboarding_id, direction, task, position, status) "
                      "VALUES ($1, 'undo', $2, $3, 'pending')",
                      P_TEXT(id), P_TEXT(name), P_INT(TASK_COUNT - task))))
            return false;
    }
    return true;
}

/* A status that undoing began from itself leads back to what was before it. */
static const char *prior_of(const struct offboarding *o)
{
    const char *earlier = json_text(o->undo, "prior");
    bool again = o->status == RUN_UNDONE || o->direction == DIRECTION_UNDO;
    return again && earlier ? earlier : run_status_name(o->status);
}

static bool start_undo(struct tx *tx, const struct offboarding *o, task_set tasks, const char *by,
                       int64_t now, struct err *err)
{
    char when[TIME_TEXT_SIZE];
    AUTO_JSON json_t *undo = json_make("{s:s, s:s, s:s}", "requested_by", by, "requested_at",
                                       time_format(now, when), "prior", prior_of(o));
    AUTO_FREE char *text = json_write(undo);
    if (!insert_rows(tx, o->id, tasks, err) ||
        !tx_exec(tx, err,
                 "UPDATE offboardings SET direction = 'undo', undo_json = $2, undo_started_at = NULL, "
                 "undo_ended_at = NULL, cancel_requested = 0 WHERE id = $1",
                 P_TEXT(o->id), P_TEXT(text)) ||
        !offboarding_tell(tx, o, "undo", by, NULL, now, err))
        return false;
    if (offboarding_move(tx, o->id, NO_EPOCH, RUN_UNDOING, now, now, err))
        return tx_exec(tx, err, "UPDATE offboardings SET lease_until = 0 WHERE id = $1", P_TEXT(o->id));
    if (err && err->kind == ERR_CONFLICT)
        err_code(err, ERR_CONFLICT, "already_open",
                 "Another offboarding of %s is not finished yet. Wait for it or cancel it first.",
                 o->user_principal_name);
    return false;
}

bool offboarding_undo(struct tx *tx, const char *id, task_set tasks, const char *by, int64_t now,
                      struct err *err)
{
    AUTO_ARENA struct arena *arena = arena_new();
    AUTO(offboarding_done) struct offboarding o = {0};
    struct task_row rows[TASK_COUNT];
    task_set set;
    if (!offboarding_load(tx, arena, id, &o, err) ||
        !offboarding_tasks(tx, arena, id, DIRECTION_DO, rows, &set, err))
        return false;
    task_set undoable = offboarding_undoable(rows, set);
    rows_done(rows, set);
    tasks = tasks ? tasks & undoable : undoable;
    if (!run_status_ended(o.status))
        return err_code(err, ERR_CONFLICT, "not_ended",
                        "This offboarding is %s. Cancel it or wait for its end before undoing it.",
                        run_status_name(o.status));
    if (!tasks)
        return err_code(err, ERR_CONFLICT, "nothing_to_undo",
                        "There is nothing to undo: nothing that can be undone was changed.");
    return start_undo(tx, &o, tasks, by, now, err);
}

/* --- retry -----------------------------------------------------------------------------------------------
 */

/* A failed task begins again at its observation; its items that failed are open again, its evidence stays. */
static void reopen(struct task_row *row)
{
    size_t i;
    json_t *item;
    json_array_foreach (row->items, i, item) {
        if (strcmp(json_text_or(item, "status", ""), "failed") == 0) {
            json_put_text(item, "status", "pending");
            json_put_text(item, "message", "");
        }
    }
    json_decref(row->error);
    row->error = NULL;
    row->status = TASK_STATUS_PENDING;
    row->reason = NULL;
    row->started_at = row->ended_at = row->waiting_until = row->failures = 0;
}

static bool reopen_rows(struct tx *tx, const char *id, struct task_row rows[TASK_COUNT], task_set chosen,
                        int64_t now, size_t *ret_count, struct err *err)
{
    bool good = true;
    *ret_count = 0;
    for (int task = 0; good && task < TASK_COUNT; task++) {
        bool failed = rows[task].status == TASK_STATUS_FAILED || rows[task].status == TASK_STATUS_BLOCKED;
        if (!(chosen & TASK_BIT(task)) || !failed)
            continue;
        reopen(&rows[task]);
        good = task_move(tx, id, NO_EPOCH, &rows[task], now, err);
        ++*ret_count;
    }
    return good;
}

bool offboarding_retry(struct tx *tx, const char *id, enum task_id task, const char *by, int64_t now,
                       struct err *err)
{
    AUTO_ARENA struct arena *arena = arena_new();
    AUTO(offboarding_done) struct offboarding o = {0};
    struct task_row rows[TASK_COUNT];
    task_set set;
    size_t count = 0;
    if (!offboarding_load(tx, arena, id, &o, err) ||
        !offboarding_tasks(tx, arena, id, o.direction, rows, &set, err))
        return false;
    bool good = o.status == RUN_FAILED;
    if (!good)
        err_code(err, ERR_CONFLICT, "nothing_failed", "This offboarding is %s: there is nothing to retry.",
                 run_status_name(o.status));
    /* With one task, what was blocked by it may go too. */
    task_set chosen = task < TASK_COUNT ? TASK_BIT(task) : set;
    for (int other = 0; task < TASK_COUNT && other < TASK_COUNT; other++) {
        if ((set & TASK_BIT(other)) && rows[other].status == TASK_STATUS_BLOCKED &&
            (task_info((enum task_id)other)->needs & TASK_BIT(task)))
            chosen |= TASK_BIT(other);
    }
    good = good && reopen_rows(tx, id, rows, chosen & set, now, &count, err);
    rows_done(rows, set);
    if (good && !count)
        good = err_code(err, ERR_CONFLICT, "nothing_failed",
                        "This task did not fail: there is nothing to retry.");
    return good && offboarding_tell(tx, &o, "retry", by, NULL, now, err) &&
           tx_exec(tx, err, "UPDATE offboardings SET cancel_requested = 0 WHERE id = $1", P_TEXT(id)) &&
           offboarding_move(tx, id, NO_EPOCH, o.direction == DIRECTION_UNDO ? RUN_UNDOING : RUN_QUEUED, now,
                            now, err) &&
           tx_exec(tx, err, "UPDATE offboardings SET lease_until = 0 WHERE id = $1", P_TEXT(id));
}
