#include "api/offboarding_page.h"

#include <inttypes.h>
#include <string.h>

/* A cursor is base64url of "<created_at in ms>:<id>" of the last row shown. */
static void put_cursor(json_t *page, const json_t *last)
{
    int64_t created_at;
    char plain[80];
    AUTO_STRBUF struct strbuf cursor = STRBUF_MAX(120);
    if (!time_parse(json_text_or(last, "created_at", ""), &created_at))
        return;
    snprintf(plain, sizeof plain, "%" PRId64 ":%s", created_at, json_text_or(last, "id", ""));
    strbuf_base64url(&cursor, plain, strlen(plain));
    json_put_text(page, "next_cursor", strbuf_text(&cursor));
}

json_t *offboarding_page(struct tx *tx, struct offboarding_filter *filter, struct err *err)
{
    filter->limit++; /* one more tells whether there is a next page */
    json_t *items = offboarding_list(tx, filter, err);
    filter->limit--;
    if (!items)
        return NULL;
    json_t *page = json_object();
    json_put(page, "next_cursor", json_null());
    if (json_array_size(items) > filter->limit) {
        json_array_remove(items, filter->limit);
        put_cursor(page, json_array_get(items, filter->limit - 1));
    }
    return json_put(page, "items", items);
}

bool offboarding_cursor_read(struct arena *arena, const char *cursor, struct offboarding_filter *filter)
{
    char plain[81];
    ptrdiff_t length = text_base64_decode(cursor, strlen(cursor), plain, sizeof plain - 1);
    if (length < 0)
        return false;
    plain[length] = '\0';
    char *colon = strchr(plain, ':');
    if (!colon || !text_is_uuid(colon + 1))
        return false;
    *colon = '\0';
    filter->before_id = arena_text(arena, colon + 1);
    return text_to_int(plain, 1, INT64_MAX, &filter->before_at);
}
