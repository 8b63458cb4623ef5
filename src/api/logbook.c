/* GET /logbook: who did what, as pages of JSON or as a table for spreadsheets. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "api/csv.h"
#include "api/visible.h"

enum { LIMIT_DEFAULT = 50, LIMIT_MAX = 200, CSV_ROWS_MAX = 10000 };
#define CSV_BYTES_MAX ((size_t)64 * 1024 * 1024)

static uint64_t query_what(struct call *call)
{
    uint64_t what = 0;
    const char *text = call_query(call, "what", 500);
    for (const char *at = text ? text : ""; *at;) {
        size_t length = strcspn(at, ",");
        const char *name = arena_text_n(call->arena, at, length);
        enum logbook_what one = logbook_parse(name);
        if (one == LOGBOOK_COUNT)
            input_bad(&call->input, "?what", "unknown_kind", "The logbook has no entries of the kind %.40s.",
                      name);
        else
            what |= UINT64_C(1) << one;
        at += length + (at[length] == ',');
    }
    return what;
}

static void read_cursor(struct call *call, const char *cursor, struct logbook_filter *filter)
{
    char *plain = (char *)call_cursor(call, cursor), *colon = plain ? strchr(plain, ':') : NULL;
    if (colon)
        *colon = '\0';
    if (plain && (!colon || !text_to_int(plain, 1, INT64_MAX, &filter->before_at) ||
                  !text_to_int(colon + 1, 1, INT64_MAX, &filter->before_id)))
        input_bad(&call->input, "?cursor", "bad_cursor",
                  "cursor must be the next_cursor of an earlier page.");
}

/* The cursor behind the last row when there is one too many, which is dropped. */
static const char *next_of(struct call *call, json_t *rows, size_t limit)
{
    char plain[60];
    int64_t at = 0;
    if (json_array_size(rows) <= limit)
        return NULL;
    json_array_remove(rows, limit);
    const json_t *last = json_array_get(rows, limit - 1);
    if (!time_parse(json_text_or(last, "at", ""), &at))
        return NULL;
    snprintf(plain, sizeof plain, "%" PRId64 ":%" PRId64, at, json_int(last, "id", 0));
    return call_cursor_make(call, plain);
}

static void add_row(struct strbuf *buf, const json_t *row)
{
    const json_t *details = json_object_at(row, "details");
    AUTO_FREE char *more = json_object_size(details) ? json_write(details) : NULL;
    const char *cells[] = {json_text(row, "at"),
                           json_text(json_object_at(row, "actor"), "name"),
                           json_text(json_object_at(row, "actor"), "kind"),
                           json_text(row, "what"),
                           json_text(json_object_at(row, "object"), "name"),
                           json_text(json_object_at(row, "object"), "id"),
                           json_text(json_object_at(row, "tenant"), "display_name"),
                           json_text(json_object_at(row, "tenant"), "id"),
                           json_text(row, "client"),
                           json_text(row, "request_id"),
                           more};
    csv_line(buf, cells, sizeof cells / sizeof *cells);
}

static bool answer_csv(struct call *call, const json_t *rows, const char *next, struct err *err)
{
    static const char *const titles[] = {"at",     "who",       "kind",   "what",       "object", "object_id",
                                         "tenant", "tenant_id", "client", "request_id", "details"};
    AUTO_STRBUF struct strbuf buf = STRBUF_MAX(CSV_BYTES_MAX);
    size_t i;
    json_t *row;
    strbuf_text_add(&buf, CSV_MARK);
    csv_line(&buf, titles, sizeof titles / sizeof *titles);
    json_array_foreach ((json_t *)rows, i, row)
        add_row(&buf, row);
    if (buf.overflow)
        return err_set(err, ERR_TOO_LARGE, "These are too many rows for one table: take a shorter time.");
    call_link_next(call, next);
    reply_header(&call->reply, "Content-Disposition", "attachment; filename=\"lastday-logbook.csv\"");
    call->reply.status = 200;
    call->reply.content_type = "text/csv; charset=utf-8; header=present";
    call->reply.length = buf.length;
    call->reply.body = arena_text_n(call->arena, strbuf_text(&buf), buf.length);
    return true;
}

bool logbook_get(struct call *call, struct err *err)
{
    const char *format = call_query(call, "format", 10);
    bool csv = format && strcmp(format, "csv") == 0;
    struct page page =
        csv ? call_page_of(call, CSV_ROWS_MAX, CSV_ROWS_MAX) : call_page_of(call, LIMIT_DEFAULT, LIMIT_MAX);
    struct logbook_filter filter = {.what = query_what(call),
                                    .actor = call_query(call, "who", 200),
                                    .text = call_query(call, "text", 200),
                                    .only_tenants = call->who.tenants,
                                    .from = call_query_time(call, "from"),
                                    .to = call_query_time(call, "to"),
                                    .limit =
                                        page.limit + 1}; /* one more tells whether there is a next page */
    if (format && !csv && strcmp(format, "json") != 0)
        input_bad(&call->input, "?format", "unknown_format", "format must be json or csv.");
    read_cursor(call, page.cursor, &filter);
    if (!visible_query_tenant(call, &filter.tenant_id, err) || !input_verdict(&call->input, err))
        return false;
    AUTO_TX struct tx *tx = store_begin_read(call->api->context.store, err);
    json_t *rows = tx ? call_keep(call, logbook_list(tx, &filter, err)) : NULL;
    if (!rows)
        return false;
    const char *next = next_of(call, rows, page.limit);
    return csv ? answer_csv(call, rows, next, err) : call_list(call, json_incref(rows), next);
}
