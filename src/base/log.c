#include "base/log.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/json.h"
#include "base/text.h"

static enum log_level least_level = LOG_INFO;
static bool as_json = true;
static const char *const level_names[] = {"debug", "info", "warn", "error"};

void log_setup(enum log_level least, bool json)
{
    least_level = least;
    as_json = json;
}

bool log_level_parse(const char *text, enum log_level *ret)
{
    for (int i = LOG_DEBUG; i <= LOG_ERROR; i++) {
        if (text_equal_nocase(text, level_names[i])) {
            *ret = (enum log_level)i;
            return true;
        }
    }
    return false;
}

static void line_json(struct strbuf *line, const char *time, enum log_level level, const char *event,
                      const struct log_field *fields)
{
    AUTO_JSON json_t *object =
        json_make("{s:s, s:s, s:s}", "time", time, "level", level_names[level], "event", event);
    for (; fields->name; fields++)
        json_put(object, fields->name,
                 fields->text ? json_text_new(fields->text) : json_integer(fields->number));
    AUTO_FREE char *text = json_write(object);
    strbuf_text_add(line, text);
}

static void line_text(struct strbuf *line, const char *time, enum log_level level, const char *event,
                      const struct log_field *fields)
{
    strbuf_printf(line, "%s %-5s %s", time, level_names[level], event);
    for (; fields->name; fields++) {
        if (fields->text && !*fields->text)
            continue;
        strbuf_printf(line, " %s=", fields->name);
        if (!fields->text)
            strbuf_printf(line, "%" PRId64, fields->number);
        for (const char *c = fields->text; c && *c; c++) /* one event stays one line */
            strbuf_char(line, (unsigned char)*c < ' ' ? ' ' : *c);
    }
}

void log_write(enum log_level level, const char *event, const struct log_field *fields)
{
    char time[TIME_TEXT_SIZE];
    AUTO_STRBUF struct strbuf line = STRBUF_MAX(64 * 1024);
    if (level < least_level)
        return;
    time_format(clock_utc_ms(clock_system()), time);
    (as_json ? line_json : line_text)(&line, time, level, event, fields);
    strbuf_char(&line, '\n');
    const char *text = strbuf_text(&line);
    for (size_t left = line.length; left;) { /* one write, so that lines of many threads do not mix */
        ssize_t done = write(STDERR_FILENO, text, left);
        if (done <= 0)
            return;
        text += done;
        left -= (size_t)done;
    }
}
