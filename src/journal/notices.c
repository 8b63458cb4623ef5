#include "journal/notices.h"

#include <inttypes.h>
#include <string.h>

#include "journal/offboardings.h"

#define FAILED_ITEMS_MAX 20

/* A task as a notice holds it: its result, and of its items how many and which failed. */
static json_t *task_short(const json_t *task)
{
    static const char *const kept[] = {"id", "label", "phase", "status", "reason", "error", "warnings"};
    json_t *value = json_object(), *failed = json_array(), *item;
    const json_t *items = json_array_at(task, "items");
    size_t i;
    for (i = 0; i < sizeof kept / sizeof *kept; i++)
        json_put(value, kept[i], json_incref(json_object_get(task, kept[i])));
    json_array_foreach ((json_t *)items, i, item) {
        if (strcmp(json_text_or(item, "status", ""), "failed") == 0 &&
            json_array_size(failed) < FAILED_ITEMS_MAX)
            json_add(failed, json_text_new(json_text(item, "name")));
    }
    json_put(value, "items_total", json_integer((json_int_t)json_array_size(items)));
    json_put(value, "items_failed", failed);
    return value;
}

static void shorten_undo(json_t *undo)
{
    json_t *tasks = json_array(), *task;
    size_t i;
    json_array_foreach ((json_t *)json_array_at(undo, "tasks"), i, task)
        json_add(tasks, task_short(task));
    if (json_is_object(undo))
        json_put(undo, "tasks", json_incref(tasks));
    json_decref(tasks);
}

static json_t *snapshot(struct tx *tx, const char *id, struct err *err)
{
    json_t *value = offboarding_json(tx, id, err), *tasks = json_array(), *task;
    size_t i;
    if (value) {
        json_array_foreach ((json_t *)json_array_at(value, "tasks"), i, task)
            json_add(tasks, task_short(task));
        json_object_del(value, "options");
        json_object_del(value, "plan");
        json_put(value, "tasks", json_incref(tasks));
        shorten_undo(json_object_get(value, "undo"));
    }
    json_decref(tasks);
    return value;
}

bool notice_append(struct tx *tx, const char *offboarding_id, const char *event, int64_t once, int64_t at,
                   struct err *err)
{
    AUTO_STRBUF struct strbuf key = STRBUF_MAX(200);
    AUTO_JSON json_t *data = snapshot(tx, offboarding_id, err);
    if (!data)
        return false;
    AUTO_FREE char *text = json_write(data);
    strbuf_printf(&key, "%s/%s/%" PRId64, offboarding_id, event, once);
    return tx_exec(tx, err,
                   "INSERT INTO notices(offboarding_id, tenant_id, event, once, at, data_json) "
                   "VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT (once) DO NOTHING",
                   P_TEXT(offboarding_id), P_TEXT(json_text(json_object_at(data, "tenant"), "id")),
                   P_TEXT(event), P_TEXT(strbuf_text(&key)), P_INT(at), P_TEXT(text));
}

static bool version_of(struct tx *tx, const char *id, int64_t *ret, struct err *err)
{
    AUTO_ROWS struct rows *rows =
        tx_query(tx, err, "SELECT version FROM offboardings WHERE id = $1", P_TEXT(id));
    *ret = rows && rows_next(rows) ? row_int(rows, 0) : 0;
    return rows && !rows_failed(rows, err);
}

/* A run that waits comes back to waiting many times: people are told the first time. */
static const struct {
    const char *status;
    const char *event;
    bool first_only;
} worth[] = {
    {"planned", "planned", false},
    {"awaiting_approval", "needs_attention", false},
    {"needs_attention", "needs_attention", false},
    {"running", "started", false},
    {"waiting", "waiting", true},
    {"succeeded", "finished", false},
    {"succeeded_with_warnings", "finished_with_warnings", false},
    {"failed", "failed", false},
    {"cancelled", "cancelled", false},
    {"undone", "undone", false},
};

/* Moves that only lead back to where it was, or whose maker writes a notice of its own. */
static bool is_nothing_new(enum run_status from, enum run_status to)
{
    return (to == RUN_RUNNING && from != RUN_PLANNED && from != RUN_QUEUED) ||
           (to == RUN_PLANNED && from == RUN_NEEDS_ATTENTION);
}

bool notice_of_move(struct tx *tx, const char *offboarding_id, enum run_status from, enum run_status to,
                    int64_t at, struct err *err)
{
    int64_t version = 0;
    /* Undoing a part ends in the status of before: that it ended is what is new. */
    const char *name =
        from == RUN_UNDOING && to != RUN_FAILED && run_status_ended(to) ? "undone" : run_status_name(to);
    for (size_t i = 0; i < sizeof worth / sizeof *worth; i++) {
        if (is_nothing_new(from, to) || strcmp(name, worth[i].status) != 0)
            continue;
        return (worth[i].first_only || version_of(tx, offboarding_id, &version, err)) &&
               notice_append(tx, offboarding_id, worth[i].event, version, at, err);
    }
    return true;
}

bool notice_to_operator(struct tx *tx, const char *event, const char *about, const char *key,
                        const char *summary, json_t *facts, int64_t at, struct err *err)
{
    AUTO_JSON json_t *data =
        json_make("{s:s, s:o, s:o}", "endpoint", about, "summary", json_text_new(summary), "facts", facts);
    AUTO_FREE char *text = json_write(data);
    AUTO_STRBUF struct strbuf once = STRBUF_MAX(300);
    strbuf_printf(&once, "%s/%s/%s", event, about, key);
    return tx_exec(tx, err,
                   "INSERT INTO notices(event, once, at, data_json) VALUES ($1, $2, $3, $4) ON CONFLICT "
                   "(once) DO NOTHING",
                   P_TEXT(event), P_TEXT(strbuf_text(&once)), P_INT(at), P_TEXT(text));
}
