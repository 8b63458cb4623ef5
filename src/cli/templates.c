/* lastday templates — named sets of options. */
#include <stdio.h>
#include <string.h>

#include "cli/command.h"
#include "cli/list.h"
#include "cli/request.h"
#include "cli/screen.h"

struct templates {
    const char *word, *tenant, *options_file, *description;
    bool json;
};

static const struct argp_option json_option = {"json", 'j', NULL, 0, "print exactly what the API returned",
                                               0};
static const struct argp_option tenant_option = {
    "tenant", 't', "TENANT", 0, "of this tenant, by id or default domain", 0};

static error_t parse(int key, char *arg, struct argp_state *state)
{
    struct templates *templates = state->input;
    switch (key) {
    case 't':
        templates->tenant = arg;
        return 0;
    case 'o':
        templates->options_file = arg;
        return 0;
    case 'd':
        templates->description = arg;
        return 0;
    case 'j':
        templates->json = true;
        return 0;
    case ARGP_KEY_ARG:
        if (templates->word)
            argp_usage(state);
        templates->word = arg;
        return 0;
    default:
        return ARGP_ERR_UNKNOWN;
    }
}

static int list(int argc, char **argv)
{
    const struct argp_option options[] = {tenant_option, json_option, {0}};
    static const struct column columns[] = {{"ID", 36, "id", NULL},
                                            {"NAME", 32, "name", NULL},
                                            {"TENANT", 30, "display_name", "tenant"},
                                            {"CHANGED", 24, "changed_at", NULL}};
    const struct argp argp = {.options = options,
                              .parser = parse,
                              .args_doc = "[SEARCH]",
                              .doc = "Lists the templates; with --tenant those that it may use."};
    struct templates templates = {0};
    argp_parse(&argp, argc, argv, 0, NULL, &templates);
    AUTO_ARENA struct arena *arena = arena_new();
    const char *path = "/api/v1/templates?limit=200";
    path = list_filter(arena, path, "tenant", templates.tenant);
    path = list_filter(arena, path, "search", templates.word);
    return list_print(path, templates.json, columns, sizeof columns / sizeof *columns);
}

/* The id of the one template of that name. */
static const char *find_id(struct client *client, struct arena *arena, const struct templates *templates,
                           struct err *err)
{
    AUTO_ANSWER struct answer answer = {0};
    const char *id = NULL;
    AUTO_FREE char *wanted = text_fold(templates->word);
    size_t i;
    json_t *item;
    if (text_is_uuid(templates->word))
        return templates->word;
    const char *path = client_path(arena, "/api/v1/templates?limit=200&search=%s", templates->word);
    path = list_filter(arena, path, "tenant", templates->tenant);
    if (!client_call(client, "GET", path, NULL, &answer, err))
        return NULL;
    json_array_foreach ((json_t *)json_array_at(answer.json, "items"), i, item) {
        AUTO_FREE char *name = text_fold(json_text_or(item, "name", ""));
        if (strcmp(name, wanted) != 0)
            continue;
        if (id) {
            err_set(err, ERR_INPUT, "several templates are named %s: use the id, or name the tenant", wanted);
            return NULL;
        }
        id = arena_text(arena, json_text(item, "id"));
    }
    if (!id)
        err_set(err, ERR_NOT_FOUND, "there is no template named %s", templates->word);
    return id;
}

static void print_template(const json_t *template)
{
    const char *task;
    json_t *params, *warning;
    size_t i;
    screen_text(stdout, json_text(template, "name"));
    fputs(" (", stdout);
    screen_text(stdout, json_text_or(json_object_at(template, "tenant"), "display_name", "every tenant"));
    puts(")");
    json_object_foreach ((json_t *)json_object_at(template, "options"), task, params) {
        AUTO_FREE char *text = json_object_size(params) ? json_write(params) : NULL;
        fputs("  ", stdout);
        screen_cell(stdout, task, 30);
        screen_text(stdout, text ? text : "");
        putchar('\n');
    }
    json_array_foreach ((json_t *)json_array_at(template, "warnings"), i, warning) {
        fputs("  ", stdout);
        screen_tone(stdout, TONE_BAD, "warning");
        putchar(' ');
        screen_text(stdout, json_text(warning, "message"));
        putchar('\n');
    }
}

/* Asks for one template and prints it, or deletes it. */
static int act_on_one(struct templates *templates, const char *method)
{
    struct err err = {0};
    AUTO_ARENA struct arena *arena = arena_new();
    AUTO_ANSWER struct answer answer = {0};
    AUTO_CLIENT struct client *client = client_open(&err);
    const char *id = client ? find_id(client, arena, templates, &err) : NULL;
    bool ok = id && client_call(client, method, client_path(arena, "/api/v1/templates/%s", id), NULL, &answer,
                                &err);
    if (templates->json && answer.length)
        puts(answer.text);
    else if (ok && answer.json)
        print_template(answer.json);
    return ok ? EXIT_DONE : command_fail(&err);
}

static int one(int argc, char **argv, const char *doc, const char *method)
{
    const struct argp_option options[] = {tenant_option, json_option, {0}};
    const struct argp argp = {.options = options, .parser = parse, .args_doc = "NAME|ID", .doc = doc};
    struct templates templates = {0};
    argp_parse(&argp, argc, argv, 0, NULL, &templates);
    if (templates.word)
        return act_on_one(&templates, method);
    fprintf(stderr, "%s: name the template\n", argv[0]);
    return EXIT_USAGE;
}

static int show(int argc, char **argv)
{
    return one(argc, argv, "Shows a template.", "GET");
}

static int delete (int argc, char **argv)
{
    return one(argc, argv, "Deletes a template. One that is a tenant's default stays.", "DELETE");
}

static int create(int argc, char **argv)
{
    const struct argp_option options[] = {
        {"options", 'o', "FILE", 0, "what to do, as a JSON object; - reads standard input", 0},
        {"description", 'd', "TEXT", 0, "what it is for", 0},
        tenant_option,
        json_option,
        {0}};
    const struct argp argp = {.options = options,
                              .parser = parse,
                              .args_doc = "NAME",
                              .doc = "Adds a template, for every tenant or, with --tenant, for one."};
    struct templates templates = {0};
    struct err err = {0};
    argp_parse(&argp, argc, argv, 0, NULL, &templates);
    if (!templates.word || !templates.options_file) {
        fprintf(stderr, "%s: a NAME and --options FILE are needed\n", argv[0]);
        return EXIT_USAGE;
    }
    AUTO_ANSWER struct answer answer = {0};
    AUTO_JSON json_t *chosen = request_read_options(templates.options_file, &err);
    AUTO_CLIENT struct client *client = chosen ? client_open(&err) : NULL;
    AUTO_JSON json_t *body = json_make("{s:s, s:O?}", "name", templates.word, "options", chosen);
    json_put_text(body, "description", templates.description);
    json_put_text(body, "tenant", templates.tenant);
    bool ok = client && client_call(client, "POST", "/api/v1/templates", body, &answer, &err);
    if (templates.json && answer.length)
        puts(answer.text);
    else if (ok)
        print_template(answer.json);
    return ok ? EXIT_DONE : command_fail(&err);
}

int command_templates(int argc, char **argv)
{
    static const struct subcommand table[] = {{"list", list, "list the templates"},
                                              {"show", show, "show one"},
                                              {"create", create, "add one"},
                                              {"delete", delete, "delete one"}};
    return command_sub(table, sizeof table / sizeof *table, "Named sets of options.", argc, argv);
}
