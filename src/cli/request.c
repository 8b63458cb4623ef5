#include "cli/request.h"

#include <string.h>

#define OPTIONS_MAX (1024 * 1024)
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

/* Standard input may be a socket, which /dev/stdin does not open. */
static char *read_stdin(size_t *ret_length, struct err *err)
{
    struct strbuf text = STRBUF_MAX(OPTIONS_MAX);
    char chunk[8192];
    size_t count;
    while ((count = fread(chunk, 1, sizeof chunk, stdin)) > 0)
        strbuf_add(&text, chunk, count);
    *ret_length = text.length;
    if (!text.overflow && !ferror(stdin))
        return strbuf_take(&text);
    strbuf_done(&text);
    err_set(err, ERR_INPUT, "cannot be read, or holds more than %d bytes", OPTIONS_MAX);
    return NULL;
}

json_t *request_read_options(const char *path, struct err *err)
{
    const char *shown = strcmp(path, "-") ? path : "standard input";
    size_t length;
    AUTO_FREE char *text =
        strcmp(path, "-") ? text_read_file(path, OPTIONS_MAX, &length, err) : read_stdin(&length, err);
    json_t *options = text ? json_read(text, length, err) : NULL;
    if (!options) {
        err_prefix(err, "--options: %s", shown);
        err->kind = ERR_INPUT;
    } else if (!json_is_object(options)) {
        json_decref(options);
        options = NULL;
        err_set(err, ERR_INPUT, "--options: %s: not a JSON object such as {\"disable_sign_in\": true}",
                shown);
    }
    return options;
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
