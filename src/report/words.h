/* words — how values, states and times are said in a report (private to report/). Results live in the arena.
 */
#ifndef REPORT_WORDS_H
#define REPORT_WORDS_H

#include "base/arena.h"
#include "base/json.h"
#include "report/writer.h"

/* A text of others as it may be shown: control characters, and those that turn the direction of writing, are
 * named (⟨U+202E⟩) instead of obeyed; what is longer than max bytes is cut, and says so. NULL stays NULL. */
const char *words_clean(struct arena *arena, const char *text, size_t max);
#define WORDS_MAX_BYTES 2000

const char *words_time(struct arena *arena, const char *rfc3339); /* "2026-11-26 01:59:48.546"; NULL: NULL */
const char *words_span(struct arena *arena, int64_t ms); /* "31 ms", "4.2 s", "3 min 5 s", "2 d 4 h" */

/* The state of an offboarding, task, item or call as a cell. */
struct cell words_state(const char *status);
/* "no_mailbox" → "no mailbox", "accountEnabled" → "Account enabled" */
const char *words_name(struct arena *arena, const char *name);
const char *words_reason(struct arena *arena, const char *code); /* with the words of codes that need some */

/* Any JSON value in words. items: rows that give ids names, or NULL. */
const char *words_value(struct arena *arena, const json_t *value, const json_t *items);

#endif
