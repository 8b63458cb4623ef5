#include "cli/command.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "cli/memory.h"

static const struct subcommand commands[] = {
#define COMMAND(name, function, summary) {name, command_##function, summary},
#include "cli/command.def"
#undef COMMAND
};

int command_fail(const struct err *err)
{
    fprintf(stderr, "lastday: %s\n", err->message);
    return err_info(err->kind)->exit_code;
}

static void print_usage(FILE *out, const char *program, const char *doc, const struct subcommand *table,
                        size_t count)
{
    fprintf(out, "Usage: %s COMMAND [OPTION...]\n%s\n\n", program, doc);
    for (size_t i = 0; i < count; i++)
        fprintf(out, "  %-14s %s\n", table[i].name, table[i].summary);
    fprintf(out, "\n`%s COMMAND --help` tells more about each.\n", program);
}

int command_sub(const struct subcommand *table, size_t count, const char *doc, int argc, char **argv)
{
    const char *name = argc > 1 ? argv[1] : NULL;
    if (!name) {
        print_usage(stderr, argv[0], doc, table, count);
        return EXIT_USAGE;
    }
    if (!strcmp(name, "--help") || !strcmp(name, "-h") || !strcmp(name, "-?") || !strcmp(name, "help")) {
        print_usage(stdout, argv[0], doc, table, count);
        return EXIT_DONE;
    }
    for (size_t i = 0; i < count; i++) {
        if (strcmp(table[i].name, name) != 0)
            continue;
        AUTO_FREE char *title = NULL;
        if (asprintf(&title, "%s %s", argv[0], name) < 0)
            abort();
        argv[1] = title;
        return table[i].run(argc - 1, argv + 1);
    }
    fprintf(stderr, "%s: there is no command \"%s\"; `%s --help` lists them\n", argv[0], name, argv[0]);
    return EXIT_USAGE;
}

/* They end up in JSON, which knows nothing else. */
static bool are_utf8(char *const *arguments)
{
    for (int i = 1; arguments[i]; i++) {
        if (!text_valid_utf8(arguments[i], strlen(arguments[i]))) {
            fprintf(stderr, "lastday: argument %d is not UTF-8: write it in UTF-8\n", i);
            return false;
        }
    }
    return true;
}

int command_main(int argc, char **argv)
{
    static char program[] = "lastday";
    memory_must_suffice();
    argp_err_exit_status = EXIT_USAGE;
    argv[0] = program;
    if (!are_utf8(argv))
        return EXIT_USAGE;
    if (argc == 2 && (!strcmp(argv[1], "--version") || !strcmp(argv[1], "-V"))) {
        puts("lastday " LASTDAY_VERSION);
        return EXIT_DONE;
    }
    return command_sub(commands, sizeof commands / sizeof *commands, "Offboards Microsoft 365 users.", argc,
                       argv);
}
