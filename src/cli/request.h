/* request — what `plan` and `offboard` share: which tenant, which users, which options. */
#ifndef CLI_REQUEST_H
#define CLI_REQUEST_H

#include "cli/client.h"
#include "cli/command.h"

struct request {
    const char *tenant;
    json_t *users; /* texts */
    const char *options_file, *template;
    bool json;
};

/* For argp as a child: --tenant, --user and further users, --options, --template, --json. */
extern const struct argp request_argp;

/* What the request says about options: {"options"}, {"template"}, or nothing, which means the tenant's
 * defaults. The caller owns it; NULL with err set. */
MUST_USE json_t *request_choice(const struct request *request, struct err *err);
/* Options from a file; "-" for standard input. */
MUST_USE json_t *request_read_options(const char *path, struct err *err);

/* Facts, warnings and the plan for one user. */
bool request_preflight(struct client *client, const struct request *request, const char *user,
                       const json_t *choice, struct answer *ret, struct err *err);

void request_done(struct request *request);

#endif
