/* sse — the wire form of server-sent events (WHATWG HTML, section 9.2.5). Pure. */
#ifndef API_SSE_H
#define API_SSE_H

#include <stdint.h>

#include "base/text.h"

#define SSE_RETRY_MS 2000 /* how long a browser waits before it connects again */
#define SSE_COMMENT ": still here\n\n"

/* First bytes of a stream: the retry time, and a comment so that proxies pass it on at once. */
void sse_begin(struct strbuf *buf);
/* One event; data may have several lines. id < 0 leaves the id out. */
void sse_event(struct strbuf *buf, int64_t id, const char *event, const char *data);

enum sse_last { SSE_NONE, SSE_ID, SSE_BAD };
/* The id to go on after: the header, which a reconnecting browser sends, counts before the query parameter.
 */
enum sse_last sse_last_id(const char *header, const char *query, int64_t *ret_id);

#endif
