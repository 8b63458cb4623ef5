#include "store/pg_tx.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/memory.h"
#include "base/rng.h"
#include "base/text.h"

#define PATIENCE_MS 10000 /* in all, with what is repeated */
#define REPEATS 8
#define PAUSE_MS 5                        /* before the first repetition; doubles */
#define LOGGED_MAX 100000                 /* a longer transaction is not repeated */
#define MIGRATION_LOCK "7311040812236213" /* any number, the same in every version */

/* What a statement was and what it gave. */
struct logged {
    struct pg_call call; /* in the arena */
    uint64_t sum;
};

struct pg_tx {
    struct pg_pool *pool;
    struct pg_conn *conn; /* NULL before the first statement and after a loss */
    enum pg_tx_kind kind;
    bool begun;
    bool repeatable;
    struct arena *arena;
    struct logged *log;
    size_t count, capacity;
    char xid[24]; /* of a writer, once begun */
    int64_t server_now;
    int64_t epoch_floor; /* of the server where it began; 0: not yet */
    int64_t until;
    int repeats;
};

static int64_t now_ms(void)
{
    return clock_mono_ms(clock_system());
}

struct pg_tx *pg_tx_new(struct pg_pool *pool, enum pg_tx_kind kind)
{
    struct pg_tx *tx = must(calloc(1, sizeof *tx));
    *tx = (struct pg_tx){.pool = pool,
                         .kind = kind,
                         .repeatable = kind != PG_MIGRATION,
                         .arena = arena_new(),
                         .until = now_ms() + PATIENCE_MS};
    return tx;
}

static void give_back(struct pg_tx *tx, bool lost)
{
    if (tx->conn)
        pg_pool_give(tx->pool, tx->conn, lost);
    tx->conn = NULL;
    tx->begun = false;
}

static void tx_free(struct pg_tx *tx)
{
    arena_free(tx->arena);
    free(tx->log);
    free(tx);
}

/* --- the log --- */

static const void *copy_bytes(struct arena *arena, const struct sql_param *param)
{
    if (param->kind != P_KIND_BLOB || !param->bytes)
        return arena_text(arena, param->bytes);
    size_t length = (size_t)param->number;
    return memcpy(arena_alloc(arena, length + 1, 1), param->bytes, length);
}

static const struct pg_call *log_call(struct pg_tx *tx, const struct pg_call *call)
{
    struct sql_param *params = arena_alloc(tx->arena, call->count + 1, sizeof *params);
    for (size_t i = 0; i < call->count; i++) {
        params[i] = call->params[i];
        params[i].bytes = copy_bytes(tx->arena, &call->params[i]);
    }
    if (tx->count == tx->capacity) {
        tx->capacity = tx->capacity ? tx->capacity * 2 : 16;
        tx->log = must(reallocarray(tx->log, tx->capacity, sizeof *tx->log));
    }
    struct logged *logged = &tx->log[tx->count++];
    *logged = (struct logged){{arena_text(tx->arena, call->sql), params, call->count}, 0};
    tx->repeatable = tx->repeatable && tx->count < LOGGED_MAX;
    return &logged->call;
}

/* FNV-1a: two results that differ must not look the same by accident; nobody chooses them. */
static uint64_t add_bytes(uint64_t sum, const void *bytes, size_t length)
{
    const unsigned char *at = bytes;
    for (size_t i = 0; i < length; i++)
        sum = (sum ^ at[i]) * UINT64_C(1099511628211);
    return sum;
}

static uint64_t sum_of(PGresult *result)
{
    uint64_t sum = UINT64_C(14695981039346656037);
    int rows = PQntuples(result), columns = PQnfields(result);
    sum = add_bytes(sum, PQcmdTuples(result), strlen(PQcmdTuples(result)));
    for (int row = 0; row < rows; row++)
        for (int column = 0; column < columns; column++) {
            int length = PQgetisnull(result, row, column) ? -1 : PQgetlength(result, row, column);
            sum = add_bytes(sum, &length, sizeof length);
            sum = add_bytes(sum, PQgetvalue(result, row, column), length > 0 ? (size_t)length : 0);
        }
    return sum;
}

/* --- beginning --- */

/* A writer's id is there before it takes an event's id (tx_events_settled), and the clock comes with it. */
#define WHO_AND_WHEN \
    "SELECT pg_current_xact_id()::text, (extract(epoch FROM clock_timestamp()) * 1000)::bigint"
#define WHEN "SELECT NULL, (extract(epoch FROM clock_timestamp()) * 1000)::bigint"

static size_t add_beginning(const struct pg_tx *tx, struct pg_call *calls)
{
    if (tx->begun)
        return 0;
    if (tx->kind == PG_READ) {
        calls[0] = (struct pg_call){"BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY", NULL, 0};
        calls[1] = (struct pg_call){WHEN, NULL, 0};
        return 2;
    }
    calls[0] = (struct pg_call){"BEGIN", NULL, 0};
    calls[1] = (struct pg_call){WHO_AND_WHEN, NULL, 0};
    if (tx->kind == PG_WRITE)
        return 2;
    calls[2] = (struct pg_call){"SET LOCAL lock_timeout = 0", NULL, 0};
    calls[3] = (struct pg_call){"SET LOCAL statement_timeout = 0", NULL, 0};
    calls[4] = (struct pg_call){"SELECT pg_advisory_xact_lock(" MIGRATION_LOCK ")", NULL, 0};
    return 5;
}

static void note_beginning(struct pg_tx *tx, PGresult *const *results)
{
    tx->begun = true;
    tx->server_now = pg_number(pg_first(results[1], 1));
    if (tx->kind != PG_READ)
        strncpy(tx->xid, pg_first(results[1], 0), sizeof tx->xid - 1);
}

static bool changed_meanwhile(struct err *err)
{
    return err_code(err, ERR_UNREACHABLE, STORE_UNREACHABLE,
                    "The store's database was interrupted, and the data changed meanwhile. Try again.");
}

/* A connection for the transaction. One that began before a standby was promoted does not go on after it: the
 * standby may have lost what it was decided on. */
static bool connect(struct pg_tx *tx, struct err *err)
{
    if (tx->conn)
        return true;
    tx->conn = pg_pool_take(tx->pool, tx->until, err);
    if (!tx->conn)
        return false;
    if (!tx->epoch_floor)
        tx->epoch_floor = tx->conn->epoch_floor;
    return tx->epoch_floor == tx->conn->epoch_floor || changed_meanwhile(err);
}

/* Sends the call (NULL: only the beginning); *ret is its result. */
static enum pg_fault send(struct pg_tx *tx, const struct pg_call *call, PGresult **ret, struct err *err)
{
    struct pg_call calls[PG_CALLS_MAX];
    PGresult *results[PG_CALLS_MAX];
    *ret = NULL;
    if (!connect(tx, err))
        return PG_REFUSED; /* the pool has been patient already */
    size_t begin = add_beginning(tx, calls), count = begin;
    if (call)
        calls[count++] = *call;
    if (!count)
        return PG_FINE;
    int64_t answer_ms = tx->kind == PG_MIGRATION ? INT32_MAX : PG_ANSWER_MS;
    enum pg_fault fault = pg_conn_run(tx->conn, calls, count, results, answer_ms, err);
    if (begin && results[begin - 1])
        note_beginning(tx, results);
    if (call) {
        *ret = results[count - 1];
        results[count - 1] = NULL;
    }
    for (size_t i = 0; i < count; i++)
        PQclear(results[i]);
    if (fault == PG_LOST)
        give_back(tx, true);
    return fault;
}

/* --- repeating --- */

static void finish_quietly(struct pg_tx *tx, const char *sql)
{
    const struct pg_call call = {sql, NULL, 0};
    PGresult *result = NULL;
    struct err err;
    if (!tx->conn)
        return;
    bool lost = tx->begun && pg_conn_run(tx->conn, &call, 1, &result, PG_ANSWER_MS, &err) != PG_FINE;
    PQclear(result);
    give_back(tx, lost);
}

/* All statements but the last `fresh` ones give again what they gave. */
static enum pg_fault run_again(struct pg_tx *tx, size_t fresh, struct err *err)
{
    for (size_t i = 0; i + fresh < tx->count; i++) {
        PGresult *result;
        enum pg_fault fault = send(tx, &tx->log[i].call, &result, err);
        bool same = fault == PG_FINE && sum_of(result) == tx->log[i].sum;
        PQclear(result);
        if (fault != PG_FINE && fault != PG_REFUSED)
            return fault;
        if (!same)
            return fault == PG_FINE ? (changed_meanwhile(err), PG_REFUSED) : fault;
    }
    return PG_FINE;
}

/* After PG_AGAIN or PG_LOST, with the reason in err: true when the transaction stands again as it was before
 * its last `fresh` statements. */
static bool repeat(struct pg_tx *tx, size_t fresh, struct err *err)
{
    enum pg_fault fault = PG_AGAIN;
    while (fault == PG_AGAIN || fault == PG_LOST) {
        if (!tx->repeatable || tx->repeats >= REPEATS || now_ms() >= tx->until)
            return false;
        finish_quietly(tx, "ROLLBACK");
        int pause = PAUSE_MS << tx->repeats++;
        usleep((unsigned)(pause / 2 + (int)rng_below(rng_system(), (uint32_t)pause)) * 1000);
        fault = run_again(tx, fresh, err);
    }
    return fault == PG_FINE;
}

PGresult *pg_tx_run(struct pg_tx *tx, const struct pg_call *asked, struct err *err)
{
    struct err own;
    PGresult *result = NULL;
    const struct pg_call *call = log_call(tx, asked);
    enum pg_fault fault;
    while ((fault = send(tx, call, &result, &own)) != PG_FINE) {
        PQclear(result);
        if (fault == PG_REFUSED || !repeat(tx, 1, &own)) {
            if (err)
                *err = own;
            return NULL;
        }
        call = &tx->log[tx->count - 1].call;
    }
    tx->log[tx->count - 1].sum = sum_of(result);
    return result;
}

bool pg_tx_script(struct pg_tx *tx, const char *sql, struct err *err)
{
    PGresult *none;
    struct err own;
    tx->repeatable = false;
    enum pg_fault fault = send(tx, NULL, &none, &own);
    if (fault == PG_FINE)
        fault = pg_conn_script(tx->conn, sql, &own);
    if (fault == PG_LOST)
        give_back(tx, true);
    if (fault != PG_FINE && err)
        *err = own;
    return fault == PG_FINE;
}

bool pg_tx_lease_base(struct pg_tx *tx, struct lease_base *ret, struct err *err)
{
    PGresult *none;
    struct err own;
    enum pg_fault fault;
    while ((fault = send(tx, NULL, &none, &own)) != PG_FINE)
        if (fault == PG_REFUSED || !repeat(tx, 0, &own)) {
            if (err)
                *err = own;
            return false;
        }
    *ret = (struct lease_base){tx->server_now, tx->conn->epoch_floor};
    return true;
}

bool pg_tx_before(struct pg_tx *tx, const struct pg_call *calls, size_t count, PGresult **ret_results,
                  struct err *err)
{
    struct err own;
    if (tx->begun)
        abort(); /* its view is fixed already */
    for (int tries = 0;; tries++) {
        memset(ret_results, 0, count * sizeof *ret_results);
        if (!connect(tx, &own))
            break;
        enum pg_fault fault = pg_conn_run(tx->conn, calls, count, ret_results, PG_ANSWER_MS, &own);
        if (fault == PG_FINE)
            return true;
        for (size_t i = 0; i < count; i++)
            PQclear(ret_results[i]);
        give_back(tx, fault == PG_LOST);
        if (fault == PG_REFUSED || tries == REPEATS || now_ms() >= tx->until)
            break;
    }
    memset(ret_results, 0, count * sizeof *ret_results);
    if (err)
        *err = own;
    return false;
}

/* --- ending --- */

enum fate { FATE_KEPT, FATE_GONE, FATE_UNKNOWN };

/* The answer to COMMIT was lost: what became of it? */
static enum fate ask_fate(struct pg_tx *tx)
{
    const struct sql_param params[] = {P_TEXT(tx->xid)};
    const struct pg_call call = {"SELECT pg_xact_status($1::xid8)", params, 1};
    struct err err;
    while (now_ms() < tx->until) {
        PGresult *result = NULL;
        enum fate fate = FATE_UNKNOWN;
        struct pg_conn *conn = pg_pool_take(tx->pool, tx->until, &err);
        enum pg_fault fault = conn ? pg_conn_run(conn, &call, 1, &result, PG_ANSWER_MS, &err) : PG_LOST;
        const char *status = pg_first(result, 0);
        bool promoted = conn && conn->epoch_floor != tx->epoch_floor; /* it may give out the same ids anew */
        if (fault == PG_FINE && !promoted && strcmp(status, "committed") == 0)
            fate = FATE_KEPT;
        else if (fault == PG_REFUSED || strcmp(status, "aborted") == 0)
            fate = FATE_GONE; /* refused: a promoted standby has never given out this id */
        PQclear(result);
        if (conn)
            pg_pool_give(tx->pool, conn, fault == PG_LOST);
        if (fate != FATE_UNKNOWN)
            return fate;
        usleep(50 * 1000);
    }
    return FATE_UNKNOWN;
}

static bool is_commit(PGresult *result)
{
    return result && strcmp(PQcmdStatus(result), "COMMIT") == 0;
}

static bool commit_write(struct pg_tx *tx, struct err *err)
{
    const struct pg_call call = {"COMMIT", NULL, 0};
    tx->until = now_ms() + PATIENCE_MS;
    for (;;) {
        PGresult *result = NULL;
        enum pg_fault fault = pg_conn_run(tx->conn, &call, 1, &result, PG_ANSWER_MS, err);
        bool committed = fault == PG_FINE && is_commit(result);
        PQclear(result);
        if (committed)
            return true;
        enum fate fate = FATE_GONE;
        if (fault == PG_LOST) {
            give_back(tx, true);
            fate = ask_fate(tx);
        }
        if (fate == FATE_KEPT)
            return true;
        if (fate == FATE_UNKNOWN) {
            err_code(err, ERR_UNREACHABLE, STORE_UNREACHABLE,
                     "The store's database broke off while it was told to keep this, and does not say "
                     "whether it did.");
            err->outcome_unknown = true;
            return false;
        }
        if (fault == PG_REFUSED || !repeat(tx, 0, err) || !tx->begun)
            return false;
    }
}

bool pg_tx_commit(struct pg_tx *tx, struct err *err)
{
    struct err own = {0};
    bool kept = true;
    if (tx->kind == PG_READ || !tx->begun) {
        finish_quietly(tx, "COMMIT");
    } else {
        kept = commit_write(tx, &own);
        finish_quietly(tx, "ROLLBACK");
    }
    if (!kept && err)
        *err = own;
    tx_free(tx);
    return kept;
}

void pg_tx_rollback(struct pg_tx *tx)
{
    finish_quietly(tx, "ROLLBACK");
    tx_free(tx);
}
