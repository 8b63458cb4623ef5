#include "notify/mail.h"

#include <string.h>

#include "base/text.h"
#include "notify/format.h"
#include "notify/message.h"

#define FONT "font-family:Segoe UI,Arial,sans-serif;"
#define MAIL_MAX ((size_t)512 * 1024)

static const struct detail detail = {
    .problems = 100, .problem_units = 600, .value_units = 500, .tasks = true};

static const char *bar_colour(const json_t *message)
{
    static const char *const moods[][2] = {{"good", "#107c10"}, {"warn", "#c19c00"}, {"bad", "#c50f1f"}};
    for (size_t i = 0; i < sizeof moods / sizeof *moods; i++)
        if (strcmp(json_text_or(message, "mood", ""), moods[i][0]) == 0)
            return moods[i][1];
    return "#0f6cbd";
}

static void add_row(struct strbuf *html, const char *name, const char *value)
{
    strbuf_text_add(html, "<tr><td style=\"" FONT "font-size:14px;color:#616161;padding:4px 16px 4px 0;"
                          "white-space:nowrap;vertical-align:top\">");
    strbuf_html(html, name);
    strbuf_text_add(html, "</td><td style=\"" FONT "font-size:14px;color:#242424;padding:4px 0\">");
    strbuf_html(html, value);
    strbuf_text_add(html, "</td></tr>\r\n");
}

static void add_button(struct strbuf *html, const char *words, const char *url, const char *colour)
{
    if (!url)
        return;
    strbuf_printf(html,
                  "<table role=\"presentation\" cellpadding=\"0\" cellspacing=\"0\" border=\"0\" "
                  "style=\"margin:16px 0 0\">"
                  "<tr><td bgcolor=\"%s\" style=\"padding:10px 18px\"><a href=\"",
                  colour);
    strbuf_html(html, url);
    strbuf_printf(html,
                  "\" style=\"" FONT
                  "font-size:14px;color:#ffffff;text-decoration:none\">%s</a></td></tr></table>\r\n",
                  words);
}

static void add_tasks(struct strbuf *html, const json_t *tasks)
{
    size_t i;
    json_t *task;
    if (json_array_size(tasks) == 0)
        return;
    strbuf_text_add(
        html, "<table role=\"presentation\" width=\"100%\" cellpadding=\"0\" cellspacing=\"0\" border=\"0\" "
              "style=\"margin:16px 0 0;border-top:1px solid #e0e0e0\">\r\n");
    json_array_foreach ((json_t *)tasks, i, task)
        add_row(html, json_text_or(task, "label", ""), json_text_or(task, "status", ""));
    strbuf_text_add(html, "</table>\r\n");
}

static const char *html_of(const json_t *message, struct arena *arena)
{
    AUTO_STRBUF struct strbuf html = STRBUF_MAX(MAIL_MAX);
    size_t i;
    json_t *fact;
    strbuf_text_add(&html, "<!doctype html>\r\n<html lang=\"en\"><head><meta charset=\"utf-8\"><title>");
    strbuf_html(&html, json_text_or(message, "title", ""));
    strbuf_printf(
        &html,
        "</title></head>\r\n<body style=\"margin:0;padding:0;background-color:#f5f5f5\">\r\n"
        "<table role=\"presentation\" width=\"100%%\" cellpadding=\"0\" cellspacing=\"0\" border=\"0\" "
        "bgcolor=\"#f5f5f5\"><tr><td align=\"center\" style=\"padding:24px 12px\">\r\n"
        "<table role=\"presentation\" width=\"600\" cellpadding=\"0\" cellspacing=\"0\" border=\"0\" "
        "bgcolor=\"#ffffff\" style=\"width:100%%;max-width:600px\">\r\n"
        "<tr><td height=\"6\" bgcolor=\"%s\" style=\"font-size:0;line-height:6px\">&nbsp;</td></tr>\r\n"
        "<tr><td style=\"padding:24px\">\r\n<h1 style=\"" FONT
        "font-size:20px;color:#242424;margin:0 0 8px\">",
        bar_colour(message));
    strbuf_html(&html, json_text_or(message, "title", ""));
    strbuf_text_add(&html, "</h1>\r\n<p style=\"" FONT "font-size:14px;color:#242424;margin:0 0 16px\">");
    strbuf_html(&html, json_text_or(message, "summary", ""));
    strbuf_text_add(
        &html, "</p>\r\n<table role=\"presentation\" cellpadding=\"0\" cellspacing=\"0\" border=\"0\">\r\n");
    json_array_foreach ((json_t *)json_array_at(message, "facts"), i, fact)
        add_row(&html, json_text_or(fact, "name", ""), json_text_or(fact, "value", ""));
    strbuf_text_add(&html, "</table>\r\n");
    const char *const *line = format_problems(message, &detail, arena);
    if (*line)
        strbuf_text_add(&html, "<ul style=\"" FONT
                               "font-size:14px;color:#242424;margin:16px 0 0;padding:0 0 0 20px\">\r\n");
    bool listed = *line != NULL;
    for (; *line; line++) {
        strbuf_text_add(&html, "<li style=\"margin:0 0 6px\">");
        strbuf_html(&html, *line);
        strbuf_text_add(&html, "</li>\r\n");
    }
    if (listed)
        strbuf_text_add(&html, "</ul>\r\n");
    add_tasks(&html, json_array_at(json_object_at(message, "offboarding"), "tasks"));
    add_button(&html, "Open in Lastday", json_text(message, "url"), "#0f6cbd");
    add_button(&html, "Show the new password (one-time link)", json_text(message, "password_url"), "#424242");
    strbuf_text_add(&html, "</td></tr></table>\r\n</td></tr></table>\r\n</body></html>\r\n");
    return arena_text(arena, strbuf_text(&html));
}

static void add_line(struct strbuf *text, const char *name, const char *value)
{
    if (value)
        strbuf_printf(text, "%s: %s\r\n", name, value);
}

static const char *text_of(const json_t *message, struct arena *arena)
{
    AUTO_STRBUF struct strbuf text = STRBUF_MAX(MAIL_MAX);
    size_t i;
    json_t *one;
    strbuf_printf(&text, "%s\r\n%s\r\n\r\n", json_text_or(message, "title", ""),
                  json_text_or(message, "summary", ""));
    json_array_foreach ((json_t *)json_array_at(message, "facts"), i, one)
        add_line(&text, json_text_or(one, "name", ""), json_text_or(one, "value", ""));
    const char *const *line = format_problems(message, &detail, arena);
    if (*line)
        strbuf_text_add(&text, "\r\n");
    for (; *line; line++)
        strbuf_printf(&text, "* %s\r\n", *line);
    const json_t *tasks = json_array_at(json_object_at(message, "offboarding"), "tasks");
    if (json_array_size(tasks) > 0)
        strbuf_text_add(&text, "\r\n");
    json_array_foreach ((json_t *)tasks, i, one)
        add_line(&text, json_text_or(one, "label", ""), json_text_or(one, "status", ""));
    strbuf_text_add(&text, "\r\n");
    add_line(&text, "Open in Lastday", json_text(message, "url"));
    add_line(&text, "New password (one-time link)", json_text(message, "password_url"));
    return arena_text(arena, strbuf_text(&text));
}

static void add_item(struct strbuf *html, const char *name, const char *value)
{
    strbuf_text_add(html, "<li>");
    strbuf_html(html, name);
    strbuf_text_add(html, *name ? ": " : "");
    strbuf_html(html, value);
    strbuf_text_add(html, "</li>");
}

static const char *fragment_of(const json_t *message, struct arena *arena)
{
    AUTO_STRBUF struct strbuf html = STRBUF_MAX(MAIL_MAX);
    const char *url = json_text(message, "url"), *password = json_text(message, "password_url");
    size_t i;
    json_t *one;
    strbuf_text_add(&html, "<p><b>");
    strbuf_html(&html, json_text_or(message, "title", ""));
    strbuf_text_add(&html, "</b><br>");
    strbuf_html(&html, json_text_or(message, "summary", ""));
    strbuf_text_add(&html, "</p><ul>");
    json_array_foreach ((json_t *)json_array_at(message, "facts"), i, one)
        add_item(&html, json_text_or(one, "name", ""), json_text_or(one, "value", ""));
    for (const char *const *line = format_problems(message, &detail, arena); *line; line++)
        add_item(&html, "", *line);
    json_array_foreach ((json_t *)json_array_at(json_object_at(message, "offboarding"), "tasks"), i, one)
        add_item(&html, json_text_or(one, "label", ""), json_text_or(one, "status", ""));
    if (url)
        add_item(&html, "Lastday", url);
    if (password)
        add_item(&html, "New password (one-time link)", password);
    strbuf_text_add(&html, "</ul>");
    return arena_text(arena, strbuf_text(&html));
}

struct mail mail_make(const json_t *message, struct arena *arena)
{
    return (struct mail){.subject = text_cut(arena, json_text_or(message, "title", ""), 200),
                         .html = html_of(message, arena),
                         .text = text_of(message, arena),
                         .fragment = fragment_of(message, arena)};
}
