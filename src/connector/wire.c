#include "connector/wire.h"

#include <curl/curl.h>
#include <openssl/ssl.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/memory.h"
#include "base/text.h"
#include "base/thread.h"
#include "connector/wire_queue.h"

#define HEADERS_MAX (64u * 1024)

enum call_state { CALL_QUEUED, CALL_RUNNING, CALL_DONE };

/* Lives on the caller's stack. The caller fills the request part; the I/O
 * thread owns the rest while the call is running; state and abort are under
 * wire->lock. */
struct call {
    struct wire_ticket ticket; /* the first member: the queue gives it back */
    const struct wire_request *request;
    struct curl_slist *header_list;
    struct curl_slist *connect_list; /* NULL: where the name leads */
    CURL *easy;
    struct strbuf headers, body;
    size_t given; /* bytes of the request's body handed out */
    enum call_state state;
    bool abort; /* the caller gave up: the I/O thread lets go of it */
    bool sent;  /* the request may have reached the peer */
    bool late;  /* it was ready after the time by which to send it */
    bool twice; /* libcurl wanted to send it again by itself */
    CURLcode result;
    long status;
    pthread_cond_t done;
    struct call *next; /* list of all calls */
    struct call **link;
};

struct wire {
    pthread_mutex_t lock;
    pthread_cond_t idle;
    CURLM *multi;
    pthread_t thread;
    char *ca_file;
    int64_t connect_timeout_ms;
    size_t callers;
    size_t aborting; /* running calls whose callers gave up */
    struct wire_queue *queue;
    struct call *calls; /* waiting and running */
    CURL **spare;       /* easy handles to use again */
    size_t spare_count;
    bool stopping;
};

static size_t take_body(char *bytes, size_t size, size_t count, void *context)
{
    struct call *call = context;
    strbuf_add(&call->body, bytes, size * count);
    return call->body.overflow ? 0 : size * count;
}

static size_t take_header(char *bytes, size_t size, size_t count, void *context)
{
    struct call *call = context;
    size_t length = size * count;
    if (length >= 5 && memcmp(bytes, "HTTP/", 5) == 0) { /* an interim answer or a proxy's came before */
        strbuf_done(&call->headers);
        call->headers = (struct strbuf)STRBUF_MAX(HEADERS_MAX);
        return length;
    }
    const char *colon = memchr(bytes, ':', length);
    if (!colon || memchr(bytes, '\0', length))
        return length;
    size_t start = call->headers.length;
    strbuf_add(&call->headers, bytes, (size_t)(colon - bytes));
    for (size_t i = start; i < call->headers.length; i++)
        if (call->headers.data[i] >= 'A' && call->headers.data[i] <= 'Z')
            call->headers.data[i] = (char)(call->headers.data[i] + 32);
    const char *value = colon + 1, *end = bytes + length;
    while (value < end && (*value == ' ' || *value == '\t'))
        value++;
    while (end > value && strchr(" \t\r\n", end[-1]))
        end--;
    strbuf_text_add(&call->headers, ": ");
    strbuf_add(&call->headers, value, (size_t)(end - value));
    strbuf_char(&call->headers, '\n');
    return call->headers.overflow ? 0 : length;
}

static void list_add(struct call **head, struct call *call)
{
    call->next = *head;
    call->link = head;
    if (call->next)
        call->next->link = &call->next;
    *head = call;
}

static void list_remove(struct call *call)
{
    *call->link = call->next;
    if (call->next)
        call->next->link = call->link;
}

static CURLcode add_authorities(CURL *easy, void *ssl_context, void *ca_file)
{
    (void)easy;
    return SSL_CTX_load_verify_locations(ssl_context, ca_file, NULL) == 1 ? CURLE_OK
                                                                          : CURLE_SSL_CACERT_BADFILE;
}

static size_t give_body(char *bytes, size_t size, size_t count, void *context)
{
    struct call *call = context;
    size_t left = call->request->body_length - call->given;
    size_t length = left < size * count ? left : size * count;
    memcpy(bytes, (const char *)call->request->body + call->given, length);
    call->given += length;
    return length;
}

/* libcurl silently sends a request again when a kept connection turns out to be
 * closed. For a POST that changes something this must not happen: a body that
 * cannot be rewound makes it an error instead. */
static bool must_not_repeat(const struct wire_request *request)
{
    return request->body_length > 0 && !request->harmless && strcmp(request->method, "POST") == 0;
}

static bool changes_something(const struct wire_request *request)
{
    return !request->harmless && strcmp(request->method, "GET") != 0 && strcmp(request->method, "HEAD") != 0;
}

/* Just before each sending, the last moment to leave it. libcurl repeats a request by itself when a kept
 * connection breaks before the first byte of the answer; for one that changes
 * something only the caller may decide that. */
static int before_sending(void *context, char *peer, char *own, int peer_port, int own_port)
{
    struct call *call = context;
    (void)peer, (void)own, (void)peer_port, (void)own_port;
    call->late = call->request->send_by && clock_passed_ms(clock_system()) > call->request->send_by;
    if (call->late)
        return CURL_PREREQFUNC_ABORT;
    call->twice = call->sent && changes_something(call->request);
    call->sent = true;
    return call->twice ? CURL_PREREQFUNC_ABORT : CURL_PREREQFUNC_OK;
}

static void set_options(const struct wire *wire, struct call *call)
{
    const struct wire_request *request = call->request;
    CURL *easy = call->easy;
    bool get = strcmp(request->method, "GET") == 0;
    curl_easy_setopt(easy, CURLOPT_URL, request->url);
    curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, "http,https");
    curl_easy_setopt(easy, CURLOPT_FOLLOWLOCATION, 0L);
    curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(easy, CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_2TLS);
    curl_easy_setopt(easy, CURLOPT_PIPEWAIT, 1L);
    curl_easy_setopt(easy, CURLOPT_ACCEPT_ENCODING, "");
    curl_easy_setopt(easy, CURLOPT_USERAGENT, WIRE_USER_AGENT);
    curl_easy_setopt(easy, CURLOPT_CONNECTTIMEOUT_MS, (long)wire->connect_timeout_ms);
    curl_easy_setopt(easy, CURLOPT_TCP_KEEPALIVE, 1L);
    if (wire->ca_file) {
        curl_easy_setopt(easy, CURLOPT_SSL_CTX_FUNCTION, add_authorities);
        curl_easy_setopt(easy, CURLOPT_SSL_CTX_DATA, wire->ca_file);
    }
    curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, take_body);
    curl_easy_setopt(easy, CURLOPT_WRITEDATA, call);
    curl_easy_setopt(easy, CURLOPT_HEADERFUNCTION, take_header);
    curl_easy_setopt(easy, CURLOPT_HEADERDATA, call);
    curl_easy_setopt(easy, CURLOPT_PREREQFUNCTION, before_sending);
    curl_easy_setopt(easy, CURLOPT_PREREQDATA, call);
    curl_easy_setopt(easy, CURLOPT_PRIVATE, call);
    curl_easy_setopt(easy, CURLOPT_HTTPHEADER, call->header_list);
    curl_easy_setopt(easy, CURLOPT_CONNECT_TO, call->connect_list);
    if (must_not_repeat(request)) {
        curl_easy_setopt(easy, CURLOPT_POST, 1L);
        curl_easy_setopt(easy, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)request->body_length);
        curl_easy_setopt(easy, CURLOPT_READFUNCTION, give_body);
        curl_easy_setopt(easy, CURLOPT_READDATA, call);
    } else if (request->body || strcmp(request->method, "POST") == 0) {
        curl_easy_setopt(easy, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)request->body_length);
        curl_easy_setopt(easy, CURLOPT_POSTFIELDS, request->body ? request->body : "");
    } else if (strcmp(request->method, "HEAD") == 0) {
        curl_easy_setopt(easy, CURLOPT_NOBODY, 1L);
    }
    if (!get || request->body)
        curl_easy_setopt(easy, CURLOPT_CUSTOMREQUEST, request->method);
}

/* --- I/O thread --- */

static void start_queued_locked(struct wire *wire)
{
    for (struct wire_ticket *ticket; (ticket = wire_queue_next(wire->queue));) {
        struct call *call = (struct call *)ticket;
        call->easy = wire->spare_count ? wire->spare[--wire->spare_count] : must(curl_easy_init());
        set_options(wire, call);
        if (curl_multi_add_handle(wire->multi, call->easy) != CURLM_OK)
            abort();
        call->state = CALL_RUNNING;
    }
}

static void finish_locked(struct wire *wire, struct call *call, CURLcode result)
{
    long version = 0;
    curl_easy_getinfo(call->easy, CURLINFO_RESPONSE_CODE, &call->status);
    curl_easy_getinfo(call->easy, CURLINFO_HTTP_VERSION, &version);
    if (version != CURL_HTTP_VERSION_NONE)
        wire_queue_learn(wire->queue, &call->ticket, version >= CURL_HTTP_VERSION_2_0);
    call->result = result;
    curl_multi_remove_handle(wire->multi, call->easy);
    curl_easy_reset(call->easy);
    wire->spare[wire->spare_count++] = call->easy;
    call->easy = NULL;
    wire_queue_done(wire->queue, &call->ticket);
    call->state = CALL_DONE;
    pthread_cond_signal(&call->done);
}

static void abort_calls_locked(struct wire *wire)
{
    for (struct call *call = wire->aborting ? wire->calls : NULL; call; call = call->next)
        if (call->abort && call->state == CALL_RUNNING)
            finish_locked(wire, call, CURLE_ABORTED_BY_CALLBACK);
    wire->aborting = 0;
}

static void *run_wire(void *context)
{
    struct wire *wire = context;
    for (;;) {
        int running, left;
        {
            WITH_LOCK(&wire->lock);
            abort_calls_locked(wire);
            if (wire->stopping && wire->callers == 0)
                return NULL;
            start_queued_locked(wire);
        }
        curl_multi_perform(wire->multi, &running);
        bool finished = false;
        for (CURLMsg *message; (message = curl_multi_info_read(wire->multi, &left));) {
            struct call *call;
            CURLcode result = message->data.result;
            curl_easy_getinfo(message->easy_handle, CURLINFO_PRIVATE, (char **)&call);
            WITH_LOCK(&wire->lock);
            finish_locked(wire, call, result);
            finished = true;
        }
        if (!finished) /* a slot came free: look at the queue first */
            curl_multi_poll(wire->multi, NULL, 0, 1000, NULL);
    }
}

/* --- life --- */

struct wire *wire_start(const struct wire_settings *settings, struct err *err)
{
    if (settings->ca_file && access(settings->ca_file, R_OK) != 0) {
        err_set(err, ERR_CONFIG, "The file of certificate authorities %s cannot be read.", settings->ca_file);
        return NULL;
    }
    if (curl_global_init(CURL_GLOBAL_DEFAULT) != 0) {
        err_set(err, ERR_INTERNAL, "The HTTP client cannot be started.");
        return NULL;
    }
    struct wire *wire = must(calloc(1, sizeof *wire));
    wire->multi = must(curl_multi_init());
    wire->ca_file = settings->ca_file ? must(strdup(settings->ca_file)) : NULL;
    wire->connect_timeout_ms = settings->connect_timeout_ms ? settings->connect_timeout_ms : 5000;
    size_t in_flight_max = settings->in_flight_max ? settings->in_flight_max : 256;
    size_t connections = settings->host_connections_max ? settings->host_connections_max : 32;
    wire->spare = must(calloc(in_flight_max, sizeof *wire->spare));
    wire->queue = wire_queue_new(in_flight_max, connections);
    pthread_mutex_init(&wire->lock, NULL);
    thread_cond_init(&wire->idle);
    curl_multi_setopt(wire->multi, CURLMOPT_MAX_HOST_CONNECTIONS, (long)connections);
    curl_multi_setopt(wire->multi, CURLMOPT_PIPELINING, (long)CURLPIPE_MULTIPLEX);
    wire->thread = thread_start("wire", run_wire, wire);
    return wire;
}

void wire_stop(struct wire *wire)
{
    if (!wire)
        return;
    {
        WITH_LOCK(&wire->lock);
        wire->stopping = true;
        for (struct call *call = wire->calls; call; call = call->next)
            pthread_cond_signal(&call->done);
        while (wire->callers > 0)
            thread_wait_ms(&wire->idle, &wire->lock, -1);
    }
    curl_multi_wakeup(wire->multi);
    pthread_join(wire->thread, NULL);
    for (size_t i = 0; i < wire->spare_count; i++)
        curl_easy_cleanup(wire->spare[i]);
    curl_multi_cleanup(wire->multi);
    curl_global_cleanup();
    pthread_cond_destroy(&wire->idle);
    pthread_mutex_destroy(&wire->lock);
    wire_queue_free(wire->queue);
    free(wire->spare);
    free(wire->ca_file);
    free(wire);
}

/* --- callers --- */

/* What libcurl could not do, in our words. Its own texts stay out: they may
 * hold parts of the URL. */
static bool fail(const struct call *call, const char *host, struct err *err)
{
    switch (call->result) {
    case CURLE_UNSUPPORTED_PROTOCOL:
        if (call->sent) /* what came back is no HTTP */
            return err_code(err, ERR_UPSTREAM, "broken_answer", "The answer of %s is not HTTP.", host);
        /* fall through */
    case CURLE_URL_MALFORMAT:
        return err_code(err, ERR_INTERNAL, "bad_url", "The address is not a valid http or https address.");
    case CURLE_COULDNT_RESOLVE_HOST:
    case CURLE_COULDNT_RESOLVE_PROXY:
        return err_code(err, ERR_UNREACHABLE, "name_not_found", "The host name %s cannot be resolved.", host);
    case CURLE_COULDNT_CONNECT:
        return err_code(err, ERR_UNREACHABLE, "no_connection", "There is no connection to %s.", host);
    case CURLE_PEER_FAILED_VERIFICATION:
    case CURLE_SSL_CONNECT_ERROR:
    case CURLE_SSL_CACERT_BADFILE:
        return err_code(err, ERR_UNREACHABLE, "tls", "No secure connection to %s: %s.", host,
                        curl_easy_strerror(call->result));
    case CURLE_OPERATION_TIMEDOUT:
        if (!call->sent)
            return err_code(err, ERR_UNREACHABLE, "no_connection", "There is no connection to %s.", host);
        return err_set(err, ERR_TIMEOUT, "%s did not answer in time.", host);
    case CURLE_WRITE_ERROR:
        return err_code(err, ERR_UPSTREAM, "too_large", "The answer of %s is too large.", host);
    case CURLE_ABORTED_BY_CALLBACK:
        if (call->late)
            return err_set(err, ERR_TIMEOUT, "The request to %s could not be sent in time.", host);
        return err_code(err, ERR_UPSTREAM, "broken_answer", "%s closed the connection without an answer.",
                        host);
    default:
        return err_code(err, ERR_UPSTREAM, "broken_answer",
                        "The connection to %s broke before the answer: %s.", host,
                        curl_easy_strerror(call->result));
    }
}

static void host_of(const char *url, char *ret_host, size_t size)
{
    const char *start = strstr(url, "://");
    start = start ? start + 3 : url;
    size_t length = strcspn(start, "/?#");
    const char *at = memchr(start, '@', length);
    if (at) {
        length -= (size_t)(at + 1 - start);
        start = at + 1;
    }
    length = length < size ? length : size - 1;
    memcpy(ret_host, start, length);
    ret_host[length] = '\0';
}

/* Waits for the I/O thread; returns what ended the call. */
static enum err_kind wait_locked(struct wire *wire, struct call *call, int64_t until)
{
    enum err_kind why = ERR_NONE;
    while (call->state != CALL_DONE) {
        int64_t left = until - clock_mono_ms(clock_system());
        if (why != ERR_NONE) { /* given up: the I/O thread must let go first */
            thread_wait_ms(&call->done, &wire->lock, -1);
            continue;
        }
        if (wire->stopping || cancel_requested(call->request->cancel))
            why = ERR_CANCELLED;
        else if (left <= 0)
            why = ERR_TIMEOUT;
        if (why == ERR_NONE) {
            thread_wait_ms(&call->done, &wire->lock, left);
        } else if (call->state == CALL_QUEUED) {
            wire_queue_remove(wire->queue, &call->ticket);
            call->state = CALL_DONE;
        } else {
            call->abort = true;
            wire->aborting++;
            curl_multi_wakeup(wire->multi);
        }
    }
    /* It may have ended by itself meanwhile. */
    return call->abort && (call->twice || call->late || call->result != CURLE_ABORTED_BY_CALLBACK) ? ERR_NONE
                                                                                                   : why;
}

/* "::ADDRESS:" is any host and port of the URL, connected to at ADDRESS and the same port. */
static struct curl_slist *connect_list(const char *address)
{
    char entry[80];
    bool v6 = address && strchr(address, ':');
    if (!address)
        return NULL;
    snprintf(entry, sizeof entry, "::%s%s%s:", v6 ? "[" : "", address, v6 ? "]" : "");
    return curl_slist_append(NULL, entry);
}

static void enqueue_locked(struct wire *wire, struct call *call)
{
    char origin[300];
    const char *url = call->request->url, *host = strstr(url, "://");
    size_t length = host ? (size_t)(host - url) + 3 + strcspn(host + 3, "/?#") : 0;
    length = length < sizeof origin ? length : sizeof origin - 1;
    memcpy(origin, url, length);
    origin[length] = '\0';
    wire_queue_add(wire->queue, &call->ticket, origin, call->request->flow ? call->request->flow : "",
                   call->request->urgent);
    list_add(&wire->calls, call);
    wire->callers++;
}

bool wire_send(struct wire *wire, const struct wire_request *request, struct wire_reply *ret, struct err *err)
{
    char host[256];
    int64_t until = clock_mono_ms(clock_system()) + request->timeout_ms;
    struct call call = {.request = request,
                        .headers = STRBUF_MAX(HEADERS_MAX),
                        .body = STRBUF_MAX(request->answer_max ? request->answer_max : WIRE_ANSWER_MAX)};
    memset(ret, 0, sizeof *ret);
    host_of(request->url, host, sizeof host);
    if (cancel_requested(request->cancel))
        return err_set(err, ERR_CANCELLED, "The call was cancelled.");
    call.connect_list = connect_list(request->connect_to);
    for (const char *const *header = request->headers; header && *header; header++)
        call.header_list = curl_slist_append(call.header_list, *header);
    call.header_list = curl_slist_append(call.header_list, "Expect:");
    thread_cond_init(&call.done);

    struct cancel_watch watch = {.mutex = &wire->lock, .cond = &call.done};
    cancel_watch(request->cancel, &watch);
    enum err_kind why;
    {
        WITH_LOCK(&wire->lock);
        enqueue_locked(wire, &call);
        curl_multi_wakeup(wire->multi);
        why = wait_locked(wire, &call, until);
    }
    cancel_unwatch(request->cancel, &watch);
    pthread_cond_destroy(&call.done);
    curl_slist_free_all(call.header_list);
    curl_slist_free_all(call.connect_list);
    {
        WITH_LOCK(&wire->lock);
        list_remove(&call);
        if (--wire->callers == 0)
            pthread_cond_broadcast(&wire->idle);
    }

    if (why == ERR_NONE && call.result == CURLE_OK) {
        ret->status = (int)call.status;
        ret->body_length = call.body.length;
        ret->headers = strbuf_take(&call.headers);
        ret->body = strbuf_take(&call.body);
        return true;
    }
    strbuf_done(&call.headers);
    strbuf_done(&call.body);
    if (why == ERR_CANCELLED)
        err_set(err, ERR_CANCELLED, "The call was cancelled.");
    else if (why == ERR_TIMEOUT)
        err_set(err, ERR_TIMEOUT, "%s did not answer in time.", host);
    else
        fail(&call, host, err);
    if (err)
        err->outcome_unknown = call.sent && changes_something(request);
    return false;
}

void wire_reply_done(struct wire_reply *reply)
{
    free(reply->headers);
    free(reply->body);
    memset(reply, 0, sizeof *reply);
}

bool wire_header(const struct wire_reply *reply, const char *name, char *ret_value, size_t size)
{
    size_t name_length = strlen(name);
    for (const char *line = reply->headers; line && *line; line = strchr(line, '\n') + 1) {
        if (strncmp(line, name, name_length) != 0 || line[name_length] != ':')
            continue;
        const char *value = line + name_length + 2;
        size_t length = strcspn(value, "\n");
        length = length < size ? length : size - 1;
        memcpy(ret_value, value, length);
        ret_value[length] = '\0';
        return true;
    }
    if (size)
        ret_value[0] = '\0';
    return false;
}

bool wire_header_date(const struct wire_reply *reply, const char *name, int64_t *ret_utc_ms)
{
    char text[64];
    time_t seconds;
    if (!wire_header(reply, name, text, sizeof text) || (seconds = curl_getdate(text, NULL)) < 0)
        return false;
    *ret_utc_ms = (int64_t)seconds * 1000;
    return true;
}
