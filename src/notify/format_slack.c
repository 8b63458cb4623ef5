/* Slack: Block Kit for an incoming webhook. https://docs.slack.dev/reference/block-kit/blocks */
#include <string.h>

#include "notify/format.h"
#include "notify/message.h"

#define HEADER_MAX 150
#define TEXT_MAX 3000
#define FIELD_MAX 2000
#define FIELDS_MAX 10

/* Slack's own three; what else has a meaning in its markup cannot be escaped. */
static char *escape(struct arena *arena, const char *text)
{
    AUTO_STRBUF struct strbuf out = STRBUF_MAX(strlen(text) * 5 + 1);
    for (const char *c = text_clean(arena, text); *c; c++) {
        if (*c == '&')
            strbuf_text_add(&out, "&amp;");
        else if (*c == '<')
            strbuf_text_add(&out, "&lt;");
        else if (*c == '>')
            strbuf_text_add(&out, "&gt;");
        else
            strbuf_char(&out, *c);
    }
    return arena_text(arena, strbuf_text(&out));
}

static json_t *section(const char *text)
{
    return json_make("{s:s, s:{s:s, s:s}}", "type", "section", "text", "type", "mrkdwn", "text", text);
}

static json_t *fields_of(const json_t *message, const struct detail *detail, struct arena *arena)
{
    json_t *fields = json_array(), *fact;
    size_t i, units = detail->value_units < 350 ? detail->value_units
                                                : 350; /* escaped at most five times as long */
    json_array_foreach ((json_t *)json_array_at(message, "facts"), i, fact) {
        if (json_array_size(fields) == FIELDS_MAX)
            break;
        const char *value = escape(arena, text_cut(arena, json_text_or(fact, "value", ""), units));
        json_add(
            fields,
            json_make("{s:s, s:s}", "type", "mrkdwn", "text",
                      text_cut(arena, arena_printf(arena, "*%s*\n%s", json_text_or(fact, "name", ""), value),
                               FIELD_MAX)));
    }
    return fields;
}

static void add_button(json_t *elements, const char *text, const char *url)
{
    if (url)
        json_add(elements, json_make("{s:s, s:{s:s, s:s}, s:s}", "type", "button", "text", "type",
                                     "plain_text", "text", text, "url", url));
}

json_t *format_slack(const json_t *message, const struct detail *detail, struct arena *arena)
{
    const char *title = json_text_or(message, "title", "");
    json_t *blocks = json_array(), *elements = json_array();
    AUTO_STRBUF struct strbuf lines = STRBUF_MAX(TEXT_MAX);
    json_add(blocks, json_make("{s:s, s:{s:s, s:s, s:b}}", "type", "header", "text", "type", "plain_text",
                               "text", text_cut(arena, title, HEADER_MAX), "emoji", 0));
    json_add(blocks, section(escape(arena, json_text_or(message, "summary", " "))));
    json_t *fields = fields_of(message, detail, arena);
    if (json_array_size(fields) > 0)
        json_add(blocks, json_make("{s:s, s:O}", "type", "section", "fields", fields));
    json_decref(fields);
    for (const char *const *line = format_problems(message, detail, arena); *line && !lines.overflow; line++)
        strbuf_printf(&lines, "• %s\n", escape(arena, *line));
    if (lines.length > 0)
        json_add(blocks, section(text_cut(arena, strbuf_text(&lines), TEXT_MAX)));
    add_button(elements, "Open in Lastday", json_text(message, "url"));
    add_button(elements, "New password (one-time link)", json_text(message, "password_url"));
    if (json_array_size(elements) > 0)
        json_add(blocks, json_make("{s:s, s:O}", "type", "actions", "elements", elements));
    json_decref(elements);
    return json_make("{s:s, s:o}", "text", escape(arena, text_cut(arena, title, 300)), "blocks", blocks);
}
