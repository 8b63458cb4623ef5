#include "notify/format.h"

#include <string.h>

#include "notify/message.h"

static const struct format formats[] = {
    {"generic", 20000, format_generic}, /* Standard Webhooks advises less than 20 KB */
    {"teams", 27 * 1024, format_teams}, /* about 28 KB are refused with 413 */
    {"slack", 40000, format_slack},     {"discord", 40000, format_discord}, {"cipp", 64 * 1024, format_cipp},
};

static const struct detail details[] = {
    {.problems = 40, .problem_units = 500, .value_units = 1000, .tasks = true},
    {.problems = 15, .problem_units = 300, .value_units = 500, .tasks = true},
    {.problems = 8, .problem_units = 200, .value_units = 200, .tasks = false},
    {.problems = 0, .problem_units = 0, .value_units = 100, .tasks = false},
};

const struct format *format_find(const char *name)
{
    for (size_t i = 0; name && i < sizeof formats / sizeof *formats; i++)
        if (strcmp(formats[i].name, name) == 0)
            return &formats[i];
    return NULL;
}

/* Does the host of the address end with that? */
static bool host_ends(const char *url, const char *tail)
{
    const char *start = strstr(url, "://");
    size_t length = start ? strcspn(start + 3, "/?#:") : 0, wanted = strlen(tail);
    return length >= wanted && strncasecmp(start + 3 + length - wanted, tail, wanted) == 0 &&
           (length == wanted || tail[0] == '.' || start[3 + length - wanted - 1] == '.');
}

bool format_is_retired_connector(const char *url)
{
    return host_ends(url, ".webhook.office.com") || host_ends(url, "outlook.office.com");
}

const char *format_of_url(const char *url)
{
    static const struct {
        const char *tail;
        const char *path; /* must be in the address; NULL: any */
        const char *format;
    } known[] = {
        {".logic.azure.com", "/workflows/", "teams"}, {".api.powerplatform.com", "/workflows/", "teams"},
        {"hooks.slack.com", NULL, "slack"},           {"discord.com", "/slack", "slack"},
        {"discord.com", "/api/webhooks/", "discord"}, {"discordapp.com", "/api/webhooks/", "discord"},
    };
    for (size_t i = 0; i < sizeof known / sizeof *known; i++)
        if (host_ends(url, known[i].tail) && (!known[i].path || strstr(url, known[i].path)))
            return known[i].format;
    return "generic";
}

const char **format_problems(const json_t *message, const struct detail *detail, struct arena *arena)
{
    const json_t *problems = json_array_at(message, "problems");
    size_t total = json_array_size(problems), shown = total < detail->problems ? total : detail->problems;
    const char **lines = arena_alloc(arena, shown + 2, sizeof *lines);
    for (size_t i = 0; i < shown; i++)
        lines[i] =
            text_cut(arena, json_string_value(json_array_get(problems, i)) ?: "", detail->problem_units);
    if (shown < total)
        lines[shown] = arena_printf(arena, "%zu more: see Lastday.", total - shown);
    return lines;
}

char *format_body(const struct format *format, const json_t *message, struct arena *arena)
{
    char *kept = NULL;
    for (size_t i = 0; i < sizeof details / sizeof *details; i++) {
        AUTO_JSON json_t *body = format->body(message, &details[i], arena);
        AUTO_FREE char *text = json_write(body);
        kept = arena_text(arena, text);
        if (strlen(kept) <= format->max_bytes)
            break;
    }
    return kept;
}
