#include "server.h"

#include <arpa/inet.h>
#include <microhttpd.h>
#include <string.h>
#include <time.h>

#define BODY_MAX_BYTES (32 * 1024 * 1024)

struct exchange { /* one HTTP request as it arrives */
    char *uri;
    struct strbuf body;
    bool begun;
};

struct listener {
    struct sim *sim;
    const char *scheme;
};

static const struct service {
    const char *name;
    void (*handle)(struct sim *sim, struct sim_call *call);
} services[] = {
#define X(name) {#name, name##_handle},
    SIM_SERVICES(X)
#undef X
};

static void sleep_ms(int64_t ms)
{
    struct timespec time = {.tv_sec = ms / 1000, .tv_nsec = ms % 1000 * 1000000};

    if (ms > 0)
        nanosleep(&time, NULL);
}

static const char *header_of(const struct sim_call *call, const char *name)
{
    return MHD_lookup_connection_value(call->header_ctx, MHD_HEADER_KIND, name);
}

static enum MHD_Result header_log(void *ctx, enum MHD_ValueKind kind, const char *key, const char *value)
{
    (void)kind;
    bool secret = text_equal_nocase(key, "Authorization") || text_equal_nocase(key, "Cookie");

    json_put((json_t *)ctx, key, secret ? json_string("***") : json_text_new(value));
    return MHD_YES;
}

/* The first half of a text whose length was promised as a whole. */
static ssize_t half_read(void *ctx, uint64_t at, char *ret, size_t size)
{
    size_t half = strlen(ctx) / 2, rest = at < half ? half - (size_t)at : 0;

    if (!rest)
        return MHD_CONTENT_READER_END_WITH_ERROR;
    size = rest < size ? rest : size;
    memcpy(ret, (char *)ctx + at, size);
    return (ssize_t)size;
}

static struct MHD_Response *response_new(bool cut, char *text)
{
    size_t length = text ? strlen(text) : 0;

    if (cut && text)
        return MHD_create_response_from_callback(length, 1024, half_read, text, free);
    return MHD_create_response_from_buffer(length, text ? text : (char *)"",
                                           text ? MHD_RESPMEM_MUST_FREE : MHD_RESPMEM_PERSISTENT);
}

static enum MHD_Result send_answer(struct MHD_Connection *connection, const struct sim_call *call, char *text)
{
    struct MHD_Response *response = response_new(call->cut, text);
    const char *key;
    json_t *value;

    if (text && *text)
        MHD_add_response_header(response, "Content-Type",
                                call->content_type ? call->content_type : "application/json");
    MHD_add_response_header(response, "request-id", call->request_id);
    const char *client_id = call->header(call, "client-request-id");

    if (client_id)
        MHD_add_response_header(response, "client-request-id", client_id);
    json_object_foreach (call->reply_headers, key, value)
        MHD_add_response_header(response, key, json_string_value(value));
    enum MHD_Result result =
        MHD_queue_response(connection, (unsigned)(call->status ? call->status : 200), response);

    MHD_destroy_response(response);
    return result;
}

static char *reply_text(struct sim_call *call)
{
    char *text = call->reply ? json_write(call->reply) : call->text;

    if (call->reply)
        free(call->text);
    json_decref(call->reply);
    call->reply = NULL;
    call->text = NULL;
    return text;
}

static const char *cmdlet_of(const struct sim_call *call)
{
    const char *header = call->header(call, "X-CmdletName");

    return header ? header : json_text(json_object_get(call->json, "CmdletInput"), "CmdletName");
}

/* The whole pipeline. *ret_text is the body of the answer. False: close without an answer. */
static bool call_run(struct sim *sim, const struct service *service, struct sim_call *call,
                     struct MHD_Connection *connection, char **ret_text)
{
    int64_t started = clock_mono_ms(clock_system()), started_utc = clock_utc_ms(clock_system());
    json_t *headers = json_object();
    struct sim_verdict verdict;
    int64_t wait_ms;

    MHD_get_connection_values(connection, MHD_HEADER_KIND, header_log, headers);
    {
        WITH_LOCK(&sim->lock);
        wait_ms = rules_latency_ms(sim, service->name);
        verdict = rules_check(sim, call, cmdlet_of(call));
    }
    sleep_ms(wait_ms + verdict.delay_ms);
    {
        WITH_LOCK(&sim->lock);
        if (!verdict.answered && !verdict.drop_before) {
            sim_settle(sim);
            service->handle(sim, call);
            rules_afterwards(call);
        }
        *ret_text = reply_text(call);
    }
    sleep_ms(call->delay_ms);
    call->cut |= verdict.cut;
    bool halved = call->cut && *ret_text && **ret_text;
    bool dropped = verdict.drop_before || verdict.drop_after || call->drop || (call->cut && !halved);

    WITH_LOCK(&sim->lock);
    rules_done(sim, call);
    requests_add(sim, call, *ret_text, headers, started_utc, clock_mono_ms(clock_system()) - started,
                 dropped);
    return !dropped;
}

static const struct service *service_find(const char *path, size_t *ret_prefix)
{
    for (size_t i = 0; i < sizeof services / sizeof *services; i++) {
        size_t length = strlen(services[i].name);

        if (path[0] == '/' && !strncmp(path + 1, services[i].name, length) &&
            (path[length + 1] == '/' || path[length + 1] == '\0')) {
            *ret_prefix = length + 1;
            return &services[i];
        }
    }
    return NULL;
}

static enum MHD_Result call_answer(const struct listener *listener, struct MHD_Connection *connection,
                                   const char *method, struct exchange *exchange)
{
    const char *host = MHD_lookup_connection_value(connection, MHD_HEADER_KIND, "Host");
    char *query = strchr(exchange->uri, '?');
    AUTO_STRBUF struct strbuf base = STRBUF_MAX(2048);
    AUTO_FREE char *text = NULL;
    size_t prefix = 0;

    if (query)
        *query++ = '\0';
    const struct service *service = service_find(exchange->uri, &prefix);
    AUTO_JSON json_t *reply_headers = json_object();
    struct sim_call call = {.method = method,
                            .path = exchange->uri + prefix,
                            .query = query ? query : "",
                            .body = strbuf_text(&exchange->body),
                            .body_length = exchange->body.length,
                            .header = header_of,
                            .header_ctx = connection,
                            .reply_headers = reply_headers,
                            .service = service ? service->name : "_sim"};

    strbuf_printf(&base, "%s://%s/%s", listener->scheme, host ? host : "localhost", call.service);
    call.base_url = strbuf_text(&base);
    uuid_v4(rng_system(), call.request_id);
    if (exchange->body.length > 0)
        call.json = json_read_big(call.body, call.body_length, NULL);
    bool answer = true;

    if (exchange->body.overflow) {
        graph_fail(&call, 413, "RequestEntityTooLarge", "The request is too large.");
        text = reply_text(&call);
    } else if (service) {
        answer = call_run(listener->sim, service, &call, connection, &text);
    } else {
        control_handle(listener->sim, &call);
        text = reply_text(&call);
    }
    enum MHD_Result result = answer ? send_answer(connection, &call, text) : MHD_NO;

    if (answer)
        text = NULL; /* the response frees it */
    /* Under the lock: the state and the request log may hold parts of both. */
    WITH_LOCK(&listener->sim->lock);
    json_decref(call.json);
    json_decref(call.items);
    return result;
}

static void *uri_begin(void *ctx, const char *uri, struct MHD_Connection *connection)
{
    (void)ctx;
    (void)connection;
    struct exchange *exchange = calloc(1, sizeof *exchange);

    exchange->uri = strdup(uri);
    exchange->body.max = BODY_MAX_BYTES;
    return exchange;
}

static void request_end(void *ctx, struct MHD_Connection *connection, void **con_cls,
                        enum MHD_RequestTerminationCode why)
{
    struct exchange *exchange = *con_cls;

    (void)ctx;
    (void)connection;
    (void)why;
    if (!exchange)
        return;
    strbuf_done(&exchange->body);
    free(exchange->uri);
    free(exchange);
    *con_cls = NULL;
}

static enum MHD_Result request_step(void *ctx, struct MHD_Connection *connection, const char *url,
                                    const char *method, const char *version, const char *data, size_t *size,
                                    void **con_cls)
{
    struct exchange *exchange = *con_cls;

    (void)url;
    (void)version;
    if (!exchange->begun) {
        exchange->begun = true;
        return MHD_YES;
    }
    if (*size > 0) {
        strbuf_add(&exchange->body, data, *size);
        *size = 0;
        return MHD_YES;
    }
    return call_answer(ctx, connection, method, exchange);
}

static bool address_parse(const char *text, struct sockaddr_in *ret, struct err *err)
{
    AUTO_FREE char *copy = strdup(text);
    char *colon = strrchr(copy, ':');
    int64_t port;

    if (colon)
        *colon++ = '\0';
    ret->sin_family = AF_INET;
    if (!colon || !text_to_int(colon, 0, 65535, &port) || inet_pton(AF_INET, copy, &ret->sin_addr) != 1)
        return err_set(err, ERR_INPUT, "'%s' is no address to listen on; write it as 127.0.0.1:9090", text);
    ret->sin_port = htons((uint16_t)port);
    return true;
}

bool server_listen(struct sim *sim, const struct sim_listen *listen, char *ret_url, size_t size,
                   struct err *err)
{
    struct sockaddr_in address = {0};
    struct listener *listener = calloc(1, sizeof *listener); /* lives as long as the process */
    unsigned flags = MHD_USE_THREAD_PER_CONNECTION | MHD_USE_INTERNAL_POLLING_THREAD | MHD_USE_POLL;
    char host[INET_ADDRSTRLEN];

    if (!address_parse(listen->address, &address, err)) {
        free(listener);
        return false;
    }
    listener->sim = sim;
    listener->scheme = listen->certificate ? "https" : "http";
    struct MHD_OptionItem tls[] = {{MHD_OPTION_HTTPS_MEM_CERT, 0, listen->certificate},
                                   {MHD_OPTION_HTTPS_MEM_KEY, 0, listen->key},
                                   {MHD_OPTION_END, 0, NULL}};
    struct MHD_OptionItem plain[] = {{MHD_OPTION_END, 0, NULL}};
    struct MHD_Daemon *daemon = MHD_start_daemon(
        flags | (listen->certificate ? (unsigned)MHD_USE_TLS : 0), 0, NULL, NULL, request_step, listener,
        MHD_OPTION_SOCK_ADDR, &address, MHD_OPTION_URI_LOG_CALLBACK, uri_begin, NULL,
        MHD_OPTION_NOTIFY_COMPLETED, request_end, NULL, MHD_OPTION_CONNECTION_TIMEOUT, 120u,
        MHD_OPTION_CONNECTION_MEMORY_LIMIT, (size_t)262144, MHD_OPTION_LISTEN_BACKLOG_SIZE, 1024u,
        MHD_OPTION_LISTENING_ADDRESS_REUSE, 1u, MHD_OPTION_ARRAY, listen->certificate ? tls : plain,
        MHD_OPTION_END);

    if (!daemon) {
        free(listener);
        return err_set(err, ERR_CONFIG,
                       "cannot listen on %s: is the port in use, or the certificate not right?",
                       listen->address);
    }
    inet_ntop(AF_INET, &address.sin_addr, host, sizeof host);
    snprintf(ret_url, size, "%s://%s:%u", listener->scheme, host,
             (unsigned)MHD_get_daemon_info(daemon, MHD_DAEMON_INFO_BIND_PORT)->port);
    return true;
}
