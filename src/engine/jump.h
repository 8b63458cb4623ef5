/* jump — notices that the wall clock was moved, by comparing it with the time that has passed (private to
 * engine/). A computer that slept is no jump: time has passed for it too. Pure but for the log line. */
#ifndef ENGINE_JUMP_H
#define ENGINE_JUMP_H

#include <stdbool.h>
#include <stdint.h>

#define JUMP_LOGGED_MS ((int64_t)60 * 1000)
#define JUMP_HELD_MS ((int64_t)60 * 60 * 1000)

/* Zero-initialise. */
struct jump {
    bool known;
    int64_t offset;   /* between the two clocks, when last looked */
    int64_t from, to; /* what was leapt over and is not taken back: of Unix time */
};

/* utc: Unix time; passed: clock_passed_ms. */
void jump_look(struct jump *jump, int64_t utc, int64_t passed);
/* Was this moment leapt over? Then it has come by the clock alone. */
bool jump_went_over(const struct jump *jump, int64_t at);

#endif
