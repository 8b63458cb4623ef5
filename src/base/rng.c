#include "base/rng.h"

#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>

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

char *uuid_v7(const struct clock *clock, const struct rng *rng, char text[UUID_SIZE])
{
    unsigned char bytes[16];
    uint64_t now = (uint64_t)clock_utc_ms(clock);
    rng_fill(rng, bytes, sizeof bytes);
    for (int i = 0; i < 6; i++)
        bytes[i] = (unsigned char)(now >> (40 - 8 * i));
    bytes[6] = (unsigned char)(0x70 | (bytes[6] & 0x0f));
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
