/* memory — where there is none left, the process ends (SIGABRT), and what ran goes on after its restart:
 * whoever went on with half of what was asked for would act upon it. */
#ifndef BASE_MEMORY_H
#define BASE_MEMORY_H

#include <stdlib.h>

/* What an allocation gave, never NULL. */
static inline void *must(void *memory)
{
    if (!memory)
        abort();
    return memory;
}

#endif
