#include "auth/accounts.h"

#include <string.h>

#include "auth/auth_internal.h"

#define COLUMNS                                                                                          \
    "id, username, display_name, role, external_id, disabled, created_at, last_sign_in_at, changed_at, " \
    "changed_by, version"
#define NAMESAKES_MAX 1000

bool username_acceptable(const char *username, struct err *err)
{
    bool good = username && *username && strlen(username) <= AUTH_USERNAME_MAX &&
                text_valid_utf8(username, strlen(username));
    for (const char *c = username; good && *c; c++)
        good = (unsigned char)*c > ' ' && *c != 0x7f;
    return good || err_code(err, ERR_INPUT, "invalid_username",
                            "The username must have 1 to %d characters, without spaces: a short name or an "
                            "e-mail address.",
                            AUTH_USERNAME_MAX);
}

static bool role_acceptable(const char *role, struct err *err)
{
    return role_permissions(role) ||
           err_code(err, ERR_INPUT, "unknown_role", "The role must be " ROLE_NAMES ".");
}

bool auth_account_add(struct auth *auth, const struct logbook_by *by, const char *username,
                      const char *password, const char *role, struct err *err)
{
    char id[UUID_SIZE], hash[PASSWORD_HASH_SIZE];
    int64_t now = clock_utc_ms(auth->clock);
    if (!username_acceptable(username, err) || !password_acceptable(password, username, err) ||
        !role_acceptable(role, err))
        return false;
    AUTO_FREE char *folded = text_fold(username);
    AUTO_JSON json_t *details = json_make("{s:s}", "role", role);
    const struct logbook_entry entry = {.what = LOGBOOK_ACCOUNT_ADDED,
                                        .object_id = uuid_v7(auth->clock, auth->rng, id),
                                        .object = folded,
                                        .details = details};
    if (!password_hash(auth->passwords, password, hash, err))
        return false;
    AUTO_TX struct tx *tx = store_begin(auth->store, err);
    if (tx && tx_exec(tx, err,
                      "INSERT INTO accounts(id, username, role, password_hash, disabled, created_at) "
                      "VALUES ($1, $2, $3, $4, 0, $5)",
                      P_TEXT(id), P_TEXT(folded), P_TEXT(role), P_TEXT(hash), P_INT(now)))
        return logbook_add(tx, by, &entry, now, err) && tx_commit(&tx, err);
    if (tx && err && err->kind == ERR_CONFLICT)
        err_code(err, ERR_CONFLICT, "account_exists", "An account named %s is there already.", folded);
    return false;
}

/* --- showing ------------------------------------------------------------------------------------------- */

static json_t *account_json(const struct rows *rows)
{
    json_t *account = json_object();
    json_put_text(account, "id", row_text(rows, 0));
    json_put_text(account, "username", row_text(rows, 1));
    json_put_text(account, "display_name", row_text(rows, 2));
    json_put_text(account, "role", row_text(rows, 3));
    json_put_text(account, "kind", row_text(rows, 4) ? "external" : "local");
    json_put(account, "disabled", json_boolean(row_int(rows, 5)));
    json_put_time(account, "created_at", row_int(rows, 6));
    json_put_time(account, "last_sign_in_at", row_int(rows, 7));
    json_put_time(account, "changed_at", row_int(rows, 8));
    json_put_text(account, "changed_by", row_text(rows, 9));
    return json_put(account, "version", json_integer(row_int(rows, 10)));
}

json_t *auth_account_list(struct auth *auth, struct err *err)
{
    AUTO_JSON json_t *list = json_array();
    AUTO_TX struct tx *tx = store_begin_read(auth->store, err);
    AUTO_ROWS struct rows *rows =
        tx ? tx_query(tx, err, "SELECT " COLUMNS " FROM accounts ORDER BY username") : NULL;
    while (rows && rows_next(rows))
        json_add(list, account_json(rows));
    return rows && !rows_failed(rows, err) ? json_incref(list) : NULL;
}

static json_t *account_load(struct tx *tx, const char *id, struct err *err)
{
    AUTO_ROWS struct rows *rows =
        tx_query(tx, err, "SELECT " COLUMNS " FROM accounts WHERE id = $1", P_TEXT(id));
    if (rows && rows_next(rows))
        return account_json(rows);
    if (rows && !rows_failed(rows, err))
        err_code(err, ERR_NOT_FOUND, "unknown_account", "There is no account with this id.");
    return NULL;
}

json_t *auth_account_get(struct auth *auth, const char *id, struct err *err)
{
    AUTO_TX struct tx *tx = store_begin_read(auth->store, err);
    return tx ? account_load(tx, id, err) : NULL;
}

/* --- changing ------------------------------------------------------------------------------------------ */

static bool is_admin(const json_t *account)
{
    return strcmp(json_text(account, "role"), "admin") == 0 && !json_flag(account, "disabled");
}

/* Changes nothing, but nobody else changes it before this transaction ends. */
static bool account_hold(struct tx *tx, const char *id, struct err *err)
{
    AUTO_ROWS struct rows *rows =
        tx_query(tx, err, "SELECT 1 FROM accounts WHERE id = $1 FOR UPDATE", P_TEXT(id));
    return rows != NULL;
}

/* Holds the admins' rows, so that no two admins remove each other. */
static bool another_admin_stays(struct tx *tx, const json_t *account, struct err *err)
{
    AUTO_ROWS struct rows *rows = tx_query(tx, err,
                                           "SELECT id FROM accounts WHERE role = 'admin' AND disabled = 0 "
                                           "AND id <> $1 ORDER BY id FOR UPDATE",
                                           P_TEXT(json_text(account, "id")));
    if (!rows)
        return false;
    return rows_next(rows) ||
           (!rows_failed(rows, err) &&
            err_code(err, ERR_CONFLICT, "last_admin",
                     "%s is the last admin who can sign in. Make somebody else an admin first.",
                     json_text(account, "username")));
}

static bool check_possible(const json_t *account, const struct account_change *change, struct err *err)
{
    bool external = strcmp(json_text(account, "kind"), "external") == 0;
    if (external && (change->role || change->password))
        return err_code(err, ERR_CONFLICT, "external_account",
                        "%s signs in with the identity provider, which also says the role. Change it there.",
                        json_text(account, "username"));
    if (change->version && change->version != json_int(account, "version", 0))
        return err_set(err, ERR_PRECONDITION,
                       "The account was changed meanwhile. Read it again, then repeat the change.");
    return (!change->role || role_acceptable(change->role, err)) &&
           (!change->password || password_acceptable(change->password, json_text(account, "username"), err));
}

static char *stored_hash(struct auth *auth, struct arena *arena, const char *id, struct err *err)
{
    AUTO_TX struct tx *tx = store_begin_read(auth->store, err);
    AUTO_ROWS struct rows *rows =
        tx ? tx_query(tx, err, "SELECT password_hash FROM accounts WHERE id = $1", P_TEXT(id)) : NULL;
    if (rows && rows_next(rows))
        return arena_text(arena, row_text(rows, 0));
    if (rows && !rows_failed(rows, err))
        err_code(err, ERR_NOT_FOUND, "unknown_account", "There is no account with this id.");
    return NULL;
}

/* A stolen session must not become a stolen account. */
static bool knows_old_password(struct auth *auth, struct arena *arena, const struct logbook_by *by,
                               const json_t *account, const struct account_change *change, struct err *err)
{
    const char *id = json_text(account, "id");
    if (!change->password || !by->id || strcmp(by->id, id) != 0)
        return true;
    const char *hash = stored_hash(auth, arena, id, err);
    if (!hash)
        return false;
    if (password_check(auth, json_text(account, "username"), by->client ? by->client : "", hash,
                       change->old_password ? change->old_password : "", err))
        return true;
    return err->kind == ERR_UNAUTHENTICATED &&
           err_code(err, ERR_INPUT, "wrong_password", "The old password is wrong.");
}

static bool end_sessions(struct tx *tx, const char *id, const char *keep, struct err *err)
{
    char hash[SECRET_HASH_SIZE] = "";
    if (keep)
        secret_hash(keep, hash);
    return tx_exec(tx, err, "DELETE FROM sessions WHERE account_id = $1 AND token_hash <> $2", P_TEXT(id),
                   P_TEXT(hash));
}

static bool write_change(struct tx *tx, const struct logbook_by *by, const char *id,
                         const struct account_change *change, const char *hash, int64_t now, struct err *err)
{
    return tx_exec(tx, err,
                   "UPDATE accounts SET role = COALESCE($2, role), disabled = COALESCE($3, disabled), "
                   "password_hash = COALESCE($4, password_hash), changed_at = $5, changed_by = $6, "
                   "version = version + 1 WHERE id = $1",
                   P_TEXT(id), P_TEXT(change->role), change->disabled ? P_INT(*change->disabled) : P_NULL,
                   P_TEXT(hash), P_INT(now), P_TEXT(by->name));
}

static bool note_change(struct tx *tx, const struct logbook_by *by, const json_t *account,
                        const struct account_change *change, int64_t now, struct err *err)
{
    AUTO_JSON json_t *details = json_object();
    struct logbook_entry entry = {.object_id = json_text(account, "id"),
                                  .object = json_text(account, "username")};
    if (change->role)
        json_put_text(details, "role", change->role);
    if (change->disabled)
        json_put(details, "disabled", json_boolean(*change->disabled));
    entry.what = LOGBOOK_PASSWORD_CHANGED;
    if (change->password && !logbook_add(tx, by, &entry, now, err))
        return false;
    entry.what = LOGBOOK_ACCOUNT_CHANGED;
    entry.details = details;
    return json_object_size(details) == 0 || logbook_add(tx, by, &entry, now, err);
}

static bool loses_admin(const json_t *account, const struct account_change *change)
{
    return is_admin(account) &&
           ((change->role && strcmp(change->role, "admin") != 0) || (change->disabled && *change->disabled));
}

bool auth_account_change(struct auth *auth, const struct logbook_by *by, const char *id,
                         const struct account_change *change, struct err *err)
{
    AUTO_ARENA struct arena *arena = arena_new();
    char hash[PASSWORD_HASH_SIZE];
    int64_t now = clock_utc_ms(auth->clock);
    AUTO_JSON json_t *before = auth_account_get(auth, id, err);
    if (!before || !check_possible(before, change, err) ||
        !knows_old_password(auth, arena, by, before, change, err) ||
        (change->password && !password_hash(auth->passwords, change->password, hash, err)))
        return false;
    AUTO_TX struct tx *tx = store_begin(auth->store, err);
    AUTO_JSON json_t *account = tx && account_hold(tx, id, err) ? account_load(tx, id, err) : NULL;
    if (!account || !check_possible(account, change, err) ||
        (loses_admin(account, change) && !another_admin_stays(tx, account, err)))
        return false;
    bool ends = change->password || change->role || (change->disabled && *change->disabled);
    return write_change(tx, by, id, change, change->password ? hash : NULL, now, err) &&
           (!ends || end_sessions(tx, id, change->keep_session, err)) &&
           note_change(tx, by, account, change, now, err) && tx_commit(&tx, err);
}

bool auth_account_delete(struct auth *auth, const struct logbook_by *by, const char *id, struct err *err)
{
    AUTO_TX struct tx *tx = store_begin(auth->store, err);
    AUTO_JSON json_t *account = tx && account_hold(tx, id, err) ? account_load(tx, id, err) : NULL;
    if (!account)
        return false;
    const struct logbook_entry entry = {
        .what = LOGBOOK_ACCOUNT_DELETED, .object_id = id, .object = json_text(account, "username")};
    return (!is_admin(account) || another_admin_stays(tx, account, err)) &&
           tx_exec(tx, err, "DELETE FROM accounts WHERE id = $1", P_TEXT(id)) &&
           logbook_add(tx, by, &entry, clock_utc_ms(auth->clock), err) && tx_commit(&tx, err);
}

/* --- from the identity provider ------------------------------------------------------------------------ */

struct known {
    const char *id; /* NULL: nobody yet */
    const char *username;
    bool disabled;
};

static bool find_external(struct tx *tx, struct arena *arena, const char *key, struct known *ret,
                          struct err *err)
{
    AUTO_ROWS struct rows *rows =
        tx_query(tx, err, "SELECT id, username, disabled FROM accounts WHERE external_id = $1", P_TEXT(key));
    *ret = (struct known){0};
    if (rows && rows_next(rows))
        *ret = (struct known){arena_text(arena, row_text(rows, 0)), arena_text(arena, row_text(rows, 1)),
                              row_int(rows, 2) != 0};
    return rows && !rows_failed(rows, err);
}

/* *ret: the name itself, or with the first number behind it that no other account has. */
static bool free_username(struct tx *tx, struct arena *arena, const char *folded, const char *own_id,
                          const char **ret, struct err *err)
{
    for (int number = 1; number <= NAMESAKES_MAX; number++) {
        *ret = number == 1 ? folded : arena_printf(arena, "%s#%d", folded, number);
        AUTO_ROWS struct rows *rows =
            tx_query(tx, err, "SELECT 1 FROM accounts WHERE username = $1 AND id <> $2", P_TEXT(*ret),
                     P_TEXT(own_id ? own_id : ""));
        if (!rows)
            return false;
        if (!rows_next(rows))
            return !rows_failed(rows, err);
    }
    return err_set(err, ERR_CONFLICT, "Too many accounts are called %.100s.", folded);
}

static bool write_external(struct auth *auth, struct tx *tx, const struct external_identity *identity,
                           const struct known *known, const char *id, const char *username, struct err *err)
{
    if (known->id)
        return tx_exec(tx, err,
                       "UPDATE accounts SET username = $2, display_name = $3, role = $4 WHERE id = $1",
                       P_TEXT(id), P_TEXT(username), P_TEXT(identity->display_name), P_TEXT(identity->role));
    return tx_exec(
        tx, err,
        "INSERT INTO accounts(id, username, display_name, role, password_hash, disabled, created_at, "
        "external_id) VALUES ($1, $2, $3, $4, '', 0, $5, $6)",
        P_TEXT(id), P_TEXT(username), P_TEXT(identity->display_name), P_TEXT(identity->role),
        P_INT(clock_utc_ms(auth->clock)), P_TEXT(identity->key));
}

bool auth_external_sign_in(struct auth *auth, struct arena *arena, const struct external_identity *identity,
                           const struct logbook_by *from, struct session *ret, struct err *err)
{
    char id[UUID_SIZE];
    struct known known;
    const char *username;
    AUTO_FREE char *folded = text_fold(identity->username);
    *ret = (struct session){0};
    if (!username_acceptable(folded, err))
        return false;
    AUTO_TX struct tx *tx = store_begin(auth->store, err);
    if (!tx || !find_external(tx, arena, identity->key, &known, err))
        return false;
    if (known.disabled)
        return err_code(err, ERR_FORBIDDEN, "account_disabled", "The account %s is disabled. Ask an admin.",
                        known.username);
    const char *own_id = arena_text(arena, known.id ? known.id : uuid_v7(auth->clock, auth->rng, id));
    if (!free_username(tx, arena, folded, known.id, &username, err) ||
        !write_external(auth, tx, identity, &known, own_id, username, err))
        return false;
    const struct account_who who = {own_id, arena_text(arena, username), arena_text(arena, identity->role)};
    return session_open(auth, tx, arena, &who, "oidc", from, ret, err) && tx_commit(&tx, err);
}

/* --- preferences --------------------------------------------------------------------------------------- */

json_t *auth_preferences(struct auth *auth, const char *account_id, struct err *err)
{
    AUTO_TX struct tx *tx = store_begin_read(auth->store, err);
    AUTO_ROWS struct rows *rows =
        tx ? tx_query(tx, err, "SELECT preferences_json FROM accounts WHERE id = $1", P_TEXT(account_id))
           : NULL;
    json_t *preferences = rows && rows_next(rows) ? row_json(rows, 0) : NULL;
    if (!rows || rows_failed(rows, err))
        return NULL;
    return json_is_object(preferences) ? preferences : json_object();
}

bool auth_set_preferences(struct auth *auth, const char *account_id, const json_t *preferences,
                          struct err *err)
{
    AUTO_FREE char *text = json_write(preferences);
    AUTO_TX struct tx *tx = store_begin(auth->store, err);
    return tx &&
           tx_exec(tx, err, "UPDATE accounts SET preferences_json = $2 WHERE id = $1", P_TEXT(account_id),
                   P_TEXT(text)) &&
           tx_commit(&tx, err);
}
