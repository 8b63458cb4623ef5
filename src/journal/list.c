#include "journal/list.h"

#include <inttypes.h>
#include <string.h>

#include "journal/view.h"
#include "store/sql.h"

static const struct {
    const char *name, *column;
    enum param_kind kind;
} sorts[] = {
#define X(id, name, column, kind) {name, column, kind},
    OFFBOARDING_SORTS(X)
#undef X
};

bool offboarding_sort_read(const char *text, struct offboarding_filter *filter)
{
    bool ascending = *text != '-';
    for (int sort = 0; sort < SORT_COUNT; sort++) {
        if (strcmp(text + !ascending, sorts[sort].name) != 0)
            continue;
        filter->sort = (enum offboarding_sort)sort;
        filter->ascending = ascending;
        return true;
    }
    return false;
}

/* --- cursors: "-created_at <id> <key>" -------------------------------------------------------------------
 */

struct place {
    const char *id;   /* NULL: none */
    const char *text; /* the key … */
    int64_t number;   /* … or this */
};

static const char *order_name(struct arena *arena, const struct offboarding_filter *f)
{
    return arena_printf(arena, "%s%s", f->ascending ? "" : "-", sorts[f->sort].name);
}

static bool read_place(struct arena *arena, const struct offboarding_filter *f, struct place *ret,
                       struct err *err)
{
    *ret = (struct place){0};
    if (!f->after)
        return true;
    char *order = arena_text(arena, f->after), *id = strchr(order, ' '),
         *key = id ? strchr(id + 1, ' ') : NULL;
    bool good = key && strncmp(order, order_name(arena, f), (size_t)(id - order)) == 0 &&
                strlen(order_name(arena, f)) == (size_t)(id - order);
    if (good) {
        *key++ = '\0';
        *ret = (struct place){.id = id + 1, .text = key};
        good = sorts[f->sort].kind == P_KIND_TEXT || text_to_int(key, INT64_MIN, INT64_MAX, &ret->number);
    }
    return good || err_code(err, ERR_INPUT, "bad_cursor",
                            "cursor must be the next_cursor of an earlier page in the same order.");
}

/* --- the statement ------------------------------------------------------------------------------------- */

static void add_range(struct sql *sql, struct arena *arena, const char *column, int64_t from, int64_t to)
{
    if (from)
        sql_add(sql, arena_printf(arena, " AND %s >= $?", column), P_INT(from));
    if (to)
        sql_add(sql, arena_printf(arena, " AND %s <= $?", column), P_INT(to));
}

/* One status, or all: what an index can serve in the order wanted. */
static void add_branch(struct sql *sql, struct arena *arena, const struct offboarding_filter *f,
                       const struct place *place, const char *status)
{
    const char *column = sorts[f->sort].column, *way = f->ascending ? "" : " DESC";
    sql_add(sql, arena_printf(arena, "SELECT id, %s AS k FROM offboardings WHERE 1 = 1", column));
    if (status)
        sql_add(sql, " AND status = $?", P_TEXT(status));
    if (f->tenant_id)
        sql_add(sql, " AND tenant_id = $?", P_TEXT(f->tenant_id));
    if (f->batch)
        sql_add(sql, " AND batch = $?", P_TEXT(f->batch));
    sql_add_any(sql, arena, "tenant_id", f->only_tenants);
    if (f->search)
        sql_add(sql, " AND search_text LIKE $? ESCAPE '\\'", P_TEXT(sql_part_of(arena, f->search)));
    add_range(sql, arena, "created_at", f->from, f->to);
    add_range(sql, arena, "scheduled_at", f->planned_from, f->planned_to);
    if (f->sort == SORT_START) /* the same, said of the key, so that its index knows where to begin */
        add_range(sql, arena, column, f->planned_from, f->planned_to);
    if (place->id)
        sql_add(sql, arena_printf(arena, " AND (%s, id) %s ($?, $?)", column, f->ascending ? ">" : "<"),
                sorts[f->sort].kind == P_KIND_TEXT ? P_TEXT(place->text) : P_INT(place->number),
                P_TEXT(place->id));
    sql_add(sql, arena_printf(arena, " ORDER BY k%s, id%s LIMIT $?", way, way), P_INT(f->limit + 1));
}

/* A page of each status is merged: no index holds several statuses in one order. */
static void add_branches(struct sql *sql, struct arena *arena, const struct offboarding_filter *f,
                         const struct place *place)
{
    int branches = 0;
    for (int status = 0; status < RUN_STATUS_COUNT; status++) {
        if (!(f->statuses >> status & 1))
            continue;
        sql_add(sql, arena_printf(arena, "%sSELECT id, k FROM (", branches ? " UNION ALL " : ""));
        add_branch(sql, arena, f, place, run_status_name((enum run_status)status));
        sql_add(sql, arena_printf(arena, ") b%d", branches++));
    }
    if (!branches)
        add_branch(sql, arena, f, place, NULL);
}

#define COUNT_TASKS(which) \
    "(SELECT count(*) FROM tasks x WHERE x.offboarding_id = o.id AND x.direction = 'do'" which ")"

bool offboarding_list_sql(struct sql *sql, struct arena *arena, const struct offboarding_filter *f,
                          struct err *err)
{
    struct place place;
    const char *way = f->ascending ? "" : " DESC";
    if (!read_place(arena, f, &place, err))
        return false;
    sql_add(sql,
            "SELECT o.id, o.batch, o.tenant_id, o.user_id, o.user_principal_name, o.display_name, o.status, "
            "o.reference, o.reason, o.requested_by, o.created_at, o.scheduled_at, o.started_at, o.ended_at, "
            "o.locked_out_at, o.cancel_requested, o.warnings_json, t.default_domain, "
            "t.display_name, " COUNT_TASKS("") ", " COUNT_TASKS(
                " AND x.status NOT IN ('pending', 'running', "
                "'waiting')") ", " COUNT_TASKS(" AND x.status IN ('failed', 'blocked')") ", p.k FROM (");
    add_branches(sql, arena, f, &place);
    sql_add(sql,
            arena_printf(arena,
                         ") p JOIN offboardings o ON o.id = p.id LEFT JOIN tenants t ON t.id = o.tenant_id "
                         "ORDER BY p.k%s, p.id%s LIMIT $?",
                         way, way),
            P_INT(f->limit + 1));
    return true;
}

/* --- rows ---------------------------------------------------------------------------------------------- */

static json_t *row_of(const struct rows *rows)
{
    AUTO_JSON json_t *warnings = row_json(rows, 16);
    const struct offboarding o = {.id = row_text(rows, 0),
                                  .batch = row_text(rows, 1),
                                  .tenant_id = row_text(rows, 2),
                                  .user_id = row_text(rows, 3),
                                  .user_principal_name = row_text(rows, 4),
                                  .display_name = row_text(rows, 5),
                                  .status = run_status_parse(row_text(rows, 6)),
                                  .reference = row_text(rows, 7),
                                  .reason = row_text(rows, 8),
                                  .requested_by = row_text(rows, 9),
                                  .created_at = row_int(rows, 10),
                                  .scheduled_at = row_int(rows, 11),
                                  .started_at = row_int(rows, 12),
                                  .ended_at = row_int(rows, 13),
                                  .locked_out_at = row_int(rows, 14),
                                  .cancel_requested = row_int(rows, 15) != 0,
                                  .warnings = warnings};
    json_t *head = view_head(&o, view_tenant(o.tenant_id, row_text(rows, 17), row_text(rows, 18)));
    return json_put(head, "progress", view_progress(row_int(rows, 19), row_int(rows, 20), row_int(rows, 21)));
}

json_t *offboarding_list(struct tx *tx, struct arena *arena, const struct offboarding_filter *f,
                         const char **ret_next, struct err *err)
{
    AUTO_SQL struct sql sql = SQL_EMPTY;
    AUTO_JSON json_t *list = json_array();
    const char *last = NULL;
    bool number = sorts[f->sort].kind == P_KIND_INT;
    *ret_next = NULL;
    if (!offboarding_list_sql(&sql, arena, f, err))
        return NULL;
    AUTO_ROWS struct rows *rows = sql_query(tx, err, &sql);
    while (rows && rows_next(rows)) {
        if (json_array_size(list) == f->limit) { /* one more tells that there is a next page */
            *ret_next = last;
            continue;
        }
        json_add(list, row_of(rows));
        if (json_array_size(list) == f->limit)
            last = number ? arena_printf(arena, "%s %s %" PRId64, order_name(arena, f), row_text(rows, 0),
                                         row_int(rows, 22))
                          : arena_printf(arena, "%s %s %s", order_name(arena, f), row_text(rows, 0),
                                         row_text(rows, 22));
    }
    return rows && !rows_failed(rows, err) ? json_incref(list) : NULL;
}
