/* GET /tenants/{id}/health: does the application get a token in the tenant, and what is it permitted there?
 * The last answer is kept, and given again while it is young. When offboardings have found the tenant
 * disconnected, an answer from before that counts no more; and a look that gets through lets them go on. */
#include <string.h>

#include "api/visible.h"
#include "connector/graph.h"
#include "journal/disconnected.h"
#include "plan/plan.h"

enum { MAX_AGE_DEFAULT_S = 300, MAX_AGE_MOST_S = 30 * 86400 };
#define PATIENCE_MS 1000

/* What a tenant's health is called. */
static const char ok_status[] = "ok", limited[] = "limited", disconnected[] = "disconnected",
                  unreachable[] = "unreachable";

static const struct {
    const char *name;
    enum m365_service service;
} resources[RESOURCE_COUNT] = {[RESOURCE_GRAPH] = {"graph", M365_GRAPH},
                               [RESOURCE_EXCHANGE] = {"exchange", M365_EXCHANGE},
                               [RESOURCE_SHAREPOINT] = {"sharepoint", M365_SHAREPOINT}};

/* The address of the tenant's root site, whose token shows the permissions on SharePoint; NULL when it cannot
 * be told. */
static const char *root_site(struct call *call, const struct m365_target *target)
{
    AUTO_GRAPH_REPLY struct graph_reply reply = {0};
    if (!graph_call(call->api->context.m365, target, "GET", "/sites/root?$select=webUrl", NULL, false, &reply,
                    NULL))
        return NULL;
    return arena_text(call->arena, json_text(reply.body, "webUrl"));
}

/* For each resource the permissions that its token shows; JSON null where it does not tell. */
static void read_granted(struct call *call, const struct m365_target *target, json_t *granted[RESOURCE_COUNT])
{
    struct m365 *m365 = call->api->context.m365;
    const char *site = m365_secret_only(m365) ? NULL : root_site(call, target);
    for (int i = 0; i < RESOURCE_COUNT; i++) {
        json_t *held = m365_granted(m365, target, resources[i].service, site, NULL);
        granted[i] = call_keep(call, held ? held : json_null());
    }
}

/* true, false, or null: it cannot be told. */
static json_t *is_granted(const struct m365 *m365, const struct app_permission *row, const json_t *granted)
{
    if (row->resource == RESOURCE_SHAREPOINT && m365_secret_only(m365))
        return json_false(); /* SharePoint takes no application without a certificate */
    return json_is_array(granted) ? json_boolean(plan_is_granted(granted, row->any)) : json_null();
}

static json_t *find_row(json_t *list, const char *resource, const char *any)
{
    size_t i;
    json_t *row;
    json_array_foreach (list, i, row)
        if (strcmp(json_text(row, "resource"), resource) == 0 && strcmp(json_text(row, "any"), any) == 0)
            return row;
    return NULL;
}

/* One row for each permission, with the tasks that need it. *ret_missing: one is surely missing. */
static json_t *permissions(struct call *call, json_t *const granted[RESOURCE_COUNT], bool *ret_missing)
{
    size_t count;
    const struct app_permission *rows = catalogue_permissions(&count);
    json_t *list = json_array();
    *ret_missing = false;
    for (size_t i = 0; i < count; i++) {
        const char *resource = resources[rows[i].resource].name;
        json_t *row = find_row(list, resource, rows[i].any);
        if (!row) {
            row =
                json_make("{s:s, s:s, s:o, s:[]}", "resource", resource, "any", rows[i].any, "granted",
                          is_granted(call->api->context.m365, &rows[i], granted[rows[i].resource]), "tasks");
            *ret_missing = *ret_missing || json_is_false(json_object_get(row, "granted"));
            json_add(list, row);
        }
        json_add(json_object_get(row, "tasks"), json_text_new(task_info(rows[i].task)->id));
    }
    return list;
}

static json_t *token_json(bool good, const struct err *err)
{
    json_t *token = json_make("{s:b}", "ok", good);
    json_put_text(token, "code", good ? NULL : err->code);
    return json_put_text(token, "message", good ? NULL : err->message);
}

/* Asks now. *ret_status is borrowed. */
static json_t *look(struct call *call, const char *tenant_id, int64_t now, const char **ret_status)
{
    struct m365 *m365 = call->api->context.m365;
    const struct m365_target target = {.tenant_id = tenant_id, .patience_ms = PATIENCE_MS};
    struct err err = {0};
    bool good = m365_connect(m365, &target, &err), missing = false;
    json_t *result = json_object(), *granted[RESOURCE_COUNT], *rows = json_array();
    if (good) {
        json_decref(rows);
        read_granted(call, &target, granted);
        rows = permissions(call, granted, &missing);
    }
    *ret_status = good                         ? missing ? limited : ok_status
                  : m365_is_disconnected(&err) ? disconnected
                                               : unreachable;
    json_put_text(result, "status", *ret_status);
    json_put_time(result, "checked_at", now);
    json_put_text(result, "acts_as", m365_is_delegated(m365) ? "partner_user" : "application");
    json_put(result, "token", token_json(good, &err));
    return json_put(result, "permissions", rows);
}

static int64_t query_max_age_ms(struct call *call)
{
    const char *text = call_query(call, "max_age", 20);
    int64_t seconds = MAX_AGE_DEFAULT_S;
    if (text && !text_to_int(text, 0, MAX_AGE_MOST_S, &seconds))
        input_bad(&call->input, "?max_age", "out_of_range",
                  "max_age must be a number of seconds from 0 to %d.", MAX_AGE_MOST_S);
    return seconds * 1000;
}

static bool read_last(struct call *call, const char *tenant_id, int64_t *ret_at, json_t **ret,
                      struct err *err)
{
    json_t *result = NULL;
    AUTO_TX struct tx *tx = store_begin_read(call->api->context.store, err);
    bool good = tx && tenant_health_load(tx, tenant_id, ret_at, &result, err);
    *ret = call_keep(call, result);
    return good;
}

static bool answer(struct call *call, json_t *result, int64_t since)
{
    json_put_time(result, "disconnected_since", since);
    return call_json(call, 200, result);
}

/* Keeps what was found. *since becomes 0 when it can be signed in to again. */
static bool keep(struct call *call, const char *tenant_id, const char *status, int64_t now,
                 const json_t *result, int64_t *since, struct err *err)
{
    const struct api_context *context = &call->api->context;
    bool mended = *since && (status == ok_status || status == limited);
    AUTO_TX struct tx *tx = store_begin(context->store, err);
    if (!tx || (mended && !disconnected_mended(tx, tenant_id, now, err)) ||
        !tenant_health_store(tx, tenant_id, status, now, result, err) || !tx_commit(&tx, err))
        return false;
    if (mended) {
        *since = 0;
        if (context->wake_engine)
            context->wake_engine(context->wake_ctx);
    }
    return true;
}

bool tenant_health_get(struct call *call, struct err *err)
{
    const struct api_context *context = &call->api->context;
    AUTO_TENANT struct tenant tenant = {0};
    int64_t max_age_ms = query_max_age_ms(call), now = clock_utc_ms(context->clock), at;
    json_t *last;
    const char *status;
    if (!input_verdict(&call->input, err) || !visible_tenant(call, call->params[0], &tenant, err) ||
        !read_last(call, tenant.id, &at, &last, err))
        return false;
    int64_t since = tenant.disconnected.since;
    if (json_is_object(last) && at >= since && now - at < max_age_ms)
        return answer(call, last, since);
    if (max_age_ms == 0 || since)
        m365_forget(context->m365, tenant.id); /* a consent that was renewed shows in a new token alone */
    json_t *result = call_keep(call, look(call, tenant.id, now, &status));
    return keep(call, tenant.id, status, now, result, &since, err) && answer(call, result, since);
}
