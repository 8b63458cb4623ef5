#include "api/metrics.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"

enum { STATUS_COUNT = 600 };

static const char *const services[] = {"login", "graph", "exchange", "sharepoint", "other"};
#define SERVICE_COUNT (sizeof services / sizeof services[0])

struct counts {
    _Atomic uint64_t by_status[STATUS_COUNT];
    _Atomic uint64_t duration_ms;
};

struct metrics {
    struct counts routes[METRICS_ROUTES_MAX + 1];
    struct counts services[SERVICE_COUNT];
    _Atomic uint64_t sign_ins[2][2]; /* by method and result */
};

struct metrics *metrics_new(void)
{
    return must(calloc(1, sizeof(struct metrics)));
}

void metrics_free(struct metrics *metrics)
{
    free(metrics);
}

static void count(struct counts *counts, int status, int64_t duration_ms)
{
    if (status < 0 || status >= STATUS_COUNT)
        return;
    counts->by_status[status]++;
    counts->duration_ms += duration_ms > 0 ? (uint64_t)duration_ms : 0;
}

void metrics_request(struct metrics *metrics, size_t route, int status, int64_t duration_ms)
{
    if (route <= METRICS_ROUTES_MAX)
        count(&metrics->routes[route], status, duration_ms);
}

void metrics_upstream(void *arg, const char *service, const char *method, int status, int64_t duration_ms)
{
    struct metrics *metrics = arg;
    size_t i = 0;
    (void)method;
    while (i < SERVICE_COUNT - 1 && strcmp(services[i], service) != 0)
        i++;
    count(&metrics->services[i], status, duration_ms);
}

void metrics_sign_in(struct metrics *metrics, bool oidc, bool good)
{
    metrics->sign_ins[oidc][good]++;
}

void metrics_head(struct strbuf *buf, const char *name, const char *type, const char *help)
{
    strbuf_printf(buf, "# HELP %s %s\n# TYPE %s %s\n", name, help, name, type);
}

void metrics_sample(struct strbuf *buf, const char *name, int64_t value, ...)
{
    va_list labels;
    const char *separator = "{";
    strbuf_text_add(buf, name);
    va_start(labels, value);
    for (const char *label; (label = va_arg(labels, const char *));) {
        strbuf_printf(buf, "%s%s=\"", separator, label);
        for (const char *c = va_arg(labels, const char *); *c; c++) {
            if (*c == '\\' || *c == '"')
                strbuf_char(buf, '\\');
            if (*c == '\n')
                strbuf_text_add(buf, "\\n");
            else
                strbuf_char(buf, *c);
        }
        strbuf_char(buf, '"');
        separator = ",";
    }
    va_end(labels);
    strbuf_printf(buf, "%s %" PRId64 "\n", *separator == ',' ? "}" : "", value);
}

static const char *status_text(int status, char text[8])
{
    snprintf(text, 8, "%d", status);
    return status ? text : "none";
}

static void write_routes(const struct metrics *metrics, struct strbuf *buf,
                         struct metrics_route (*name_of)(size_t route))
{
    char text[8];
    metrics_head(buf, "lastday_http_requests_total", "counter", "Requests answered.");
    for (size_t i = 0; i <= METRICS_ROUTES_MAX; i++)
        for (int status = 0; status < STATUS_COUNT; status++)
            if (metrics->routes[i].by_status[status])
                metrics_sample(buf, "lastday_http_requests_total",
                               (int64_t)metrics->routes[i].by_status[status], "method", name_of(i).method,
                               "route", name_of(i).path, "status", status_text(status, text), NULL);
    metrics_head(buf, "lastday_http_request_milliseconds_total", "counter", "Time spent on answering.");
    for (size_t i = 0; i <= METRICS_ROUTES_MAX; i++)
        if (metrics->routes[i].duration_ms)
            metrics_sample(buf, "lastday_http_request_milliseconds_total",
                           (int64_t)metrics->routes[i].duration_ms, "method", name_of(i).method, "route",
                           name_of(i).path, NULL);
}

static void write_services(const struct metrics *metrics, struct strbuf *buf)
{
    char text[8];
    metrics_head(buf, "lastday_upstream_calls_total", "counter", "Calls to Microsoft 365.");
    for (size_t i = 0; i < SERVICE_COUNT; i++)
        for (int status = 0; status < STATUS_COUNT; status++)
            if (metrics->services[i].by_status[status])
                metrics_sample(buf, "lastday_upstream_calls_total",
                               (int64_t)metrics->services[i].by_status[status], "service", services[i],
                               "status", status_text(status, text), NULL);
    metrics_head(buf, "lastday_upstream_milliseconds_total", "counter", "Time spent on waiting for them.");
    for (size_t i = 0; i < SERVICE_COUNT; i++)
        if (metrics->services[i].duration_ms)
            metrics_sample(buf, "lastday_upstream_milliseconds_total",
                           (int64_t)metrics->services[i].duration_ms, "service", services[i], NULL);
}

static void write_sign_ins(const struct metrics *metrics, struct strbuf *buf)
{
    static const char *const methods[] = {"password", "oidc"}, *const results[] = {"refused", "good"};
    metrics_head(buf, "lastday_sign_ins_total", "counter", "People who came in or were refused.");
    for (size_t method = 0; method < 2; method++)
        for (size_t result = 0; result < 2; result++)
            metrics_sample(buf, "lastday_sign_ins_total", (int64_t)metrics->sign_ins[method][result],
                           "method", methods[method], "result", results[result], NULL);
}

void metrics_write(const struct metrics *metrics, struct strbuf *buf,
                   struct metrics_route (*name_of)(size_t route))
{
    write_routes(metrics, buf, name_of);
    write_sign_ins(metrics, buf);
    write_services(metrics, buf);
}
