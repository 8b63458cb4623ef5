/* /_sim — what tests control, never part of what is simulated. docs/simulator.md describes each of them.
 *
 *   - GET /_sim/requests?since=ID&tenant=T&undocumented=true: {"items": […], "last_id": N}, those with a
 * greater id; DELETE; PUT {"replies": true}: from now on with what was answered
 *   - GET POST /_sim/faults: one rule or a list of {service, tenant, method, path, cmdlet, body_has, whole,
 * nth, every, times} that match, and {status, body, content_type, headers, retry_after, delay_ms,
 *     after_effect: true, close: "before" | "after_effect" | "in_answer"}; body an object or a text; without
 *     body the service's own words; DELETE, ?tenant=T those of one tenant
 *   - GET PUT /_sim/latency: {"graph": 40, "exchange": {"min_ms": 100, "max_ms": 900}, "*": 5}
 *   - GET PUT /_sim/limits: {"graph": {"requests": 100, "window_ms": 10000, "retry_after": 3, "concurrent":
 * 4}}
 *   - GET PUT /_sim/consistency: {"ms": 2000}
 *   - GET PUT /_sim/timing: {"conversion_ms": 3000, "settle_ms": 2000, "operation_ms": 1000}
 *   - GET PUT /_sim/variants: {"phone_plus": false}, see variants.def
 *   - GET POST /_sim/clock: {"advance_ms": 86400000}
 *   - GET PUT /_sim/state: all of it; ?tenant=T one tenant, which PUT adds or replaces; GET ?tenant=T&user=U
 *     what state_user makes; PATCH ?tenant=T a merge patch (RFC 7396), &user=U of {user, mailbox, site}
 *   - GET /_sim/tenants: {"items": [{id, default_domain, display_name}]}
 *   - POST /_sim/reset: the seed again; no faults, latencies, limits, variants, requests
 *   - GET /_sim/sinks: {"sinks", "mail"}, what the receivers of notifications got (sink.h) */
#include <string.h>
#include <unistd.h>

#include "odata.h"
#include "seed.h"
#include "server.h"
#include "state_user.h"

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

static void state_get(struct sim *sim, struct sim_call *call)
{
    AUTO_JSON json_t *query = odata_query(call->query);
    const char *tenant_id = json_text(query, "tenant"), *user_id = json_text(query, "user");
    json_t *tenant = tenant_id ? sim_tenant(sim, tenant_id) : NULL, *user;

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
        user = state_deleted(tenant, user_id);
    if (!user) {
        call->status = 404;
        call->reply = json_make("{s:s}", "error", tenant ? "no such user" : "no such tenant");
        return;
    }
    call->reply = state_user(tenant, user);
}

void control_replace(struct sim *sim, json_t *state)
{
    json_decref(sim->state);
    sim->state = state;
    json_decref(sim->touched);
    sim->touched = json_object();
    if (!json_is_object(json_object_get(state, "operations")))
        json_put(state, "operations", json_object());
    sim_index(sim);
}

static void tenant_put(struct sim *sim, const char *tenant_id, struct sim_call *call)
{
    json_t *tenant = call->json;

    if (!json_is_object(json_object_get(tenant, "users")) ||
        strcmp(json_text_or(tenant, "id", ""), tenant_id) != 0) {
        bad(call, "a tenant is an object with its \"id\" and \"users\"");
        return;
    }
    json_put(json_object_get(sim->state, "tenants"), tenant_id, json_incref(tenant));
    sim_index_tenant(tenant);
    sim_touched(sim, tenant);
    sim_due(sim, 0);
    sim->server->saved_request = -1;
    call->status = 204;
}

static void state_put(struct sim *sim, struct sim_call *call)
{
    AUTO_JSON json_t *query = odata_query(call->query);

    if (json_text(query, "tenant")) {
        tenant_put(sim, json_text(query, "tenant"), call);
        return;
    }
    if (!json_is_object(json_object_get(call->json, "tenants"))) {
        bad(call, "the state is an object with \"tenants\"");
        return;
    }
    control_replace(sim, json_incref(call->json));
    sim->server->seeded = false;
    sim->server->saved_request = -1;
    call->status = 204;
}

/* RFC 7396: null takes a member away, an object is merged, anything else replaces. */
static void merge_patch(json_t *target, const json_t *patch)
{
    const char *key;
    json_t *value;

    json_object_foreach ((json_t *)patch, key, value) {
        if (json_is_null(value)) {
            json_object_del(target, key);
        } else if (json_is_object(value)) {
            if (!json_is_object(json_object_get(target, key)))
                json_put(target, key, json_object());
            merge_patch(json_object_get(target, key), value);
        } else {
            json_put(target, key, json_deep_copy(value));
        }
    }
}

/* The parts of a user lie in three objects of the tenant. */
static void patch_user(json_t *tenant, json_t *user, const json_t *patch)
{
    static const char *const parts[][2] = {{"user", "users"}, {"mailbox", "mailboxes"}, {"site", "sites"}};
    AUTO_FREE char *id = strdup(json_text_or(user, "id", ""));

    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++) {
        json_t *part = json_object_get(patch, parts[i][0]);

        if (!part)
            continue;
        AUTO_JSON json_t *one = json_make("{s:O}", id, part);

        merge_patch(json_object_get(tenant, parts[i][1]), one);
    }
    sim_index_user(tenant, id);
}

static void state_patch(struct sim *sim, struct sim_call *call)
{
    AUTO_JSON json_t *query = odata_query(call->query);
    const char *user_id = json_text(query, "user");
    json_t *tenant = sim_tenant(sim, json_text(query, "tenant"));
    json_t *user = user_id ? sim_user(tenant, user_id) : NULL;

    if (!tenant || (user_id && !user)) {
        call->status = 404;
        call->reply = json_make("{s:s}", "error", tenant ? "no such user" : "no such tenant");
        return;
    }
    if (!json_is_object(call->json)) {
        bad(call, "a merge patch is an object");
        return;
    }
    sim_touched(sim, tenant);
    if (user)
        patch_user(tenant, user, call->json);
    else
        merge_patch(tenant, call->json);
    if (!user)
        sim_index_tenant(tenant);
    sim_due(sim, 0);
    sim->server->saved_request = -1;
    call->status = 204;
}

static void requests_get(struct sim *sim, struct sim_call *call)
{
    AUTO_JSON json_t *query = odata_query(call->query);
    json_t *items = json_array(), *entry;
    bool undocumented = json_text(query, "undocumented") != NULL;
    const char *tenant = json_text(query, "tenant");
    int64_t since = 0;
    size_t i;

    if (json_text(query, "since") && !text_to_int(json_text(query, "since"), 0, INT64_MAX, &since)) {
        bad(call, "since is the id of a request");
        json_decref(items);
        return;
    }
    json_array_foreach (sim->server->requests, i, entry) {
        if (json_int(entry, "id", 0) > since && (!undocumented || json_flag(entry, "undocumented")) &&
            (!tenant || !strcmp(json_text_or(entry, "tenant", ""), tenant)))
            json_add(items, json_incref(entry));
    }
    call->reply = json_make("{s:o, s:I}", "items", items, "last_id", (json_int_t)sim->server->last_request);
}

static void requests_delete(struct sim *sim, struct sim_call *call)
{
    json_array_clear(sim->server->requests);
    call->status = 204;
}

static void requests_put(struct sim *sim, struct sim_call *call)
{
    sim->server->reply_bodies = json_flag(call->json, "replies");
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
    AUTO_JSON json_t *query = odata_query(call->query);
    const char *tenant = json_text(query, "tenant");

    for (size_t i = json_array_size(sim->server->faults); i-- > 0;)
        if (!tenant || !strcmp(json_text_or(json_array_get(sim->server->faults, i), "tenant", ""), tenant))
            json_array_remove(sim->server->faults, i);
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
    quota_clear(sim);
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
    call->reply = json_make("{s:I, s:I, s:I}", "conversion_ms", (json_int_t)sim->conversion_ms, "settle_ms",
                            (json_int_t)sim->settle_ms, "operation_ms", (json_int_t)sim->operation_ms);
}

static void timing_put(struct sim *sim, struct sim_call *call)
{
    sim->conversion_ms = json_int(call->json, "conversion_ms", sim->conversion_ms);
    sim->settle_ms = json_int(call->json, "settle_ms", sim->settle_ms);
    sim->operation_ms = json_int(call->json, "operation_ms", sim->operation_ms);
    timing_get(sim, call);
}

static const struct {
    const char *name, *what;
} variants[] = {
#define VARIANT(name, on, what) {#name, (what)},
#include "variants.def"
#undef VARIANT
};

static void variants_get(struct sim *sim, struct sim_call *call)
{
    call->reply = json_object();
    for (size_t i = 0; i < VARIANT_COUNT; i++)
        json_put(call->reply, variants[i].name,
                 json_make("{s:b, s:s}", "on", sim_variant(sim, (enum variant)i), "what", variants[i].what));
}

static void variants_put(struct sim *sim, struct sim_call *call)
{
    const char *name;
    json_t *value;

    json_object_foreach (call->json, name, value) {
        size_t i = 0;

        while (i < VARIANT_COUNT && strcmp(variants[i].name, name) != 0)
            i++;
        if (i == VARIANT_COUNT || !json_is_boolean(value)) {
            bad(call, "a variant has a name that GET shows, and is true or false");
            return;
        }
        if (sim_variant(sim, (enum variant)i) != json_is_true(value))
            sim->flipped[i] = !sim->flipped[i];
    }
    variants_get(sim, call);
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
    sim_due(sim, 0);
    clock_get(sim, call);
}

/* Only the tenants that were called are made anew: the large ones, which most tests leave alone, cost time.
 */
static bool reset_tenants(struct sim *sim)
{
    json_t *tenants = json_object_get(sim->state, "tenants"), *value;
    const char *id;

    if (!sim->server->seeded)
        return false;
    json_object_foreach (sim->touched, id, value) {
        json_t *tenant = seed_tenant(sim->server->seed, id);

        if (!tenant)
            return false;
        json_put(tenants, id, tenant);
        sim_index_tenant(tenant);
    }
    json_object_clear(json_object_get(sim->state, "operations"));
    json_object_del(sim->state, "token_lifetime_s");
    return true;
}

static void reset_post(struct sim *sim, struct sim_call *call)
{
    struct err err = {0};

    if (!reset_tenants(sim)) {
        json_t *state = seed_make(sim->server->seed, &err);

        if (!state) {
            bad(call, err.message);
            return;
        }
        control_replace(sim, state);
    }
    json_object_clear(sim->touched);
    sim_due(sim, 0);
    sim->clock_offset_ms = sim->consistency_ms = 0;
    memset(sim->flipped, 0, sizeof sim->flipped);
    sim->server->seeded = true;
    sim->server->reply_bodies = false;
    sim->server->saved_request = -1;
    json_array_clear(sim->server->faults);
    json_array_clear(sim->server->requests);
    json_object_clear(sim->server->latency);
    json_object_clear(sim->server->limits);
    quota_clear(sim);
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
    const json_t *sinks = json_object_get(sim->state, "sinks"), *mail = json_object_get(sim->state, "mail");

    call->reply = json_make("{s:o, s:o}", "sinks", sinks ? json_deep_copy(sinks) : json_null(), "mail",
                            mail ? json_deep_copy(mail) : json_null());
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
    {"PATCH", "/_sim/state", state_patch},
    {"GET", "/_sim/requests", requests_get},
    {"PUT", "/_sim/requests", requests_put},
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
    {"GET", "/_sim/variants", variants_get},
    {"PUT", "/_sim/variants", variants_put},
    {"GET", "/_sim/clock", clock_get},
    {"POST", "/_sim/clock", clock_post},
    {"POST", "/_sim/reset", reset_post},
};

void control_handle(struct sim *sim, struct sim_call *call)
{
    bool path_known = false;

    WITH_LOCK(&sim->lock);
    sim_settle(sim);
    for (size_t i = 0; i < sizeof routes / sizeof *routes; i++) {
        if (strcmp(call->path, routes[i].path) != 0)
            continue;
        path_known = true;
        if (strcmp(call->method, routes[i].method) != 0)
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
        if (sim->server->last_write == sim->server->saved_request)
            return true;
        sim->server->saved_request = sim->server->last_write;
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
