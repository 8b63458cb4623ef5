/* Probes, metrics, the nodes, the description of the API, the catalogue. */
#include <string.h>

#include "api/call.h"
#include "api/live.h"
#include "model/catalogue.h"

bool catalog_get(struct call *call, struct err *err)
{
    (void)err;
    return call_json(call, 200, call_keep(call, catalogue_json()));
}

bool openapi_get(struct call *call, struct err *err)
{
    (void)err;
    call->reply.status = 200;
    call->reply.content_type = "application/json";
    call->reply.body = embedded_openapi.data;
    call->reply.length = embedded_openapi.size;
    return true;
}

/* Is the process alive? Depends on nothing, so that a broken store does not get us killed. */
bool healthz_get(struct call *call, struct err *err)
{
    (void)err;
    return call_json(call, 200,
                     call_keep(call, json_make("{s:s, s:s}", "status", "ok", "version", LASTDAY_VERSION)));
}

static bool add_check(json_t *checks, const char *name, bool ok, const char *code, const char *message)
{
    json_t *check = json_object();
    json_put_text(check, "name", name);
    json_put(check, "ok", json_boolean(ok));
    json_put_text(check, "code", ok ? "ok" : code);
    json_put_text(check, "message", message);
    json_add(checks, check);
    return ok;
}

bool readyz_get(struct call *call, struct err *err)
{
    struct err problem = {0};
    json_t *checks = json_array();
    json_t *answer = call_keep(call, json_object());
    (void)err;
    bool stored = store_ready(call->api->context.store, &problem);
    bool ready =
        add_check(checks, "store", stored, problem.code, stored ? "readable and writable" : problem.message);
    bool staying = !call->api->draining;
    ready =
        add_check(checks, "server", staying, "stopping", staying ? "taking requests" : "stopping") && ready;
    json_put_text(answer, "status", ready ? "ready" : "not_ready");
    json_put(answer, "checks", checks);
    return call_json(call, ready ? 200 : 503, answer);
}

bool nodes_get(struct call *call, struct err *err)
{
    const struct api_context *context = &call->api->context;
    AUTO_TX struct tx *tx = store_begin_read(context->store, err);
    json_t *list = tx ? nodes_list(tx, context->self, clock_utc_ms(context->clock), err) : NULL;
    return list && call_list(call, list, NULL);
}

static struct metrics_route name_route(size_t index)
{
    if (index >= route_count())
        return (struct metrics_route){"", "other"};
    return (struct metrics_route){route_at(index)->method, route_at(index)->path};
}

/* Gauges that the store counts: number, label value, and a task or null. */
static const struct gauge {
    const char *name, *help, *label, *sql;
} gauges[] = {
    {"lastday_offboardings", "Offboardings by status.", "status",
     "SELECT count(*), status, NULL FROM offboardings GROUP BY status ORDER BY status"},
    /* The join in this order, so that what ended long ago is not read (CROSS JOIN keeps SQLite to it). */
    {"lastday_tasks", "Tasks of unfinished offboardings by status.", "status",
     "SELECT count(*), t.status, t.task FROM offboardings o CROSS JOIN tasks t WHERE o.unfinished = 1 AND "
     "t.offboarding_id = o.id GROUP BY t.status, t.task ORDER BY t.task, t.status"},
    {"lastday_deliveries", "Notifications of the last 90 days by status.", "status",
     "SELECT count(*), status, NULL FROM deliveries GROUP BY status ORDER BY status"},
    {"lastday_tenants", "Tenants by what the last look at their health found.", "health",
     "SELECT count(*), CASE WHEN d.tenant_id IS NOT NULL THEN 'disconnected' ELSE COALESCE(h.status, "
     "'unknown') END, NULL FROM tenants t LEFT JOIN disconnected_tenants d ON d.tenant_id = t.id LEFT JOIN "
     "tenant_health h "
     "ON h.tenant_id = t.id GROUP BY 2 ORDER BY 2"},
};

static bool write_gauge(struct tx *tx, struct strbuf *buf, const struct gauge *gauge, struct err *err)
{
    AUTO_ROWS struct rows *rows = tx_query(tx, err, gauge->sql);
    metrics_head(buf, gauge->name, "gauge", gauge->help);
    while (rows && rows_next(rows)) {
        if (row_text(rows, 2))
            metrics_sample(buf, gauge->name, row_int(rows, 0), gauge->label, row_text(rows, 1), "task",
                           row_text(rows, 2), NULL);
        else
            metrics_sample(buf, gauge->name, row_int(rows, 0), gauge->label, row_text(rows, 1), NULL);
    }
    return rows && !rows_failed(rows, err);
}

/* Counts alone: no tenant becomes a label. */
static void write_load(struct m365 *m365, struct strbuf *buf)
{
    struct m365_load load[M365_SERVICES];
    m365_load(m365, NULL, load);
    metrics_head(buf, "lastday_upstream_throttled", "gauge",
                 "Lanes of tenants that wait because Microsoft 365 asked to.");
    for (size_t i = 0; i < M365_SERVICES; i++)
        metrics_sample(buf, "lastday_upstream_throttled", (int64_t)load[i].throttled, "service",
                       load[i].service, NULL);
    metrics_head(buf, "lastday_upstream_broken", "gauge",
                 "Lanes of tenants that are left alone because nothing answers.");
    for (size_t i = 0; i < M365_SERVICES; i++)
        metrics_sample(buf, "lastday_upstream_broken", (int64_t)load[i].broken, "service", load[i].service,
                       NULL);
    metrics_head(buf, "lastday_upstream_waiting", "gauge", "Calls that wait for a lane, a limit or a place.");
    for (size_t i = 0; i < M365_SERVICES; i++)
        metrics_sample(buf, "lastday_upstream_waiting", (int64_t)load[i].waiting, "service", load[i].service,
                       NULL);
    metrics_head(buf, "lastday_tenants_disconnected", "gauge",
                 "Tenants that cannot be signed in to until a person has repaired that.");
    metrics_sample(buf, "lastday_tenants_disconnected", (int64_t)m365_disconnected(m365), NULL);
}

static void write_scanner(const struct scanner *scanner, struct strbuf *buf)
{
    const struct scanner_counts counts = scanner_counts(scanner);
    const struct {
        const char *name, *type, *help;
        int64_t value;
    } families[] = {
        {"lastday_index_tenants_scanned_now", "gauge", "Tenants whose mailboxes are looked at just now.",
         counts.steps},
        {"lastday_index_mailboxes_total", "counter", "Mailboxes looked at for the permission index.",
         counts.mailboxes},
        {"lastday_index_passes_total", "counter",
         "Passes over all mailboxes of a tenant that were completed.", counts.passes},
        {"lastday_index_throttled_total", "counter", "Scans that Microsoft 365 asked to wait.",
         counts.throttled},
        {"lastday_index_failures_total", "counter", "Scans that broke off for another reason.",
         counts.failures},
    };
    for (size_t i = 0; i < sizeof families / sizeof *families; i++) {
        metrics_head(buf, families[i].name, families[i].type, families[i].help);
        metrics_sample(buf, families[i].name, families[i].value, NULL);
    }
}

bool metrics_get(struct call *call, struct err *err)
{
    AUTO_STRBUF struct strbuf buf = STRBUF_MAX(1024 * 1024);
    AUTO_TX struct tx *tx = store_begin_read(call->api->context.store, err);
    if (!tx)
        return false;
    metrics_write(call->api->metrics, &buf, name_route);
    if (call->api->context.m365)
        write_load(call->api->context.m365, &buf);
    metrics_head(&buf, "lastday_event_streams", "gauge", "Open event streams.");
    metrics_sample(&buf, "lastday_event_streams", (int64_t)live_count(call->api->live), NULL);
    if (call->api->context.scanner)
        write_scanner(call->api->context.scanner, &buf);
    for (size_t i = 0; i < sizeof gauges / sizeof *gauges; i++)
        if (!write_gauge(tx, &buf, &gauges[i], err))
            return false;
    call->reply.status = 200;
    call->reply.content_type = "text/plain; version=0.0.4; charset=utf-8";
    call->reply.body = arena_text_n(call->arena, strbuf_text(&buf), buf.length);
    call->reply.length = buf.length;
    return true;
}
