#include "cli/local.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/log.h"
#include "base/memory.h"
#include "base/thread.h"

#define SOCKET_NAME "admin.sock"
#define MESSAGE_MAX (64 * 1024)
#define PEER_TIMEOUT_S 10     /* a peer that sends nothing is dropped */
#define ANSWER_TIMEOUT_S 3600 /* a backup of many gigabytes takes its time */

struct local {
    int folder; /* the data directory: the socket's address must be short, its path need not be */
    int socket;
    int wake; /* eventfd: stop */
    pthread_t thread;
    local_answer *answer;
    void *context;
};

static void socket_address(int folder, struct sockaddr_un *ret)
{
    *ret = (struct sockaddr_un){.sun_family = AF_UNIX};
    snprintf(ret->sun_path, sizeof ret->sun_path, "/proc/self/fd/%d/" SOCKET_NAME, folder);
}

static void time_limit(int fd, int seconds)
{
    const struct timeval limit = {.tv_sec = seconds};
    setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
    setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof limit);
}

/* Everything until the other side has said all. */
static json_t *receive(int fd, struct err *err)
{
    AUTO_STRBUF struct strbuf text = STRBUF_MAX(MESSAGE_MAX);
    char chunk[4096];
    ssize_t count;
    while ((count = recv(fd, chunk, sizeof chunk, 0)) > 0)
        strbuf_add(&text, chunk, (size_t)count);
    explicit_bzero(chunk, sizeof chunk);
    if (count < 0 || text.overflow) {
        err_set(err, ERR_UNREACHABLE, "the other side of the local socket did not answer properly");
        return NULL;
    }
    json_t *value = json_read(strbuf_text(&text), text.length, err);
    if (text.data)
        explicit_bzero(text.data, text.length); /* it may hold a password */
    return value;
}

static bool transmit(int fd, const json_t *value)
{
    AUTO_FREE char *text = json_write(value);
    size_t length = strlen(text), sent = 0;
    while (sent < length) {
        ssize_t count = send(fd, text + sent, length - sent, MSG_NOSIGNAL);
        if (count <= 0)
            break;
        sent += (size_t)count;
    }
    explicit_bzero(text, length);
    return sent == length && shutdown(fd, SHUT_WR) == 0;
}

static bool peer_allowed(int fd)
{
    struct ucred peer;
    socklen_t size = sizeof peer;
    return getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &peer, &size) == 0 &&
           (peer.uid == 0 || peer.uid == geteuid());
}

static void serve_one(const struct local *local, int fd)
{
    struct err err = {0};
    json_t *reply = NULL;
    if (!peer_allowed(fd)) {
        log_warn("local_socket_refused");
        return;
    }
    time_limit(fd, PEER_TIMEOUT_S);
    AUTO_JSON json_t *request = receive(fd, &err);
    if (request)
        reply = local->answer(local->context, request, &err);
    AUTO_JSON json_t *message = reply ? json_make("{s:o}", "answer", reply)
                                      : json_make("{s:{s:i, s:s, s:o}}", "error", "kind", (int)err.kind,
                                                  "code", err.code, "message", json_text_new(err.message));
    transmit(fd, message);
}

static void *local_run(void *arg)
{
    struct local *local = arg;
    struct pollfd fds[] = {{.fd = local->wake, .events = POLLIN}, {.fd = local->socket, .events = POLLIN}};
    for (;;) {
        if (poll(fds, 2, -1) < 0 && errno != EINTR)
            break;
        if (fds[0].revents)
            break;
        if (!(fds[1].revents & POLLIN))
            continue;
        int fd = accept4(local->socket, NULL, NULL, SOCK_CLOEXEC);
        if (fd >= 0) {
            serve_one(local, fd);
            close(fd);
        }
    }
    return NULL;
}

static void local_free(struct local *local)
{
    const int fds[] = {local->socket, local->wake, local->folder};
    for (size_t i = 0; i < sizeof fds / sizeof *fds; i++)
        if (fds[i] >= 0)
            close(fds[i]);
    free(local);
}

/* Does somebody listen there? One that was killed leaves its socket behind, but not that. */
static bool is_taken(const struct sockaddr_un *address)
{
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    bool taken = fd >= 0 && connect(fd, (const struct sockaddr *)address, sizeof *address) == 0;
    if (fd >= 0)
        close(fd);
    return taken;
}

static bool local_bind(const struct local *local)
{
    struct sockaddr_un address;
    if (local->folder < 0 || local->socket < 0 || local->wake < 0)
        return false;
    socket_address(local->folder, &address);
    if (is_taken(&address)) {
        errno = EADDRINUSE;
        return false;
    }
    unlinkat(local->folder, SOCKET_NAME, 0);
    mode_t mask = umask(0177);
    bool bound = bind(local->socket, (const struct sockaddr *)&address, sizeof address) == 0;
    umask(mask);
    return bound && listen(local->socket, 8) == 0;
}

struct local *local_start(const char *data_dir, local_answer *answer, void *context, struct err *err)
{
    struct local *local = must(calloc(1, sizeof *local));
    *local = (struct local){.answer = answer, .context = context};
    local->folder = open(data_dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    local->socket = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    local->wake = eventfd(0, EFD_CLOEXEC);
    if (!local_bind(local)) {
        err_set(err, ERR_CONFIG,
                errno == EADDRINUSE ? "server.data_dir: another Lastday uses %s/" SOCKET_NAME
                                      "; give each node a folder of its own (%s)"
                                    : "server.data_dir: cannot make the socket %s/" SOCKET_NAME ": %s",
                data_dir, strerror(errno));
        local_free(local);
        return NULL;
    }
    local->thread = thread_start("local", local_run, local);
    return local;
}

void local_stop(struct local *local)
{
    if (!local)
        return;
    if (write(local->wake, &(const uint64_t){1}, sizeof(uint64_t)) != sizeof(uint64_t))
        abort();
    pthread_join(local->thread, NULL);
    unlinkat(local->folder, SOCKET_NAME, 0);
    local_free(local);
}

static json_t *converse(int fd, const json_t *request, struct err *err)
{
    time_limit(fd, ANSWER_TIMEOUT_S);
    if (!transmit(fd, request)) {
        err_set(err, ERR_UNREACHABLE, "the running server closed the local socket");
        return NULL;
    }
    AUTO_JSON json_t *message = receive(fd, err);
    const json_t *error = json_object_get(message, "error");
    if (error)
        err_code(err, (enum err_kind)json_int(error, "kind", ERR_INTERNAL), json_text_or(error, "code", ""),
                 "%s", json_text_or(error, "message", ""));
    else if (message && !json_object_get(message, "answer"))
        err_set(err, ERR_INTERNAL, "the running server answered something unexpected");
    return json_incref(json_object_get(message, "answer"));
}

json_t *local_ask(const char *data_dir, const json_t *request, bool *ret_running, struct err *err)
{
    struct sockaddr_un address;
    json_t *answer = NULL;
    int folder = open(data_dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    socket_address(folder, &address);
    bool connected =
        folder >= 0 && fd >= 0 && connect(fd, (const struct sockaddr *)&address, sizeof address) == 0;
    *ret_running = connected || errno == EACCES;
    if (connected)
        answer = converse(fd, request, err);
    else if (*ret_running)
        err_set(err, ERR_FORBIDDEN,
                "only root and the user that runs the server may administer it: %s/" SOCKET_NAME, data_dir);
    if (fd >= 0)
        close(fd);
    if (folder >= 0)
        close(folder);
    return answer;
}
