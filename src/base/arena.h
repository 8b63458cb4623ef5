/* arena — one talloc context per unit of work: a request, a task attempt, a scheduler pass.
 *
 * Nothing inside is freed by hand. An arena belongs to one thread at a time. Running out of memory aborts:
 * the journal makes a restart safe. */
#ifndef BASE_ARENA_H
#define BASE_ARENA_H

#include <stddef.h>

#include "base/err.h"

struct arena; /* a talloc context */

struct arena *arena_new(void);
void arena_free(struct arena *arena); /* NULL is fine */
void arena_auto_free(struct arena **arena);
#define AUTO_ARENA AUTO(arena_auto_free)

/* Zeroed memory that lives as long as the arena. */
void *arena_alloc(struct arena *arena, size_t count, size_t size);
#define ARENA_NEW(arena, type) ((type *)arena_alloc((arena), 1, sizeof(type)))
char *arena_text(struct arena *arena, const char *text); /* a copy; NULL stays NULL */
char *arena_text_n(struct arena *arena, const char *text, size_t length);
char *arena_printf(struct arena *arena, const char *format, ...) __attribute__((format(printf, 2, 3)));

#endif
