/* pdf_page — pages, styles and lines of text, on which pdf.c lays out a report (private to report/).
 *
 * A report is laid out twice: first without drawing, to know how many pages there are. */
#ifndef REPORT_PDF_PAGE_H
#define REPORT_PDF_PAGE_H

#include <cairo.h>
#include <pango/pangocairo.h>

#include "base/text.h"
#include "report/writer.h"

/* style, family, points, bold */
#define STYLES(X)                \
    X(TITLE, SANS, 19, true)     \
    X(SECTION, SANS, 13, true)   \
    X(TASK, SANS, 10.5, true)    \
    X(TEXT, SANS, 9, false)      \
    X(LABEL, SANS, 8.5, false)   \
    X(CAPTION, SANS, 8, true)    \
    X(CELL, SANS, 7.8, false)    \
    X(COLUMN, SANS, 7.8, true)   \
    X(CODE, MONO, 7, false)      \
    X(COMMAND, MONO, 8.5, false) \
    X(SMALL, SANS, 7, false)

enum style {
#define STYLE_ID(id, ...) STYLE_##id,
    STYLES(STYLE_ID)
#undef STYLE_ID
        STYLE_COUNT
};

#define PAGE_WIDTH 595.276 /* A4, in points */
#define PAGE_HEIGHT 841.89
#define PAGE_LEFT 46.0
#define PAGE_TOP 46.0
#define PAGE_BOTTOM (PAGE_HEIGHT - 54.0)
#define BODY_WIDTH (PAGE_WIDTH - 2 * PAGE_LEFT)

/* Layouts by what they are for: a page can break while the cells of a row are written, and its foot and the
 * heads of the columns must not take their places. */
enum { SLOT_CELL = 0, SLOT_HEAD = COLUMNS_MAX, SLOT_FOOT = 2 * COLUMNS_MAX, SLOT_COUNT };

struct page {
    cairo_surface_t *surface;
    cairo_t *cr;
    PangoFontMap *fonts;
    PangoContext *context;
    PangoFontDescription *styles[STYLE_COUNT];
    PangoLayout *layouts[SLOT_COUNT]; /* used again and again */
    bool dry;                         /* laid out, not drawn */
    int number;                       /* of the page, from 1 */
    int total;                        /* 0 while it is not known */
    double y;
    const char *foot;            /* what stands at the bottom of each page */
    void (*on_break)(void *ctx); /* after a new page was begun; may be NULL */
    void *ctx;
};

/* The PDF goes to ret, which must outlive the page; NULL: nowhere, for the dry run. */
void page_open(struct page *page, struct strbuf *ret, const char *foot, int total);
/* Finishes the file; false when cairo has failed. */
bool page_close(struct page *page);

void page_break(struct page *page);
double page_left(const struct page *page); /* room to the bottom */
/* Begins a new page unless so much room is left. */
void page_need(struct page *page, double height);

/* A layout of that slot with this text; borrowed until the slot's next use. */
PangoLayout *page_layout(struct page *page, size_t slot, enum style style, const char *text, double width);
double page_layout_height(PangoLayout *layout);
double page_layout_baseline(PangoLayout *layout); /* of the first line */
/* Draws the layout's lines from y on, and on further pages when there is no room. */
void page_flow(struct page *page, PangoLayout *layout, double x, enum accent accent);
/* The same with several beside each other; each part on a page is tagged. y is below the lowest then. */
struct flowing {
    PangoLayout *layout;
    double x;
    enum accent accent;
};
void page_flow_beside(struct page *page, const struct flowing *texts, size_t count, const char *tag);
/* Draws it at a place; no page is begun. */
void page_put(struct page *page, PangoLayout *layout, double x, double y, enum accent accent);
void page_colour(struct page *page, enum accent accent);
void page_rule(struct page *page, double y);
/* Structure of a tagged PDF: "H1", "P", "Table", …; NULL attributes are none. */
void page_tag(struct page *page, const char *tag);
void page_untag(struct page *page, const char *tag);

#endif
