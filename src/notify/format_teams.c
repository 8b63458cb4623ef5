/* Microsoft Teams: an Adaptive Card for a Workflows webhook.
 * https://learn.microsoft.com/microsoftteams/platform/webhooks-and-connectors/how-to/add-incoming-webhook */
#include <string.h>

#include "notify/format.h"
#include "notify/message.h"

#define SPECIAL "\\*_[]()~`<|"

static json_t *text_block(const char *text)
{
    return json_make("{s:s, s:s, s:b}", "type", "TextBlock", "text", text, "wrap", 1);
}

static const char *colour(const json_t *message)
{
    static const char *const moods[][2] = {{"good", "Good"}, {"warn", "Warning"}, {"bad", "Attention"}};
    for (size_t i = 0; i < sizeof moods / sizeof *moods; i++)
        if (strcmp(json_text_or(message, "mood", ""), moods[i][0]) == 0)
            return moods[i][1];
    return "Default";
}

static json_t *facts_of(const json_t *message, const struct detail *detail, struct arena *arena)
{
    json_t *facts = json_array(), *fact;
    size_t i;
    json_array_foreach ((json_t *)json_array_at(message, "facts"), i, fact)
        json_add(facts,
                 json_make("{s:s, s:s}", "title", json_text_or(fact, "name", ""), "value",
                           text_markdown(
                               arena, text_cut(arena, json_text_or(fact, "value", ""), detail->value_units),
                               SPECIAL)));
    return facts;
}

static void add_link(json_t *actions, const char *title, const char *url)
{
    if (url)
        json_add(actions, json_make("{s:s, s:s, s:s}", "type", "Action.OpenUrl", "title", title, "url", url));
}

json_t *format_teams(const json_t *message, const struct detail *detail, struct arena *arena)
{
    json_t *body = json_array(), *actions = json_array();
    json_t *title =
        text_block(text_markdown(arena, text_cut(arena, json_text_or(message, "title", ""), 300), SPECIAL));
    json_put_text(title, "size", "Medium");
    json_put_text(title, "weight", "Bolder");
    json_put_text(title, "color", colour(message));
    json_add(body, title);
    json_add(body, text_block(text_markdown(arena, json_text_or(message, "summary", " "), SPECIAL)));
    json_t *facts = facts_of(message, detail, arena);
    if (json_array_size(facts) > 0)
        json_add(body, json_make("{s:s, s:O}", "type", "FactSet", "facts", facts));
    json_decref(facts);
    for (const char *const *line = format_problems(message, detail, arena); *line; line++)
        json_add(body, text_block(arena_printf(arena, "- %s", text_markdown(arena, *line, SPECIAL))));
    add_link(actions, "Open in Lastday", json_text(message, "url"));
    add_link(actions, "New password (one-time link)", json_text(message, "password_url"));
    return json_make("{s:s, s:[{s:s, s:n, s:{s:s, s:s, s:s, s:o, s:o, s:{s:s}}}]}", "type", "message",
                     "attachments", "contentType", "application/vnd.microsoft.card.adaptive", "contentUrl",
                     "content", "$schema", "http://adaptivecards.io/schemas/adaptive-card.json", "type",
                     "AdaptiveCard", "version", "1.4", "body", body, "actions", actions, "msteams", "width",
                     "Full");
}
