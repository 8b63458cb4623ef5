#include "access/scanner.h"

#include <stdatomic.h>
#include <stdlib.h>

#include "access/scan.h"
#include "base/log.h"
#include "base/memory.h"
#include "base/thread.h"
#include "connector/exchange.h"
#include "connector/graph.h"

#define POLL_MS 1000 /* a tenant may be new, or wanted: looking at the rows is the truth */
#define STORE_RETRY_MS 5000
#define LEASE_MS ((int64_t)10 * 60 * 1000) /* longer than ten mailboxes take */
#define LOOK_TIMEOUT_MS 30000              /* ten of 0.85 s each, one after the other */
#define LIST_TIMEOUT_MS 120000             /* a page of a thousand mailboxes */
#define FAILURE_MIN_MS ((int64_t)10 * 1000)
#define FAILURE_MAX_MS ((int64_t)60 * 60 * 1000)
#define FAILURE_WANTED_MAX_MS ((int64_t)60 * 1000)
#define MAILBOX_PROPERTIES \
    "ExternalDirectoryObjectId,ExchangeGuid,UserPrincipalName,DisplayName,WhenChangedUTC"
#define NAMES_PATH "/users?$select=id,userPrincipalName,mail,displayName&$top=999"

struct scanner {
    struct scanner_parts parts;
    struct scanner_settings settings;
    struct cancel *cancel;
    pthread_mutex_t lock; /* stopping */
    pthread_cond_t wake;
    bool stopping;
    pthread_t *threads;
    _Atomic int64_t steps, mailboxes, passes, throttled, failures;
};

static int64_t now_ms(const struct scanner *scanner)
{
    return clock_utc_ms(scanner->parts.clock);
}

static struct m365_target target_of(const struct scanner *scanner, const struct scan *scan,
                                    int64_t timeout_ms)
{
    return (struct m365_target){.tenant_id = scan->tenant_id,
                                .cancel = scanner->cancel,
                                .timeout_ms = timeout_ms,
                                .background = true};
}

/* --- listing ---------------------------------------------------------------------------------------------
 */

/* Where the pages of a list go. */
struct listing {
    struct scanner *scanner;
    const struct scan *scan;
    bool (*put)(struct tx *tx, const struct scan *scan, const json_t *rows, int64_t now, struct err *err);
};

/* One page, one transaction: nobody waits long for the store. */
static bool take_page(void *ctx, const json_t *rows, struct err *err)
{
    const struct listing *listing = ctx;
    int64_t now = now_ms(listing->scanner);
    AUTO_TX struct tx *tx = store_begin(listing->scanner->parts.store, err);
    return tx && scan_hold(tx, listing->scan, now + LEASE_MS, err) &&
           listing->put(tx, listing->scan, rows, now, err) && tx_commit(&tx, err);
}

static bool begin_pass(struct scanner *scanner, struct scan *scan, struct err *err)
{
    AUTO_TX struct tx *tx = store_begin(scanner->parts.store, err);
    return tx && scan_begin(tx, scan, now_ms(scanner), err) && tx_commit(&tx, err);
}

static bool end_listing(struct scanner *scanner, struct scan *scan, struct err *err)
{
    AUTO_TX struct tx *tx = store_begin(scanner->parts.store, err);
    return tx && scan_listed(tx, scan, err) &&
           scan_rest(tx, scan, now_ms(scanner), now_ms(scanner), NULL, err) && tx_commit(&tx, err);
}

static bool list(struct scanner *scanner, struct scan *scan, struct err *err)
{
    struct m365 *m365 = scanner->parts.m365;
    const struct m365_target target = target_of(scanner, scan, LIST_TIMEOUT_MS);
    struct listing mailboxes = {scanner, scan, scan_put_mailboxes}, names = {scanner, scan, scan_put_names};
    AUTO_JSON json_t *params = json_make("{s:s}", "ResultSize", "Unlimited");
    return begin_pass(scanner, scan, err) &&
           exchange_pages(m365, &target, "Get-Mailbox", params, MAILBOX_PROPERTIES, take_page, &mailboxes,
                          err) &&
           graph_pages(m365, &target, NAMES_PATH, false, take_page, &names, err) &&
           end_listing(scanner, scan, err);
}

/* --- looking ---------------------------------------------------------------------------------------------
 */

static bool next_looks(struct scanner *scanner, const struct scan *scan, struct arena *arena,
                       struct look *looks, size_t *ret_count, struct err *err)
{
    /* After a failure one at a time: perhaps a single mailbox lets the whole batch time out. */
    size_t most = scan->failures ? 1 : LOOKS_MAX;
    AUTO_TX struct tx *tx = store_begin_read(scanner->parts.store, err);
    return tx && scan_next(tx, arena, scan, most, looks, ret_count, err);
}

static bool complete(struct scanner *scanner, const struct scan *scan, struct err *err)
{
    AUTO_TX struct tx *tx = store_begin(scanner->parts.store, err);
    int64_t now = now_ms(scanner);
    if (!tx || !scan_complete(tx, scan, now, scanner->settings.refresh_ms, err) || !tx_commit(&tx, err))
        return false;
    scanner->passes++;
    log_info("permissions_scanned", LOG_TEXT("tenant", scan->tenant_id),
             LOG_INT("ms", now - scan->pass_started_at));
    return true;
}

static bool is_whole(const struct look *look)
{
    return look->gone || (look->access && look->calendars);
}

/* Did the one mailbox that was asked about let it fail? */
static bool is_to_blame(const struct err *problem, size_t count)
{
    return count == 1 && (problem->kind == ERR_TIMEOUT || problem->kind == ERR_UPSTREAM);
}

/* The pace of a tenant that nobody waits for. */
static int64_t next_step_at(const struct scanner *scanner, const struct scan *scan, size_t count)
{
    int64_t pause = (int64_t)count * 60000 / scanner->settings.mailboxes_a_minute;
    return scan->wanted ? now_ms(scanner) : scan->claimed_at + pause;
}

/* Stores what is known by now; with a problem the step ends elsewhere. */
static bool put_looks(struct scanner *scanner, const struct scan *scan, const struct look *looks,
                      size_t count, const struct err *problem, struct err *err)
{
    int64_t now = now_ms(scanner);
    AUTO_TX struct tx *tx = store_begin(scanner->parts.store, err);
    if (!tx || !scan_hold(tx, scan, now + LEASE_MS, err))
        return false;
    for (size_t i = 0; i < count; i++) {
        bool counts = !problem || is_whole(&looks[i]) || is_to_blame(problem, count);
        if (counts && !scan_put_look(tx, scan, &looks[i], now, err))
            return false;
    }
    return (problem || scan_rest(tx, scan, now, next_step_at(scanner, scan, count), NULL, err)) &&
           tx_commit(&tx, err);
}

static bool look(struct scanner *scanner, const struct scan *scan, struct arena *arena, struct err *err)
{
    struct look looks[LOOKS_MAX];
    struct err problem = {0};
    size_t count;
    const struct m365_target target = target_of(scanner, scan, LOOK_TIMEOUT_MS);
    if (!next_looks(scanner, scan, arena, looks, &count, err))
        return false;
    if (!count)
        return complete(scanner, scan, err);
    bool all = looks_run(scanner->parts.m365, &target, looks, count, &problem);
    bool stored = put_looks(scanner, scan, looks, count, all ? NULL : &problem, err);
    for (size_t i = 0; i < count; i++)
        scanner->mailboxes += stored && is_whole(&looks[i]);
    looks_done(looks, count);
    if (stored && !all)
        *err = problem;
    return stored && all;
}

/* --- steps -----------------------------------------------------------------------------------------------
 */

static int64_t backoff_ms(const struct scan *scan, const struct err *problem)
{
    int64_t most = scan->wanted ? FAILURE_WANTED_MAX_MS : FAILURE_MAX_MS;
    int64_t delay = FAILURE_MIN_MS << (scan->failures < 10 ? scan->failures : 10);
    if (problem->kind == ERR_LIMIT)
        return problem->retry_after_ms > 1000 ? problem->retry_after_ms : 1000;
    return delay < most ? delay : most;
}

/* Gives the claim back after a step that broke off. */
static void break_off(struct scanner *scanner, const struct scan *scan, const struct err *problem)
{
    struct err err;
    int64_t now = now_ms(scanner);
    bool cancelled = problem->kind == ERR_CANCELLED, throttled = problem->kind == ERR_LIMIT;
    if (problem->kind == ERR_STALE)
        return; /* another node goes on, or the tenant is gone */
    if (!cancelled) {
        scanner->throttled += throttled;
        scanner->failures += !throttled;
        log_warn("permission_scan_broke_off", LOG_TEXT("tenant", scan->tenant_id),
                 LOG_INT("in", backoff_ms(scan, problem)), LOG_ERR(problem));
    }
    AUTO_TX struct tx *tx = store_begin(scanner->parts.store, &err);
    bool good = tx && (cancelled ? scan_hold(tx, scan, 0, &err)
                                 : scan_rest(tx, scan, now, now + backoff_ms(scan, problem), problem, &err));
    if ((!good || !tx_commit(&tx, &err)) && err.kind != ERR_STALE)
        log_error("permission_scan_not_recorded", LOG_TEXT("tenant", scan->tenant_id), LOG_ERR(&err));
}

/* A claimed step; *ret_at is when to look for the next when none is due. False: the store does not answer. */
static bool claim(struct scanner *scanner, struct arena *arena, struct scan *ret, bool *ret_found,
                  int64_t *ret_at)
{
    struct err err;
    int64_t now = now_ms(scanner);
    *ret_found = false;
    {
        AUTO_TX struct tx *tx = store_begin_read(scanner->parts.store, &err);
        if (!tx || !scan_next_due(tx, ret_at, &err))
            return false;
        if (*ret_at > now)
            return true;
    }
    AUTO_TX struct tx *tx = store_begin(scanner->parts.store, &err);
    return tx && scan_claim(tx, arena, scanner->settings.node_name, now, LEASE_MS, ret, ret_found, &err) &&
           tx_commit(&tx, &err);
}

static bool step(struct scanner *scanner, int64_t *ret_at)
{
    AUTO_ARENA struct arena *arena = arena_new();
    struct scan scan;
    struct err err = {0};
    bool found;
    if (!claim(scanner, arena, &scan, &found, ret_at)) {
        *ret_at = now_ms(scanner) + STORE_RETRY_MS;
        return false;
    }
    if (!found)
        return false;
    scanner->steps++;
    if (!(scan.phase == SCAN_LIST ? list(scanner, &scan, &err) : look(scanner, &scan, arena, &err)))
        break_off(scanner, &scan, &err);
    scanner->steps--;
    return true;
}

static bool is_stopping(struct scanner *scanner)
{
    WITH_LOCK(&scanner->lock);
    return scanner->stopping;
}

static void *scanner_run(void *arg)
{
    struct scanner *scanner = arg;
    while (!is_stopping(scanner)) {
        int64_t at;
        if (step(scanner, &at))
            continue;
        int64_t delay = at - now_ms(scanner);
        delay = delay < 1 ? 1 : delay > POLL_MS ? POLL_MS : delay;
        WITH_LOCK(&scanner->lock);
        if (!scanner->stopping)
            thread_wait_ms(&scanner->wake, &scanner->lock, delay);
    }
    return NULL;
}

/* --- life ------------------------------------------------------------------------------------------------
 */

static bool recover(const struct scanner_settings *settings, const struct scanner_parts *parts,
                    struct err *err)
{
    if (!store_take_name(parts->store, settings->node_name))
        return true; /* another node may go by this name: its leases run out by themselves */
    AUTO_TX struct tx *tx = store_begin(parts->store, err);
    return tx && scan_recover(tx, settings->node_name, err) && tx_commit(&tx, err);
}

struct scanner *scanner_start(const struct scanner_settings *settings, const struct scanner_parts *parts,
                              struct err *err)
{
    if (!recover(settings, parts, err))
        return NULL;
    struct scanner *scanner = must(calloc(1, sizeof *scanner));
    scanner->settings = *settings;
    scanner->parts = *parts;
    scanner->cancel = cancel_new();
    pthread_mutex_init(&scanner->lock, NULL);
    thread_cond_init(&scanner->wake);
    scanner->threads = must(calloc((size_t)settings->tenants_at_once, sizeof *scanner->threads));
    for (int i = 0; i < settings->tenants_at_once; i++)
        scanner->threads[i] = thread_start("scanner", scanner_run, scanner);
    return scanner;
}

void scanner_stop(struct scanner *scanner)
{
    if (!scanner)
        return;
    cancel_trigger(scanner->cancel);
    {
        WITH_LOCK(&scanner->lock);
        scanner->stopping = true;
        pthread_cond_broadcast(&scanner->wake);
    }
    for (int i = 0; i < scanner->settings.tenants_at_once; i++)
        pthread_join(scanner->threads[i], NULL);
    cancel_free(scanner->cancel);
    pthread_mutex_destroy(&scanner->lock);
    pthread_cond_destroy(&scanner->wake);
    free(scanner->threads);
    free(scanner);
}

struct scanner_counts scanner_counts(const struct scanner *scanner)
{
    if (!scanner)
        return (struct scanner_counts){0};
    return (struct scanner_counts){.steps = scanner->steps,
                                   .mailboxes = scanner->mailboxes,
                                   .passes = scanner->passes,
                                   .throttled = scanner->throttled,
                                   .failures = scanner->failures};
}
