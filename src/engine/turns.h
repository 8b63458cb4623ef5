/* turns — in which order the runs of a node are looked after: those of tenants with the fewest first, so that
 * one does not wait behind the hundreds of another. Pure. */
#ifndef ENGINE_TURNS_H
#define ENGINE_TURNS_H

#include <stddef.h>

struct run;

struct turn {
    struct run *run;
    const char *tenant_id; /* borrowed */
    size_t held;           /* filled in: how many of its tenant there are */
    size_t place;          /* filled in: among all as they came */
};

/* Those of one tenant, and of tenants with equally many, keep their order. */
void turns_sort(struct turn *turns, size_t count);

#endif
