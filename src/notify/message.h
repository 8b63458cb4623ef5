/* message — one notice in words, the same for every channel: what formats, mails and tickets are made from.
 * Pure.
 *
 * A message is an object:
 *   message_id, event, mood ("neutral" …), at, title, headline, name, reference, summary, url (null without
 * one) facts     [{name, value}] problems  ["…"]: what failed and what people are warned of, most important
 * first offboarding  the snapshot of the notice (null for an operator's event) password_url  only where a
 * private channel adds it */
#ifndef NOTIFY_MESSAGE_H
#define NOTIFY_MESSAGE_H

#include "base/arena.h"
#include "base/json.h"

#define MESSAGE_ID_SIZE 40
/* "msg_" and the id of the delivery without hyphens: the same for every try of it. */
char *message_id(const char *delivery_id, char text[MESSAGE_ID_SIZE]);

/* data is what the notice holds: a snapshot of the offboarding, or {"summary", "facts"} of an operator's
 * event. public_url NULL: no links. A new value. */
json_t *message_make(const char *event, const json_t *data, int64_t at, const char *public_url,
                     const char *id);
/* An offboarding that never was, for previews and tests; a new snapshot. */
json_t *message_sample(const char *event, int64_t now);

/* At most that many UTF-16 units, which is how the chat services count; a cut text ends with "…". In the
 * arena. */
char *text_cut(struct arena *arena, const char *text, size_t units);
/* Control characters but newlines become spaces, so that no format is broken by them. In the arena. */
char *text_clean(struct arena *arena, const char *text);
/* A backslash before each of the characters, and before what begins a list, a quote or a heading. In the
 * arena. */
char *text_markdown(struct arena *arena, const char *text, const char *special);

#endif
