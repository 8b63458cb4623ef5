/* sections — what stands in a report, in order (private to report/). */
#ifndef REPORT_SECTIONS_H
#define REPORT_SECTIONS_H

#include "report/signed.h"
#include "report/writer.h"

void sections_write(const struct signed_report *report, struct writer *writer);
/* "Offboarding of Adele Vance"; in the arena. */
const char *sections_title(struct arena *arena, const json_t *model);

#endif
