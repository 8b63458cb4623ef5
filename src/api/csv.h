/* csv — tables for spreadsheets (RFC 4180), in which nothing that others wrote becomes a formula.
 *
 * Every cell is quoted. A text that a spreadsheet would take for a formula (it begins with = + - @, a tab or
 * a line break, in any width) gets an apostrophe before it, as OWASP's "CSV Injection" advises. */
#ifndef API_CSV_H
#define API_CSV_H

#include "base/text.h"

/* What tells spreadsheets that the file is UTF-8. */
#define CSV_MARK "\xef\xbb\xbf"

/* One line; NULL is an empty cell. */
void csv_line(struct strbuf *buf, const char *const *cells, size_t count);

#endif
