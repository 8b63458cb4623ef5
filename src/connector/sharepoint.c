#include "connector/sharepoint.h"

#include <string.h>

#include "base/arena.h"
#include "connector/service.h"

static size_t origin_length(const char *url)
{
    const char *host = strstr(url, "://");
    return host ? (size_t)(host + 3 - url) + strcspn(host + 3, "/?#") : 0;
}

/* Site addresses come from Graph; a token for SharePoint must not be asked for,
 * or sent to, anything odd. */
static bool check_site(const char *site_url, struct err *err)
{
    if (!site_url || !text_starts_nocase(site_url, "https://") ||
        origin_length(site_url) <= strlen("https://") || strpbrk(site_url, " \t\r\n?#@\\") ||
        strstr(site_url, ".."))
        return err_code(err, ERR_UPSTREAM, "bad_site", "The address of the SharePoint site is not valid.");
    return true;
}

bool sharepoint_call(struct m365 *m365, const struct m365_target *target, const char *site_url,
                     const char *method, const char *path, const json_t *body, bool merge, json_t **ret,
                     struct err *err)
{
    if (!check_site(site_url, err))
        return false;
    if (tokens_secret_only(m365->tokens))
        return err_code(err, ERR_CONFIG, "certificate_needed",
                        "SharePoint accepts an application only by certificate: "
                        "give the application one. A client "
                        "secret is not enough.");
    AUTO_ARENA struct arena *arena = arena_new();
    size_t length = strlen(site_url);
    while (length > 0 && site_url[length - 1] == '/')
        length--;
    size_t origin = origin_length(site_url);
    const char *resource = arena_text_n(arena, site_url, origin);
    const char *base = m365->sharepoint_url ? m365->sharepoint_url : resource;
    const char *url = arena_printf(arena, "%s%.*s%s", base, (int)(length > origin ? length - origin : 0),
                                   site_url + origin, path);
    const char *what =
        arena_printf(arena, "%s %.*s", merge ? "MERGE" : method, (int)strcspn(path, "?"), path);
    AUTO_FREE char *text = body ? json_write(body) : NULL;
    bool reads = strcmp(method, "GET") == 0;
    const char *const headers[] = {merge ? "X-HTTP-Method: MERGE" : NULL, "IF-MATCH: *", NULL};
    struct service_request request = {.service = SERVICE_SHAREPOINT,
                                      .method = method,
                                      .url = url,
                                      .resource = resource,
                                      .headers = headers,
                                      .body = text,
                                      .content_type = "application/json;odata=nometadata",
                                      .twice_is_once = merge || strcmp(method, "POST") != 0,
                                      .harmless = reads,
                                      .writes = &what,
                                      .write_count = reads ? 0 : 1};
    AUTO_SERVICE_REPLY struct service_reply reply = {0};
    if (!service_send(m365, target, &request, &reply, err))
        return false;
    if (reply.wire.status / 100 != 2)
        return service_fail_odata(err, &reply, "SharePoint");
    if (ret)
        *ret = json_incref(reply.json);
    return true;
}
