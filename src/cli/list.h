/* list — pages of the API: all of them as a table, or as the API returned them. */
#ifndef CLI_LIST_H
#define CLI_LIST_H

#include "cli/client.h"

struct column {
    const char *title;
    int width;
    const char *key;    /* of the item … */
    const char *parent; /* … or of this object in it; NULL: of the item itself */
};

/* The path, which holds a query already, with name=value put behind it; as it is when value is NULL. */
const char *list_filter(struct arena *arena, const char *path, const char *name, const char *value);

/* path may hold a query. With json, prints each page as it came, one a line. Returns the exit code. */
int list_print(const char *path, bool json, const struct column *columns, size_t count);

#endif
