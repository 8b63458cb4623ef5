/* lane — who may call a service of a tenant now (private to connector/).
 *
 * A call passes when all of these let it, and takes its part of each at once:
 * - its lanes are open: not asked to wait, and not broken (breaker.h);
 * - its lane has a place free;
 * - the buckets of limit.def hold what it costs;
 * - each mailbox it is about has one of four places free.
 * Until then it waits, the higher rank first and the earlier first within a rank; who is held up by something
 * of his own alone (a mailbox, a bucket, his time) lets later ones pass. After a refusal a lane opens for one
 * call at a time, and widens with each that goes well.
 *
 * One lane per (tenant, lane id). Thread-safe. */
#ifndef CONNECTOR_LANE_H
#define CONNECTOR_LANE_H

#include "base/clock.h"
#include "base/rng.h"
#include "connector/breaker.h"
#include "connector/cancel.h"
#include "connector/limit.h"

#define LANE_NEED_MAILBOXES_MAX 20
#define LANE_MAILBOX_PLACES 4 /* "MailboxConcurrency" of Outlook in Microsoft Graph */
#define LANE_RETRY_MIN_MS 2000
#define LANE_RETRY_MAX_MS 300000

struct lanes;
struct lane;

/* Who goes first when places are short. */
enum lane_rank { LANE_URGENT, LANE_NORMAL, LANE_BACKGROUND, LANE_RANKS };

/* What one request takes. Zero-initialise; cost.h fills it. */
struct lane_need {
    enum lane_id place; /* takes a place in this one */
    unsigned through;   /* passes only when all of these (LANE_BIT) are open */
    bool writes;
    uint32_t draws[LIMIT_COUNT];
    struct {
        char name[120];  /* in small letters, cut when longer */
        unsigned places; /* of its four */
        unsigned calls;  /* from its bucket */
    } mailboxes[LANE_NEED_MAILBOXES_MAX];
    size_t mailbox_count;
};

struct lane_wait {
    enum lane_rank rank;
    int64_t not_before; /* monotonic, as the others; 0: at once */
    int64_t opens_by;   /* what opens later is refused at once */
    int64_t place_by;   /* what has no place by then is refused then */
    struct cancel *cancel;
};

/* What was taken. In the caller's storage. */
struct lane_pass {
    const char *tenant_id; /* borrowed, as need */
    const struct lane_need *need;
    unsigned probes; /* lanes (LANE_BIT) for whose breaker it decides */
};

/* clock and rng must live longer. */
struct lanes *lanes_new(const struct clock *clock, const struct rng *rng);
void lanes_free(struct lanes *lanes); /* nobody may be inside or waiting */

/* False: ERR_LIMIT with retry_after_ms (closed, empty or full for longer than the caller waits),
 * ERR_UNREACHABLE "circuit_open" with retry_after_ms (a broken lane; at once, but an urgent caller waits for
 * the probe within opens_by) or ERR_CANCELLED. Leave with lane_leave; tenant_id and need must live until
 * then. */
MUST_USE bool lane_enter(struct lanes *lanes, const char *tenant_id, const struct lane_need *need,
                         const struct lane_wait *wait, struct lane_pass *ret, struct err *err);
/* Was a lane of the pass closed after it was entered? */
bool lane_closed_since(struct lanes *lanes, const struct lane_pass *pass);
/* result: of the request, for the lane where it had its place; BREAKER_NEITHER for a batch whose parts are
 * reported one by one. */
void lane_leave(struct lanes *lanes, const struct lane_pass *pass, enum breaker_result result);
/* How the parts of a batch that belong to one lane went. */
void lane_report(struct lanes *lanes, const char *tenant_id, enum lane_id lane, enum breaker_result result);

/* A refusal: nobody enters these lanes (LANE_BIT) for wait_ms; never shortens an earlier closing. all_tenants
 * and writes_only are the refusal's scope. wait_ms 0, when it did not say how long: equal jitter from 2 s,
 * doubling with each such refusal of the lane in a row, at most 300 s. Returns the wait. */
int64_t lane_close(struct lanes *lanes, const char *tenant_id, unsigned through, bool all_tenants,
                   bool writes_only, int64_t wait_ms);
/* The limit is nearly used up: all but urgent callers keep this distance, one at a time. */
void lane_slow(struct lanes *lanes, const char *tenant_id, enum lane_id lane, int64_t space_ms);
/* How long a request that passes these lanes would be kept out now; 0 when they are open. */
int64_t lane_wait_ms(struct lanes *lanes, const char *tenant_id, unsigned through, bool writes);
void lane_resize(struct lanes *lanes, const char *tenant_id, size_t users, size_t licenses);

/* How many lanes of the service ("graph") are closed, are broken, and how many callers wait; of one tenant,
 * or of all when tenant_id is NULL. */
struct lane_state {
    size_t closed, broken, waiting;
    int64_t wait_ms; /* the longest of the closed and broken ones */
};
struct lane_state lane_state(struct lanes *lanes, const char *tenant_id, const char *service);

#endif
