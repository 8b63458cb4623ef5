#include "notify/password_link.h"

#include <stdlib.h>
#include <string.h>

#include "base/text.h"

#define DAY_MS (INT64_C(24) * 3600 * 1000)
#define URL_MAX 2048
#define CALL_TIMEOUT_MS 15000
#define ANSWER_MAX ((size_t)256 * 1024)

const char *password_link_secret(const char *task)
{
    return strcmp(task, "reset_password") == 0 ? "password" : NULL;
}

static bool no_secret(struct err *err)
{
    return err_code(err, ERR_NOT_FOUND, "no_secret",
                    "This task has left no password to show (yet): it must have succeeded first.");
}

/* A password that was made but never set would be misleading. */
static bool task_succeeded(struct tx *tx, const struct link_wish *wish, struct err *err)
{
    AUTO_ROWS struct rows *rows = tx_query(
        tx, err, "SELECT status FROM tasks WHERE offboarding_id = $1 AND task = $2 AND direction = 'do'",
        P_TEXT(wish->offboarding_id), P_TEXT(wish->task));
    if (!rows)
        return false;
    bool good = rows_next(rows) && strcmp(row_text(rows, 0), "succeeded") == 0;
    return !rows_failed(rows, err) && (good || no_secret(err));
}

static struct secret *load_secret(const struct notify_parts *parts, const struct link_wish *wish,
                                  struct err *err)
{
    const char *name = password_link_secret(wish->task);
    AUTO_TX struct tx *tx = store_begin_read(parts->store, err);
    if (!name) {
        no_secret(err);
        return NULL;
    }
    if (!tx || !task_succeeded(tx, wish, err))
        return NULL;
    struct secret *secret = vault_load_secret(tx, parts->vault, wish->offboarding_id, name, err);
    if (!secret && err && err->kind == ERR_NOT_FOUND)
        no_secret(err);
    return secret;
}

/* --- Password Pusher --- */

static bool pusher_call(const struct notify_parts *parts, const json_t *links, const char *method,
                        const char *path, const char *body, int *ret_status, json_t **ret, struct err *err)
{
    AUTO_ARENA struct arena *arena = arena_new();
    const char *base = json_text_or(links, "url", ""), *token = json_text(links, "token"),
               *user = json_text(links, "user");
    size_t length = strlen(base);
    while (length > 0 && base[length - 1] == '/')
        length--;
    bool pair = user && token && strcmp(json_text_or(links, "api", "v2"), "v1") == 0;
    const char *const headers[] = {"Content-Type: application/json", "Accept: application/json",
                                   pair    ? arena_printf(arena, "X-User-Token: %s", token)
                                   : token ? arena_printf(arena, "Authorization: Bearer %s", token)
                                           : NULL,
                                   pair ? arena_printf(arena, "X-User-Email: %s", user) : NULL, NULL};
    const struct wire_request request = {.method = method,
                                         .url = arena_printf(arena, "%.*s%s", (int)length, base, path),
                                         .headers = headers,
                                         .body = body,
                                         .body_length = body ? strlen(body) : 0,
                                         .timeout_ms = CALL_TIMEOUT_MS,
                                         .answer_max = ANSWER_MAX};
    AUTO_WIRE_REPLY struct wire_reply reply = {0};
    if (!outside_send(parts->wire, &parts->policy, &request, &reply, err))
        return err_prefix(err, "Password Pusher");
    *ret_status = reply.status;
    *ret = json_read(reply.body, reply.body_length, NULL);
    return reply.status / 100 == 2 || reply.status == 404 ||
           err_code(err, ERR_REFUSED, "pwpush_refused", "Password Pusher answered %d: %.200s", reply.status,
                    json_text_or(*ret, "error", "without a reason"));
}

static bool push(const struct notify_parts *parts, const json_t *links, const struct secret *password,
                 const struct link *link, int64_t days, char *ret_url, char *ret_token, struct err *err)
{
    bool v1 = strcmp(json_text_or(links, "api", "v2"), "v1") == 0;
    int status;
    AUTO_JSON json_t *answer = NULL;
    AUTO_JSON json_t *body = json_make("{s:{s:s%, s:I, s:I, s:b, s:b}}", v1 ? "password" : "push", "payload",
                                       secret_reveal(password), secret_length(password), "expire_after_days",
                                       (json_int_t)days, "expire_after_views", (json_int_t)link->views_left,
                                       "deletable_by_viewer", 0, "retrieval_step", 1);
    if (!v1)
        json_put_text(json_object_get(body, "push"), "kind", "text");
    AUTO_FREE char *text = json_write(body);
    bool sent = pusher_call(parts, links, "POST", v1 ? "/p.json" : "/api/v2/pushes.json", text, &status,
                            &answer, err);
    explicit_bzero(text, strlen(text));
    if (!sent)
        return false;
    const char *token = json_text_or(answer, "url_token", ""), *url = json_text_or(answer, "html_url", "");
    if (!*token || strlen(token) > 200 || strlen(url) >= URL_MAX || !text_starts_nocase(url, "http"))
        return err_code(err, ERR_UPSTREAM, "broken_answer", "Password Pusher answered %d without a link.",
                        status);
    memcpy(ret_url, url, strlen(url) + 1);
    memcpy(ret_token, token, strlen(token) + 1);
    return true;
}

/* --- making --- */

static bool note(struct tx *tx, const char *offboarding_id, const char *task, const char *what,
                 const char *id, const char *host, const char *by, int64_t now, struct err *err)
{
    return journal_append(
        tx, offboarding_id, now, EVENT_SECRET, task,
        json_make("{s:s, s:s, s:s, s:o}", "what", what, "link", id, "host", host, "by", json_text_new(by)),
        err);
}

static void kept_identity(struct strbuf *ret, const char *delivery_id)
{
    strbuf_printf(ret, "deliveries/%s", delivery_id);
}

static bool keep_url(struct tx *tx, const struct vault *vault, const char *delivery_id, const char *url,
                     struct err *err)
{
    AUTO_STRBUF struct strbuf identity = STRBUF_MAX(100), sealed = STRBUF_MAX(URL_MAX + 200);
    kept_identity(&identity, delivery_id);
    vault_seal(vault, strbuf_text(&identity), url, strlen(url), &sealed);
    return tx_exec(tx, err, "UPDATE deliveries SET link_sealed = $2 WHERE id = $1", P_TEXT(delivery_id),
                   P_BLOB(sealed.data, sealed.length));
}

static bool store(const struct notify_parts *parts, const struct link_wish *wish, const struct link *link,
                  const char *token, const char *remote, const char *url, struct err *err)
{
    AUTO_TX struct tx *tx = store_begin(parts->store, err);
    return tx && link_insert(tx, parts->vault, link, token, remote, err) &&
           (!wish->delivery_id || keep_url(tx, parts->vault, wish->delivery_id, url, err)) &&
           note(tx, wish->offboarding_id, wish->task, "link_created", link->id, link->host, link->created_by,
                link->created_at, err) &&
           journal_commit(parts->journal, &tx, err);
}

bool password_link_make(const struct notify_parts *parts, const json_t *settings,
                        const struct link_wish *wish, struct arena *arena, struct link *ret,
                        struct secret **ret_url, struct err *err)
{
    const json_t *links = json_object_at(settings, "password_links");
    bool other = strcmp(json_text_or(links, "host", ""), "pwpush") == 0;
    int64_t now = clock_utc_ms(parts->clock);
    int64_t days = wish->days ? wish->days : json_int(links, "expires_in_days", 7);
    char id[UUID_SIZE], url[URL_MAX], token[256];
    AUTO_SECRET struct secret *password = load_secret(parts, wish, err);
    AUTO_STRBUF struct strbuf own = STRBUF_MAX(64);
    const char *public_url = parts->public_url;
    if (!password)
        return false;
    if (!other && !public_url)
        return err_set(err, ERR_UNREACHABLE, "The server is starting: try again in a moment.");
    *ret = (struct link){.id = arena_text(arena, uuid_v7(parts->clock, parts->rng, id)),
                         .offboarding_id = wish->offboarding_id,
                         .task = wish->task,
                         .secret_name = password_link_secret(wish->task),
                         .host = other ? "pwpush" : "lastday",
                         .created_by = wish->by,
                         .created_at = now,
                         .expires_at = now + days * DAY_MS,
                         .views_left = wish->views ? wish->views : json_int(links, "views", 1)};
    if (other) {
        if (!push(parts, links, password, ret, days, url, token, err))
            return false;
    } else {
        link_token_make(parts->rng, &own);
        snprintf(token, sizeof token, "%s", strbuf_text(&own));
        snprintf(url, sizeof url, "%s/s/%s", public_url, token);
    }
    bool good = store(parts, wish, ret, token, other ? token : NULL, url, err);
    *ret_url = good ? secret_new(url, strlen(url)) : NULL;
    explicit_bzero(url, sizeof url);
    explicit_bzero(token, sizeof token);
    return good;
}

bool password_link_kept(const struct notify_parts *parts, const char *delivery_id, struct secret **ret,
                        struct err *err)
{
    size_t length;
    AUTO_STRBUF struct strbuf identity = STRBUF_MAX(100);
    AUTO_TX struct tx *tx = store_begin_read(parts->store, err);
    *ret = NULL;
    AUTO_ROWS struct rows *rows =
        tx ? tx_query(tx, err, "SELECT link_sealed FROM deliveries WHERE id = $1", P_TEXT(delivery_id))
           : NULL;
    if (!rows || !rows_next(rows))
        return rows && !rows_failed(rows, err);
    const void *bytes = row_blob(rows, 0, &length);
    kept_identity(&identity, delivery_id);
    if (bytes && length > 0)
        *ret = vault_unseal(parts->vault, strbuf_text(&identity), bytes, length, err);
    return !bytes || length == 0 || *ret;
}

bool password_link_revoke(const struct notify_parts *parts, const json_t *settings,
                          const char *offboarding_id, const char *task, const char *id, const char *by,
                          struct err *err)
{
    AUTO_ARENA struct arena *arena = arena_new();
    const json_t *links = json_object_at(settings, "password_links");
    AUTO_SECRET struct secret *remote = NULL;
    AUTO_JSON json_t *answer = NULL;
    int status;
    int64_t now = clock_utc_ms(parts->clock);
    AUTO_TX struct tx *tx = store_begin(parts->store, err);
    if (!tx || !link_revoke(tx, parts->vault, offboarding_id, task, id, now, &remote, err) ||
        !note(tx, offboarding_id, task, "link_revoked", id, remote ? "pwpush" : "lastday", by, now, err) ||
        !journal_commit(parts->journal, &tx, err))
        return false;
    /* The other host is asked when our own record says so already: a failure can be repeated. */
    return !remote ||
           pusher_call(parts, links, "DELETE", arena_printf(arena, "/p/%s.json", secret_reveal(remote)), NULL,
                       &status, &answer, err);
}
