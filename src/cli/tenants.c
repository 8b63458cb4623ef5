/* lastday tenants, lastday users — what there is to offboard from. */
#include <stdio.h>
#include <string.h>

#include "cli/command.h"
#include "cli/json_file.h"
#include "cli/list.h"
#include "cli/screen.h"

struct listing {
    const char *words[4];
    size_t count;
    const char *tenant;
    bool json;
};

static error_t parse(int key, char *arg, struct argp_state *state)
{
    struct listing *listing = state->input;
    switch (key) {
    case 't':
        listing->tenant = arg;
        return 0;
    case 'j':
        listing->json = true;
        return 0;
    case ARGP_KEY_ARG:
        if (listing->count == sizeof listing->words / sizeof *listing->words)
            argp_usage(state);
        listing->words[listing->count++] = arg;
        return 0;
    default:
        return ARGP_ERR_UNKNOWN;
    }
}

static const struct argp_option json_option[] = {
    {"json", 'j', NULL, 0, "print exactly what the API returned", 0}, {0}};

static int add(const struct listing *listing)
{
    struct err err = {0};
    AUTO_ANSWER struct answer answer = {0};
    AUTO_JSON json_t *body = json_make("{s:s, s:s, s:s}", "tenant_id", listing->words[1], "default_domain",
                                       listing->words[2], "display_name", listing->words[3]);
    AUTO_CLIENT struct client *client = client_open(&err);
    if (!client)
        return command_fail(&err);
    bool ok = client_call(client, "POST", "/api/v1/tenants", body, &answer, &err);
    if (listing->json && answer.text)
        puts(answer.text);
    else if (ok)
        printf("added %s\n", json_text_or(answer.json, "id", "?"));
    return ok ? EXIT_DONE : command_fail(&err);
}

/* Makes the call; prints what came with --json, else what print makes of it. */
static int call_and_print(const struct listing *listing, const char *method, const char *path,
                          void (*print)(const json_t *answer))
{
    struct err err = {0};
    AUTO_ANSWER struct answer answer = {0};
    AUTO_CLIENT struct client *client = client_open(&err);
    bool ok = client && client_call(client, method, path, NULL, &answer, &err);
    if (listing->json && answer.length)
        puts(answer.text);
    else if (ok)
        print(answer.json);
    return ok ? EXIT_DONE : command_fail(&err);
}

static void print_sync(const json_t *answer)
{
    static const char *const lists[] = {"added", "updated", "missing", "skipped"};
    size_t i;
    json_t *tenant;
    for (size_t l = 0; l < sizeof lists / sizeof *lists; l++)
        json_array_foreach ((json_t *)json_array_at(answer, lists[l]), i, tenant) {
            screen_cell(stdout, lists[l], 10);
            screen_cell(stdout, json_text(tenant, "id"), 36);
            screen_text(stdout, json_text(tenant, "display_name"));
            if (json_text(tenant, "message")) {
                fputs(": ", stdout);
                screen_text(stdout, json_text(tenant, "message"));
            }
            putchar('\n');
        }
    printf("unchanged  %zu\n", json_array_size(json_array_at(answer, "unchanged")));
}

static void print_health(const json_t *answer)
{
    const char *status = json_text_or(answer, "status", "?");
    const json_t *token = json_object_at(answer, "token");
    size_t i;
    json_t *permission;
    screen_tone(stdout, !strcmp(status, "ok") ? TONE_GOOD : TONE_BAD, status);
    if (json_text(token, "message")) {
        fputs(": ", stdout);
        screen_text(stdout, json_text(token, "message"));
    }
    putchar('\n');
    json_array_foreach ((json_t *)json_array_at(answer, "permissions"), i, permission) {
        const json_t *granted = json_object_get(permission, "granted");
        if (json_is_true(granted))
            continue;
        fputs(json_is_false(granted) ? "  missing  " : "  unknown  ", stdout);
        screen_cell(stdout, json_text(permission, "resource"), 12);
        screen_text(stdout, json_text(permission, "any"));
        putchar('\n');
    }
}

static void print_removed(const json_t *answer)
{
    (void)answer;
    puts("removed");
}

/* Prints the defaults, the same with and without --json: they are what one edits and gives back. */
static int defaults(const struct listing *listing, const char *path)
{
    struct err err = {0};
    AUTO_ANSWER struct answer answer = {0};
    AUTO_JSON json_t *wanted = NULL;
    if (listing->count == 3 &&
        !(wanted = json_file_read(listing->words[2], "FILE", "{\"options\": {}}", &err)))
        return command_fail(&err);
    AUTO_CLIENT struct client *client = client_open(&err);
    bool ok = client && (wanted ? client_replace(client, path, wanted, &answer, &err)
                                : client_call(client, "GET", path, NULL, &answer, &err));
    if (answer.text && (ok || listing->json))
        puts(answer.text);
    return ok ? EXIT_DONE : command_fail(&err);
}

/* "sync", "health TENANT", "defaults TENANT [FILE]", "remove TENANT"; false: it is none of them. */
static bool act(const struct listing *listing, int *ret_code)
{
    AUTO_ARENA struct arena *arena = arena_new();
    const char *word = listing->count ? listing->words[0] : "", *tenant = listing->words[1];
    if (listing->count == 1 && !strcmp(word, "sync"))
        *ret_code = call_and_print(listing, "POST", "/api/v1/tenants/sync", print_sync);
    else if (listing->count == 2 && !strcmp(word, "health"))
        *ret_code = call_and_print(
            listing, "GET", client_path(arena, "/api/v1/tenants/%s/health?max_age=0", tenant), print_health);
    else if (listing->count >= 2 && listing->count <= 3 && !strcmp(word, "defaults"))
        *ret_code = defaults(listing, client_path(arena, "/api/v1/tenants/%s/defaults", tenant));
    else if (listing->count == 2 && !strcmp(word, "remove"))
        *ret_code = call_and_print(listing, "DELETE", client_path(arena, "/api/v1/tenants/%s", tenant),
                                   print_removed);
    else
        return false;
    return true;
}

int command_tenants(int argc, char **argv)
{
    static const struct column columns[] = {
        {"ID", 36, "id", NULL}, {"DOMAIN", 36, "default_domain", NULL}, {"NAME", 30, "display_name", NULL}};
    const struct argp argp = {
        .options = json_option,
        .parser = parse,
        .args_doc = "[SEARCH]\nadd TENANT_ID DEFAULT_DOMAIN DISPLAY_NAME\n"
                    "sync\nhealth TENANT\ndefaults TENANT [FILE]\nremove TENANT",
        .doc =
            "Lists the tenants, adds one or those of the partner account, shows what is "
            "permitted in one, shows its defaults or replaces them by those of a JSON file (\"-\": standard "
            "input), or removes one."};
    struct listing listing = {0};
    int code;
    argp_parse(&argp, argc, argv, 0, NULL, &listing);
    AUTO_ARENA struct arena *arena = arena_new();
    if (listing.count == 4 && !strcmp(listing.words[0], "add"))
        return add(&listing);
    if (act(&listing, &code))
        return code;
    if (listing.count > 1) {
        fputs("lastday tenants: one SEARCH word, or add TENANT_ID DEFAULT_DOMAIN DISPLAY_NAME, or sync, "
              "health, defaults or remove\n",
              stderr);
        return EXIT_USAGE;
    }
    const char *path = list_filter(arena, "/api/v1/tenants?limit=200", "search", listing.words[0]);
    return list_print(path, listing.json, columns, sizeof columns / sizeof *columns);
}

int command_users(int argc, char **argv)
{
    static const struct argp_option options[] = {
        {"tenant", 't', "TENANT", 0, "the tenant's id or default domain", 0},
        {"json", 'j', NULL, 0, "print exactly what the API returned, one page a line", 0},
        {0}};
    static const struct column columns[] = {{"ID", 36, "id", NULL},
                                            {"USER", 40, "user_principal_name", NULL},
                                            {"NAME", 28, "display_name", NULL},
                                            {"ENABLED", 7, "account_enabled", NULL}};
    const struct argp argp = {.options = options,
                              .parser = parse,
                              .args_doc = "[SEARCH]",
                              .doc = "Searches the users of a tenant by any part of name or address."};
    struct listing listing = {0};
    argp_parse(&argp, argc, argv, 0, NULL, &listing);
    AUTO_ARENA struct arena *arena = arena_new();
    if (!listing.tenant || listing.count > 1) {
        fputs("lastday users: name the tenant with --tenant, and at most one word to search for\n", stderr);
        return EXIT_USAGE;
    }
    return list_print(client_path(arena, "/api/v1/tenants/%s/users?limit=200&search=%s", listing.tenant,
                                  listing.count ? listing.words[0] : ""),
                      listing.json, columns, sizeof columns / sizeof *columns);
}
