#include "task/items.h"

#include <string.h>

#include "connector/exchange.h"
#include "connector/graph.h"

bool item_is(const json_t *item, const char *status)
{
    return strcmp(json_text_or(item, "status", ""), status) == 0;
}

/* The whole batch comes again when an item says that trying again helps, or when the claim is lost. */
static bool settle(json_t *item, const struct err *failure, const struct item_call *call, struct err *err)
{
    if (failure->kind == ERR_NONE || (call->already_so && call->already_so(failure)))
        return true;
    if (err_again(failure) || failure->outcome_unknown || failure->kind == ERR_STALE ||
        failure->kind == ERR_CANCELLED) {
        *err = *failure;
        return false;
    }
    work_item_set(item, "failed", failure->message);
    return true;
}

static bool by_graph(struct work *work, const struct item_call *call, struct err *err)
{
    size_t total = json_array_size(work->row->items), count = 0, i;
    struct graph_item *calls = arena_alloc(work->arena, total + 1, sizeof *calls);
    json_t **rows = arena_alloc(work->arena, total + 1, sizeof *rows), *item;
    json_array_foreach (work->row->items, i, item) {
        char *path = item_is(item, "pending") ? call->path(work, item) : NULL;
        if (!path)
            continue;
        rows[count] = item;
        calls[count++] =
            (struct graph_item){.method = call->method, .path = path, .body = call->body, .after = -1};
    }
    if (!count)
        return true;
    bool good = graph_batch(work->run->m365, work->target, calls, count, err);
    for (i = 0; i < count; i++) {
        if (calls[i].ran || calls[i].err.kind != ERR_NONE)
            good = settle(rows[i], &calls[i].err, call, err) && good;
    }
    graph_items_done(calls, count);
    return good;
}

static bool by_exchange(struct work *work, const struct item_call *call, struct err *err)
{
    size_t total = json_array_size(work->row->items);
    bool good = true;
    for (size_t at = 0; at < total && good;) {
        struct exchange_item calls[EXCHANGE_BATCH_MAX];
        json_t *rows[EXCHANGE_BATCH_MAX];
        size_t count = 0;
        for (; at < total && count < EXCHANGE_BATCH_MAX; at++) {
            json_t *item = json_array_get(work->row->items, at);
            json_t *params = item_is(item, "pending") ? call->params(work, item) : NULL;
            if (!params)
                continue;
            rows[count] = item;
            calls[count++] = (struct exchange_item){
                .cmdlet = call->cmdlet, .params = params, .anchor_upn = work->run->user_principal_name};
        }
        if (!count)
            break;
        good = exchange_batch(work->run->m365, work->target, calls, count, err);
        for (size_t i = 0; i < count; i++) {
            if (good || calls[i].err.kind != ERR_NONE)
                good = (calls[i].ok || settle(rows[i], &calls[i].err, call, err)) && good;
            json_decref((json_t *)calls[i].params);
        }
        exchange_items_done(calls, count);
    }
    return good;
}

bool items_apply(struct work *work, const struct item_call *call, struct err *err)
{
    return (!call->path || by_graph(work, call, err)) && (!call->params || by_exchange(work, call, err));
}
