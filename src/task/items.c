#include "task/items.h"

#include <string.h>

json_t *work_item(struct work *work, const char *id, const char *name, const char *kind)
{
    if (!work->row->items)
        work->row->items = json_array();
    json_t *item = json_array_find(work->row->items, "id", id);
    if (item)
        return item;
    item = json_object();
    json_put_text(item, "id", id);
    json_put_text(item, "name", name);
    json_put_text(item, "kind", kind);
    item_set(item, "pending", "");
    json_add(work->row->items, item);
    return item;
}

void item_set(json_t *item, const char *status, const char *message)
{
    json_put_text(item, "status", status);
    json_put_text(item, "message", message);
}

bool item_is(const json_t *item, const char *status)
{
    return strcmp(json_text_or(item, "status", ""), status) == 0;
}

bool items_settle(struct work *work, const json_t *facts,
                  bool (*there)(const struct work *work, const json_t *facts, const json_t *item))
{
    bool left = false;
    size_t i;
    json_t *item;
    items_pending_foreach (work, i, item) {
        if (there(work, facts, item))
            item_set(item, work->acted || work->resumed ? "succeeded" : "already_done", "");
        else
            left = true;
    }
    return left;
}

enum observed items_observed(struct work *work, const json_t *facts, json_t *evidence,
                             bool (*there)(const struct work *work, const json_t *facts, const json_t *item))
{
    work_before(work, json_incref(evidence));
    work_after(work, evidence);
    return items_settle(work, facts, there) ? OBSERVED_NEEDED : OBSERVED_DONE;
}

void items_from_forward(struct work *work)
{
    size_t i;
    json_t *done;
    json_array_foreach (work->run->forward[work->task].items, i, done) {
        const char *id = json_text_or(done, "id", "");
        bool untouched = item_is(done, "skipped") || item_is(done, "already_done");
        if (untouched || json_array_find(work->row->items, "id", id))
            continue;
        if (!work->row->items)
            work->row->items = json_array();
        json_t *item = json_deep_copy(done);
        item_set(item, "pending", "");
        json_add(work->row->items, item);
    }
}
