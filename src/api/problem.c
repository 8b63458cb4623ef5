#include "api/problem.h"

#include <stdlib.h>
#include <string.h>

void problem_reply(struct reply *reply, struct arena *arena, const struct err *err, const json_t *errors,
                   const char *request_id)
{
    const struct err_kind_info *info = err_info(err->kind);
    bool inside = err->kind == ERR_INTERNAL || err->kind == ERR_CONFIG || err->kind == ERR_NONE;
    AUTO_JSON json_t *problem = json_object();

    json_put(problem, "type", json_text_new(arena_printf(arena, "/problems/%s", info->code)));
    json_put_text(problem, "title", info->title);
    json_put(problem, "status", json_integer(info->http_status));
    json_put_text(problem, "code", inside ? info->code : err->code);
    if (inside)
        json_put(problem, "detail",
                 json_text_new(arena_printf(
                     arena, "Something went wrong in Lastday itself; its log says what, under request %s.",
                     request_id ? request_id : "(unknown)")));
    else
        json_put_text(problem, "detail", err->message);
    if (request_id)
        json_put_text(problem, "request_id", request_id);
    if (errors && json_array_size(errors) > 0)
        json_put(problem, "errors", json_deep_copy(errors));

    char *AUTO_FREE text = json_write(problem);
    reply->status = info->http_status;
    reply->content_type = "application/problem+json";
    reply->body = arena_text(arena, text);
    reply->length = strlen(text);
    if (err->kind == ERR_UNAUTHENTICATED)
        reply_header(reply, "WWW-Authenticate", "Bearer realm=\"lastday\"");
    if (err->retry_after_ms > 0)
        reply_header(reply, "Retry-After",
                     arena_printf(arena, "%lld", (long long)((err->retry_after_ms + 999) / 1000)));
}

void problem_field(json_t *errors, const char *pointer, const char *code, const char *message)
{
    json_t *entry = json_object();
    json_put_text(entry, "pointer", pointer);
    json_put_text(entry, "code", code);
    json_put_text(entry, "message", message);
    json_add(errors, entry);
}

char *pointer_join(struct arena *arena, const char *pointer, const char *name)
{
    AUTO_STRBUF struct strbuf buf = STRBUF_MAX(4096);
    strbuf_printf(&buf, "%s/", pointer);
    for (; *name; name++) {
        if (*name == '~' || *name == '/')
            strbuf_text_add(&buf, *name == '~' ? "~0" : "~1");
        else
            strbuf_char(&buf, *name);
    }
    return arena_text(arena, strbuf_text(&buf));
}

char *pointer_at(struct arena *arena, const char *pointer, size_t index)
{
    return arena_printf(arena, "%s/%zu", pointer, index);
}
