/* lastday show, lastday cancel — one offboarding by its id. */
#include <stdio.h>
#include <string.h>

#include "cli/command.h"
#include "cli/follow.h"

struct one {
    const char *id;
    bool json, follow;
};

static error_t parse(int key, char *arg, struct argp_state *state)
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
            argp_error(state, "the ID is missing; `lastday list` shows them");
        return 0;
    default:
        return ARGP_ERR_UNKNOWN;
    }
}

static int call_and_print(struct client *client, const struct one *one, const char *method,
                          const char *action)
{
    AUTO_ARENA struct arena *arena = arena_new();
    AUTO_ANSWER struct answer answer = {0};
    struct err err = {0};
    const char *path =
        arena_printf(arena, "%s%s", client_path(arena, "/api/v1/offboardings/%s", one->id), action);
    bool ok = client_call(client, method, path, NULL, &answer, &err);
    if (one->json && answer.text)
        puts(answer.text);
    else if (ok)
        follow_print(answer.json);
    return ok ? EXIT_DONE : command_fail(&err);
}

int command_show(int argc, char **argv)
{
    static const struct argp_option options[] = {
        {"follow", 'f', NULL, 0, "stay until the end; the exit code is then 1 when something failed", 0},
        {"json", 'j', NULL, 0, "print exactly what the API returned", 0},
        {0}};
    const struct argp argp = {
        .options = options, .parser = parse, .args_doc = "ID", .doc = "Shows one offboarding."};
    struct one one = {0};
    struct err err = {0};
    bool failed;
    argp_parse(&argp, argc, argv, 0, NULL, &one);
    AUTO_CLIENT struct client *client = client_open(&err);
    if (!client)
        return command_fail(&err);
    if (!one.follow)
        return call_and_print(client, &one, "GET", "");
    if (!follow_offboardings(client, &one.id, 1, one.json, &failed, &err))
        return command_fail(&err);
    return failed ? EXIT_FAILED_OFFBOARDING : EXIT_DONE;
}

int command_cancel(int argc, char **argv)
{
    static const struct argp_option options[] = {
        {"json", 'j', NULL, 0, "print exactly what the API returned", 0}, {0}};
    const struct argp argp = {.options = options,
                              .parser = parse,
                              .args_doc = "ID",
                              .doc = "Stops an offboarding. What is already done stays done."};
    struct one one = {0};
    struct err err = {0};
    argp_parse(&argp, argc, argv, 0, NULL, &one);
    AUTO_CLIENT struct client *client = client_open(&err);
    return client ? call_and_print(client, &one, "POST", "/cancel") : command_fail(&err);
}
