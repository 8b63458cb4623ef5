#include "report/pdf.h"

#include <cairo-pdf.h>
#include <string.h>

#include "report/pdf_page.h"
#include "report/picture.h"
#include "report/sections.h"
#include "report/words.h"

#define GAP 8.0       /* between columns */
#define ROW_SPACE 3.0 /* above and below the text of a row */
#define NOTE_WIDTH 130.0
#define LABEL_WIDTH 130.0

struct pdf {
    struct writer writer;
    struct page page;
    struct column columns[COLUMNS_MAX];
    double lefts[COLUMNS_MAX], widths[COLUMNS_MAX];
    size_t column_count;
    int section; /* of the outline */
};

static struct pdf *pdf_of(struct writer *writer)
{
    return (struct pdf *)writer;
}

/* --- headings and text -----------------------------------------------------------------------------------
 */

static const struct {
    enum style style;
    const char *tag;
    double above, below, keep; /* keep: what must follow on the same page */
} levels[] = {[1] = {STYLE_TITLE, "H1", 0, 2, 200},
              [2] = {STYLE_SECTION, "H2", 18, 4, 150},
              [3] = {STYLE_TASK, "H3", 12, 2, 80}};

static void outline(struct pdf *pdf, int level, const char *text)
{
    char where[80];
    if (pdf->page.dry || level < 2)
        return;
    snprintf(where, sizeof where, "page=%d pos=[%d %d]", pdf->page.number, (int)PAGE_LEFT, (int)pdf->page.y);
    int parent = level == 2 ? CAIRO_PDF_OUTLINE_ROOT : pdf->section;
    int id = cairo_pdf_surface_add_outline(pdf->page.surface, parent, text, where, 0);
    pdf->section = level == 2 ? id : pdf->section;
}

static void heading(struct writer *writer, int level, const char *text, const struct cell *note)
{
    struct pdf *pdf = pdf_of(writer);
    struct page *page = &pdf->page;
    page->y += page->y > PAGE_TOP ? levels[level].above : 0;
    page_need(page, levels[level].keep);
    outline(pdf, level, text);
    page_tag(page, levels[level].tag);
    bool noted = note && note->text;
    double top = page->y, width = BODY_WIDTH - (noted ? NOTE_WIDTH + GAP : 0);
    page_flow(page, page_layout(page, 0, levels[level].style, text, width), PAGE_LEFT, ACCENT_NONE);
    if (noted) {
        PangoLayout *layout = page_layout(page, 1, STYLE_COLUMN, note->text, NOTE_WIDTH);
        pango_layout_set_alignment(layout, PANGO_ALIGN_RIGHT);
        double down = level == 1 ? 9 : level == 2 ? 5 : 3;
        page_put(page, layout, PAGE_LEFT + BODY_WIDTH - NOTE_WIDTH, top + down, note->accent);
        pango_layout_set_alignment(layout, PANGO_ALIGN_LEFT);
    }
    page_untag(page, levels[level].tag);
    page->y += levels[level].below;
}

static void paragraph(struct writer *writer, enum accent accent, const char *text)
{
    struct page *page = &pdf_of(writer)->page;
    page_need(page, 26);
    page_tag(page, "P");
    page_flow(page, page_layout(page, 0, STYLE_TEXT, text, BODY_WIDTH), PAGE_LEFT, accent);
    page_untag(page, "P");
    page->y += 4;
}

static void facts(struct writer *writer, const struct fact *list, size_t count)
{
    struct page *page = &pdf_of(writer)->page;
    page->y += 2;
    for (size_t i = 0; i < count; i++) {
        const struct cell *value = &list[i].value;
        if (!value->text || !*value->text)
            continue;
        page_tag(page, "P");
        page_need(page, 14);
        PangoLayout *label = page_layout(page, 1, STYLE_LABEL, list[i].label, LABEL_WIDTH - GAP);
        PangoLayout *text = page_layout(page, 0, value->code ? STYLE_COMMAND : STYLE_TEXT, value->text,
                                        BODY_WIDTH - LABEL_WIDTH);
        double down = page_layout_baseline(label) - page_layout_baseline(text);
        page_put(page, label, PAGE_LEFT, page->y + (down < 0 ? -down : 0), ACCENT_DIM);
        page->y += down > 0 ? down : 0;
        page_flow(page, text, PAGE_LEFT + LABEL_WIDTH, value->accent);
        page_untag(page, "P");
        page->y += 2;
    }
    page->y += 4;
}

static void command(struct writer *writer, const char *text)
{
    struct page *page = &pdf_of(writer)->page;
    PangoLayout *layout = page_layout(page, 0, STYLE_COMMAND, text, BODY_WIDTH - 16);
    double height = page_layout_height(layout) + 12;
    page_need(page, height);
    if (!page->dry) {
        cairo_set_source_rgb(page->cr, 0.955, 0.96, 0.968);
        cairo_rectangle(page->cr, PAGE_LEFT, page->y, BODY_WIDTH, height);
        cairo_fill(page->cr);
    }
    page->y += 6;
    page_tag(page, "Code");
    page_flow(page, layout, PAGE_LEFT + 8, ACCENT_NONE);
    page_untag(page, "Code");
    page->y += 14;
}

/* --- tables ----------------------------------------------------------------------------------------------
 */

static void head_row(void *ctx)
{
    struct pdf *pdf = ctx;
    struct page *page = &pdf->page;
    double height = 0;
    page_tag(page, "TR");
    for (size_t i = 0; i < pdf->column_count; i++) {
        PangoLayout *layout =
            page_layout(page, SLOT_HEAD + i, STYLE_COLUMN, pdf->columns[i].title, pdf->widths[i]);
        double own = page_layout_height(layout);
        page_tag(page, "TH");
        page_put(page, layout, pdf->lefts[i], page->y, ACCENT_NONE);
        page_untag(page, "TH");
        height = own > height ? own : height;
    }
    page_untag(page, "TR");
    page->y += height + ROW_SPACE;
    page_rule(page, page->y);
}

static void table_begin(struct writer *writer, const char *caption, const struct column *columns,
                        size_t count)
{
    struct pdf *pdf = pdf_of(writer);
    struct page *page = &pdf->page;
    int shares = 0;
    double x = PAGE_LEFT;
    memcpy(pdf->columns, columns, count * sizeof *columns);
    pdf->column_count = count;
    for (size_t i = 0; i < count; i++)
        shares += columns[i].share;
    for (size_t i = 0; i < count; i++) {
        double width = (BODY_WIDTH - GAP * (double)(count - 1)) * columns[i].share / shares;
        pdf->lefts[i] = x;
        pdf->widths[i] = width;
        x += width + GAP;
    }
    page->y += 4;
    page_need(page, 64);
    page_tag(page, "Table");
    page_tag(page, "Caption");
    page_flow(page, page_layout(page, 0, STYLE_CAPTION, caption, BODY_WIDTH), PAGE_LEFT, ACCENT_DIM);
    page_untag(page, "Caption");
    page->y += 3;
    head_row(pdf);
    page->on_break = head_row;
    page->ctx = pdf;
}

static enum style cell_style(const struct cell *cell)
{
    return cell->code ? STYLE_CODE : STYLE_CELL;
}

static double row_height(struct pdf *pdf, const struct cell *cells)
{
    double height = 0;
    for (size_t i = 0; i < pdf->column_count; i++) {
        PangoLayout *layout =
            page_layout(&pdf->page, i, cell_style(&cells[i]), cells[i].text, pdf->widths[i]);
        double own = page_layout_height(layout);
        height = own > height ? own : height;
    }
    return height;
}

/* A row stays on one page unless it is taller than half of one. */
static void row(struct writer *writer, const struct cell *cells)
{
    struct pdf *pdf = pdf_of(writer);
    struct page *page = &pdf->page;
    struct flowing texts[COLUMNS_MAX];
    size_t count = 0;
    double height = row_height(pdf, cells) + 2 * ROW_SPACE;
    if (height > page_left(page) && height < (PAGE_BOTTOM - PAGE_TOP) / 2)
        page_break(page);
    page_need(page, 30); /* a taller one begins where some of it has room */
    page->y += ROW_SPACE;
    for (size_t i = 0; i < pdf->column_count; i++)
        texts[count++] = (struct flowing){page->layouts[i], pdf->lefts[i], cells[i].accent};
    page_tag(page, "TR");
    page_flow_beside(page, texts, count, "TD");
    page_untag(page, "TR");
    page->y += ROW_SPACE;
    page_rule(page, page->y);
}

static void table_end(struct writer *writer)
{
    struct page *page = &pdf_of(writer)->page;
    page->on_break = NULL;
    page_untag(page, "Table");
    page->y += 8;
}

/* --- the picture -----------------------------------------------------------------------------------------
 */

#define LANE_HEIGHT 13.0
#define SCALE_HEIGHT 14.0
#define LANE_LABEL 168.0
#define LANE_WORDS 96.0
#define TICKS_MAX 7

static double x_of(const struct picture *picture, int64_t ms)
{
    double width = BODY_WIDTH - LANE_LABEL - LANE_WORDS;
    return PAGE_LEFT + LANE_LABEL + (double)ms / (double)picture->length * width;
}

static void scale(struct page *page, const struct picture *picture, double height)
{
    AUTO_ARENA struct arena *arena = arena_new();
    int64_t tick = picture_tick(picture->length, TICKS_MAX);
    for (int64_t at = 0; at <= picture->length; at += tick) {
        double x = x_of(picture, at);
        PangoLayout *layout = page_layout(page, 0, STYLE_SMALL, at ? words_span(arena, at) : "0", 60);
        pango_layout_set_alignment(layout, PANGO_ALIGN_CENTER);
        page_put(page, layout, x - 30, page->y, ACCENT_DIM);
        pango_layout_set_alignment(layout, PANGO_ALIGN_LEFT);
        cairo_set_source_rgb(page->cr, 0.83, 0.85, 0.88);
        cairo_set_line_width(page->cr, 0.4);
        cairo_move_to(page->cr, x, page->y + SCALE_HEIGHT - 3);
        cairo_line_to(page->cr, x, page->y + height);
        cairo_stroke(page->cr);
    }
}

static void bar(struct page *page, double x, double y, double width, enum bar_state state)
{
    static const double colours[][3] = {[BAR_RUNNING] = {0.145, 0.388, 0.659},
                                        [BAR_VERIFYING] = {0.545, 0.714, 0.878},
                                        [BAR_WAITING] = {0.788, 0.808, 0.839}};
    cairo_set_source_rgb(page->cr, colours[state][0], colours[state][1], colours[state][2]);
    cairo_rectangle(page->cr, x, y, width, 7);
    cairo_fill(page->cr);
}

static void lane(struct page *page, const struct picture *picture, const struct lane_row *lane, double y)
{
    double end = 0;
    PangoLayout *layout = page_layout(page, 0, STYLE_SMALL, lane->label, LANE_LABEL - GAP);
    pango_layout_set_height(layout, 0); /* one line */
    pango_layout_set_ellipsize(layout, PANGO_ELLIPSIZE_END);
    page_put(page, layout, PAGE_LEFT, y, ACCENT_NONE);
    pango_layout_set_ellipsize(layout, PANGO_ELLIPSIZE_NONE);
    pango_layout_set_height(layout, -1);
    for (size_t i = 0; i < lane->bar_count; i++) {
        double x = x_of(picture, lane->bars[i].from), width = x_of(picture, lane->bars[i].to) - x;
        width = width < 1.5 ? 1.5 : width; /* what was short is seen all the same */
        end = x + width > end ? x + width : end;
        bar(page, x, y + 1.5, width, lane->bars[i].state);
    }
    page_put(page, page_layout(page, 0, STYLE_SMALL, lane->words, LANE_WORDS + BODY_WIDTH), end + 4, y,
             lane->accent);
}

static void key(struct page *page)
{
    static const struct {
        enum bar_state state;
        const char *words;
        double width;
    } entries[] = {{BAR_RUNNING, "working", 48},
                   {BAR_VERIFYING, "waiting until the change shows", 122},
                   {BAR_WAITING, "waiting for something else", 120}};
    double x = PAGE_LEFT;
    for (size_t i = 0; i < sizeof entries / sizeof *entries; i++) {
        bar(page, x, page->y + 1.5, 10, entries[i].state);
        page_put(page, page_layout(page, 0, STYLE_SMALL, entries[i].words, entries[i].width), x + 14, page->y,
                 ACCENT_DIM);
        x += entries[i].width + 24;
    }
}

static void picture(struct writer *writer, const struct picture *picture)
{
    struct page *page = &pdf_of(writer)->page;
    double height = SCALE_HEIGHT + (double)picture->lane_count * LANE_HEIGHT;
    page_need(page, height + 48);
    page_tag(page, "Figure");
    page_flow(page, page_layout(page, 0, STYLE_CAPTION, picture->title, BODY_WIDTH), PAGE_LEFT, ACCENT_DIM);
    page->y += 4;
    if (!page->dry) {
        scale(page, picture, height);
        for (size_t i = 0; i < picture->lane_count; i++)
            lane(page, picture, &picture->lanes[i], page->y + SCALE_HEIGHT + (double)i * LANE_HEIGHT);
    }
    page->y += height + 6;
    if (!page->dry)
        key(page);
    page_untag(page, "Figure");
    page->y += 18;
}

/* --- the file --------------------------------------------------------------------------------------------
 */

/* Dates come from the report, never from the clock: the same report is the same file. */
static void describe(struct pdf *pdf, struct arena *arena, const json_t *model)
{
    const char *as_of = json_text_or(model, "as_of", "1970-01-01T00:00:00Z");
    const char *date = arena_printf(arena, "%.19sZ", as_of);
    cairo_surface_t *surface = pdf->page.surface;
    cairo_pdf_surface_set_metadata(surface, CAIRO_PDF_METADATA_TITLE, sections_title(arena, model));
    cairo_pdf_surface_set_metadata(surface, CAIRO_PDF_METADATA_SUBJECT, "Evidence report of an offboarding");
    cairo_pdf_surface_set_metadata(surface, CAIRO_PDF_METADATA_AUTHOR,
                                   json_text_or(json_object_at(model, "request"), "requested_by", "Lastday"));
    cairo_pdf_surface_set_metadata(surface, CAIRO_PDF_METADATA_CREATOR,
                                   json_text_or(model, "made_by", "Lastday"));
    cairo_pdf_surface_set_metadata(surface, CAIRO_PDF_METADATA_CREATE_DATE, date);
    cairo_pdf_surface_set_metadata(surface, CAIRO_PDF_METADATA_MOD_DATE, date);
}

/* Lays out everything; ret NULL: to count the pages, which come back. */
static bool lay_out(const struct signed_report *report, struct strbuf *ret, int total, int *ret_pages)
{
    AUTO_ARENA struct arena *arena = arena_new();
    struct pdf pdf = {.writer = {.heading = heading,
                                 .paragraph = paragraph,
                                 .facts = facts,
                                 .table_begin = table_begin,
                                 .row = row,
                                 .table_end = table_end,
                                 .command = command,
                                 .picture = picture}};
    const char *foot = arena_printf(arena, "%s · %s", sections_title(arena, report->model),
                                    json_text_or(report->model, "id", ""));
    page_open(&pdf.page, ret, foot, total);
    if (ret)
        describe(&pdf, arena, report->model);
    page_tag(&pdf.page, "Document");
    sections_write(report, &pdf.writer);
    page_untag(&pdf.page, "Document");
    *ret_pages = pdf.page.number;
    return page_close(&pdf.page);
}

bool pdf_write(const struct signed_report *report, struct strbuf *ret, struct err *err)
{
    int pages = 0, again;
    return (lay_out(report, NULL, 0, &pages) && lay_out(report, ret, pages, &again)) ||
           err_set(err, ERR_INTERNAL, "the PDF could not be drawn");
}
