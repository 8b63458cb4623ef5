/* one — what the commands about one offboarding share: its ID, --json, --follow.
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

/* Calls METHOD /api/v1/offboardings/{id} + action and prints what came of it; with --follow, when the call
 * was accepted, stays until the end instead. body may be NULL. Returns the exit code. */
int one_call(struct client *client, const struct one *one, const char *method, const char *action,
             const json_t *body);
/* The same with a client of its own. */
int one_post(const struct one *one, const char *action, const json_t *body);

#endif
