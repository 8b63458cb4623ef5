/* The generic webhook, a receiver after Standard Webhooks, and one built for CIPP's shape. */
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "sink.h"

#define BODY_MAX (20 * 1024)
#define SKEW_MS (INT64_C(5) * 60 * 1000)

static const char *headers_wrong(struct sim *sim, const struct sim_call *call)
{
    const char *id = call->header(call, "webhook-id"), *stamp = call->header(call, "webhook-timestamp");
    const char *signature = call->header(call, "webhook-signature");
    int64_t seconds;

    if (!id || !*id || strlen(id) > 256)
        return "webhook-id is missing";
    if (!text_to_int(stamp, 0, INT64_MAX / 1000, &seconds) ||
        llabs(seconds * 1000 - sim_now_ms(sim)) > SKEW_MS)
        return "webhook-timestamp is missing, or more than five minutes off";
    for (; signature && *signature;
         signature += strcspn(signature, " ") + (signature[strcspn(signature, " ")] == ' '))
        if (strncmp(signature, "v1,", 3) != 0 || strcspn(signature, " ") != 47)
            return "webhook-signature is not a list of v1,<base64>";
    return NULL;
}

static void keep(struct sim *sim, struct sim_call *call, const char *name)
{
    static const char *const headers[] = {"webhook-id", "webhook-timestamp", "webhook-signature"};
    json_t *entry = sink_arrived(sim, call, name);

    for (size_t i = 0; i < 3; i++)
        json_put_text(entry, headers[i], call->header(call, headers[i]));
    json_put(entry, "raw", json_text_new(call->body)); /* what was signed */
    call->status = 204;
}

void sink_generic(struct sim *sim, struct sim_call *call)
{
    const char *wrong = headers_wrong(sim, call);
    int64_t at;

    if (sink_under(call, "/generic-private") &&
        !sink_header_is(call, "Authorization", "Bearer sim-hook-token"))
        sink_json(call, 401, json_make("{s:s}", "error", "the token is missing or wrong"));
    else if (call->body_length > BODY_MAX)
        sink_json(call, 413, json_make("{s:s}", "error", "the payload is larger than 20 KB"));
    else if (!wrong &&
             (!json_text(call->json, "type") || !time_parse(json_text(call->json, "timestamp"), &at) ||
              !json_is_object(json_object_get(call->json, "data"))))
        sink_json(call, 400, json_make("{s:s}", "error", "the payload needs type, timestamp and data"));
    else if (wrong)
        sink_json(call, 400, json_make("{s:s}", "error", wrong));
    else
        keep(sim, call, "generic");
}

void sink_cipp(struct sim *sim, struct sim_call *call)
{
    const json_t *info = json_object_get(call->json, "TaskInfo"),
                 *results = json_array_at(call->json, "Results");
    size_t i;
    json_t *result;
    bool good = json_text(info, "Name") && json_text(info, "TaskState") && json_array_size(results) > 0;

    json_array_foreach ((json_t *)results, i, result)
        good = good && json_text(result, "Results");
    if (good)
        keep(sim, call, "cipp");
    else
        sink_json(call, 400, json_make("{s:s}", "error", "Tenant, TaskInfo and Results are wanted"));
}
