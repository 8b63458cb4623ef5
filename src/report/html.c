#include "report/html.h"

#include <inttypes.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>

#include "report/picture.h"
#include "report/sections.h"
#include "report/words.h"

__asm__(
    ".section .rodata\n.global report_css\nreport_css:\n.incbin \"report/report.css\"\n.byte 0\n.previous\n");
extern const char report_css[];

#define DATA_OPEN "<script type=\"application/json\" id=\"signed-report\">"
#define DATA_CLOSE "</script>"

struct html {
    struct writer writer;
    struct strbuf *out;
    struct column columns[COLUMNS_MAX];
    size_t column_count;
    int pictures;
    bool section; /* a section is open */
};

static struct html *html_of(struct writer *writer)
{
    return (struct html *)writer;
}

static const char *class_of(enum accent accent)
{
    static const char *const names[] = {[ACCENT_NONE] = "",
                                        [ACCENT_GOOD] = "good",
                                        [ACCENT_WARN] = "warn",
                                        [ACCENT_BAD] = "bad",
                                        [ACCENT_DIM] = "dim"};
    return names[accent];
}

/* " class=…" of what is a cell's. */
static void cell_class(struct strbuf *out, const struct cell *cell)
{
    const char *accent = class_of(cell->accent);
    if (cell->code || *accent)
        strbuf_printf(out, " class=\"%s%s%s\"", cell->code ? "code" : "", cell->code && *accent ? " " : "",
                      accent);
}

/* --- the parts -------------------------------------------------------------------------------------------
 */

static void heading(struct writer *writer, int level, const char *text, const struct cell *note)
{
    struct html *html = html_of(writer);
    struct strbuf *out = html->out;
    if (level == 2) {
        strbuf_text_add(out, html->section ? "</section>\n<section>\n" : "<section>\n");
        html->section = true;
    }
    strbuf_printf(out, "<h%d><bdi>", level);
    strbuf_html(out, text);
    strbuf_text_add(out, "</bdi>");
    if (note && note->text) {
        strbuf_printf(out, " <span class=\"state %s\">", class_of(note->accent));
        strbuf_html(out, note->text);
        strbuf_text_add(out, "</span>");
    }
    strbuf_printf(out, "</h%d>\n", level);
}

static void paragraph(struct writer *writer, enum accent accent, const char *text)
{
    struct strbuf *out = html_of(writer)->out;
    strbuf_printf(out, accent ? "<p dir=\"auto\" class=\"%s\">" : "<p dir=\"auto\">", class_of(accent));
    strbuf_html(out, text);
    strbuf_text_add(out, "</p>\n");
}

static void facts(struct writer *writer, const struct fact *list, size_t count)
{
    struct strbuf *out = html_of(writer)->out;
    strbuf_text_add(out, "<dl>\n");
    for (size_t i = 0; i < count; i++) {
        const struct cell *value = &list[i].value;
        if (!value->text || !*value->text)
            continue;
        strbuf_text_add(out, "<dt>");
        strbuf_html(out, list[i].label);
        strbuf_text_add(out, "</dt><dd");
        cell_class(out, value);
        strbuf_text_add(out, "><bdi>");
        strbuf_html(out, value->text);
        strbuf_text_add(out, "</bdi></dd>\n");
    }
    strbuf_text_add(out, "</dl>\n");
}

/* The roles stay when the style sheet of a small screen turns rows into cards. */
static void table_begin(struct writer *writer, const char *caption, const struct column *columns,
                        size_t count)
{
    struct html *html = html_of(writer);
    struct strbuf *out = html->out;
    memcpy(html->columns, columns, count * sizeof *columns);
    html->column_count = count;
    strbuf_text_add(out, "<table role=\"table\">\n<caption>");
    strbuf_html(out, caption);
    strbuf_text_add(out, "</caption>\n<colgroup>");
    int shares = 0;
    for (size_t i = 0; i < count; i++)
        shares += columns[i].share;
    for (size_t i = 0; i < count; i++)
        strbuf_printf(out, "<col width=\"%d%%\" />", columns[i].share * 100 / shares);
    strbuf_text_add(out, "</colgroup>\n<thead role=\"rowgroup\"><tr role=\"row\">");
    for (size_t i = 0; i < count; i++) {
        strbuf_text_add(out, "<th role=\"columnheader\" scope=\"col\">");
        strbuf_html(out, columns[i].title);
        strbuf_text_add(out, "</th>");
    }
    strbuf_text_add(out, "</tr></thead>\n<tbody role=\"rowgroup\">\n");
}

static void row(struct writer *writer, const struct cell *cells)
{
    struct html *html = html_of(writer);
    struct strbuf *out = html->out;
    strbuf_text_add(out, "<tr role=\"row\">");
    for (size_t i = 0; i < html->column_count; i++) {
        const char *accent = class_of(cells[i].accent), *text = cells[i].text ? cells[i].text : "";
        strbuf_printf(out, "<td role=\"cell\" class=\"%s%s\" data-title=\"", cells[i].code ? "code " : "",
                      *text ? accent : "none");
        strbuf_html(out, html->columns[i].title);
        strbuf_text_add(out, "\"><bdi>");
        strbuf_html(out, text);
        strbuf_text_add(out, "</bdi></td>");
    }
    strbuf_text_add(out, "</tr>\n");
}

static void table_end(struct writer *writer)
{
    strbuf_text_add(html_of(writer)->out, "</tbody>\n</table>\n");
}

static void command(struct writer *writer, const char *text)
{
    struct strbuf *out = html_of(writer)->out;
    strbuf_text_add(out, "<pre tabindex=\"0\">");
    strbuf_html(out, text);
    strbuf_text_add(out, "</pre>\n");
}

/* --- the picture -----------------------------------------------------------------------------------------
 */

enum { PICTURE_WIDTH = 960, LABEL_WIDTH = 270, WORDS_WIDTH = 170, LANE_HEIGHT = 24, SCALE_HEIGHT = 26 };
#define TICKS_MAX 8

static const char *const bar_classes[] = {
    [BAR_RUNNING] = "running", [BAR_VERIFYING] = "verifying", [BAR_WAITING] = "waiting"};

static double x_of(const struct picture *picture, int64_t ms)
{
    return LABEL_WIDTH + (double)ms / (double)picture->length * (PICTURE_WIDTH - LABEL_WIDTH - WORDS_WIDTH);
}

static void scale(struct strbuf *out, const struct picture *picture, int height)
{
    AUTO_ARENA struct arena *arena = arena_new();
    int64_t tick = picture_tick(picture->length, TICKS_MAX);
    for (int64_t at = 0; at <= picture->length; at += tick) {
        double x = x_of(picture, at);
        strbuf_printf(out, "<line x1=\"%.1f\" y1=\"%d\" x2=\"%.1f\" y2=\"%d\" />", x, SCALE_HEIGHT, x,
                      height);
        strbuf_printf(out, "<text class=\"scale\" text-anchor=\"middle\" x=\"%.1f\" y=\"%d\">%s</text>\n", x,
                      SCALE_HEIGHT - 8, at ? words_span(arena, at) : "0");
    }
}

static void lane(struct strbuf *out, const struct picture *picture, const struct lane_row *lane, int y)
{
    double end = 0;
    strbuf_printf(out, "<text x=\"8\" y=\"%d\">", y + 16);
    strbuf_html(out, lane->label);
    strbuf_text_add(out, "</text>");
    for (size_t i = 0; i < lane->bar_count; i++) {
        const struct bar *bar = &lane->bars[i];
        double x = x_of(picture, bar->from), width = x_of(picture, bar->to) - x;
        width = width < 2.5 ? 2.5 : width; /* what was short is seen all the same */
        end = x + width > end ? x + width : end;
        strbuf_printf(out,
                      "<rect class=\"%s\" x=\"%.1f\" y=\"%d\" width=\"%.1f\" height=\"14\" rx=\"1.5\" />",
                      bar_classes[bar->state], x, y + 5, width);
    }
    strbuf_printf(out, "<text class=\"t%s\" x=\"%.1f\" y=\"%d\">", class_of(lane->accent), end + 6, y + 16);
    strbuf_html(out, lane->words);
    strbuf_text_add(out, "</text>\n");
}

static void picture(struct writer *writer, const struct picture *picture)
{
    struct html *html = html_of(writer);
    struct strbuf *out = html->out;
    int n = ++html->pictures, height = SCALE_HEIGHT + (int)picture->lane_count * LANE_HEIGHT + 8;
    strbuf_text_add(out, "<figure>\n<figcaption>");
    strbuf_html(out, picture->title);
    strbuf_printf(
        out,
        "</figcaption>\n<div class=\"picture\" tabindex=\"0\" role=\"region\" aria-label=\"Timeline %d\">"
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 %d %d\" role=\"img\" "
        "aria-labelledby=\"picture-%d\" aria-describedby=\"picture-%d-words\">\n<title id=\"picture-%d\">",
        n, PICTURE_WIDTH, height, n, n, n);
    strbuf_html(out, picture->title);
    strbuf_printf(out, "</title>\n<desc id=\"picture-%d-words\">", n);
    strbuf_html(out, picture->words);
    strbuf_text_add(out, "</desc>\n");
    scale(out, picture, height - 8);
    for (size_t i = 0; i < picture->lane_count; i++)
        lane(out, picture, &picture->lanes[i], SCALE_HEIGHT + (int)i * LANE_HEIGHT);
    strbuf_text_add(out, "</svg></div>\n<p class=\"key\"><span class=\"running\"></span>working "
                         "<span class=\"verifying\"></span>waiting until the change shows "
                         "<span class=\"waiting\"></span>waiting for something else</p>\n</figure>\n");
}

/* --- the file --------------------------------------------------------------------------------------------
 */

const char *report_html_policy(struct arena *arena)
{
    unsigned char digest[crypto_hash_sha256_BYTES];
    AUTO_STRBUF struct strbuf text = STRBUF_MAX(100);
    crypto_hash_sha256(digest, (const unsigned char *)report_css, strlen(report_css));
    strbuf_base64(&text, digest, sizeof digest);
    return arena_printf(arena,
                        "default-src 'none'; style-src 'sha256-%s'; base-uri 'none'; form-action 'none'",
                        strbuf_text(&text));
}

/* JSON within HTML: what HTML or XML would read is escaped as JSON knows it, so that the value stays. */
static void embed(struct strbuf *out, const struct signed_report *report)
{
    struct strbuf json = STRBUF_MAX(REPORT_MAX_BYTES);
    signed_write(report, &json);
    strbuf_text_add(out, DATA_OPEN "\n");
    for (size_t i = 0; i < json.length; i++) {
        char c = json.data[i];
        if (c == '<' || c == '>' || c == '&')
            strbuf_printf(out, "\\u%04x", c);
        else
            strbuf_char(out, c);
    }
    strbuf_text_add(out, DATA_CLOSE "\n");
    strbuf_done(&json);
}

void html_write(const struct signed_report *report, struct strbuf *out)
{
    AUTO_ARENA struct arena *arena = arena_new();
    struct html html = {.writer = {.heading = heading,
                                   .paragraph = paragraph,
                                   .facts = facts,
                                   .table_begin = table_begin,
                                   .row = row,
                                   .table_end = table_end,
                                   .command = command,
                                   .picture = picture},
                        .out = out};
    strbuf_text_add(out,
                    "<!DOCTYPE html>\n<html lang=\"en\" xmlns=\"http://www.w3.org/1999/xhtml\">\n<head>\n"
                    "<meta charset=\"utf-8\" />\n<meta http-equiv=\"Content-Security-Policy\" content=\"");
    strbuf_html(out, report_html_policy(arena));
    strbuf_text_add(out, "\" />\n<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\" />\n"
                         "<meta name=\"robots\" content=\"noindex\" />\n<title>");
    strbuf_html(out, sections_title(arena, report->model));
    strbuf_printf(out, "</title>\n<style>%s</style>\n</head>\n<body>\n<main>\n", report_css);
    sections_write(report, &html.writer);
    strbuf_text_add(out, html.section ? "</section>\n</main>\n" : "</main>\n");
    embed(out, report);
    strbuf_text_add(out, "</body>\n</html>\n");
}

json_t *html_embedded(const char *bytes, size_t length)
{
    const char *start = memmem(bytes, length, DATA_OPEN, strlen(DATA_OPEN));
    if (!start)
        return NULL;
    start += strlen(DATA_OPEN);
    const char *end = memmem(start, length - (size_t)(start - bytes), DATA_CLOSE, strlen(DATA_CLOSE));
    return end ? json_read(start, (size_t)(end - start), NULL) : NULL;
}
