/* command — the commands of the program, one file each, and what they share: usage, exit codes, messages.
 *
 * Results go to standard output; progress and messages to standard error. */
#ifndef CLI_COMMAND_H
#define CLI_COMMAND_H

#include <argp.h>

#include "base/err.h"

enum { EXIT_DONE = 0, EXIT_FAILED_OFFBOARDING = 1, EXIT_USAGE = 2, EXIT_REFUSED = 3, EXIT_UNREACHABLE = 4 };

typedef int command_run(int argc, char **argv); /* argv[0] is "lastday NAME"; returns the exit code */

#define COMMAND(name, function, summary) command_run command_##function;
#include "cli/command.def"
#undef COMMAND

/* Runs the command that argv names; returns the exit code. */
int command_main(int argc, char **argv);

/* Prints the sentence on standard error and returns the exit code of its kind. */
int command_fail(const struct err *err);

/* For a command with a word after its name ("admin user-add"): runs the one that argv[1] names. */
struct subcommand {
    const char *name;
    command_run *run;
    const char *summary;
};
int command_sub(const struct subcommand *table, size_t count, const char *doc, int argc, char **argv);

#endif
