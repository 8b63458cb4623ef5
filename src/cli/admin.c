/* lastday admin — accounts, API tokens, backups and the journal's audit, on the machine of the server. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cli/administration.h"
#include "cli/backup.h"
#include "cli/command.h"
#include "cli/evidence.h"
#include "cli/settings.h"

#define PASSWORD_LINE_MAX 2048

struct admin {
    const char *config_path;
    const char *name, *role;
    json_t *tenants;
    bool password_stdin;
};

static error_t parse(int key, char *arg, struct argp_state *state)
{
    struct admin *admin = state->input;
    switch (key) {
    case ARGP_KEY_INIT:
        state->child_inputs[0] = &admin->config_path;
        return 0;
    case 'n':
    case 'u':
        admin->name = arg;
        return 0;
    case 'r':
        admin->role = arg;
        return 0;
    case 't':
        if (!admin->tenants)
            admin->tenants = json_array();
        json_add(admin->tenants, json_text_new(arg));
        return 0;
    case 'p':
        admin->password_stdin = true;
        return 0;
    case ARGP_KEY_END:
        if (!admin->name)
            argp_error(state, "the name is missing");
        if (!admin->role)
            argp_error(state, "--role is missing: " ROLE_NAMES);
        return 0;
    default:
        return ARGP_ERR_UNKNOWN;
    }
}

/* Without a server the command opens the store itself; the store lets in only one process. */
static json_t *act_alone(const struct config *config, const json_t *request, struct err *err)
{
    if (!config_make_data_dir(config, err))
        return NULL;
    struct store *store = store_open(config->store_url, config->server_data_dir, err);
    if (!store)
        return NULL;
    struct auth *auth = auth_new(store, clock_system(), rng_system());
    json_t *answer = administration_answer(auth, request, err);
    auth_free(auth);
    store_close(store);
    return answer;
}

static json_t *act(const struct admin *admin, const json_t *request, struct err *err)
{
    AUTO_ARENA struct arena *arena = arena_new();
    bool running = false;
    const struct config *config = settings_load(arena, admin->config_path, err);
    if (!config)
        return NULL;
    json_t *answer = local_ask(config->server_data_dir, request, &running, err);
    return running ? answer : act_alone(config, request, err);
}

/* One line of standard input, so that the password is never an argument that others can see. */
static const char *read_password(struct arena *arena, struct err *err)
{
    char line[PASSWORD_LINE_MAX];
    if (isatty(STDIN_FILENO))
        fputs("Password: ", stderr);
    if (!fgets(line, sizeof line, stdin)) {
        err_set(err, ERR_INPUT, "--password-stdin: standard input is empty; it must hold the password");
        return NULL;
    }
    line[strcspn(line, "\r\n")] = '\0';
    const char *password = arena_text(arena, line);
    explicit_bzero(line, sizeof line);
    return password;
}

static int finish(struct admin *admin, int code)
{
    json_decref(admin->tenants);
    return code;
}

static int user_add(int argc, char **argv)
{
    static const struct argp_option options[] = {
        {"username", 'u', "NAME", 0, "the name to sign in with", 0},
        {"role", 'r', "ROLE", 0, ROLE_NAMES, 0},
        {"password-stdin", 'p', NULL, 0,
         "read the password from standard input; without it one is made and printed, once", 0},
        {0}};
    const struct argp_child children[] = {{&settings_argp, 0, NULL, 0}, {0}};
    const struct argp argp = {
        .options = options, .parser = parse, .doc = "Adds a local account.", .children = children};
    struct admin admin = {0};
    struct err err = {0};
    argp_parse(&argp, argc, argv, 0, NULL, &admin);
    AUTO_ARENA struct arena *arena = arena_new();
    const char *password = admin.password_stdin ? read_password(arena, &err) : administration_password(arena);
    if (!password)
        return finish(&admin, command_fail(&err));
    AUTO_JSON json_t *request =
        json_make("{s:s, s:s, s:s, s:s, s:s}", "do", "user-add", "by", administration_user(arena), "username",
                  admin.name, "role", admin.role, "password", password);
    AUTO_JSON json_t *answer = act(&admin, request, &err);
    if (!answer)
        return finish(&admin, command_fail(&err));
    fprintf(stderr, "account %s added%s\n", admin.name,
            admin.password_stdin ? "" : "; its password, shown only now:");
    if (!admin.password_stdin)
        puts(password);
    return finish(&admin, EXIT_DONE);
}

static int token_create(int argc, char **argv)
{
    static const struct argp_option options[] = {
        {"name", 'n', "NAME", 0, "what the token is for; the record shows it", 0},
        {"role", 'r', "ROLE", 0, ROLE_NAMES, 0},
        {"tenant", 't', "TENANT", 0, "only this tenant; may be given several times; without it all", 0},
        {0}};
    const struct argp_child children[] = {{&settings_argp, 0, NULL, 0}, {0}};
    const struct argp argp = {.options = options,
                              .parser = parse,
                              .doc = "Makes an API token and prints it, alone, on standard output, once.",
                              .children = children};
    struct admin admin = {0};
    struct err err = {0};
    argp_parse(&argp, argc, argv, 0, NULL, &admin);
    AUTO_ARENA struct arena *arena = arena_new();
    AUTO_JSON json_t *request =
        json_make("{s:s, s:s, s:s, s:s, s:O?}", "do", "token-create", "by", administration_user(arena),
                  "name", admin.name, "role", admin.role, "tenants", admin.tenants);
    AUTO_JSON json_t *answer = act(&admin, request, &err);
    if (!answer)
        return finish(&admin, command_fail(&err));
    puts(json_text_or(answer, "token", ""));
    return finish(&admin, EXIT_DONE);
}

int command_admin(int argc, char **argv)
{
    static const struct subcommand table[] = {
        {"user-add", user_add, "add a local account"},
        {"token-create", token_create, "make an API token"},
        {"backup", admin_backup, "copy the store into a file, while the server works"},
        {"restore", admin_restore, "put a backup in the place of the store"},
        {"after-restore", admin_after_restore, "hold what a restored PostgreSQL store missed"},
        {"verify-audit", admin_verify_audit, "check that nobody changed the journal"},
        {"rotate-report-key", admin_rotate_report_key, "sign reports with a new key from now on"}};
    return command_sub(table, sizeof table / sizeof *table,
                       "Works on the machine of the server, whether the server runs or not.", argc, argv);
}
