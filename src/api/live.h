/* live — server-sent events: whoever follows gets a snapshot and then every later event of the journal.
 *
 * One thread serves all streams; none of them holds another. Events are rendered once and kept in a ring for
 * all followers; one that is far behind is fed from the journal, a page at a time, as fast as it reads. */
#ifndef API_LIVE_H
#define API_LIVE_H

#include "api/server.h"
#include "api/sse.h"
#include "api/stream.h"

struct live;

/* Keeps the context, which must outlive it. Never NULL. */
struct live *live_start(const struct api_context *context);
void live_end_streams(struct live *live); /* ends every stream and takes no new one */
void live_stop(struct live *live);        /* after live_end_streams; NULL is fine */

/* Opens a stream about one offboarding, or about all that `who` sees (offboarding_id NULL). last_id counts
 * when last is SSE_ID. The caller reads the stream and leaves it. NULL with err set: ERR_NOT_FOUND, ERR_LIMIT
 * when this principal has too many open, or a failure of the store. */
MUST_USE struct stream *live_open(struct live *live, const struct principal *who, const char *offboarding_id,
                                  enum sse_last last, int64_t last_id, struct err *err);

size_t live_count(struct live *live); /* open streams */

#endif
