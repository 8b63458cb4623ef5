/* /_sim — what tests control, never part of what is simulated.
 *
 *   GET /_sim/requests?since=ID&undocumented=true   {"items": […], "last_id": N}: those with a greater id ·
 * DELETE GET·POST /_sim/faults    one rule or a list of {service, method, path, cmdlet, body_has, nth, every,
 * times} that match, and {status, body, content_type, retry_after, delay_ms, close: "before" |
 *                            "after_effect"}; body an object or a text; without body the service's own words
 * · DELETE GET·PUT /_sim/latency    {"graph": 40, "exchange": {"min_ms": 100, "max_ms": 900}, "*": 5} GET·PUT
 * /_sim/limits     {"graph": {"requests": 100, "window_ms": 10000, "retry_after": 3, "concurrent": 4}}
 *   GET·PUT /_sim/consistency {"ms": 2000}
 *   GET·PUT /_sim/timing     {"conversion_ms": 3000, "settle_ms": 2000}
 *   GET·PUT /_sim/clock      POST {"advance_ms": 86400000}
 *   GET·PUT /_sim/state      GET ?tenant=T the tenant; GET ?tenant=T&user=U {user, manager, groups, mailbox,
 * site} GET /_sim/tenants        {"items": [{id, default_domain, display_name}]} POST /_sim/reset         the
 * seed again; no faults, latencies, limits, requests
 *   GET /_sim/sinks          {"sinks", "mail"}: what the receivers of notifications got (sink.h) */
#include <string.h>
#include <unistd.h>

#include "odata.h"
#include "seed.h"
#include "server.h"

static void bad(struct sim_call *call, const char *message)
{
    call->status = 400;
    call->reply = json_make("{s:s}", "error", message);
}

static json_t *without_indexes(const json_t *tenant)
{
    json_t *copy = json_copy((json_t *)tenant);

    json_object_del(copy, "_upns");
    json_object_del(copy, "_addresses");
    return copy;
}

static json_t *state_shown(const json_t *state)
{
    json_t *copy = json_copy((json_t *)state), *tenants = json_object(), *tenant;
    const char *id;

    json_object_foreach (json_object_get(state, "tenants"), id, tenant)
        json_put(tenants, id, without_indexes(tenant));
    json_put(copy, "tenants", tenants);
    return copy;
}

static json_t *groups_of(const json_t *tenant, const char *user_id)
{
    json_t *groups = json_array(), *group, *shown;
    const char *id;

    json_object_foreach (json_object_get(tenant, "groups"), id, group) {
        bool member = sim_text_index(json_array_at(group, "_members"), user_id) >= 0;
        bool owner = sim_text_index(json_array_at(group, "_owners"), user_id) >= 0;

        if (!member && !owner)
            continue;
        shown = json_copy(group);
        json_object_del(shown, "_members");
        json_object_del(shown, "_stale");
        json_put(shown, "_is_member", json_boolean(member));
        json_put(shown, "_is_owner", json_boolean(owner));
        json_add(groups, shown);
    }
    return groups;
}

static json_t *or_null(json_t *value)
{
    return value ? json_incref(value) : json_null();
}

static json_t *user_slice(const json_t *tenant, json_t *user)
{
    const char *id = json_text(user, "id"), *manager = json_text(user, "_manager");
    json_t *slice = json_object();

    json_put(slice, "user", json_incref(user));
    json_put(slice, "manager", or_null(sim_user(tenant, manager)));
    json_put(slice, "groups", groups_of(tenant, id));
    json_put(slice, "mailbox", or_null(json_object_get(json_object_get(tenant, "mailboxes"), id)));
    json_put(slice, "site", or_null(json_object_get(json_object_get(tenant, "sites"), id)));
    return slice;
}

static void state_get(struct sim *sim, struct sim_call *call)
{
    AUTO_JSON json_t *query = odata_query(call->query);
    const char *tenant_id = json_text(query, "tenant"), *user_id = json_text(query, "user");
    json_t *tenant = tenant_id ? sim_tenant(sim, tenant_id) : NULL, *user;

    sim->settled_at_ms = 0;
    sim_settle(sim);
    if (!tenant_id) {
        call->reply = state_shown(sim->state);
        return;
    }
    if (tenant && !user_id) {
        call->reply = without_indexes(tenant);
        return;
    }
    user = tenant ? sim_user(tenant, user_id) : NULL;
    if (tenant && !user)
        user = json_object_get(json_object_get(tenant, "deleted_users"), user_id);
    if (!user) {
        call->status = 404;
        call->reply = json_make("{s:s}", "error", tenant ? "no such user" : "no such tenant");
        return;
    }
    call->reply = user_slice(tenant, user);
}

void control_replace(struct sim *sim, json_t *state)
{
    json_decref(sim->state);
    sim->state = state;
    if (!json_is_object(json_object_get(state, "operations")))
        json_put(state, "operations", json_object());
    sim_index(sim);
}

static void state_put(struct sim *sim, struct sim_call *call)
{
    if (!json_is_object(json_object_get(call->json, "tenants"))) {
        bad(call, "the state is an object with \"tenants\"");
        return;
    }
    control_replace(sim, json_incref(call->json));
    sim->server->saved_request = -1;
    call->status = 204;
}

static void requests_get(struct sim *sim, struct sim_call *call)
{
    AUTO_JSON json_t *query = odata_query(call->query);
    json_t *items = json_array(), *entry;
    bool undocumented = json_text(query, "undocumented") != NULL;
    int64_t since = 0;
    size_t i;

    if (json_text(query, "since") && !text_to_int(json_text(query, "since"), 0, INT64_MAX, &since)) {
        bad(call, "since is the id of a request");
        json_decref(items);
        return;
    }
    json_array_foreach (sim->server->requests, i, entry) {
        if (json_int(entry, "id", 0) > since && (!undocumented || json_flag(entry, "undocumented")))
            json_add(items, json_incref(entry));
    }
    call->reply = json_make("{s:o, s:I}", "items", items, "last_id", (json_int_t)sim->server->last_request);
}

static void requests_delete(struct sim *sim, struct sim_call *call)
{
    json_array_clear(sim->server->requests);
    call->status = 204;
}

static void faults_get(struct sim *sim, struct sim_call *call)
{
    call->reply = json_incref(sim->server->faults);
}

static void faults_post(struct sim *sim, struct sim_call *call)
{
    if (json_is_object(call->json))
        json_add(sim->server->faults, json_incref(call->json));
    else if (json_is_array(call->json))
        json_array_extend(sim->server->faults, call->json);
    else
        bad(call, "faults are one rule or a list of rules");
    if (!call->status)
        faults_get(sim, call);
}

static void faults_delete(struct sim *sim, struct sim_call *call)
{
    json_array_clear(sim->server->faults);
    call->status = 204;
}

static void replace_object(json_t **slot, struct sim_call *call)
{
    if (!json_is_object(call->json)) {
        bad(call, "an object by service is wanted");
        return;
    }
    json_decref(*slot);
    *slot = json_incref(call->json);
    call->reply = json_incref(*slot);
}

static void latency_put(struct sim *sim, struct sim_call *call)
{
    replace_object(&sim->server->latency, call);
}

static void latency_get(struct sim *sim, struct sim_call *call)
{
    call->reply = json_incref(sim->server->latency);
}

static void limits_put(struct sim *sim, struct sim_call *call)
{
    replace_object(&sim->server->limits, call);
    rules_windows_clear(sim);
}

static void limits_get(struct sim *sim, struct sim_call *call)
{
    call->reply = json_incref(sim->server->limits);
}

static void consistency_get(struct sim *sim, struct sim_call *call)
{
    call->reply = json_make("{s:I}", "ms", (json_int_t)sim->consistency_ms);
}

static void consistency_put(struct sim *sim, struct sim_call *call)
{
    sim->consistency_ms = json_int(call->json, "ms", sim->consistency_ms);
    consistency_get(sim, call);
}

static void timing_get(struct sim *sim, struct sim_call *call)
{
    call->reply = json_make("{s:I, s:I}", "conversion_ms", (json_int_t)sim->conversion_ms, "settle_ms",
                            (json_int_t)sim->settle_ms);
}

static void timing_put(struct sim *sim, struct sim_call *call)
{
    sim->conversion_ms = json_int(call->json, "conversion_ms", sim->conversion_ms);
    sim->settle_ms = json_int(call->json, "settle_ms", sim->settle_ms);
    timing_get(sim, call);
}

static void clock_get(struct sim *sim, struct sim_call *call)
{
    char text[TIME_TEXT_SIZE];

    call->reply = json_make("{s:s, s:I}", "now", time_format(sim_now_ms(sim), text), "offset_ms",
                            (json_int_t)sim->clock_offset_ms);
}

static void clock_post(struct sim *sim, struct sim_call *call)
{
    sim->clock_offset_ms += json_int(call->json, "advance_ms", 0);
    sim->settled_at_ms = 0;
    sim_settle(sim);
    clock_get(sim, call);
}

static void reset_post(struct sim *sim, struct sim_call *call)
{
    struct err err = {0};
    json_t *state = seed_make(sim->server->seed, &err);

    if (!state) {
        bad(call, err.message);
        return;
    }
    sim->clock_offset_ms = sim->consistency_ms = 0;
    sim->server->saved_request = -1;
    control_replace(sim, state);
    json_array_clear(sim->server->faults);
    json_array_clear(sim->server->requests);
    json_object_clear(sim->server->latency);
    json_object_clear(sim->server->limits);
    rules_windows_clear(sim);
    call->status = 204;
}

static void tenants_get(struct sim *sim, struct sim_call *call)
{
    json_t *items = json_array(), *tenant;
    const char *id;

    json_object_foreach (json_object_get(sim->state, "tenants"), id, tenant)
        json_add(items,
                 json_make("{s:s, s:s, s:s}", "id", id, "default_domain", json_text(tenant, "default_domain"),
                           "display_name", json_text(tenant, "display_name")));
    call->reply = json_make("{s:o}", "items", items);
}

/* What the receivers of notifications got (sink.h), without the tenants around it. */
static void sinks_get(struct sim *sim, struct sim_call *call)
{
    call->reply = json_make("{s:o, s:o}", "sinks", or_null(json_object_get(sim->state, "sinks")), "mail",
                            or_null(json_object_get(sim->state, "mail")));
}

static const struct {
    const char *method;
    const char *path;
    void (*handle)(struct sim *sim, struct sim_call *call);
} routes[] = {
    {"GET", "/_sim/tenants", tenants_get},
    {"GET", "/_sim/sinks", sinks_get},
    {"GET", "/_sim/state", state_get},
    {"PUT", "/_sim/state", state_put},
    {"GET", "/_sim/requests", requests_get},
    {"DELETE", "/_sim/requests", requests_delete},
    {"GET", "/_sim/faults", faults_get},
    {"POST", "/_sim/faults", faults_post},
    {"DELETE", "/_sim/faults", faults_delete},
    {"GET", "/_sim/latency", latency_get},
    {"PUT", "/_sim/latency", latency_put},
    {"GET", "/_sim/limits", limits_get},
    {"PUT", "/_sim/limits", limits_put},
    {"GET", "/_sim/consistency", consistency_get},
    {"PUT", "/_sim/consistency", consistency_put},
    {"GET", "/_sim/timing", timing_get},
    {"PUT", "/_sim/timing", timing_put},
    {"GET", "/_sim/clock", clock_get},
    {"POST", "/_sim/clock", clock_post},
    {"POST", "/_sim/reset", reset_post},
};

void control_handle(struct sim *sim, struct sim_call *call)
{
    bool path_known = false;

    WITH_LOCK(&sim->lock);
    for (size_t i = 0; i < sizeof routes / sizeof *routes; i++) {
        if (strcmp(call->path, routes[i].path))
            continue;
        path_known = true;
        if (strcmp(call->method, routes[i].method))
            continue;
        routes[i].handle(sim, call);
        if (call->reply && !call->text) {
            /* Written here, under the lock: the reply shares values with the state. */
            call->text = json_write(call->reply);
            json_decref(call->reply);
            call->reply = NULL;
        }
        return;
    }
    call->status = path_known ? 405 : 404;
    call->text =
        strdup("{\"error\":\"no such control; the services are /login /graph /exchange /sharepoint /sink\"}");
}

bool control_save(struct sim *sim, struct err *err)
{
    AUTO_FREE char *text = NULL;
    char path[4096], temporary[4096];

    if (!sim->server->state_dir)
        return true;
    {
        WITH_LOCK(&sim->lock);
        if (sim->server->last_request == sim->server->saved_request)
            return true;
        sim->server->saved_request = sim->server->last_request;
        AUTO_JSON json_t *shown = state_shown(sim->state);

        text = json_write(shown);
    }
    snprintf(path, sizeof path, "%s/state.json", sim->server->state_dir);
    snprintf(temporary, sizeof temporary, "%s/state.json.new", sim->server->state_dir);
    FILE *file = fopen(temporary, "we");
    bool written = file && fputs(text, file) >= 0;

    if (file && fclose(file))
        written = false;
    if (!written || rename(temporary, path))
        return err_set(err, ERR_STORAGE, "cannot write %s", path);
    return true;
}
