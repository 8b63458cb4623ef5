#include "api/httpd.h"

#include <arpa/inet.h>
#include <microhttpd.h>
#include <netinet/in.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "api/guard.h"
#include "api/headers.h"
#include "api/listen.h"
#include "api/pool.h"
#include "api/problem.h"
#include "api/stream.h"
#include "base/log.h"
#include "base/memory.h"
#include "base/text.h"
#include "base/thread.h"

enum {
    CONNECTIONS_MAX = 4096,
    CONNECTIONS_PER_ADDRESS = 2048,
    DESCRIPTORS_KEPT = 256, /* for the store, Microsoft 365 and the log */
    REQUESTS_WAITING_MAX = 2048,
    EVENT_THREADS = 2,
    BODY_DROPPED_MAX = 8 * HTTPD_BODY_MAX, /* of a body over the limit; beyond, the connection is cut */
    STREAM_BLOCK = 4096,
    DRAIN_MS = 2000,
};

struct httpd {
    struct MHD_Daemon *daemon;
    struct pool *pool;
    httpd_answer *answer;
    void *context;
    const char *const *trusted_proxies;
    const struct clock *clock;
    const struct rng *rng;
    bool secure;
    int port;
    int listen_fd; /* ours again after MHD_quiesce_daemon */
    _Atomic int open_requests;
    _Atomic bool draining;
};

/* One request from its first header to its last byte sent. Touched by an event thread, then by one worker
 * while the connection is suspended, then by the event thread again: never by two at once. */
struct exchange {
    struct httpd *httpd;
    struct MHD_Connection *connection;
    struct arena *arena;
    struct http_request request;
    struct reply reply;
    struct strbuf body;
    size_t body_seen;
    bool head;
    bool refused;  /* the reply is there before the handlers saw anything */
    bool answered; /* the reply is complete */
};

static void refuse(struct exchange *exchange, enum err_kind kind, const char *sentence)
{
    struct err err;
    err_set(&err, kind, "%s", sentence);
    memset(&exchange->reply, 0, sizeof exchange->reply);
    problem_reply(&exchange->reply, exchange->arena, &err, NULL, exchange->request.id);
    exchange->refused = exchange->answered = true;
    log_info("http.refused", LOG_TEXT("request", exchange->request.id),
             LOG_TEXT("client", exchange->request.client), LOG_TEXT("code", err.code),
             LOG_TEXT("message", sentence));
}

/* --- reading ------------------------------------------------------------------------------------------- */

struct pair_list {
    struct exchange *exchange;
    struct guard *guard; /* NULL for query parameters */
    struct http_pair *pairs;
    size_t count;
    size_t capacity;
    bool broken;
};

static enum MHD_Result take_pair(void *arg, enum MHD_ValueKind kind, const char *name, size_t name_length,
                                 const char *value, size_t value_length)
{
    struct pair_list *list = arg;
    struct arena *arena = list->exchange->arena;
    (void)kind;
    if (!value)
        value_length = 0;
    if (list->guard)
        guard_header(list->guard, name, name_length, value ? value : "", value_length);
    if (list->count == list->capacity)
        return MHD_YES;
    char *name_copy = arena_text_n(arena, name, name_length);
    char *value_copy = arena_text_n(arena, value ? value : "", value_length);
    if (!list->guard) { /* the library has turned plus signs into spaces already */
        bool whole = strlen(name_copy) == name_length && strlen(value_copy) == value_length;
        if (!whole || !text_percent_decode(name_copy, false) || !text_percent_decode(value_copy, false) ||
            !text_valid_utf8(value_copy, strlen(value_copy)))
            list->broken = true;
    }
    list->pairs[list->count++] = (struct http_pair){name_copy, value_copy};
    return MHD_YES;
}

static void take_pairs(struct pair_list *list, struct exchange *exchange, enum MHD_ValueKind kind,
                       struct guard *guard)
{
    int count = MHD_get_connection_values_n(exchange->connection, kind, NULL, NULL);
    *list =
        (struct pair_list){.exchange = exchange, .guard = guard, .capacity = count > 0 ? (size_t)count : 0};
    list->pairs = arena_alloc(exchange->arena, list->capacity + 1, sizeof *list->pairs);
    MHD_get_connection_values_n(exchange->connection, kind, take_pair, list);
}

static void name_peer(struct exchange *exchange)
{
    char text[INET6_ADDRSTRLEN] = "";
    const union MHD_ConnectionInfo *info =
        MHD_get_connection_info(exchange->connection, MHD_CONNECTION_INFO_CLIENT_ADDRESS);
    const struct sockaddr *peer = info ? info->client_addr : NULL;
    if (peer && peer->sa_family == AF_INET)
        inet_ntop(AF_INET, &((const struct sockaddr_in *)peer)->sin_addr, text, sizeof text);
    else if (peer && peer->sa_family == AF_INET6)
        inet_ntop(AF_INET6, &((const struct sockaddr_in6 *)peer)->sin6_addr, text, sizeof text);
    client_find(&exchange->request, exchange->arena, text, exchange->httpd->trusted_proxies);
}

static void first_call(struct exchange *exchange, const char *url, const char *method, const char *version)
{
    struct arena *arena = exchange->arena;
    struct http_request *request = &exchange->request;
    struct guard guard = GUARD_INIT;
    struct pair_list headers;
    struct pair_list query;
    char *id = arena_alloc(arena, UUID_SIZE, 1);

    exchange->head = strcmp(method, MHD_HTTP_METHOD_HEAD) == 0;
    request->id = uuid_v4(exchange->httpd->rng, id);
    request->method = exchange->head ? "GET" : arena_text(arena, method);
    request->path = arena_text(arena, url);
    request->secure = exchange->httpd->secure;
    request->body = "";
    take_pairs(&headers, exchange, MHD_HEADER_KIND, &guard);
    request->headers = headers.pairs;
    request->header_count = headers.count;
    name_peer(exchange);
    take_pairs(&query, exchange, MHD_GET_ARGUMENT_KIND, NULL);
    request->query = query.pairs;
    request->query_count = query.count;
    exchange->body.max = HTTPD_BODY_MAX;

    const char *problem = guard_verdict(&guard, version);
    if (problem) {
        refuse(exchange, ERR_MALFORMED, problem);
        reply_header(&exchange->reply, "Connection", "close");
    } else if (query.broken) {
        refuse(exchange, ERR_MALFORMED, "The query is not percent-encoded UTF-8.");
    } else if (guard.content_length > BODY_DROPPED_MAX ||
               (guard.content_length > HTTPD_BODY_MAX && http_header(request, "Expect"))) {
        /* A shorter body is read and dropped before the answer: one that comes while the client still writes
         * is lost with the connection (RFC 9112, section 9.6). */
        refuse(exchange, ERR_TOO_LARGE, "The request body is larger than 1 MiB.");
        reply_header(&exchange->reply, "Connection", "close");
    }
}

/* False when the connection must be cut. */
static bool take_body(struct exchange *exchange, const char *bytes, size_t length)
{
    exchange->body_seen += length;
    if (exchange->body_seen > BODY_DROPPED_MAX)
        return false;
    if (!exchange->body.overflow)
        strbuf_add(&exchange->body, bytes, length);
    return true;
}

/* --- answering ----------------------------------------------------------------------------------------- */

static void run_exchange(void *arg)
{
    struct exchange *exchange = arg;
    struct httpd *httpd = exchange->httpd;
    httpd->answer(httpd->context, &exchange->request, exchange->arena, &exchange->reply);
    exchange->answered = true;
    MHD_resume_connection(
        exchange->connection); /* the last touch: the event thread may free it from here on */
}

static void hand_over(struct exchange *exchange)
{
    struct httpd *httpd = exchange->httpd;
    exchange->request.body = strbuf_text(&exchange->body);
    exchange->request.body_length = exchange->body.length;
    MHD_suspend_connection(exchange->connection);
    if (!httpd->draining && pool_submit(httpd->pool, run_exchange, exchange))
        return;
    struct err err;
    err_set(&err, ERR_UNREACHABLE, "%s",
            httpd->draining ? "Lastday is stopping: try again in a moment."
                            : "Too many requests are waiting: try again in a moment.");
    err.retry_after_ms = 2000;
    problem_reply(&exchange->reply, exchange->arena, &err, NULL, exchange->request.id);
    exchange->answered = true;
    MHD_resume_connection(exchange->connection);
}

static void park(void *arg)
{
    MHD_suspend_connection(arg);
}

static void unpark(void *arg)
{
    MHD_resume_connection(arg);
}

static ssize_t read_stream(void *arg, uint64_t position, char *bytes, size_t max)
{
    (void)position;
    ssize_t count = stream_read(arg, bytes, max);
    return count < 0 ? MHD_CONTENT_READER_END_OF_STREAM : count;
}

static void free_stream(void *arg)
{
    stream_reader_leaves(arg);
}

static struct MHD_Response *make_response(struct exchange *exchange)
{
    struct reply *reply = &exchange->reply;
    if (reply->stream && exchange->head) {
        stream_reader_leaves(reply->stream);
        reply->stream = NULL;
    }
    if (reply->stream) {
        struct stream *stream = reply->stream;
        reply->stream = NULL;
        stream_attach(stream, &(struct stream_parking){park, unpark, exchange->connection});
        return MHD_create_response_from_callback(MHD_SIZE_UNKNOWN, STREAM_BLOCK, read_stream, stream,
                                                 free_stream);
    }
    /* The body lives in the arena or for ever; the arena lives until the request is completed. */
    return MHD_create_response_from_buffer(reply->length, (void *)reply->body, MHD_RESPMEM_PERSISTENT);
}

static enum MHD_Result send_reply(struct exchange *exchange)
{
    struct reply *reply = &exchange->reply;
    headers_harden(reply, &exchange->request);
    struct MHD_Response *response = make_response(exchange);
    if (!response)
        return MHD_NO;
    if (reply->content_type)
        MHD_add_response_header(response, MHD_HTTP_HEADER_CONTENT_TYPE, reply->content_type);
    for (size_t i = 0; i < reply->header_count; i++)
        if (MHD_add_response_header(response, reply->headers[i].name, reply->headers[i].value) != MHD_YES)
            log_warn("http.header", LOG_TEXT("name", reply->headers[i].name));
    enum MHD_Result result = MHD_queue_response(exchange->connection, (unsigned)reply->status, response);
    MHD_destroy_response(response);
    return result;
}

static enum MHD_Result on_request(void *arg, struct MHD_Connection *connection, const char *url,
                                  const char *method, const char *version, const char *upload,
                                  size_t *upload_size, void **state)
{
    struct httpd *httpd = arg;
    struct exchange *exchange = *state;

    if (!exchange) {
        struct arena *arena = arena_new();
        exchange = ARENA_NEW(arena, struct exchange);
        *exchange = (struct exchange){.httpd = httpd, .connection = connection, .arena = arena};
        *state = exchange;
        httpd->open_requests++;
        first_call(exchange, url, method, version);
        return exchange->refused ? send_reply(exchange) : MHD_YES;
    }
    if (*upload_size > 0) {
        bool go_on = take_body(exchange, upload, *upload_size);
        *upload_size = 0;
        return go_on ? MHD_YES : MHD_NO;
    }
    if (exchange->answered)
        return send_reply(exchange);
    if (exchange->body.overflow) {
        refuse(exchange, ERR_TOO_LARGE, "The request body is larger than 1 MiB.");
        return send_reply(exchange);
    }
    hand_over(exchange);
    return MHD_YES;
}

static void on_completed(void *arg, struct MHD_Connection *connection, void **state,
                         enum MHD_RequestTerminationCode how)
{
    struct httpd *httpd = arg;
    struct exchange *exchange = *state;
    (void)connection;
    (void)how;
    if (!exchange)
        return;
    *state = NULL;
    if (exchange->reply.stream) /* never sent: the connection broke before */
        stream_reader_leaves(exchange->reply.stream);
    strbuf_done(&exchange->body);
    arena_free(exchange->arena);
    httpd->open_requests--;
}

/* --- starting and stopping ----------------------------------------------------------------------------- */

static size_t keep_encoded(void *arg, struct MHD_Connection *connection, char *text)
{
    (void)arg;
    (void)connection;
    return strlen(text);
}

static void log_library(void *arg, const char *format, va_list args) __attribute__((format(printf, 2, 0)));
static void log_library(void *arg, const char *format, va_list args)
{
    char text[400];
    char *line = text;
    (void)arg;
    vsnprintf(line, sizeof text, format, args);
    line[strcspn(line, "\r\n")] = '\0';
    log_debug("http.library", LOG_TEXT("message", line));
}

static unsigned connections_max(void)
{
    struct rlimit limit;
    if (getrlimit(RLIMIT_NOFILE, &limit) != 0 || limit.rlim_cur == RLIM_INFINITY)
        return CONNECTIONS_MAX;
    rlim_t spare =
        limit.rlim_cur > 2 * DESCRIPTORS_KEPT ? limit.rlim_cur - DESCRIPTORS_KEPT : limit.rlim_cur / 2;
    return spare < CONNECTIONS_MAX ? (unsigned)spare : CONNECTIONS_MAX;
}

static struct MHD_Daemon *start_daemon(struct httpd *httpd, const struct httpd_settings *settings)
{
    unsigned flags = MHD_USE_EPOLL_INTERNAL_THREAD | MHD_ALLOW_SUSPEND_RESUME | MHD_USE_ERROR_LOG;
    struct MHD_OptionItem tls[] = {{MHD_OPTION_HTTPS_MEM_CERT, 0, (void *)settings->certificate_pem},
                                   {MHD_OPTION_HTTPS_MEM_KEY, 0, (void *)settings->key_pem},
                                   {MHD_OPTION_HTTPS_PRIORITIES, 0,
                                    (void *)"NORMAL:-VERS-ALL:+VERS-TLS1.3:+VERS-TLS1.2:%SERVER_PRECEDENCE"},
                                   {MHD_OPTION_END, 0, NULL}};
    if (settings->certificate_pem)
        flags |= MHD_USE_TLS;
    else
        tls[0].option = MHD_OPTION_END;
    return MHD_start_daemon(
        flags, 0, NULL, NULL, on_request, httpd, MHD_OPTION_EXTERNAL_LOGGER, log_library, NULL,
        MHD_OPTION_LISTEN_SOCKET, httpd->listen_fd, MHD_OPTION_THREAD_POOL_SIZE, (unsigned)EVENT_THREADS,
        MHD_OPTION_CONNECTION_LIMIT, connections_max(), MHD_OPTION_PER_IP_CONNECTION_LIMIT,
        (unsigned)CONNECTIONS_PER_ADDRESS, MHD_OPTION_CONNECTION_MEMORY_LIMIT,
        (size_t)HTTPD_MEMORY_PER_CONNECTION, MHD_OPTION_CONNECTION_TIMEOUT, (unsigned)HTTPD_TIMEOUT_SECONDS,
        MHD_OPTION_NOTIFY_COMPLETED, on_completed, httpd, MHD_OPTION_UNESCAPE_CALLBACK, keep_encoded, NULL,
        MHD_OPTION_STRICT_FOR_CLIENT, 1, MHD_OPTION_ARRAY, tls, MHD_OPTION_END);
}

struct httpd *httpd_start(const struct httpd_settings *settings, httpd_answer *answer, void *context,
                          struct err *err)
{
    int fd = listen_open(settings->listen, err);
    if (fd < 0)
        return NULL;
    struct httpd *httpd = must(calloc(1, sizeof *httpd));
    httpd->answer = answer;
    httpd->context = context;
    httpd->trusted_proxies = settings->trusted_proxies;
    httpd->clock = settings->clock;
    httpd->rng = settings->rng;
    httpd->secure = settings->secure;
    httpd->listen_fd = fd;
    httpd->port = listen_port(fd);
    httpd->pool = pool_new(settings->workers, REQUESTS_WAITING_MAX);
    httpd->daemon = start_daemon(httpd, settings);
    if (httpd->daemon)
        return httpd;
    err_set(
        err, ERR_CONFIG, "%s",
        settings->certificate_pem
            ? "the HTTPS server does not start: check that server.tls_certificate and server.tls_key hold a "
              "matching PEM certificate and key"
            : "the HTTP server does not start");
    pool_stop(httpd->pool);
    pool_free(httpd->pool);
    close(fd);
    free(httpd);
    return NULL;
}

int httpd_port(const struct httpd *httpd)
{
    return httpd->port;
}

void httpd_drain(struct httpd *httpd)
{
    httpd->draining = true;
    MHD_quiesce_daemon(httpd->daemon);
    pool_stop(httpd->pool);
}

void httpd_stop(struct httpd *httpd)
{
    if (!httpd)
        return;
    int64_t until = clock_mono_ms(httpd->clock) + DRAIN_MS;
    while (httpd->open_requests > 0 && clock_mono_ms(httpd->clock) < until)
        usleep(5000);
    MHD_stop_daemon(httpd->daemon);
    close(httpd->listen_fd);
    pool_free(httpd->pool);
    free(httpd);
}
