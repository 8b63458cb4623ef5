/* batch — the offboardings of one request together: let go in two stages, and stopped at once.
 *
 * A request for many users waits for a second person. What that person lets go first is a handful; when these
 * have ended and somebody has looked at what became of them, the rest. */
#ifndef JOURNAL_BATCH_H
#define JOURNAL_BATCH_H

#include "store/store.h"

#define BATCH_FIRST 5

struct batch_release {
    int64_t released;
    int64_t waiting; /* for the next release */
};
/* Lets the next stage of what awaits approval go. ERR_CONFLICT when nothing does, or when the first stage has
 * not ended; ERR_FORBIDDEN when the one who asked would approve it. */
MUST_USE bool batch_approve(struct tx *tx, const char *batch, const char *by, const char *reason, int64_t now,
                            struct batch_release *ret, struct err *err);

/* What is stopped: everything unfinished of a batch; or, with batch NULL, everything that is due or under
 * way.
 */
struct batch_stop {
    const char *batch;
    const char *tenant_id; /* NULL: of all tenants */
};
/* From the commit of this on no change is sent for any of them but what is on the way. One statement, however
 * many there are. *ret_ids is a new array of their ids: cancel each (offboarding_cancel), which writes the
 * journal. */
MUST_USE bool batch_stop_writes(struct tx *tx, const struct batch_stop *stop, int64_t now, json_t **ret_ids,
                                struct err *err);

#endif
