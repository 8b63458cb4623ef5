/* deliveries — the rows of notifications on their way: claimed by lease and epoch like offboardings, tried by
 * the schedule, kept as history.
 *
 * An endpoint is "webhook:<id>", "email" or "psa". Notices of one offboarding reach one endpoint in the order
 * in which they happened: a delivery is claimed only when none before it is pending. An endpoint that fails
 * has a row in endpoints: its first pending delivery is then tried every few minutes besides the schedule,
 * and once one arrives, all that wait for it are due at once. */
#ifndef NOTIFY_DELIVERIES_H
#define NOTIFY_DELIVERIES_H

#include "base/rng.h"
#include "store/store.h"

#define DELIVERIES_QUEUE_MAX                                                                         \
    10000                    /* pending of one endpoint; more are kept as failed, to be sent by hand \
                              */
#define DELIVERIES_AT_ONCE 4 /* to one endpoint */
#define DELIVERIES_LEASE_MS (120 * 1000) /* longer than any try takes */
#define DELIVERIES_KEPT_MS (INT64_C(90) * 24 * 3600 * 1000)

/* Texts live in the arena. */
struct delivery {
    const char *id;
    int64_t notice_id;
    const char *offboarding_id; /* NULL for an operator's event */
    const char *tenant_id;      /* likewise */
    const char *event;
    const char *channel; /* "webhook", "email", "psa" */
    const char *endpoint;
    const char *endpoint_name;
    int64_t attempts, step, epoch;
    int64_t created_at; /* when what it tells of happened */
    bool probe;         /* tried out of turn */
};

/* One pending delivery of a notice; a second for the same endpoint is not made. Failed from the start (reason
 * queue_full) when the endpoint's queue is full. */
MUST_USE bool delivery_insert(struct tx *tx, const struct delivery *delivery, int64_t now, struct err *err);

/* Claims up to max deliveries that are due, oldest notice first; *ret_count of them are filled. */
MUST_USE bool deliveries_claim(struct tx *tx, struct arena *arena, const char *node, int64_t now,
                               struct delivery *ret, size_t max, size_t *ret_count, struct err *err);
/* Would a claim find anything? For a reader. */
MUST_USE bool deliveries_may_go(struct tx *tx, int64_t now, bool *ret, struct err *err);
/* When the next one may fall due; INT64_MAX when none waits. */
MUST_USE bool deliveries_next_due(struct tx *tx, int64_t *ret_at, struct err *err);
/* What this node held when it stopped last is free again at once. */
MUST_USE bool deliveries_take_up(struct tx *tx, const char *node, struct err *err);
/* ERR_STALE when the claim is lost. */
MUST_USE bool delivery_renew(struct tx *tx, const struct delivery *delivery, int64_t now, struct err *err);

/* One try and what came of it. Owned by whoever fills it; outcome_done frees. */
struct outcome {
    bool delivered;
    bool gone;           /* 410: the endpoint wants nothing any more */
    bool hopeless;       /* trying again cannot help */
    bool endpoint_fault; /* not this message but the receiver is the trouble */
    int status;          /* of HTTP or SMTP; 0 without an answer */
    int64_t retry_after_ms;
    json_t *request; /* what was sent, secrets cut */
    char *response;  /* an excerpt, secrets cut; NULL for none */
    struct err err;  /* unless delivered */
    int64_t at, ms;
};
void outcome_done(struct outcome *outcome);

/* Writes the attempt and moves the delivery: delivered, due again, or failed (*ret_dead). ERR_STALE when
 * another node has it now: then nothing was written. */
MUST_USE bool delivery_record(struct tx *tx, const struct rng *rng, const struct delivery *delivery,
                              const struct outcome *outcome, int64_t now, bool *ret_dead, struct err *err);
/* Ends all that wait for this endpoint. */
MUST_USE bool deliveries_end_of(struct tx *tx, const char *endpoint, const char *reason, int64_t now,
                                struct err *err);
/* All that wait are due now, whatever endpoints asked for: their settings were changed. */
MUST_USE bool deliveries_hurry(struct tx *tx, int64_t now, struct err *err);
/* Once more from the start of the schedule, with the same id. ERR_NOT_FOUND, ERR_CONFLICT while it is
 * pending. */
MUST_USE bool delivery_again(struct tx *tx, const char *id, int64_t now, struct err *err);

struct delivery_filter {
    const char *status, *channel, *event, *offboarding_id, *tenant_id; /* NULL: any */
    const json_t
        *only_tenants; /* array of tenant ids the asker may see; NULL: all, operator's events included */
    int64_t before_at; /* cursor: created_at and id of the last row seen; 0: from the newest */
    const char *before_id;
    size_t limit;
};
/* As GET /deliveries shows them, newest first; a new array, NULL with err set. */
json_t *deliveries_list(struct tx *tx, const struct delivery_filter *filter, struct err *err);
/* One with its attempts; NULL with err set (ERR_NOT_FOUND). */
json_t *delivery_json(struct tx *tx, const char *id, struct err *err);
/* Removes what ended long ago. */
MUST_USE bool deliveries_sweep(struct tx *tx, int64_t now, struct err *err);

#endif
