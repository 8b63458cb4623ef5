#include "engine/turns.h"

#include <stdlib.h>
#include <string.h>

static int by_tenant(const void *left, const void *right)
{
    const struct turn *a = left, *b = right;
    return strcmp(a->tenant_id, b->tenant_id);
}

static int by_held_and_place(const void *left, const void *right)
{
    const struct turn *a = left, *b = right;
    if (a->held != b->held)
        return a->held > b->held ? 1 : -1;
    return (a->place > b->place) - (a->place < b->place);
}

void turns_sort(struct turn *turns, size_t count)
{
    if (!count)
        return;
    for (size_t i = 0; i < count; i++)
        turns[i].place = i;
    qsort(turns, count, sizeof *turns, by_tenant);
    for (size_t first = 0, next; first < count; first = next) {
        for (next = first + 1; next < count && by_tenant(&turns[first], &turns[next]) == 0;)
            next++;
        for (size_t i = first; i < next; i++)
            turns[i].held = next - first;
    }
    qsort(turns, count, sizeof *turns, by_held_and_place);
}
