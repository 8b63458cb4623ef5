#include "cli/request.h"

#include <string.h>

#include "cli/json_file.h"

enum { OPT_TEMPLATE = 512 };

static const struct argp_option option_table[] = {
    {"tenant", 't', "TENANT", 0, "the tenant's id or default domain", 0},
    {"user", 'u', "USER", 0, "an object id or user principal name; may be given several times", 0},
    {"options", 'o', "FILE", 0,
     "what to do, as a JSON object: {\"disable_sign_in\": true, …}; - reads standard input; without it the "
     "tenant's "
     "defaults are taken; `lastday catalog` lists the tasks",
     0},
    {"template", OPT_TEMPLATE, "NAME", 0, "what to do, by the name or id of a template", 0},
    {"json", 'j', NULL, 0, "print exactly what the API returned", 0},
    {0}};

static error_t parse(int key, char *arg, struct argp_state *state)
{
    struct request *request = state->input;
    switch (key) {
    case ARGP_KEY_INIT:
        if (!request->users)
            request->users = json_array();
        return 0;
    case 't':
        request->tenant = arg;
        return 0;
    case 'u':
    case ARGP_KEY_ARG:
        json_add(request->users, json_text_new(arg));
        return 0;
    case 'o':
        request->options_file = arg;
        return 0;
    case OPT_TEMPLATE:
        request->template = arg;
        return 0;
    case 'j':
        request->json = true;
        return 0;
    case ARGP_KEY_END:
        if (!request->tenant)
            argp_error(state, "--tenant is missing: name the tenant by id or default domain");
        if (!json_array_size(request->users))
            argp_error(state, "--user is missing: name at least one user");
        if (request->template && request->options_file)
            argp_error(state, "--template and --options exclude each other");
        return 0;
    default:
        return ARGP_ERR_UNKNOWN;
    }
}

const struct argp request_argp = {.options = option_table, .parser = parse};

void request_done(struct request *request)
{
    json_decref(request->users);
}

json_t *request_read_options(const char *path, struct err *err)
{
    return json_file_read(path, "--options", "{\"disable_sign_in\": true}", err);
}

json_t *request_choice(const struct request *request, struct err *err)
{
    if (request->template)
        return json_make("{s:s}", "template", request->template);
    if (!request->options_file)
        return json_object(); /* the tenant's defaults */
    json_t *options = request_read_options(request->options_file, err);
    return options ? json_make("{s:o}", "options", options) : NULL;
}

bool request_preflight(struct client *client, const struct request *request, const char *user,
                       const json_t *choice, struct answer *ret, struct err *err)
{
    AUTO_ARENA struct arena *arena = arena_new();
    return client_call(client, "POST",
                       client_path(arena, "/api/v1/tenants/%s/users/%s/preflight", request->tenant, user),
                       choice, ret, err);
}
