#include "connector/parallel.h"

#include <pthread.h>
#include <stdlib.h>

#include "base/thread.h"

struct envelope {
    struct m365 *m365;
    const struct m365_target *target;
    void *items;
    size_t count;
    pthread_t thread;
};

/* size: of one item. The first envelope goes in this thread. */
static void send_all(const struct envelope *all, size_t size, size_t most, void *(*send)(void *envelope))
{
    size_t total = (all->count + most - 1) / most;
    struct envelope *envelopes = calloc(total + 1, sizeof *envelopes);
    if (!envelopes)
        abort();
    for (size_t i = 0; i < total; i++) {
        size_t at = i * most, left = all->count - at;
        envelopes[i] = *all;
        envelopes[i].items = (char *)all->items + at * size;
        envelopes[i].count = left < most ? left : most;
        if (i > 0)
            envelopes[i].thread = thread_start("batch", send, &envelopes[i]);
    }
    if (total)
        send(&envelopes[0]);
    for (size_t i = 1; i < total; i++)
        pthread_join(envelopes[i].thread, NULL);
    free(envelopes);
}

static void *send_graph(void *arg)
{
    struct envelope *envelope = arg;
    struct graph_item *items = envelope->items;
    struct err err;
    bool sent = graph_batch(envelope->m365, envelope->target, items, envelope->count, &err);
    for (size_t i = 0; !sent && i < envelope->count; i++) {
        if (!graph_item_ok(&items[i]) && items[i].err.kind == ERR_NONE)
            items[i].err = err;
    }
    return NULL;
}

static void *send_exchange(void *arg)
{
    struct envelope *envelope = arg;
    struct exchange_item *items = envelope->items;
    struct err err;
    bool sent = exchange_batch(envelope->m365, envelope->target, items, envelope->count, &err);
    for (size_t i = 0; !sent && i < envelope->count; i++) {
        if (!items[i].ok && items[i].err.kind == ERR_NONE)
            items[i].err = err;
    }
    return NULL;
}

void graph_batches(struct m365 *m365, const struct m365_target *target, struct graph_item *items,
                   size_t count)
{
    const struct envelope all = {m365, target, items, count, 0};
    bool chained = false;
    for (size_t i = 0; i < count; i++)
        chained |= items[i].after >= 0;
    send_all(&all, sizeof *items, chained ? count + 1 : GRAPH_BATCH_MAX, send_graph);
}

void exchange_batches(struct m365 *m365, const struct m365_target *target, struct exchange_item *items,
                      size_t count)
{
    const struct envelope all = {m365, target, items, count, 0};
    send_all(&all, sizeof *items, EXCHANGE_BATCH_MAX, send_exchange);
}
