/* lastday serve — the server in the foreground, until SIGINT or SIGTERM. */
#include <signal.h>
#include <string.h>

#include "base/log.h"
#include "cli/command.h"
#include "cli/node.h"
#include "cli/settings.h"
#include "cli/signals.h"

#define STOP_SECONDS 10

void settings_start_log(const struct config *config)
{
    enum log_level level = LOG_INFO;
    log_level_parse(config->logging_level, &level);
    log_setup(level, !strcmp(config->logging_format, "json"));
}

struct serve {
    const char *config_path;
    enum node_role role;
};

static error_t parse(int key, char *arg, struct argp_state *state)
{
    static const char *const roles[] = {[NODE_ALL] = "all", [NODE_WEB] = "web", [NODE_WORKER] = "worker"};
    struct serve *serve = state->input;
    int role = 0;
    if (key == ARGP_KEY_INIT) {
        state->child_inputs[0] = &serve->config_path;
        return 0;
    }
    if (key != 'r')
        return ARGP_ERR_UNKNOWN;
    while (role < 3 && strcmp(roles[role], arg) != 0)
        role++;
    if (role == 3)
        argp_error(state, "--role: \"%s\" is not web, worker or all", arg);
    serve->role = (enum node_role)role;
    return 0;
}

/* Told to stop while it still waited for the store: nothing had begun. */
static int not_started(const struct err *err)
{
    if (err->kind == ERR_CANCELLED)
        return EXIT_DONE;
    command_fail(err);
    return EXIT_UNREACHABLE;
}

int command_serve(int argc, char **argv)
{
    static const struct argp_option options[] = {
        {"role", 'r', "ROLE", 0,
         "web (serves people and programs), worker (runs offboardings; answers probes on the loopback "
         "address) or all "
         "(the default); several nodes need a PostgreSQL store",
         0},
        {0}};
    const struct argp_child children[] = {{&settings_argp, 0, NULL, 0}, {0}};
    const struct argp argp = {.options = options,
                              .parser = parse,
                              .doc = "Starts the server and stays in the foreground. SIGTERM stops it within "
                                     "10 seconds; offboardings under "
                                     "way go on at the next start, or on another node.\vExit codes: 0 "
                                     "stopped, 4 the configuration is not "
                                     "right, the port is taken or the store cannot be used.",
                              .children = children};
    struct serve serve = {0};
    struct err err = {0};
    argp_parse(&argp, argc, argv, 0, NULL, &serve);
    AUTO_ARENA struct arena *arena = arena_new();
    const struct config *config = settings_load(arena, serve.config_path, &err);
    if (!config)
        return command_fail(&err);
    settings_start_log(config);
    signals_block(false);
    struct node *node = node_start(config, serve.role, &err);
    if (!node)
        return not_started(&err);
    log_info("started", LOG_TEXT("url", node_url(node)), LOG_TEXT("version", LASTDAY_VERSION),
             LOG_TEXT("data_dir", config->server_data_dir));
    int which = signals_wait(false);
    bool failed = node_has_failed(node);
    log_info("stopping", LOG_TEXT("signal", failed ? "the store has failed" : strsignal(which)));
    signals_stop_within(STOP_SECONDS);
    node_stop(node);
    signals_stop_within(0);
    log_info("stopped");
    return failed ? EXIT_UNREACHABLE : EXIT_DONE;
}
