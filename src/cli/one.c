#include "cli/one.h"

#include <stdio.h>

#include "cli/follow.h"

error_t one_parse(int key, char *arg, struct argp_state *state)
{
    struct one *one = state->input;
    switch (key) {
    case 'f':
        one->follow = true;
        return 0;
    case 'j':
        one->json = true;
        return 0;
    case ARGP_KEY_ARG:
        if (one->id)
            argp_error(state, "one id at a time");
        one->id = arg;
        return 0;
    case ARGP_KEY_END:
        if (!one->id)
            argp_error(state, "the ID is missing; `lastday %s` shows them",
                       one->listed_by ? one->listed_by : "list");
        return 0;
    default:
        return ARGP_ERR_UNKNOWN;
    }
}

void one_read(int argc, char **argv, const struct argp_option *options, argp_parser_t parser, const char *doc,
              void *command)
{
    const struct argp argp = {.options = options, .parser = parser, .args_doc = "ID", .doc = doc};
    argp_parse(&argp, argc, argv, 0, NULL, command);
}

static int stay(struct client *client, const struct one *one)
{
    struct err err = {0};
    bool failed;
    if (!follow_offboardings(client, &one->id, 1, one->json, &failed, &err))
        return command_fail(&err);
    return failed ? EXIT_FAILED_OFFBOARDING : EXIT_DONE;
}

int one_call(struct client *client, const struct one *one, const char *method, const char *action,
             const json_t *body)
{
    AUTO_ARENA struct arena *arena = arena_new();
    AUTO_ANSWER struct answer answer = {0};
    struct err err = {0};
    const char *path =
        arena_printf(arena, "%s%s", client_path(arena, "/api/v1/offboardings/%s", one->id), action);
    bool ok = client_call(client, method, path, body, &answer, &err);
    if (ok && one->follow)
        return stay(client, one);
    if (one->json && answer.text)
        puts(answer.text);
    else if (ok)
        follow_print(answer.json);
    return ok ? EXIT_DONE : command_fail(&err);
}

int one_post(const struct one *one, const char *action, const json_t *body)
{
    struct err err = {0};
    AUTO_CLIENT struct client *client = client_open(&err);
    return client ? one_call(client, one, "POST", action, body) : command_fail(&err);
}
