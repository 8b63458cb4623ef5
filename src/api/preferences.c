/* PUT /me/preferences: what the web client keeps for a person from one device to the next. */
#include <string.h>

#include "api/call.h"
#include "api/problem.h"
#include "auth/accounts.h"

static const char *const themes[] = {"system", "light", "dark"};

static void check_theme(struct call *call)
{
    const char *theme = json_text(call->body, "theme");
    for (size_t i = 0; theme && i < sizeof themes / sizeof *themes; i++)
        if (strcmp(theme, themes[i]) == 0)
            return;
    if (theme)
        input_bad(&call->input, "/theme", "invalid_choice", "theme must be system, light or dark.");
}

static void check_favourites(struct call *call)
{
    const json_t *list = json_array_at(call->body, "favourite_tenants");
    for (size_t i = 0; i < json_array_size(list); i++)
        if (!text_is_uuid(json_string_value(json_array_get(list, i))))
            input_bad(&call->input, pointer_at(call->arena, "/favourite_tenants", i), "wrong_type",
                      "favourite_tenants must hold tenant ids, which are UUIDs.");
}

static void check_views(struct call *call)
{
    static const struct input_field fields[] = {{"name", INPUT_TEXT, INPUT_REQUIRED, 1, 80},
                                                {"query", INPUT_TEXT, INPUT_REQUIRED, 0, 1000}};
    const json_t *list = json_array_at(call->body, "saved_views");
    for (size_t i = 0; i < json_array_size(list); i++)
        INPUT_OBJECT_CHECK(&call->input, json_array_get(list, i), pointer_at(call->arena, "/saved_views", i),
                           fields);
}

bool preferences_put(struct call *call, struct err *err)
{
    static const struct input_field fields[] = {{"theme", INPUT_TEXT, 0, 1, 20},
                                                {"shortcuts", INPUT_FLAG, 0, 0, 0},
                                                {"favourite_tenants", INPUT_ARRAY, 0, 0, 500},
                                                {"saved_views", INPUT_ARRAY, 0, 0, 50}};
    if (INPUT_OBJECT_CHECK(&call->input, call->body, "", fields)) {
        check_theme(call);
        check_favourites(call);
        check_views(call);
    }
    if (!input_verdict(&call->input, err))
        return false;
    if (call->who.kind != PRINCIPAL_ACCOUNT)
        return err_code(err, ERR_CONFLICT, "not_an_account",
                        "An API token has no preferences: they belong to people who sign in.");
    return auth_set_preferences(call->api->context.auth, call->who.id, call->body, err) &&
           call_json(call, 200, call->body);
}
