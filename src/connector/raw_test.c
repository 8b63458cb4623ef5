#include "connector/raw_test.h"

#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "base/memory.h"
#include "base/thread.h"

struct raw {
    raw_fn answer;
    void *ctx;
    int listener;
    char url[64];
    pthread_t thread;
    pthread_mutex_t lock;
    pthread_cond_t left;
    unsigned connections;
};

struct connection {
    struct raw *raw;
    int socket;
};

static size_t body_length(const char *head)
{
    const char *header = strcasestr(head, "\r\ncontent-length:");
    return header ? strtoul(header + strlen("\r\ncontent-length:"), NULL, 10) : 0;
}

/* One whole request; the body is passed over. False when the peer has gone. */
static int read_request(int socket, char *head, size_t size)
{
    size_t length = 0;
    for (;;) {
        ssize_t count = recv(socket, head + length, size - 1 - length, 0);
        if (count <= 0)
            return 0;
        length += (size_t)count;
        head[length] = '\0';
        const char *end = strstr(head, "\r\n\r\n");
        if (end && length >= (size_t)(end + 4 - head) + body_length(head))
            return 1;
    }
}

static void send_answer(int socket, const struct raw_answer *answer)
{
    size_t length = answer->length ? answer->length : strlen(answer->bytes);
    size_t step = answer->byte_delay_ms ? 1 : length;
    for (size_t at = 0; at < length; at += step) {
        if (answer->byte_delay_ms)
            nanosleep(
                &(struct timespec){answer->byte_delay_ms / 1000, answer->byte_delay_ms % 1000 * 1000000L},
                NULL);
        if (send(socket, answer->bytes + at, step, MSG_NOSIGNAL) <= 0)
            return;
    }
}

static void *serve(void *arg)
{
    struct connection *connection = arg;
    struct raw *raw = connection->raw;
    static const size_t head_max = 64 * 1024;
    char *head = malloc(head_max), method[16] = "", uri[2000] = "";
    if (head && read_request(connection->socket, head, head_max) &&
        sscanf(head, "%15s %1999s", method, uri) == 2) {
        struct raw_answer answer = {0};
        {
            WITH_LOCK(&raw->lock);
            raw->answer(raw->ctx, method, uri, &answer);
        }
        send_answer(connection->socket, &answer);
    }
    shutdown(connection->socket, SHUT_RDWR);
    close(connection->socket);
    free(head);
    free(connection);
    WITH_LOCK(&raw->lock);
    raw->connections--;
    pthread_cond_signal(&raw->left);
    return NULL;
}

static void *accept_all(void *arg)
{
    struct raw *raw = arg;
    for (int socket; (socket = accept(raw->listener, NULL, NULL)) >= 0;) {
        struct connection *connection = must(malloc(sizeof *connection));
        *connection = (struct connection){raw, socket};
        {
            WITH_LOCK(&raw->lock);
            raw->connections++;
        }
        pthread_detach(thread_start("raw", serve, connection));
    }
    return NULL;
}

struct raw *raw_start(raw_fn answer, void *ctx)
{
    struct raw *raw = calloc(1, sizeof *raw);
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t size = sizeof address;
    if (!raw)
        abort();
    raw->answer = answer;
    raw->ctx = ctx;
    pthread_mutex_init(&raw->lock, NULL);
    thread_cond_init(&raw->left);
    raw->listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (raw->listener < 0 || bind(raw->listener, (struct sockaddr *)&address, size) != 0 ||
        listen(raw->listener, 128) != 0 ||
        getsockname(raw->listener, (struct sockaddr *)&address, &size) != 0)
        abort();
    snprintf(raw->url, sizeof raw->url, "http://127.0.0.1:%u", ntohs(address.sin_port));
    raw->thread = thread_start("raw", accept_all, raw);
    return raw;
}

void raw_stop(struct raw *raw)
{
    shutdown(raw->listener, SHUT_RDWR);
    pthread_join(raw->thread, NULL);
    close(raw->listener);
    {
        WITH_LOCK(&raw->lock);
        while (raw->connections > 0)
            thread_wait_ms(&raw->left, &raw->lock, -1);
    }
    pthread_cond_destroy(&raw->left);
    pthread_mutex_destroy(&raw->lock);
    free(raw);
}

const char *raw_url(const struct raw *raw)
{
    return raw->url;
}
