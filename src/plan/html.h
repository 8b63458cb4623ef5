/* html — the out-of-office text: cleaned to a small allow-list, its %variables% checked and filled in.
 *
 * Allowed: p br strong b em i u ul ol li and a[href] with https, mailto or tel. Everything else loses its
 * tags and keeps its text; script, style and the like lose their text too. Pure and thread-safe. */
#ifndef PLAN_HTML_H
#define PLAN_HTML_H

#include <stddef.h>

#include "base/err.h"

#define HTML_MAX_BYTES \
    ((size_t)64 * 1024) /* gumbo takes time in proportion to depth: size and depth are limited first */

/* The cleaned text, to be freed by the caller; NULL with ERR_INPUT when it is too long or nested too deep.
 * Cleaning twice changes nothing. */
MUST_USE char *html_clean(const char *html, struct err *err);
/* The first %word% that is not a known variable, copied into ret_word; false when there is none. Words are
 * letters and underscores only, so "100 % sure" is text. Case does not matter. */
bool html_unknown_variable(const char *html, char *ret_word, size_t size);
/* value(ctx, name) gives a variable's text (NULL: empty), which is escaped as it goes in. The caller frees
 * it. */
char *html_expand(const char *html, const char *(*value)(void *ctx, const char *name), void *ctx);
/* Does the text hold anything a reader would see? */
bool html_is_blank(const char *html);

#endif
