/* Many offboardings at once: a large request is approved in stages, and everything can be stopped. */
#include <string.h>

#include "api/api.h"
#include "api/call.h"
#include "api/once.h"
#include "api/visible.h"
#include "journal/batch.h"
#include "journal/offboardings.h"

#define CANCELLED_AT_ONCE 25 /* in one transaction, so that nobody waits long */

/* The batch in its stored spelling; ERR_NOT_FOUND when the asker sees none of that id. */
static bool visible_batch(struct call *call, const char *id, const char **ret, struct err *err)
{
    AUTO_TX struct tx *tx = store_begin_read(call->api->context.store, err);
    AUTO_ROWS struct rows *rows =
        tx ? tx_query(tx, err, "SELECT batch, tenant_id FROM offboardings WHERE batch = lower($1) LIMIT 1",
                      P_TEXT(id))
           : NULL;
    if (!rows)
        return false;
    if (!rows_next(rows) || !principal_sees(&call->who, row_text(rows, 1)))
        return !rows_failed(rows, err) &&
               err_code(err, ERR_NOT_FOUND, "unknown_batch", "There is no request with this id.");
    *ret = arena_text(call->arena, row_text(rows, 0));
    return true;
}

static void wake(const struct api_context *context)
{
    if (context->wake_engine)
        context->wake_engine(context->wake_ctx);
}

bool batch_approve_post(struct call *call, struct err *err)
{
    static const struct input_field fields[] = {{"reason", INPUT_TEXT, INPUT_NULLABLE, 1, 2000}};
    const struct api_context *context = &call->api->context;
    const char *batch = NULL;
    struct batch_release released;
    if (call->body)
        INPUT_OBJECT_CHECK(&call->input, call->body, "", fields);
    if (!input_verdict(&call->input, err) || !visible_batch(call, call->params[0], &batch, err))
        return false;
    const char *reason = call->body ? json_text_or(call->body, "reason", "") : "";
    AUTO_TX struct tx *tx = store_begin(context->store, err);
    if (!tx ||
        !batch_approve(tx, batch, call->who.name, reason, clock_utc_ms(context->clock), &released, err))
        return false;
    json_t *answer =
        call_keep(call, json_make("{s:s, s:I, s:I}", "batch", batch, "released",
                                  (json_int_t)released.released, "waiting", (json_int_t)released.waiting));
    if (!once_finish(call, tx, 202, answer, err) || !journal_commit(context->journal, &tx, err))
        return false;
    wake(context);
    return call_json(call, 202, answer);
}

/* --- stop ------------------------------------------------------------------------------------------------
 */

static bool stop_writes(struct call *call, const struct batch_stop *stop, json_t *ids, struct err *err)
{
    const struct api_context *context = &call->api->context;
    AUTO_JSON json_t *more = NULL;
    AUTO_TX struct tx *tx = store_begin(context->store, err);
    if (!tx || !batch_stop_writes(tx, stop, clock_utc_ms(context->clock), &more, err) ||
        !journal_commit(context->journal, &tx, err))
        return false;
    wake(context);
    json_array_extend(ids, more);
    return true;
}

/* Of every tenant that the asker sees, or of the one that was named. */
static bool stop_everywhere(struct call *call, const struct batch_stop *stop, json_t *ids, struct err *err)
{
    size_t i;
    json_t *tenant;
    if (stop->batch || stop->tenant_id || !call->who.tenants)
        return stop_writes(call, stop, ids, err);
    json_array_foreach (call->who.tenants, i, tenant) {
        const struct batch_stop one = {.tenant_id = json_string_value(tenant)};
        if (!stop_writes(call, &one, ids, err))
            return false;
    }
    return true;
}

/* They are stopped already: this ends what has not begun, and says in each journal who stopped it. */
static bool cancel_some(struct call *call, const json_t *ids, size_t from, struct err *err)
{
    const struct api_context *context = &call->api->context;
    AUTO_TX struct tx *tx = store_begin(context->store, err);
    for (size_t i = from; tx && i < from + CANCELLED_AT_ONCE && i < json_array_size(ids); i++) {
        const char *id = json_string_value(json_array_get(ids, i));
        if (!offboarding_cancel(tx, id, call->who.name, clock_utc_ms(context->clock), err) &&
            err->kind != ERR_CONFLICT) /* it has ended meanwhile */
            return false;
    }
    return tx && journal_commit(context->journal, &tx, err);
}

bool stop_post(struct call *call, struct err *err)
{
    static const struct input_field fields[] = {{"batch", INPUT_TEXT, INPUT_NULLABLE, 1, 40},
                                                {"tenant", INPUT_TEXT, INPUT_NULLABLE, 1, 255}};
    struct batch_stop stop = {0};
    AUTO_TENANT struct tenant tenant = {0};
    AUTO_JSON json_t *ids = json_array();
    INPUT_OBJECT_CHECK(&call->input, call->body, "", fields);
    const char *batch = json_text(call->body, "batch"), *name = json_text(call->body, "tenant");
    if (!input_verdict(&call->input, err) || (batch && !visible_batch(call, batch, &stop.batch, err)) ||
        (name && !visible_tenant(call, name, &tenant, err)))
        return false;
    stop.tenant_id = tenant.id;
    if (!stop_everywhere(call, &stop, ids, err))
        return false;
    for (size_t i = 0; i < json_array_size(ids); i += CANCELLED_AT_ONCE)
        if (!cancel_some(call, ids, i, err))
            return false;
    wake(&call->api->context);
    return call_json(call, 200, call_keep(call, json_make("{s:i}", "stopped", (int)json_array_size(ids))));
}
