#include "api/route.h"

#include <string.h>

#include "base/text.h"

static const struct route routes[] = {
#define ROUTE(method, path, access, takes, handler) {#method, path, ACCESS_##access, TAKES_##takes, handler},
#include "api/route.def"
#undef ROUTE
};
#define COUNT (sizeof routes / sizeof routes[0])

size_t route_count(void)
{
    return COUNT;
}

const struct route *route_at(size_t index)
{
    return &routes[index];
}

size_t route_index(const struct route *route)
{
    return (size_t)(route - routes);
}

/* Does the path have the template's form? The raw segments for its {names} come back. */
static bool match(const char *template, const char *path, struct arena *arena,
                  const char *ret_params[ROUTE_PARAMS_MAX])
{
    size_t count = 0;
    while (*template == '/' && *path == '/') {
        size_t wanted = strcspn(++template, "/");
        size_t given = strcspn(++path, "/");
        if (*template == '{') {
            if (given == 0)
                return false;
            ret_params[count++] = arena_text_n(arena, path, given);
        } else if (wanted != given || strncmp(template, path, wanted) != 0) {
            return false;
        }
        template += wanted;
        path += given;
    }
    return !*template && !*path;
}

static bool decode(const char *params[ROUTE_PARAMS_MAX], struct err *err)
{
    for (size_t i = 0; i < ROUTE_PARAMS_MAX && params[i]; i++) {
        char *text = (char *)params[i]; /* a copy of our own, made by match */
        if (!text_percent_decode(text, false) || !text_valid_utf8(text, strlen(text)))
            return err_set(err, ERR_MALFORMED, "The path is not percent-encoded UTF-8.");
    }
    return true;
}

const struct route *route_find(const struct http_request *request, struct arena *arena,
                               const char *ret_params[ROUTE_PARAMS_MAX], const char **ret_allow,
                               struct err *err)
{
    AUTO_STRBUF struct strbuf allow = STRBUF_MAX(100);
    *ret_allow = NULL;
    for (size_t i = 0; i < COUNT; i++) {
        memset(ret_params, 0, ROUTE_PARAMS_MAX * sizeof *ret_params);
        if (!match(routes[i].path, request->path, arena, ret_params))
            continue;
        if (strcmp(routes[i].method, request->method) == 0)
            return decode(ret_params, err) ? &routes[i] : NULL;
        strbuf_printf(&allow, "%s%s", allow.length ? ", " : "", routes[i].method);
    }
    if (allow.length) {
        *ret_allow = arena_text(arena, strbuf_text(&allow));
        err_set(err, ERR_METHOD, "%.20s is not possible here; possible: %s.", request->method, *ret_allow);
        return NULL;
    }
    err_set(err, ERR_NOT_FOUND, "There is nothing at this address.");
    return NULL;
}
