#include "api/sse.h"

#include <inttypes.h>
#include <string.h>

void sse_begin(struct strbuf *buf)
{
    strbuf_printf(buf, "retry: %d\n: welcome\n\n", SSE_RETRY_MS);
}

void sse_event(struct strbuf *buf, int64_t id, const char *event, const char *data)
{
    if (id >= 0)
        strbuf_printf(buf, "id: %" PRId64 "\n", id);
    strbuf_printf(buf, "event: %s\n", event);
    for (;;) {
        size_t line = strcspn(data, "\r\n");
        strbuf_text_add(buf, "data: ");
        strbuf_add(buf, data, line);
        strbuf_char(buf, '\n');
        if (!data[line])
            break;
        data += line + (data[line] == '\r' && data[line + 1] == '\n' ? 2 : 1);
    }
    strbuf_char(buf, '\n');
}

enum sse_last sse_last_id(const char *header, const char *query, int64_t *ret_id)
{
    const char *text = header && *header ? header : query;
    if (!text || !*text)
        return SSE_NONE;
    return text_to_int(text, 0, INT64_MAX, ret_id) ? SSE_ID : SSE_BAD;
}
