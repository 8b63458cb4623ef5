/* What the Exchange admin API answers: the first two bytes are the status, the rest the body. Rows or an
 * error, never neither; the headers that tell of limits are read from the same bytes. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "connector/exchange_reply.h"
#include "connector/throttle.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* As the wire keeps headers: "name: value\n". */
static char *headers_of(const char *text)
{
    struct strbuf headers = STRBUF_MAX(8192);
    for (const char *end; *text; text = *end ? end + 1 : end) {
        const char *value = strstr(text, ": ");
        end = text + strcspn(text, "\n");
        if (!value || value > end)
            continue;
        strbuf_add(&headers, text, (size_t)(end - text));
        strbuf_char(&headers, '\n');
    }
    return strbuf_take(&headers);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const int statuses[] = {200, 204, 400, 401, 403, 404, 409, 429, 500, 503};
    struct err err = {0};
    struct service_reply reply = {0};
    if (size < 2)
        return 0;
    reply.wire.status = statuses[data[0] % (sizeof statuses / sizeof *statuses)];
    reply.wire.body = strndup((const char *)data + 1, size - 1);
    reply.wire.body_length = strlen(reply.wire.body);
    reply.wire.headers = headers_of(reply.wire.body);
    reply.json = json_read(reply.wire.body, reply.wire.body_length, NULL);
    AUTO_JSON json_t *rows = json_array();
    AUTO_JSON json_t *warnings = json_array();
    bool good = exchange_read(&reply, rows, warnings, &err);
    if (good ? reply.wire.status >= 400 : err.kind == ERR_NONE || !*err.message)
        abort();
    (void)exchange_refusal(&reply);
    struct throttle throttle = throttle_read(&reply.wire, 1785585600000);
    if (throttle.wait_ms < 0 || throttle.space_ms < 0 || throttle.wait_ms > (int64_t)24 * 60 * 60 * 1000)
        abort();
    service_reply_done(&reply);
    return 0;
}
