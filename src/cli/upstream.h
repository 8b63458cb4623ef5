/* upstream — the connectors as the configuration describes them. */
#ifndef CLI_UPSTREAM_H
#define CLI_UPSTREAM_H

#include "api/metrics.h"
#include "config/config.h"
#include "connector/m365.h"

/* Zero-initialise; upstream_close frees. */
struct upstream {
    struct wire *wire;
    struct m365 *m365;
    struct metrics *metrics; /* counts the calls */
};

/* False with err set; wire may then be there all the same. */
MUST_USE bool upstream_open(struct upstream *ret, const struct config *config, struct err *err);
void upstream_close(struct upstream *upstream);

#endif
