#include <sodium.h>
#include <stdlib.h>
#include <string.h>

#include "auth/auth_internal.h"
#include "base/memory.h"

#define TOUCH_AFTER_MS 60000 /* a session's last use is exact to the minute, and costs one write in it */

struct auth *auth_new(struct store *store, const struct clock *clock, const struct rng *rng)
{
    struct auth *auth = must(calloc(1, sizeof *auth));
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

struct account {
    struct account_who who;    /* id NULL: unknown or disabled */
    const char *password_hash; /* NULL: the identity provider keeps the password */
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
        *ret = (struct account){{arena_text(arena, row_text(rows, 0)), arena_text(arena, row_text(rows, 1)),
                                 arena_text(arena, row_text(rows, 2))},
                                *row_text(rows, 3) ? arena_text(arena, row_text(rows, 3)) : NULL};
    return rows && !rows_failed(rows, err);
}

bool may_try(struct auth *auth, const char *folded, const char *address, struct err *err)
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

bool password_check(struct auth *auth, const char *folded, const char *address, const char *hash,
                    const char *password, struct err *err)
{
    if (!passwords_enter(auth->passwords, err))
        return false;
    /* Asked again in turn: of a hundred tries sent at once all but the first few find the wait. */
    bool allowed = may_try(auth, folded, address, err);
    bool good = allowed && password_verify(auth->passwords, hash, password);
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

static bool forget_ended_sessions(struct tx *tx, int64_t now, struct err *err)
{
    return tx_exec(tx, err, "DELETE FROM sessions WHERE expires_at <= $1 OR last_seen_at <= $2", P_INT(now),
                   P_INT(now - AUTH_SESSION_IDLE_MS));
}

bool session_open(struct auth *auth, struct tx *tx, struct arena *arena, const struct account_who *account,
                  const char *method, const struct logbook_by *from, struct session *ret, struct err *err)
{
    char hash[SECRET_HASH_SIZE];
    int64_t now = clock_utc_ms(auth->clock);
    const struct logbook_by by = {principal_kind_name(PRINCIPAL_ACCOUNT), account->id, account->username,
                                  from->request_id, from->client};
    AUTO_JSON json_t *details = json_make("{s:s}", "method", method);
    const struct logbook_entry entry = {.what = LOGBOOK_SIGN_IN, .details = details};
    *ret = (struct session){.token = secret_text(auth, arena, ""),
                            .csrf_token = secret_text(auth, arena, ""),
                            .expires_at = now + AUTH_SESSION_ABSOLUTE_MS};
    principal_fill(&ret->principal, PRINCIPAL_ACCOUNT, account->id, account->username, account->role);
    secret_hash(ret->token, hash);
    return forget_ended_sessions(tx, now, err) &&
           tx_exec(tx, err,
                   "INSERT INTO sessions(token_hash, account_id, csrf_token, created_at, last_seen_at, "
                   "expires_at) VALUES ($1, $2, $3, $4, $4, $5)",
                   P_TEXT(hash), P_TEXT(account->id), P_TEXT(ret->csrf_token), P_INT(now),
                   P_INT(ret->expires_at)) &&
           tx_exec(tx, err, "UPDATE accounts SET last_sign_in_at = $1 WHERE id = $2", P_INT(now),
                   P_TEXT(account->id)) &&
           logbook_add(tx, &by, &entry, now, err);
}

/* Nobody guesses unseen: what cannot be noted is not answered either. */
static bool note_failure(struct auth *auth, const char *folded, const struct logbook_by *from,
                         struct err *err)
{
    struct err storing = {0};
    const struct logbook_by by = {"nobody", NULL, folded, from->request_id, from->client};
    const struct logbook_entry entry = {.what = LOGBOOK_SIGN_IN_FAILED};
    AUTO_TX struct tx *tx = store_begin(auth->store, &storing);
    if (!tx || !logbook_add(tx, &by, &entry, clock_utc_ms(auth->clock), &storing) ||
        !tx_commit(&tx, &storing))
        *err = storing;
    return false;
}

bool auth_sign_in(struct auth *auth, struct arena *arena, const char *username, const char *password,
                  const struct logbook_by *from, struct session *ret, struct err *err)
{
    struct account account;
    AUTO_FREE char *folded = text_fold(username ? username : "");
    const char *address = from->client ? from->client : "";
    *ret = (struct session){0};
    if (!may_try(auth, folded, address, err) || !account_find(auth, arena, folded, &account, err))
        return false;
    if (!password_check(auth, folded, address, account.password_hash, password ? password : "", err))
        return err->kind == ERR_UNAUTHENTICATED && note_failure(auth, folded, from, err);
    AUTO_TX struct tx *tx = store_begin(auth->store, err);
    return tx && session_open(auth, tx, arena, &account.who, "password", from, ret, err) &&
           tx_commit(&tx, err);
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

bool auth_sign_out(struct auth *auth, const struct logbook_by *by, const char *token, struct err *err)
{
    char hash[SECRET_HASH_SIZE];
    const struct logbook_entry entry = {.what = LOGBOOK_SIGN_OUT};
    if (!token)
        return true;
    secret_hash(token, hash);
    AUTO_TX struct tx *tx = store_begin(auth->store, err);
    return tx && tx_exec(tx, err, "DELETE FROM sessions WHERE token_hash = $1", P_TEXT(hash)) &&
           (tx_changes(tx) == 0 || logbook_add(tx, by, &entry, clock_utc_ms(auth->clock), err)) &&
           tx_commit(&tx, err);
}
