/* JSON batching (contract: graph, section 12): up to twenty items, each counted, failed and logged by itself.
 */
#include <string.h>

#include "graph.h"
#include "server.h"

#define ITEMS_MAX 20

static const char *item_header(const struct sim_call *call, const char *name)
{
    const json_t *headers = call->header_ctx;
    const char *key;
    json_t *value;

    json_object_foreach ((json_t *)headers, key, value) {
        if (text_equal_nocase(key, name))
            return json_string_value(value);
    }
    return NULL;
}

static bool bad(struct graph *g, const char *message)
{
    graph_fail(g->call, 400, "BadRequest", "%s", message);
    return false;
}

static bool item_check(struct graph *g, const json_t *item)
{
    const char *url = json_text(item, "url");
    AUTO_JSON json_t *no_headers = json_object();
    struct sim_call probe = {.header_ctx = json_object_get(item, "headers") ? json_object_get(item, "headers")
                                                                            : no_headers};

    if (!json_text(item, "id") || !json_text(item, "method") || !url)
        return bad(g, "Invalid batch payload format: every request needs id, method and url.");
    if (strstr(url, "$batch"))
        return bad(g, "A batch cannot hold a batch.");
    if (!strncmp(url, "http", 4))
        return bad(g, "The url of a batch request is relative to the version.");
    if (json_object_get(item, "body") && !item_header(&probe, "Content-Type"))
        return bad(g, "Write request id : has a body, it needs a 'Content-Type' header.");
    return true;
}

static bool envelope_check(struct graph *g, const json_t *requests)
{
    json_t *item, *other;
    size_t i, j, k;

    if (json_array_size(requests) == 0)
        return bad(g, "Invalid batch payload format: 'requests' is missing or empty.");
    if (json_array_size(requests) > ITEMS_MAX)
        return bad(g, "Number of batch request steps exceeds the maximum value of 20.");
    json_array_foreach (requests, i, item) {
        if (!item_check(g, item))
            return false;
        json_array_foreach (requests, j, other) {
            if (j < i && text_equal_nocase(json_text(item, "id"), json_text(other, "id")))
                return bad(g, "Request Id has to be unique in a batch.");
        }
        json_array_foreach (json_array_at(item, "dependsOn"), k, other) {
            if (!json_array_find(requests, "id", json_string_value(other)) ||
                text_equal_nocase(json_string_value(other), json_text(item, "id")))
                return bad(g, "dependsOn names a request that is not in the batch.");
        }
    }
    return true;
}

/* The answer of an item that ran; takes the reply over. */
static json_t *item_response(const char *id, struct sim_call *call)
{
    json_t *response = json_make("{s:s, s:i, s:O}", "id", id, "status", call->status ? call->status : 200,
                                 "headers", call->reply_headers);

    if (call->reply || call->text)
        json_put_text(call->reply_headers, "Content-Type",
                      call->content_type ? call->content_type : "application/json");
    if (call->reply)
        json_put(response, "body", call->reply);
    else if (call->text)
        json_put(response, "body", json_text_new(call->text));
    call->reply = NULL;
    free(call->text);
    call->text = NULL;
    return response;
}

static void item_handle(void *ctx, struct sim_call *call)
{
    struct graph *g = ctx;
    struct graph inner = {.sim = g->sim, .call = call, .caller = g->caller, .tenant = g->tenant};

    graph_dispatch(&inner);
}

static json_t *item_run(struct graph *g, const json_t *item, bool failed_dependency)
{
    const char *url = json_text(item, "url"), *id = json_text(item, "id");
    AUTO_STRBUF struct strbuf path = STRBUF_MAX(65536);
    AUTO_JSON json_t *headers = json_deep_copy(json_object_at(item, "headers"));
    AUTO_JSON json_t *reply_headers = json_object();
    json_t *body = json_object_get(item, "body");
    AUTO_FREE char *text = body ? json_write(body) : strdup("");
    size_t length = strcspn(url, "?");

    strbuf_printf(&path, "/%s%s%.*s", g->version, *url == '/' ? "" : "/", (int)length, url);
    struct sim_call call = *g->call;

    call.method = json_text(item, "method");
    call.path = strbuf_text(&path);
    call.query = url[length] ? url + length + 1 : "";
    call.body = text;
    call.body_length = strlen(text);
    call.json = body;
    call.header = item_header;
    call.header_ctx = headers;
    call.reply_headers = reply_headers;
    call.reply = NULL;
    call.text = NULL;
    call.content_type = NULL;
    call.status = 0;
    call.undocumented = false;
    call.items = NULL;
    const struct sim_item on_its_way = {.outer = g->call, .call = &call, .id = id};

    if (failed_dependency) {
        graph_fail(&call, 424, "FailedDependency", "A request that this one depends on has failed.");
        requests_add_item(g->sim, g->call, id, &call);
    } else {
        sim_item_run(g->sim, &on_its_way, item_handle, g);
    }
    return item_response(id, &call);
}

/* 1: all ran and succeeded; 0: some have not run yet; -1: one failed. */
static int dependencies(const json_t *item, const json_t *responses)
{
    int state = 1;
    json_t *id;
    size_t i;

    json_array_foreach (json_array_at(item, "dependsOn"), i, id) {
        const json_t *response = json_array_find(responses, "id", json_string_value(id));

        if (!response)
            state = 0;
        else if (json_int(response, "status", 500) >= 400)
            return -1;
    }
    return state;
}

/* Items without dependencies run from the last to the first: who relies on the order of a batch finds out. */
static void run_all(struct graph *g, const json_t *requests, json_t *responses)
{
    size_t count = json_array_size(requests), before;

    do {
        before = json_array_size(responses);
        for (size_t i = count; i-- > 0;) {
            const json_t *item = json_array_get(requests, i);
            int state =
                json_array_find(responses, "id", json_text(item, "id")) ? 0 : dependencies(item, responses);

            if (state != 0)
                json_add(responses, item_run(g, item, state < 0));
        }
    } while (json_array_size(responses) > before);
}

void graph_batch(struct graph *g)
{
    const json_t *body;
    static const struct graph_route route = {"POST", "/$batch", NULL, NULL, NULL, false};

    g->route = &route;
    if (strcmp(g->call->method, "POST") != 0) {
        graph_fail(g->call, 405, "Request_BadRequest", "A batch is sent by POST.");
        return;
    }
    body = graph_body(g);
    const json_t *requests = json_array_at(body, "requests");

    if (!body || !envelope_check(g, requests))
        return;
    json_t *responses = json_array(), *response;
    json_t *reversed = json_array();

    run_all(g, requests, responses);
    if (json_array_size(responses) < json_array_size(requests)) {
        bad(g, "dependsOn goes in a circle.");
        json_decref(responses);
        json_decref(reversed);
        return;
    }
    /* Unordered: the first asked is seldom the first answered. */
    for (size_t i = json_array_size(responses); i-- > 0;) {
        response = json_array_get(responses, i);
        json_add(reversed, json_incref(response));
    }
    json_decref(responses);
    g->call->status = 200;
    g->call->reply = json_make("{s:o}", "responses", reversed);
}
