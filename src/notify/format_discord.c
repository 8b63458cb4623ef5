/* Discord: one embed for a webhook. https://discord.com/developers/docs/resources/webhook#execute-webhook */
#include <string.h>

#include "notify/format.h"
#include "notify/message.h"

#define SPECIAL "\\*_~`|[]<>@"
#define TITLE_MAX 256
#define DESCRIPTION_MAX 3000 /* 4096 are allowed, 6000 in the whole embed */
#define VALUE_MAX 200

static int colour(const json_t *message)
{
    static const struct {
        const char *mood;
        int colour;
    } moods[] = {{"good", 0x2ecc71}, {"warn", 0xf1c40f}, {"bad", 0xe74c3c}};
    for (size_t i = 0; i < sizeof moods / sizeof *moods; i++)
        if (strcmp(json_text_or(message, "mood", ""), moods[i].mood) == 0)
            return moods[i].colour;
    return 0x95a5a6;
}

static json_t *fields_of(const json_t *message, const struct detail *detail, struct arena *arena)
{
    json_t *fields = json_array(), *fact;
    size_t i, units = detail->value_units < VALUE_MAX / 2 ? detail->value_units : VALUE_MAX / 2;
    json_array_foreach ((json_t *)json_array_at(message, "facts"), i, fact)
        json_add(
            fields,
            json_make("{s:s, s:s, s:b}", "name", json_text_or(fact, "name", ""), "value",
                      text_cut(arena,
                               text_markdown(arena, text_cut(arena, json_text_or(fact, "value", "-"), units),
                                             SPECIAL),
                               VALUE_MAX),
                      "inline", 1));
    return fields;
}

json_t *format_discord(const json_t *message, const struct detail *detail, struct arena *arena)
{
    AUTO_STRBUF struct strbuf text = STRBUF_MAX(16384);
    const char *url = json_text(message, "url"), *password = json_text(message, "password_url");
    strbuf_printf(&text, "%s\n", text_markdown(arena, json_text_or(message, "summary", ""), SPECIAL));
    if (password)
        strbuf_printf(&text, "[New password (one-time link)](%s)\n", password);
    for (const char *const *line = format_problems(message, detail, arena); *line; line++)
        strbuf_printf(&text, "• %s\n", text_markdown(arena, *line, SPECIAL));
    json_t *embed = json_make(
        "{s:s, s:s, s:i, s:o, s:O, s:{s:s}}", "title",
        text_cut(arena,
                 text_markdown(arena, text_cut(arena, json_text_or(message, "title", ""), 240), SPECIAL),
                 TITLE_MAX),
        "description", text_cut(arena, strbuf_text(&text), DESCRIPTION_MAX), "color", colour(message),
        "fields", fields_of(message, detail, arena), "timestamp", json_object_get(message, "at"), "footer",
        "text", json_text_or(message, "message_id", "Lastday"));
    if (url)
        json_put_text(embed, "url", url);
    return json_make("{s:s, s:s, s:[o], s:{s:[]}}", "username", "Lastday", "content",
                     text_markdown(arena, json_text_or(message, "headline", ""), SPECIAL), "embeds", embed,
                     "allowed_mentions", "parse");
}
