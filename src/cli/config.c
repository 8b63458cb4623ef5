/* lastday config — checks or prints the settings without starting anything. */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "cli/command.h"
#include "cli/settings.h"

static error_t parse(int key, char *arg, struct argp_state *state)
{
    const char **path = state->input;
    if (key != 'c')
        return ARGP_ERR_UNKNOWN;
    *path = arg;
    return 0;
}

static const struct argp_option options[] = {
    {"config", 'c', "FILE", 0, "the configuration file; without it " CONFIG_PATH ", if there is one", 0},
    {0}};
const struct argp settings_argp = {.options = options, .parser = parse};

struct config *settings_load(struct arena *arena, const char *path, struct err *err)
{
    return config_load(arena, path, (const char *const *)environ, NULL, err);
}

static int check(int argc, char **argv, bool print)
{
    struct argp argp = settings_argp;
    argp.doc = print ? "Prints every setting and where it comes from; secrets are cut."
                     : "Loads the configuration and says whether it is right.";
    const char *path = NULL;
    struct err err = {0};
    argp_parse(&argp, argc, argv, 0, NULL, &path);
    AUTO_ARENA struct arena *arena = arena_new();
    const struct config *config = settings_load(arena, path, &err);
    if (!config)
        return command_fail(&err);
    if (print)
        config_print(config, stdout);
    else
        puts("the configuration is right");
    return EXIT_DONE;
}

static int run_check(int argc, char **argv)
{
    return check(argc, argv, false);
}

static int run_print(int argc, char **argv)
{
    return check(argc, argv, true);
}

static int run_sample(int argc, char **argv)
{
    const struct argp argp = {.doc = "Prints a configuration file with every setting commented out."};
    argp_parse(&argp, argc, argv, 0, NULL, NULL);
    config_print_sample(stdout);
    return EXIT_DONE;
}

int command_config(int argc, char **argv)
{
    static const struct subcommand table[] = {
        {"check", run_check, "say whether the configuration is right"},
        {"print", run_print, "print every setting and where it comes from"},
        {"sample", run_sample, "print a file to start from"}};
    return command_sub(table, sizeof table / sizeof *table, "The configuration of the server.", argc, argv);
}
