#include "cli/node.h"

#include <stdlib.h>
#include <string.h>

#include "access/scanner.h"
#include "api/server.h"
#include "cli/administration.h"
#include "cli/doctor.h"
#include "cli/local.h"
#include "cli/upstream.h"
#include "engine/engine.h"
#include "notify/notifier.h"

/* In the order in which they start. */
struct node {
    struct store *store;
    struct vault *vault;
    struct journal *journal;
    struct auth *auth;
    struct upstream upstream;
    struct oidc *oidc; /* NULL: not configured */
    struct directory *directory;
    struct scanner *scanner; /* NULL: this node keeps no index */
    struct engine *engine;
    struct wire *notify_wire; /* apart, so that slow receivers hold no call to Microsoft 365 */
    struct notify_parts notify;
    struct server *server;
    struct notifier *notifier;
    struct local *local;
    const struct config *config;
};

static json_t *local_request(void *context, const json_t *request, struct err *err)
{
    struct node *node = context;
    if (strcmp(json_text_or(request, "do", ""), "doctor") != 0)
        return administration_answer(node->auth, request, err);
    return json_make("{s:o}", "checks",
                     doctor_examine(node->config, node->store, node->upstream.wire, node->upstream.m365));
}

static bool start_storage(struct node *node, const struct config *config, struct err *err)
{
    const struct vault_source source = {.data_dir = config->server_data_dir,
                                        .key_file = config->secrets_master_key_file,
                                        .key_text = config->secrets_master_key.text};
    if (!config_make_data_dir(config, err) ||
        !(node->store = store_open(config->store_url, config->server_data_dir, err)) ||
        !(node->vault = vault_open(&source, rng_system(), err)))
        return false;
    node->journal = journal_new(node->store);
    node->auth = auth_new(node->store, clock_system(), rng_system());
    return true;
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

static void offer_facts(void *engine, const char *offboarding_id, json_t *facts)
{
    engine_offer_facts(engine, offboarding_id, facts);
}

static void wake_engine(void *engine)
{
    engine_wake(engine);
}

static bool start_server(struct node *node, const struct config *config, struct err *err)
{
    const struct server_settings settings = {
        .listen = config->server_listen,
        /* one made from listen may hold port 0: the server knows better */
        .public_url = config_is_given(config, SETTING_server_public_url) ? config->server_public_url : NULL,
        .tls_certificate = config->server_tls_certificate,
        .tls_key = config->server_tls_key,
        .trusted_proxies = config->server_trusted_proxies};
    const struct api_context context = {.store = node->store,
                                        .journal = node->journal,
                                        .vault = node->vault,
                                        .auth = node->auth,
                                        .oidc = node->oidc,
                                        .directory = node->directory,
                                        .m365 = node->upstream.m365,
                                        .metrics = node->upstream.metrics,
                                        .wake_engine = wake_engine,
                                        .offer_facts = offer_facts,
                                        .wake_ctx = node->engine,
                                        .notify = &node->notify,
                                        .indexed = keeps_index(config),
                                        .scanner = node->scanner,
                                        .clock = clock_system(),
                                        .rng = rng_system()};
    node->server = server_start(&settings, &context, err);
    return node->server != NULL;
}

struct node *node_start(const struct config *config, struct err *err)
{
    struct node *node = calloc(1, sizeof *node);
    if (!node)
        abort();
    node->config = config;
    bool ok = start_storage(node, config, err) && upstream_open(&node->upstream, config, err) &&
              prepare_oidc(node, config, err);
    if (ok) {
        node->directory = directory_new(node->upstream.m365, clock_system());
        ok = start_scanner(node, config, err) && start_engine(node, config, err) &&
             prepare_notify(node, config, err) && start_server(node, config, err) &&
             start_notifier(node, err);
    }
    if (ok)
        ok = (node->local = local_start(config->server_data_dir, local_request, node, err)) != NULL;
    if (ok)
        return node;
    node_stop(node);
    return NULL;
}

void node_stop(struct node *node)
{
    if (!node)
        return;
    local_stop(node->local);
    notifier_stop(node->notifier);
    server_stop(node->server);
    wire_stop(node->notify_wire);
    engine_stop(node->engine);
    scanner_stop(node->scanner);
    directory_free(node->directory);
    oidc_free(node->oidc);
    upstream_close(&node->upstream);
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
