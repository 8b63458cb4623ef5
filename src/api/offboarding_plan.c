/* Changing what is planned: another time, now, or with the consent of a person who may give it. */
#include <string.h>

#include "api/offboarding_accept.h"
#include "api/offboarding_request.h"
#include "api/visible.h"

bool offboarding_reschedule_post(struct call *call, struct err *err)
{
    const struct api_context *context = &call->api->context;
    const char *id;
    int64_t at, remind_at;
    if (!visible_offboarding(call, &id, err))
        return false;
    request_read_schedule(call, call->body, "", &at, &remind_at);
    if (!input_verdict(&call->input, err))
        return false;
    AUTO_TX struct tx *tx = store_begin(context->store, err);
    return tx &&
           offboarding_reschedule(tx, id, call->body, at, remind_at, call->who.name,
                                  clock_utc_ms(context->clock), err) &&
           note_offboarding(call, tx, LOGBOOK_OFFBOARDING_RESCHEDULED, id, err) &&
           offboarding_accept(call, &tx, id, 200, err);
}

bool offboarding_run_now_post(struct call *call, struct err *err)
{
    const struct api_context *context = &call->api->context;
    const char *id;
    if (!visible_offboarding(call, &id, err))
        return false;
    AUTO_TX struct tx *tx = store_begin(context->store, err);
    return tx && offboarding_run_now(tx, id, call->who.name, clock_utc_ms(context->clock), err) &&
           note_offboarding(call, tx, LOGBOOK_OFFBOARDING_RUN_NOW, id, err) &&
           offboarding_accept(call, &tx, id, 202, err);
}

/* Why: asked for where blockers are lifted, kept wherever it is given. */
static bool read_reason(struct call *call, const char *id, const char **ret, struct err *err)
{
    static const struct input_field fields[] = {{"reason", INPUT_TEXT, INPUT_NULLABLE, 1, 2000}};
    AUTO(offboarding_done) struct offboarding row = {0};
    *ret = "";
    if (call->body) {
        INPUT_OBJECT_CHECK(&call->input, call->body, "", fields);
        *ret = json_text_or(call->body, "reason", "");
    }
    AUTO_TX struct tx *tx = store_begin_read(call->api->context.store, err);
    if (!tx || !offboarding_load(tx, call->arena, id, &row, err))
        return false;
    if (row.status == RUN_NEEDS_ATTENTION && !**ret)
        input_bad(&call->input, "/reason", "required",
                  "Say why it may go on: the reason is kept with the offboarding.");
    return input_verdict(&call->input, err);
}

bool offboarding_approve_post(struct call *call, struct err *err)
{
    const struct api_context *context = &call->api->context;
    const char *id, *reason;
    if (!visible_offboarding(call, &id, err) || !read_reason(call, id, &reason, err))
        return false;
    AUTO_TX struct tx *tx = store_begin(context->store, err);
    return tx && offboarding_approve(tx, id, call->who.name, reason, clock_utc_ms(context->clock), err) &&
           note_offboarding(call, tx, LOGBOOK_OFFBOARDING_APPROVED, id, err) &&
           offboarding_accept(call, &tx, id, 202, err);
}
