#include "connector/graph.h"

#include <stdlib.h>
#include <string.h>

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

static bool take_page(const json_t *page, size_t items_max, json_t *all, struct err *err)
{
    size_t i;
    json_t *element;
    if (!json_is_array(json_object_get(page, "value")))
        return err_code(err, ERR_UPSTREAM, "broken_answer", "The answer of Graph is not a list.");
    json_array_foreach ((json_t *)json_array_at(page, "value"), i, element)
        json_add(all, json_incref(element));
    if (json_array_size(all) > items_max)
        return err_code(err, ERR_LIMIT, "too_many_items", "There are more than %zu entries.", items_max);
    return true;
}

/* The path of a link, as of a call. */
static const char *link_path(const struct m365 *m365, const char *url)
{
    static const char root[] = "/v1.0";
    const char *path = url + strlen(m365->graph_url);
    return strncmp(path, root, strlen(root)) == 0 ? path + strlen(root) : path;
}

bool graph_follow(struct m365 *m365, const struct m365_target *target, const json_t *page, bool eventual,
                  size_t items_max, json_t *all, struct err *err)
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
            !take_page(reply.json, items_max, all, err))
            return false;
        json_decref(current);
        current = json_incref(reply.json);
    }
    return true;
}

json_t *graph_collect(struct m365 *m365, const struct m365_target *target, const char *path, bool eventual,
                      size_t items_max, struct err *err)
{
    AUTO_SERVICE_REPLY struct service_reply reply = {0};
    json_t *all = json_array();
    if (send_path(m365, target, "GET", path, NULL, eventual, &reply, err) &&
        take_page(reply.json, items_max, all, err) &&
        graph_follow(m365, target, reply.json, eventual, items_max, all, err))
        return all;
    json_decref(all);
    return NULL;
}
