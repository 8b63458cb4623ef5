/* log — named events with fields for the operator: JSON lines, or text on a terminal. Standard error.
 *
 * What a customer may ask next year belongs in the journal instead. There is deliberately no way to log a
 * secret: fields take texts and numbers, and callers never hold a secret as a plain text (vault).
 * Thread-safe. */
#ifndef BASE_LOG_H
#define BASE_LOG_H

#include <stdint.h>

#include "base/err.h"

enum log_level { LOG_DEBUG, LOG_INFO, LOG_WARN, LOG_ERROR };

struct log_field {
    const char *name; /* NULL ends the list */
    const char *text; /* NULL: number counts */
    int64_t number;
};
#define LOG_TEXT(name, text) ((struct log_field){name, (text) ? (text) : "", 0})
#define LOG_INT(name, number) ((struct log_field){name, NULL, (int64_t)(number)})
#define LOG_ERR(err)                                                    \
    LOG_TEXT("code", (err)->code), LOG_TEXT("message", (err)->message), \
        LOG_TEXT("request_id", (err)->request_id)

/* Called once at the start, before any thread. */
void log_setup(enum log_level least, bool json);
bool log_level_parse(const char *text, enum log_level *ret);

void log_write(enum log_level level, const char *event, const struct log_field *fields);
#define LOG_FIELDS(...) ((const struct log_field[]){__VA_ARGS__ __VA_OPT__(, ){0}})
#define log_debug(event, ...) log_write(LOG_DEBUG, event, LOG_FIELDS(__VA_ARGS__))
#define log_info(event, ...) log_write(LOG_INFO, event, LOG_FIELDS(__VA_ARGS__))
#define log_warn(event, ...) log_write(LOG_WARN, event, LOG_FIELDS(__VA_ARGS__))
#define log_error(event, ...) log_write(LOG_ERROR, event, LOG_FIELDS(__VA_ARGS__))

#endif
