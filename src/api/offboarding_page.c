#include "api/offboarding_page.h"

#include <string.h>

json_t *offboarding_page(struct tx *tx, struct arena *arena, const struct offboarding_filter *filter,
                         struct err *err)
{
    const char *next;
    AUTO_STRBUF struct strbuf cursor = STRBUF_MAX(8192);
    json_t *items = offboarding_list(tx, arena, filter, &next, err);
    if (!items)
        return NULL;
    if (next)
        strbuf_base64url(&cursor, next, strlen(next));
    json_t *page = json_put_text(json_object(), "next_cursor", next ? strbuf_text(&cursor) : NULL);
    return json_put(page, "items", items);
}
