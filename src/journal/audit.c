#include "journal/audit.h"

#include <string.h>

#include "journal/offboardings.h"

static const char *key_of(struct arena *arena, const char *direction, const char *task)
{
    return arena_printf(arena, "%s/%s", direction, task);
}

void audit_last_take(struct audit_last *last, const struct chain_event *event, json_t *data)
{
    AUTO_ARENA struct arena *arena = arena_new();
    if (strcmp(event->kind, "request") == 0 && !last->request)
        last->request = json_incref(data);
    if (strcmp(event->kind, "task") != 0 || !event->task)
        return;
    if (!last->tasks)
        last->tasks = json_object();
    json_put(last->tasks, key_of(arena, json_text_or(data, "direction", "do"), event->task),
             json_incref(data));
}

void audit_last_done(struct audit_last *last)
{
    json_decref(last->request);
    json_decref(last->tasks);
    *last = (struct audit_last){0};
}

json_t *audit_last_task(const struct audit_last *last, const char *direction, const char *task)
{
    AUTO_ARENA struct arena *arena = arena_new();
    return json_object_get(last->tasks, key_of(arena, direction, task));
}

/* --- comparing -------------------------------------------------------------------------------------------
 */

static bool same(const json_t *a, const json_t *b)
{
    AUTO_FREE char *left = a ? json_canonical(a, NULL) : NULL, *right = b ? json_canonical(b, NULL) : NULL;
    return left && right ? strcmp(left, right) == 0 : left == right;
}

static void add(json_t *findings, struct arena *arena, const char *row)
{
    json_add(findings, json_make("{s:i, s:s, s:s}", "seq", 0, "code", "row_changed", "message",
                                 arena_printf(arena, "%s is not what the journal says of it.", row)));
}

/* Labels are the program's words and may be others in a newer version. */
static bool task_agrees(const json_t *row, const json_t *event)
{
    static const char *const members[] = {"status",   "reason",   "error",        "warnings",
                                          "items",    "before",   "after",        "started_at",
                                          "ended_at", "attempts", "waiting_until"};
    for (size_t i = 0; i < sizeof members / sizeof *members; i++) {
        if (!same(json_object_get(row, members[i]), json_object_get(event, members[i])))
            return false;
    }
    return true;
}

static void compare_tasks(const json_t *tasks, const char *direction, const struct audit_last *last,
                          struct arena *arena, json_t *findings)
{
    size_t i;
    json_t *row;
    json_array_foreach ((json_t *)tasks, i, row) {
        const char *id = json_text_or(row, "id", "");
        const json_t *event = audit_last_task(last, direction, id);
        bool fresh = strcmp(json_text_or(row, "status", ""), "pending") == 0; /* it has no event of its own */
        if (!fresh && !task_agrees(row, event))
            add(findings, arena, arena_printf(arena, "The task %s (%s)", id, direction));
    }
}

void audit_rows(const json_t *offboarding, const struct audit_last *last, json_t *findings)
{
    static const char *const members[] = {"batch",   "reference",    "reason",
                                          "options", "requested_by", "created_at"};
    AUTO_ARENA struct arena *arena = arena_new();
    if (!last->request)
        return; /* older than the chain */
    for (size_t i = 0; i < sizeof members / sizeof *members; i++) {
        if (!same(json_object_get(offboarding, members[i]), json_object_get(last->request, members[i])))
            add(findings, arena, arena_printf(arena, "The request's %s", members[i]));
    }
    if (!same(json_object_get(json_object_at(offboarding, "user"), "id"),
              json_object_get(json_object_at(last->request, "user"), "id")))
        add(findings, arena, "The user");
    compare_tasks(json_array_at(offboarding, "tasks"), "do", last, arena, findings);
    compare_tasks(json_array_at(json_object_at(offboarding, "undo"), "tasks"), "undo", last, arena, findings);
}

/* --- one offboarding -------------------------------------------------------------------------------------
 */

static void visit(void *ctx, const struct chain_event *event)
{
    AUTO_JSON json_t *data = json_read(event->data, strlen(event->data), NULL);
    audit_last_take(ctx, event, data);
}

bool audit_offboarding(struct tx *tx, const char *id, struct audit *ret, struct err *err)
{
    AUTO(audit_last_done) struct audit_last last = {0};
    struct chain_link end;
    struct err missing = {0};
    *ret = (struct audit){0};
    if (!chain_walk(tx, id, visit, &last, &end, &ret->older, &ret->findings, err))
        return false;
    ret->events = end.seq;
    AUTO_JSON json_t *offboarding = offboarding_json(tx, id, &missing);
    if (offboarding) {
        audit_rows(offboarding, &last, ret->findings);
        return true;
    }
    if (missing.kind == ERR_NOT_FOUND) {
        json_add(ret->findings, json_make("{s:i, s:s, s:s}", "seq", 0, "code", "row_removed", "message",
                                          "The journal tells of an offboarding that is not there."));
        return true;
    }
    audit_done(ret);
    if (err)
        *err = missing;
    return false;
}

void audit_done(struct audit *audit)
{
    json_decref(audit->findings);
    audit->findings = NULL;
}

json_t *audit_ids(struct tx *tx, const char *after, size_t limit, struct err *err)
{
    /* Each part stops early: the indexes are in this order. */
    AUTO_ROWS struct rows *rows =
        tx_query(tx, err,
                 "SELECT id FROM ("
                 "SELECT id FROM (SELECT id FROM offboardings WHERE id > $1 ORDER BY id LIMIT $2) AS a UNION "
                 "SELECT id FROM (SELECT offboarding_id AS id FROM event_chains WHERE offboarding_id > $1 "
                 "ORDER BY offboarding_id LIMIT $2) AS b UNION "
                 "SELECT id FROM (SELECT DISTINCT offboarding_id AS id FROM events WHERE offboarding_id > $1 "
                 "ORDER BY offboarding_id LIMIT $2) AS c) AS known ORDER BY id LIMIT $2",
                 P_TEXT(after), P_INT(limit));
    if (!rows)
        return NULL;
    json_t *ids = json_array();
    while (rows_next(rows))
        json_add(ids, json_text_new(row_text(rows, 0)));
    if (!rows_failed(rows, err))
        return ids;
    json_decref(ids);
    return NULL;
}
