/* Webhooks of every format: signed after Standard Webhooks where we own the format, with the authentication
 * that the receiver asks for. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "notify/channel.h"
#include "notify/fields.h"
#include "notify/format.h"
#include "vault/signature.h"

#define HEADERS_MAX 24
#define BODY_KEPT 4000

struct headers {
    const char *list[HEADERS_MAX + 1];
    size_t count;
};

static void add(struct headers *headers, const char *line)
{
    if (headers->count < HEADERS_MAX)
        headers->list[headers->count++] = line;
}

static void add_auth(struct headers *headers, const json_t *auth, struct arena *arena)
{
    const char *type = json_text_or(auth, "type", "none");
    AUTO_STRBUF struct strbuf pair = STRBUF_MAX(1024), encoded = STRBUF_MAX(2048);
    size_t i;
    json_t *header;
    if (strcmp(type, "bearer") == 0)
        add(headers, arena_printf(arena, "Authorization: Bearer %s", json_text_or(auth, "token", "")));
    if (strcmp(type, "basic") == 0) {
        strbuf_printf(&pair, "%s:%s", json_text_or(auth, "user", ""), json_text_or(auth, "password", ""));
        strbuf_base64(&encoded, strbuf_text(&pair), pair.length);
        add(headers, arena_printf(arena, "Authorization: Basic %s", strbuf_text(&encoded)));
    }
    json_array_foreach ((json_t *)json_array_at(auth, "headers"), i, header)
        add(headers, arena_printf(arena, "%s: %s", json_text_or(header, "name", "X"),
                                  json_text_or(header, "value", "")));
}

static void add_signature(struct headers *headers, const struct attempt *attempt, const char *body,
                          int64_t now)
{
    const json_t *hook = attempt->config;
    struct arena *arena = attempt->arena;
    int64_t until = 0;
    bool old_counts = time_parse(json_text_or(hook, "old_secret_until", ""), &until) && now < until;
    const char *const secrets[] = {json_text(hook, "secret"),
                                   old_counts ? json_text(hook, "old_secret") : NULL};
    AUTO_STRBUF struct strbuf signature = STRBUF_MAX(1024);
    add(headers, arena_printf(arena, "webhook-id: %s", attempt->message_id));
    add(headers, arena_printf(arena, "webhook-timestamp: %" PRId64, now / 1000));
    signature_make(secrets, 2, attempt->message_id, now / 1000, body, strlen(body), &signature);
    if (signature.length > 0)
        add(headers, arena_printf(arena, "webhook-signature: %s", strbuf_text(&signature)));
}

/* Discord tells what became of a message only when it is asked to wait for it. */
static const char *address_of(const json_t *hook, const struct format *format, struct arena *arena)
{
    const char *url = json_text_or(hook, "url", "");
    if (strcmp(format->name, "discord") != 0 || strstr(url, "wait="))
        return url;
    return arena_printf(arena, "%s%cwait=true", url, strchr(url, '?') ? '&' : '?');
}

static const struct format *format_of(const json_t *hook)
{
    const struct format *format = format_find(json_text(hook, "format"));
    return format ? format : format_find(format_of_url(json_text_or(hook, "url", "")));
}

/* A page in between may answer 200 to anything: Slack says "ok". */
static void check_slack(struct outcome *outcome, const struct wire_reply *reply)
{
    if (outcome->delivered && strncmp(reply->body, "ok", 2) != 0) {
        outcome->delivered = false;
        err_code(&outcome->err, ERR_UPSTREAM, "not_ok",
                 "The receiver answered %d, but not with the word \"ok\".", reply->status);
    }
}

void channel_webhook(const struct attempt *attempt, struct outcome *ret)
{
    struct arena *arena = attempt->arena;
    const json_t *hook = attempt->config;
    const struct format *format = format_of(hook);
    int64_t now = clock_utc_ms(attempt->parts->clock);
    const char *body = format_body(format, attempt->message, arena);
    struct headers headers = {0};
    AUTO_WIRE_REPLY struct wire_reply reply = {0};
    struct err err = {0};
    add(&headers, "Content-Type: application/json");
    add_auth(&headers, json_object_get(hook, "auth"), arena);
    add_signature(&headers, attempt, body, now);
    const struct wire_request request = {.method = "POST",
                                         .url = address_of(hook, format, arena),
                                         .headers = headers.list,
                                         .body = body,
                                         .body_length = strlen(body),
                                         .timeout_ms = CHANNEL_TIMEOUT_MS,
                                         .cancel = attempt->cancel,
                                         .answer_max = CHANNEL_ANSWER_MAX};
    AUTO_FREE char *kept = attempt_scrub(attempt, body, strlen(body), BODY_KEPT);
    ret->request =
        json_make("{s:s, s:s, s:s, s:o}", "method", "POST", "url", fields_masked_url(arena, request.url),
                  "format", format->name, "body", json_text_new(kept));
    if (!outside_send(attempt->parts->wire, &attempt->parts->policy, &request, &reply, &err)) {
        outcome_fail(ret, &err);
        return;
    }
    outcome_http(ret, &reply, now);
    outcome_response(ret, attempt, reply.body, reply.body_length);
    if (strcmp(format->name, "slack") == 0)
        check_slack(ret, &reply);
}
