/* The evidence report of an offboarding, and the public keys with which reports can be checked. */
#include <string.h>

#include "api/visible.h"
#include "base/canonical.h"
#include "report/report.h"

static bool query_format(struct call *call, enum report_format *ret, struct err *err)
{
    const char *name = call_query(call, "format", 10);
    *ret = report_format_parse(name ? name : "html");
    if (*ret == REPORT_FORMAT_COUNT)
        input_bad(&call->input, "?format", "unknown_format", "format must be html, pdf or json.");
    return input_verdict(&call->input, err);
}

/* Of the bytes: who has them need not have them again. */
static const char *etag_of(struct call *call, const struct strbuf *body)
{
    char sha256[SHA256_TEXT_SIZE];
    return arena_printf(call->arena, "\"%.32s\"", sha256_text(strbuf_text(body), body->length, sha256));
}

static bool answer(struct call *call, enum report_format format, const struct strbuf *body, const char *name)
{
    const char *known = http_header(call->request, "If-None-Match"), *etag = etag_of(call, body);
    reply_header(&call->reply, "ETag", etag);
    reply_header(&call->reply, "Cache-Control", "private, no-cache");
    if (known && strstr(known, etag))
        return call_empty(call, 304);
    reply_header(&call->reply, "Content-Disposition",
                 arena_printf(call->arena, "attachment; filename=\"%s\"", name));
    if (format == REPORT_HTML)
        reply_header(&call->reply, "Content-Security-Policy",
                     arena_printf(call->arena, "%s; frame-ancestors 'none'; sandbox",
                                  report_html_policy(call->arena)));
    call->reply.status = 200;
    call->reply.content_type = report_format_type(format);
    call->reply.body = memcpy(arena_alloc(call->arena, body->length + 1, 1), body->data, body->length);
    call->reply.length = body->length;
    return true;
}

bool offboarding_report_get(struct call *call, struct err *err)
{
    const struct api_context *context = &call->api->context;
    const struct report_parts parts = {context->store, context->vault, context->clock, context->rng};
    AUTO_STRBUF struct strbuf body = STRBUF_MAX(REPORT_MAX_BYTES);
    enum report_format format;
    const char *id, *name;
    return query_format(call, &format, err) && visible_offboarding(call, &id, err) &&
           report_write(&parts, call->arena, id, format, &body, &name, err) &&
           answer(call, format, &body, name);
}

bool report_keys_get(struct call *call, struct err *err)
{
    json_t *keys = signing_keys_json(call->api->context.store, err);
    return keys && call_json(call, 200, call_keep(call, json_make("{s:o}", "items", keys)));
}
