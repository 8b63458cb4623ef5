#include "store/logbook.h"

#include <string.h>

#include "store/sql.h"

#define SEARCH_MAX ((size_t)64 * 1024)

static const struct {
    const char *name, *words;
} kinds[] = {
#define LOGBOOK(id, name, words) {name, words},
#include "store/logbook.def"
#undef LOGBOOK
};
_Static_assert(LOGBOOK_COUNT <= 64, "a filter has a bit for each");

const char *logbook_name(enum logbook_what what)
{
    return kinds[what].name;
}

enum logbook_what logbook_parse(const char *name)
{
    int what = 0;
    while (what < LOGBOOK_COUNT && !(name && strcmp(kinds[what].name, name) == 0))
        what++;
    return (enum logbook_what)what;
}

static char *searchable(const struct logbook_by *by, const struct logbook_entry *entry)
{
    AUTO_STRBUF struct strbuf text = STRBUF_MAX(SEARCH_MAX);
    const char *const parts[] = {by->name, entry->object, by->client, by->request_id};
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++)
        strbuf_printf(&text, "%s%s", i ? "\n" : "", parts[i] ? parts[i] : "");
    return sql_searchable(strbuf_text(&text));
}

bool logbook_add(struct tx *tx, const struct logbook_by *by, const struct logbook_entry *entry, int64_t now,
                 struct err *err)
{
    AUTO_FREE char *actor = text_fold(by->name);
    AUTO_FREE char *search = searchable(by, entry);
    AUTO_FREE char *details = entry->details ? json_write(entry->details) : NULL;
    return tx_exec(tx, err,
                   "INSERT INTO logbook(at, what, actor_kind, actor_id, actor, folded_actor, tenant_id, "
                   "object_id, object, details_json, request_id, client, search_text) "
                   "VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)",
                   P_INT(now), P_TEXT(logbook_name(entry->what)), P_TEXT(by->kind), P_TEXT(by->id),
                   P_TEXT(by->name), P_TEXT(actor), P_TEXT(entry->tenant_id), P_TEXT(entry->object_id),
                   P_TEXT(entry->object), P_TEXT(details), P_TEXT(by->request_id), P_TEXT(by->client),
                   P_TEXT(search));
}

static void add_conditions(struct sql *sql, struct arena *arena, const struct logbook_filter *f)
{
    const char *names[LOGBOOK_COUNT];
    size_t count = 0;
    for (int what = 0; what < LOGBOOK_COUNT; what++)
        if (f->what >> what & 1)
            names[count++] = kinds[what].name;
    if (count)
        sql_add_words(sql, arena, "l.what", names, count);
    if (f->actor) {
        AUTO_FREE char *folded = text_fold(f->actor);
        sql_add(sql, " AND l.folded_actor = $?", P_TEXT(arena_text(arena, folded)));
    }
    if (f->tenant_id)
        sql_add(sql, " AND l.tenant_id = $?", P_TEXT(f->tenant_id));
    sql_add_any(sql, arena, "l.tenant_id", f->only_tenants);
    if (f->text)
        sql_add(sql, " AND l.search_text LIKE $? ESCAPE '\\'", P_TEXT(sql_part_of(arena, f->text)));
    if (f->from)
        sql_add(sql, " AND l.at >= $?", P_INT(f->from));
    if (f->to)
        sql_add(sql, " AND l.at <= $?", P_INT(f->to));
    if (f->before_at)
        sql_add(sql, " AND (l.at, l.id) < ($?, $?)", P_INT(f->before_at), P_INT(f->before_id));
}

static json_t *row_of(const struct rows *rows)
{
    json_t *row = json_make("{s:I}", "id", (json_int_t)row_int(rows, 0));
    json_t *actor = json_object(), *object = json_null(), *tenant = json_null();
    enum logbook_what what = logbook_parse(row_text(rows, 2));
    json_put_time(row, "at", row_int(rows, 1));
    json_put_text(row, "what", row_text(rows, 2));
    /* a kind of a newer version shows its name */
    json_put_text(row, "words", what < LOGBOOK_COUNT ? kinds[what].words : row_text(rows, 2));
    json_put_text(actor, "kind", row_text(rows, 3));
    json_put_text(actor, "id", row_text(rows, 4));
    json_put_text(actor, "name", row_text(rows, 5));
    json_put(row, "actor", actor);
    if (row_text(rows, 6)) {
        tenant = json_object();
        json_put_text(tenant, "id", row_text(rows, 6));
        json_put_text(tenant, "display_name", row_text(rows, 7));
    }
    json_put(row, "tenant", tenant);
    if (row_text(rows, 8) || row_text(rows, 9)) {
        object = json_object();
        json_put_text(object, "id", row_text(rows, 8));
        json_put_text(object, "name", row_text(rows, 9));
    }
    json_put(row, "object", object);
    json_put(row, "details", row_json(rows, 10));
    json_put_text(row, "request_id", row_text(rows, 11));
    return json_put_text(row, "client", row_text(rows, 12));
}

json_t *logbook_list(struct tx *tx, const struct logbook_filter *filter, struct err *err)
{
    AUTO_ARENA struct arena *arena = arena_new();
    AUTO_SQL struct sql sql = SQL_EMPTY;
    AUTO_JSON json_t *list = json_array();
    sql_add(&sql,
            "SELECT l.id, l.at, l.what, l.actor_kind, l.actor_id, l.actor, l.tenant_id, t.display_name, "
            "l.object_id, l.object, l.details_json, l.request_id, l.client FROM logbook l "
            "LEFT JOIN tenants t ON t.id = l.tenant_id WHERE 1 = 1");
    add_conditions(&sql, arena, filter);
    sql_add(&sql, " ORDER BY l.at DESC, l.id DESC LIMIT $?", P_INT(filter->limit));
    AUTO_ROWS struct rows *rows = sql_query(tx, err, &sql);
    while (rows && rows_next(rows))
        json_add(list, row_of(rows));
    return rows && !rows_failed(rows, err) ? json_incref(list) : NULL;
}
