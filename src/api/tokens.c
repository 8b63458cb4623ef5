/* API tokens: shown once, listed without their secret. No Idempotency-Key is honoured when one is made: its
 * answer would have to be kept, and with it the token. */
#include "api/call.h"

bool tokens_get(struct call *call, struct err *err)
{
    json_t *list = auth_token_list(call->api->context.auth, err);
    return list && call_list(call, list, NULL);
}

static json_t *new_json(struct call *call, const char *id, const char *text, struct err *err)
{
    AUTO_JSON json_t *list = auth_token_list(call->api->context.auth, err);
    json_t *made = list ? json_deep_copy(json_array_find(list, "id", id)) : NULL;
    return made ? call_keep(call, json_put_text(made, "token", text)) : NULL;
}

/* Reads "expires_at"; mistakes are noted. */
static int64_t read_end(struct call *call)
{
    int64_t at = 0;
    const char *text = json_text(call->body, "expires_at");
    if (text && !time_parse(text, &at))
        input_bad(&call->input, "/expires_at", "bad_time",
                  "expires_at must be a time such as 2027-01-01T00:00:00Z, or null.");
    else if (text && at <= clock_utc_ms(call->api->context.clock))
        input_bad(&call->input, "/expires_at", "in_the_past",
                  "That time has passed already; choose a later one.");
    return at;
}

bool tokens_post(struct call *call, struct err *err)
{
    static const struct input_field fields[] = {
        {"name", INPUT_TEXT, INPUT_REQUIRED, 1, 100},
        {"role", INPUT_TEXT, INPUT_REQUIRED, 1, 20},
        {"tenants", INPUT_ARRAY, INPUT_NULLABLE, 1, 1000},
        {"expires_at", INPUT_TEXT, INPUT_NULLABLE, 1, 40},
    };
    const struct logbook_by by = call_by(call);
    const char *id, *text;
    int64_t end = 0;
    if (INPUT_OBJECT_CHECK(&call->input, call->body, "", fields))
        end = read_end(call);
    if (json_text(call->body, "role") && !role_permissions(json_text(call->body, "role")))
        input_bad(&call->input, "/role", "unknown_role", "The role must be " ROLE_NAMES ".");
    if (!input_verdict(&call->input, err))
        return false;
    const struct new_token token = {.name = json_text(call->body, "name"),
                                    .role = json_text(call->body, "role"),
                                    .tenants = json_object_get(call->body, "tenants"),
                                    .expires_at = end};
    if (!auth_token_create(call->api->context.auth, call->arena, &by, &token, &id, &text, err))
        return err->kind == ERR_INPUT ? call_bad(call, "/tenants", err) : false;
    json_t *made = new_json(call, id, text, err);
    return made && call_json(call, 201, made);
}

bool token_delete(struct call *call, struct err *err)
{
    const struct logbook_by by = call_by(call);
    return auth_token_revoke(call->api->context.auth, &by, call->params[0], err) && call_empty(call, 204);
}
