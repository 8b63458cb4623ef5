#include "cli/node.h"

#include <signal.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "access/scanner.h"
#include "api/server.h"
#include "base/log.h"
#include "base/memory.h"
#include "cli/administration.h"
#include "cli/doctor.h"
#include "cli/evidence.h"
#include "cli/local.h"
#include "cli/presence.h"
#include "cli/signals.h"
#include "cli/upstream.h"
#include "engine/engine.h"
#include "notify/notifier.h"

#define STORE_TRY_MS 500

/* In the order in which they start; a shared store is waited for with the server open. */
struct node {
    struct store *store;
    struct node_self self;
    struct presence *presence;
    struct vault *vault;
    struct journal *journal;
    struct auth *auth;
    struct upstream upstream;
    struct oidc *oidc; /* NULL: not configured */
    struct directory *directory;
    struct scanner *scanner;  /* NULL: this node keeps no index */
    struct engine *engine;    /* NULL for the role web */
    struct wire *notify_wire; /* apart, so that slow receivers hold no call to Microsoft 365 */
    struct notify_parts notify;
    struct server *server;
    struct notifier *notifier; /* NULL for the role web */
    struct local *local;
    const struct config *config;
    enum node_role role;
    atomic_bool failed;
};

static json_t *local_request(void *context, const json_t *request, struct err *err)
{
    struct node *node = context;
    const char *what = json_text_or(request, "do", "");
    if (strcmp(what, "doctor") == 0)
        return json_make("{s:o}", "checks",
                         doctor_examine(node->config, node->store, node->upstream.wire, node->upstream.m365));
    if (strcmp(what, "backup") == 0)
        return store_backup(node->store, json_text_or(request, "path", ""), err) ? json_object() : NULL;
    bool known;
    json_t *evidence = evidence_answer(node->store, node->vault, request, &known, err);
    return known ? evidence : administration_answer(node->auth, request, err);
}

static void stop_process(void *arg)
{
    struct node *node = arg;
    node->failed = true;
    kill(getpid(), SIGTERM);
}

/* Probes are for the machine itself: the port of listen, on the loopback address. */
static const char *worker_listen(const char *listen, struct arena *arena)
{
    bool loopback = strncmp(listen, "127.", 4) == 0 || strncmp(listen, "[::1]:", 6) == 0 ||
                    strncmp(listen, "localhost:", 10) == 0;
    return loopback ? listen : arena_printf(arena, "127.0.0.1%s", strrchr(listen, ':'));
}

static bool open_server(struct node *node, const struct config *config, struct err *err)
{
    AUTO_ARENA struct arena *arena = arena_new();
    bool worker = node->role == NODE_WORKER;
    const struct server_settings settings = {
        .listen = worker ? worker_listen(config->server_listen, arena) : config->server_listen,
        /* one made from listen may hold port 0: the server knows better */
        .public_url = config_is_given(config, SETTING_server_public_url) ? config->server_public_url : NULL,
        .tls_certificate = worker ? NULL : config->server_tls_certificate,
        .tls_key = worker ? NULL : config->server_tls_key,
        .trusted_proxies = config->server_trusted_proxies,
        .probes_only = worker,
        .clock = clock_system(),
        .rng = rng_system()};
    node->server = server_open(&settings, err);
    return node->server != NULL;
}

/* --- the store ----------------------------------------------------------------------------------------- */

static bool pause_before_retry(struct err *err)
{
    for (int waited = 0; waited < STORE_TRY_MS; waited += 50) {
        if (signals_came())
            return err_set(err, ERR_CANCELLED, "told to stop before the store could be reached");
        usleep(50 * 1000);
    }
    return true;
}

static bool connect_and_migrate(struct node *node, const struct config *config, struct err *err)
{
    struct err why;
    err_code(&why, ERR_UNREACHABLE, "migrating",
             "The store's schema is brought to this version, here or by another node.");
    node->store = store_connect(config->store_url, config->server_data_dir, err);
    if (!node->store)
        return false;
    server_waits_for(node->server, "store", &why);
    if (store_migrate(node->store, err))
        return true;
    store_close(node->store);
    node->store = NULL;
    return false;
}

/* For as long as it takes: a database may start after us, be migrated by another node, or fail over. */
static bool wait_for_store(struct node *node, const struct config *config, struct err *err)
{
    while (!connect_and_migrate(node, config, err)) {
        if (!err_again(err))
            return false;
        log_warn("store_awaited", LOG_ERR(err));
        server_waits_for(node->server, "store", err);
        if (!pause_before_retry(err))
            return false;
    }
    return true;
}

/* Nodes read each other's secrets: all need the key of the first. */
static bool check_key(struct node *node, struct err *err)
{
    static const char name[] = "key-check";
    AUTO_SECRET struct secret *known = secret_new(name, strlen(name));
    AUTO_TX struct tx *tx = store_begin(node->store, err);
    if (tx && vault_store_secret(tx, node->vault, "", name, known, clock_utc_ms(clock_system()), NULL, err) &&
        tx_commit(&tx, err))
        return true;
    if (err && strcmp(err->code, "unsealable") == 0)
        err_set(
            err, ERR_CONFIG,
            "secrets.master_key_file: this node has another master key than the others on this store. Copy "
            "theirs: %s",
            node->config->secrets_master_key_file);
    return false;
}

static bool start_storage(struct node *node, const struct config *config, struct err *err)
{
    const struct vault_source source = {.data_dir = config->server_data_dir,
                                        .key_file = config->secrets_master_key_file,
                                        .key_text = config->secrets_master_key.text};
    bool shared = store_url_is_shared(config->store_url);
    if (!shared && node->role != NODE_ALL)
        return err_set(
            err, ERR_CONFIG,
            "a SQLite store is for one process: --role web and worker need store.url = postgresql://...");
    if (!config_make_data_dir(config, err) || !(node->vault = vault_open(&source, rng_system(), err)))
        return false;
    if (shared
            ? !open_server(node, config, err) || !wait_for_store(node, config, err) || !check_key(node, err)
            : !(node->store = store_open(config->store_url, config->server_data_dir, err)) ||
                  !open_server(node, config, err))
        return false;
    store_on_failure(node->store, stop_process, node);
    node->journal = journal_new(node->store);
    node->auth = auth_new(node->store, clock_system(), rng_system());
    return true;
}

static bool start_presence(struct node *node, const struct config *config, struct err *err)
{
    static const char *const roles[] = {[NODE_ALL] = "all", [NODE_WEB] = "web", [NODE_WORKER] = "worker"};
    node->self = (struct node_self){
        .name = config->engine_node_name, .role = roles[node->role], .version = LASTDAY_VERSION};
    node->presence = presence_start(node->store, &node->self, clock_system(), err);
    return node->presence != NULL;
}

static bool prepare_oidc(struct node *node, const struct config *config, struct err *err)
{
    const struct oidc_settings settings = {.issuer = config->auth_oidc_issuer,
                                           .client_id = config->auth_oidc_client_id,
                                           .client_secret = config->auth_oidc_client_secret.text};
    if (!settings.issuer)
        return true;
    node->oidc = oidc_new(&settings, node->upstream.wire, clock_system(), rng_system(), err);
    return node->oidc != NULL;
}

static bool keeps_index(const struct config *config)
{
    return strcmp(config->index_enabled, "yes") == 0;
}

static bool start_scanner(struct node *node, const struct config *config, struct err *err)
{
    const struct scanner_settings settings = {.tenants_at_once = (int)config->index_tenants_at_once,
                                              .refresh_ms = config->index_refresh_hours * 60 * 60 * 1000,
                                              .mailboxes_a_minute = (int)config->index_mailboxes_per_minute,
                                              .node_name = config->engine_node_name};
    const struct scanner_parts parts = {
        .store = node->store, .m365 = node->upstream.m365, .clock = clock_system()};
    if (!keeps_index(config))
        return true;
    node->scanner = scanner_start(&settings, &parts, err);
    return node->scanner != NULL;
}

static bool start_engine(struct node *node, const struct config *config, struct err *err)
{
    const struct engine_settings settings = {.workers = (int)config->engine_workers,
                                             .node_name = config->engine_node_name,
                                             .lease_ms = config->engine_lease_seconds * 1000,
                                             .data_dir = config->server_data_dir,
                                             .indexed = keeps_index(config)};
    const struct engine_parts parts = {.store = node->store,
                                       .journal = node->journal,
                                       .vault = node->vault,
                                       .m365 = node->upstream.m365,
                                       .clock = clock_system(),
                                       .rng = rng_system()};
    node->engine = engine_start(&settings, &parts, err);
    return node->engine != NULL;
}

static bool start_work(struct node *node, const struct config *config, struct err *err)
{
    return start_scanner(node, config, err) && start_engine(node, config, err);
}

static bool prepare_notify(struct node *node, const struct config *config, struct err *err)
{
    const struct wire_settings wire = {.ca_file = config->notify_ca_file, .in_flight_max = 32};
    node->notify_wire = wire_start(&wire, err);
    node->notify = (struct notify_parts){
        .store = node->store,
        .journal = node->journal,
        .vault = node->vault,
        .m365 = node->upstream.m365,
        .wire = node->notify_wire,
        .policy = {.allow_private = !strcmp(config->notify_allow_private_addresses, "yes"),
                   .allowed_hosts = config->notify_allowed_hosts},
        .smtp = {.url = config->smtp_url,
                 .user = config->smtp_user,
                 .password = config->smtp_password.text,
                 .ca_file = config->notify_ca_file,
                 .plain = !strcmp(config->smtp_tls, "none")},
        .smtp_from = config->smtp_from,
        .node_name = config->engine_node_name,
        .clock = clock_system(),
        .rng = rng_system()};
    return node->notify_wire != NULL;
}

/* After the server: only it knows its address when the port was any free one. */
static bool start_notifier(struct node *node, struct err *err)
{
    node->notify.public_url = server_url(node->server);
    node->notifier = notifier_start(&node->notify, err);
    return node->notifier != NULL;
}

static void offer_facts(void *arg, const char *offboarding_id, json_t *facts)
{
    struct node *node = arg;
    if (node->engine)
        engine_offer_facts(node->engine, offboarding_id, facts);
}

static void wake_engine(void *arg)
{
    struct node *node = arg;
    if (node->engine)
        engine_wake(node->engine);
}

static void wake_engines(void *arg)
{
    struct node *node = arg;
    wake_engine(node);
    store_tell(node->store, STORE_WORK);
}

static void serve(struct node *node, const struct config *config)
{
    const struct api_context context = {.store = node->store,
                                        .journal = node->journal,
                                        .vault = node->vault,
                                        .auth = node->auth,
                                        .oidc = node->oidc,
                                        .directory = node->directory,
                                        .m365 = node->upstream.m365,
                                        .metrics = node->upstream.metrics,
                                        .wake_engine = wake_engines,
                                        .offer_facts = offer_facts,
                                        .wake_ctx = node,
                                        .notify = &node->notify,
                                        .indexed = keeps_index(config),
                                        .approve_above = (size_t)config->engine_approve_above,
                                        .scanner = node->scanner,
                                        .self = &node->self,
                                        .clock = clock_system(),
                                        .rng = rng_system()};
    store_watch(node->store, STORE_WORK, wake_engine, node);
    server_serve(node->server, &context);
}

struct node *node_start(const struct config *config, enum node_role role, struct err *err)
{
    struct node *node = must(calloc(1, sizeof *node));
    node->config = config;
    node->role = role;
    bool ok = start_storage(node, config, err) && start_presence(node, config, err) &&
              upstream_open(&node->upstream, config, err) && prepare_oidc(node, config, err);
    if (ok) {
        node->directory = directory_new(node->upstream.m365, clock_system());
        ok = prepare_notify(node, config, err) && (role == NODE_WEB || start_work(node, config, err));
    }
    if (ok) {
        serve(node, config);
        ok = role == NODE_WEB || start_notifier(node, err);
    }
    if (ok)
        ok = (node->local = local_start(config->server_data_dir, local_request, node, err)) != NULL;
    if (ok)
        return node;
    node_stop(node);
    return NULL;
}

bool node_has_failed(const struct node *node)
{
    return node->failed;
}

void node_stop(struct node *node)
{
    if (!node)
        return;
    engine_stop(node->engine); /* first: others may wait for receivers and upstreams that hang */
    local_stop(node->local);
    notifier_stop(node->notifier);
    server_stop(node->server);
    wire_stop(node->notify_wire);
    if (node->store)
        store_watch(node->store, STORE_WORK, NULL, NULL);
    engine_free(node->engine);
    scanner_stop(node->scanner);
    directory_free(node->directory);
    oidc_free(node->oidc);
    upstream_close(&node->upstream);
    presence_stop(node->presence);
    auth_free(node->auth);
    journal_free(node->journal);
    vault_free(node->vault);
    store_close(node->store);
    free(node);
}

const char *node_url(const struct node *node)
{
    return server_url(node->server);
}

struct auth *node_auth(struct node *node)
{
    return node->auth;
}

struct store *node_store(struct node *node)
{
    return node->store;
}
