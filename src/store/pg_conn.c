#include "store/pg_conn.h"

#include <errno.h>
#include <limits.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/memory.h"
#include "base/text.h"

#define KEYWORDS_MAX 64
#define STATEMENTS_MAX 400
#define NAME_BYTES 24
#define OLDEST_SERVER 130000 /* pg_xact_status of 64-bit transaction ids */

/* Types of parameters as pg_type numbers them; they never change. */
enum { OID_INFER = 0, OID_BYTEA = 17, OID_INT8 = 20, OID_TEXT = 25 };

struct pg_target {
    const char *keywords[KEYWORDS_MAX + 1];
    const char *values[KEYWORDS_MAX + 1];
    size_t count;
    const char *password; /* one of the values, or NULL */
    PQconninfoOption *options;
};

struct pg_statement {
    char *sql;
    char name[NAME_BYTES];
    Oid types[PG_PARAMS_MAX];
    size_t count;
};

/* --- where to --- */

static const char *target_value(const struct pg_target *target, const char *keyword)
{
    for (size_t i = 0; i < target->count; i++)
        if (strcmp(target->keywords[i], keyword) == 0)
            return target->values[i];
    return NULL;
}

static void target_add(struct pg_target *target, const char *keyword, const char *value)
{
    if (target->count == KEYWORDS_MAX)
        abort();
    target->keywords[target->count] = keyword;
    target->values[target->count++] = value;
}

/* A node must know that the database is gone before its leases end. */
static bool limit_silence(struct pg_target *target, struct err *err)
{
    int64_t ms;
    const char *given = target_value(target, "tcp_user_timeout");
    return !given || text_to_int(given, 1, 5000, &ms) ||
           err_set(err, ERR_CONFIG, "store.url: tcp_user_timeout must be from 1 to 5000 (milliseconds)");
}

struct pg_target *pg_target_new(const char *url, struct err *err)
{
    /* What the address does not say. */
    static const char *const defaults[][2] = {
        {"connect_timeout", "5"},     {"tcp_user_timeout", "5000"},    {"keepalives_idle", "5"},
        {"keepalives_interval", "2"}, {"keepalives_count", "2"},       {"target_session_attrs", "read-write"},
        {"client_encoding", "UTF8"},  {"application_name", "lastday"},
    };
    char *message = NULL;
    struct pg_target *target = must(calloc(1, sizeof *target));
    target->options = PQconninfoParse(url, &message);
    if (!target->options) { /* libpq's message quotes parts of the address, perhaps of the password */
        err_set(
            err, ERR_CONFIG,
            "store.url is not an address such as postgresql://user:password@host:5432/database; in user and "
            "password, characters like @ : / %% are written %%40 %%3A %%2F %%25");
        PQfreemem(message);
        pg_target_free(target);
        return NULL;
    }
    for (PQconninfoOption *option = target->options; option->keyword; option++)
        if (option->val)
            target_add(target, option->keyword, option->val);
    for (size_t i = 0; i < sizeof defaults / sizeof *defaults; i++)
        if (!target_value(target, defaults[i][0]))
            target_add(target, defaults[i][0], defaults[i][1]);
    target->password = target_value(target, "password");
    if (limit_silence(target, err))
        return target;
    pg_target_free(target);
    return NULL;
}

void pg_target_free(struct pg_target *target)
{
    if (target)
        PQconninfoFree(target->options);
    free(target);
}

/* --- statements --- */

static Oid type_of(const struct sql_param *param)
{
    static const Oid types[] = {[P_KIND_NULL] = OID_INFER,
                                [P_KIND_INT] = OID_INT8,
                                [P_KIND_TEXT] = OID_TEXT,
                                [P_KIND_BLOB] = OID_BYTEA};
    return types[param->kind];
}

static bool fits(const struct pg_statement *statement, const struct pg_call *call)
{
    if (statement->count != call->count || strcmp(statement->sql, call->sql) != 0)
        return false;
    for (size_t i = 0; i < call->count; i++)
        if (statement->types[i] != type_of(&call->params[i]))
            return false;
    return true;
}

static struct pg_statement *statement_find(struct pg_conn *conn, const struct pg_call *call)
{
    for (size_t i = 0; i < conn->statement_count; i++)
        if (fits(&conn->statements[i], call))
            return &conn->statements[i];
    return NULL;
}

static struct pg_statement *statement_add(struct pg_conn *conn, const struct pg_call *call)
{
    if (conn->statement_count == STATEMENTS_MAX)
        return NULL;
    struct pg_statement *statement = &conn->statements[conn->statement_count];
    statement->sql = must(strdup(call->sql));
    snprintf(statement->name, sizeof statement->name, "s%zu", conn->statement_count);
    statement->count = call->count;
    for (size_t i = 0; i < call->count; i++)
        statement->types[i] = type_of(&call->params[i]);
    conn->statement_count++;
    return statement;
}

bool pg_conn_worn(const struct pg_conn *conn)
{
    return conn->statement_count == STATEMENTS_MAX;
}

/* --- waiting --- */

static int64_t now_ms(void)
{
    return clock_mono_ms(clock_system());
}

/* Until the next result can be taken without blocking; false when the connection broke or time is up. */
static bool await(struct pg_conn *conn, int64_t until)
{
    for (;;) {
        int unsent = PQflush(conn->pg);
        if (unsent < 0)
            return false;
        if (!unsent && !PQisBusy(conn->pg))
            return true;
        int64_t left = until - now_ms();
        struct pollfd fd = {PQsocket(conn->pg), (short)(POLLIN | (unsent ? POLLOUT : 0)), 0};
        int ready = left > 0 ? poll(&fd, 1, left < INT_MAX ? (int)left : INT_MAX) : 0;
        if (ready == 0 || (ready < 0 && errno != EINTR))
            return false;
        if (ready > 0 && (fd.revents & ~POLLOUT) && !PQconsumeInput(conn->pg))
            return false;
    }
}

static enum pg_fault broken(struct pg_conn *conn, struct err *err)
{
    (void)conn;
    err_code(err, ERR_UNREACHABLE, STORE_UNREACHABLE, "The connection to the store's database broke.");
    return PG_LOST;
}

/* --- a round --- */

static bool send_call(struct pg_conn *conn, const struct pg_statement *statement, const struct pg_call *call)
{
    char numbers[PG_PARAMS_MAX][24];
    const char *values[PG_PARAMS_MAX];
    int lengths[PG_PARAMS_MAX], formats[PG_PARAMS_MAX];
    if (call->count > PG_PARAMS_MAX)
        abort();
    for (size_t i = 0; i < call->count; i++) {
        const struct sql_param *param = &call->params[i];
        values[i] = param->bytes;
        lengths[i] = param->kind == P_KIND_BLOB ? (int)param->number : 0;
        formats[i] = param->kind == P_KIND_BLOB;
        if (param->kind == P_KIND_INT) {
            snprintf(numbers[i], sizeof numbers[i], "%lld", (long long)param->number);
            values[i] = numbers[i];
        } else if (param->kind == P_KIND_BLOB && !param->bytes) {
            values[i] = ""; /* an empty blob is not null */
        }
    }
    int count = (int)call->count;
    return statement ? PQsendQueryPrepared(conn->pg, statement->name, count, values, lengths, formats, 0)
                     : PQsendQueryParams(conn->pg, call->sql, count, NULL, values, lengths, formats, 0);
}

struct step {
    int call; /* whose result it brings; -1: of a preparation */
    struct pg_statement *statement;
};

/* Returns the number of steps, 0 when the connection is broken. */
static size_t send_calls(struct pg_conn *conn, const struct pg_call *calls, size_t count, struct step *steps)
{
    size_t n = 0;
    for (size_t i = 0; i < count; i++) {
        struct pg_statement *statement = statement_find(conn, &calls[i]);
        if (!statement && (statement = statement_add(conn, &calls[i]))) {
            if (!PQsendPrepare(conn->pg, statement->name, statement->sql, (int)statement->count,
                               statement->types))
                return 0;
            steps[n++] = (struct step){-1, statement};
        }
        if (!send_call(conn, statement, &calls[i]))
            return 0;
        steps[n++] = (struct step){(int)i, statement};
    }
    return PQpipelineSync(conn->pg) ? n : 0;
}

static bool take(struct pg_conn *conn, int64_t until, PGresult **ret)
{
    *ret = NULL;
    if (!await(conn, until))
        return false;
    *ret = PQgetResult(conn->pg);
    return true;
}

static bool is_good(const PGresult *result)
{
    ExecStatusType status = PQresultStatus(result);
    return status == PGRES_COMMAND_OK || status == PGRES_TUPLES_OK;
}

enum pg_fault pg_conn_run(struct pg_conn *conn, const struct pg_call *calls, size_t count,
                          PGresult **ret_results, int64_t answer_ms, struct err *err)
{
    struct step steps[2 * PG_CALLS_MAX];
    PGresult *result, *end;
    enum pg_fault fault = PG_FINE;
    int64_t until = now_ms() + answer_ms;
    for (size_t i = 0; i < count; i++)
        ret_results[i] = NULL;
    size_t n = send_calls(conn, calls, count, steps);
    if (!n)
        return broken(conn, err);
    for (size_t i = 0; i < n; i++) {
        if (!take(conn, until, &result) || !result)
            return fault == PG_FINE ? broken(conn, err) : fault;
        bool good = is_good(result);
        if (!good && fault == PG_FINE)
            fault = pg_fault_of(conn->pg, result, err);
        if (!good && steps[i].call < 0)
            *steps[i].statement->sql = '\0'; /* was not prepared; the name is used up */
        if (good && steps[i].call >= 0)
            ret_results[steps[i].call] = result;
        else
            PQclear(result);
        if (fault == PG_LOST)
            return fault;
        if (!take(conn, until, &end) || end) {
            PQclear(end);
            return fault == PG_FINE ? broken(conn, err) : fault;
        }
    }
    bool synced = take(conn, until, &end) && PQresultStatus(end) == PGRES_PIPELINE_SYNC;
    PQclear(end);
    return synced ? fault : broken(conn, err);
}

enum pg_fault pg_conn_script(struct pg_conn *conn, const char *sql, struct err *err)
{
    enum pg_fault fault = PG_FINE;
    PGresult *result;
    if (!PQexitPipelineMode(conn->pg) || !PQsendQuery(conn->pg, sql))
        return broken(conn, err);
    for (;;) {
        if (!take(conn, INT64_MAX, &result))
            return broken(conn, err);
        if (!result)
            break;
        if (!is_good(result) && fault == PG_FINE)
            fault = pg_fault_of(conn->pg, result, err);
        PQclear(result);
    }
    return PQenterPipelineMode(conn->pg) || fault != PG_FINE ? fault : broken(conn, err);
}

const char *pg_first(const PGresult *result, int column)
{
    return result && PQntuples(result) > 0 ? PQgetvalue(result, 0, column) : "";
}

int64_t pg_number(const char *text)
{
    return strtoll(text, NULL, 10);
}

/* --- opening --- */

/* No statement, lock or transaction may keep others waiting for long, a client that vanished is noticed, and
 * what was acknowledged is on disk whatever the server's default. The timeline is the first part of a log
 * file's name: it grows when a standby is promoted. */
#define SETUP                                                                                            \
    "SELECT current_setting('server_encoding'), "                                                        \
    "CASE WHEN pg_is_in_recovery() THEN '' ELSE pg_walfile_name(pg_current_wal_lsn()) END, "             \
    "set_config('statement_timeout', '8s', false), set_config('lock_timeout', '5s', false), "            \
    "set_config('idle_in_transaction_session_timeout', '10s', false), "                                  \
    "set_config('tcp_keepalives_idle', '5', false), set_config('tcp_keepalives_interval', '2', false), " \
    "set_config('tcp_keepalives_count', '2', false), set_config('tcp_user_timeout', '5000', false), "    \
    "set_config('synchronous_commit', CASE current_setting('synchronous_commit') WHEN 'off' THEN 'on' "  \
    "ELSE current_setting('synchronous_commit') END, false)"

static enum pg_fault read_setup(struct pg_conn *conn, const PGresult *result, struct err *err)
{
    const char *encoding = pg_first(result, 0), *log_file = pg_first(result, 1);
    char timeline[9] = "";
    if (strcmp(encoding, "UTF8") != 0) {
        err_set(err, ERR_CONFIG,
                "store.url: the database is encoded in %.20s; make one in UTF8: createdb --encoding=UTF8 "
                "--template=template0 NAME",
                encoding);
        return PG_REFUSED;
    }
    if (!*log_file) {
        err_code(err, ERR_UNREACHABLE, STORE_UNREACHABLE,
                 "The store's database takes no changes: it is a standby.");
        return PG_LOST;
    }
    snprintf(timeline, sizeof timeline, "%.8s", log_file);
    conn->epoch_floor = (int64_t)strtoul(timeline, NULL, 16) << 32;
    return PG_FINE;
}

/* A promoted standby may give out ids again that lost events had, and that followers have passed: before
 * anybody uses it, the ids of each timeline begin above all of the one before. */
#define SKIP_LOCK "SELECT pg_advisory_xact_lock(7311040812236214)"
#define SKIP_IDS                                                                                             \
    "SELECT setval(to_regclass('events_id_seq'), $1) FROM pg_sequences WHERE schemaname = current_schema() " \
    "AND sequencename = 'events_id_seq' AND coalesce(last_value, 0) < $1"

static enum pg_fault skip_lost_ids(struct pg_conn *conn, struct err *err)
{
    int64_t timeline = conn->epoch_floor >> 32;
    const struct sql_param params[] = {P_INT((timeline - 1) << 40)};
    const struct pg_call calls[] = {
        {"BEGIN", NULL, 0}, {SKIP_LOCK, NULL, 0}, {SKIP_IDS, params, 1}, {"COMMIT", NULL, 0}};
    PGresult *results[4];
    if (timeline == 1)
        return PG_FINE;
    enum pg_fault fault = pg_conn_run(conn, calls, 4, results, PG_ANSWER_MS, err);
    for (size_t i = 0; i < 4; i++)
        PQclear(results[i]);
    return fault;
}

static enum pg_fault set_up(struct pg_conn *conn, struct err *err)
{
    const struct pg_call call = {SETUP, NULL, 0};
    PGresult *result = NULL;
    if (PQserverVersion(conn->pg) < OLDEST_SERVER) {
        err_set(err, ERR_CONFIG,
                "store.url: the database is PostgreSQL %d; 13 is the oldest that will do, 15 is tested",
                PQserverVersion(conn->pg) / 10000);
        return PG_REFUSED;
    }
    if (PQsetnonblocking(conn->pg, 1) != 0 || !PQenterPipelineMode(conn->pg))
        return broken(conn, err);
    enum pg_fault fault = pg_conn_run(conn, &call, 1, &result, PG_ANSWER_MS, err);
    if (fault == PG_FINE)
        fault = read_setup(conn, result, err);
    PQclear(result);
    return fault == PG_FINE ? skip_lost_ids(conn, err) : fault;
}

static void say_nothing(void *arg, const PGresult *notice)
{
    (void)arg, (void)notice;
}

struct pg_conn *pg_conn_open(const struct pg_target *target, enum pg_fault *ret_fault, struct err *err)
{
    struct pg_conn *conn = must(calloc(1, sizeof *conn));
    conn->statements = must(calloc(STATEMENTS_MAX, sizeof *conn->statements));
    conn->pg = PQconnectdbParams(target->keywords, target->values, 0);
    if (PQstatus(conn->pg) != CONNECTION_OK) {
        *ret_fault = pg_connect_fault(conn->pg, target->password, err);
    } else {
        PQsetNoticeReceiver(conn->pg, say_nothing, NULL);
        *ret_fault = set_up(conn, err);
    }
    if (*ret_fault == PG_FINE)
        return conn;
    pg_conn_close(conn);
    return NULL;
}

void pg_conn_close(struct pg_conn *conn)
{
    if (!conn)
        return;
    PQfinish(conn->pg);
    for (size_t i = 0; i < conn->statement_count; i++)
        free(conn->statements[i].sql);
    free(conn->statements);
    free(conn);
}
