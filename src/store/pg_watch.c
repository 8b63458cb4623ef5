#include "store/pg_watch.h"

#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/memory.h"
#include "base/thread.h"

#define LOOK_EVERY_MS 3000
#define TELL_EVERY_MS 10 /* more often than this is told together */
#define RETRY_MIN_MS 100
#define RETRY_MAX_MS 2000
#define NAME_TRY_MS 50
#define NAME_PATIENCE_MS 1500 /* the server notices at once that a killed process is gone; nearly */

static const char *const channels[STORE_TOPICS] = {
    [STORE_EVENTS] = "lastday_events", [STORE_WORK] = "lastday_work"};

enum name_state { NAME_NONE, NAME_WANTED, NAME_HELD };

struct pg_watch {
    const struct pg_target *target;
    const char *process;
    int signal; /* eventfd: something to tell, or stopping */
    pthread_t thread;
    pthread_mutex_t lock; /* everything below */
    pthread_cond_t changed;
    struct {
        void (*wake)(void *ctx);
        void *ctx;
    } watchers[STORE_TOPICS];
    bool told[STORE_TOPICS]; /* still to go out */
    char *name;
    enum name_state name_state;
    int64_t name_until; /* how long a name that another node holds is tried */
    int64_t schema;
    bool stopping;
};

static int64_t now_ms(void)
{
    return clock_mono_ms(clock_system());
}

static void wake_watcher(struct pg_watch *watch, enum store_topic topic)
{
    WITH_LOCK(&watch->lock); /* until it returns: pg_watch_set promises that none is under way after it */
    if (watch->watchers[topic].wake)
        watch->watchers[topic].wake(watch->watchers[topic].ctx);
}

static enum pg_fault ask(struct pg_conn *conn, const char *sql, const struct sql_param *params, size_t count,
                         PGresult **ret, struct err *err)
{
    const struct pg_call call = {sql, params, count};
    return pg_conn_run(conn, &call, 1, ret, PG_ANSWER_MS, err);
}

/* Hears, and shows that this process is there. The lock is shared: the connection before this one may still
 * hold it. */
static bool listen(const struct pg_watch *watch, struct pg_conn *conn, struct err *err)
{
    const struct sql_param process[] = {P_TEXT(watch->process)};
    const struct pg_call calls[] = {{"SELECT pg_advisory_lock_shared(" PG_PROCESS_LOCK ")", process, 1},
                                    {"LISTEN lastday_events", NULL, 0},
                                    {"LISTEN lastday_work", NULL, 0}};
    PGresult *results[3];
    enum pg_fault fault = pg_conn_run(conn, calls, 3, results, PG_ANSWER_MS, err);
    for (size_t i = 0; i < 3; i++)
        PQclear(results[i]);
    return fault == PG_FINE;
}

static bool look_at_schema(struct pg_watch *watch, struct pg_conn *conn, struct err *err)
{
    PGresult *result = NULL;
    bool good = ask(conn, "SELECT max(version) FROM schema_version", NULL, 0, &result, err) == PG_FINE;
    if (good) {
        WITH_LOCK(&watch->lock);
        watch->schema = pg_number(pg_first(result, 0));
    }
    PQclear(result);
    return good;
}

static bool wants_name_locked(const struct pg_watch *watch)
{
    return watch->name_state == NAME_WANTED && now_ms() < watch->name_until;
}

/* Session locks end with the connection: a new one takes the name again. */
static bool take_name(struct pg_watch *watch, struct pg_conn *conn, struct err *err)
{
    AUTO_FREE char *name = NULL;
    PGresult *result = NULL;
    {
        WITH_LOCK(&watch->lock);
        name = wants_name_locked(watch) ? must(strdup(watch->name)) : NULL;
    }
    if (!name)
        return true;
    const struct sql_param params[] = {P_TEXT(name)};
    bool good = ask(conn, "SELECT pg_try_advisory_lock(hashtextextended('lastday node ' || $1, 0))", params,
                    1, &result, err) == PG_FINE;
    if (good && *pg_first(result, 0) == 't') {
        WITH_LOCK(&watch->lock);
        watch->name_state = NAME_HELD;
        pthread_cond_broadcast(&watch->changed);
    }
    PQclear(result);
    return good;
}

static bool has_to_tell(struct pg_watch *watch)
{
    WITH_LOCK(&watch->lock);
    return watch->told[STORE_EVENTS] || watch->told[STORE_WORK];
}

static bool tell(struct pg_watch *watch, struct pg_conn *conn, struct err *err)
{
    for (int topic = 0; topic < STORE_TOPICS; topic++) {
        bool told;
        PGresult *result = NULL;
        {
            WITH_LOCK(&watch->lock);
            told = watch->told[topic];
            watch->told[topic] = false;
        }
        const struct sql_param params[] = {P_TEXT(channels[topic])};
        if (told && ask(conn, "SELECT pg_notify($1, '')", params, 1, &result, err) != PG_FINE)
            return false;
        PQclear(result);
    }
    return true;
}

static void hear(struct pg_watch *watch, struct pg_conn *conn)
{
    bool heard[STORE_TOPICS] = {false};
    for (PGnotify *notice; (notice = PQnotifies(conn->pg));) {
        for (int topic = 0; topic < STORE_TOPICS; topic++)
            heard[topic] |=
                notice->be_pid != PQbackendPID(conn->pg) && strcmp(notice->relname, channels[topic]) == 0;
        PQfreemem(notice);
    }
    for (int topic = 0; topic < STORE_TOPICS; topic++)
        if (heard[topic])
            wake_watcher(watch, (enum store_topic)topic);
}

static bool is_stopping(struct pg_watch *watch)
{
    WITH_LOCK(&watch->lock);
    return watch->stopping;
}

static bool wants_name(struct pg_watch *watch)
{
    WITH_LOCK(&watch->lock);
    return wants_name_locked(watch);
}

static void signal_thread(struct pg_watch *watch)
{
    if (write(watch->signal, &(const uint64_t){1}, sizeof(uint64_t)) != sizeof(uint64_t))
        abort();
}

static void wait_signal(struct pg_watch *watch, int64_t ms)
{
    uint64_t count;
    struct pollfd fd = {watch->signal, POLLIN, 0};
    if (poll(&fd, 1, (int)ms) > 0 && read(watch->signal, &count, sizeof count) < 0)
        abort();
}

static int64_t earlier(int64_t a, int64_t b)
{
    return a < b ? a : b;
}

/* False when the connection broke. */
static bool wait_for_news(struct pg_watch *watch, struct pg_conn *conn, int64_t until, struct err *err)
{
    struct pollfd fds[] = {{watch->signal, POLLIN, 0}, {PQsocket(conn->pg), POLLIN, 0}};
    int64_t left = until - now_ms();
    uint64_t count;
    poll(fds, 2, left > 0 ? (int)left : 0);
    if (fds[0].revents && read(watch->signal, &count, sizeof count) < 0)
        abort();
    return !fds[1].revents || PQconsumeInput(conn->pg) ||
           err_code(err, ERR_UNREACHABLE, STORE_UNREACHABLE, "The connection to the store's database broke.");
}

/* Until the connection breaks or the watch is stopped. */
static void serve(struct pg_watch *watch, struct pg_conn *conn, struct err *err)
{
    int64_t look_at = 0, tell_at = 0;
    bool good = true;
    while (good && !is_stopping(watch)) {
        if (now_ms() >= look_at) {
            good = look_at_schema(watch, conn, err);
            look_at = now_ms() + LOOK_EVERY_MS;
        }
        good = good && take_name(watch, conn, err);
        if (good && has_to_tell(watch) && now_ms() >= tell_at) {
            good = tell(watch, conn, err);
            tell_at = now_ms() + TELL_EVERY_MS;
        }
        hear(watch, conn);
        int64_t until = has_to_tell(watch) ? earlier(tell_at, look_at) : look_at;
        until = wants_name(watch) ? earlier(until, now_ms() + NAME_TRY_MS) : until;
        good = good && wait_for_news(watch, conn, until, err);
    }
}

static void *watch_run(void *arg)
{
    struct pg_watch *watch = arg;
    int64_t retry_ms = RETRY_MIN_MS;
    while (!is_stopping(watch)) {
        enum pg_fault fault;
        struct err err = {0};
        struct pg_conn *conn = pg_conn_open(watch->target, &fault, &err);
        if (conn && listen(watch, conn, &err)) {
            retry_ms = RETRY_MIN_MS;
            for (int topic = 0; topic < STORE_TOPICS; topic++)
                wake_watcher(watch, (enum store_topic)topic); /* for what was missed */
            serve(watch, conn, &err);
        }
        pg_conn_close(conn);
        {
            WITH_LOCK(&watch->lock);
            watch->name_state = watch->name ? NAME_WANTED : NAME_NONE;
            watch->name_until = now_ms() + NAME_PATIENCE_MS + retry_ms;
        }
        if (is_stopping(watch))
            break;
        log_warn("store_watch_lost", LOG_ERR(&err));
        wait_signal(watch, retry_ms);
        retry_ms = retry_ms * 2 < RETRY_MAX_MS ? retry_ms * 2 : RETRY_MAX_MS;
    }
    return NULL;
}

struct pg_watch *pg_watch_start(const struct pg_target *target, const char *process)
{
    struct pg_watch *watch = must(calloc(1, sizeof *watch));
    if ((watch->signal = eventfd(0, EFD_CLOEXEC)) < 0)
        abort();
    watch->target = target;
    watch->process = process;
    pthread_mutex_init(&watch->lock, NULL);
    thread_cond_init(&watch->changed);
    watch->thread = thread_start("store-watch", watch_run, watch);
    return watch;
}

void pg_watch_stop(struct pg_watch *watch)
{
    if (!watch)
        return;
    {
        WITH_LOCK(&watch->lock);
        watch->stopping = true;
    }
    signal_thread(watch);
    pthread_join(watch->thread, NULL);
    close(watch->signal);
    pthread_mutex_destroy(&watch->lock);
    pthread_cond_destroy(&watch->changed);
    free(watch->name);
    free(watch);
}

void pg_watch_set(struct pg_watch *watch, enum store_topic topic, void (*wake)(void *ctx), void *ctx)
{
    WITH_LOCK(&watch->lock);
    watch->watchers[topic].wake = wake;
    watch->watchers[topic].ctx = ctx;
}

void pg_watch_tell(struct pg_watch *watch, enum store_topic topic)
{
    {
        WITH_LOCK(&watch->lock);
        if (watch->told[topic])
            return;
        watch->told[topic] = true;
    }
    signal_thread(watch);
}

bool pg_watch_take_name(struct pg_watch *watch, const char *name)
{
    int64_t until = now_ms() + NAME_PATIENCE_MS;
    char *copy = must(strdup(name));
    WITH_LOCK(&watch->lock);
    free(watch->name);
    watch->name = copy;
    watch->name_state = NAME_WANTED;
    watch->name_until = until;
    signal_thread(watch);
    while (watch->name_state != NAME_HELD && now_ms() < until)
        thread_wait_ms(&watch->changed, &watch->lock, until - now_ms());
    return watch->name_state == NAME_HELD;
}

int64_t pg_watch_schema(struct pg_watch *watch)
{
    WITH_LOCK(&watch->lock);
    return watch->schema;
}
