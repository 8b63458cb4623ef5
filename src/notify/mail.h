/* mail — a message as subject, HTML and plain text. Pure.
 *
 * The HTML is what Outlook's Word engine shows well: tables for layout, inline styles, no images, no fonts,
 * no style sheet. Lines end with CRLF. */
#ifndef NOTIFY_MAIL_H
#define NOTIFY_MAIL_H

#include "base/arena.h"
#include "base/json.h"

struct mail {
    const char *subject;
    const char *html;
    const char *text;
    const char *fragment; /* simple HTML for a ticket, without a document around it */
};
/* In the arena. */
struct mail mail_make(const json_t *message, struct arena *arena);

#endif
