/* GET /events and /offboardings/{id}/events: server-sent events. */
#include "api/call.h"
#include "api/live.h"
#include "api/visible.h"

static bool follow(struct call *call, const char *offboarding_id, struct err *err)
{
    int64_t last_id = 0;
    enum sse_last last = sse_last_id(http_header(call->request, "Last-Event-ID"),
                                     http_query(call->request, "last_event_id"), &last_id);
    if (last == SSE_BAD) {
        input_bad(&call->input, "?last_event_id", "not_a_number",
                  "The last event id must be a whole number that an event carried.");
        return input_verdict(&call->input, err);
    }
    struct stream *stream = live_open(call->api->live, &call->who, offboarding_id, last, last_id, err);
    if (!stream)
        return false;
    call->reply.status = 200;
    call->reply.content_type = "text/event-stream";
    call->reply.stream = stream;
    reply_header(&call->reply, "Cache-Control", "no-store");
    reply_header(&call->reply, "X-Accel-Buffering", "no");
    return true;
}

bool events_get(struct call *call, struct err *err)
{
    return follow(call, NULL, err);
}

bool offboarding_events_get(struct call *call, struct err *err)
{
    const char *id;
    return visible_offboarding(call, &id, err) && follow(call, id, err);
}
