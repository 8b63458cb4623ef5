#include "connector/sharepoint.h"

#include <stdio.h>
#include <string.h>

#include "base/arena.h"
#include "connector/cost.h"
#include "connector/service.h"

#define QUERY_MAX_BYTES (16u * 1024)
/* Constructor of Microsoft.Online.SharePoint.TenantAdministration.Tenant (contract/sharepoint.md section 4).
 */
#define TENANT_TYPE "{268004ae-ef6b-4e9b-8425-127220d84719}"

static size_t origin_length(const char *url)
{
    const char *host = strstr(url, "://");
    return host ? (size_t)(host + 3 - url) + strcspn(host + 3, "/?#") : 0;
}

/* Site addresses come from Graph; a token for SharePoint must not be asked for, or sent to, anything odd. */
static bool check_site(const char *site_url, struct err *err)
{
    if (!site_url || !text_starts_nocase(site_url, "https://") ||
        origin_length(site_url) <= strlen("https://") || strpbrk(site_url, " \t\r\n?#@\\") ||
        strstr(site_url, ".."))
        return err_code(err, ERR_UPSTREAM, "bad_site", "The address of the SharePoint site is not valid.");
    return true;
}

static bool check_certificate(const struct m365 *m365, struct err *err)
{
    return !tokens_secret_only(m365->tokens) ||
           err_code(
               err, ERR_CONFIG, "certificate_needed",
               "SharePoint accepts an application only by certificate: give the application one. A client "
               "secret is not enough.");
}

/* Sends one request to a host of SharePoint; url is absolute, as SharePoint knows it. */
static bool send_to(struct m365 *m365, const struct m365_target *target, const char *url,
                    struct service_request *request, const char *verb, struct service_reply *ret,
                    struct err *err)
{
    AUTO_ARENA struct arena *arena = arena_new();
    size_t origin = origin_length(url);
    request->service = SERVICE_SHAREPOINT;
    request->resource = arena_text_n(arena, url, origin);
    request->url = arena_printf(
        arena, "%s%s", m365->sharepoint_url ? m365->sharepoint_url : request->resource, url + origin);
    struct m365_write write = {
        .what = arena_printf(arena, "%s %.*s", verb, (int)strcspn(url + origin, "?"), url + origin),
        .task = target->task};
    request->writes = &write;
    request->what = write.what;
    request->write_count = request->harmless ? 0 : 1;
    cost_sharepoint(&request->need, request->harmless);
    service_hash(&write, verb, url, request->body);
    return service_send(m365, target, request, ret, err) &&
           (ret->wire.status / 100 == 2 || service_fail_odata(err, ret, "SharePoint"));
}

/* Making sure of a user twice is the same as once. */
static bool twice_is_once(const char *method, const char *path, bool merge)
{
    return merge || strcmp(method, "POST") != 0 || strcmp(path, "/_api/web/ensureuser") == 0;
}

bool sharepoint_call(struct m365 *m365, const struct m365_target *target, const char *site_url,
                     const char *method, const char *path, const json_t *body, bool merge, json_t **ret,
                     struct err *err)
{
    if (!check_site(site_url, err) || !check_certificate(m365, err))
        return false;
    AUTO_ARENA struct arena *arena = arena_new();
    size_t length = strlen(site_url);
    while (length > 0 && site_url[length - 1] == '/')
        length--;
    AUTO_FREE char *text = body ? json_write(body) : NULL;
    const char *const headers[] = {merge ? "X-HTTP-Method: MERGE" : NULL, "IF-MATCH: *", NULL};
    struct service_request request = {.method = method,
                                      .headers = headers,
                                      .body = text,
                                      .content_type = "application/json;odata=nometadata",
                                      .twice_is_once = twice_is_once(method, path, merge),
                                      .harmless = strcmp(method, "GET") == 0};
    AUTO_SERVICE_REPLY struct service_reply reply = {0};
    if (!send_to(m365, target, arena_printf(arena, "%.*s%s", (int)length, site_url, path), &request,
                 merge ? "MERGE" : method, &reply, err))
        return false;
    if (ret)
        *ret = json_incref(reply.json);
    return true;
}

/* --- CSOM ---------------------------------------------------------------------------------------------- */

/* "https://contoso-my.sharepoint.com/…" -> "https://contoso-admin.sharepoint.com" */
static char *admin_host(struct arena *arena, const char *site_url)
{
    size_t origin = origin_length(site_url), scheme = strlen("https://");
    size_t label = strcspn(site_url + scheme, ".");
    static const char personal[] = "-my";
    size_t suffix = strlen(personal);
    bool is_personal = label > suffix && memcmp(site_url + scheme + label - suffix, personal, suffix) == 0;
    return arena_printf(arena, "https://%.*s-admin%.*s", (int)(is_personal ? label - suffix : label),
                        site_url + scheme, (int)(origin - scheme - label), site_url + scheme + label);
}

static void add_change(struct strbuf *xml, const struct sharepoint_change *change)
{
    bool number = json_is_integer(change->value);
    char digits[24];
    snprintf(digits, sizeof digits, "%" JSON_INTEGER_FORMAT, json_integer_value(change->value));
    strbuf_printf(xml, "<SetProperty Id=\"7\" ObjectPathId=\"4\" Name=\"%s\"><Parameter Type=\"%s\">",
                  change->property, number ? "Enum" : "String");
    strbuf_html(xml, number ? digits : json_string_value(change->value));
    strbuf_text_add(xml, "</Parameter></SetProperty><Method Name=\"Update\" Id=\"9\" ObjectPathId=\"4\" />");
}

static void add_query(struct strbuf *xml, const char *site_url, const struct sharepoint_change *change)
{
    strbuf_text_add(xml, "<Request AddExpandoFieldTypeSuffix=\"true\" SchemaVersion=\"15.0.0.0\" "
                         "LibraryVersion=\"16.0.0.0\" ApplicationName=\"Lastday\" "
                         "xmlns=\"http://schemas.microsoft.com/sharepoint/clientquery/2009\"><Actions>");
    if (change)
        add_change(xml, change);
    else
        strbuf_text_add(xml, "<Query Id=\"5\" ObjectPathId=\"4\"><Query SelectAllProperties=\"true\">"
                             "<Properties /></Query></Query>");
    strbuf_text_add(xml, "</Actions><ObjectPaths><Method Id=\"4\" ParentId=\"1\" "
                         "Name=\"GetSitePropertiesByUrl\"><Parameters><Parameter Type=\"String\">");
    strbuf_html(xml, site_url);
    strbuf_text_add(xml, "</Parameter><Parameter Type=\"Boolean\">false</Parameter></Parameters></Method>"
                         "<Constructor Id=\"1\" TypeId=\"" TENANT_TYPE "\" /></ObjectPaths></Request>");
}

/* The answer is an array: a head with ErrorInfo, then an id before each value (section 4). */
static bool read_answer(const struct service_reply *reply, json_t **ret, struct err *err)
{
    const json_t *head = json_array_get(reply->json, 0), *error = json_object_get(head, "ErrorInfo");
    if (!json_is_object(head))
        return err_code(err, ERR_UPSTREAM, "broken_answer", "The answer of SharePoint cannot be read.");
    if (json_is_object(error)) {
        struct service_reply refused = *reply;
        refused.wire.status = 403;
        service_fail(err, &refused, json_text(error, "ErrorTypeName"), json_text(error, "ErrorMessage"));
        if (err && !*err->request_id)
            snprintf(err->request_id, sizeof err->request_id, "%s",
                     json_text_or(error, "TraceCorrelationId", ""));
        return false;
    }
    for (size_t i = 1; ret && i < json_array_size(reply->json); i++) {
        json_t *value = json_array_get(reply->json, i);
        if (!json_is_object(value))
            continue;
        *ret = json_incref(value);
        return true;
    }
    return !ret ||
           err_code(err, ERR_UPSTREAM, "broken_answer", "SharePoint left the site out of its answer.");
}

bool sharepoint_site_property(struct m365 *m365, const struct m365_target *target, const char *site_url,
                              const struct sharepoint_change *change, json_t **ret, struct err *err)
{
    if (!check_site(site_url, err) || !check_certificate(m365, err))
        return false;
    AUTO_ARENA struct arena *arena = arena_new();
    AUTO_STRBUF struct strbuf xml = STRBUF_MAX(QUERY_MAX_BYTES);
    add_query(&xml, site_url, change);
    if (xml.overflow)
        return err_set(err, ERR_INTERNAL, "The address of the site is too long.");
    struct service_request request = {.method = "POST",
                                      .body = strbuf_text(&xml),
                                      .content_type = "text/xml",
                                      .twice_is_once = true,
                                      .answers_list = true,
                                      .harmless = change == NULL};
    AUTO_SERVICE_REPLY struct service_reply reply = {0};
    const char *url = arena_printf(arena, "%s/_vti_bin/client.svc/ProcessQuery", admin_host(arena, site_url));
    return send_to(m365, target, url, &request, change ? "SET" : "QUERY", &reply, err) &&
           read_answer(&reply, change ? NULL : ret, err);
}
