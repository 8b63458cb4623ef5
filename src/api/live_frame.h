/* live_frame — events of the journal as the client sees them. */
#ifndef API_LIVE_FRAME_H
#define API_LIVE_FRAME_H

#include <stddef.h>

#include "auth/role.h"
#include "journal/journal.h"

/* One event, ready to send. Owned by whoever holds it: frame_done. */
struct frame {
    int64_t id;
    char *offboarding_id;
    char *tenant_id; /* "" when it is not known any more */
    char *text;
};
void frame_done(struct frame *frame);

/* Up to limit live events after the id, oldest first; offboarding_id NULL: of all. The count; -1 with err. */
ptrdiff_t frames_read(struct store *store, const char *offboarding_id, int64_t after_id,
                      struct frame *ret_frames, size_t limit, struct err *err);

/* What a stream begins with: the offboarding, or the first page of the list that who may see. A new value;
 * NULL with err set. */
json_t *frame_snapshot(struct tx *tx, const struct principal *who, const char *offboarding_id,
                       struct err *err);

#endif
