/* exchange — the admin API's front: who may call, one command or a batch, pages, and the form of every
 * answer. */
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/clock.h"
#include "base/memory.h"
#include "exchange.h"
#include "server.h"

#define BATCH_MAX 10
#define PAGE_DEFAULT 1000
#define LINK_LIFETIME_MS ((int64_t)30 * 60 * 1000)
#define CONTEXT "/$metadata#Collection(Exchange.GenericHashTable)"

/* Where a request of this API goes: /adminapi/{version}/{tenant}/{endpoint}. */
struct address {
    char *copy;
    const char *version;
    const char *tenant;
    const char *endpoint;
};

static void address_done(struct address *address)
{
    free(address->copy);
}
#define AUTO_ADDRESS AUTO(address_done)

static bool address_read(const char *path, struct address *ret)
{
    ret->copy = must(strdup(path));
    char *rest = ret->copy;
    const char *empty = strsep(&rest, "/"), *api = strsep(&rest, "/");
    ret->version = strsep(&rest, "/");
    char *tenant = strsep(&rest, "/");
    ret->tenant = tenant;
    ret->endpoint = rest;
    return *empty == '\0' && api && !strcmp(api, "adminapi") && ret->version && tenant && ret->endpoint &&
           (!strcmp(ret->version, "beta") || !strcmp(ret->version, "v1.0")) &&
           text_percent_decode(tenant, false);
}

static void warnings_put(json_t *reply, const json_t *warnings)
{
    json_put_text(reply, "adminapi.warnings@odata.type", "#Collection(String)");
    json_put(reply, "@adminapi.warnings", warnings ? json_deep_copy(warnings) : json_array());
}

/* ---- failures ---- */

static void fail_plain(struct sim_call *call, int status, const char *code, const char *message)
{
    call->status = status;
    json_decref(call->reply);
    call->reply = json_make("{s{ssss}}", "error", "code", code, "message", message);
}

/* What the front end answers before any cmdlet: no JSON at all. */
static void forbid(struct sim_call *call)
{
    call->status = 403;
    call->content_type = "text/html";
    call->text = strdup("<html><head><title>403 - Forbidden: Access is denied.</title></head><body><h2>403 - "
                        "Forbidden: Access is denied.</h2></body></html>");
}

static void fail_run(struct sim_call *call, const struct cmdlet_run *run)
{
    static const struct {
        int status;
        const char *code;
        const char *class;
    } failures[] = {{500, "InternalServerError", ""},
#define X(name, status, code, class) {status, code, class},
                    RUN_FAILURES(X)
#undef X
    };
    const char *class = failures[run->failure].class;
    /* The error id is a hash of class and place; the same class always gives the same one here. */
    unsigned id = 5381;
    for (const char *at = class; *at; at++)
        id = id * 33 + (unsigned char)*at;
    AUTO_STRBUF struct strbuf detail = STRBUF_MAX(2000);
    strbuf_printf(&detail, "Ex%06X|%s|%s", id & 0xffffff, class, run->text);
    json_t *error = json_object();
    json_put_text(error, "code", failures[run->failure].code);
    json_put_text(error, "message", "Error executing cmdlet");
    if (run->failure != RUN_TRANSFORM) /* conversion errors come without details */
        json_put(error, "details",
                 json_make("[{ssssss}]", "code", "Client", "target", "", "message", strbuf_text(&detail)));
    json_put(error, "innererror",
             json_make("{ss ss ss s{ss ss ss}}", "message", "Error executing cmdlet", "type",
                       "Microsoft.Exchange.Admin.OData.Core.ODataServiceException", "stacktrace", "",
                       "internalexception", "message", run->text, "type", class, "stacktrace", ""));
    warnings_put(error, run->warnings);
    call->status = failures[run->failure].status;
    call->reply = json_make("{so}", "error", error);
    json_put_text(call->reply_headers, "X-ExceptionType", class);
}

/* ---- pages ---- */

static uint64_t body_hash(const struct sim_call *call)
{
    AUTO_FREE char *text = json_dumps(call->json, JSON_COMPACT | JSON_SORT_KEYS);
    uint64_t hash = 14695981039346656037u;
    for (const char *at = text; at && *at; at++)
        hash = (hash ^ (unsigned char)*at) * 1099511628211u;
    return hash;
}

/* The value of one query parameter, decoded; the caller frees it. NULL when missing. */
static char *query_value(const char *query, const char *name)
{
    AUTO_FREE char *copy = must(strdup(query));
    char *rest = copy;
    for (char *part; (part = strsep(&rest, "&"));) {
        char *value = strchr(part, '=');
        if (value)
            *value++ = '\0';
        if (value && text_percent_decode(part, true) && text_percent_decode(value, true) &&
            !strcasecmp(part, name))
            return strdup(value);
    }
    return NULL;
}

/* A link is the offset, the time it was made and what was asked for: "offset.time.hash". */
static bool page_start(struct sim *sim, const struct sim_call *call, size_t *ret)
{
    AUTO_FREE char *token = query_value(call->query, "$skiptoken");
    *ret = 0;
    if (!token)
        return true;
    char *dot = NULL, *second = NULL, *end = NULL;
    unsigned long long offset = strtoull(token, &dot, 10);
    unsigned long long made = *dot == '.' ? strtoull(dot + 1, &second, 10) : 0;
    unsigned long long hash = second && *second == '.' ? strtoull(second + 1, &end, 16) : 0;
    if (!end || *end || hash != body_hash(call) || (int64_t)made + LINK_LIFETIME_MS < sim_now_ms(sim))
        return false;
    *ret = (size_t)offset;
    return true;
}

static size_t page_size(const struct sim_call *call)
{
    const char *prefer = call->header(call, "Prefer");
    const char *wanted = prefer ? strcasestr(prefer, "odata.maxpagesize=") : NULL;
    unsigned long size = wanted ? strtoul(wanted + strlen("odata.maxpagesize="), NULL, 10) : 0;
    return size > 0 && size < PAGE_DEFAULT ? size : PAGE_DEFAULT;
}

static void reply_rows(struct sim *sim, struct sim_call *call, const struct address *address,
                       const struct cmdlet_run *run)
{
    AUTO_FREE char *select = query_value(call->query, "$select");
    AUTO_STRBUF struct strbuf context = STRBUF_MAX(2000);
    strbuf_printf(&context, "%s/adminapi/%s/%s" CONTEXT, call->base_url, address->version, address->tenant);
    call->status = 200;
    call->reply = json_object();
    json_put_text(call->reply, "@odata.context", strbuf_text(&context));
    warnings_put(call->reply, run->warnings);
    if (run->prompt)
        json_put_text(call->reply, "@adminapi.confirmationmessage", run->prompt);
    json_t *rows = json_array();
    size_t end = run->page_to, count = json_array_size(run->rows);
    for (size_t i = run->page_from; i < count && i < end; i++)
        json_add(rows, value_annotated(json_array_get(run->rows, i), select));
    json_put(call->reply, "value", rows);
    if (end >= count)
        return;
    AUTO_STRBUF struct strbuf link = STRBUF_MAX(3000);
    strbuf_printf(&link, "%s/adminapi/%s/%s/InvokeCommand?%%24skiptoken=%zu.%lld.%llx", call->base_url,
                  address->version, address->tenant, end, (long long)sim_now_ms(sim),
                  (unsigned long long)body_hash(call));
    if (select)
        strbuf_printf(&link, "&%%24select=%s", select);
    json_put_text(call->reply, "@odata.nextLink", strbuf_text(&link));
}

/* ---- one command ---- */

static void command(struct sim *sim, struct sim_call *call, const struct address *address,
                    const struct sim_caller *caller)
{
    const json_t *input = json_object_get(call->json, "CmdletInput");
    const char *name = json_text(input, "CmdletName");
    const json_t *given = json_object_get(input, "Parameters");
    const char *anchor = call->header(call, "X-AnchorMailbox");
    size_t start;
    if (!name || (given && !json_is_object(given))) {
        fail_plain(
            call, 400, "BadRequest",
            "The request body must be {\"CmdletInput\":{\"CmdletName\":\"...\",\"Parameters\":{...}}}.");
        return;
    }
    if (!anchor || !*anchor) {
        fail_plain(call, 400, "BadRequest", "The request header X-AnchorMailbox is missing.");
        return;
    }
    if (!page_start(sim, call, &start)) {
        fail_plain(call, 400, "BadRequest",
                   "Expired or Invalid pagination request. Default Expiry time is 00:30:00");
        return;
    }
    const struct cmdlet *cmdlet = cmdlet_find(name);
    struct cmdlet_run run = {
        .sim = sim, .tenant = caller->tenant, .page_from = start, .page_to = start + page_size(call)};
    bool good;
    if (!cmdlet)
        good = run_fail(
            &run, RUN_NO_CMDLET,
            "The term '%s' is not recognized as the name of a cmdlet, function, script file, or operable "
            "program.",
            name);
    else if (!cmdlet_allowed(cmdlet, caller))
        good = run_fail(&run, RUN_DENIED, "The role assigned to the caller does not allow the cmdlet '%s'.",
                        name);
    else
        good = cmdlet_run(&run, cmdlet, given);
    if (good)
        reply_rows(sim, call, address, &run);
    else
        fail_run(call, &run);
    json_put_text(call->reply_headers, "Cmdlet-Name", cmdlet ? cmdlet->name : name);
    json_put_text(call->reply_headers, "Rate-Limit-Limit", "30000");
    json_put_text(call->reply_headers, "Rate-Limit-Remaining", "29999");
    cmdlet_run_done(&run);
}

/* ---- batches ---- */

static const char *item_header(const struct sim_call *item, const char *name)
{
    const char *key;
    json_t *value;
    json_object_foreach ((json_t *)item->header_ctx, key, value)
        if (!strcasecmp(key, name))
            return json_string_value(value);
    return NULL;
}

struct batch_item {
    struct sim *sim;
    const struct sim_caller *caller;
};

static void item_handle(void *ctx, struct sim_call *item)
{
    const struct batch_item *at = ctx;
    AUTO_ADDRESS struct address address = {0};
    if (!strcmp(item->method, "POST") && address_read(item->path, &address) &&
        !strcmp(address.endpoint, "InvokeCommand") &&
        sim_tenant(at->sim, address.tenant) == at->caller->tenant)
        command(at->sim, item, &address, at->caller);
    else
        fail_plain(item, 400, "BadRequest", "The url of a batch item must be this tenant's InvokeCommand.");
}

static void batch_item(struct sim *sim, struct sim_call *outer, const json_t *request,
                       const struct sim_caller *caller, json_t *responses)
{
    const char *id = json_text_or(request, "id", ""), *url = json_text_or(request, "url", "");
    const char *path = strstr(url, "/adminapi/");
    AUTO_FREE char *copy = must(strdup(path ? path : "/"));
    char *query = strchr(copy, '?');
    if (query)
        *query++ = '\0';
    AUTO_JSON json_t *headers = json_object();
    AUTO_JSON json_t *body = json_deep_copy(json_object_get(request, "body"));
    AUTO_FREE char *text = body ? json_write(body) : strdup("");
    struct sim_call item = {.method = json_text_or(request, "method", ""),
                            .path = copy,
                            .query = query ? query : "",
                            .base_url = outer->base_url,
                            .body = text,
                            .body_length = text ? strlen(text) : 0,
                            .json = body,
                            .header = item_header,
                            .header_ctx = (json_t *)json_object_at(request, "headers"),
                            .reply_headers = headers,
                            .service = outer->service};
    memcpy(item.request_id, outer->request_id, sizeof item.request_id);
    const struct sim_item on_its_way = {.outer = outer,
                                        .call = &item,
                                        .id = id,
                                        .cmdlet =
                                            json_text(json_object_get(body, "CmdletInput"), "CmdletName")};
    struct batch_item ctx = {sim, caller};
    sim_item_run(sim, &on_its_way, item_handle, &ctx);
    json_t *response = json_make("{ss si sO}", "id", id, "status", item.status, "headers", headers);
    if (item.reply)
        json_put(response, "body", item.reply);
    else if (item.text)
        json_put_text(response, "body", item.text);
    free(item.text);
    json_add(responses, response);
}

static void batch(struct sim *sim, struct sim_call *call, const struct sim_caller *caller)
{
    const json_t *requests = json_array_at(call->json, "requests"), *request;
    size_t count = json_array_size(requests);
    if (!count || count > BATCH_MAX) {
        fail_plain(call, 400, "BadRequest", "A batch must have between 1 and 10 requests.");
        return;
    }
    json_t *responses = json_array();
    /* The answers come in no particular order; clients must go by id. */
    for (size_t i = count; i-- > 0;) {
        request = json_array_get(requests, i);
        batch_item(sim, call, request, caller, responses);
    }
    call->status = 200;
    call->reply = json_make("{so}", "responses", responses);
}

/* ---- what the caller's roles allow ---- */

static void module_file(struct sim_call *call, const struct sim_caller *caller)
{
    AUTO_STRBUF struct strbuf names = STRBUF_MAX(10000);
    const struct cmdlet *cmdlet;
    for (size_t i = 0; (cmdlet = cmdlet_at(i)); i++)
        if (cmdlet_allowed(cmdlet, caller))
            strbuf_printf(&names, "%s%s", names.length ? "," : "", cmdlet->name);
    call->status = 200;
    call->reply = json_make("{s[{ss}]}", "value", "exportedCmdlets", strbuf_text(&names));
}

static void dispatch(struct sim *sim, struct sim_call *call, const struct sim_caller *caller)
{
    static const char *const permissions[] = {"Exchange.ManageAsApp", "Exchange.Manage", NULL};
    AUTO_ADDRESS struct address address = {0};
    bool known = address_read(call->path, &address);
    bool get = !strcmp(call->method, "GET"), post = !strcmp(call->method, "POST");
    if (!known) {
        call->undocumented = true;
        fail_plain(call, 404, "NotFound", "There is no such resource in the admin API.");
    } else if (sim_tenant(sim, address.tenant) != caller->tenant || !sim_caller_may(caller, permissions)) {
        call->status = 401;
    } else if (!json_array_size(json_array_at(caller->app, "directory_roles"))) {
        forbid(call);
    } else if (post && !strcmp(address.endpoint, "InvokeCommand")) {
        command(sim, call, &address, caller);
    } else if (post && !strcmp(address.endpoint, "$batch")) {
        batch(sim, call, caller);
    } else if (get && !strcmp(address.endpoint, "EXOModuleFile")) {
        module_file(call, caller);
    } else {
        call->undocumented = true;
        fail_plain(call, 404, "NotFound", "There is no such resource in the admin API.");
    }
}

void exchange_handle(struct sim *sim, struct sim_call *call)
{
    struct sim_caller caller;
    const char *why = NULL;
    if (!login_check(sim, call, "exchange", &caller, &why)) {
        call->status = 401;
        json_put_text(call->reply_headers, "WWW-Authenticate",
                      "Bearer client_id=\"00000002-0000-0ff1-ce00-000000000000\", error=\"invalid_token\"");
        fail_plain(call, 401, "Unauthorized", why);
        return;
    }
    dispatch(sim, call, &caller);
    sim_caller_done(&caller);
    if (call->reply) {
        call->text = value_raw_numbers(json_write(call->reply));
        json_decref(call->reply);
        call->reply = NULL;
    }
}
