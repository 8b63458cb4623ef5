/* section — what the parts of a report that make its sections share (private to report/). */
#ifndef REPORT_SECTION_H
#define REPORT_SECTION_H

#include <string.h>

#include "report/signed.h"
#include "report/words.h"
#include "report/writer.h"

struct section {
    const struct signed_report *signed_report;
    const json_t *model;
    struct writer *writer;
    struct arena *arena; /* of what is being written */
};

#define COUNT(array) (sizeof(array) / sizeof *(array))
#define FACTS(section, facts) (section)->writer->facts((section)->writer, (facts), COUNT(facts))
#define TABLE(section, caption, columns) \
    (section)->writer->table_begin((section)->writer, (caption), (columns), COUNT(columns))

/* The member of an object as it may be shown. */
static inline const char *clean(const struct section *s, const json_t *object, const char *key)
{
    return words_clean(s->arena, json_text(object, key), WORDS_MAX_BYTES);
}

static inline struct cell plain(const char *text)
{
    return (struct cell){text, ACCENT_NONE, false};
}

static inline struct cell code(const char *text)
{
    return (struct cell){text, ACCENT_NONE, true};
}

static inline struct cell dim(const char *text)
{
    return (struct cell){text, ACCENT_DIM, false};
}

static inline struct cell time_cell(const struct section *s, const json_t *object, const char *key)
{
    return plain(words_time(s->arena, json_text(object, key)));
}

static inline bool is(const json_t *object, const char *key, const char *text)
{
    return strcmp(json_text_or(object, key, ""), text) == 0;
}

static inline void heading(const struct section *s, int level, const char *text)
{
    s->writer->heading(s->writer, level, text, NULL);
}

/* NULL: nothing to say. */
static inline void say(const struct section *s, enum accent accent, const char *text)
{
    if (text)
        s->writer->paragraph(s->writer, accent, text);
}

static inline void row(const struct section *s, const struct cell *cells)
{
    s->writer->row(s->writer, cells);
}

static inline void end_table(const struct section *s)
{
    s->writer->table_end(s->writer);
}

/* section_tasks.c: */
/* Why a task failed, with Microsoft's code and request id; or the reason of another end. NULL: nothing to
 * say. */
const char *section_error(const struct section *section, const json_t *task);
/* All tasks of one direction at a glance, and when they ran. */
void section_results(const struct section *section, const char *caption, const char *direction,
                     const json_t *tasks);
/* Each task by itself: before and after, items, calls. */
void section_each_task(const struct section *section, const char *title, const char *direction,
                       const json_t *tasks);
void section_undo(const struct section *section); /* nothing where there was none */
void section_reads(const struct section *section);

#endif
