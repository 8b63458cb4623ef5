/* sharepoint_csom — the part of CSOM that changes a site's sharing and lock (sharepoint.md, section 4).
 *
 * A request is a list of actions on numbered objects; an object is made by a constructor or by a method of
 * another. A set property is only written by the method Update. Whatever happens, the answer is 200 with an
 * array whose first element says how it went. */
#include <glib.h>
#include <string.h>
#include <strings.h>

#include "sharepoint.h"

#define TENANT_TYPE "{268004ae-ef6b-4e9b-8425-127220d84719}"
#define DENIED_CODE (-2147024891)

/* The request as read: "actions": [{kind, id, path, name, parameter}], "paths": {id: {kind, parent, name,
 * type, parameters: []}}. */
struct reader {
    json_t *actions, *paths;
    json_t *open;       /* the action or path that is being read; borrowed */
    struct strbuf text; /* of the parameter that is being read */
    bool in_paths, in_parameter;
};

static const char *attribute(const char **names, const char **values, const char *name)
{
    for (size_t i = 0; names[i]; i++)
        if (!strcmp(names[i], name))
            return values[i];
    return NULL;
}

static void read_action(struct reader *reader, const char *element, const char **names, const char **values)
{
    json_t *action = json_make("{s:s}", "kind", element);

    json_put_text(action, "id", attribute(names, values, "Id"));
    json_put_text(action, "path", attribute(names, values, "ObjectPathId"));
    json_put_text(action, "name", attribute(names, values, "Name"));
    json_add(reader->actions, action);
    reader->open = action;
}

static void read_path(struct reader *reader, const char *element, const char **names, const char **values)
{
    const char *id = attribute(names, values, "Id");
    json_t *path = json_make("{s:s, s:[]}", "kind", element, "parameters");

    json_put_text(path, "parent", attribute(names, values, "ParentId"));
    json_put_text(path, "name", attribute(names, values, "Name"));
    json_put_text(path, "type", attribute(names, values, "TypeId"));
    json_put(reader->paths, id ? id : "", path);
    reader->open = path;
}

static void on_start(GMarkupParseContext *context, const char *element, const char **names,
                     const char **values, gpointer data, GError **error)
{
    struct reader *reader = data;
    const GSList *stack = g_markup_parse_context_get_element_stack(context);
    const char *parent = stack && stack->next ? stack->next->data : "";

    (void)error;
    if (!strcmp(element, "ObjectPaths"))
        reader->in_paths = true;
    else if (!strcmp(element, "Actions"))
        reader->in_paths = false;
    else if (!strcmp(parent, "Actions"))
        read_action(reader, element, names, values);
    else if (!strcmp(parent, "ObjectPaths"))
        read_path(reader, element, names, values);
    reader->in_parameter = !strcmp(element, "Parameter");
    strbuf_done(&reader->text);
    reader->text = (struct strbuf)STRBUF_MAX(4000);
}

static void on_text(GMarkupParseContext *context, const char *text, gsize length, gpointer data,
                    GError **error)
{
    struct reader *reader = data;

    (void)context;
    (void)error;
    if (reader->in_parameter)
        strbuf_add(&reader->text, text, length);
}

static void on_end(GMarkupParseContext *context, const char *element, gpointer data, GError **error)
{
    struct reader *reader = data;

    (void)context;
    (void)error;
    if (strcmp(element, "Parameter") != 0 || !reader->open)
        return;
    if (reader->in_paths)
        json_add(json_object_get(reader->open, "parameters"), json_text_new(strbuf_text(&reader->text)));
    else
        json_put_text(reader->open, "parameter", strbuf_text(&reader->text));
    reader->in_parameter = false;
}

static bool request_read(struct reader *reader, const char *body, size_t length)
{
    static const GMarkupParser parser = {.start_element = on_start, .end_element = on_end, .text = on_text};
    GMarkupParseContext *context = g_markup_parse_context_new(&parser, 0, reader, NULL);
    bool good = g_markup_parse_context_parse(context, body, (gssize)length, NULL) &&
                g_markup_parse_context_end_parse(context, NULL);

    g_markup_parse_context_free(context);
    strbuf_done(&reader->text);
    return good;
}

/* ---- what it does ---- */

struct failure {
    const char *type, *message;
    int code;
};

static json_t *header_of(const struct site_call *at, const struct failure *failure)
{
    json_t *header = json_make("{s:s, s:s, s:n, s:s}", "SchemaVersion", "15.0.0.0", "LibraryVersion",
                               "16.0.25000.12000", "ErrorInfo", "TraceCorrelationId", at->call->request_id);

    if (failure)
        json_put(header, "ErrorInfo",
                 json_make("{s:s, s:n, s:s, s:i, s:s}", "ErrorMessage", failure->message, "ErrorValue",
                           "TraceCorrelationId", at->call->request_id, "ErrorCode", failure->code,
                           "ErrorTypeName", failure->type));
    return header;
}

/* The site behind an object path: the tenant's GetSitePropertiesByUrl. NULL when all is well. */
static const struct failure *path_open(struct site_call *at, const json_t *paths, const char *path_id)
{
    static const struct failure no_path = {"Microsoft.SharePoint.Client.InvalidClientQueryException",
                                           "The object path is not known.", -1};
    static const struct failure no_site = {"Microsoft.Online.SharePoint.Common.SpoNoSiteException",
                                           "Cannot get site.", -1};
    const json_t *path = json_object_get(paths, path_id ? path_id : "");
    const json_t *parent = json_object_get(paths, json_text_or(path, "parent", ""));
    const char *url = json_string_value(json_array_get(json_array_at(path, "parameters"), 0));

    if (!text_equal_nocase(json_text(parent, "type"), TENANT_TYPE) ||
        strcmp(json_text_or(path, "name", ""), "GetSitePropertiesByUrl") != 0)
        return &no_path;
    return url && sharepoint_find(at, url, strlen(url)) ? NULL : &no_site;
}

static const struct failure *property_read(const json_t *action, json_t *wanted)
{
    static const struct failure bad = {"Microsoft.SharePoint.Client.InvalidClientQueryException",
                                       "The property or its value is not known.", -1};
    static const char *const locks[] = {"Unlock", "NoAdditions", "ReadOnly", "NoAccess"};
    const char *name = json_text_or(action, "name", ""), *value = json_text_or(action, "parameter", "");
    int64_t number;

    if (!strcmp(name, "SharingCapability") && text_to_int(value, 0, 3, &number)) {
        json_put(wanted, "sharing", json_integer(number));
        return NULL;
    }
    for (size_t i = 0; !strcmp(name, "LockState") && i < sizeof locks / sizeof *locks; i++)
        if (!strcmp(locks[i], value)) {
            json_put_text(wanted, "lock", value);
            return NULL;
        }
    return &bad;
}

/* The properties as CSOM writes them: GUIDs in brackets, months from zero. */
static json_t *site_object(const struct site_call *at)
{
    json_t *object = sharepoint_properties(at);
    AUTO_STRBUF struct strbuf id = STRBUF_MAX(100);

    strbuf_printf(&id, "/Guid(%s)/", json_text_or(object, "SiteId", ""));
    json_put_text(object, "SiteId", strbuf_text(&id));
    json_put_text(object, "LastContentModifiedDate", "/Date(2026,7,1,10,0,0,0)/");
    json_put_text(object, "_ObjectType_", "Microsoft.Online.SharePoint.TenantAdministration.SiteProperties");
    return object;
}

/* One action after the other until one fails; what was updated before stays. */
static const struct failure *actions_run(struct site_call *at, const struct reader *reader, json_t *answer)
{
    AUTO_JSON json_t *wanted = json_object();
    const json_t *action;
    size_t i;

    json_array_foreach (reader->actions, i, action) {
        const char *kind = json_text_or(action, "kind", ""), *name = json_text_or(action, "name", "");
        const struct failure *failure = path_open(at, reader->paths, json_text(action, "path"));
        int64_t id = 0;

        if (failure)
            return failure;
        if (!text_to_int(json_text_or(action, "id", ""), 0, INT32_MAX, &id))
            id = 0;
        if (!strcmp(kind, "SetProperty") && (failure = property_read(action, wanted)))
            return failure;
        if (!strcmp(kind, "Method") && !strcmp(name, "Update"))
            json_object_update(at->site, wanted);
        if (strcmp(kind, "Query") != 0 && strcmp(kind, "ObjectPath") != 0)
            continue;
        json_add(answer, json_integer(id));
        json_add(answer, strcmp(kind, "Query") ? json_make("{s:b}", "IsNull", 0) : site_object(at));
    }
    return NULL;
}

void sharepoint_csom_handle(struct site_call *at)
{
    static const struct failure denied = {
        "System.UnauthorizedAccessException",
        "Access denied. You do not have permission to perform this action or access this resource.",
        DENIED_CODE};
    AUTO_JSON json_t *actions = json_array();
    AUTO_JSON json_t *paths = json_object();
    struct reader reader = {.actions = actions, .paths = paths};
    const struct failure *failure = NULL;
    json_t *answer;

    if (strcmp(at->call->method, "POST") != 0 ||
        !request_read(&reader, at->call->body, at->call->body_length)) {
        at->call->status = 400;
        at->call->content_type = "text/plain";
        at->call->text = strdup("The request is no CSOM request.");
        return;
    }
    if (at->caller->delegated && !at->call->header(at->call, "X-RequestDigest")) {
        sharepoint_fail(at->call, 403, "-2130575252, Microsoft.SharePoint.SPException",
                        "The security validation for this page is invalid.");
        return;
    }
    answer = json_array();
    if (!at->caller->delegated && !sim_variant(at->sim, VARIANT_csom_app_only))
        failure = &denied;
    else
        failure = actions_run(at, &reader, answer);
    if (failure)
        json_array_clear(answer);
    json_array_insert_new(answer, 0, header_of(at, failure));
    at->call->status = 200;
    at->call->reply = answer;
}
