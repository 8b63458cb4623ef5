#include <sodium.h>
#include <stdlib.h>
#include <string.h>

#include "auth/auth_internal.h"

#define TOUCH_AFTER_MS 60000 /* a session's last use is exact to the minute, and costs one write in it */

struct auth *auth_new(struct store *store, const struct clock *clock, const struct rng *rng)
{
    struct auth *auth = calloc(1, sizeof *auth);
    if (!auth)
        abort();
    *auth = (struct auth){store, clock, rng, passwords_new(), throttle_new(clock, rng)};
    return auth;
}

void auth_free(struct auth *auth)
{
    if (!auth)
        return;
    passwords_free(auth->passwords);
    throttle_free(auth->throttle);
    free(auth);
}

char *secret_text(const struct auth *auth, struct arena *arena, const char *prefix)
{
    unsigned char bytes[32];
    AUTO_STRBUF struct strbuf text = STRBUF_MAX(100);
    rng_fill(auth->rng, bytes, sizeof bytes);
    strbuf_text_add(&text, prefix);
    strbuf_base64url(&text, bytes, sizeof bytes);
    sodium_memzero(bytes, sizeof bytes);
    return arena_text(arena, strbuf_text(&text));
}

void secret_hash(const char *text, char ret_hash[SECRET_HASH_SIZE])
{
    unsigned char hash[32];
    crypto_generichash(hash, sizeof hash, (const unsigned char *)text, strlen(text), NULL, 0);
    sodium_bin2hex(ret_hash, SECRET_HASH_SIZE, hash, sizeof hash);
}

bool not_signed_in(struct err *err)
{
    return err_set(err, ERR_UNAUTHENTICATED, "Sign in, or send an API token that is valid.");
}

static bool username_acceptable(const char *username, struct err *err)
{
    bool good = username && *username && strlen(username) <= AUTH_USERNAME_MAX &&
                text_valid_utf8(username, strlen(username));
    for (const char *c = username; good && *c; c++)
        good = (unsigned char)*c > ' ' && *c != 0x7f;
    return good || err_set(err, ERR_INPUT,
                           "The username must have 1 to %d characters, without spaces: a short name or an "
                           "e-mail address.",
                           AUTH_USERNAME_MAX);
}

bool auth_account_add(struct auth *auth, const char *username, const char *password, const char *role,
                      struct err *err)
{
    char id[UUID_SIZE], hash[PASSWORD_HASH_SIZE];
    if (!username_acceptable(username, err) || !password_acceptable(password, err))
        return false;
    if (!role_permissions(role))
        return err_set(err, ERR_INPUT, "The role must be " ROLE_NAMES ".");
    AUTO_FREE char *folded = text_fold(username);
    if (!password_hash(auth->passwords, password, hash, err))
        return false;
    AUTO_TX struct tx *tx = store_begin(auth->store, err);
    if (tx && tx_exec(tx, err,
                      "INSERT INTO accounts(id, username, role, password_hash, disabled, created_at) "
                      "VALUES ($1, $2, $3, $4, 0, $5)",
                      P_TEXT(uuid_v7(auth->clock, auth->rng, id)), P_TEXT(folded), P_TEXT(role), P_TEXT(hash),
                      P_INT(clock_utc_ms(auth->clock))))
        return tx_commit(&tx, err);
    if (tx && err && err->kind == ERR_CONFLICT)
        err_code(err, ERR_CONFLICT, "account_exists", "An account named %s is there already.", folded);
    return false;
}

bool auth_has_accounts(struct auth *auth, bool *ret_has, struct err *err)
{
    AUTO_TX struct tx *tx = store_begin_read(auth->store, err);
    AUTO_ROWS struct rows *rows = tx ? tx_query(tx, err, "SELECT 1 FROM accounts LIMIT 1") : NULL;
    *ret_has = rows && rows_next(rows);
    return rows && !rows_failed(rows, err);
}

struct account {
    const char *id, *username, *role, *password_hash; /* id NULL: unknown or disabled */
};

static bool account_find(struct auth *auth, struct arena *arena, const char *folded, struct account *ret,
                         struct err *err)
{
    *ret = (struct account){0};
    AUTO_TX struct tx *tx = store_begin_read(auth->store, err);
    AUTO_ROWS struct rows *rows = tx ? tx_query(tx, err,
                                                "SELECT id, username, role, password_hash FROM accounts "
                                                "WHERE username = $1 AND disabled = 0",
                                                P_TEXT(folded))
                                     : NULL;
    if (rows && rows_next(rows))
        *ret = (struct account){arena_text(arena, row_text(rows, 0)), arena_text(arena, row_text(rows, 1)),
                                arena_text(arena, row_text(rows, 2)), arena_text(arena, row_text(rows, 3))};
    return rows && !rows_failed(rows, err);
}

static bool may_try(struct auth *auth, const char *folded, const char *address, struct err *err)
{
    int64_t wait_ms = throttle_wait_ms(auth->throttle, folded, address);
    if (wait_ms == 0)
        return true;
    err_set(err, ERR_LIMIT, "The sign-in failed too often. Try again in %lld s.",
            (long long)(wait_ms + 999) / 1000);
    if (err)
        err->retry_after_ms = wait_ms;
    return false;
}

static bool password_check(struct auth *auth, const char *folded, const char *address,
                           const struct account *account, const char *password, struct err *err)
{
    if (!passwords_enter(auth->passwords, err))
        return false;
    /* Asked again in turn: of a hundred tries sent at once all but the first few find the wait. */
    bool allowed = may_try(auth, folded, address, err);
    bool good = allowed && password_verify(auth->passwords, account->password_hash, password);
    if (good)
        throttle_passed(auth->throttle, folded, address);
    else if (allowed)
        throttle_failed(auth->throttle, folded, address);
    passwords_leave(auth->passwords);
    return good || (allowed && err_code(err, ERR_UNAUTHENTICATED, "wrong_credentials",
                                        "The username or the password is wrong."));
}

static void principal_fill(struct principal *ret, enum principal_kind kind, const char *id, const char *name,
                           const char *role)
{
    *ret = (struct principal){kind, id, name, role, NULL, role_permissions(role)};
}

static bool session_insert(struct auth *auth, const struct session *session, struct err *err)
{
    char hash[SECRET_HASH_SIZE];
    int64_t now = session->expires_at - AUTH_SESSION_ABSOLUTE_MS;
    secret_hash(session->token, hash);
    AUTO_TX struct tx *tx = store_begin(auth->store, err);
    return tx &&
           tx_exec(tx, err,
                   "INSERT INTO sessions(token_hash, account_id, csrf_token, created_at, last_seen_at, "
                   "expires_at) "
                   "VALUES ($1, $2, $3, $4, $4, $5)",
                   P_TEXT(hash), P_TEXT(session->principal.id), P_TEXT(session->csrf_token), P_INT(now),
                   P_INT(session->expires_at)) &&
           tx_commit(&tx, err);
}

bool auth_sign_in(struct auth *auth, struct arena *arena, const char *username, const char *password,
                  const char *address, struct session *ret, struct err *err)
{
    struct account account;
    AUTO_FREE char *folded = text_fold(username ? username : "");
    address = address ? address : "";
    *ret = (struct session){0};
    if (!may_try(auth, folded, address, err) || !account_find(auth, arena, folded, &account, err) ||
        !password_check(auth, folded, address, &account, password ? password : "", err))
        return false;
    ret->token = secret_text(auth, arena, "");
    ret->csrf_token = secret_text(auth, arena, "");
    ret->expires_at = clock_utc_ms(auth->clock) + AUTH_SESSION_ABSOLUTE_MS;
    principal_fill(&ret->principal, PRINCIPAL_ACCOUNT, account.id, account.username, account.role);
    return session_insert(auth, ret, err);
}

static void session_touch(struct auth *auth, const char *hash, int64_t now)
{
    AUTO_TX struct tx *tx = store_begin(auth->store, NULL);
    bool good = tx &&
                tx_exec(tx, NULL, "UPDATE sessions SET last_seen_at = $1 WHERE token_hash = $2", P_INT(now),
                        P_TEXT(hash)) &&
                tx_commit(&tx, NULL);
    (void)good; /* a full disk must not sign everybody out */
}

bool auth_session_check(struct auth *auth, struct arena *arena, const char *token, struct principal *ret,
                        const char **ret_csrf_token, struct err *err)
{
    char hash[SECRET_HASH_SIZE];
    int64_t now = clock_utc_ms(auth->clock), last_seen_at;
    *ret = (struct principal){0};
    *ret_csrf_token = NULL;
    if (!token || strlen(token) != SECRET_TEXT_LENGTH)
        return not_signed_in(err);
    secret_hash(token, hash);
    {
        AUTO_TX struct tx *tx = store_begin_read(auth->store, err);
        AUTO_ROWS struct rows *rows =
            tx ? tx_query(tx, err,
                          "SELECT a.id, a.username, a.role, s.csrf_token, s.last_seen_at FROM sessions s "
                          "JOIN accounts a ON a.id = s.account_id WHERE s.token_hash = $1 AND a.disabled = 0 "
                          "AND s.expires_at > $2 AND s.last_seen_at > $3",
                          P_TEXT(hash), P_INT(now), P_INT(now - AUTH_SESSION_IDLE_MS))
               : NULL;
        if (!rows)
            return false;
        if (!rows_next(rows))
            return !rows_failed(rows, err) && not_signed_in(err);
        principal_fill(ret, PRINCIPAL_ACCOUNT, arena_text(arena, row_text(rows, 0)),
                       arena_text(arena, row_text(rows, 1)), arena_text(arena, row_text(rows, 2)));
        *ret_csrf_token = arena_text(arena, row_text(rows, 3));
        last_seen_at = row_int(rows, 4);
    }
    if (now - last_seen_at >= TOUCH_AFTER_MS)
        session_touch(auth, hash, now);
    return true;
}

bool auth_csrf_matches(const char *expected, const char *sent)
{
    return expected && sent && *expected && strlen(expected) == strlen(sent) &&
           sodium_memcmp(expected, sent, strlen(expected)) == 0;
}

bool auth_sign_out(struct auth *auth, const char *token, struct err *err)
{
    char hash[SECRET_HASH_SIZE];
    if (!token)
        return true;
    secret_hash(token, hash);
    AUTO_TX struct tx *tx = store_begin(auth->store, err);
    return tx && tx_exec(tx, err, "DELETE FROM sessions WHERE token_hash = $1", P_TEXT(hash)) &&
           tx_commit(&tx, err);
}

bool auth_sweep(struct auth *auth, struct err *err)
{
    int64_t now = clock_utc_ms(auth->clock);
    AUTO_TX struct tx *tx = store_begin(auth->store, err);
    return tx &&
           tx_exec(tx, err, "DELETE FROM sessions WHERE expires_at <= $1 OR last_seen_at <= $2", P_INT(now),
                   P_INT(now - AUTH_SESSION_IDLE_MS)) &&
           tx_commit(&tx, err);
}
