#include "cli/administration.h"

#include <pwd.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "vault/secret.h"

/* Whom the kernel let in is the server's own user or root: the name is what that user says. */
struct logbook_by administration_by(const json_t *request)
{
    return (struct logbook_by){.kind = "local", .name = json_text_or(request, "by", "lastday admin")};
}

static json_t *user_add(struct auth *auth, const json_t *request, struct err *err)
{
    const struct logbook_by by = administration_by(request);
    return auth_account_add(auth, &by, json_text_or(request, "username", ""),
                            json_text_or(request, "password", ""), json_text_or(request, "role", ""), err)
               ? json_object()
               : NULL;
}

static json_t *token_create(struct auth *auth, const json_t *request, struct err *err)
{
    AUTO_ARENA struct arena *arena = arena_new();
    const char *id, *text;
    const struct logbook_by by = administration_by(request);
    const struct new_token token = {.name = json_text_or(request, "name", ""),
                                    .role = json_text_or(request, "role", ""),
                                    .tenants = json_object_get(request, "tenants")};
    if (!auth_token_create(auth, arena, &by, &token, &id, &text, err))
        return NULL;
    return json_make("{s:s}", "token", text);
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

const char *administration_user(struct arena *arena)
{
    const char *sudo = getenv("SUDO_USER");
    const struct passwd *user = getpwuid(getuid());
    return sudo && *sudo ? arena_printf(arena, "%.100s (sudo)", sudo)
                         : arena_text(arena, user ? user->pw_name : "lastday admin");
}

const char *administration_password(struct arena *arena)
{
    AUTO_SECRET struct secret *password = vault_password(rng_system());
    return arena_text(arena, secret_reveal(password));
}
