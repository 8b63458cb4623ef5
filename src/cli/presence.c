#include "cli/presence.h"

#include <stdlib.h>

#include "base/memory.h"
#include "base/thread.h"

struct presence {
    struct store *store;
    const struct node_self *self;
    const struct clock *clock;
    pthread_mutex_t lock;
    pthread_cond_t wake;
    bool quit;
    pthread_t thread; /* of a shared store alone: where there is one process, that it answers says enough */
};

/* One that fails is made up for by the next. */
static void beat(const struct presence *presence)
{
    struct err err;
    AUTO_TX struct tx *tx = store_begin(presence->store, &err);
    if (tx && nodes_beat(tx, presence->self, clock_utc_ms(presence->clock), &err))
        (void)!tx_commit(&tx, &err);
}

static void *presence_run(void *arg)
{
    struct presence *presence = arg;
    for (;;) {
        {
            WITH_LOCK(&presence->lock);
            if (!presence->quit)
                thread_wait_ms(&presence->wake, &presence->lock, NODE_BEAT_MS);
            if (presence->quit)
                return NULL;
        }
        beat(presence);
    }
}

static bool enter(const struct presence *presence, struct err *err)
{
    AUTO_TX struct tx *tx = store_begin(presence->store, err);
    return tx &&
           nodes_enter(tx, presence->self, store_is_shared(presence->store), clock_utc_ms(presence->clock),
                       err) &&
           tx_commit(&tx, err);
}

struct presence *presence_start(struct store *store, const struct node_self *self, const struct clock *clock,
                                struct err *err)
{
    struct presence *presence = must(calloc(1, sizeof *presence));
    *presence = (struct presence){.store = store, .self = self, .clock = clock};
    if (!enter(presence, err)) {
        free(presence);
        return NULL;
    }
    pthread_mutex_init(&presence->lock, NULL);
    thread_cond_init(&presence->wake);
    if (store_is_shared(store))
        presence->thread = thread_start("presence", presence_run, presence);
    return presence;
}

static void leave(const struct presence *presence)
{
    struct err err;
    AUTO_TX struct tx *tx = store_begin(presence->store, &err);
    if (tx && nodes_leave(tx, presence->self, &err))
        (void)!tx_commit(&tx, &err);
}

void presence_stop(struct presence *presence)
{
    if (!presence)
        return;
    if (store_is_shared(presence->store)) {
        {
            WITH_LOCK(&presence->lock);
            presence->quit = true;
            pthread_cond_signal(&presence->wake);
        }
        pthread_join(presence->thread, NULL);
        leave(presence);
    }
    pthread_cond_destroy(&presence->wake);
    pthread_mutex_destroy(&presence->lock);
    free(presence);
}
