#include "report/pdf_page.h"

#include <cairo-pdf.h>
#include <stdio.h>

/* DejaVu has Arabic and Hebrew as well, but they are made of loose letters to who searches the text. */
#define FAMILY_SANS "Noto Sans, Noto Sans Arabic, Noto Sans Hebrew, Liberation Sans, DejaVu Sans, sans-serif"
#define FAMILY_MONO "DejaVu Sans Mono, Liberation Mono, monospace"

static const struct {
    const char *family;
    double points;
    bool bold;
} styles[] = {
#define STYLE_ROW(id, family, points, bold) {FAMILY_##family, points, bold},
    STYLES(STYLE_ROW)
#undef STYLE_ROW
};

/* Never an error: cairo 1.16 stops the process when a tagged PDF cannot be written. A buffer that is full
 * takes no more and says so. */
static cairo_status_t collect(void *ctx, const unsigned char *bytes, unsigned int length)
{
    strbuf_add(ctx, bytes, length);
    return CAIRO_STATUS_SUCCESS;
}

/* A font map of its own: what it caches goes with it, and no other report has a part in this one. */
static void open_fonts(struct page *page)
{
    cairo_font_options_t *options = cairo_font_options_create();
    cairo_font_options_set_hint_style(options, CAIRO_HINT_STYLE_NONE);
    cairo_font_options_set_hint_metrics(options, CAIRO_HINT_METRICS_OFF);
    page->fonts = pango_cairo_font_map_new();
    page->context = pango_font_map_create_context(page->fonts);
    pango_cairo_context_set_resolution(page->context, 72);
    pango_cairo_context_set_font_options(page->context, options);
    pango_context_set_language(page->context, pango_language_from_string("en"));
    pango_cairo_update_context(page->cr, page->context);
    cairo_font_options_destroy(options);
    for (int i = 0; i < STYLE_COUNT; i++) {
        PangoFontDescription *style = pango_font_description_new();
        pango_font_description_set_family_static(style, styles[i].family);
        pango_font_description_set_size(style, (gint)(styles[i].points * PANGO_SCALE));
        pango_font_description_set_weight(style,
                                          styles[i].bold ? PANGO_WEIGHT_SEMIBOLD : PANGO_WEIGHT_NORMAL);
        page->styles[i] = style;
    }
    PangoAttrList *unhyphenated = pango_attr_list_new(); /* nothing gains a hyphen where it is broken */
    pango_attr_list_insert(unhyphenated, pango_attr_insert_hyphens_new(FALSE));
    for (size_t i = 0; i < SLOT_COUNT; i++) {
        page->layouts[i] = pango_layout_new(page->context);
        pango_layout_set_auto_dir(page->layouts[i], TRUE);
        pango_layout_set_wrap(page->layouts[i], PANGO_WRAP_WORD_CHAR);
        pango_layout_set_attributes(page->layouts[i], unhyphenated);
    }
    pango_attr_list_unref(unhyphenated);
}

void page_open(struct page *page, struct strbuf *ret, const char *foot, int total)
{
    *page = (struct page){.dry = ret == NULL, .number = 1, .total = total, .y = PAGE_TOP, .foot = foot};
    page->surface = cairo_pdf_surface_create_for_stream(ret ? collect : NULL, ret, PAGE_WIDTH, PAGE_HEIGHT);
    page->cr = cairo_create(page->surface);
    open_fonts(page);
}

static void draw_foot(struct page *page)
{
    char text[60];
    snprintf(text, sizeof text, page->total ? "Page %d of %d" : "Page %d", page->number, page->total);
    PangoLayout *layout = page_layout(page, SLOT_FOOT, STYLE_SMALL, text, BODY_WIDTH);
    PangoRectangle box;
    pango_layout_get_pixel_extents(layout, NULL, &box);
    double y = PAGE_HEIGHT - 36;
    page_put(page, layout, PAGE_LEFT + BODY_WIDTH - box.width, y, ACCENT_DIM);
    page_put(page, page_layout(page, SLOT_FOOT, STYLE_SMALL, page->foot, BODY_WIDTH - box.width - 12),
             PAGE_LEFT, y, ACCENT_DIM);
}

bool page_close(struct page *page)
{
    draw_foot(page);
    cairo_show_page(page->cr);
    cairo_surface_finish(page->surface);
    bool good = cairo_status(page->cr) == CAIRO_STATUS_SUCCESS &&
                cairo_surface_status(page->surface) == CAIRO_STATUS_SUCCESS;
    for (size_t i = 0; i < SLOT_COUNT; i++)
        g_object_unref(page->layouts[i]);
    for (int i = 0; i < STYLE_COUNT; i++)
        pango_font_description_free(page->styles[i]);
    g_object_unref(page->context);
    g_object_unref(page->fonts);
    cairo_destroy(page->cr);
    cairo_surface_destroy(page->surface);
    return good;
}

void page_break(struct page *page)
{
    draw_foot(page);
    cairo_show_page(page->cr);
    page->number++;
    page->y = PAGE_TOP;
    if (page->on_break)
        page->on_break(page->ctx);
}

double page_left(const struct page *page)
{
    return PAGE_BOTTOM - page->y;
}

void page_need(struct page *page, double height)
{
    if (page_left(page) < height && page->y > PAGE_TOP)
        page_break(page);
}

PangoLayout *page_layout(struct page *page, size_t slot, enum style style, const char *text, double width)
{
    PangoLayout *layout = page->layouts[slot];
    pango_layout_set_font_description(layout, page->styles[style]);
    pango_layout_set_width(layout, (int)(width * PANGO_SCALE));
    pango_layout_set_text(layout, text ? text : "", -1);
    return layout;
}

double page_layout_height(PangoLayout *layout)
{
    PangoRectangle box;
    pango_layout_get_extents(layout, NULL, &box);
    return (double)box.height / PANGO_SCALE;
}

double page_layout_baseline(PangoLayout *layout)
{
    return (double)pango_layout_get_baseline(layout) / PANGO_SCALE;
}

void page_colour(struct page *page, enum accent accent)
{
    static const double colours[][3] = {[ACCENT_NONE] = {0.09, 0.11, 0.13},
                                        [ACCENT_GOOD] = {0.05, 0.38, 0.14},
                                        [ACCENT_WARN] = {0.47, 0.29, 0.00},
                                        [ACCENT_BAD] = {0.62, 0.05, 0.13},
                                        [ACCENT_DIM] = {0.33, 0.36, 0.40}};
    const double *colour = colours[accent];
    cairo_set_source_rgb(page->cr, colour[0], colour[1], colour[2]);
}

/* From that line on, as many as fit; *ret_y is below the last one. The number of the next line. */
static int put_lines(struct page *page, PangoLayout *layout, double x, double y, double bottom, int first,
                     enum accent accent, double *ret_y)
{
    PangoLayoutIter *iter = pango_layout_get_iter(layout);
    int n = 0, next = first, top = 0, begin, end;
    do {
        PangoRectangle box;
        if (n++ < first)
            continue;
        pango_layout_iter_get_line_yrange(iter, &begin, &end);
        top = n - 1 == first ? begin : top;
        if (y + (double)(end - top) / PANGO_SCALE > bottom + 0.01 && n - 1 > first)
            break;
        pango_layout_iter_get_line_extents(iter, NULL, &box);
        double baseline = (double)(pango_layout_iter_get_baseline(iter) - top) / PANGO_SCALE;
        if (!page->dry) {
            page_colour(page, accent);
            cairo_move_to(page->cr, x + (double)box.x / PANGO_SCALE, y + baseline);
            pango_cairo_show_layout_line(page->cr, pango_layout_iter_get_line_readonly(iter));
        }
        *ret_y = y + (double)(end - top) / PANGO_SCALE;
        next = n;
    } while (pango_layout_iter_next_line(iter));
    pango_layout_iter_free(iter);
    return next;
}

void page_put(struct page *page, PangoLayout *layout, double x, double y, enum accent accent)
{
    double below;
    put_lines(page, layout, x, y, PAGE_HEIGHT * 100, 0, accent, &below);
}

/* What fits of each on this page; true when something is left. */
static bool flow_part(struct page *page, const struct flowing *texts, int *next, size_t count,
                      const char *tag)
{
    double top = page->y;
    bool left = false;
    for (size_t i = 0; i < count; i++) {
        int lines = pango_layout_get_line_count(texts[i].layout);
        double below = top;
        if (next[i] >= lines)
            continue;
        if (tag)
            page_tag(page, tag);
        next[i] =
            put_lines(page, texts[i].layout, texts[i].x, top, PAGE_BOTTOM, next[i], texts[i].accent, &below);
        if (tag)
            page_untag(page, tag);
        page->y = below > page->y ? below : page->y;
        left |= next[i] < lines;
    }
    return left;
}

void page_flow_beside(struct page *page, const struct flowing *texts, size_t count, const char *tag)
{
    int next[COLUMNS_MAX] = {0};
    while (flow_part(page, texts, next, count, tag))
        page_break(page);
}

void page_flow(struct page *page, PangoLayout *layout, double x, enum accent accent)
{
    page_flow_beside(page, &(struct flowing){layout, x, accent}, 1, NULL);
}

void page_rule(struct page *page, double y)
{
    if (page->dry)
        return;
    cairo_set_source_rgb(page->cr, 0.80, 0.83, 0.86);
    cairo_set_line_width(page->cr, 0.5);
    cairo_move_to(page->cr, PAGE_LEFT, y);
    cairo_line_to(page->cr, PAGE_LEFT + BODY_WIDTH, y);
    cairo_stroke(page->cr);
}

void page_tag(struct page *page, const char *tag)
{
    if (!page->dry)
        cairo_tag_begin(page->cr, tag, NULL);
}

void page_untag(struct page *page, const char *tag)
{
    if (!page->dry)
        cairo_tag_end(page->cr, tag);
}
