#include "auth/throttle.h"

#include <sodium.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/thread.h"

#define FREE_FAILURES 5
#define FIRST_WAIT_MS 1000
#define LONGEST_WAIT_MS 60000
#define FORGOTTEN_AFTER_MS (15 * 60 * 1000)
#define SETS 512
#define WAYS 8

struct entry {
    unsigned char pair[16]; /* keyed hash of username and address */
    int failures;           /* 0: free */
    int64_t failed_at;      /* monotonic */
    int64_t open_at;        /* monotonic: no try before */
};

/* A table of fixed size, so that many names cost no memory; where it is full, the pair with the fewest
 * failures makes room, so that a guesser does not wash out its own record by trying other names. The hash is
 * keyed, so that nobody can choose names that fall into one set. */
struct throttle {
    const struct clock *clock;
    pthread_mutex_t lock;
    unsigned char key[crypto_generichash_KEYBYTES];
    struct entry entries[SETS][WAYS];
};

struct throttle *throttle_new(const struct clock *clock, const struct rng *rng)
{
    struct throttle *throttle = must(calloc(1, sizeof *throttle));
    throttle->clock = clock;
    pthread_mutex_init(&throttle->lock, NULL);
    rng_fill(rng, throttle->key, sizeof throttle->key);
    return throttle;
}

void throttle_free(struct throttle *throttle)
{
    if (!throttle)
        return;
    pthread_mutex_destroy(&throttle->lock);
    free(throttle);
}

static void hash_pair(const struct throttle *throttle, const char *username, const char *address,
                      unsigned char ret[16])
{
    crypto_generichash_state state;
    crypto_generichash_init(&state, throttle->key, sizeof throttle->key, 16);
    crypto_generichash_update(&state, (const unsigned char *)username, strlen(username) + 1);
    crypto_generichash_update(&state, (const unsigned char *)address, strlen(address));
    crypto_generichash_final(&state, ret, 16);
}

static bool forgotten(const struct entry *entry, int64_t now)
{
    return entry->failures == 0 || now - entry->failed_at >= FORGOTTEN_AFTER_MS;
}

static struct entry *find_locked(struct throttle *throttle, const unsigned char pair[16], bool make,
                                 int64_t now)
{
    struct entry *set = throttle->entries[(pair[0] | pair[1] << 8) % SETS], *room = set;
    for (size_t i = 0; i < WAYS; i++) {
        if (!forgotten(&set[i], now) && memcmp(set[i].pair, pair, 16) == 0)
            return &set[i];
        int failures = forgotten(&set[i], now) ? 0 : set[i].failures;
        int least = forgotten(room, now) ? 0 : room->failures;
        if (failures < least || (failures == least && set[i].failed_at < room->failed_at))
            room = &set[i];
    }
    if (!make)
        return NULL;
    *room = (struct entry){0};
    memcpy(room->pair, pair, 16);
    return room;
}

int64_t throttle_wait_ms(struct throttle *throttle, const char *username, const char *address)
{
    unsigned char pair[16];
    int64_t now = clock_mono_ms(throttle->clock);
    hash_pair(throttle, username, address, pair);
    WITH_LOCK(&throttle->lock);
    const struct entry *entry = find_locked(throttle, pair, false, now);
    return entry && entry->open_at > now ? entry->open_at - now : 0;
}

void throttle_failed(struct throttle *throttle, const char *username, const char *address)
{
    unsigned char pair[16];
    int64_t now = clock_mono_ms(throttle->clock), wait_ms = FIRST_WAIT_MS;
    hash_pair(throttle, username, address, pair);
    WITH_LOCK(&throttle->lock);
    struct entry *entry = find_locked(throttle, pair, true, now);
    entry->failed_at = now;
    if (entry->failures < 1000)
        entry->failures++;
    for (int i = FREE_FAILURES; i < entry->failures && wait_ms < LONGEST_WAIT_MS; i++)
        wait_ms *= 2;
    if (entry->failures >= FREE_FAILURES)
        entry->open_at = now + (wait_ms < LONGEST_WAIT_MS ? wait_ms : LONGEST_WAIT_MS);
}

void throttle_passed(struct throttle *throttle, const char *username, const char *address)
{
    unsigned char pair[16];
    hash_pair(throttle, username, address, pair);
    WITH_LOCK(&throttle->lock);
    struct entry *entry = find_locked(throttle, pair, false, clock_mono_ms(throttle->clock));
    if (entry)
        entry->failures = 0;
}
