#include "connector/parallel.h"

#include <pthread.h>
#include <stdatomic.h>

#include "base/thread.h"
#include "connector/limit.h"

#define THREADS_MAX 16

/* Items in envelopes of at most `most`, sent by as many threads as the lane is wide: an envelope beyond that
 * waits here, where its patience does not run out, and not in the lane. */
struct sending {
    struct m365 *m365;
    const struct m365_target *target;
    void *items;
    size_t count, most;
    void (*send)(const struct sending *sending, size_t first, size_t count);
    _Atomic size_t next; /* first item of the next envelope */
};

static void *send_some(void *arg)
{
    struct sending *sending = arg;
    for (size_t at; (at = atomic_fetch_add(&sending->next, sending->most)) < sending->count;) {
        size_t left = sending->count - at;
        sending->send(sending, at, left < sending->most ? left : sending->most);
    }
    return NULL;
}

/* This thread is one of them. */
static void send_all(struct sending *sending, enum lane_id lane)
{
    pthread_t threads[THREADS_MAX];
    size_t envelopes = (sending->count + sending->most - 1) / sending->most;
    size_t width = lane_places(lane), count = envelopes < width ? envelopes : width;
    count = count < THREADS_MAX ? count : THREADS_MAX;
    for (size_t i = 1; i < count; i++)
        threads[i] = thread_start("batch", send_some, sending);
    send_some(sending);
    for (size_t i = 1; i < count; i++)
        pthread_join(threads[i], NULL);
}

static void send_graph(const struct sending *sending, size_t first, size_t count)
{
    struct graph_item *items = (struct graph_item *)sending->items + first;
    struct err err;
    bool sent = graph_batch(sending->m365, sending->target, items, count, &err);
    for (size_t i = 0; !sent && i < count; i++) {
        if (!graph_item_ok(&items[i]) && items[i].err.kind == ERR_NONE)
            items[i].err = err;
    }
}

static void send_exchange(const struct sending *sending, size_t first, size_t count)
{
    struct exchange_item *items = (struct exchange_item *)sending->items + first;
    struct err err;
    bool sent = exchange_batch(sending->m365, sending->target, items, count, &err);
    for (size_t i = 0; !sent && i < count; i++) {
        if (!items[i].ok && items[i].err.kind == ERR_NONE)
            items[i].err = err;
    }
}

void graph_batches(struct m365 *m365, const struct m365_target *target, struct graph_item *items,
                   size_t count)
{
    bool chained = false;
    for (size_t i = 0; i < count; i++)
        chained |= items[i].after >= 0;
    struct sending all = {.m365 = m365,
                          .target = target,
                          .items = items,
                          .count = count,
                          .most = chained ? count + 1 : GRAPH_BATCH_MAX,
                          .send = send_graph};
    send_all(&all, LANE_DIRECTORY);
}

void exchange_batches(struct m365 *m365, const struct m365_target *target, struct exchange_item *items,
                      size_t count)
{
    struct sending all = {.m365 = m365,
                          .target = target,
                          .items = items,
                          .count = count,
                          .most = EXCHANGE_BATCH_MAX,
                          .send = send_exchange};
    send_all(&all, LANE_EXCHANGE);
}
