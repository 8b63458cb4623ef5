/* audit — does what the store shows agree with the journal, and is the journal whole?
 *
 * The chain (chain.h) tells whether events are as they were written. Rows are what everybody reads, and can
 * be changed beside the journal: each ended task is compared with what its last event says, and the request
 * with the first. */
#ifndef JOURNAL_AUDIT_H
#define JOURNAL_AUDIT_H

#include "journal/chain.h"

/* What the journal says last, gathered while its events are visited in order. Zero-initialise. */
struct audit_last {
    json_t *request; /* data of the request event; NULL: written before there was one */
    json_t *tasks;   /* {"do/remove_licenses": data of its last task event} */
};
void audit_last_take(struct audit_last *last, const struct chain_event *event, json_t *data); /* borrows */
void audit_last_done(struct audit_last *last);
/* The last data of a task; NULL when it has no event. */
json_t *audit_last_task(const struct audit_last *last, const char *direction, const char *task);

/* Adds a finding ("row_changed") for each row of the offboarding, as offboarding_json shows it, that differs
 * from the journal. */
void audit_rows(const json_t *offboarding, const struct audit_last *last, json_t *findings);

struct audit {
    int64_t events;   /* in the chain */
    int64_t older;    /* events that were written before there was a chain */
    json_t *findings; /* [{"seq", "code", "message"}] */
};
/* Checks one offboarding. audit_done frees the findings. */
MUST_USE bool audit_offboarding(struct tx *tx, const char *id, struct audit *ret, struct err *err);
void audit_done(struct audit *audit);
/* Up to limit ids of what has a journal or should have one, after an id ("" for the first): a new array. */
MUST_USE json_t *audit_ids(struct tx *tx, const char *after, size_t limit, struct err *err);

#endif
