/* Deliveries of notifications: listing, showing with every attempt, sending again by hand. */
#include "notify/deliveries.h"

#include <inttypes.h>
#include <string.h>

#include "api/once.h"
#include "api/visible.h"
#include "notify/event.h"

static const char *query_choice(struct call *call, const char *name, const char *const choices[])
{
    const char *text = call_query(call, name, 40);
    for (size_t i = 0; text && choices[i]; i++)
        if (strcmp(text, choices[i]) == 0)
            return text;
    if (text)
        input_bad(&call->input, arena_printf(call->arena, "?%s", name), "unknown_value",
                  "There is no %s %.40s.", name, text);
    return NULL;
}

/* A cursor is "<created_at in ms>:<id>" of the last row shown. */
static void read_cursor(struct call *call, const char *cursor, struct delivery_filter *filter)
{
    const char *plain = call_cursor(call, cursor), *colon = plain ? strchr(plain, ':') : NULL;
    if (!plain)
        return;
    const char *at = colon ? arena_text_n(call->arena, plain, (size_t)(colon - plain)) : "";
    filter->before_id = colon ? colon + 1 : NULL;
    if (!colon || !text_is_uuid(filter->before_id) || !text_to_int(at, 1, INT64_MAX, &filter->before_at))
        input_bad(&call->input, "?cursor", "bad_cursor",
                  "cursor must be the next_cursor of an earlier page.");
}

static const char *cursor_make(struct call *call, const json_t *last)
{
    int64_t created_at = 0;
    if (!time_parse(json_text_or(last, "created_at", ""), &created_at))
        return NULL;
    return call_cursor_make(
        call, arena_printf(call->arena, "%" PRId64 ":%s", created_at, json_text_or(last, "id", "")));
}

bool deliveries_get(struct call *call, struct err *err)
{
    static const char *const statuses[] = {"pending", "delivered", "failed", NULL};
    static const char *const channels[] = {"webhook", "email", "psa", NULL};
    struct page page = call_page(call);
    struct delivery_filter filter = {.status = query_choice(call, "status", statuses),
                                     .channel = query_choice(call, "channel", channels),
                                     .event = call_query(call, "event", 40),
                                     .offboarding_id = call_query(call, "offboarding", 36),
                                     .only_tenants = call->who.tenants,
                                     .limit = page.limit + 1};
    if (filter.event && !event_find(filter.event))
        input_bad(&call->input, "?event", "unknown_event", "There is no event %.40s.", filter.event);
    read_cursor(call, page.cursor, &filter);
    if (!visible_query_tenant(call, &filter.tenant_id, err) || !input_verdict(&call->input, err))
        return false;
    AUTO_TX struct tx *tx = store_begin_read(call->api->context.store, err);
    json_t *items = tx ? deliveries_list(tx, &filter, err) : NULL;
    const char *next = NULL;
    if (items && json_array_size(items) > page.limit) {
        json_array_remove(items, page.limit);
        next = cursor_make(call, json_array_get(items, page.limit - 1));
    }
    return items && call_list(call, items, next);
}

/* What belongs to a tenant of others is not there; an operator's own notices are for those who see all
 * tenants. */
static bool may_see(const struct call *call, const json_t *delivery, struct err *err)
{
    const char *tenant = json_text(delivery, "tenant");
    return !call->who.tenants || (tenant && principal_sees(&call->who, tenant)) ||
           err_code(err, ERR_NOT_FOUND, "unknown_delivery", "There is no delivery with this id.");
}

bool delivery_get(struct call *call, struct err *err)
{
    AUTO_TX struct tx *tx = store_begin_read(call->api->context.store, err);
    json_t *value = tx ? call_keep(call, delivery_json(tx, call->params[0], err)) : NULL;
    return value && may_see(call, value, err) && call_json(call, 200, value);
}

static bool note(const struct call *call, struct tx *tx, const json_t *delivery, struct err *err)
{
    const struct logbook_entry entry = {.what = LOGBOOK_DELIVERY_REPEATED,
                                        .tenant_id = json_text(delivery, "tenant"),
                                        .object_id = json_text(delivery, "id"),
                                        .object = json_text(delivery, "endpoint_name")};
    return call_note(call, tx, &entry, err);
}

bool delivery_redeliver_post(struct call *call, struct err *err)
{
    const struct api_context *context = &call->api->context;
    AUTO_TX struct tx *tx = store_begin(context->store, err);
    json_t *before = tx ? call_keep(call, delivery_json(tx, call->params[0], err)) : NULL;
    if (!before || !may_see(call, before, err) ||
        !delivery_again(tx, json_text(before, "id"), clock_utc_ms(context->clock), err) ||
        !note(call, tx, before, err))
        return false;
    json_t *value = call_keep(call, delivery_json(tx, json_text(before, "id"), err));
    /* The commit wakes whoever follows the journal, the notifier among them. */
    return value && once_finish(call, tx, 202, value, err) && journal_commit(context->journal, &tx, err) &&
           call_json(call, 202, value);
}
