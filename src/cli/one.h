/* one — what the commands about one offboarding share: its ID, --json, --follow. `lastday redeliver` takes
 * the ID of a delivery the same way.
 *
 * A command with options of its own keeps a struct one as the first member of its struct and hands what it
 * does not know to one_parse. */
#ifndef CLI_ONE_H
#define CLI_ONE_H

#include "cli/client.h"
#include "cli/command.h"

struct one {
    const char *id;
    bool json, follow;
    const char *listed_by; /* the command that shows such IDs; NULL: list */
};

#define ONE_JSON                                                       \
    {                                                                  \
        "json", 'j', NULL, 0, "print exactly what the API returned", 0 \
    }
#define ONE_FOLLOW                                                                                     \
    {                                                                                                  \
        "follow", 'f', NULL, 0, "stay until the end; the exit code is then 1 when something failed", 0 \
    }

error_t one_parse(int key, char *arg, struct argp_state *state);

/* Reads the command line into the command's struct (parser: one_parse, or what hands on to it); on a wrong
 * one the process ends. Whatever has no option keeps what it had. */
void one_read(int argc, char **argv, const struct argp_option *options, argp_parser_t parser, const char *doc,
              void *command);

/* Calls METHOD /api/v1/offboardings/{id} + action and prints what came of it; with --follow, when the call
 * was accepted, stays until the end instead. body may be NULL. Returns the exit code. */
int one_call(struct client *client, const struct one *one, const char *method, const char *action,
             const json_t *body);
/* The same with a client of its own. */
int one_post(const struct one *one, const char *action, const json_t *body);

#endif
