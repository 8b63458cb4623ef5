#include "connector/throttle.h"

#include <glib.h>
#include <string.h>

#include "base/clock.h"

#define WAIT_MAX_S 86400
#define PART_HEADERS_MAX (16u * 1024)
#define USED_EARLY 0.8
#define DIRECTORY_WINDOW_MS 10000 /* of the resource units that the percentage speaks of */

bool throttle_refuses(int status)
{
    return status == 429 || status == 503 || status == 509;
}

/* Absent or senseless: 0. */
static int64_t number_header(const struct wire_reply *reply, const char *name)
{
    char text[64];
    int64_t number;
    if (wire_header(reply, name, text, sizeof text) && text_to_int(text, 0, INT64_MAX, &number))
        return number;
    return 0;
}

static int64_t seconds_header(const struct wire_reply *reply, const char *name)
{
    int64_t seconds = number_header(reply, name);
    return (seconds < WAIT_MAX_S ? seconds : WAIT_MAX_S) * 1000;
}

static int64_t until(int64_t at, int64_t now)
{
    int64_t wait = at > now ? at - now : 0;
    return wait < WAIT_MAX_S * 1000 ? wait : WAIT_MAX_S * 1000;
}

static int64_t longer(int64_t a, int64_t b)
{
    return a > b ? a : b;
}

/* When the window of Exchange or SharePoint ends; 0 when it does not say. */
static int64_t reset_ms(const struct wire_reply *reply, int64_t now)
{
    char text[64];
    int64_t at;
    if (wire_header(reply, "rate-limit-reset", text, sizeof text) && time_parse(text, &at))
        return until(at, now);
    return seconds_header(reply, "ratelimit-reset");
}

/* What remains until the reset, spread over that time. */
static int64_t space_by_rest(const struct wire_reply *reply, const char *limit_name, const char *rest_name,
                             int64_t window_left_ms)
{
    char text[64];
    int64_t limit = number_header(reply, limit_name), rest;
    if (limit == 0 || !wire_header(reply, rest_name, text, sizeof text) ||
        !text_to_int(text, 0, limit, &rest))
        return 0;
    return rest * 5 < limit ? window_left_ms / (rest + 1) : 0;
}

static int64_t space_by_share(const struct wire_reply *reply)
{
    char text[64], *end;
    if (!wire_header(reply, "x-ms-throttle-limit-percentage", text, sizeof text))
        return 0;
    double used = g_ascii_strtod(text, &end);
    if (end == text || !(used > USED_EARLY))
        return 0;
    return (int64_t)(((used < 2 ? used : 2) - USED_EARLY) * DIRECTORY_WINDOW_MS);
}

/* "Tenant_Application/Write/{application}/{tenant}" */
static void read_scope(const struct wire_reply *reply, struct throttle *ret)
{
    char scope[200];
    if (!wire_header(reply, "x-ms-throttle-scope", scope, sizeof scope))
        return;
    ret->all_tenants = text_starts_nocase(scope, "Application/");
    const char *slash = strchr(scope, '/');
    ret->writes_only = slash && text_starts_nocase(slash, "/Write/");
}

struct throttle throttle_read(const struct wire_reply *reply, int64_t now_utc_ms)
{
    struct throttle throttle = {0};
    int64_t now, at;
    if (!wire_header_date(reply, "date", &now)) /* the server's clock counts, not ours */
        now = now_utc_ms;
    int64_t window_left_ms = reset_ms(reply, now);
    if (reply->status / 100 == 2) {
        throttle.space_ms =
            longer(space_by_share(reply),
                   longer(space_by_rest(reply, "ratelimit-limit", "ratelimit-remaining", window_left_ms),
                          space_by_rest(reply, "rate-limit-limit", "rate-limit-remaining", window_left_ms)));
        return throttle;
    }
    throttle.wait_ms = seconds_header(reply, "retry-after");
    if (!throttle.wait_ms && wire_header_date(reply, "retry-after", &at))
        throttle.wait_ms = until(at, now);
    if (throttle_refuses(reply->status)) {
        throttle.wait_ms = longer(throttle.wait_ms, window_left_ms);
        read_scope(reply, &throttle);
    }
    return throttle;
}

char *throttle_part_headers(const json_t *headers, const struct wire_reply *envelope)
{
    AUTO_STRBUF struct strbuf text = STRBUF_MAX(PART_HEADERS_MAX);
    char date[64];
    const char *key;
    json_t *value;
    bool dated = false;
    json_object_foreach ((json_t *)headers, key, value) {
        const char *line = json_string_value(value);
        if (!line || strpbrk(line, "\r\n") || strpbrk(key, "\r\n:"))
            continue;
        char *name = g_ascii_strdown(key, -1);
        dated = dated || strcmp(name, "date") == 0;
        strbuf_printf(&text, "%s: %s\n", name, line);
        g_free(name);
    }
    if (!dated && wire_header(envelope, "date", date, sizeof date))
        strbuf_printf(&text, "date: %s\n", date);
    return strbuf_take(&text);
}
