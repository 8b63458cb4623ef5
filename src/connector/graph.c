#include "connector/graph.h"

#include <stdlib.h>
#include <string.h>

#include "connector/cost.h"
#include "connector/graph_rules.h"

void graph_reply_done(struct graph_reply *reply)
{
    json_decref(reply->body);
    memset(reply, 0, sizeof *reply);
}

bool graph_reads(const char *method, const char *path)
{
    static const char *const questions[] = {"checkMemberGroups", "checkMemberObjects", "getMemberGroups",
                                            "getMemberObjects",  "getByIds",           "getSchedule"};
    if (strcmp(method, "GET") == 0)
        return true;
    if (strcmp(method, "POST") != 0)
        return false;
    size_t length = strcspn(path, "?");
    for (size_t i = 0; i < sizeof questions / sizeof *questions; i++) {
        size_t tail = strlen(questions[i]);
        if (length > tail && path[length - tail - 1] == '/' &&
            memcmp(path + length - tail, questions[i], tail) == 0)
            return true;
    }
    return false;
}

bool graph_twice_is_once(const char *method, const char *path)
{
    return strcmp(method, "POST") != 0 || graph_reads(method, path);
}

char *graph_what(struct arena *arena, const char *method, const char *path)
{
    return arena_printf(arena, "%s %.*s", method, (int)strcspn(path, "?"), path);
}

static bool send_url(struct m365 *m365, const struct m365_target *target, const char *method,
                     const char *path, const char *url, const json_t *body, bool eventual,
                     struct service_reply *ret, struct err *err)
{
    AUTO_ARENA struct arena *arena = arena_new();
    AUTO_FREE char *text = body ? json_write(body) : NULL;
    const char *const headers[] = {eventual ? "ConsistencyLevel: eventual" : NULL, NULL};
    struct m365_write write = {.what = graph_what(arena, method, path), .task = target->task};
    bool reads = graph_reads(method, path);
    struct service_request request = {.service = SERVICE_GRAPH,
                                      .method = method,
                                      .url = url,
                                      .resource = m365->graph_resource,
                                      .headers = headers,
                                      .body = text,
                                      .twice_is_once = graph_twice_is_once(method, path),
                                      .harmless = reads,
                                      .writes = &write,
                                      .write_count = reads ? 0 : 1,
                                      .what = write.what};
    cost_graph(&request.need, method, path, false);
    if (!reads)
        service_hash(&write, method, path, text);
    if (!service_send(m365, target, &request, ret, err))
        return false;
    return ret->wire.status / 100 == 2 || service_fail_odata(err, ret, "Graph");
}

static bool send_path(struct m365 *m365, const struct m365_target *target, const char *method,
                      const char *path, const json_t *body, bool eventual, struct service_reply *ret,
                      struct err *err)
{
    AUTO_ARENA struct arena *arena = arena_new();
    if (path[0] != '/')
        return err_set(err, ERR_INTERNAL, "A Graph path must begin with a slash.");
    return send_url(m365, target, method, path, arena_printf(arena, "%s/v1.0%s", m365->graph_url, path), body,
                    eventual, ret, err);
}

bool graph_call(struct m365 *m365, const struct m365_target *target, const char *method, const char *path,
                const json_t *body, bool eventual, struct graph_reply *ret, struct err *err)
{
    AUTO_SERVICE_REPLY struct service_reply reply = {0};
    if (!send_path(m365, target, method, path, body, eventual, &reply, err))
        return false;
    if (!ret)
        return true;
    *ret = (struct graph_reply){.status = reply.wire.status, .body = json_incref(reply.json)};
    memcpy(ret->request_id, reply.request_id, sizeof ret->request_id);
    wire_header(&reply.wire, "location", ret->location, sizeof ret->location);
    return true;
}

/* The elements of one page go to take. */
static bool hand_over(const json_t *page, graph_take take, void *ctx, struct err *err)
{
    const json_t *elements = json_object_get(page, "value");
    if (!json_is_array(elements))
        return err_code(err, ERR_UPSTREAM, "broken_answer", "The answer of Graph is not a list.");
    return take(ctx, elements, err);
}

/* The path of a link, as of a call. */
static const char *link_path(const struct m365 *m365, const char *url)
{
    static const char root[] = "/v1.0";
    size_t base = strlen(m365->graph_url);
    const char *path = strncmp(url, m365->graph_url, base) == 0 ? url + base : "/";
    return strncmp(path, root, strlen(root)) == 0 ? path + strlen(root) : path;
}

static bool follow(struct m365 *m365, const struct m365_target *target, const json_t *page, bool eventual,
                   graph_take take, void *ctx, struct err *err)
{
    AUTO_JSON json_t *current = json_incref((json_t *)page);
    AUTO_FREE char *last = NULL;
    for (const char *link; (link = json_text(current, "@odata.nextLink")) != NULL;) {
        AUTO_SERVICE_REPLY struct service_reply reply = {0};
        char *url = service_next_url(m365->graph_url, link, err);
        if (!url)
            return false;
        bool loop = last && strcmp(last, url) == 0;
        free(last);
        last = url;
        if (loop)
            return err_code(err, ERR_UPSTREAM, "broken_answer",
                            "The link to the next page leads to the same page.");
        if (!send_url(m365, target, "GET", link_path(m365, url), url, NULL, eventual, &reply, err) ||
            !hand_over(reply.json, take, ctx, err))
            return false;
        json_decref(current);
        current = json_incref(reply.json);
    }
    return true;
}

bool graph_pages(struct m365 *m365, const struct m365_target *target, const char *path, bool eventual,
                 graph_take take, void *ctx, struct err *err)
{
    AUTO_SERVICE_REPLY struct service_reply reply = {0};
    return send_path(m365, target, "GET", path, NULL, eventual, &reply, err) &&
           hand_over(reply.json, take, ctx, err) &&
           follow(m365, target, reply.json, eventual, take, ctx, err);
}

struct gathered {
    json_t *all;
    size_t items_max;
};

static bool gather(void *ctx, const json_t *elements, struct err *err)
{
    const struct gathered *gathered = ctx;
    json_array_extend(gathered->all, (json_t *)elements);
    return json_array_size(gathered->all) <= gathered->items_max ||
           err_code(err, ERR_LIMIT, "too_many_items", "There are more than %zu entries.",
                    gathered->items_max);
}

bool graph_follow(struct m365 *m365, const struct m365_target *target, const json_t *page, bool eventual,
                  size_t items_max, json_t *all, struct err *err)
{
    struct gathered gathered = {all, items_max};
    return follow(m365, target, page, eventual, gather, &gathered, err);
}

json_t *graph_collect(struct m365 *m365, const struct m365_target *target, const char *path, bool eventual,
                      size_t items_max, struct err *err)
{
    struct gathered gathered = {json_array(), items_max};
    if (graph_pages(m365, target, path, eventual, gather, &gathered, err))
        return gathered.all;
    json_decref(gathered.all);
    return NULL;
}
