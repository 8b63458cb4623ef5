/* lastday doctor — each line ok or failed with a sentence. */
#include "cli/doctor.h"

#include <stdio.h>
#include <string.h>

#include "access/access.h"
#include "cli/command.h"
#include "cli/local.h"
#include "cli/screen.h"
#include "cli/settings.h"
#include "cli/upstream.h"
#include "connector/exchange.h"
#include "connector/graph.h"
#include "store/tenants.h"
#include "vault/vault.h"

#define REACH_TIMEOUT_MS 8000
#define PATIENCE_MS 1000
#define TENANTS_AT_ONCE 200

static void note(json_t *checks, const char *name, bool ok, const char *message)
{
    json_add(checks, json_make("{s:s, s:b, s:o}", "name", name, "ok", ok, "message", json_text_new(message)));
}

/* Any answer will do: it is the way there that is tried. */
static void check_reach(json_t *checks, struct wire *wire, const char *name, const char *url)
{
    struct err err = {0};
    AUTO_WIRE_REPLY struct wire_reply reply = {0};
    const struct wire_request request = {
        .method = "GET", .url = url, .timeout_ms = REACH_TIMEOUT_MS, .harmless = true};
    bool ok = wire_send(wire, &request, &reply, &err);
    note(checks, name, ok, ok ? url : err.message);
}

static bool may_read_users(struct m365 *m365, const struct m365_target *target, struct err *err)
{
    AUTO_GRAPH_REPLY struct graph_reply reply = {0};
    return graph_call(m365, target, "GET", "/users?$select=id&$top=1", NULL, false, &reply, err);
}

static bool may_read_licenses(struct m365 *m365, const struct m365_target *target, struct err *err)
{
    AUTO_GRAPH_REPLY struct graph_reply reply = {0};
    return graph_call(m365, target, "GET", "/subscribedSkus?$select=skuId", NULL, false, &reply, err);
}

static bool may_read_mailboxes(struct m365 *m365, const struct m365_target *target, struct err *err)
{
    AUTO_JSON json_t *params = json_make("{s:i}", "ResultSize", 1);
    AUTO_JSON json_t *rows = NULL;
    return exchange_call(m365, target, "Get-Mailbox", params, NULL, &rows, NULL, err);
}

static void check_tenant(json_t *checks, struct m365 *m365, const char *id, const char *name)
{
    static const struct {
        const char *words;
        bool (*try)(struct m365 *m365, const struct m365_target *target, struct err *err);
    } tries[] = {{"token", m365_connect},
                 {"reads users", may_read_users},
                 {"reads licenses", may_read_licenses},
                 {"reads mailboxes", may_read_mailboxes}};
    AUTO_ARENA struct arena *arena = arena_new();
    const struct m365_target target = {.tenant_id = id, .patience_ms = PATIENCE_MS};
    for (size_t i = 0; i < sizeof tries / sizeof *tries; i++) {
        struct err err = {0};
        bool ok = tries[i].try(m365, &target, &err);
        note(checks, arena_printf(arena, "%s: %s", name, tries[i].words), ok, ok ? "" : err.message);
        if (!ok && (i == 0 || err.kind == ERR_UNREACHABLE))
            return; /* every other line would say the same */
    }
}

/* "complete as of 2026-08-01T02:00:00Z, 600 mailboxes" */
static void note_index(json_t *checks, struct arena *arena, const char *tenant, const json_t *index,
                       bool kept)
{
    const json_t *pass = json_object_at(index, "pass");
    const char *as_of = json_text(index, "as_of"),
               *error = json_text(json_object_at(index, "error"), "message");
    AUTO_STRBUF struct strbuf text = STRBUF_MAX(2000);
    if (!kept)
        strbuf_text_add(&text, "index.enabled is off; ");
    if (as_of)
        strbuf_printf(&text, "complete as of %s, %d mailboxes", as_of, (int)json_int(index, "mailboxes", 0));
    else
        strbuf_printf(&text, "not complete yet, %d of %d mailboxes", (int)json_int(pass, "looked", 0),
                      (int)json_int(index, "mailboxes", 0));
    if (json_int(index, "unreadable", 0))
        strbuf_printf(&text, ", %d of them could not be looked at", (int)json_int(index, "unreadable", 0));
    if (error)
        strbuf_printf(&text, "; the scan does not get on: %s", error);
    note(checks, arena_printf(arena, "%s: permission index", tenant), !error, strbuf_text(&text));
}

static bool check_indexes(json_t *checks, struct arena *arena, struct tx *tx, const json_t *tenants,
                          bool kept, struct err *err)
{
    size_t i;
    json_t *tenant;
    json_array_foreach ((json_t *)tenants, i, tenant) {
        AUTO_JSON json_t *index = access_state(tx, json_text(tenant, "id"), err);
        if (!index)
            return false;
        note_index(checks, arena, json_text_or(tenant, "display_name", ""), index, kept);
    }
    return true;
}

static bool check_tenants(json_t *checks, const struct config *config, struct store *store, struct m365 *m365,
                          struct err *err)
{
    bool kept = strcmp(config->index_enabled, "yes") == 0;
    AUTO_ARENA struct arena *arena = arena_new();
    struct tenant_query query = {.limit = TENANTS_AT_ONCE};
    size_t i, count = 0;
    json_t *tenant;
    do {
        AUTO_TX struct tx *tx = store_begin_read(store, err);
        AUTO_JSON json_t *items = NULL;
        const char *next = NULL;
        AUTO_JSON json_t *indexes = json_array();
        if (!tx || !tenant_list(tx, arena, &query, &items, &next, err) ||
            !check_indexes(indexes, arena, tx, items, kept, err))
            return false;
        tx_auto_rollback(&tx); /* nothing is held while Microsoft is asked */
        tx = NULL;
        json_array_foreach (items, i, tenant)
            check_tenant(checks, m365, json_text(tenant, "id"), json_text(tenant, "display_name"));
        json_array_extend(checks, indexes);
        count += json_array_size(items);
        query.after = next;
    } while (query.after);
    if (!count)
        note(checks, "tenants", false, "there are none yet: add one with `lastday tenants add`");
    return true;
}

json_t *doctor_examine(const struct config *config, struct store *store, struct wire *wire, struct m365 *m365)
{
    json_t *checks = json_array();
    struct err err = {0};
    bool ready = store_ready(store, &err);
    note(checks, "store", ready, ready ? "reads and writes" : err.message);
    if (wire) {
        check_reach(checks, wire, "sign-in service", config->microsoft_login_url);
        check_reach(checks, wire, "Microsoft Graph", config->microsoft_graph_url);
        check_reach(checks, wire, "Exchange Online", config->microsoft_exchange_url);
    }
    if (m365 && !config->app_certificate_file)
        note(checks, "certificate", true,
             "app.certificate_file is not set: with a client secret alone the SharePoint tasks are left out");
    if (m365 && !check_tenants(checks, config, store, m365, &err))
        note(checks, "tenants", false, err.message);
    return checks;
}

static void check_vault(json_t *checks, const struct config *config)
{
    struct err err = {0};
    const struct vault_source source = {.data_dir = config->server_data_dir,
                                        .key_file = config->secrets_master_key_file,
                                        .key_text = config->secrets_master_key.text};
    AUTO_VAULT struct vault *vault = vault_open(&source, rng_system(), &err);
    note(checks, "master key", vault != NULL, vault ? config->secrets_master_key_file : err.message);
}

/* No server runs: this process opens everything itself. */
static json_t *examine_alone(const struct config *config, struct err *err)
{
    json_t *checks = json_array();
    struct upstream upstream = {0};
    struct err trouble = {0};
    if (!config_make_data_dir(config, err)) {
        json_decref(checks);
        return NULL;
    }
    check_vault(checks, config);
    if (!upstream_open(&upstream, config, &trouble))
        note(checks, "credentials", false, trouble.message);
    else
        note(checks, "credentials", true, "app.client_id is set");
    struct store *store = store_open(config->store_url, config->server_data_dir, &trouble);
    if (store) {
        AUTO_JSON json_t *more = doctor_examine(config, store, upstream.wire, upstream.m365);
        json_array_extend(checks, more);
    } else {
        note(checks, "store", false, trouble.message);
    }
    store_close(store);
    upstream_close(&upstream);
    return checks;
}

static json_t *examine(const char *config_path, struct arena *arena, struct err *err)
{
    bool running = false;
    const struct config *config = settings_load(arena, config_path, err);
    if (!config)
        return NULL;
    AUTO_JSON json_t *request = json_make("{s:s}", "do", "doctor");
    AUTO_JSON json_t *answer = local_ask(config->server_data_dir, request, &running, err);
    if (!running)
        return examine_alone(config, err);
    return json_incref(json_object_get(answer, "checks"));
}

struct doctor {
    const char *config_path;
    bool json;
};

static error_t parse(int key, char *arg, struct argp_state *state)
{
    struct doctor *doctor = state->input;
    (void)arg;
    if (key == ARGP_KEY_INIT)
        state->child_inputs[0] = &doctor->config_path;
    else if (key == 'j')
        doctor->json = true;
    else
        return ARGP_ERR_UNKNOWN;
    return 0;
}

int command_doctor(int argc, char **argv)
{
    static const struct argp_option options[] = {{"json", 'j', NULL, 0, "print the checks as JSON", 0}, {0}};
    const struct argp_child children[] = {{&settings_argp, 0, NULL, 0}, {0}};
    const struct argp argp = {.options = options,
                              .parser = parse,
                              .doc = "Checks store, credentials, permissions and reachability.\v"
                                     "Exit codes: 0 all is well, 4 something is missing.",
                              .children = children};
    struct doctor doctor = {0};
    struct err err = {0};
    size_t i;
    json_t *check;
    int code = EXIT_DONE;
    argp_parse(&argp, argc, argv, 0, NULL, &doctor);
    AUTO_ARENA struct arena *arena = arena_new();
    AUTO_JSON json_t *checks = examine(doctor.config_path, arena, &err);
    if (!checks)
        return command_fail(&err);
    if (doctor.json) {
        AUTO_FREE char *text = json_write(checks);
        puts(text);
    }
    json_array_foreach (checks, i, check) {
        bool ok = json_flag(check, "ok");
        const char *message = json_text_or(check, "message", "");
        code = ok ? code : EXIT_UNREACHABLE;
        if (doctor.json)
            continue;
        screen_tone(stdout, ok ? TONE_GOOD : TONE_BAD, ok ? "ok     " : "failed ");
        screen_text(stdout, json_text(check, "name"));
        if (*message) {
            fputs(": ", stdout);
            screen_text(stdout, message);
        }
        putchar('\n');
    }
    return code;
}
