#include "journal/stats.h"

#include <stdlib.h>
#include <string.h>

#include "store/sql.h"

static void add_scope(struct sql *sql, struct arena *arena, const struct stats_scope *scope)
{
    if (scope->tenant_id)
        sql_add(sql, " AND tenant_id = $?", P_TEXT(scope->tenant_id));
    sql_add_any(sql, arena, "tenant_id", scope->only_tenants);
}

ptrdiff_t stats_slots(struct tx *tx, struct arena *arena, const struct stats_scope *scope, int64_t from,
                      int64_t to, struct stats_slot **ret, struct err *err)
{
    AUTO_SQL struct sql sql = SQL_EMPTY;
    size_t count = 0, capacity = (size_t)((to - from) / STATS_SLOT_MS) + 2;
    struct stats_slot *slots = arena_alloc(arena, capacity, sizeof *slots);
    sql_add(&sql,
            "SELECT started_at / $?, count(*), sum(CASE WHEN status = 'failed' THEN 1 ELSE 0 END) "
            "FROM offboardings WHERE started_at >= $? AND started_at < $?",
            P_INT(STATS_SLOT_MS), P_INT(from), P_INT(to));
    add_scope(&sql, arena, scope);
    sql_add(&sql, " GROUP BY 1 ORDER BY 1");
    AUTO_ROWS struct rows *rows = sql_query(tx, err, &sql);
    while (rows && count < capacity && rows_next(rows))
        slots[count++] =
            (struct stats_slot){row_int(rows, 0) * STATS_SLOT_MS, row_int(rows, 1), row_int(rows, 2)};
    *ret = slots;
    return rows && !rows_failed(rows, err) ? (ptrdiff_t)count : -1;
}

/* The smallest value that at least that part of all does not exceed (nearest rank). */
static const char percentiles[] =
    "SELECT max(total), max(CASE WHEN place = (total + 1) / 2 THEN ms END), "
    "max(CASE WHEN place = (total * 95 + 99) / 100 THEN ms END) FROM "
    "(SELECT locked_out_at - started_at AS ms, row_number() OVER (ORDER BY locked_out_at - started_at) AS "
    "place, "
    "count(*) OVER () AS total FROM offboardings WHERE started_at >= $? AND started_at < $? AND "
    "locked_out_at >= started_at";

bool stats_lockout(struct tx *tx, const struct stats_scope *scope, int64_t from, int64_t to,
                   struct stats_lockout *ret, struct err *err)
{
    AUTO_ARENA struct arena *arena = arena_new();
    AUTO_SQL struct sql sql = SQL_EMPTY;
    sql_add(&sql, percentiles, P_INT(from), P_INT(to));
    add_scope(&sql, arena, scope);
    sql_add(&sql, ") x");
    AUTO_ROWS struct rows *rows = sql_query(tx, err, &sql);
    *ret = (struct stats_lockout){0};
    if (rows && rows_next(rows))
        *ret = (struct stats_lockout){row_int(rows, 0), row_int(rows, 1), row_int(rows, 2)};
    return rows && !rows_failed(rows, err);
}

bool stats_open(struct tx *tx, const struct stats_scope *scope, int64_t planned_before,
                struct stats_open *ret, struct err *err)
{
    AUTO_ARENA struct arena *arena = arena_new();
    AUTO_SQL struct sql sql = SQL_EMPTY;
    *ret = (struct stats_open){0};
    const struct {
        const char *status;
        int64_t *count;
    } counts[] = {{"queued", &ret->queued},
                  {"running", &ret->running},
                  {"undoing", &ret->running},
                  {"waiting", &ret->waiting},
                  {"needs_attention", &ret->needs_attention},
                  {"awaiting_approval", &ret->awaiting_approval},
                  {"planned", &ret->planned}};
    sql_add(&sql,
            "SELECT status, count(*), sum(CASE WHEN scheduled_at < $? THEN 1 ELSE 0 END), min(scheduled_at) "
            "FROM offboardings WHERE unfinished = 1",
            P_INT(planned_before));
    add_scope(&sql, arena, scope);
    sql_add(&sql, " GROUP BY status");
    AUTO_ROWS struct rows *rows = sql_query(tx, err, &sql);
    while (rows && rows_next(rows)) {
        for (size_t i = 0; i < sizeof counts / sizeof *counts; i++)
            if (strcmp(counts[i].status, row_text(rows, 0)) == 0)
                *counts[i].count += row_int(rows, 1);
        if (strcmp(row_text(rows, 0), "planned") == 0) {
            ret->planned_before = row_int(rows, 2);
            ret->next_at = row_int(rows, 3);
        }
    }
    return rows && !rows_failed(rows, err);
}

json_t *stats_licenses(struct tx *tx, const struct stats_scope *scope, int64_t from, int64_t to,
                       struct err *err)
{
    AUTO_ARENA struct arena *arena = arena_new();
    AUTO_SQL struct sql sql = SQL_EMPTY;
    AUTO_JSON json_t *list = json_array();
    sql_add(&sql, "SELECT sku_id, max(name), count(*) FROM freed_licenses WHERE at >= $? AND at < $?",
            P_INT(from), P_INT(to));
    add_scope(&sql, arena, scope);
    sql_add(&sql, " GROUP BY sku_id ORDER BY count(*) DESC, sku_id");
    AUTO_ROWS struct rows *rows = sql_query(tx, err, &sql);
    while (rows && rows_next(rows))
        json_add(list, json_make("{s:s, s:s, s:I}", "sku_id", row_text(rows, 0), "name", row_text(rows, 1),
                                 "freed", (json_int_t)row_int(rows, 2)));
    return rows && !rows_failed(rows, err) ? json_incref(list) : NULL;
}
