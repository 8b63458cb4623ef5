/* The server over real sockets: framing attacks, limits, workers, event streams, stopping. */
#include <netinet/in.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

#include "api/httpd.h"
#include "api/listen.h"
#include "api/stream.h"
#include "base/log.h"
#include "base/text.h"

static struct httpd *httpd;
static struct stream *_Atomic streaming;

static void answer(void *context, const struct http_request *request, struct arena *arena,
                   struct reply *reply)
{
    (void)context;
    const char *query = http_query(request, "q");
    if (strcmp(request->path, "/stream") == 0) {
        struct stream *stream = stream_new();
        if (!stream_write(stream, "first\n", 6, STREAM_MAX_BYTES))
            abort();
        reply->status = 200;
        reply->content_type = "text/event-stream";
        reply->stream = stream;
        streaming = stream;
        return;
    }
    if (strcmp(request->path, "/slow") == 0)
        usleep(200 * 1000);
    reply->status = 200;
    reply->content_type = "text/plain";
    reply->body = arena_printf(arena, "%s %s q=%s body=%zu client=%s", request->method, request->path,
                               query ? query : "(none)", request->body_length, request->client);
    reply->length = strlen(reply->body);
}

static int connect_to(int port)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons((uint16_t)port)};
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    struct timeval patience = {.tv_sec = 10};
    assert_int_equal(connect(fd, (struct sockaddr *)&address, sizeof address), 0);
    setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
    return fd;
}

static void send_all(int fd, const char *bytes, size_t length)
{
    while (length > 0) {
        ssize_t count = send(fd, bytes, length, MSG_NOSIGNAL);
        if (count <= 0)
            return; /* the server may cut a connection that it refuses */
        bytes += count;
        length -= (size_t)count;
    }
}

/* Sends the bytes and reads until the other side closes. The caller frees the answer. */
static char *talk(const char *bytes, size_t length)
{
    AUTO_STRBUF struct strbuf out = STRBUF_MAX(65536);
    char block[4096];
    ssize_t count;
    int fd = connect_to(httpd_port(httpd));
    send_all(fd, bytes, length);
    while ((count = recv(fd, block, sizeof block, 0)) > 0)
        strbuf_add(&out, block, (size_t)count);
    close(fd);
    return strdup(strbuf_text(&out));
}

static void expect(const char *request, const char *status, const char *content)
{
    char *AUTO_FREE text = talk(request, strlen(request));
    if (!strstr(text, status) || !strstr(text, content))
        fail_msg("sent:\n%s\ngot:\n%s\nwanted %s and %s", request, text, status, content);
}

#define CLOSE "Connection: close\r\n"
#define HOST "Host: localhost\r\n"

static void answers(void **state)
{
    (void)state;
    expect("GET /a%20b?q=x%2By%26&z HTTP/1.1\r\n" HOST CLOSE "\r\n", "HTTP/1.1 200",
           "GET /a%20b q=x+y& body=0 client=127.0.0.1");
    expect("POST / HTTP/1.1\r\n" HOST CLOSE "Content-Length: 5\r\n\r\nhello", "200", "body=5");
    expect("POST / HTTP/1.1\r\n" HOST CLOSE "Transfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n",
           "200", "body=5");
    expect("HEAD / HTTP/1.1\r\n" HOST CLOSE "\r\n", "200", "Content-Length: ");
    expect("GET / HTTP/1.1\r\n" HOST CLOSE "\r\n", "200", "X-Content-Type-Options: nosniff");
}

static void refuses_smuggling(void **state)
{
    (void)state;
    expect("GET / HTTP/1.1\r\n" HOST "Host: other\r\n\r\n", "HTTP/1.1 400", "Host is given twice.");
    expect("POST / HTTP/1.1\r\n" HOST "Content-Length: 5\r\nContent-Length: 6\r\n\r\nhello!", "HTTP/1.1 400",
           "Content-Length");
    expect("POST / HTTP/1.1\r\n" HOST "Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
           "HTTP/1.1 400", "exclude");
    expect("POST / HTTP/1.1\r\n" HOST "Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n", "HTTP/1.1 400",
           "coding");
    expect("GET / HTTP/1.1\r\n" HOST "X\x01Y: 1\r\n\r\n", "HTTP/1.1 400", "");
    expect("GET / HTTP/1.1\r\n\r\n", "HTTP/1.1 400", "");
    expect("GET /?q=%zz HTTP/1.1\r\n" HOST CLOSE "\r\n", "HTTP/1.1 400", "percent-encoded");
    expect("GET /?q=%00 HTTP/1.1\r\n" HOST CLOSE "\r\n", "HTTP/1.1 400", "percent-encoded");
    expect("GET /?q=%ff HTTP/1.1\r\n" HOST CLOSE "\r\n", "HTTP/1.1 400", "percent-encoded");
}

static void limits_bodies_and_headers(void **state)
{
    (void)state;
    expect("POST / HTTP/1.1\r\n" HOST "Content-Length: 1048577\r\nExpect: 100-continue\r\n\r\n",
           "HTTP/1.1 413", "1 MiB");
    expect("POST / HTTP/1.1\r\n" HOST "Content-Length: 8388609\r\n\r\n", "HTTP/1.1 413", "1 MiB");

    AUTO_STRBUF struct strbuf request = STRBUF_MAX(4 * 1024 * 1024);
    strbuf_text_add(&request, "POST / HTTP/1.1\r\n" HOST CLOSE "Transfer-Encoding: chunked\r\n\r\n");
    char *block = malloc(65536);
    memset(block, 'x', 65536);
    for (int i = 0; i < 17; i++) {
        strbuf_text_add(&request, "10000\r\n");
        strbuf_add(&request, block, 65536);
        strbuf_text_add(&request, "\r\n");
    }
    strbuf_text_add(&request, "0\r\n\r\n");
    char *AUTO_FREE too_large = talk(strbuf_text(&request), request.length);
    assert_non_null(strstr(too_large, "HTTP/1.1 413"));

    strbuf_done(&request);
    strbuf_text_add(&request, "GET / HTTP/1.1\r\n" HOST CLOSE "X-Long: ");
    strbuf_add(&request, block, 32768);
    strbuf_text_add(&request, "\r\n\r\n");
    char *AUTO_FREE too_long = talk(strbuf_text(&request), request.length);
    assert_non_null(strstr(too_long, "HTTP/1.1 431"));
    free(block);
}

static bool read_until(int fd, const char *wanted)
{
    char text[4096] = "";
    size_t length = 0;
    ssize_t count;
    while (length < sizeof text - 1 && (count = recv(fd, text + length, sizeof text - 1 - length, 0)) > 0) {
        length += (size_t)count;
        text[length] = '\0';
        if (strstr(text, wanted))
            return true;
    }
    return false;
}

static void streams_events(void **state)
{
    (void)state;
    static const char request[] = "GET /stream HTTP/1.1\r\n" HOST "\r\n";
    int fd = connect_to(httpd_port(httpd));
    send_all(fd, request, strlen(request));
    assert_true(read_until(fd, "first"));
    for (int i = 0; i < 3; i++) {
        char line[16];
        usleep(20000); /* long enough to be parked */
        snprintf(line, sizeof line, "line %d\n", i);
        assert_true(stream_write(streaming, line, strlen(line), STREAM_MAX_BYTES));
        assert_true(read_until(fd, line));
    }
    close(fd);
    for (int i = 0; i < 500 && stream_is_read(streaming); i++) { /* noticed by writing */
        (void)!stream_write(streaming, ":\n", 2, STREAM_MAX_BYTES);
        usleep(10000);
    }
    assert_false(stream_is_read(streaming));
    stream_writer_leaves(streaming);
    streaming = NULL;
}

static void says_that_the_port_is_taken(void **state)
{
    (void)state;
    char address[40];
    struct err err = {0};
    snprintf(address, sizeof address, "127.0.0.1:%d", httpd_port(httpd));
    assert_int_equal(listen_open(address, &err), -1);
    assert_string_equal(err.code, "port_in_use");
    assert_int_equal(listen_open("nonsense", &err), -1);
    assert_int_equal(listen_open("127.0.0.1:99999", &err), -1);
    assert_int_equal(listen_open("192.0.2.1:0", &err), -1);
    assert_non_null(strstr(err.message, "does not have that address"));
}

static int start(void **state)
{
    (void)state;
    struct err err = {0};
    httpd = httpd_start(
        &(struct httpd_settings){
            .listen = "127.0.0.1:0", .workers = 4, .clock = clock_system(), .rng = rng_system()},
        answer, NULL, &err);
    return httpd ? 0 : -1;
}

/* Stops with one slow request under way, which still gets its answer, and one stream open. */
static int stop(void **state)
{
    (void)state;
    static const char open_stream[] = "GET /stream HTTP/1.1\r\n" HOST "\r\n";
    static const char slow[] = "GET /slow HTTP/1.1\r\n" HOST "\r\n";
    int stream_fd = connect_to(httpd_port(httpd));
    int slow_fd = connect_to(httpd_port(httpd));
    send_all(stream_fd, open_stream, strlen(open_stream));
    bool ok = read_until(stream_fd, "first");
    send_all(slow_fd, slow, strlen(slow));
    usleep(100000);
    httpd_drain(httpd);
    stream_writer_leaves(streaming);
    httpd_stop(httpd);
    ok = read_until(slow_fd, "/slow") && ok;
    close(stream_fd);
    close(slow_fd);
    return ok ? 0 : -1;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(answers),
        cmocka_unit_test(refuses_smuggling),
        cmocka_unit_test(limits_bodies_and_headers),
        cmocka_unit_test(streams_events),
        cmocka_unit_test(says_that_the_port_is_taken),
    };
    log_setup(LOG_ERROR, true);
    return cmocka_run_group_tests(tests, start, stop);
}
