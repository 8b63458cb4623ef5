#include "cli/administration.h"

#include <string.h>

#include "vault/secret.h"

static json_t *user_add(struct auth *auth, const json_t *request, struct err *err)
{
    return auth_account_add(auth, json_text_or(request, "username", ""),
                            json_text_or(request, "password", ""), json_text_or(request, "role", ""), err)
               ? json_object()
               : NULL;
}

static json_t *token_create(struct auth *auth, const json_t *request, struct err *err)
{
    AUTO_ARENA struct arena *arena = arena_new();
    const char *token = NULL;
    if (!auth_token_create(auth, arena, json_text_or(request, "name", ""), json_text_or(request, "role", ""),
                           json_object_get(request, "tenants"), &token, err))
        return NULL;
    return json_make("{s:s}", "token", token);
}

json_t *administration_answer(void *auth, const json_t *request, struct err *err)
{
    static const struct {
        const char *name;
        json_t *(*run)(struct auth *auth, const json_t *request, struct err *err);
    } actions[] = {{"user-add", user_add}, {"token-create", token_create}};
    for (size_t i = 0; i < sizeof actions / sizeof *actions; i++)
        if (!strcmp(json_text_or(request, "do", ""), actions[i].name))
            return actions[i].run(auth, request, err);
    err_set(err, ERR_INPUT, "the running server does not know this action; is it of another version?");
    return NULL;
}

const char *administration_password(struct arena *arena)
{
    AUTO_SECRET struct secret *password = vault_password(rng_system());
    return arena_text(arena, secret_reveal(password));
}
