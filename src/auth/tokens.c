#include <string.h>

#include "auth/auth_internal.h"
#include "store/tenants.h"

#define NAME_MAX_BYTES 100
#define TOUCH_AFTER_MS 60000 /* the last use is exact to the minute */

static bool name_acceptable(const char *name, struct err *err)
{
    bool good = name && *name && strlen(name) <= NAME_MAX_BYTES && text_valid_utf8(name, strlen(name));
    for (const char *c = name; good && *c; c++)
        good = (unsigned char)*c >= ' ' && *c != 0x7f;
    return good || err_set(err, ERR_INPUT, "The token's name must have 1 to %d characters.", NAME_MAX_BYTES);
}

/* Ids and domains to ids, so that a domain that moves takes no permission with it. NULL with err set. */
static json_t *tenant_ids(struct tx *tx, struct arena *arena, const json_t *tenants, struct err *err)
{
    size_t i;
    json_t *value;
    AUTO_JSON json_t *ids = json_array();
    if (!json_is_array(tenants) || json_array_size(tenants) == 0) {
        err_set(err, ERR_INPUT, "The token's tenants must be a list of at least one tenant; none for all.");
        return NULL;
    }
    json_array_foreach (tenants, i, value) {
        AUTO_TENANT struct tenant tenant = {0};
        const char *text = json_string_value(value);
        if (!text) {
            err_set(err, ERR_INPUT, "The token's tenants must be tenant ids or default domains.");
            return NULL;
        }
        if (!tenant_find(tx, arena, text, &tenant, err)) {
            if (err && err->kind == ERR_NOT_FOUND)
                err->kind = ERR_INPUT;
            return NULL;
        }
        json_add(ids, json_text_new(tenant.id));
    }
    return json_incref(ids);
}

static bool token_acceptable(const struct auth *auth, const struct new_token *token, struct err *err)
{
    if (!name_acceptable(token->name, err))
        return false;
    if (!role_permissions(token->role))
        return err_set(err, ERR_INPUT, "The role must be " ROLE_NAMES ".");
    return !token->expires_at || token->expires_at > clock_utc_ms(auth->clock) ||
           err_set(err, ERR_INPUT, "The token's end has passed already; choose a later one.");
}

bool auth_token_create(struct auth *auth, struct arena *arena, const struct logbook_by *by,
                       const struct new_token *token, const char **ret_id, const char **ret_text,
                       struct err *err)
{
    char id[UUID_SIZE], hash[SECRET_HASH_SIZE];
    int64_t now = clock_utc_ms(auth->clock);
    if (!token_acceptable(auth, token, err))
        return false;
    bool restricted = token->tenants && !json_is_null(token->tenants);
    const char *text = secret_text(auth, arena, AUTH_TOKEN_PREFIX);
    secret_hash(text, hash);
    AUTO_TX struct tx *tx = store_begin(auth->store, err);
    AUTO_JSON json_t *ids = tx && restricted ? tenant_ids(tx, arena, token->tenants, err) : NULL;
    if (!tx || (restricted && !ids))
        return false;
    AUTO_FREE char *ids_text = ids ? json_write(ids) : NULL;
    AUTO_JSON json_t *details = json_make("{s:s, s:O?}", "role", token->role, "tenants", ids);
    const struct logbook_entry entry = {.what = LOGBOOK_TOKEN_CREATED,
                                        .object_id = uuid_v7(auth->clock, auth->rng, id),
                                        .object = token->name,
                                        .details = details};
    if (!tx_exec(tx, err,
                 "INSERT INTO tokens(id, name, role, tenants_json, token_hash, created_at, created_by, "
                 "expires_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
                 P_TEXT(id), P_TEXT(token->name), P_TEXT(token->role), P_TEXT(ids_text), P_TEXT(hash),
                 P_INT(now), P_TEXT(by->name), token->expires_at ? P_INT(token->expires_at) : P_NULL) ||
        !logbook_add(tx, by, &entry, now, err) || !tx_commit(&tx, err))
        return false;
    *ret_id = arena_text(arena, id);
    *ret_text = text;
    return true;
}

static void token_touch(struct auth *auth, const char *id, int64_t now)
{
    AUTO_TX struct tx *tx = store_begin(auth->store, NULL);
    bool good =
        tx &&
        tx_exec(tx, NULL, "UPDATE tokens SET last_used_at = $1 WHERE id = $2", P_INT(now), P_TEXT(id)) &&
        tx_commit(&tx, NULL);
    (void)good; /* a full disk must not lock scripts out */
}

bool auth_bearer_check(struct auth *auth, struct arena *arena, const char *token, struct principal *ret,
                       struct err *err)
{
    const size_t prefix = sizeof AUTH_TOKEN_PREFIX - 1;
    char hash[SECRET_HASH_SIZE];
    int64_t now = clock_utc_ms(auth->clock), last_used_at;
    *ret = (struct principal){0};
    if (!token || strncmp(token, AUTH_TOKEN_PREFIX, prefix) != 0 ||
        strlen(token) != prefix + SECRET_TEXT_LENGTH)
        return not_signed_in(err);
    secret_hash(token, hash);
    {
        AUTO_TX struct tx *tx = store_begin_read(auth->store, err);
        AUTO_ROWS struct rows *rows =
            tx ? tx_query(tx, err,
                          "SELECT id, name, role, tenants_json, last_used_at FROM tokens "
                          "WHERE token_hash = $1 AND revoked_at IS NULL AND "
                          "(expires_at IS NULL OR expires_at > $2)",
                          P_TEXT(hash), P_INT(now))
               : NULL;
        if (!rows)
            return false;
        if (!rows_next(rows))
            return !rows_failed(rows, err) && not_signed_in(err);
        const char *role = arena_text(arena, row_text(rows, 2));
        *ret = (struct principal){.kind = PRINCIPAL_TOKEN,
                                  .id = arena_text(arena, row_text(rows, 0)),
                                  .name = arena_text(arena, row_text(rows, 1)),
                                  .role = role,
                                  /* a list that cannot be read is null, no array: it sees nothing */
                                  .tenants = row_text(rows, 3) ? row_json(rows, 3) : NULL,
                                  .permissions = role_permissions(role)};
        last_used_at = row_int(rows, 4);
    }
    if (now - last_used_at >= TOUCH_AFTER_MS)
        token_touch(auth, ret->id, now);
    return true;
}

json_t *auth_token_list(struct auth *auth, struct err *err)
{
    AUTO_JSON json_t *items = json_array();
    AUTO_TX struct tx *tx = store_begin_read(auth->store, err);
    AUTO_ROWS struct rows *rows =
        tx ? tx_query(tx, err,
                      "SELECT id, name, role, tenants_json, created_by, created_at, expires_at, "
                      "last_used_at, revoked_at FROM tokens ORDER BY id")
           : NULL;
    while (rows && rows_next(rows)) {
        json_t *item = json_make("{s:s, s:s, s:s, s:o}", "id", row_text(rows, 0), "name", row_text(rows, 1),
                                 "role", row_text(rows, 2), "tenants", row_json(rows, 3));
        json_put_text(item, "created_by", row_text(rows, 4));
        json_put_time(item, "created_at", row_int(rows, 5));
        json_put_time(item, "expires_at", row_int(rows, 6));
        json_put_time(item, "last_used_at", row_int(rows, 7));
        json_add(items, json_put_time(item, "revoked_at", row_int(rows, 8)));
    }
    return rows && !rows_failed(rows, err) ? json_incref(items) : NULL;
}

static bool token_name(struct tx *tx, struct arena *arena, const char *id, const char **ret, struct err *err)
{
    AUTO_ROWS struct rows *rows = tx_query(tx, err, "SELECT name FROM tokens WHERE id = $1", P_TEXT(id));
    if (!rows)
        return false;
    if (!rows_next(rows))
        return !rows_failed(rows, err) && err_set(err, ERR_NOT_FOUND, "There is no API token with this id.");
    *ret = arena_text(arena, row_text(rows, 0));
    return true;
}

bool auth_token_revoke(struct auth *auth, const struct logbook_by *by, const char *id, struct err *err)
{
    AUTO_ARENA struct arena *arena = arena_new();
    struct logbook_entry entry = {.what = LOGBOOK_TOKEN_REVOKED, .object_id = id};
    int64_t now = clock_utc_ms(auth->clock);
    AUTO_TX struct tx *tx = store_begin(auth->store, err);
    if (!tx || !token_name(tx, arena, id, &entry.object, err) ||
        !tx_exec(tx, err, "UPDATE tokens SET revoked_at = $1 WHERE id = $2 AND revoked_at IS NULL",
                 P_INT(now), P_TEXT(id)))
        return false;
    return (tx_changes(tx) == 0 || logbook_add(tx, by, &entry, now, err)) && tx_commit(&tx, err);
}
