/* What clients see of an offboarding: rows turned into the JSON of api.md. */
#include <string.h>

#include "journal/view.h"

static json_t *copy_or(const json_t *value, json_t *fallback)
{
    if (!value || json_is_null(value))
        return fallback;
    json_decref(fallback);
    return json_incref((json_t *)value);
}

json_t *task_row_json(const struct task_row *row)
{
    const struct task_info *info = task_info(row->task);
    json_t *task = json_object();
    json_put_text(task, "id", info->id);
    json_put_text(task, "label", info->label);
    json_put_text(task, "phase", phase_name(info->phase));
    json_put_text(task, "status", task_status_name(row->status));
    json_put_text(task, "reason", row->reason);
    json_put_time(task, "started_at", row->started_at);
    json_put_time(task, "ended_at", row->ended_at);
    json_put(task, "attempts", json_integer(row->attempts));
    json_put_time(task, "waiting_until", row->waiting_until);
    json_put(task, "error", copy_or(row->error, json_null()));
    json_put(task, "warnings", copy_or(row->warnings, json_array()));
    json_put(task, "items", copy_or(row->items, json_array()));
    json_put(task, "before", copy_or(row->before, json_object()));
    json_put(task, "after", copy_or(row->after, json_object()));
    json_put(task, "undoable", json_boolean(task_undoable(row->task)));
    return json_put_text(task, "direction", direction_name(row->direction));
}

json_t *view_tenant(const char *id, const char *default_domain, const char *display_name)
{
    json_t *tenant = json_object();
    json_put_text(tenant, "id", id);
    json_put_text(tenant, "default_domain", default_domain);
    return json_put_text(tenant, "display_name", display_name);
}

/* NULL with err set when it cannot be read. */
static json_t *tenant_json(struct tx *tx, const char *id, struct err *err)
{
    AUTO_ROWS struct rows *rows =
        tx_query(tx, err, "SELECT default_domain, display_name FROM tenants WHERE id = $1", P_TEXT(id));
    bool found = rows && rows_next(rows);
    if (!rows || rows_failed(rows, err))
        return NULL;
    return view_tenant(id, found ? row_text(rows, 0) : NULL, found ? row_text(rows, 1) : NULL);
}

static json_t *user_json(const struct offboarding *o)
{
    json_t *user = json_object();
    json_put_text(user, "id", o->user_id);
    json_put_text(user, "user_principal_name", o->user_principal_name);
    return json_put_text(user, "display_name", o->display_name);
}

json_t *offboarding_request_json(struct tx *tx, const struct offboarding *o, struct err *err)
{
    json_t *tenant = tenant_json(tx, o->tenant_id, err);
    if (!tenant)
        return NULL;
    json_t *value = json_object();
    json_put_text(value, "batch", o->batch);
    json_put_text(value, "reference", o->reference);
    json_put_text(value, "reason", o->reason);
    json_put_text(value, "requested_by", o->requested_by);
    json_put_time(value, "created_at", o->created_at);
    json_put_time(value, "scheduled_at", o->scheduled_at);
    json_put(value, "tenant", tenant);
    json_put(value, "user", user_json(o));
    json_put(value, "options", copy_or(o->options, json_object()));
    json_put(value, "schedule", copy_or(o->schedule, json_null()));
    json_put(value, "notify", copy_or(o->notify, json_null()));
    json_put(value, "plan", copy_or(o->plan, json_array()));
    return json_put(value, "warnings", copy_or(o->warnings, json_array()));
}

json_t *view_head(const struct offboarding *o, json_t *tenant)
{
    json_t *value = json_object();
    json_put_text(value, "id", o->id);
    json_put_text(value, "batch", o->batch);
    json_put_text(value, "status", run_status_name(o->status));
    json_put_text(value, "reference", o->reference);
    json_put_text(value, "reason", o->reason);
    json_put(value, "tenant", tenant);
    json_put(value, "user", user_json(o));
    json_put_text(value, "requested_by", o->requested_by);
    json_put_time(value, "created_at", o->created_at);
    json_put_time(value, "scheduled_at", o->scheduled_at);
    json_put_time(value, "started_at", o->started_at);
    json_put_time(value, "ended_at", o->ended_at);
    json_put_time(value, "locked_out_at", o->locked_out_at);
    json_put(value, "cancel_requested", json_boolean(o->cancel_requested));
    json_put(value, "warnings", copy_or(o->warnings, json_array()));
    return value;
}

static json_t *head_json(struct tx *tx, const struct offboarding *o, struct err *err)
{
    json_t *tenant = tenant_json(tx, o->tenant_id, err);
    return tenant ? view_head(o, tenant) : NULL;
}

/* NULL with err set when they cannot be read. */
static json_t *tasks_json(struct tx *tx, struct arena *arena, const char *id, enum direction direction,
                          struct err *err)
{
    struct task_row rows[TASK_COUNT];
    task_set set;
    if (!offboarding_tasks(tx, arena, id, direction, rows, &set, err))
        return NULL;
    json_t *tasks = json_array();
    for (int task = 0; task < TASK_COUNT; task++) {
        if (!(set & TASK_BIT(task)))
            continue;
        json_add(tasks, task_row_json(&rows[task]));
        task_row_done(&rows[task]);
    }
    return tasks;
}

/* Its own tasks tell: the offboarding may have failed before, or be called cancelled now. */
static const char *undo_status(const struct offboarding *o, const json_t *tasks)
{
    size_t i;
    json_t *task;
    if (!o->undo_ended_at)
        return "running";
    json_array_foreach ((json_t *)tasks, i, task)
        if (!task_status_good(task_status_parse(json_text(task, "status"))))
            return "failed";
    return "succeeded";
}

static json_t *undo_json(const struct offboarding *o, json_t *tasks)
{
    json_t *undo = json_object();
    const char *status = undo_status(o, tasks);
    json_put_text(undo, "status", status);
    json_put_text(undo, "requested_by", json_text(o->undo, "requested_by"));
    json_put_text(undo, "requested_at", json_text(o->undo, "requested_at"));
    json_put_time(undo, "started_at", o->undo_started_at);
    json_put_time(undo, "ended_at", o->undo_ended_at);
    return json_put(undo, "tasks", tasks);
}

json_t *offboarding_json(struct tx *tx, const char *id, struct err *err)
{
    AUTO_ARENA struct arena *arena = arena_new();
    struct offboarding o;
    if (!offboarding_load(tx, arena, id, &o, err))
        return NULL;
    bool undoes = json_is_object(o.undo);
    AUTO_JSON json_t *head = head_json(tx, &o, err);
    AUTO_JSON json_t *tasks = head ? tasks_json(tx, arena, id, DIRECTION_DO, err) : NULL;
    AUTO_JSON json_t *back = tasks && undoes ? tasks_json(tx, arena, id, DIRECTION_UNDO, err) : NULL;
    bool good = tasks && (back || !undoes);
    if (good) {
        json_put(head, "options", copy_or(o.options, json_object()));
        json_put(head, "options_from", copy_or(json_object_get(o.context, "options_from"), json_null()));
        json_put(head, "schedule", copy_or(o.schedule, json_null()));
        json_put(head, "plan", copy_or(o.plan, json_array()));
        json_put(head, "tasks", json_incref(tasks));
        json_put(head, "undo", back ? undo_json(&o, json_incref(back)) : json_null());
    }
    offboarding_done(&o);
    return good ? json_incref(head) : NULL;
}

json_t *view_progress(int64_t total, int64_t ended, int64_t failed)
{
    return json_make("{s:I, s:I, s:I}", "total", (json_int_t)total, "ended", (json_int_t)ended, "failed",
                     (json_int_t)failed);
}

static bool add_progress(struct tx *tx, json_t *value, const char *id, struct err *err)
{
    AUTO_ROWS struct rows *rows = tx_query(tx, err,
                                           "SELECT count(*), sum(CASE WHEN status IN ('pending', 'running', "
                                           "'waiting') THEN 0 ELSE 1 END), sum(CASE WHEN status IN "
                                           "('failed', 'blocked') THEN 1 ELSE 0 END) FROM tasks "
                                           "WHERE offboarding_id = $1 AND direction = 'do'",
                                           P_TEXT(id));
    if (!rows || !rows_next(rows)) /* a count has always a row */
        return rows && !rows_failed(rows, err);
    json_put(value, "progress", view_progress(row_int(rows, 0), row_int(rows, 1), row_int(rows, 2)));
    return true;
}

json_t *offboarding_summary_json(struct tx *tx, const char *id, struct err *err)
{
    AUTO_ARENA struct arena *arena = arena_new();
    struct offboarding o;
    if (!offboarding_load(tx, arena, id, &o, err))
        return NULL;
    AUTO_JSON json_t *head = head_json(tx, &o, err);
    bool good = head && add_progress(tx, head, o.id, err);
    offboarding_done(&o);
    return good ? json_incref(head) : NULL;
}
