#include "connector/cost.h"

#include <glib.h>
#include <string.h>

static const struct {
    const char *method;
    const char *path;
    enum lane_id lane;
    uint32_t units;
} costs[] = {
#define COST(method, path, lane, units) {method, path, LANE_##lane, units},
#include "connector/cost.def"
#undef COST
};

/* --- paths --- */

static size_t segment_length(const char *path)
{
    return strcspn(path, "/?");
}

static bool equal_nocase(const char *a, const char *b, size_t length)
{
    return g_ascii_strncasecmp(a, b, length) == 0;
}

/* Both begin with a slash. Graph tells the segments of a path without regard to case. */
static bool fits(const char *pattern, const char *path)
{
    while (*pattern == '/') {
        pattern++;
        if (strcmp(pattern, "**") == 0)
            return true;
        if (*path != '/')
            return false;
        path++;
        size_t wanted = segment_length(pattern), length = segment_length(path);
        bool any = wanted == 1 && *pattern == '*';
        if (length == 0 || (!any && (wanted != length || !equal_nocase(pattern, path, length))))
            return false;
        pattern += wanted;
        path += length;
    }
    return *path == '\0' || *path == '?';
}

static bool has_option(const char *path, const char *name)
{
    const char *query = strchr(path, '?');
    size_t length = strlen(name);
    for (const char *part = query; part; part = strchr(part, '&')) {
        part++;
        if (equal_nocase(part, name, length) && part[length] == '=')
            return true;
    }
    return false;
}

/* "$top=5" */
static bool is_short_page(const char *path)
{
    const char *top = strstr(path, "$top=");
    return top && g_ascii_strtoull(top + strlen("$top="), NULL, 10) < 20;
}

static uint32_t directory_units(uint32_t base, const char *path)
{
    int units = (int)base - has_option(path, "$select") + has_option(path, "$expand") - is_short_page(path);
    return units < 1 ? 1 : (uint32_t)units;
}

/* --- mailboxes --- */

/* counted: as a call of Graph, each of which takes a place; but the gateway of a batch keeps to four. */
static void add_mailbox(struct lane_need *need, const char *text, size_t length, bool counted)
{
    char name[sizeof need->mailboxes[0].name];
    size_t i = 0;
    length = length < sizeof name ? length : sizeof name - 1;
    for (size_t c = 0; c < length; c++)
        name[c] = g_ascii_tolower(text[c]);
    name[length] = '\0';
    while (i < need->mailbox_count && strcmp(need->mailboxes[i].name, name) != 0)
        i++;
    if (i == LANE_NEED_MAILBOXES_MAX)
        return;
    if (i == need->mailbox_count)
        memcpy(need->mailboxes[need->mailbox_count++].name, name, length + 1);
    unsigned calls = need->mailboxes[i].calls += counted;
    need->mailboxes[i].places = !counted ? 1 : calls < LANE_MAILBOX_PLACES ? calls : LANE_MAILBOX_PLACES;
}

/* "/users/{id}/events" */
static void add_graph_mailbox(struct lane_need *need, const char *path)
{
    const char *user = strchr(path + 1, '/');
    if (user)
        add_mailbox(need, user + 1, segment_length(user + 1), true);
}

/* "ann@contoso.com:\Calendar" and "{mailbox}\{rule}" begin with the mailbox. */
static void add_cmdlet_mailbox(struct lane_need *need, const json_t *params)
{
    const char *mailbox = json_text(params, "Mailbox");
    if (!mailbox)
        mailbox = json_text(params, "Identity");
    if (mailbox)
        add_mailbox(need, mailbox, strcspn(mailbox, ":\\"), false);
}

/* --- costs --- */

static void go_through(struct lane_need *need, enum lane_id lane, bool reads)
{
    need->place = lane;
    need->through |= LANE_BIT(lane);
    need->writes = need->writes || !reads;
}

static void draw(struct lane_need *need, enum lane_id lane, uint32_t units, bool reads)
{
    switch (lane) {
    case LANE_DIRECTORY:
        need->draws[LIMIT_DIRECTORY_UNITS] += units;
        need->draws[LIMIT_DIRECTORY_UNITS_APP] += units;
        need->draws[LIMIT_DIRECTORY_WRITES] += !reads;
        need->draws[LIMIT_DIRECTORY_WRITES_APP] += !reads;
        break;
    case LANE_TEAMS:
        need->draws[LIMIT_TEAMS_CALLS] += units;
        break;
    case LANE_REPORTS:
        need->draws[LIMIT_REPORT_CALLS] += units;
        break;
    case LANE_SHAREPOINT:
        need->draws[LIMIT_SHAREPOINT_UNITS] += units;
        need->draws[LIMIT_SHAREPOINT_UNITS_DAY] += units;
        break;
    default: /* OUTLOOK counts by mailbox; for the others there is no figure */
        break;
    }
}

static size_t row_of(const char *method, const char *path)
{
    size_t i = 0;
    while ((costs[i].method && strcmp(costs[i].method, method) != 0) || !fits(costs[i].path, path))
        i++; /* the last row fits everything */
    return i;
}

enum lane_id cost_lane(const char *method, const char *path)
{
    return costs[row_of(method, path)].lane;
}

void cost_graph(struct lane_need *need, const char *method, const char *path, bool part)
{
    bool reads = strcmp(method, "GET") == 0;
    size_t row = row_of(method, path);
    enum lane_id lane = costs[row].lane;
    uint32_t units = costs[row].units;
    go_through(need, lane, reads);
    if (part)
        need->place = LANE_DIRECTORY;
    need->draws[LIMIT_GRAPH_CALLS]++;
    draw(need, lane, lane == LANE_DIRECTORY ? directory_units(units, path) : units, reads);
    if (lane == LANE_OUTLOOK)
        add_graph_mailbox(need, path);
}

void cost_exchange(struct lane_need *need, const json_t *params, bool reads)
{
    go_through(need, LANE_EXCHANGE, reads);
    add_cmdlet_mailbox(need, params);
}

void cost_sharepoint(struct lane_need *need, bool reads)
{
    go_through(need, LANE_SHAREPOINT, reads);
    draw(need, LANE_SHAREPOINT, 5, reads);
}

void cost_login(struct lane_need *need)
{
    go_through(need, LANE_LOGIN, true);
}
