/* Listing, showing and stopping offboardings. Making them is offboarding_new.c. */
#include <string.h>

#include "api/offboarding_accept.h"
#include "api/offboarding_page.h"
#include "api/once.h"
#include "api/visible.h"

static uint32_t query_statuses(struct call *call)
{
    uint32_t statuses = 0;
    const char *text = call_query(call, "status", 300);
    for (const char *at = text ? text : ""; *at;) {
        size_t length = strcspn(at, ",");
        const char *name = arena_text_n(call->arena, at, length);
        enum run_status status = run_status_parse(name);
        if (status == RUN_STATUS_COUNT)
            input_bad(&call->input, "?status", "unknown_status", "There is no status %.40s.", name);
        else
            statuses |= (uint32_t)1 << status;
        at += length + (at[length] == ',');
    }
    return statuses;
}

static const char *query_batch(struct call *call)
{
    const char *text = call_query(call, "batch", 100);
    if (text && !text_is_uuid(text))
        input_bad(&call->input, "?batch", "not_a_uuid",
                  "batch must be the UUID that POST /offboardings returned.");
    return text;
}

static void query_sort(struct call *call, struct offboarding_filter *filter)
{
    const char *text = call_query(call, "sort", 40);
    if (text && !offboarding_sort_read(text, filter))
        input_bad(&call->input, "?sort", "unknown_sort",
                  "sort must be created_at, start or user, with - before it from the end.");
}

bool offboardings_get(struct call *call, struct err *err)
{
    struct page page = call_page(call);
    struct offboarding_filter filter = {.statuses = query_statuses(call),
                                        .search = call_query(call, "search", 200),
                                        .batch = query_batch(call),
                                        .only_tenants = call->who.tenants,
                                        .from = call_query_time(call, "from"),
                                        .to = call_query_time(call, "to"),
                                        .planned_from = call_query_time(call, "planned_from"),
                                        .planned_to = call_query_time(call, "planned_to"),
                                        .after = call_cursor(call, page.cursor),
                                        .limit = page.limit};
    query_sort(call, &filter);
    if (!visible_query_tenant(call, &filter.tenant_id, err) || !input_verdict(&call->input, err))
        return false;
    AUTO_TX struct tx *tx = store_begin_read(call->api->context.store, err);
    json_t *list = tx ? call_keep(call, offboarding_page(tx, call->arena, &filter, err)) : NULL;
    if (!list)
        return err->kind == ERR_INPUT && call_bad(call, "?cursor", err);
    return call_list(call, json_incref(json_object_get(list, "items")), json_text(list, "next_cursor"));
}

/* Its version, for the ETag. */
static bool read_version(struct tx *tx, const char *id, int64_t *ret, struct err *err)
{
    AUTO_ROWS struct rows *rows =
        tx_query(tx, err, "SELECT version FROM offboardings WHERE id = $1", P_TEXT(id));
    *ret = rows && rows_next(rows) ? row_int(rows, 0) : 0;
    return rows && !rows_failed(rows, err);
}

bool offboarding_get(struct call *call, struct err *err)
{
    const char *id;
    int64_t version;
    if (!visible_offboarding(call, &id, err))
        return false;
    AUTO_TX struct tx *tx = store_begin_read(call->api->context.store, err);
    json_t *value = tx ? call_keep(call, offboarding_json(tx, id, err)) : NULL;
    return value && read_version(tx, id, &version, err) && call_json_versioned(call, 200, value, version);
}

static bool is_cancelled(struct tx *tx, struct arena *arena, const char *id, bool *ret, struct err *err)
{
    struct offboarding row;
    if (!offboarding_load(tx, arena, id, &row, err))
        return false;
    *ret = row.status == RUN_CANCELLED || (row.cancel_requested && !run_status_ended(row.status));
    offboarding_done(&row);
    return true;
}

bool offboarding_accept(struct call *call, struct tx **tx, const char *id, int status, struct err *err)
{
    const struct api_context *context = &call->api->context;
    json_t *value = call_keep(call, offboarding_json(*tx, id, err));
    if (!value || !once_finish(call, *tx, status, value, err) || !journal_commit(context->journal, tx, err))
        return false;
    if (context->wake_engine)
        context->wake_engine(context->wake_ctx);
    return call_json(call, status, value);
}

bool offboarding_cancel_post(struct call *call, struct err *err)
{
    const struct api_context *context = &call->api->context;
    const char *id;
    bool cancelled;
    if (!visible_offboarding(call, &id, err))
        return false;
    AUTO_TX struct tx *tx = store_begin(context->store, err);
    return tx && is_cancelled(tx, call->arena, id, &cancelled, err) &&
           (cancelled || (offboarding_cancel(tx, id, call->who.name, clock_utc_ms(context->clock), err) &&
                          note_offboarding(call, tx, LOGBOOK_OFFBOARDING_CANCELLED, id, err))) &&
           offboarding_accept(call, &tx, id, 200, err);
}
