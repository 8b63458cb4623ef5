/* lastday list, and what the other listing commands share. */
#include "cli/list.h"

#include <stdio.h>
#include <string.h>

#include "cli/command.h"
#include "cli/screen.h"

static void print_row(const json_t *item, const struct column *columns, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        const json_t *object = columns[i].parent ? json_object_at(item, columns[i].parent) : item;
        const json_t *value = json_object_get(object, columns[i].key);
        const char *text =
            json_is_boolean(value) ? (json_is_true(value) ? "yes" : "no") : json_string_value(value);
        if (i + 1 < count)
            screen_cell(stdout, text, columns[i].width);
        else
            screen_text(stdout, text);
    }
    putchar('\n');
}

const char *list_filter(struct arena *arena, const char *path, const char *name, const char *value)
{
    return value ? arena_printf(arena, "%s&%s=%s", path, name, client_path(arena, "%s", value)) : path;
}

int list_print(const char *path, bool json, const struct column *columns, size_t count)
{
    AUTO_ARENA struct arena *arena = arena_new();
    struct err err = {0};
    AUTO_CLIENT struct client *client = client_open(&err);
    const char *next = path;
    bool titled = json;
    while (client && next) {
        AUTO_ANSWER struct answer answer = {0};
        size_t i;
        json_t *item;
        if (!client_call(client, "GET", next, NULL, &answer, &err))
            break;
        if (json)
            puts(answer.text);
        json_array_foreach ((json_t *)json_array_at(answer.json, "items"), i, item) {
            for (size_t n = 0; !titled && n < count; n++)
                if (n + 1 < count)
                    screen_cell(stdout, columns[n].title, columns[n].width);
                else
                    puts(columns[n].title);
            titled = true;
            if (!json)
                print_row(item, columns, count);
        }
        const char *cursor = json_text(answer.json, "next_cursor");
        next = cursor ? arena_printf(arena, "%s%s%s", path, strchr(path, '?') ? "&" : "?",
                                     client_path(arena, "cursor=%s", cursor))
                      : NULL;
    }
    if (!client || err.kind)
        return command_fail(&err);
    if (!titled)
        fputs("nothing found\n", stderr);
    return EXIT_DONE;
}

struct listing {
    const char *status, *tenant, *search;
    bool json;
};

static error_t parse(int key, char *arg, struct argp_state *state)
{
    struct listing *listing = state->input;
    switch (key) {
    case 's':
        listing->status = arg;
        return 0;
    case 't':
        listing->tenant = arg;
        return 0;
    case 'j':
        listing->json = true;
        return 0;
    case ARGP_KEY_ARG:
        if (listing->search)
            argp_usage(state);
        listing->search = arg;
        return 0;
    default:
        return ARGP_ERR_UNKNOWN;
    }
}

int command_list(int argc, char **argv)
{
    static const struct argp_option options[] = {
        {"status", 's', "STATUS", 0, "only these, separated by commas: planned, queued, running, failed, …",
         0},
        {"tenant", 't', "TENANT", 0, "only of this tenant", 0},
        {"json", 'j', NULL, 0, "print exactly what the API returned, one page a line", 0},
        {0}};
    static const struct column columns[] = {{"ID", 36, "id", NULL},
                                            {"STATUS", 23, "status", NULL},
                                            {"TENANT", 24, "display_name", "tenant"},
                                            {"USER", 36, "user_principal_name", "user"},
                                            {"CREATED", 24, "created_at", NULL}};
    const struct argp argp = {.options = options,
                              .parser = parse,
                              .args_doc = "[SEARCH]",
                              .doc = "Lists offboardings, newest first."};
    struct listing listing = {0};
    argp_parse(&argp, argc, argv, 0, NULL, &listing);
    AUTO_ARENA struct arena *arena = arena_new();
    const char *path = "/api/v1/offboardings?limit=200";
    path = list_filter(arena, path, "status", listing.status);
    path = list_filter(arena, path, "tenant", listing.tenant);
    path = list_filter(arena, path, "search", listing.search);
    return list_print(path, listing.json, columns, sizeof columns / sizeof *columns);
}
