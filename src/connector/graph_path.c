#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "connector/graph.h"

#define PATH_MAX_BYTES (16u * 1024)

char *graph_path(struct arena *arena, const char *format, ...)
{
    AUTO_STRBUF struct strbuf path = STRBUF_MAX(PATH_MAX_BYTES);
    va_list args;
    va_start(args, format);
    for (const char *c = format; *c; c++) {
        if (c[0] != '%') {
            strbuf_char(&path, *c);
        } else if (c[1] == 's') {
            strbuf_percent(&path, va_arg(args, const char *));
            c++;
        } else if (c[1] == '%') {
            strbuf_char(&path, '%');
            c++;
        } else {
            abort(); /* a mistake of ours: only %s and %% are possible */
        }
    }
    va_end(args);
    return arena_text(arena, strbuf_text(&path));
}

/* An empty id would turn a link into its neighbour. */
static const char *present(const char *id)
{
    if (!id || !*id)
        abort();
    return id;
}

char *graph_member_ref_path(struct arena *arena, const char *group_id, const char *member_id)
{
    return graph_path(arena, "/groups/%s/members/%s/$ref", present(group_id), present(member_id));
}

char *graph_owner_ref_path(struct arena *arena, const char *group_id, const char *owner_id)
{
    return graph_path(arena, "/groups/%s/owners/%s/$ref", present(group_id), present(owner_id));
}
