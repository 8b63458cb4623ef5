/* lastday demo — the server with a simulator of Microsoft 365 beside it and sample tenants in it.
 *
 * The only code that knows the simulator: it is started as a child process, the microsoft.*_url settings are
 * pointed at it, and its tenants are added like any others. Everything else treats it as Microsoft. */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/log.h"
#include "cli/administration.h"
#include "cli/client.h"
#include "cli/command.h"
#include "cli/node.h"
#include "cli/settings.h"
#include "cli/signals.h"
#include "store/tenants.h"

#define STOP_SECONDS 10
#define SIMULATOR_START_MS 60000
#define ANNOUNCEMENT "m365sim listening on "
#define ACCOUNT "admin"

/* The application that every sample tenant knows; it opens nothing but the simulator. */
#define SAMPLE_CLIENT_ID "11111111-aaaa-4aaa-8aaa-000000000001"
#define SAMPLE_CLIENT_SECRET "sim-secret-Zx8~Q2+demo/="

struct demo {
    struct arena *arena;
    const char *port, *data_dir, *seed;
    bool open;
    pid_t simulator;
    const char *simulator_url;
};

static error_t parse(int key, char *arg, struct argp_state *state)
{
    struct demo *demo = state->input;
    int64_t port;
    switch (key) {
    case 'p':
        if (!text_to_int(arg, 0, 65535, &port))
            argp_error(state, "--port: \"%s\" is not a port from 0 to 65535", arg);
        demo->port = arg;
        return 0;
    case 'd':
        demo->data_dir = arg;
        return 0;
    case 's':
        if (strcmp(arg, "small") != 0 && strcmp(arg, "large") != 0)
            argp_error(state, "--seed: \"%s\" is not small or large", arg);
        demo->seed = arg;
        return 0;
    case 'o':
        demo->open = true;
        return 0;
    case ARGP_KEY_ARG:
        argp_usage(state);
        return 0;
    default:
        return ARGP_ERR_UNKNOWN;
    }
}

static bool is_file(const char *path) /* a build directory holds a folder of that name */
{
    struct stat is;
    return stat(path, &is) == 0 && S_ISREG(is.st_mode);
}

/* m365sim stands beside this program; in a build directory, in sim/ there. */
static const char *simulator_path(struct arena *arena, struct err *err)
{
    char self[PATH_MAX];
    ssize_t length = readlink("/proc/self/exe", self, sizeof self - 1);
    if (length <= 0) {
        err_set(err, ERR_CONFIG, "cannot find out where this program stands: %s", strerror(errno));
        return NULL;
    }
    self[length] = '\0';
    *strrchr(self, '/') = '\0';
    const char *places[] = {arena_printf(arena, "%s/m365sim", self),
                            arena_printf(arena, "%s/sim/m365sim", self)};
    for (size_t i = 0; i < sizeof places / sizeof *places; i++)
        if (access(places[i], X_OK) == 0 && is_file(places[i]))
            return places[i];
    err_set(err, ERR_CONFIG, "the simulator is missing: there is no m365sim in %s", self);
    return NULL;
}

/* In the child, after fork. A process group of its own keeps the terminal's Ctrl+C from ending it before the
 * server has finished; the death signal ends it even when this process is killed. */
static void become_simulator(const char *path, const char *seed, const char *state_dir, int out, int log)
{
    setpgid(0, 0);
    prctl(PR_SET_PDEATHSIG, SIGTERM);
    signals_unblock();
    dup2(out, STDOUT_FILENO);
    dup2(log, STDERR_FILENO);
    execl(path, "m365sim", "--listen", "127.0.0.1:0", "--seed", seed, "--state-dir", state_dir, (char *)NULL);
    _exit(127);
}

/* The first line that the simulator writes: where it listens. */
static const char *read_announcement(struct demo *demo, int in)
{
    char line[512];
    size_t length = 0;
    struct pollfd fd = {.fd = in, .events = POLLIN};
    while (length < sizeof line - 1 && poll(&fd, 1, SIMULATOR_START_MS) > 0) {
        ssize_t count = read(in, line + length, 1);
        if (count <= 0 || line[length] == '\n')
            break;
        length++;
    }
    line[length] = '\0';
    if (strncmp(line, ANNOUNCEMENT, strlen(ANNOUNCEMENT)) != 0)
        return NULL;
    line[strlen(ANNOUNCEMENT) + strcspn(line + strlen(ANNOUNCEMENT), " ")] = '\0';
    return arena_text(demo->arena, line + strlen(ANNOUNCEMENT));
}

static bool simulator_start(struct demo *demo, struct err *err)
{
    const char *path = simulator_path(demo->arena, err);
    const char *log_path = arena_printf(demo->arena, "%s/m365sim.log", demo->data_dir);
    const char *state_dir = arena_printf(demo->arena, "%s/simulator", demo->data_dir);
    int out[2] = {-1, -1};
    if (!path)
        return false;
    int log = open(log_path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    if (log < 0 || pipe2(out, O_CLOEXEC) != 0)
        return err_set(err, ERR_STORAGE, "cannot write %s: %s", log_path, strerror(errno));
    demo->simulator = fork();
    if (demo->simulator == 0)
        become_simulator(path, demo->seed, state_dir, out[1], log);
    close(out[1]);
    close(log);
    demo->simulator_url = demo->simulator > 0 ? read_announcement(demo, out[0]) : NULL;
    close(out[0]);
    return demo->simulator_url ||
           err_set(err, ERR_UNREACHABLE, "the simulator did not start; %s says why", log_path);
}

static void simulator_stop(struct demo *demo)
{
    if (demo->simulator <= 0)
        return;
    kill(demo->simulator, SIGTERM);
    waitpid(demo->simulator, NULL, 0);
    demo->simulator = 0;
}

static struct config *demo_config(struct demo *demo, struct err *err)
{
    struct arena *arena = demo->arena;
    const char *sim = demo->simulator_url;
    const struct config_override overrides[] = {
        {"server.listen", arena_printf(arena, "127.0.0.1:%s", demo->port), "--port"},
        {"server.data_dir", demo->data_dir, "--data-dir"},
        {"microsoft.login_url", arena_printf(arena, "%s/login", sim), "demo"},
        {"microsoft.graph_url", arena_printf(arena, "%s/graph", sim), "demo"},
        {"microsoft.exchange_url", arena_printf(arena, "%s/exchange", sim), "demo"},
        {"microsoft.sharepoint_url", arena_printf(arena, "%s/sharepoint", sim), "demo"},
        {"app.client_id", SAMPLE_CLIENT_ID, "demo"},
        {"app.client_secret", SAMPLE_CLIENT_SECRET, "demo"},
        {"index.mailboxes_per_minute", "3000", "demo"}, /* the simulator needs no sparing */
        {"logging.level", "warn", "demo"},
        {0}};
    /* Neither the file nor the environment of a real server may reach into the demo. */
    return config_load(arena, "/dev/null", NULL, overrides, err);
}

static bool add_tenant(struct store *store, const json_t *sample, struct err *err)
{
    const struct tenant tenant = {.id = json_text_or(sample, "id", ""),
                                  .default_domain = json_text_or(sample, "default_domain", ""),
                                  .display_name = json_text_or(sample, "display_name", ""),
                                  .created_at = clock_utc_ms(clock_system())};
    AUTO_TX struct tx *tx = store_begin(store, err);
    if (!tx)
        return false;
    if (!tenant_insert(tx, &tenant, err))
        return err->kind == ERR_CONFLICT; /* of an earlier run */
    return tx_commit(&tx, err);
}

static json_t *add_tenants(const struct demo *demo, struct store *store, struct err *err)
{
    AUTO_ANSWER struct answer answer = {0};
    AUTO_CLIENT struct client *simulator = client_new(demo->simulator_url, NULL);
    size_t i;
    json_t *sample;
    if (!client_call(simulator, "GET", "/_sim/tenants", NULL, &answer, err))
        return NULL;
    json_t *items = json_object_get(answer.json, "items");
    json_array_foreach (items, i, sample)
        if (!add_tenant(store, sample, err))
            return NULL;
    return json_incref(items);
}

/* Made at the first start and kept beside the sample data, which is all that it opens. */
static const char *demo_password(const struct demo *demo, struct auth *auth, struct err *err)
{
    const char *path = arena_printf(demo->arena, "%s/password", demo->data_dir);
    AUTO_FREE char *kept = access(path, R_OK) == 0 ? text_read_file(path, 4096, NULL, err) : NULL;
    if (kept)
        return arena_text(demo->arena, kept);
    const char *password = administration_password(demo->arena);
    int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    ssize_t length = (ssize_t)strlen(password);
    bool written = fd >= 0 && write(fd, password, (size_t)length) == length;
    if (fd >= 0)
        close(fd);
    if (!written) {
        err_set(err, ERR_STORAGE, "cannot write %s: %s", path, strerror(errno));
        return NULL;
    }
    const struct logbook_by by = {.kind = "local", .name = administration_user(demo->arena)};
    if (!auth_account_add(auth, &by, ACCOUNT, password, "admin", err)) {
        unlink(path);
        return NULL;
    }
    return password;
}

static void say(const struct demo *demo, const char *url, const char *password, const json_t *tenants)
{
    size_t i;
    json_t *tenant;
    printf("\nLastday is running with sample tenants.\n\n"
           "  Open      %s\n"
           "  Sign in   " ACCOUNT "\n"
           "  Password  %s\n\n"
           "  Tenants  ",
           url, password);
    json_array_foreach ((json_t *)tenants, i, tenant)
        printf("%s %s", i ? "," : "", json_text_or(tenant, "display_name", "?"));
    printf("\n  Try       adele.vance@contoso.com\n\n"
           "From the command line, in another terminal:\n\n"
           "  export LASTDAY_URL=%s LASTDAY_SERVER_DATA_DIR=%s\n"
           "  export LASTDAY_TOKEN=$(lastday admin token-create --name me --role technician)\n"
           "  lastday tenants\n\n"
           "Microsoft 365 is played by a simulator at %s; no real tenant is touched.\n"
           "Ctrl+C stops both.\n",
           url, demo->data_dir, demo->simulator_url);
    fflush(stdout);
}

static void open_browser(const char *url)
{
    pid_t child = fork();
    if (child == 0) {
        signals_unblock();
        if (fork() == 0)
            execlp("xdg-open", "xdg-open", url, (char *)NULL);
        _exit(0);
    }
    if (child > 0)
        waitpid(child, NULL, 0);
}

/* False when the simulator ended by itself. */
static bool wait_for_end(struct demo *demo)
{
    for (;;) {
        int status;
        if (signals_wait(true) != SIGCHLD)
            return true;
        if (waitpid(demo->simulator, &status, WNOHANG) == demo->simulator) {
            demo->simulator = 0;
            return false;
        }
    }
}

static int run(struct demo *demo, struct node **ret_node, struct err *err)
{
    if (!simulator_start(demo, err))
        return EXIT_UNREACHABLE;
    const struct config *config = demo_config(demo, err);
    if (!config)
        return EXIT_UNREACHABLE;
    settings_start_log(config);
    struct node *node = *ret_node = node_start(config, NODE_ALL, err);
    const char *password = node ? demo_password(demo, node_auth(node), err) : NULL;
    AUTO_JSON json_t *tenants = password ? add_tenants(demo, node_store(node), err) : NULL;
    if (!tenants)
        return EXIT_UNREACHABLE;
    say(demo, node_url(node), password, tenants);
    if (demo->open)
        open_browser(node_url(node));
    if (wait_for_end(demo))
        return EXIT_DONE;
    err_set(err, ERR_UNREACHABLE, "the simulator has ended; %s/m365sim.log says why", demo->data_dir);
    return EXIT_UNREACHABLE;
}

/* The whole path, so that the printed commands work from anywhere; each seed has its own data. */
static bool settle_data_dir(struct demo *demo, struct err *err)
{
    const char *data_home = getenv("XDG_DATA_HOME"), *home = getenv("HOME");
    char whole[PATH_MAX];
    if (!demo->data_dir)
        demo->data_dir = data_home && *data_home ? arena_printf(demo->arena, "%s/lastday-demo", data_home)
                                                 : arena_printf(demo->arena, "%s/.local/share/lastday-demo",
                                                                home ? home : "/tmp");
    demo->data_dir = arena_printf(demo->arena, "%s/%s", demo->data_dir, demo->seed);
    const struct config config = {.server_data_dir = demo->data_dir};
    if (!config_make_data_dir(&config, err))
        return false;
    if (realpath(demo->data_dir, whole))
        demo->data_dir = arena_text(demo->arena, whole);
    return true;
}

int command_demo(int argc, char **argv)
{
    static const struct argp_option options[] = {
        {"port", 'p', "PORT", 0, "port on 127.0.0.1 to serve on (8080); 0 takes any free one", 0},
        {"data-dir", 'd', "DIR", 0, "where the sample data is kept", 0},
        {"seed", 's', "SIZE", 0, "small (6,660 users) or large (106,660 users)", 0},
        {"open", 'o', NULL, 0, "open the browser", 0},
        {0}};
    const struct argp argp = {.options = options,
                              .parser = parse,
                              .doc = "Starts a simulator of Microsoft 365 and the server with sample "
                                     "tenants, and prints the address and how to "
                                     "sign in. No real tenant is touched."};
    struct demo demo = {.port = "8080", .seed = "small"};
    struct node *node = NULL;
    struct err err = {0};
    argp_parse(&argp, argc, argv, 0, NULL, &demo);
    AUTO_ARENA struct arena *arena = demo.arena = arena_new();
    if (!settle_data_dir(&demo, &err))
        return command_fail(&err);
    signals_block(true);
    int code = run(&demo, &node, &err);
    if (code != EXIT_DONE)
        command_fail(&err);
    signals_stop_within(STOP_SECONDS);
    node_stop(node);
    simulator_stop(&demo);
    signals_stop_within(0);
    return code;
}
