#include "api/listen.h"

#include <errno.h>
#include <netdb.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/text.h"

static bool split_address(const char *address, char host[256], char port[8], struct err *err)
{
    const char *colon = strrchr(address, ':');
    int64_t number;
    if (!colon || !text_to_int(colon + 1, 0, 65535, &number) || colon - address > 255)
        return err_set(err, ERR_CONFIG,
                       "server.listen \"%s\" is not an address and a port, such as 127.0.0.1:8080", address);
    snprintf(port, 8, "%d", (int)number);
    size_t length = (size_t)(colon - address);
    if (length >= 2 && address[0] == '[' && colon[-1] == ']')
        snprintf(host, 256, "%.*s", (int)length - 2, address + 1);
    else
        snprintf(host, 256, "%.*s", (int)length, address);
    return true;
}

static bool open_one(const struct addrinfo *info, int *ret_fd)
{
    int on = 1;
    int fd = socket(info->ai_family, info->ai_socktype | SOCK_CLOEXEC | SOCK_NONBLOCK, info->ai_protocol);
    if (fd < 0)
        return false;
    setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    if (bind(fd, info->ai_addr, info->ai_addrlen) == 0 && listen(fd, 1024) == 0) {
        *ret_fd = fd;
        return true;
    }
    int why = errno;
    close(fd);
    errno = why;
    return false;
}

static bool explain(const char *address, int why, struct err *err)
{
    switch (why) {
    case EADDRINUSE:
        return err_code(err, ERR_CONFIG, "port_in_use",
                        "cannot listen on %s: another program uses that port; stop it, or set server.listen "
                        "to a free one",
                        address);
    case EACCES:
        return err_set(err, ERR_CONFIG,
                       "cannot listen on %s: ports below 1024 need special rights; use a higher port",
                       address);
    case EADDRNOTAVAIL:
        return err_set(err, ERR_CONFIG, "cannot listen on %s: this machine does not have that address",
                       address);
    default:
        return err_set(err, ERR_CONFIG, "cannot listen on %s: %s", address, strerror(why));
    }
}

int listen_open(const char *address, struct err *err)
{
    char host[256] = "";
    char port[8] = "";
    struct addrinfo hints = {.ai_socktype = SOCK_STREAM, .ai_flags = AI_PASSIVE};
    struct addrinfo *list = NULL;
    int fd = -1;

    if (!split_address(address, host, port, err))
        return -1;
    int status = getaddrinfo(*host && strcmp(host, "*") != 0 ? host : NULL, port, &hints, &list);
    if (status != 0) {
        err_set(err, ERR_CONFIG, "cannot listen on %s: %s", address, gai_strerror(status));
        return -1;
    }
    int why = EINVAL;
    for (const struct addrinfo *info = list; info && fd < 0; info = info->ai_next)
        if (!open_one(info, &fd))
            why = errno;
    freeaddrinfo(list);
    if (fd < 0)
        explain(address, why, err);
    return fd;
}

int listen_port(int fd)
{
    union {
        struct sockaddr_in6 v6; /* first, so that all is zeroed */
        struct sockaddr_in v4;
        struct sockaddr any;
    } address = {0};
    socklen_t length = sizeof address;
    if (getsockname(fd, &address.any, &length) != 0)
        return 0;
    return ntohs(address.any.sa_family == AF_INET6 ? address.v6.sin6_port : address.v4.sin_port);
}
