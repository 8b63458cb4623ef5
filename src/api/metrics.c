#include "api/metrics.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>

enum { STATUS_FIRST = 100, STATUS_COUNT = 500 };

struct route_counts {
    _Atomic uint64_t by_status[STATUS_COUNT];
    _Atomic uint64_t duration_ms;
};

struct metrics {
    size_t route_count;
    struct route_counts routes[];
};

struct metrics *metrics_new(size_t route_count)
{
    struct metrics *metrics = calloc(1, sizeof *metrics + (route_count + 1) * sizeof metrics->routes[0]);
    if (!metrics)
        abort();
    metrics->route_count = route_count;
    return metrics;
}

void metrics_free(struct metrics *metrics)
{
    free(metrics);
}

void metrics_request(struct metrics *metrics, size_t route, int status, int64_t duration_ms)
{
    if (route > metrics->route_count || status < STATUS_FIRST || status >= STATUS_FIRST + STATUS_COUNT)
        return;
    struct route_counts *counts = &metrics->routes[route];
    counts->by_status[status - STATUS_FIRST]++;
    counts->duration_ms += duration_ms > 0 ? (uint64_t)duration_ms : 0;
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

void metrics_write(const struct metrics *metrics, struct strbuf *buf,
                   struct metrics_route (*name_of)(size_t route))
{
    metrics_head(buf, "lastday_http_requests_total", "counter", "Requests answered.");
    for (size_t i = 0; i <= metrics->route_count; i++)
        for (int status = 0; status < STATUS_COUNT; status++) {
            uint64_t count = metrics->routes[i].by_status[status];
            char text[8];
            snprintf(text, sizeof text, "%d", STATUS_FIRST + status);
            if (count)
                metrics_sample(buf, "lastday_http_requests_total", (int64_t)count, "method",
                               name_of(i).method, "route", name_of(i).path, "status", text, NULL);
        }
    metrics_head(buf, "lastday_http_request_milliseconds_total", "counter", "Time spent on answering.");
    for (size_t i = 0; i <= metrics->route_count; i++) {
        uint64_t spent = metrics->routes[i].duration_ms;
        if (spent)
            metrics_sample(buf, "lastday_http_request_milliseconds_total", (int64_t)spent, "method",
                           name_of(i).method, "route", name_of(i).path, NULL);
    }
}
