#include "api/once.h"

#include <sodium.h>
#include <string.h>

#include "base/log.h"

enum { KEY_MAX = 200 };

bool once_key(const char *header, struct arena *arena, const char **ret_key, struct err *err)
{
    *ret_key = NULL;
    if (!header)
        return true;
    size_t length = strlen(header);
    bool quoted = length >= 2 && header[0] == '"' && header[length - 1] == '"';
    AUTO_STRBUF struct strbuf key = STRBUF_MAX(KEY_MAX);
    for (size_t i = quoted ? 1 : 0; i < (quoted ? length - 1 : length); i++) {
        if (quoted && header[i] == '\\' && (header[i + 1] == '"' || header[i + 1] == '\\') && i + 2 < length)
            i++;
        if (header[i] < ' ' || header[i] > '~')
            return err_set(err, ERR_MALFORMED, "Idempotency-Key may only hold printable ASCII characters.");
        strbuf_char(&key, header[i]);
    }
    if (key.length == 0 || key.overflow)
        return err_set(err, ERR_MALFORMED, "Idempotency-Key needs 1 to %d characters, such as a UUID.",
                       KEY_MAX);
    *ret_key = arena_text(arena, strbuf_text(&key));
    return true;
}

/* Which request the key stands for: method, path and body. */
static const char *hash_request(const struct call *call)
{
    const struct http_request *request = call->request;
    unsigned char digest[crypto_generichash_BYTES];
    AUTO_STRBUF struct strbuf hex = STRBUF_MAX(2 * sizeof digest);
    crypto_generichash_state state;
    crypto_generichash_init(&state, NULL, 0, sizeof digest);
    crypto_generichash_update(&state, (const unsigned char *)request->method, strlen(request->method) + 1);
    crypto_generichash_update(&state, (const unsigned char *)request->path, strlen(request->path) + 1);
    crypto_generichash_update(&state, (const unsigned char *)request->body, request->body_length);
    crypto_generichash_final(&state, digest, sizeof digest);
    strbuf_hex(&hex, digest, sizeof digest);
    return arena_text(call->arena, strbuf_text(&hex));
}

static bool replay(struct call *call, const struct idempotency *first)
{
    reply_header(&call->reply, "Idempotency-Replayed", "true");
    return call_keep(call, first->response) ? call_json(call, first->status, first->response)
                                            : call_empty(call, first->status);
}

bool once_begin(struct call *call, bool *ret_replayed, struct err *err)
{
    const struct api_context *context = &call->api->context;
    struct idempotency found;
    const char *key;

    *ret_replayed = false;
    if (!once_key(http_header(call->request, "Idempotency-Key"), call->arena, &key, err))
        return false;
    if (!key)
        return true;
    const char *owner = arena_printf(call->arena, "%s:%s", principal_kind_name(call->who.kind), call->who.id);
    const struct idempotency_claim claim = {owner, key, store_process(context->store),
                                            clock_utc_ms(context->clock)};
    AUTO_TX struct tx *tx = store_begin(context->store, err);
    if (!tx || !idempotency_begin(tx, &claim, hash_request(call), &found, err))
        return false;
    switch (found.state) {
    case IDEMPOTENCY_NEW:
        call->once = claim;
        return tx_commit(&tx, err);
    case IDEMPOTENCY_DONE:
        *ret_replayed = true;
        return replay(call, &found);
    case IDEMPOTENCY_RUNNING:
        return err_code(
            err, ERR_CONFLICT, "idempotency_key_in_use",
            "The first request with this Idempotency-Key is still running: ask again in a moment.");
    case IDEMPOTENCY_OTHER_BODY:
        return err_code(err, ERR_INPUT, "idempotency_key_reused",
                        "This Idempotency-Key belongs to another request: use a new key for a new request.");
    }
    return err_set(err, ERR_INTERNAL, "unknown idempotency state");
}

bool once_finish(struct call *call, struct tx *tx, int status, const json_t *response, struct err *err)
{
    call->once_finished = call->once.key != NULL;
    return !call->once.key || idempotency_finish(tx, &call->once, status, response, err);
}

bool once_commit(struct call *call, struct tx **tx, int status, const json_t *response, struct err *err)
{
    return once_finish(call, *tx, status, response, err) && tx_commit(tx, err);
}

static bool keep_answer(struct call *call, struct err *err)
{
    struct reply *reply = &call->reply;
    AUTO_JSON json_t *response = reply->body ? json_read(reply->body, reply->length, NULL) : NULL;
    AUTO_TX struct tx *tx = store_begin(call->api->context.store, err);
    return tx && once_commit(call, &tx, reply->status, response, err);
}

static bool free_key(struct call *call, struct err *err)
{
    AUTO_TX struct tx *tx = store_begin(call->api->context.store, err);
    return tx && idempotency_forget(tx, &call->once, err) && tx_commit(&tx, err);
}

void once_end(struct call *call, bool succeeded)
{
    struct err err = {0};
    if (!call->once.key || (succeeded && call->once_finished))
        return;
    if (succeeded ? keep_answer(call, &err) : free_key(call, &err))
        return;
    log_warn("http.idempotency", LOG_TEXT("request", call->request->id), LOG_ERR(&err));
    key_release_add(call->api->keys, &call->once);
}
