/* A plain libcurl handle rather than src/connector: no threads, and answers that never end. */
#include "cli/client.h"

#include <curl/curl.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/clock.h"
#include "base/memory.h"
#include "base/rng.h"
#include "base/text.h"
#include "cli/client_settings.h"

#define ANSWER_MAX (64u * 1024 * 1024)
#define EVENT_MAX (8u * 1024 * 1024)
#define CALL_TIMEOUT_S 60L
#define CONNECT_TIMEOUT_S 5L
#define SILENCE_S 45L /* the server sends a comment every 15 s */

struct client {
    CURL *curl;
    char *url; /* without a slash at the end */
    struct curl_slist *headers;
};

struct client *client_new(const char *url, const char *token)
{
    struct client *client = must(calloc(1, sizeof *client));
    client->curl = must(curl_easy_init());
    client->url = must(strdup(url));
    while (*client->url && client->url[strlen(client->url) - 1] == '/')
        client->url[strlen(client->url) - 1] = '\0';
    if (token && *token) {
        AUTO_STRBUF struct strbuf line = STRBUF_MAX(8192);
        strbuf_printf(&line, "Authorization: Bearer %s", token);
        client->headers = curl_slist_append(client->headers, strbuf_text(&line));
    }
    client->headers = curl_slist_append(client->headers, "Content-Type: application/json");
    client->headers = curl_slist_append(client->headers, "Expect:");
    return client;
}

struct client *client_open(struct err *err)
{
    AUTO_ARENA struct arena *arena = arena_new();
    struct client_settings settings;
    if (!client_settings_load(&settings, arena, err))
        return NULL;
    struct client *client = client_new(settings.url, settings.token);
    if (settings.ca_file)
        curl_easy_setopt(client->curl, CURLOPT_CAINFO, settings.ca_file);
    return client;
}

void client_close(struct client *client)
{
    if (!client)
        return;
    curl_slist_free_all(client->headers);
    curl_easy_cleanup(client->curl);
    free(client->url);
    free(client);
}

void client_auto_close(struct client **client)
{
    client_close(*client);
}

void answer_done(struct answer *answer)
{
    free(answer->text);
    json_decref(answer->json);
    *answer = (struct answer){0};
}

static enum err_kind kind_of_status(long status)
{
    for (int kind = ERR_NONE + 1; kind < ERR_KIND_COUNT; kind++)
        if (err_info((enum err_kind)kind)->http_status == status)
            return (enum err_kind)kind;
    return status >= 500 ? ERR_UPSTREAM : ERR_INPUT;
}

/* The server's sentence, and beneath it each field when it names more than one. */
static void problem_to_err(const struct answer *answer, struct err *err)
{
    AUTO_STRBUF struct strbuf text = STRBUF_MAX(sizeof err->message - 1);
    const json_t *errors = json_array_at(answer->json, "errors");
    const char *detail = json_text(answer->json, "detail");
    size_t i;
    json_t *field;
    if (!detail) {
        err_set(err, kind_of_status(answer->status),
                "the server answered %d and did not say why; is this the "
                "address of Lastday?",
                answer->status);
        return;
    }
    strbuf_text_add(&text, detail);
    json_array_foreach ((json_t *)(json_array_size(errors) > 1 ? errors : NULL), i, field)
        strbuf_printf(&text, "\n  %s: %s", json_text_or(field, "pointer", "?"),
                      json_text_or(field, "message", ""));
    err_code(err, kind_of_status(answer->status), json_text_or(answer->json, "code", "unknown"), "%s",
             strbuf_text(&text));
}

static bool transport_failed(const struct client *client, CURLcode code, struct err *err)
{
    bool late = code == CURLE_OPERATION_TIMEDOUT;
    return err_set(err, late ? ERR_TIMEOUT : ERR_UNREACHABLE, "cannot reach the server at %s: %s",
                   client->url, curl_easy_strerror(code));
}

static size_t collect(char *bytes, size_t size, size_t count, void *context)
{
    struct strbuf *buf = context;
    strbuf_add(buf, bytes, size * count);
    return buf->overflow ? 0 : size * count;
}

static void prepare(struct client *client, const char *url)
{
    CURL *curl = client->curl;
    curl_easy_setopt(curl, CURLOPT_URL, url);
    curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, "http,https");
    curl_easy_setopt(curl, CURLOPT_CONNECTTIMEOUT, CONNECT_TIMEOUT_S);
    curl_easy_setopt(curl, CURLOPT_USERAGENT, "lastday/" LASTDAY_VERSION);
    curl_easy_setopt(curl, CURLOPT_ACCEPT_ENCODING, "");
    curl_easy_setopt(curl, CURLOPT_HTTPHEADER, client->headers);
}

/* A write carries a key of its own, so that the server does it once however often it arrives, and the version
 * of what it replaces, if any. */
static struct curl_slist *headers_of_a_write(const struct client *client, const char *etag)
{
    char uuid[UUID_SIZE], line[80];
    struct curl_slist *headers = NULL;
    for (const struct curl_slist *header = client->headers; header; header = header->next)
        headers = curl_slist_append(headers, header->data);
    if (etag) {
        snprintf(line, sizeof line, "If-Match: %s", etag);
        headers = curl_slist_append(headers, line);
    }
    snprintf(line, sizeof line, "Idempotency-Key: \"%s\"", uuid_v4(rng_system(), uuid));
    return curl_slist_append(headers, line);
}

/* Fills the answer; false with err only when there is none. etag: of what is replaced, or NULL. */
static bool exchange(struct client *client, const char *method, const char *path, const char *etag,
                     const json_t *body, struct answer *ret, struct err *err)
{
    AUTO_STRBUF struct strbuf url = STRBUF_MAX(16384);
    AUTO_STRBUF struct strbuf text = STRBUF_MAX(ANSWER_MAX);
    AUTO_FREE char *sent = body ? json_write(body) : NULL;
    struct curl_slist *headers = NULL;
    struct curl_header *version;
    CURL *curl = client->curl;
    long status = 0;
    strbuf_printf(&url, "%s%s", client->url, path);
    prepare(client, strbuf_text(&url));
    curl_easy_setopt(curl, CURLOPT_TIMEOUT, CALL_TIMEOUT_S);
    curl_easy_setopt(curl, CURLOPT_LOW_SPEED_TIME, 0L);
    curl_easy_setopt(curl, CURLOPT_CUSTOMREQUEST, method);
    curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, collect);
    curl_easy_setopt(curl, CURLOPT_WRITEDATA, &text);
    if (strcmp(method, "GET") != 0) {
        headers = headers_of_a_write(client, etag);
        curl_easy_setopt(curl, CURLOPT_HTTPHEADER, headers);
        curl_easy_setopt(curl, CURLOPT_POSTFIELDS, sent ? sent : "");
    } else {
        curl_easy_setopt(curl, CURLOPT_POSTFIELDS, NULL);
        curl_easy_setopt(curl, CURLOPT_HTTPGET, 1L);
    }
    CURLcode code = curl_easy_perform(curl);
    curl_slist_free_all(headers);
    if (code != CURLE_OK)
        return transport_failed(client, code, err);
    curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &status);
    ret->status = (int)status;
    ret->length = text.length;
    ret->text = strbuf_take(&text);
    if (curl_easy_header(curl, "ETag", 0, CURLH_HEADER, -1, &version) == CURLHE_OK)
        snprintf(ret->etag, sizeof ret->etag, "%s", version->value);
    return true;
}

static bool succeeded(const struct answer *answer)
{
    return answer->status >= 200 && answer->status < 300;
}

static bool call(struct client *client, const char *method, const char *path, const char *etag,
                 const json_t *body, struct answer *ret, struct err *err)
{
    if (!exchange(client, method, path, etag, body, ret, err))
        return false;
    if (ret->length)
        ret->json = json_read(ret->text, ret->length, NULL);
    if (succeeded(ret) && (ret->json || !ret->length))
        return true;
    problem_to_err(ret, err);
    return false;
}

bool client_call(struct client *client, const char *method, const char *path, const json_t *body,
                 struct answer *ret, struct err *err)
{
    return call(client, method, path, NULL, body, ret, err);
}

bool client_replace(struct client *client, const char *path, const json_t *body, struct answer *ret,
                    struct err *err)
{
    AUTO_ANSWER struct answer now = {0};
    return client_call(client, "GET", path, NULL, &now, err) &&
           call(client, "PUT", path, now.etag, body, ret, err);
}

bool client_fetch(struct client *client, const char *path, struct answer *ret, struct err *err)
{
    if (!exchange(client, "GET", path, NULL, NULL, ret, err))
        return false;
    if (succeeded(ret))
        return true;
    ret->json = json_read(ret->text, ret->length, NULL);
    problem_to_err(ret, err);
    return false;
}

struct follow {
    client_event *on_event;
    void *context;
    struct strbuf line;
    struct strbuf data;
    struct strbuf refusal; /* the body of an answer that is not a stream */
    char event[40];
    char last_id[24];
    CURL *curl;
    bool ended;
    bool heard; /* something came on this connection */
};

static void field(struct follow *follow, const char *line)
{
    if (!strncmp(line, "event:", 6)) {
        snprintf(follow->event, sizeof follow->event, "%s", line + 6 + (line[6] == ' '));
    } else if (!strncmp(line, "id:", 3)) {
        snprintf(follow->last_id, sizeof follow->last_id, "%s", line + 3 + (line[3] == ' '));
    } else if (!strncmp(line, "data:", 5)) {
        strbuf_text_add(&follow->data, line + 5 + (line[5] == ' '));
        strbuf_char(&follow->data, '\n');
    } else if (!*line && follow->data.length) {
        AUTO_JSON json_t *data = json_read(strbuf_text(&follow->data), follow->data.length, NULL);
        if (data && !follow->on_event(follow->context, follow->event, data))
            follow->ended = true;
        strbuf_done(&follow->data);
        follow->event[0] = '\0';
    }
}

static size_t take_events(char *bytes, size_t size, size_t count, void *context)
{
    struct follow *follow = context;
    long status = 0;
    curl_easy_getinfo(follow->curl, CURLINFO_RESPONSE_CODE, &status);
    if (status != 200) {
        strbuf_add(&follow->refusal, bytes, size * count);
        return size * count;
    }
    follow->heard = true;
    for (size_t i = 0; i < size * count && !follow->ended; i++) {
        if (bytes[i] == '\n') {
            field(follow, strbuf_text(&follow->line));
            strbuf_done(&follow->line);
        } else if (bytes[i] != '\r') {
            strbuf_char(&follow->line, bytes[i]);
        }
    }
    return follow->ended ? 0 : size * count; /* 0 makes curl close the connection */
}

/* One connection. True when it may be tried again or has ended well; false with err for a refusal. */
static bool follow_once(struct client *client, const char *path, struct follow *follow, CURLcode *ret_code,
                        struct err *err)
{
    AUTO_STRBUF struct strbuf url = STRBUF_MAX(16384);
    CURL *curl = client->curl;
    long status = 0;
    strbuf_printf(&url, "%s%s%s%s", client->url, path, *follow->last_id ? "?last_event_id=" : "",
                  follow->last_id);
    prepare(client, strbuf_text(&url));
    curl_easy_setopt(curl, CURLOPT_TIMEOUT, 0L);
    curl_easy_setopt(curl, CURLOPT_LOW_SPEED_LIMIT, 1L);
    curl_easy_setopt(curl, CURLOPT_LOW_SPEED_TIME, SILENCE_S);
    curl_easy_setopt(curl, CURLOPT_POSTFIELDS, NULL);
    curl_easy_setopt(curl, CURLOPT_HTTPGET, 1L);
    curl_easy_setopt(curl, CURLOPT_CUSTOMREQUEST, "GET");
    curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, take_events);
    curl_easy_setopt(curl, CURLOPT_WRITEDATA, follow);
    follow->heard = false;
    strbuf_done(&follow->line);
    strbuf_done(&follow->data);
    *ret_code = curl_easy_perform(curl);
    curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &status);
    if (follow->ended || status == 0 || status == 200 || status >= 500)
        return true;
    AUTO_ANSWER struct answer answer = {.status = (int)status};
    answer.json = json_read(strbuf_text(&follow->refusal), follow->refusal.length, NULL);
    problem_to_err(&answer, err);
    return false;
}

bool client_follow(struct client *client, const char *path, client_event *on_event, void *context,
                   struct err *err)
{
    struct follow follow = {.on_event = on_event,
                            .context = context,
                            .curl = client->curl,
                            .line = STRBUF_MAX(EVENT_MAX),
                            .data = STRBUF_MAX(EVENT_MAX),
                            .refusal = STRBUF_MAX(65536)};
    const struct clock *clock = clock_system();
    int64_t give_up = clock_mono_ms(clock) + CLIENT_PATIENCE_MS;
    bool ok = true;
    CURLcode code = CURLE_OK;
    while (!follow.ended && (ok = follow_once(client, path, &follow, &code, err)) && !follow.ended) {
        int64_t now = clock_mono_ms(clock);
        if (follow.heard)
            give_up = now + CLIENT_PATIENCE_MS;
        else if (now > give_up) {
            ok = transport_failed(client, code ? code : CURLE_GOT_NOTHING, err);
            break;
        }
        nanosleep(&(struct timespec){.tv_nsec = 500 * 1000 * 1000L}, NULL);
    }
    strbuf_done(&follow.line);
    strbuf_done(&follow.data);
    strbuf_done(&follow.refusal);
    return ok;
}

char *client_path(struct arena *arena, const char *format, ...)
{
    AUTO_STRBUF struct strbuf buf = STRBUF_MAX(8192);
    va_list args;
    va_start(args, format);
    for (const char *c = format; *c; c++) {
        if (c[0] == '%' && c[1] == 's') {
            strbuf_percent(&buf, va_arg(args, const char *));
            c++;
        } else {
            strbuf_char(&buf, *c);
        }
    }
    va_end(args);
    return arena_text(arena, strbuf_text(&buf));
}
