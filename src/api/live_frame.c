#include "api/live_frame.h"

#include <stdlib.h>
#include <string.h>

#include "api/offboarding_page.h"
#include "api/sse.h"
#include "journal/offboardings.h"

#define FRAME_MAX ((size_t)4 * 1024 * 1024)

void frame_done(struct frame *frame)
{
    free(frame->offboarding_id);
    free(frame->tenant_id);
    free(frame->text);
    *frame = (struct frame){0};
}

/* The data of openapi.yaml's …Event schemas, from what the journal holds. */
static json_t *event_data(const struct event *event, const json_t *summary)
{
    json_t *data = json_object();
    json_put_text(data, "offboarding", event->offboarding_id);
    json_put_time(data, "at", event->at);
    if (strcmp(event->kind, "offboarding") == 0) {
        json_put(data, "summary", json_incref((json_t *)summary));
    } else if (strcmp(event->kind, "task") == 0) {
        json_put(data, "task", json_incref(event->data));
    } else if (strcmp(event->kind, "item") == 0) {
        json_put_text(data, "task", event->task);
        json_put(data, "item", json_incref(event->data));
    } else if (strcmp(event->kind, "warning") == 0) {
        json_put(data, "warning", json_incref(event->data));
    } else { /* end */
        json_put_text(data, "status", json_text(event->data, "status"));
    }
    return data;
}

static bool render(struct tx *tx, const struct event *event, struct frame *ret, struct err *err)
{
    AUTO_JSON json_t *summary = offboarding_summary_json(tx, event->offboarding_id, err);
    if (!summary)
        return false;
    AUTO_JSON json_t *data = event_data(event, summary);
    char *AUTO_FREE json = json_write(data);
    AUTO_STRBUF struct strbuf text = STRBUF_MAX(FRAME_MAX);
    sse_event(&text, event->id, event->kind, json);
    *ret = (struct frame){.id = event->id,
                          .offboarding_id = text_copy(event->offboarding_id),
                          .tenant_id = text_copy(json_text_or(json_object_at(summary, "tenant"), "id", "")),
                          .text = text.overflow ? text_copy(": an event too large to send\n\n")
                                                : strbuf_take(&text)};
    return true;
}

ptrdiff_t frames_read(struct store *store, const char *offboarding_id, int64_t after_id,
                      struct frame *ret_frames, size_t limit, struct err *err)
{
    AUTO_ARENA struct arena *arena = arena_new();
    struct event *events = arena_alloc(arena, limit, sizeof *events);
    ptrdiff_t count = journal_read(store, arena, offboarding_id, after_id, false, events, limit, err);
    if (count <= 0)
        return count;
    AUTO_TX struct tx *tx = store_begin_read(store, err);
    ptrdiff_t rendered = 0;
    while (tx && rendered < count && render(tx, &events[rendered], &ret_frames[rendered], err))
        rendered++;
    for (ptrdiff_t i = 0; i < count; i++)
        json_decref(events[i].data);
    if (rendered == count)
        return count;
    while (rendered > 0)
        frame_done(&ret_frames[--rendered]);
    return -1;
}

json_t *frame_snapshot(struct tx *tx, const struct principal *who, const char *offboarding_id,
                       struct err *err)
{
    if (offboarding_id)
        return offboarding_json(tx, offboarding_id, err);
    AUTO_ARENA struct arena *arena = arena_new();
    const struct offboarding_filter filter = {.only_tenants = who->tenants,
                                              .limit = OFFBOARDING_PAGE_DEFAULT};
    return offboarding_page(tx, arena, &filter, err);
}
