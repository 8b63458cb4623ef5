#include "store/tenants.h"

#include <stdlib.h>
#include <string.h>

#include "base/memory.h"

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

#define COLUMNS                                                                                     \
    "t.id, t.default_domain, t.display_name, t.created_at, t.version, t.changed_at, t.changed_by, " \
    "h.status, "                                                                                    \
    "h.checked_at, d.code, d.message, d.since"
#define COLUMN_COUNT 12
#define TABLES                                                        \
    "FROM tenants t LEFT JOIN tenant_health h ON h.tenant_id = t.id " \
    "LEFT JOIN disconnected_tenants d ON d.tenant_id = t.id"

static struct tenant row_of(struct arena *arena, const struct rows *rows)
{
    return (struct tenant){.id = arena_text(arena, row_text(rows, 0)),
                           .default_domain = arena_text(arena, row_text(rows, 1)),
                           .display_name = arena_text(arena, row_text(rows, 2)),
                           .created_at = row_int(rows, 3),
                           .version = row_int(rows, 4),
                           .changed_at = row_int(rows, 5),
                           .changed_by = arena_text(arena, row_text(rows, 6)),
                           .health = arena_text(arena, row_text(rows, 7)),
                           .health_at = row_int(rows, 8),
                           .disconnected = {.code = arena_text(arena, row_text(rows, 9)),
                                            .message = arena_text(arena, row_text(rows, 10)),
                                            .since = row_int(rows, 11)}};
}

/* What offboardings ran into since the last look counts more than the look. */
static json_t *health_json(const struct tenant *tenant)
{
    int64_t since = tenant->disconnected.since;
    const char *status = since ? "disconnected" : tenant->health;
    if (!status)
        return json_null();
    json_t *health = json_make("{s:s, s:n}", "status", status, "disconnected");
    json_put_time(health, "checked_at", since > tenant->health_at ? since : tenant->health_at);
    if (!since)
        return health;
    json_t *disconnected =
        json_make("{s:s, s:s}", "code", tenant->disconnected.code, "message", tenant->disconnected.message);
    return json_put(health, "disconnected", json_put_time(disconnected, "since", since));
}

json_t *tenant_json(const struct tenant *tenant)
{
    json_t *value = json_make("{s:s, s:s, s:s}", "id", tenant->id, "default_domain", tenant->default_domain,
                              "display_name", tenant->display_name);
    json_put_time(value, "created_at", tenant->created_at);
    json_put_time(value, "changed_at", tenant->changed_at);
    json_put_text(value, "changed_by", tenant->changed_by);
    return json_put(value, "health", health_json(tenant));
}

bool tenant_find(struct tx *tx, struct arena *arena, const char *id_or_domain, struct tenant *ret,
                 struct err *err)
{
    AUTO_FREE char *folded = text_fold(id_or_domain);
    AUTO_ROWS struct rows *rows = tx_query(
        tx, err, "SELECT " COLUMNS ", t.defaults_json " TABLES " WHERE t.id = $1 OR t.default_domain = $1",
        P_TEXT(folded));
    if (!rows)
        return false;
    if (!rows_next(rows))
        return !rows_failed(rows, err) && unknown(id_or_domain, err);
    *ret = row_of(arena, rows);
    ret->defaults = row_json(rows, COLUMN_COUNT);
    return true;
}

/* One line of the list: place is what it is sorted by and what a cursor holds. */
struct entry {
    const char *place; /* folded display name, newline, id */
    struct tenant tenant;
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
    struct entry *entries = must(calloc(capacity, sizeof *entries));
    AUTO_FREE char *search = text_fold(query->search ? query->search : "");
    AUTO_ROWS struct rows *rows = tx_query(tx, err, "SELECT " COLUMNS " " TABLES);
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
            entries = must(reallocarray(entries, capacity, sizeof *entries));
        }
        entries[count++] = (struct entry){place, row_of(arena, rows)};
    }
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
        json_add(*ret_items, tenant_json(&entries[i].tenant));
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

/* After an UPDATE that names the version: did it find its row? */
static bool changed(struct tx *tx, const char *folded_id, const char *id, struct err *err)
{
    bool there;
    if (tx_changes(tx) > 0)
        return true;
    if (!is_there(tx, folded_id, &there, err))
        return false;
    return there ? err_set(err, ERR_PRECONDITION,
                           "The tenant was changed meanwhile. Read it again, then repeat the change.")
                 : unknown(id, err);
}

bool tenant_set_defaults(struct tx *tx, const char *id, const json_t *defaults,
                         const struct tenant_change *change, struct err *err)
{
    AUTO_FREE char *folded = text_fold(id);
    AUTO_FREE char *text = json_write(defaults);
    return tx_exec(tx, err,
                   "UPDATE tenants SET defaults_json = $1, version = version + 1, changed_by = $4, "
                   "changed_at = $5 WHERE id = $2 AND (CAST($3 AS BIGINT) = 0 OR version = $3)",
                   P_TEXT(text), P_TEXT(folded), P_INT(change->expected_version), P_TEXT(change->by),
                   P_INT(change->now)) &&
           changed(tx, folded, id, err);
}

bool tenant_rename(struct tx *tx, const char *id, const char *display_name,
                   const struct tenant_change *change, struct err *err)
{
    AUTO_FREE char *folded = text_fold(id);
    return tx_exec(tx, err,
                   "UPDATE tenants SET display_name = $1, version = version + 1, changed_by = $4, "
                   "changed_at = $5 WHERE id = $2 AND (CAST($3 AS BIGINT) = 0 OR version = $3)",
                   P_TEXT(display_name), P_TEXT(folded), P_INT(change->expected_version), P_TEXT(change->by),
                   P_INT(change->now)) &&
           changed(tx, folded, id, err);
}

bool tenant_hold(struct tx *tx, const char *id, struct err *err)
{
    AUTO_FREE char *folded = text_fold(id);
    AUTO_ROWS struct rows *rows =
        tx_query(tx, err, "SELECT 1 FROM tenants WHERE id = $1 FOR UPDATE", P_TEXT(folded));
    return rows && (rows_next(rows) || (!rows_failed(rows, err) && unknown(id, err)));
}

bool tenant_delete(struct tx *tx, const char *id, struct err *err)
{
    AUTO_FREE char *folded = text_fold(id);
    /* held first, so that no offboarding slips in between */
    return tenant_hold(tx, id, err) &&
           tx_exec(tx, err,
                   "DELETE FROM tenants WHERE id = $1 AND NOT EXISTS (SELECT 1 FROM offboardings "
                   "WHERE tenant_id = $1 AND unfinished = 1)",
                   P_TEXT(folded)) &&
           (tx_changes(tx) > 0 ||
            err_code(err, ERR_CONFLICT, "unfinished_offboardings",
                     "Offboardings of this tenant are not finished. Wait for them or cancel them first.")) &&
           tx_exec(tx, err, "DELETE FROM disconnected_tenants WHERE tenant_id = $1", P_TEXT(folded));
}

/* --- the partner account's list ------------------------------------------------------------------------ */

static bool check_domain(struct tx *tx, const char *domain, const char *id, struct err *err)
{
    AUTO_ROWS struct rows *rows =
        tx_query(tx, err, "SELECT display_name FROM tenants WHERE default_domain = $1 AND id <> $2",
                 P_TEXT(domain), P_TEXT(id));
    if (rows && rows_next(rows))
        return err_code(err, ERR_CONFLICT, "domain_taken",
                        "The domain %.200s belongs to the tenant %.100s here.", domain, row_text(rows, 0));
    return rows && !rows_failed(rows, err);
}

/* As stored; texts NULL when the tenant is not there. */
struct stored {
    const char *domain, *name, *synced_name;
};

static bool read_stored(struct tx *tx, struct arena *arena, const char *id, struct stored *ret,
                        struct err *err)
{
    AUTO_ROWS struct rows *rows = tx_query(
        tx, err, "SELECT default_domain, display_name, synced_name FROM tenants WHERE id = $1 FOR UPDATE",
        P_TEXT(id));
    *ret = (struct stored){0};
    if (rows && rows_next(rows))
        *ret = (struct stored){arena_text(arena, row_text(rows, 0)), arena_text(arena, row_text(rows, 1)),
                               arena_text(arena, row_text(rows, 2))};
    return rows && !rows_failed(rows, err);
}

static bool update_synced(struct tx *tx, const char *id, const char *domain, const char *name,
                          const struct stored *stored, const struct tenant_change *change,
                          enum tenant_synced *ret, struct err *err)
{
    bool own_name = !stored->synced_name || strcmp(stored->name, stored->synced_name) != 0;
    const char *wanted = own_name ? stored->name : name;
    bool same = strcmp(stored->domain, domain) == 0 && strcmp(stored->name, wanted) == 0;
    *ret = same ? TENANT_UNCHANGED : TENANT_UPDATED;
    if (!tx_exec(tx, err, "UPDATE tenants SET synced_name = $2 WHERE id = $1", P_TEXT(id), P_TEXT(name)))
        return false;
    return same ||
           tx_exec(tx, err,
                   "UPDATE tenants SET default_domain = $2, display_name = $3, version = version + 1, "
                   "changed_by = $4, changed_at = $5 WHERE id = $1",
                   P_TEXT(id), P_TEXT(domain), P_TEXT(wanted), P_TEXT(change->by), P_INT(change->now));
}

bool tenant_sync(struct tx *tx, const struct tenant *tenant, const struct tenant_change *change,
                 enum tenant_synced *ret, struct err *err)
{
    AUTO_ARENA struct arena *arena = arena_new();
    AUTO_FREE char *id = text_fold(tenant->id);
    AUTO_FREE char *domain = text_fold(tenant->default_domain);
    struct stored stored;
    *ret = TENANT_ADDED;
    if (!check_domain(tx, domain, id, err) || !read_stored(tx, arena, id, &stored, err))
        return false;
    if (stored.domain)
        return update_synced(tx, id, domain, tenant->display_name, &stored, change, ret, err);
    return tenant_insert(tx, tenant, err) &&
           tx_exec(tx, err, "UPDATE tenants SET synced_name = display_name WHERE id = $1", P_TEXT(id));
}

json_t *tenant_synced_list(struct tx *tx, struct err *err)
{
    AUTO_JSON json_t *list = json_array();
    AUTO_ROWS struct rows *rows =
        tx_query(tx, err,
                 "SELECT id, default_domain, display_name FROM tenants WHERE synced_name IS NOT NULL "
                 "ORDER BY display_name");
    while (rows && rows_next(rows))
        json_add(list, json_make("{s:s, s:s, s:s}", "id", row_text(rows, 0), "default_domain",
                                 row_text(rows, 1), "display_name", row_text(rows, 2)));
    return rows && !rows_failed(rows, err) ? json_incref(list) : NULL;
}

/* --- health -------------------------------------------------------------------------------------------- */

bool tenant_health_load(struct tx *tx, const char *id, int64_t *ret_at, json_t **ret_result, struct err *err)
{
    AUTO_ROWS struct rows *rows = tx_query(
        tx, err, "SELECT checked_at, result_json FROM tenant_health WHERE tenant_id = $1", P_TEXT(id));
    bool found = rows && rows_next(rows);
    *ret_at = found ? row_int(rows, 0) : 0;
    *ret_result = found ? row_json(rows, 1) : json_null();
    return rows && !rows_failed(rows, err);
}

bool tenant_health_store(struct tx *tx, const char *id, const char *status, int64_t now, const json_t *result,
                         struct err *err)
{
    AUTO_FREE char *text = json_write(result);
    return tx_exec(
        tx, err,
        "INSERT INTO tenant_health(tenant_id, status, checked_at, result_json) VALUES ($1, $2, $3, $4) "
        "ON CONFLICT (tenant_id) DO UPDATE SET status = $2, checked_at = $3, result_json = $4",
        P_TEXT(id), P_TEXT(status), P_INT(now), P_TEXT(text));
}
