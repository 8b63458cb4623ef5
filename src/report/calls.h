/* calls — pairs what the journal says before and after each call (private to report/). */
#ifndef REPORT_CALLS_H
#define REPORT_CALLS_H

#include "journal/chain.h"

/* Zero-initialise. */
struct calls {
    json_t *list; /* the calls so far; NULL: none */
    json_t *open; /* {what it is: [index of those without an answer]} */
};
void calls_done(struct calls *calls);
/* An intent or result event. */
void calls_intent(struct calls *calls, const struct chain_event *event, const char *direction,
                  const json_t *data);
void calls_result(struct calls *calls, const struct chain_event *event, const json_t *data);

#endif
