#include "store/tenants.h"

#include <stdlib.h>
#include <string.h>

#define CURSOR_MAX 4096

void tenant_done(struct tenant *tenant)
{
    if (!tenant)
        return;
    json_decref(tenant->defaults);
    tenant->defaults = NULL;
}

static bool unknown(const char *id, struct err *err)
{
    return err_code(
        err, ERR_NOT_FOUND, "unknown_tenant",
        "There is no tenant %.100s. Use the id or default domain of one that is in the list of tenants.", id);
}

bool tenant_insert(struct tx *tx, const struct tenant *tenant, struct err *err)
{
    AUTO_FREE char *id = text_fold(tenant->id);
    AUTO_FREE char *domain = text_fold(tenant->default_domain);
    AUTO_FREE char *defaults = tenant->defaults ? json_write(tenant->defaults) : NULL;
    if (tx_exec(tx, err,
                "INSERT INTO tenants(id, default_domain, display_name, defaults_json, created_at, version) "
                "VALUES ($1, $2, $3, $4, $5, 1)",
                P_TEXT(id), P_TEXT(domain), P_TEXT(tenant->display_name), P_TEXT(defaults ? defaults : "{}"),
                P_INT(tenant->created_at)))
        return true;
    if (err && err->kind == ERR_CONFLICT)
        err_code(err, ERR_CONFLICT, "tenant_exists",
                 "A tenant with the id %.40s or the domain %.200s is there already.", id, domain);
    return false;
}

bool tenant_find(struct tx *tx, struct arena *arena, const char *id_or_domain, struct tenant *ret,
                 struct err *err)
{
    AUTO_FREE char *folded = text_fold(id_or_domain);
    AUTO_ROWS struct rows *rows =
        tx_query(tx, err,
                 "SELECT id, default_domain, display_name, defaults_json, created_at, version FROM tenants "
                 "WHERE id = $1 OR default_domain = $1",
                 P_TEXT(folded));
    if (!rows)
        return false;
    if (!rows_next(rows))
        return !rows_failed(rows, err) && unknown(id_or_domain, err);
    *ret = (struct tenant){
        .id = arena_text(arena, row_text(rows, 0)),
        .default_domain = arena_text(arena, row_text(rows, 1)),
        .display_name = arena_text(arena, row_text(rows, 2)),
        .defaults = row_json(rows, 3),
        .created_at = row_int(rows, 4),
        .version = row_int(rows, 5),
    };
    return true;
}

/* One line of the list: place is what it is sorted by and what a cursor holds. */
struct entry {
    const char *place; /* folded display name, newline, id */
    const char *id, *default_domain, *display_name;
    int64_t created_at;
};

static int entry_compare(const void *a, const void *b)
{
    return strcmp(((const struct entry *)a)->place, ((const struct entry *)b)->place);
}

static bool allowed(const json_t *only, const char *id)
{
    size_t i;
    json_t *value;
    if (!only)
        return true;
    json_array_foreach (only, i, value) {
        if (text_equal_nocase(json_string_value(value), id))
            return true;
    }
    return false;
}

static bool matches(const char *folded_name, const char *domain, const char *id, const char *folded_search)
{
    return strstr(folded_name, folded_search) || strstr(domain, folded_search) || strstr(id, folded_search);
}

static bool cursor_read(const char *text, char ret_place[CURSOR_MAX], struct err *err)
{
    ptrdiff_t length = text_base64_decode(text, strlen(text), ret_place, CURSOR_MAX - 1);
    ret_place[length < 0 ? 0 : length] = '\0';
    return (length > 0 && strchr(ret_place, '\n')) ||
           err_code(err, ERR_INPUT, "bad_cursor", "The cursor must be a next_cursor of the page before.");
}

/* Sorting and searching by Unicode is beyond what both databases agree on: a few thousand rows are cheap
 * here. */
static struct entry *read_entries(struct tx *tx, struct arena *arena, const struct tenant_query *query,
                                  const char *after, size_t *ret_count, struct err *err)
{
    size_t count = 0, capacity = 64;
    struct entry *entries = calloc(capacity, sizeof *entries);
    AUTO_FREE char *search = text_fold(query->search ? query->search : "");
    AUTO_ROWS struct rows *rows =
        tx_query(tx, err, "SELECT id, default_domain, display_name, created_at FROM tenants");
    while (entries && rows && rows_next(rows)) {
        const char *id = row_text(rows, 0), *domain = row_text(rows, 1);
        AUTO_FREE char *name = text_fold(row_text(rows, 2));
        if (!allowed(query->only, id) || !matches(name, domain, id, search))
            continue;
        char *place = arena_printf(arena, "%.1000s\n%s", name, id);
        if (after && strcmp(place, after) <= 0)
            continue;
        if (count == capacity) {
            capacity *= 2;
            entries = reallocarray(entries, capacity, sizeof *entries);
            if (!entries)
                abort();
        }
        entries[count++] = (struct entry){place, arena_text(arena, id), arena_text(arena, domain),
                                          arena_text(arena, row_text(rows, 2)), row_int(rows, 3)};
    }
    if (!entries)
        abort();
    if (!rows || rows_failed(rows, err)) {
        free(entries);
        return NULL;
    }
    qsort(entries, count, sizeof *entries, entry_compare);
    *ret_count = count;
    return entries;
}

bool tenant_list(struct tx *tx, struct arena *arena, const struct tenant_query *query, json_t **ret_items,
                 const char **ret_next, struct err *err)
{
    char after[CURSOR_MAX];
    size_t count;
    *ret_items = NULL;
    *ret_next = NULL;
    if (query->after && !cursor_read(query->after, after, err))
        return false;
    AUTO_FREE struct entry *entries =
        read_entries(tx, arena, query, query->after ? after : NULL, &count, err);
    if (!entries)
        return false;
    *ret_items = json_array();
    for (size_t i = 0; i < count && i < query->limit; i++)
        json_add(*ret_items,
                 json_put_time(json_make("{s:s, s:s, s:s}", "id", entries[i].id, "default_domain",
                                         entries[i].default_domain, "display_name", entries[i].display_name),
                               "created_at", entries[i].created_at));
    if (count > query->limit && query->limit > 0) {
        AUTO_STRBUF struct strbuf cursor = STRBUF_MAX(CURSOR_MAX * 2);
        const char *place = entries[query->limit - 1].place;
        strbuf_base64url(&cursor, place, strlen(place));
        *ret_next = arena_text(arena, strbuf_text(&cursor));
    }
    return true;
}

static bool is_there(struct tx *tx, const char *id, bool *ret_there, struct err *err)
{
    AUTO_ROWS struct rows *rows = tx_query(tx, err, "SELECT 1 FROM tenants WHERE id = $1", P_TEXT(id));
    *ret_there = rows && rows_next(rows);
    return rows && !rows_failed(rows, err);
}

bool tenant_set_defaults(struct tx *tx, const char *id, const json_t *defaults, int64_t expected_version,
                         struct err *err)
{
    AUTO_FREE char *folded = text_fold(id);
    AUTO_FREE char *text = json_write(defaults);
    bool there;
    if (!tx_exec(tx, err,
                 "UPDATE tenants SET defaults_json = $1, version = version + 1 WHERE id = $2 AND "
                 "(CAST($3 AS BIGINT) = 0 OR version = $3)",
                 P_TEXT(text), P_TEXT(folded), P_INT(expected_version)))
        return false;
    if (tx_changes(tx) > 0)
        return true;
    if (!is_there(tx, folded, &there, err))
        return false;
    return there
               ? err_set(
                     err, ERR_PRECONDITION,
                     "The tenant's defaults were changed meanwhile. Read them again, then repeat the change.")
               : unknown(id, err);
}

bool tenant_delete(struct tx *tx, const char *id, struct err *err)
{
    AUTO_FREE char *folded = text_fold(id);
    return tx_exec(tx, err, "DELETE FROM tenants WHERE id = $1", P_TEXT(folded)) &&
           (tx_changes(tx) > 0 || unknown(id, err));
}
