/* m365sim — plays the token endpoint, Microsoft Graph, the Exchange admin API, SharePoint and notification
 * targets. */
#include <getopt.h>
#include <signal.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/log.h"
#include "seed.h"
#include "server.h"

#define SAVE_INTERVAL_S 5

static const char usage[] =
    "Usage: m365sim [--listen 127.0.0.1:9090] [--tls-listen ADDRESS --tls-certificate FILE --tls-key FILE]\n"
    "               [--seed small|large|wide|FILE] [--state-dir DIR] [--port-file FILE]\n"
    "\n"
    "  --listen ADDRESS      where to listen; port 0 takes a free one\n"
    "  --tls-listen ADDRESS  the same over TLS\n"
    "  --seed NAME           the sample tenants, or a file with a state as GET /_sim/state gives it\n"
    "  --state-dir DIR       keeps the state over a restart\n"
    "  --port-file FILE      receives the addresses, one per line, when ready\n";

struct options {
    const char *listen, *tls_listen, *certificate, *key, *seed, *state_dir, *port_file;
};

static bool options_read(int argc, char **argv, struct options *ret)
{
    static const struct option known[] = {{"listen", required_argument, NULL, 'l'},
                                          {"tls-listen", required_argument, NULL, 't'},
                                          {"tls-certificate", required_argument, NULL, 'c'},
                                          {"tls-key", required_argument, NULL, 'k'},
                                          {"seed", required_argument, NULL, 's'},
                                          {"state-dir", required_argument, NULL, 'd'},
                                          {"port-file", required_argument, NULL, 'p'},
                                          {"help", no_argument, NULL, 'h'},
                                          {0}};

    *ret = (struct options){.listen = "127.0.0.1:9090", .seed = "small"};
    for (int c; (c = getopt_long(argc, argv, "", known, NULL)) != -1;) {
        switch (c) {
        case 'l':
            ret->listen = optarg;
            break;
        case 't':
            ret->tls_listen = optarg;
            break;
        case 'c':
            ret->certificate = optarg;
            break;
        case 'k':
            ret->key = optarg;
            break;
        case 's':
            ret->seed = optarg;
            break;
        case 'd':
            ret->state_dir = optarg;
            break;
        case 'p':
            ret->port_file = optarg;
            break;
        case 'h':
            fputs(usage, stdout);
            exit(0);
        default:
            return false;
        }
    }
    return optind == argc && (!ret->tls_listen || (ret->certificate && ret->key));
}

static json_t *state_first(const struct options *options, struct err *err)
{
    char path[4096];

    if (options->state_dir) {
        if (mkdir(options->state_dir, 0700) && access(options->state_dir, W_OK)) {
            err_set(err, ERR_STORAGE, "cannot write into %s", options->state_dir);
            return NULL;
        }
        snprintf(path, sizeof path, "%s/state.json", options->state_dir);
        if (access(path, R_OK) == 0)
            return seed_make(path, err);
    }
    return seed_make(options->seed, err);
}

/* One line per address on standard output and, whole or not at all, in the port file. */
static bool announce(const struct options *options, const char *url, const char *tls_url, struct err *err)
{
    char temporary[4096];

    if (options->port_file) {
        snprintf(temporary, sizeof temporary, "%s.new", options->port_file);
        FILE *file = fopen(temporary, "we");

        if (file) {
            fprintf(file, "%s\n%s%s", url, tls_url, *tls_url ? "\n" : "");
            fclose(file);
        }
        if (!file || rename(temporary, options->port_file))
            return err_set(err, ERR_STORAGE, "cannot write %s", options->port_file);
    }
    printf("m365sim listening on %s%s%s\n", url, *tls_url ? " and " : "", tls_url);
    fflush(stdout);
    return true;
}

static bool start(struct sim *sim, const struct options *options, struct err *err)
{
    struct sim_listen plain = {.address = options->listen};
    char url[128], tls_url[128] = "";

    json_t *state = state_first(options, err);

    if (!state)
        return false;
    control_replace(sim, state);
    sim->server->seeded = !options->state_dir;
    if (!server_listen(sim, &plain, url, sizeof url, err))
        return false;
    if (options->tls_listen) {
        struct sim_listen tls = {.address = options->tls_listen,
                                 .certificate = text_read_file(options->certificate, 65536, NULL, err),
                                 .key = text_read_file(options->key, 65536, NULL, err)};

        if (!tls.certificate || !tls.key || !server_listen(sim, &tls, tls_url, sizeof tls_url, err))
            return false;
    }
    return announce(options, url, tls_url, err);
}

int main(int argc, char **argv)
{
    struct options options;
    struct err err = {0};
    sigset_t signals;

    if (!options_read(argc, argv, &options)) {
        fputs(usage, stderr);
        return 2;
    }
    log_setup(LOG_INFO, false);
    struct sim_server server = {.requests = json_array(),
                                .faults = json_array(),
                                .latency = json_object(),
                                .limits = json_object(),
                                .windows = json_object(),
                                .saved_request = -1,
                                .seed = strdup(options.seed),
                                .state_dir = options.state_dir ? strdup(options.state_dir) : NULL};
    struct sim sim = {.server = &server,
                      .lock = PTHREAD_MUTEX_INITIALIZER,
                      .conversion_ms = 3000,
                      .settle_ms = 2000,
                      .operation_ms = 1000};

    sigemptyset(&signals);
    sigaddset(&signals, SIGINT);
    sigaddset(&signals, SIGTERM);
    pthread_sigmask(SIG_BLOCK, &signals, NULL); /* before any thread: all inherit it */
    signal(SIGPIPE, SIG_IGN);
    if (!start(&sim, &options, &err)) {
        fprintf(stderr, "m365sim: %s\n", err.message);
        return 4;
    }
    while (sigtimedwait(&signals, NULL, &(struct timespec){.tv_sec = SAVE_INTERVAL_S}) < 0)
        if (!control_save(&sim, &err))
            fprintf(stderr, "m365sim: %s\n", err.message);
    if (!control_save(&sim, &err)) {
        fprintf(stderr, "m365sim: %s\n", err.message);
        _exit(4);
    }
    fflush(NULL);
    _exit(0); /* connections may still be open: nothing of theirs is worth waiting for */
}
