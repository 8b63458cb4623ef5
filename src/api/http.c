#include "api/http.h"

#include <stdlib.h>
#include <string.h>

#include "base/text.h"

const char *http_header(const struct http_request *request, const char *name)
{
    for (size_t i = 0; i < request->header_count; i++)
        if (text_equal_nocase(request->headers[i].name, name))
            return request->headers[i].value;
    return NULL;
}

const char *http_query(const struct http_request *request, const char *name)
{
    for (size_t i = 0; i < request->query_count; i++)
        if (strcmp(request->query[i].name, name) == 0)
            return request->query[i].value;
    return NULL;
}

const char *http_cookie(const struct http_request *request, struct arena *arena, const char *name)
{
    const char *found = NULL;
    size_t name_length = strlen(name);
    for (size_t i = 0; i < request->header_count; i++) {
        if (!text_equal_nocase(request->headers[i].name, "Cookie"))
            continue;
        for (const char *at = request->headers[i].value; *at;) {
            at += strspn(at, "; \t");
            size_t length = strcspn(at, ";");
            if (length > name_length && at[name_length] == '=' && strncmp(at, name, name_length) == 0) {
                if (found)
                    return NULL; /* a second one was planted from elsewhere: trust neither */
                found = arena_text_n(arena, at + name_length + 1, length - name_length - 1);
            }
            at += length;
        }
    }
    return found;
}

void reply_header(struct reply *reply, const char *name, const char *value)
{
    if (reply->header_count == REPLY_MAX_HEADERS)
        abort();
    reply->headers[reply->header_count++] = (struct http_pair){name, value};
}

const char *reply_header_get(const struct reply *reply, const char *name)
{
    for (size_t i = 0; i < reply->header_count; i++)
        if (text_equal_nocase(reply->headers[i].name, name))
            return reply->headers[i].value;
    return NULL;
}
