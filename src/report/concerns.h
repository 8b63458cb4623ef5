/* concerns — warnings and blockers, and what became of each, from the journal alone (private to report/). */
#ifndef REPORT_CONCERNS_H
#define REPORT_CONCERNS_H

#include "base/json.h"

/* Zero-initialise. */
struct concerns {
    json_t *warnings; /* as model.h has them; NULL: none */
    json_t *approved; /* {by, at, reason}; NULL: nobody had to */
};
void concerns_done(struct concerns *concerns);
/* The request: whoever made it accepted its warnings, or lifted its blockers. */
void concerns_requested(struct concerns *concerns, const json_t *request);
/* A warning that was not there when it was asked for. */
void concerns_found(struct concerns *concerns, int64_t at, const json_t *warning);
/* Somebody approved: what stands in the way then is lifted, or the second person has agreed. */
void concerns_approved(struct concerns *concerns, int64_t at, const json_t *data);

#endif
