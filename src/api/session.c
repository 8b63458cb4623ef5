/* GET /me, POST and DELETE /session: who I am, local sign-in, sign-out. */
#include "api/call.h"
#include "api/cookie.h"
#include "auth/accounts.h"
#include "journal/batch.h"

/* Answers with who it is; what a person prefers and when a second person is needed come along. */
static bool answer_me(struct call *call, const char *csrf_token, struct err *err)
{
    const struct principal *who = &call->who;
    json_t *preferences = who->kind == PRINCIPAL_ACCOUNT
                              ? auth_preferences(call->api->context.auth, who->id, err)
                              : json_object();
    if (!preferences)
        return false;
    json_t *me = call_keep(call, json_object());
    json_put_text(me, "id", who->id);
    json_put_text(me, "name", who->name);
    json_put_text(me, "kind", principal_kind_name(who->kind));
    json_put_text(me, "role", who->role);
    json_put(me, "permissions", principal_permission_names(who));
    json_put(me, "tenants", who->tenants ? json_deep_copy(who->tenants) : json_null());
    json_put_text(me, "csrf_token", csrf_token);
    json_put(me, "approve_above", json_integer((json_int_t)call->api->context.approve_above));
    json_put(me, "approve_first", json_integer(BATCH_FIRST));
    json_put(me, "preferences", preferences);
    return call_json(call, 200, me);
}

bool me_get(struct call *call, struct err *err)
{
    return answer_me(call, call->csrf_token, err);
}

bool session_post(struct call *call, struct err *err)
{
    static const struct input_field fields[] = {
        {"username", INPUT_TEXT, INPUT_REQUIRED, 1, 200},
        {"password", INPUT_TEXT, INPUT_REQUIRED, 1, 1024},
    };
    const struct api_context *context = &call->api->context;
    const struct logbook_by from = call_by(call);
    struct session session = {0};

    INPUT_OBJECT_CHECK(&call->input, call->body, "", fields);
    if (!input_verdict(&call->input, err))
        return false;
    bool good = auth_sign_in(context->auth, call->arena, json_text(call->body, "username"),
                             json_text(call->body, "password"), &from, &session, err);
    if (good || err->kind == ERR_UNAUTHENTICATED)
        metrics_sign_in(call->api->metrics, false, good);
    if (!good)
        return false;
    call->who = session.principal;
    long age_s = (long)((session.expires_at - clock_utc_ms(context->clock)) / 1000);
    reply_header(&call->reply, "Set-Cookie",
                 cookie_make(call->arena, call->api->secure, session.token, age_s));
    return answer_me(call, session.csrf_token, err);
}

bool session_delete(struct call *call, struct err *err)
{
    const struct logbook_by by = call_by(call);
    if (call->session_token && !auth_sign_out(call->api->context.auth, &by, call->session_token, err))
        return false;
    reply_header(&call->reply, "Set-Cookie", cookie_make(call->arena, call->api->secure, "", 0));
    return call_empty(call, 204);
}
