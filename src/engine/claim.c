#include "engine/claim.h"

#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "engine/queue.h"
#include "journal/disconnected.h"

/* A tenant with something due, and how many of its offboardings are under way here. */
struct candidate {
    struct offboarding_id tenant;
    size_t held;
    ptrdiff_t turn; /* its place among those that have something due: qsort keeps no order by itself */
};

static int by_held_and_turn(const void *left, const void *right)
{
    const struct candidate *a = left, *b = right;
    int by_turn = (a->turn > b->turn) - (a->turn < b->turn);
    return a->held == b->held ? by_turn : a->held > b->held ? 1 : -1;
}

/* The tenants in turn: from the one after the last on, then from the first. */
static ptrdiff_t read_candidates(const struct run_host *host, struct tx *tx, const char *served,
                                 struct candidate ret[RUNS_CLAIM_MAX], struct err *err)
{
    struct offboarding_id ids[2 * RUNS_CLAIM_MAX];
    int64_t now = clock_utc_ms(host->parts->clock), mono = clock_mono_ms(host->parts->clock);
    ptrdiff_t count = offboarding_due_tenants(tx, now, mono, served, ids, RUNS_CLAIM_MAX, err);
    if (count >= 0 && count < RUNS_CLAIM_MAX && *served) {
        ptrdiff_t more = offboarding_due_tenants(tx, now, mono, "", ids + count, RUNS_CLAIM_MAX, err);
        for (ptrdiff_t i = 0; i < more && strcmp(ids[count].text, served) <= 0; i++)
            count++;
        count = more < 0 ? more : count;
    }
    count = count < RUNS_CLAIM_MAX ? count : RUNS_CLAIM_MAX;
    for (ptrdiff_t i = 0; i < count; i++)
        ret[i] = (struct candidate){.tenant = ids[i], .turn = i};
    return count;
}

static void let_go(struct run **claimed, size_t count)
{
    for (size_t i = 0; i < count; i++)
        run_free(claimed[i]);
}

/* Takes up to `most` of one tenant; how many, -1 with err set. */
static ptrdiff_t claim_of(const struct run_host *host, struct tx *tx, const char *tenant_id, struct run **ret,
                          size_t most, struct err *err)
{
    struct offboarding_id ids[RUNS_CLAIM_MAX];
    int64_t now = clock_utc_ms(host->parts->clock), mono = clock_mono_ms(host->parts->clock);
    bool tries;
    if (!most)
        return 0;
    if (!disconnected_try(tx, tenant_id, now, &tries, err))
        return -1;
    ptrdiff_t count = offboarding_due(tx, tenant_id, now, mono, ids, tries ? 1 : most, err);
    for (ptrdiff_t i = 0; i < count; i++) {
        if ((ret[i] = run_take(host, tx, ids[i].text, tries, err)))
            continue;
        let_go(ret, (size_t)i);
        return -1;
    }
    return count;
}

static ptrdiff_t claim_in_turn(const struct run_host *host, const struct runs_room *room, struct tx *tx,
                               struct run **runs, size_t count, struct err *err)
{
    struct candidate tenants[RUNS_CLAIM_MAX];
    ptrdiff_t total = read_candidates(host, tx, room->served, tenants, err);
    size_t claimed = 0, quota = total > 0 ? RUNS_CLAIM_MAX / (size_t)total : 0;
    for (ptrdiff_t i = 0; i < total; i++)
        for (size_t k = 0; k < count; k++)
            tenants[i].held += strcmp(run_tenant_id(runs[k]), tenants[i].tenant.text) == 0;
    if (total > 0)
        qsort(tenants, (size_t)total, sizeof *tenants, by_held_and_turn);
    for (ptrdiff_t i = 0; i < total; i++) {
        size_t most = fair_room(room->places, count + claimed, tenants[i].held, total > 1);
        ptrdiff_t more = claim_of(host, tx, tenants[i].tenant.text, runs + count + claimed,
                                  most < quota ? most : quota, err);
        if (more < 0) {
            total = -1;
            break;
        }
        claimed += (size_t)more;
        if (more)
            memcpy(room->served, tenants[i].tenant.text, UUID_SIZE);
    }
    if (total >= 0)
        return (ptrdiff_t)claimed;
    let_go(runs + count, claimed);
    return -1;
}

size_t runs_claim(const struct run_host *host, const struct runs_room *room, struct run **runs, size_t count)
{
    struct err err;
    AUTO_TX struct tx *tx = store_begin(host->parts->store, &err);
    ptrdiff_t claimed = tx ? claim_in_turn(host, room, tx, runs, count, &err) : -1;
    if (claimed < 0)
        log_warn("claim_failed", LOG_ERR(&err)); /* and tried again soon */
    if (claimed <= 0)
        return 0;
    if (!journal_commit(host->parts->journal, &tx, &err)) { /* they are ours only when that is durable */
        let_go(runs + count, (size_t)claimed);
        return 0;
    }
    for (size_t i = 0; i < (size_t)claimed; i++)
        run_begin(runs[count + i]);
    return (size_t)claimed;
}
