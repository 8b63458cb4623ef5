/* dialect — the few words that one database spells differently from the SQL text of this program. Pure. */
#ifndef STORE_DIALECT_H
#define STORE_DIALECT_H

#include <stddef.h>

struct spelling {
    const char *ours;
    const char *theirs;
};

/* Replaces whole words (and sequences of words), the first row that fits. The caller frees the text. */
char *dialect_spell(const char *sql, const struct spelling *table, size_t count);

#endif
