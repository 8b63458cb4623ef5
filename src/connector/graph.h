/* graph — calls to Microsoft Graph v1.0 (contract/graph.md).
 *
 * Paths begin with "/" below the version root ("/users/…?$select=…"). Errors of
 * an answer, by status: 400, 409 and other 4xx ERR_REFUSED, 401 and 403
 * ERR_REFUSED, 404 ERR_NOT_FOUND, 429 ERR_LIMIT, 5xx ERR_UPSTREAM, with
 * err.upstream_status, err.code ("Request_ResourceNotFound"), message and
 * request_id as Graph gave them. Token trouble: see token.h. Thread-safe. */
#ifndef CONNECTOR_GRAPH_H
#define CONNECTOR_GRAPH_H

#include "base/arena.h"
#include "base/json.h"
#include "connector/m365.h"

/* Zero-initialise; graph_reply_done frees. */
struct graph_reply {
    int status;
    json_t *body; /* NULL when the answer had none */
    char request_id[80];
    char location[512]; /* of a 201 or 202; empty without */
};
#define AUTO_GRAPH_REPLY AUTO(graph_reply_done)
void graph_reply_done(struct graph_reply *reply);

/* One call. body may be NULL; eventual adds "ConsistencyLevel: eventual". True
 * exactly for a 2xx answer; ret may be NULL. */
bool graph_call(struct m365 *m365, const struct m365_target *target, const char *method, const char *path,
                const json_t *body, bool eventual, struct graph_reply *ret, struct err *err);

/* The "value" of all pages as one array, which the caller owns. NULL with err
 * set when a page fails, when the next page is on another host, or (ERR_LIMIT,
 * code "too_many_items") when there are more than items_max. */
MUST_USE json_t *graph_collect(struct m365 *m365, const struct m365_target *target, const char *path,
                               bool eventual, size_t items_max, struct err *err);

/* Takes the "value" of one page, borrowed. False with err set: no further page is read. */
typedef bool (*graph_take)(void *ctx, const json_t *elements, struct err *err);
/* As graph_collect, page by page: for lists that had better not be in memory as a whole. */
bool graph_pages(struct m365 *m365, const struct m365_target *target, const char *path, bool eventual,
                 graph_take take, void *ctx, struct err *err);

#define GRAPH_BATCH_MAX 20

struct graph_item {
    const char *method;
    const char *path;   /* relative to the version root, as in graph_call */
    const json_t *body; /* NULL for none */
    int after;          /* lower index of the item that must succeed before this one runs;
                           -1 for none */
    const char *task;   /* for the journal; NULL takes the target's */
    /* The answer, filled by graph_batch: */
    int status;    /* 0 when it never ran */
    json_t *reply; /* body of a 2xx, all pages joined for a GET; NULL without;
                      graph_items_done frees it */
    char request_id[80];
    struct err err; /* kind ERR_NONE when the item succeeded */
    bool ran;       /* false: not sent, or skipped because the item it comes after
                       failed */
};

/* Runs the items, up to twenty in one request. Throttled and failing items that
 * may be done twice, and those skipped because of them, are sent again within
 * the patience; what is still throttled then keeps ERR_LIMIT with retry_after_ms
 * in its own err. Items of a workload that is closed wait for it alone. False
 * only when an envelope failed, and not because it has to wait; items of earlier
 * envelopes keep their answers. Items without `after` run in any order. */
bool graph_batch(struct m365 *m365, const struct m365_target *target, struct graph_item *items, size_t count,
                 struct err *err);
bool graph_item_ok(const struct graph_item *item); /* it ran and answered 2xx */
void graph_items_done(struct graph_item *items, size_t count);

/* "/users/%s/memberOf": each %s is percent-encoded, %% is a percent sign; the
 * rest stays as it is. */
char *graph_path(struct arena *arena, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* The link between a group and a member or owner. Without the final "/$ref" a
 * DELETE would delete the member itself: nothing else in the product builds
 * these. */
char *graph_member_ref_path(struct arena *arena, const char *group_id, const char *member_id);
char *graph_owner_ref_path(struct arena *arena, const char *group_id, const char *owner_id);

#endif
