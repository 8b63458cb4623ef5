/* html — the report as one HTML file that needs nothing else: its style sheet inside, the picture as SVG, no
 * script (private to report/). It is well-formed XML too, so that tools can read it. */
#ifndef REPORT_HTML_H
#define REPORT_HTML_H

#include "report/signed.h"

/* All but the seal. */
void html_write(const struct signed_report *report, struct strbuf *ret);
/* The signed JSON inside, read; NULL when there is none. The caller owns it. */
json_t *html_embedded(const char *bytes, size_t length);

#endif
