/* Accounts: for admins, and for everybody their own. */
#include <string.h>

#include "api/call.h"
#include "auth/accounts.h"

static json_t *without_version(json_t *account)
{
    json_object_del(account, "version");
    return account;
}

bool accounts_get(struct call *call, struct err *err)
{
    json_t *list = auth_account_list(call->api->context.auth, err), *account;
    size_t i;
    if (!list)
        return false;
    json_array_foreach (list, i, account)
        without_version(account);
    return call_list(call, list, NULL);
}

static bool answer(struct call *call, int status, const char *id, struct err *err)
{
    json_t *account = call_keep(call, auth_account_get(call->api->context.auth, id, err));
    int64_t version = json_int(account, "version", 0);
    return account && call_json_versioned(call, status, without_version(account), version);
}

/* What auth says about one value becomes a mistake at its place. */
static bool name_field(struct call *call, struct err *err)
{
    static const struct {
        const char *code, *pointer;
    } places[] = {
        {"invalid_username", "/username"}, {"unknown_role", "/role"}, {"wrong_password", "/old_password"}};
    if (err->kind != ERR_INPUT)
        return false;
    for (size_t i = 0; i < sizeof places / sizeof *places; i++)
        if (strcmp(err->code, places[i].code) == 0)
            return call_bad(call, places[i].pointer, err);
    return call_bad(call, "/password", err);
}

static const char *id_of(struct call *call, const char *username, struct err *err)
{
    AUTO_FREE char *folded = text_fold(username);
    AUTO_JSON json_t *list = auth_account_list(call->api->context.auth, err);
    return arena_text(call->arena, json_text(json_array_find(list, "username", folded), "id"));
}

bool accounts_post(struct call *call, struct err *err)
{
    static const struct input_field fields[] = {
        {"username", INPUT_TEXT, INPUT_REQUIRED, 1, AUTH_USERNAME_MAX},
        {"password", INPUT_TEXT, INPUT_REQUIRED, 1, 1024},
        {"role", INPUT_TEXT, INPUT_REQUIRED, 1, 20},
    };
    const struct logbook_by by = call_by(call);
    INPUT_OBJECT_CHECK(&call->input, call->body, "", fields);
    if (!input_verdict(&call->input, err))
        return false;
    const char *username = json_text(call->body, "username");
    if (!auth_account_add(call->api->context.auth, &by, username, json_text(call->body, "password"),
                          json_text(call->body, "role"), err))
        return name_field(call, err);
    const char *id = id_of(call, username, err);
    if (!id)
        return false;
    reply_header(&call->reply, "Location", arena_printf(call->arena, "/api/v1/accounts/%s", id));
    return answer(call, 201, id, err);
}

static bool is_own(const struct call *call)
{
    return call->who.kind == PRINCIPAL_ACCOUNT && strcmp(call->who.id, call->params[0]) == 0;
}

static bool is_theirs_to_see(const struct call *call, struct err *err)
{
    return is_own(call) || (principal_may(&call->who, PERMISSION_ADMIN) && !call->who.tenants) ||
           err_set(err, ERR_FORBIDDEN, "This is another's account: it takes an admin.");
}

bool account_get(struct call *call, struct err *err)
{
    return is_theirs_to_see(call, err) && answer(call, 200, call->params[0], err);
}

/* Who may not manage accounts changes nothing but the own password. */
static bool check_reach(const struct call *call, struct err *err)
{
    bool more = json_object_get(call->body, "role") || json_object_get(call->body, "disabled");
    return !more || principal_may(&call->who, PERMISSION_ADMIN) ||
           err_set(err, ERR_FORBIDDEN, "Roles, and who may sign in, are an admin's to change.");
}

/* A new password overwrites nobody's change. */
static bool check_version(struct call *call, int64_t *ret, struct err *err)
{
    AUTO_JSON json_t *account = auth_account_get(call->api->context.auth, call->params[0], err);
    int64_t at = 0;
    *ret = 0;
    if (!account)
        return false;
    if (!json_object_get(call->body, "role") && !json_object_get(call->body, "disabled"))
        return true;
    *ret = json_int(account, "version", 0);
    const char *changed_at = json_text(account, "changed_at");
    if (changed_at && !time_parse(changed_at, &at))
        at = 0;
    return call_if_match_changed(call, *ret, json_text(account, "changed_by"), at, err);
}

bool account_patch(struct call *call, struct err *err)
{
    static const struct input_field fields[] = {
        {"role", INPUT_TEXT, 0, 1, 20},
        {"disabled", INPUT_FLAG, 0, 0, 0},
        {"password", INPUT_TEXT, 0, 1, 1024},
        {"old_password", INPUT_TEXT, 0, 1, 1024},
    };
    const struct logbook_by by = call_by(call);
    int64_t version;
    if (!is_theirs_to_see(call, err))
        return false;
    INPUT_OBJECT_CHECK(&call->input, call->body, "", fields);
    if (!input_verdict(&call->input, err) || !check_reach(call, err) || !check_version(call, &version, err))
        return false;
    bool disabled = json_flag(call->body, "disabled");
    const struct account_change change = {.role = json_text(call->body, "role"),
                                          .disabled =
                                              json_object_get(call->body, "disabled") ? &disabled : NULL,
                                          .password = json_text(call->body, "password"),
                                          .old_password = json_text(call->body, "old_password"),
                                          .keep_session = is_own(call) ? call->session_token : NULL,
                                          .version = version};
    if (!auth_account_change(call->api->context.auth, &by, call->params[0], &change, err))
        return name_field(call, err);
    return answer(call, 200, call->params[0], err);
}

bool account_delete(struct call *call, struct err *err)
{
    const struct logbook_by by = call_by(call);
    return auth_account_delete(call->api->context.auth, &by, call->params[0], err) && call_empty(call, 204);
}
