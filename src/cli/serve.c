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

int command_serve(int argc, char **argv)
{
    struct argp argp = settings_argp;
    argp.doc = "Starts the server and stays in the foreground. SIGTERM stops it within 10 seconds; "
               "offboardings under way go on "
               "at the next start.\vExit codes: 0 stopped, 4 the configuration is not right, the port is "
               "taken or the "
               "store cannot be used.";
    const char *path = NULL;
    struct err err = {0};
    argp_parse(&argp, argc, argv, 0, NULL, &path);
    AUTO_ARENA struct arena *arena = arena_new();
    const struct config *config = settings_load(arena, path, &err);
    if (!config)
        return command_fail(&err);
    settings_start_log(config);
    signals_block(false);
    struct node *node = node_start(config, &err);
    if (!node) {
        command_fail(&err);
        return EXIT_UNREACHABLE;
    }
    log_info("started", LOG_TEXT("url", node_url(node)), LOG_TEXT("version", LASTDAY_VERSION),
             LOG_TEXT("data_dir", config->server_data_dir));
    int which = signals_wait(false);
    log_info("stopping", LOG_TEXT("signal", strsignal(which)));
    signals_stop_within(STOP_SECONDS);
    node_stop(node);
    log_info("stopped");
    return EXIT_DONE;
}
