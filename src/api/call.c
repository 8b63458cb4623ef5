#include "api/call.h"

#include <inttypes.h>
#include <string.h>

enum { LIMIT_DEFAULT = 50, LIMIT_MAX = 200, CURSOR_MAX = 4096 };

json_t *call_keep(struct call *call, json_t *value)
{
    if (!value)
        return NULL;
    if (!call->kept)
        call->kept = json_array();
    json_add(call->kept, value);
    return value;
}

bool call_json(struct call *call, int status, const json_t *value)
{
    char *AUTO_FREE text = json_write(value);
    call->reply.status = status;
    call->reply.content_type = "application/json";
    call->reply.length = strlen(text);
    call->reply.body = arena_text_n(call->arena, text, call->reply.length);
    return true;
}

bool call_json_versioned(struct call *call, int status, const json_t *value, int64_t version)
{
    reply_header(&call->reply, "ETag", arena_printf(call->arena, "\"%" PRId64 "\"", version));
    return call_json(call, status, value);
}

bool call_empty(struct call *call, int status)
{
    call->reply.status = status;
    return true;
}

struct logbook_by call_by(const struct call *call)
{
    bool known = call->who.id != NULL;
    return (struct logbook_by){known ? principal_kind_name(call->who.kind) : "nobody", call->who.id,
                               known ? call->who.name : "", call->request->id, call->request->client};
}

bool call_note(const struct call *call, struct tx *tx, const struct logbook_entry *entry, struct err *err)
{
    const struct logbook_by by = call_by(call);
    return logbook_add(tx, &by, entry, clock_utc_ms(call->api->context.clock), err);
}

bool call_if_match(struct call *call, int64_t version, struct err *err)
{
    const char *header = http_header(call->request, "If-Match");
    const char *tag = arena_printf(call->arena, "\"%" PRId64 "\"", version);
    if (!header || !*header)
        return err_set(err, ERR_PRECONDITION_REQUIRED,
                       "Send If-Match with the ETag that was read, so that nobody's change is lost.");
    if (strcmp(header, "*") != 0 && strcmp(header, tag) != 0)
        return err_set(err, ERR_PRECONDITION,
                       "Somebody has changed this since it was read: read it again, then change it.");
    return true;
}

const char *call_query(struct call *call, const char *name, size_t max)
{
    const char *value = http_query(call->request, name);
    if (!value || !*value)
        return NULL;
    if (strlen(value) > max) {
        input_bad(&call->input, arena_printf(call->arena, "?%s", name), "too_long",
                  "%s may have at most %zu bytes.", name, max);
        return NULL;
    }
    return value;
}

struct page call_page(struct call *call)
{
    const char *text = call_query(call, "limit", 20);
    int64_t limit = LIMIT_DEFAULT;
    if (text && !text_to_int(text, 1, LIMIT_MAX, &limit))
        input_bad(&call->input, "?limit", "out_of_range", "limit must be a whole number from 1 to %d.",
                  LIMIT_MAX);
    return (struct page){(size_t)limit, call_query(call, "cursor", CURSOR_MAX)};
}

/* The same address with another cursor (RFC 8288). */
static const char *next_link(const struct call *call, const char *cursor)
{
    AUTO_STRBUF struct strbuf link = STRBUF_MAX(2048);
    strbuf_printf(&link, "<%s?", call->request->path);
    for (size_t i = 0; i < call->request->query_count; i++) {
        const struct http_pair *pair = &call->request->query[i];
        if (strcmp(pair->name, "cursor") == 0)
            continue;
        strbuf_percent(&link, pair->name);
        strbuf_char(&link, '=');
        strbuf_percent(&link, pair->value);
        strbuf_char(&link, '&');
    }
    strbuf_text_add(&link, "cursor=");
    strbuf_percent(&link, cursor);
    strbuf_text_add(&link, ">; rel=\"next\"");
    return link.overflow ? NULL : arena_text(call->arena, strbuf_text(&link));
}

bool call_list(struct call *call, json_t *items, const char *next_cursor)
{
    AUTO_JSON json_t *list = json_object();
    const char *link = next_cursor ? next_link(call, next_cursor) : NULL;
    json_put(list, "items", items);
    json_put_text(list, "next_cursor", next_cursor);
    if (link)
        reply_header(&call->reply, "Link", link);
    return call_json(call, 200, list);
}
