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

bool call_bad(struct call *call, const char *pointer, struct err *err)
{
    input_bad(&call->input, pointer, err->code, "%s", err->message);
    return input_verdict(&call->input, err);
}

bool call_if_match(struct call *call, int64_t version, struct err *err)
{
    return call_if_match_changed(call, version, NULL, 0, err);
}

/* For a client that shows it: an entry that is about the whole. */
static void note_change(struct call *call, const char *by, const char *at)
{
    json_add(input_errors(&call->input),
             json_make("{s:s, s:s, s:s, s:s, s:s}", "pointer", "", "code", "changed_meanwhile", "message",
                       "Somebody has changed this since it was read.", "changed_by", by, "changed_at", at));
}

bool call_if_match_changed(struct call *call, int64_t version, const char *by, int64_t at, struct err *err)
{
    char when[TIME_TEXT_SIZE];
    const char *header = http_header(call->request, "If-Match");
    const char *tag = arena_printf(call->arena, "\"%" PRId64 "\"", version);
    if (!header || !*header)
        return err_set(err, ERR_PRECONDITION_REQUIRED,
                       "Send If-Match with the ETag that was read, so that nobody's change is lost.");
    if (strcmp(header, "*") == 0 || strcmp(header, tag) == 0)
        return true;
    if (!by || !at)
        return err_set(err, ERR_PRECONDITION,
                       "Somebody has changed this since it was read: read it again, then change it.");
    note_change(call, by, time_format(at, when));
    return err_set(err, ERR_PRECONDITION,
                   "%.100s changed this at %s, after it was read: read it again, then change it.", by, when);
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
    return call_page_of(call, LIMIT_DEFAULT, LIMIT_MAX);
}

struct page call_page_of(struct call *call, size_t limit, size_t limit_max)
{
    const char *text = call_query(call, "limit", 20);
    int64_t wanted = (int64_t)limit;
    if (text && !text_to_int(text, 1, (int64_t)limit_max, &wanted))
        input_bad(&call->input, "?limit", "out_of_range", "limit must be a whole number from 1 to %zu.",
                  limit_max);
    return (struct page){(size_t)wanted, call_query(call, "cursor", CURSOR_MAX)};
}

const char *call_cursor(struct call *call, const char *cursor)
{
    char plain[CURSOR_MAX];
    ptrdiff_t length = cursor ? text_base64_decode(cursor, strlen(cursor), plain, sizeof plain - 1) : 0;
    if (!cursor)
        return NULL;
    if (length > 0 && !memchr(plain, '\0', (size_t)length) && text_valid_utf8(plain, (size_t)length))
        return arena_text_n(call->arena, plain, (size_t)length);
    input_bad(&call->input, "?cursor", "bad_cursor", "cursor must be the next_cursor of an earlier page.");
    return NULL;
}

const char *call_cursor_make(struct call *call, const char *plain)
{
    AUTO_STRBUF struct strbuf cursor = STRBUF_MAX(2 * CURSOR_MAX);
    strbuf_base64url(&cursor, plain, strlen(plain));
    return arena_text(call->arena, strbuf_text(&cursor));
}

int64_t call_query_time(struct call *call, const char *name)
{
    const char *text = call_query(call, name, 40);
    int64_t utc_ms = 0;
    if (text && !time_parse(text, &utc_ms))
        input_bad(&call->input, arena_printf(call->arena, "?%s", name), "bad_time",
                  "%s must be a time such as 2026-12-24T16:00:00Z.", name);
    return utc_ms;
}

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

void call_link_next(struct call *call, const char *cursor)
{
    const char *link = cursor ? next_link(call, cursor) : NULL;
    if (link)
        reply_header(&call->reply, "Link", link);
}

bool call_list(struct call *call, json_t *items, const char *next_cursor)
{
    AUTO_JSON json_t *list = json_object();
    json_put(list, "items", items);
    json_put_text(list, "next_cursor", next_cursor);
    call_link_next(call, next_cursor);
    return call_json(call, 200, list);
}
