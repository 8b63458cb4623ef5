/* writer — what a report is made of, for those who draw it (private to report/): headings, facts, tables,
 * commands, one picture. sections.c says what stands in a report; html.c and pdf.c say how it looks.
 *
 * Texts are UTF-8 without control characters but the newline, and borrowed for the call. */
#ifndef REPORT_WRITER_H
#define REPORT_WRITER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* How a text is meant: colour says it, and the words say it too. */
enum accent { ACCENT_NONE, ACCENT_GOOD, ACCENT_WARN, ACCENT_BAD, ACCENT_DIM };

struct cell {
    const char *text; /* NULL: nothing to say */
    enum accent accent;
    bool code; /* an id, a call: fixed width, may break anywhere */
};

struct fact {
    const char *label;
    struct cell value;
};

#define COLUMNS_MAX 6
struct column {
    const char *title;
    int share; /* of the width */
};

struct bar {
    int64_t from, to; /* milliseconds since the start of the picture */
    enum bar_state { BAR_RUNNING, BAR_VERIFYING, BAR_WAITING } state;
};
struct lane_row {
    const char *label;
    const char *words; /* how long it took, and what came of it */
    enum accent accent;
    const struct bar *bars;
    size_t bar_count;
};
struct picture {
    const char *title;
    const char *words; /* the same as text, for who cannot see it */
    int64_t length;    /* milliseconds, more than 0 */
    const struct lane_row *lanes;
    size_t lane_count;
};

struct writer {
    /* Level 1 stands once, at the top; note stands beside it (NULL: none). */
    void (*heading)(struct writer *writer, int level, const char *text, const struct cell *note);
    void (*paragraph)(struct writer *writer, enum accent accent, const char *text);
    void (*facts)(struct writer *writer, const struct fact *facts, size_t count);
    void (*table_begin)(struct writer *writer, const char *caption, const struct column *columns,
                        size_t count);
    void (*row)(struct writer *writer, const struct cell *cells);
    void (*table_end)(struct writer *writer);
    void (*command)(struct writer *writer, const char *text);
    void (*picture)(struct writer *writer, const struct picture *picture);
};

#endif
