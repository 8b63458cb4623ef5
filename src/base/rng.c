#include "base/rng.h"

#include <sodium.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>

enum { FOLLOWED_MS = 10000 };

static void system_fill(const struct rng *rng, void *bytes, size_t count)
{
    (void)rng;
    randombytes_buf(bytes, count);
}

const struct rng *rng_system(void)
{
    static const struct rng rng = {system_fill};
    if (sodium_init() < 0)
        abort();
    return &rng;
}

void rng_fill(const struct rng *rng, void *bytes, size_t count)
{
    rng->fill(rng, bytes, count);
}

uint32_t rng_below(const struct rng *rng, uint32_t bound)
{
    uint32_t value, limit = UINT32_MAX - UINT32_MAX % bound;
    do /* values past the last whole multiple would make small results likelier */
        rng_fill(rng, &value, sizeof value);
    while (value >= limit);
    return value % bound;
}

static char *uuid_print(const unsigned char b[16], char text[UUID_SIZE])
{
    snprintf(text, UUID_SIZE, "%02x%02x%02x%02x-%02x%02x-%02x%02x-%02x%02x-%02x%02x%02x%02x%02x%02x", b[0],
             b[1], b[2], b[3], b[4], b[5], b[6], b[7], b[8], b[9], b[10], b[11], b[12], b[13], b[14], b[15]);
    return text;
}

/* Milliseconds and, in the last twelve bits, a counter that begins low and random (RFC 9562, section 6.2):
 * what is made within one of them is in order too. A clock that was set back is followed, small corrections
 * are not. */
static uint64_t next_stamp(uint64_t now, uint64_t random)
{
    static _Atomic uint64_t last;
    uint64_t before = atomic_load(&last), next;
    do {
        bool goes_on = before >> 12 >= now && (before >> 12) - now < FOLLOWED_MS;
        next = goes_on ? before + 1 : now << 12 | (random & 0x7ff);
    } while (!atomic_compare_exchange_weak(&last, &before, next));
    return next;
}

char *uuid_v7(const struct clock *clock, const struct rng *rng, char text[UUID_SIZE])
{
    unsigned char bytes[16];
    rng_fill(rng, bytes, sizeof bytes);
    uint64_t stamp = next_stamp((uint64_t)clock_utc_ms(clock), (uint64_t)bytes[6] << 8 | bytes[7]);
    for (int i = 0; i < 6; i++)
        bytes[i] = (unsigned char)(stamp >> (52 - 8 * i));
    bytes[6] = (unsigned char)(0x70 | ((stamp >> 8) & 0x0f));
    bytes[7] = (unsigned char)stamp;
    bytes[8] = (unsigned char)(0x80 | (bytes[8] & 0x3f));
    return uuid_print(bytes, text);
}

char *uuid_v4(const struct rng *rng, char text[UUID_SIZE])
{
    unsigned char bytes[16];
    rng_fill(rng, bytes, sizeof bytes);
    bytes[6] = (unsigned char)(0x40 | (bytes[6] & 0x0f));
    bytes[8] = (unsigned char)(0x80 | (bytes[8] & 0x3f));
    return uuid_print(bytes, text);
}
