/* pdf — the report as PDF: pango shapes the text of every script that the machine has a font for, cairo draws
 * (private to report/). Tagged, with title, outline, page numbers; the same report and fonts give the same
 * bytes. Thread-safe; memory is given back. */
#ifndef REPORT_PDF_H
#define REPORT_PDF_H

#include "report/signed.h"

/* All but the seal. ERR_INTERNAL when cairo refuses. */
MUST_USE bool pdf_write(const struct signed_report *report, struct strbuf *ret, struct err *err);

#endif
