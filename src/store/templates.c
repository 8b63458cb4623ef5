#include "store/templates.h"

#include <string.h>

#include "store/sql.h"

#define COLUMNS                                                                                        \
    "id, tenant_id, name, description, options_json, created_at, created_by, changed_at, changed_by, " \
    "version"

void template_done(struct template *template)
{
    json_decref(template->options);
    template->options = NULL;
}

static bool unknown(struct err *err)
{
    return err_code(err, ERR_NOT_FOUND, "unknown_template", "There is no such template.");
}

static bool name_taken(const struct template *template, struct err *err)
{
    if (err && err->kind == ERR_CONFLICT)
        err_code(err, ERR_CONFLICT, "template_exists",
                 "There is a template named %.100s already. Choose another name, or change that one.",
                 template->name);
    return false;
}

static void read_row(struct arena *arena, const struct rows *rows, struct template *ret)
{
    const char *tenant = row_text(rows, 1);
    *ret = (struct template){.id = arena_text(arena, row_text(rows, 0)),
                             .tenant_id = tenant && *tenant ? arena_text(arena, tenant) : NULL,
                             .name = arena_text(arena, row_text(rows, 2)),
                             .description = arena_text(arena, row_text(rows, 3)),
                             .options = row_json(rows, 4),
                             .created_at = row_int(rows, 5),
                             .created_by = arena_text(arena, row_text(rows, 6)),
                             .changed_at = row_int(rows, 7),
                             .changed_by = arena_text(arena, row_text(rows, 8)),
                             .version = row_int(rows, 9)};
}

bool template_insert(struct tx *tx, const struct template *t, struct err *err)
{
    AUTO_FREE char *folded = text_fold(t->name);
    AUTO_FREE char *options = json_write(t->options);
    return tx_exec(tx, err,
                   "INSERT INTO templates(id, tenant_id, name, folded_name, description, options_json, "
                   "created_at, created_by, changed_at, changed_by, version) "
                   "VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $7, $8, 1)",
                   P_TEXT(t->id), P_TEXT(t->tenant_id ? t->tenant_id : ""), P_TEXT(t->name), P_TEXT(folded),
                   P_TEXT(t->description), P_TEXT(options), P_INT(t->created_at), P_TEXT(t->created_by)) ||
           name_taken(t, err);
}

static bool read_one(struct arena *arena, struct rows *rows, struct template *ret, struct err *err)
{
    if (!rows)
        return false;
    if (!rows_next(rows))
        return !rows_failed(rows, err) && unknown(err);
    read_row(arena, rows, ret);
    return true;
}

bool template_find(struct tx *tx, struct arena *arena, const char *id, struct template *ret, struct err *err)
{
    AUTO_ROWS struct rows *rows =
        tx_query(tx, err, "SELECT " COLUMNS " FROM templates WHERE id = lower($1)", P_TEXT(id));
    return read_one(arena, rows, ret, err);
}

bool template_named(struct tx *tx, struct arena *arena, const char *tenant_id, const char *id_or_name,
                    struct template *ret, struct err *err)
{
    AUTO_FREE char *folded = text_fold(id_or_name);
    AUTO_ROWS struct rows *rows =
        tx_query(tx, err,
                 "SELECT " COLUMNS " FROM templates WHERE (id = $1 OR folded_name = $1) AND "
                 "(tenant_id = $2 OR tenant_id = '') ORDER BY tenant_id DESC LIMIT 1",
                 P_TEXT(folded), P_TEXT(tenant_id));
    return read_one(arena, rows, ret, err);
}

bool template_update(struct tx *tx, const struct template *t, struct err *err)
{
    AUTO_FREE char *folded = text_fold(t->name);
    AUTO_FREE char *options = json_write(t->options);
    if (!tx_exec(tx, err,
                 "UPDATE templates SET tenant_id = $2, name = $3, folded_name = $4, description = $5, "
                 "options_json = $6, changed_at = $7, changed_by = $8, version = version + 1 "
                 "WHERE id = $1 AND version = $9",
                 P_TEXT(t->id), P_TEXT(t->tenant_id ? t->tenant_id : ""), P_TEXT(t->name), P_TEXT(folded),
                 P_TEXT(t->description), P_TEXT(options), P_INT(t->changed_at), P_TEXT(t->changed_by),
                 P_INT(t->version)))
        return name_taken(t, err);
    return tx_changes(tx) > 0 ||
           err_set(err, ERR_PRECONDITION,
                   "The template was changed meanwhile. Read it again, then repeat the change.");
}

bool template_delete(struct tx *tx, const char *id, struct err *err)
{
    return tx_exec(tx, err, "DELETE FROM templates WHERE id = $1", P_TEXT(id)) &&
           (tx_changes(tx) > 0 || unknown(err));
}

bool template_delete_of(struct tx *tx, const char *tenant_id, struct err *err)
{
    return tx_exec(tx, err, "DELETE FROM templates WHERE tenant_id = $1 AND tenant_id <> ''",
                   P_TEXT(tenant_id));
}

ptrdiff_t template_list(struct tx *tx, struct arena *arena, const struct template_query *query,
                        struct template *ret, struct err *err)
{
    AUTO_SQL struct sql sql = SQL_EMPTY;
    AUTO_FREE char *only = query->only ? json_write(query->only) : NULL;
    ptrdiff_t count = 0;
    sql_add(&sql, "SELECT " COLUMNS " FROM templates WHERE 1 = 1");
    if (query->search) {
        const char *part = sql_part_of(arena, query->search);
        sql_add(&sql, " AND (folded_name LIKE $? ESCAPE '\\' OR lower(description) LIKE $? ESCAPE '\\')",
                P_TEXT(part), P_TEXT(part));
    }
    if (query->tenant_id)
        sql_add(&sql, " AND (tenant_id = '' OR tenant_id = $?)", P_TEXT(query->tenant_id));
    if (only)
        sql_add(&sql, " AND (tenant_id = '' OR $? LIKE '%\"' || tenant_id || '\"%')", P_TEXT(only));
    if (query->after)
        sql_add(&sql, " AND (folded_name, id) > (SELECT folded_name, id FROM templates WHERE id = $?)",
                P_TEXT(query->after));
    sql_add(&sql, " ORDER BY folded_name, id LIMIT $?", P_INT(query->limit));
    AUTO_ROWS struct rows *rows = sql_query(tx, err, &sql);
    while (rows && (size_t)count < query->limit && rows_next(rows))
        read_row(arena, rows, &ret[count++]);
    if (rows && !rows_failed(rows, err))
        return count;
    while (count > 0)
        template_done(&ret[--count]);
    return -1;
}
