#include "vault/links.h"

#include <sodium.h>
#include <string.h>

#define TOKEN_BYTES 32
#define HASH_TEXT 65

void link_token_make(const struct rng *rng, struct strbuf *ret)
{
    unsigned char bytes[TOKEN_BYTES];
    rng_fill(rng, bytes, sizeof bytes);
    strbuf_base64url(ret, bytes, sizeof bytes);
    sodium_memzero(bytes, sizeof bytes);
}

/* Fast is right here: 256 random bits cannot be guessed. */
static void hash(const char *token, char ret[HASH_TEXT])
{
    unsigned char digest[crypto_generichash_BYTES];
    crypto_generichash(digest, sizeof digest, (const unsigned char *)token, strlen(token), NULL, 0);
    sodium_bin2hex(ret, HASH_TEXT, digest, sizeof digest);
}

static void remote_identity(struct strbuf *ret, const char *link_id)
{
    strbuf_printf(ret, "links/%s", link_id);
}

bool link_insert(struct tx *tx, const struct vault *vault, const struct link *link, const char *token,
                 const char *remote, struct err *err)
{
    char hashed[HASH_TEXT];
    AUTO_STRBUF struct strbuf identity = STRBUF_MAX(100), sealed = STRBUF_MAX(4096);
    hash(token, hashed);
    remote_identity(&identity, link->id);
    if (remote)
        vault_seal(vault, strbuf_text(&identity), remote, strlen(remote), &sealed);
    return tx_exec(
        tx, err,
        "INSERT INTO links(id, offboarding_id, task, secret_name, host, token_hash, remote_sealed, "
        "created_by, created_at, expires_at, views_left) "
        "VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)",
        P_TEXT(link->id), P_TEXT(link->offboarding_id), P_TEXT(link->task), P_TEXT(link->secret_name),
        P_TEXT(link->host), P_TEXT(hashed), remote ? P_BLOB(sealed.data, sealed.length) : P_NULL,
        P_TEXT(link->created_by), P_INT(link->created_at), P_INT(link->expires_at), P_INT(link->views_left));
}

static bool bad_link(struct err *err)
{
    return err_code(err, ERR_NOT_FOUND, "bad_link", "This link shows nothing, or nothing any more.");
}

bool link_use(struct tx *tx, struct arena *arena, const char *token, int64_t now, struct link *ret,
              struct err *err)
{
    char hashed[HASH_TEXT];
    hash(token, hashed);
    if (!tx_exec(tx, err,
                 "UPDATE links SET views_left = views_left - 1 WHERE token_hash = $1 AND host = 'lastday' "
                 "AND views_left > 0 AND expires_at > $2 AND revoked_at IS NULL",
                 P_TEXT(hashed), P_INT(now)))
        return false;
    if (tx_changes(tx) == 0)
        return bad_link(err);
    AUTO_ROWS struct rows *rows =
        tx_query(tx, err,
                 "SELECT id, offboarding_id, task, secret_name, host, created_by, created_at, expires_at, "
                 "views_left FROM links WHERE token_hash = $1",
                 P_TEXT(hashed));
    if (!rows || !rows_next(rows))
        return rows && !rows_failed(rows, err) && bad_link(err);
    *ret = (struct link){.id = arena_text(arena, row_text(rows, 0)),
                         .offboarding_id = arena_text(arena, row_text(rows, 1)),
                         .task = arena_text(arena, row_text(rows, 2)),
                         .secret_name = arena_text(arena, row_text(rows, 3)),
                         .host = arena_text(arena, row_text(rows, 4)),
                         .created_by = arena_text(arena, row_text(rows, 5)),
                         .created_at = row_int(rows, 6),
                         .expires_at = row_int(rows, 7),
                         .views_left = row_int(rows, 8)};
    return true;
}

bool link_revoke(struct tx *tx, const struct vault *vault, const char *offboarding_id, const char *task,
                 const char *id, int64_t now, struct secret **ret_remote, struct err *err)
{
    size_t length;
    AUTO_STRBUF struct strbuf identity = STRBUF_MAX(100);
    *ret_remote = NULL;
    if (!tx_exec(tx, err,
                 "UPDATE links SET revoked_at = CASE WHEN revoked_at IS NULL THEN $4 ELSE revoked_at END "
                 "WHERE id = $1 AND offboarding_id = $2 AND task = $3",
                 P_TEXT(id), P_TEXT(offboarding_id), P_TEXT(task), P_INT(now)))
        return false;
    if (tx_changes(tx) == 0)
        return err_code(err, ERR_NOT_FOUND, "unknown_link", "This task has no link with this id.");
    AUTO_ROWS struct rows *rows =
        tx_query(tx, err, "SELECT remote_sealed FROM links WHERE id = $1", P_TEXT(id));
    if (!rows || !rows_next(rows))
        return rows && !rows_failed(rows, err);
    const void *bytes = row_blob(rows, 0, &length);
    remote_identity(&identity, id);
    if (bytes && length > 0)
        *ret_remote = vault_unseal(vault, strbuf_text(&identity), bytes, length, err);
    return !bytes || length == 0 || *ret_remote;
}

json_t *link_list(struct tx *tx, const char *offboarding_id, const char *task, struct err *err)
{
    json_t *list = json_array();
    AUTO_ROWS struct rows *rows =
        tx_query(tx, err,
                 "SELECT id, host, created_by, created_at, expires_at, views_left, revoked_at FROM links "
                 "WHERE offboarding_id = $1 AND task = $2 ORDER BY created_at DESC, id DESC",
                 P_TEXT(offboarding_id), P_TEXT(task));
    while (rows && rows_next(rows)) {
        json_t *link = json_object();
        json_put_text(link, "id", row_text(rows, 0));
        json_put_text(link, "host", row_text(rows, 1));
        json_put_text(link, "created_by", row_text(rows, 2));
        json_put_time(link, "created_at", row_int(rows, 3));
        json_put_time(link, "expires_at", row_int(rows, 4));
        json_put(link, "views_left", json_integer(row_int(rows, 5)));
        json_put_time(link, "revoked_at", row_int(rows, 6));
        json_add(list, link);
    }
    if (rows && !rows_failed(rows, err))
        return list;
    json_decref(list);
    return NULL;
}
