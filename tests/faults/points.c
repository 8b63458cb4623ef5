/* points — a library put in front of libc (LD_PRELOAD) that counts what a server does to the world outside of
 * it, and ends it by SIGKILL at a chosen one. The program itself knows nothing of it.
 *
 * FAULT_POINTS names a file of struct points, mapped by every process that is started with it: counts go on
 * over restarts, and a point that was met is not met again. FAULT_POINTS with ".trace" behind it gets one
 * line each.
 *
 *   commit    before a transaction becomes durable: the first write to a SQLite write-ahead log after its
 * last sync, or PostgreSQL's COMMIT before it is sent durable   after that: the log is synced, or PostgreSQL
 * has answered, and nobody has been told yet send      before a request is sent over HTTP answer    the other
 * side has acted and answered, and nobody has read it yet
 *
 * Besides, every nth statement to PostgreSQL, on average, can lose its connection: half of them before they
 * are sent, half while the answer is on its way.
 *
 * All calls may come from any thread. */
#include <dlfcn.h>
#include <fcntl.h>
#include <libpq-fe.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#define FDS 4096
#define REAL(name) ((__typeof__(&name))dlsym(RTLD_NEXT, #name))

enum kind { COMMIT, DURABLE, SEND, ANSWER, KINDS };

struct points {
    _Atomic uint32_t counts[KINDS];
    _Atomic uint32_t at[KINDS]; /* the one that is fatal; 0: none */
    _Atomic uint32_t statements, lost;
    _Atomic uint32_t one_in; /* loses its connection; 0: none does */
    _Atomic uint32_t in_a_row;
};

enum waits { NOTHING, FOR_ANSWER, FOR_COMMIT, FOR_SYNC };

static struct points *points;
static int trace = -1;
static _Atomic uint8_t waiting[FDS]; /* what comes next on a descriptor */
static char commit_names[FDS]
                        [32]; /* of the statement prepared on a connection, which one thread uses at a time */

__attribute__((constructor)) static void begin(void)
{
    const char *path = getenv("FAULT_POINTS");
    char name[4096];
    int fd = path ? open(path, O_RDWR | O_CLOEXEC) : -1;
    void *map = fd < 0 ? MAP_FAILED : mmap(NULL, sizeof *points, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    if (fd >= 0)
        close(fd);
    if (map == MAP_FAILED)
        return;
    snprintf(name, sizeof name, "%s.trace", path);
    trace = open(name, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0600);
    points = map;
}

/* Written past the functions below, so that it does not count itself. */
static void reach(enum kind kind, const char *what, int length)
{
    static const char *const names[KINDS] = {"commit", "durable", "send", "answer"};
    char line[512];
    uint32_t number = atomic_fetch_add(&points->counts[kind], 1) + 1;
    bool fatal = number == atomic_load(&points->at[kind]);
    int size = snprintf(line, sizeof line, "%d %s %u%s %.*s\n", (int)getpid(), names[kind], number,
                        fatal ? " killed" : "", length, what);
    if (trace >= 0)
        syscall(SYS_write, trace, line, size < (int)sizeof line ? size : (int)sizeof line - 1);
    if (!fatal)
        return;
    kill(getpid(), SIGKILL);
    for (;;)
        pause();
}

static bool counts(int fd)
{
    return points && fd >= 0 && fd < FDS;
}

static bool is_log(int fd)
{
    char link[64], path[4096];
    snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
    ssize_t length = readlink(link, path, sizeof path);
    return length > 4 && memcmp(path + length - 4, "-wal", 4) == 0;
}

/* The length of "POST /path", 0 when it is no request. */
static int request_line(const char *bytes, size_t size)
{
    static const char *const methods[] = {"GET /", "POST /", "PUT /", "PATCH /", "DELETE /"};
    for (size_t i = 0; i < sizeof methods / sizeof *methods; i++) {
        size_t length = strlen(methods[i]);
        const char *end = size > length && !memcmp(bytes, methods[i], length)
                              ? memmem(bytes, size < 300 ? size : 300, " HTTP/", 6)
                              : NULL;
        if (end)
            return (int)(end - bytes);
    }
    return 0;
}

static void before_send(int fd, const void *bytes, size_t size)
{
    int length = counts(fd) ? request_line(bytes, size) : 0;
    if (length) {
        reach(SEND, bytes, length);
        waiting[fd] = FOR_ANSWER;
    }
}

static void after_receive(int fd, ssize_t got)
{
    if (!counts(fd) || got <= 0 || waiting[fd] == NOTHING)
        return;
    switch (atomic_exchange(&waiting[fd], NOTHING)) {
    case FOR_ANSWER:
        reach(ANSWER, "", 0);
        break;
    case FOR_COMMIT:
        reach(DURABLE, "postgresql", 10);
        break;
    default:
        break;
    }
}

ssize_t send(int fd, const void *bytes, size_t size, int flags)
{
    before_send(fd, bytes, size);
    return REAL(send)(fd, bytes, size, flags);
}

ssize_t recv(int fd, void *bytes, size_t size, int flags)
{
    ssize_t got = REAL(recv)(fd, bytes, size, flags);
    if (!(flags & MSG_PEEK))
        after_receive(fd, got);
    return got;
}

/* Which ones is the same each time (Knuth's multiplicative hash); some in a row, since one alone is repeated
 * by itself. */
static void before_statement(PGconn *conn)
{
    int fd = REAL(PQsocket)(conn);
    uint32_t one_in = counts(fd) ? atomic_load(&points->one_in) : 0;
    if (!one_in)
        return;
    uint32_t number = atomic_fetch_add(&points->statements, 1);
    uint32_t chance = (number / atomic_load(&points->in_a_row) + 1) * UINT32_C(2654435769) >> 8;
    if (chance % one_in)
        return;
    atomic_fetch_add(&points->lost, 1);
    shutdown(fd, number % 2 ? SHUT_RD : SHUT_RDWR);
}

/* A transaction that wrote ends by a prepared COMMIT, one that only read by a plain query, which does not
 * count. */
static void before_commit(PGconn *conn)
{
    int fd = REAL(PQsocket)(conn);
    if (!counts(fd))
        return;
    reach(COMMIT, "postgresql", 10);
    waiting[fd] = FOR_COMMIT;
}

int PQsendPrepare(PGconn *conn, const char *name, const char *query, int count, const Oid *types)
{
    int fd = REAL(PQsocket)(conn);
    if (counts(fd) && strcmp(query, "COMMIT") == 0)
        snprintf(commit_names[fd], sizeof commit_names[fd], "%s", name);
    return REAL(PQsendPrepare)(conn, name, query, count, types);
}

int PQsendQueryPrepared(PGconn *conn, const char *name, int count, const char *const *values,
                        const int *lengths, const int *formats, int result_format)
{
    int fd = REAL(PQsocket)(conn);
    if (counts(fd) && strcmp(name, commit_names[fd]) == 0)
        before_commit(conn);
    before_statement(conn);
    return REAL(PQsendQueryPrepared)(conn, name, count, values, lengths, formats, result_format);
}

int PQsendQueryParams(PGconn *conn, const char *query, int count, const Oid *types, const char *const *values,
                      const int *lengths, const int *formats, int result_format)
{
    if (strcmp(query, "COMMIT") == 0)
        before_commit(conn);
    before_statement(conn);
    return REAL(PQsendQueryParams)(conn, query, count, types, values, lengths, formats, result_format);
}

static void before_write(int fd)
{
    if (!counts(fd) || waiting[fd] == FOR_SYNC || !is_log(fd))
        return;
    waiting[fd] = FOR_SYNC;
    reach(COMMIT, "sqlite", 6);
}

ssize_t pwrite64(int fd, const void *bytes, size_t size, off64_t at)
{
    before_write(fd);
    return REAL(pwrite64)(fd, bytes, size, at);
}

static void after_sync(int fd)
{
    uint8_t expected = FOR_SYNC;
    if (counts(fd) && atomic_compare_exchange_strong(&waiting[fd], &expected, NOTHING))
        reach(DURABLE, "sqlite", 6);
}

int fdatasync(int fd)
{
    int result = REAL(fdatasync)(fd);
    after_sync(fd);
    return result;
}

int close(int fd)
{
    if (counts(fd)) {
        waiting[fd] = NOTHING;
        *commit_names[fd] = '\0';
    }
    return REAL(close)(fd);
}
