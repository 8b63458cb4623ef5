/* rng — random numbers come in through an interface, so that a test owns them. Thread-safe. */
#ifndef BASE_RNG_H
#define BASE_RNG_H

#include <stddef.h>

#include "base/clock.h"

struct rng {
    void (*fill)(const struct rng *rng, void *bytes, size_t count);
};

const struct rng *rng_system(void); /* the operating system's CSPRNG, through libsodium */
void rng_fill(const struct rng *rng, void *bytes, size_t count);
/* Uniform in [0, bound); bound is at least 1. */
uint32_t rng_below(const struct rng *rng, uint32_t bound);

#define UUID_SIZE 37
/* RFC 9562: version 7 names our own objects and sorts by time, within a process in the order they were made;
 * version 4 tells nothing. Both return text. */
char *uuid_v7(const struct clock *clock, const struct rng *rng, char text[UUID_SIZE]);
char *uuid_v4(const struct rng *rng, char text[UUID_SIZE]);

#endif
