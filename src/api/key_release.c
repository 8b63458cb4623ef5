#include "api/key_release.h"

#include <stdlib.h>

#include "base/memory.h"
#include "base/text.h"
#include "base/thread.h"

enum { PAUSE_MIN_MS = 20, PAUSE_MAX_MS = 1000 };

struct taken {
    struct idempotency_claim claim; /* principal and key are ours, process is the store's */
    struct taken *next;
};

struct key_release {
    struct store *store;
    pthread_t thread;
    pthread_mutex_t lock; /* everything below */
    pthread_cond_t wake;
    struct taken *first;
    bool stopping;
};

static void taken_free(struct taken *taken)
{
    while (taken) {
        struct taken *next = taken->next;
        free((char *)taken->claim.principal);
        free((char *)taken->claim.key);
        free(taken);
        taken = next;
    }
}

/* All together: they have become many because the store was away. */
static bool forget_all(struct key_release *release, const struct taken *taken, struct err *err)
{
    AUTO_TX struct tx *tx = store_begin(release->store, err);
    bool good = tx != NULL;
    for (; good && taken; taken = taken->next)
        good = idempotency_forget(tx, &taken->claim, err);
    return good && tx_commit(&tx, err);
}

static struct taken *take_all(struct key_release *release)
{
    WITH_LOCK(&release->lock);
    while (!release->first && !release->stopping)
        thread_wait_ms(&release->wake, &release->lock, -1);
    struct taken *all = release->first;
    release->first = NULL;
    return all;
}

/* About so long. False: told to stop. */
static bool pause_ms(struct key_release *release, int64_t ms)
{
    WITH_LOCK(&release->lock);
    if (!release->stopping)
        thread_wait_ms(&release->wake, &release->lock, ms);
    return !release->stopping;
}

static void *release_run(void *arg)
{
    struct key_release *release = arg;
    for (struct taken *all; (all = take_all(release)); taken_free(all)) {
        struct err err = {0};
        int64_t pause = PAUSE_MIN_MS;
        while (pause_ms(release, pause) && !forget_all(release, all, &err))
            pause = pause * 2 < PAUSE_MAX_MS ? pause * 2 : PAUSE_MAX_MS;
    }
    return NULL;
}

struct key_release *key_release_start(struct store *store)
{
    struct key_release *release = must(calloc(1, sizeof *release));
    release->store = store;
    pthread_mutex_init(&release->lock, NULL);
    thread_cond_init(&release->wake);
    release->thread = thread_start("key-release", release_run, release);
    return release;
}

void key_release_stop(struct key_release *release)
{
    if (!release)
        return;
    {
        WITH_LOCK(&release->lock);
        release->stopping = true;
        pthread_cond_signal(&release->wake);
    }
    pthread_join(release->thread, NULL);
    pthread_cond_destroy(&release->wake);
    pthread_mutex_destroy(&release->lock);
    free(release);
}

void key_release_add(struct key_release *release, const struct idempotency_claim *claim)
{
    struct taken *taken = must(calloc(1, sizeof *taken));
    taken->claim = (struct idempotency_claim){text_copy(claim->principal), text_copy(claim->key),
                                              claim->process, claim->begun_at};
    WITH_LOCK(&release->lock);
    taken->next = release->first;
    release->first = taken;
    pthread_cond_signal(&release->wake);
}
