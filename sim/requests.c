/* The request log: every call that came and, on wish, what was answered, with the secrets cut. */
#include <string.h>

#include "server.h"

#define REQUESTS_MAX 50000
#define BODY_MAX 16384

static const char *const secret_words[] = {"password",      "secret",       "assertion",
                                           "refresh_token", "access_token", "code_verifier"};

static bool is_secret(const char *key)
{
    static const char *const harmless[] = {"lastPasswordChangeDateTime", "passwordPolicies"};

    for (size_t i = 0; i < sizeof harmless / sizeof *harmless; i++)
        if (!strcmp(key, harmless[i]))
            return false;
    for (size_t i = 0; i < sizeof secret_words / sizeof *secret_words; i++)
        if (strcasestr(key, secret_words[i]))
            return true;
    return false;
}

json_t *requests_cut(const json_t *value)
{
    json_t *copy, *part;
    const char *key;
    size_t i;

    if (json_is_array(value)) {
        copy = json_array();
        json_array_foreach (value, i, part)
            json_add(copy, requests_cut(part));
        return copy;
    }
    if (!json_is_object(value))
        return json_deep_copy(value);
    copy = json_object();
    json_object_foreach ((json_t *)value, key, part)
        json_put(copy, key, is_secret(key) && json_is_string(part) ? json_string("***") : requests_cut(part));
    return copy;
}

/* A form body as an object, so that one cut serves both. */
static json_t *form_read(const char *body)
{
    AUTO_FREE char *copy = strdup(body);
    json_t *form = json_object();
    char *rest = copy;

    for (char *pair; (pair = strsep(&rest, "&"));) {
        char *value = strchr(pair, '=');

        if (!value)
            continue;
        *value++ = '\0';
        if (text_percent_decode(pair, true) && text_percent_decode(value, true))
            json_put(form, pair, json_text_new(value));
    }
    return form;
}

static json_t *body_logged(const struct sim_call *call)
{
    const char *type = call->header(call, "Content-Type");

    if (call->body_length == 0)
        return json_null();
    if (call->json)
        return requests_cut(call->json);
    if (type && strcasestr(type, "x-www-form-urlencoded")) {
        AUTO_JSON json_t *form = form_read(call->body);

        return requests_cut(form);
    }
    AUTO_FREE char *text = strndup(call->body, BODY_MAX);

    return json_text_new(text);
}

/* What was answered, as the log shows it; null when there was nothing. */
static json_t *reply_logged(const char *text)
{
    AUTO_JSON json_t *json = text && *text ? json_read_big(text, strlen(text), NULL) : NULL;

    if (json)
        return requests_cut(json);
    AUTO_FREE char *start = text && *text ? strndup(text, BODY_MAX) : NULL;

    return json_text_new(start);
}

static bool reads_only(const char *method, const json_t *body)
{
    const char *cmdlet = json_text(json_object_get(body, "CmdletInput"), "CmdletName");

    return !strcmp(method, "GET") || (cmdlet && text_starts_nocase(cmdlet, "Get-"));
}

/* Whoever scans a tenant reads for hours: that is no reason to save the state every few seconds. */
static bool changes_nothing(const struct sim_call *call)
{
    const json_t *requests = json_object_get(call->json, "requests"), *item;
    size_t i;

    if (!json_is_array(requests))
        return reads_only(call->method, call->json);
    json_array_foreach (requests, i, item)
        if (!reads_only(json_text_or(item, "method", ""), json_object_get(item, "body")))
            return false;
    return true;
}

void requests_add(struct sim *sim, const struct sim_call *call, const char *reply, json_t *headers,
                  int64_t started_ms, int64_t took_ms, bool dropped)
{
    json_t *log = sim->server->requests, *entry = json_object();
    AUTO_STRBUF struct strbuf path = STRBUF_MAX(65536);

    strbuf_printf(&path, "/%s%s%s%s", call->service, call->path, *call->query ? "?" : "", call->query);
    json_put(entry, "id", json_integer(++sim->server->last_request));
    if (!changes_nothing(call))
        sim->server->last_write = sim->server->last_request;
    json_put(entry, "time", json_integer(started_ms));
    json_put_text(entry, "service", call->service);
    if (*call->tenant)
        json_put_text(entry, "tenant", call->tenant);
    json_put_text(entry, "method", call->method);
    json_put(entry, "path", json_text_new(strbuf_text(&path)));
    json_put(entry, "headers", headers);
    json_put(entry, "body", body_logged(call));
    if (sim->server->reply_bodies)
        json_put(entry, "reply", reply_logged(reply));
    json_put(entry, "status", json_integer(dropped ? 0 : call->status));
    json_put(entry, "ms", json_integer(took_ms));
    json_put_text(entry, "request_id", call->request_id);
    if (call->items)
        json_put(entry, "items", json_incref(call->items));
    if (dropped)
        json_put(entry, "dropped", json_true());
    if (call->undocumented)
        json_put(entry, "undocumented", json_true());
    if (json_array_size(log) >= REQUESTS_MAX)
        json_array_remove(log, 0);
    json_add(log, entry);
}

void requests_add_item(struct sim *sim, struct sim_call *outer, const char *id, const struct sim_call *item)
{
    AUTO_STRBUF struct strbuf path = STRBUF_MAX(65536);
    json_t *entry = json_object();

    strbuf_printf(&path, "%s%s%s", item->path, *item->query ? "?" : "", item->query);
    json_put_text(entry, "id", id);
    json_put_text(entry, "method", item->method);
    json_put(entry, "path", json_text_new(strbuf_text(&path)));
    json_put(entry, "status", json_integer(item->status));
    if (sim->server->reply_bodies && item->reply)
        json_put(entry, "reply", requests_cut(item->reply));

    if (item->json)
        json_put(entry, "body", requests_cut(item->json));
    if (item->undocumented) {
        json_put(entry, "undocumented", json_true());
        outer->undocumented = true;
    }
    if (!outer->items)
        outer->items = json_array();
    json_add(outer->items, entry);
}
