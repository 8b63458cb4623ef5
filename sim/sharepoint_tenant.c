/* sharepoint_tenant — REST of the tenant's administration: what a site is like (sharepoint.md, section 3,
 * alternatives). */
#include <string.h>
#include <strings.h>

#include "odata.h"
#include "sharepoint.h"

#define DIGEST "0x4D2F,01 Aug 2026 10:00:00 -0000"
#define MEGABYTE (1024 * 1024)

json_t *sharepoint_properties(const struct site_call *at)
{
    const json_t *owner = sim_user(at->tenant, at->owner_id), *site = at->site;
    AUTO_STRBUF struct strbuf login = STRBUF_MAX(600);

    strbuf_printf(&login, "i:0#.f|membership|%s", json_text_or(owner, "userPrincipalName", ""));
    return json_make("{s:s, s:s, s:s, s:s, s:s, s:i, s:s, s:i, s:i, s:s, s:s, s:b, s:s}", "SiteId",
                     json_text_or(site, "_site_id", ""), "Url", json_text_or(site, "url", ""), "Title",
                     json_text_or(owner, "displayName", ""), "Owner", strbuf_text(&login), "OwnerEmail",
                     json_text_or(owner, "mail", ""), "SharingCapability", (int)json_int(site, "sharing", 2),
                     "LockState", json_text_or(site, "lock", "Unlock"), "StorageUsage",
                     (int)(json_int(site, "_used_bytes", 0) / MEGABYTE), "StorageMaximumLevel",
                     (int)(json_int(site, "_quota_bytes", 0) / MEGABYTE), "Status", "Active", "Template",
                     "SPSPERS#10", "HasHolds", 0, "ArchiveStatus", "NotArchived");
}

static void properties_get(struct site_call *at)
{
    const char *url = json_text(at->call->json, "url");

    if (!url || !sharepoint_find(at, url, strlen(url))) {
        sharepoint_fail(at->call, 404, "-1, Microsoft.Online.SharePoint.Common.SpoNoSiteException",
                        "Cannot get site %s.", url ? url : "");
        return;
    }
    at->call->status = 200;
    at->call->reply = sharepoint_properties(at);
}

static bool site_by_id(struct site_call *at, const char *id)
{
    json_object_foreach (json_object_get(at->tenant, "sites"), at->owner_id, at->site)
        if (text_equal_nocase(json_text(at->site, "_site_id"), id))
            return true;
    at->site = NULL;
    return false;
}

/* GetSiteAdministrators?siteId='…' */
static void administrators_get(struct site_call *at)
{
    AUTO_JSON json_t *query = odata_query(at->call->query);
    const char *quoted = json_text_or(query, "siteId", "");
    size_t length = strlen(quoted);
    AUTO_FREE char *id = length > 2 ? strndup(quoted + 1, length - 2) : strdup("");
    json_t *rows, *admin;
    size_t i;

    if (!site_by_id(at, id)) {
        sharepoint_fail(at->call, 404, "-1, Microsoft.Online.SharePoint.Common.SpoNoSiteException",
                        "Cannot get site %s.", id);
        return;
    }
    rows = json_array();
    json_array_foreach (json_array_at(at->site, "admins"), i, admin) {
        const json_t *user = sim_user(at->tenant, json_string_value(admin));
        const char *upn = json_text_or(user, "userPrincipalName", "");
        AUTO_STRBUF struct strbuf login = STRBUF_MAX(600);

        strbuf_printf(&login, "i:0#.f|membership|%s", upn);
        if (user)
            json_add(rows, json_make("{s:s, s:s, s:s, s:s}", "email", json_text_or(user, "mail", upn),
                                     "loginName", strbuf_text(&login), "name",
                                     json_text_or(user, "displayName", ""), "userPrincipalName", upn));
    }
    at->call->status = 200;
    at->call->reply = json_make("{s:o}", "value", rows);
}

/* Delegated callers prove with it that they were here before. */
static void context_info(struct site_call *at)
{
    at->call->status = 200;
    at->call->reply = json_make("{s:s, s:i, s:s}", "FormDigestValue", DIGEST, "FormDigestTimeoutSeconds",
                                1800, "WebFullUrl", at->call->base_url);
}

static const struct {
    const char *method, *path;
    void (*handle)(struct site_call *at);
} routes[] = {{"POST", "SPO.Tenant/GetSitePropertiesByUrl", properties_get},
              {"POST", "SPO.Tenant/GetSiteAdministrators", administrators_get},
              {"POST", "contextinfo", context_info}};

void sharepoint_tenant_handle(struct site_call *at)
{
    for (size_t i = 0; i < sizeof routes / sizeof *routes; i++)
        if (!strcmp(at->call->method, routes[i].method) && !strcasecmp(at->rest, routes[i].path)) {
            routes[i].handle(at);
            return;
        }
    at->call->undocumented = true;
    sharepoint_fail(at->call, 404, "-1, Microsoft.SharePoint.Client.ResourceNotFoundException",
                    "Cannot find resource for the request %s.", at->rest);
}
