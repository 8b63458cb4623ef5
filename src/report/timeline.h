/* timeline — what ran when, from the task events (private to report/): a span for each stretch in one state.
 */
#ifndef REPORT_TIMELINE_H
#define REPORT_TIMELINE_H

#include "base/json.h"

/* Zero-initialise. */
struct timeline {
    json_t *spans; /* [{direction, task, state, from, to}]; NULL: none */
    json_t *open;  /* {"do/remove_licenses": index of the span that has not ended} */
};
void timeline_done(struct timeline *timeline);
/* data: of a task event, at that moment. */
void timeline_take(struct timeline *timeline, int64_t at, const json_t *data);
/* What still runs has lasted until then. */
void timeline_end(struct timeline *timeline, int64_t at);

#endif
