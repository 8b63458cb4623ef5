/* sharepoint — who may call what of SharePoint: sites of users, and the administration of the tenant
 * (sharepoint.md, sections 1 and 5).
 *
 * The caller's address replaces scheme and host, so a site is told apart by its path, the administration by
 * having none, and the host that was meant by the token, which names it. */
#include "sharepoint.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/memory.h"

#define CSOM_PATH "/_vti_bin/client.svc/ProcessQuery"

void sharepoint_fail(struct sim_call *call, int status, const char *code, const char *format, ...)
{
    AUTO_FREE char *text = NULL;
    va_list args;
    va_start(args, format);
    if (vasprintf(&text, format, args) < 0)
        abort();
    va_end(args);
    call->status = status;
    json_decref(call->reply);
    call->reply = json_make("{s{sss{ssso}}}", "odata.error", "code", code, "message", "lang", "en-US",
                            "value", json_text_new(text));
}

void sharepoint_denied(struct sim_call *call)
{
    sharepoint_fail(
        call, 403, "-2147024891, System.UnauthorizedAccessException",
        "Access denied. You do not have permission to perform this action or access this resource.");
}

bool sharepoint_find(struct site_call *at, const char *path, size_t length)
{
    json_t *site;
    json_object_foreach (json_object_get(at->tenant, "sites"), at->owner_id, site) {
        const char *url = json_text_or(site, "url", ""), *host = strstr(url, "://");
        const char *own = host ? strchr(host + 3, '/') : NULL;
        bool whole = strlen(url) == length && !strncasecmp(url, path, length);
        if (whole || (own && strlen(own) == length && !strncasecmp(own, path, length))) {
            at->site = site;
            return true;
        }
    }
    at->owner_id = NULL;
    return false;
}

static bool allowed(struct sim_call *call, const struct sim_caller *caller)
{
    static const char *const permissions[] = {"Sites.FullControl.All", "AllSites.FullControl", NULL};
    if (!caller->delegated && !caller->certificate) {
        call->status = 401;
        json_put_text(call->reply_headers, "x-ms-diagnostics",
                      "3001000;reason=\"Unsupported app only token.\";category=\"invalid_client\"");
        call->reply = json_make("{ss}", "error_description", "Unsupported app only token.");
        return false;
    }
    if (!sim_caller_may(caller, permissions)) {
        sharepoint_denied(call);
        return false;
    }
    return true;
}

static void refuse_token(struct sim_call *call, const char *why)
{
    call->status = 401;
    json_decref(call->reply);
    call->reply = json_make("{ss}", "error_description", why);
    json_put_text(call->reply_headers, "WWW-Authenticate", "Bearer realm=\"\", error=\"invalid_token\"");
}

/* Is the token for the host that serves this? kind: "-my" or "-admin". */
static bool token_fits(const struct site_call *at, const char *kind)
{
    const char *audience = json_text_or(at->caller->claims, "aud", ""), *dot = strchr(audience, '.');
    size_t length = strlen(kind), before = dot ? (size_t)(dot - audience) : 0;
    if (before >= length && !strncasecmp(audience + before - length, kind, length))
        return true;
    bool other = (before >= 3 && !strncasecmp(audience + before - 3, "-my", 3)) ||
                 (before >= 6 && !strncasecmp(audience + before - 6, "-admin", 6));
    return !other && sim_variant(at->sim, VARIANT_site_root_token);
}

static void site_handle(struct site_call *at, const char *path, size_t length)
{
    const char *lock;
    if (!sharepoint_find(at, path, length)) {
        sharepoint_fail(at->call, 404, "-2147024894, System.IO.FileNotFoundException",
                        "The site %s does not exist.", at->call->path);
        return;
    }
    lock = json_text_or(at->site, "lock", "Unlock");
    bool reads = !strcmp(at->call->method, "GET");
    if (!strcmp(lock, "NoAccess") && sim_variant(at->sim, VARIANT_site_lock_423))
        sharepoint_fail(at->call, 423, "-2147024891, System.UnauthorizedAccessException",
                        "The site is locked.");
    else if (!strcmp(lock, "NoAccess") || (!strcmp(lock, "ReadOnly") && !reads))
        sharepoint_denied(at->call);
    else
        sharepoint_site_handle(at);
}

static void dispatch(struct site_call *at, char *path)
{
    char *api = strstr(path, "/_api/");
    bool csom = !strcasecmp(path, CSOM_PATH), tenant = csom || api == path;
    if (!api && !csom) {
        at->call->undocumented = true;
        sharepoint_fail(at->call, 404, "-2147024894, System.IO.FileNotFoundException",
                        "The site %s does not exist.", at->call->path);
    } else if (!token_fits(at, tenant ? "-admin" : "-my")) {
        refuse_token(at->call, "Invalid audience: the token is for another host.");
    } else if (csom) {
        sharepoint_csom_handle(at);
    } else {
        at->rest = api + strlen("/_api/");
        if (tenant)
            sharepoint_tenant_handle(at);
        else
            site_handle(at, path, (size_t)(api - path));
    }
}

void sharepoint_handle(struct sim *sim, struct sim_call *call)
{
    struct sim_caller caller;
    const char *why = NULL;
    json_put_text(call->reply_headers, "SPRequestGuid", call->request_id);
    if (!login_check(sim, call, "sharepoint", &caller, &why)) {
        refuse_token(call, why);
        return;
    }
    AUTO_FREE char *path = must(strdup(call->path));
    struct site_call at = {.sim = sim, .call = call, .caller = &caller, .tenant = caller.tenant};
    if (allowed(call, &caller) && text_percent_decode(path, false))
        dispatch(&at, path);
    sim_caller_done(&caller);
}
