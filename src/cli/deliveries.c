/* lastday deliveries, lastday redeliver — what became of notifications. */
#include <stdio.h>
#include <string.h>

#include "cli/list.h"
#include "cli/one.h"
#include "cli/screen.h"

struct listing {
    const char *status, *channel, *tenant, *offboarding;
    bool json;
};

static error_t parse(int key, char *arg, struct argp_state *state)
{
    struct listing *listing = state->input;
    switch (key) {
    case 's':
        listing->status = arg;
        return 0;
    case 'c':
        listing->channel = arg;
        return 0;
    case 't':
        listing->tenant = arg;
        return 0;
    case 'o':
        listing->offboarding = arg;
        return 0;
    case 'j':
        listing->json = true;
        return 0;
    default:
        return ARGP_ERR_UNKNOWN;
    }
}

int command_deliveries(int argc, char **argv)
{
    static const struct argp_option options[] = {
        {"status", 's', "STATUS", 0, "only these: pending, delivered or failed", 0},
        {"channel", 'c', "CHANNEL", 0, "only these: webhook, email or psa", 0},
        {"tenant", 't', "TENANT", 0, "only of this tenant", 0},
        {"offboarding", 'o', "ID", 0, "only of this offboarding", 0},
        {"json", 'j', NULL, 0, "print exactly what the API returned, one page a line", 0},
        {0}};
    static const struct column columns[] = {
        {"ID", 36, "id", NULL},         {"STATUS", 10, "status", NULL},
        {"EVENT", 23, "event", NULL},   {"TO", 24, "endpoint_name", NULL},
        {"REASON", 16, "reason", NULL}, {"CREATED", 24, "created_at", NULL}};
    const struct argp argp = {.options = options,
                              .parser = parse,
                              .doc = "Lists notifications and what became of them, newest first."};
    struct listing listing = {0};
    argp_parse(&argp, argc, argv, 0, NULL, &listing);
    AUTO_ARENA struct arena *arena = arena_new();
    const char *path = "/api/v1/deliveries?limit=200";
    path = list_filter(arena, path, "status", listing.status);
    path = list_filter(arena, path, "channel", listing.channel);
    path = list_filter(arena, path, "tenant", listing.tenant);
    path = list_filter(arena, path, "offboarding", listing.offboarding);
    return list_print(path, listing.json, columns, sizeof columns / sizeof *columns);
}

int command_redeliver(int argc, char **argv)
{
    static const struct argp_option options[] = {ONE_JSON, {0}};
    struct one one = {.listed_by = "deliveries"};
    struct err err = {0};
    AUTO_ANSWER struct answer answer = {0};
    one_read(argc, argv, options, one_parse,
             "Sends a notification once more, with the same id, so that a receiver can tell.", &one);
    AUTO_ARENA struct arena *arena = arena_new();
    AUTO_CLIENT struct client *client = client_open(&err);
    if (!client)
        return command_fail(&err);
    bool ok = client_call(client, "POST", client_path(arena, "/api/v1/deliveries/%s/redeliver", one.id), NULL,
                          &answer, &err);
    if (one.json && answer.text)
        puts(answer.text);
    else if (ok) {
        fputs("on its way to ", stdout);
        screen_text(stdout, json_text(answer.json, "endpoint_name"));
        putchar('\n');
    }
    return ok ? EXIT_DONE : command_fail(&err);
}
