#include "base/arena.h"

#include <stdarg.h>
#include <stdlib.h>
#include <talloc.h>

#include "base/memory.h"

struct arena *arena_new(void)
{
    return must(talloc_new(NULL));
}

void arena_free(struct arena *arena)
{
    if (arena)
        talloc_free(arena);
}

void arena_auto_free(struct arena **arena)
{
    arena_free(*arena);
}

void *arena_alloc(struct arena *arena, size_t count, size_t size)
{
    return must(_talloc_zero_array(arena, size, (unsigned)count, "arena"));
}

char *arena_text(struct arena *arena, const char *text)
{
    return text ? must(talloc_strdup(arena, text)) : NULL;
}

char *arena_text_n(struct arena *arena, const char *text, size_t length)
{
    return must(talloc_strndup(arena, text, length));
}

char *arena_printf(struct arena *arena, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    char *text = must(talloc_vasprintf(arena, format, args));
    va_end(args);
    return text;
}
