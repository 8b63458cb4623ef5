/* Listing, showing and stopping offboardings. Making them is offboarding_new.c. */
#include <string.h>

#include "api/offboarding_accept.h"
#include "api/offboarding_page.h"
#include "api/once.h"
#include "api/visible.h"

static int64_t query_time(struct call *call, const char *name)
{
    const char *text = call_query(call, name, 40);
    int64_t utc_ms = 0;
    if (text && !time_parse(text, &utc_ms))
        input_bad(&call->input, arena_printf(call->arena, "?%s", name), "bad_time",
                  "%s must be a time such as 2026-12-24T16:00:00Z.", name);
    return utc_ms;
}

static const char *query_statuses(struct call *call)
{
    const char *text = call_query(call, "status", 300);
    if (!text)
        return NULL;
    for (const char *at = text; *at;) {
        size_t length = strcspn(at, ",");
        const char *name = arena_text_n(call->arena, at, length);
        if (run_status_parse(name) == RUN_STATUS_COUNT) {
            input_bad(&call->input, "?status", "unknown_status", "There is no status %.40s.", name);
            return NULL;
        }
        at += length + (at[length] == ',');
    }
    return text;
}

/* The tenant's id; an unknown tenant has no offboardings to show. */
static bool query_tenant(struct call *call, struct offboarding_filter *filter, struct err *err)
{
    const char *name = call_query(call, "tenant", 255);
    AUTO_TENANT struct tenant tenant = {0};
    if (!name)
        return true;
    if (visible_tenant(call, name, &tenant, err)) {
        filter->tenant_id = arena_text(call->arena, tenant.id);
        return true;
    }
    if (err->kind != ERR_NOT_FOUND)
        return false;
    input_bad(&call->input, "?tenant", "unknown_tenant", "%s", err->message);
    return true;
}

bool offboardings_get(struct call *call, struct err *err)
{
    struct page page = call_page(call);
    struct offboarding_filter filter = {.status = query_statuses(call),
                                        .search = call_query(call, "search", 200),
                                        .only_tenants = call->who.tenants,
                                        .from = query_time(call, "from"),
                                        .to = query_time(call, "to"),
                                        .limit = page.limit};
    if (page.cursor && !offboarding_cursor_read(call->arena, page.cursor, &filter))
        input_bad(&call->input, "?cursor", "bad_cursor",
                  "cursor must be the next_cursor of an earlier page.");
    if (!query_tenant(call, &filter, err) || !input_verdict(&call->input, err))
        return false;
    AUTO_TX struct tx *tx = store_begin_read(call->api->context.store, err);
    json_t *list = tx ? call_keep(call, offboarding_page(tx, &filter, err)) : NULL;
    return list &&
           call_list(call, json_incref(json_object_get(list, "items")), json_text(list, "next_cursor"));
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
           (cancelled || offboarding_cancel(tx, id, call->who.name, clock_utc_ms(context->clock), err)) &&
           offboarding_accept(call, &tx, id, 200, err);
}
