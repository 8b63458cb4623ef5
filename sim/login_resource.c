#include "login_resource.h"

#include <stdlib.h>
#include <string.h>

#include "base/memory.h"

static const struct {
    const char *audience;
    const char *service;
} audiences[] = {
    {"https://graph.microsoft.com", "graph"},
    {"00000003-0000-0000-c000-000000000000", "graph"},
    {"https://graph.microsoft.us", "graph"},
    {"https://dod-graph.microsoft.us", "graph"},
    {"https://microsoftgraph.chinacloudapi.cn", "graph"},
    {"https://outlook.office365.com", "exchange"},
    {"00000002-0000-0ff1-ce00-000000000000", "exchange"},
    {"https://outlook.office365.us", "exchange"},
    {"https://outlook-dod.office365.us", "exchange"},
    {"https://partner.outlook.cn", "exchange"},
};

/* The length of "https://host" at the beginning of an address. */
static size_t origin_length(const char *url)
{
    const char *host = strstr(url, "://");
    return host ? (size_t)(host - url) + 3 + strcspn(host + 3, "/") : strlen(url);
}

/* SharePoint hosts are the initial domain's first label with "", "-my" or "-admin"; a renamed tenant keeps
 * the host of its sites. */
static bool is_sharepoint(const json_t *tenant, const char *audience)
{
    const char *domain = json_text_or(tenant, "initial_domain", "");
    size_t label = strcspn(domain, ".");
    const char *const kinds[] = {"", "-my", "-admin"};
    for (size_t i = 0; label && i < sizeof kinds / sizeof *kinds; i++) {
        AUTO_STRBUF struct strbuf host = STRBUF_MAX(400);
        strbuf_printf(&host, "https://%.*s%s.sharepoint.com", (int)label, domain, kinds[i]);
        if (text_equal_nocase(strbuf_text(&host), audience))
            return true;
    }
    const char *id;
    json_t *site;
    json_object_foreach (json_object_get(tenant, "sites"), id, site) {
        const char *url = json_text_or(site, "url", "");
        size_t length = origin_length(url);
        if (length == strlen(audience) && !strncmp(url, audience, length))
            return true;
    }
    return false;
}

const char *login_resource(const json_t *tenant, const char *audience)
{
    AUTO_FREE char *plain = must(strdup(audience));
    size_t length = strlen(plain);
    if (length && plain[length - 1] == '/')
        plain[length - 1] = '\0';
    for (size_t i = 0; i < sizeof audiences / sizeof *audiences; i++)
        if (text_equal_nocase(plain, audiences[i].audience))
            return audiences[i].service;
    return is_sharepoint(tenant, plain) ? "sharepoint" : NULL;
}
