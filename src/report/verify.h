/* verify — is a report as it was issued? Needs neither store nor network. */
#ifndef REPORT_VERIFY_H
#define REPORT_VERIFY_H

#include "report/report.h"

/* What was found out about a genuine file. */
struct verdict {
    enum report_format format;
    char key_id[SIGNING_ID_SIZE];
    bool key_known;       /* it is among the keys that were given */
    json_t *model;        /* the signed document; NULL for a PDF, which does not hold it */
    bool journal_checked; /* the chain was computed anew from the events in the document */
    int64_t journal_events;
    size_t findings; /* what the server found wrong with its own journal when it made the report */
};
void verdict_done(struct verdict *verdict);

/* keys: the answer of GET /report-keys ({"items": [...]}); NULL: the key that the file itself names is taken.
 * True: every byte is as it was signed. ERR_CONFLICT with a sentence otherwise: codes no_report, changed,
 * reformatted, no_seal, unknown_key, retired_key, broken_journal. */
MUST_USE bool report_verify(const char *bytes, size_t length, const json_t *keys, struct verdict *ret,
                            struct err *err);

#endif
