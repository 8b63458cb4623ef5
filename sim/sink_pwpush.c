/* Password Pusher, v1 and v2: making and deleting pushes. */
#include <stdio.h>
#include <string.h>

#include "base/rng.h"
#include "base/text.h"
#include "sink.h"

static bool may(const struct sim_call *call, bool v1)
{
    return sink_header_is(call, "Authorization", "Bearer sim-pwpush-token") ||
           (v1 && sink_header_is(call, "X-User-Token", "sim-pwpush-token") &&
            sink_header_is(call, "X-User-Email", "ops@sim.example"));
}

static void push(struct sim_call *call, json_t *pushes, const json_t *sent)
{
    AUTO_STRBUF struct strbuf url = STRBUF_MAX(500);
    char token[UUID_SIZE];
    int64_t days = json_int(sent, "expire_after_days", 7), views = json_int(sent, "expire_after_views", 5);

    if (!json_text(sent, "payload") || days < 1 || days > 90 || views < 1 || views > 100) {
        sink_json(call, 422,
                  json_make("{s:s}", "error", "Payload is required; days and views must be in range."));
        return;
    }
    uuid_v4(rng_system(), token);
    strbuf_printf(&url, "%s/pwpush/p/%s", call->base_url, token);
    json_t *kept = json_deep_copy(sent);

    json_put(kept, "deleted", json_false());
    json_put(pushes, token, kept);
    sink_json(call, 201,
              json_make("{s:s, s:s, s:I, s:I, s:b, s:b, s:I, s:I}", "url_token", token, "html_url",
                        strbuf_text(&url), "expire_after_days", (json_int_t)days, "expire_after_views",
                        (json_int_t)views, "expired", 0, "deleted", 0, "views_remaining", (json_int_t)views,
                        "days_remaining", (json_int_t)days));
}

static void delete_push(struct sim_call *call, json_t *pushes, const char *rest)
{
    char token[UUID_SIZE];

    snprintf(token, sizeof token, "%.*s", (int)strcspn(rest, "."), rest);
    json_t *kept = json_object_get(pushes, token);

    if (!kept) {
        sink_json(call, 404, json_make("{s:s}", "error", "not-found"));
        return;
    }
    json_put(kept, "deleted", json_true());
    json_put(kept, "payload", json_null());
    sink_json(call, 200, json_make("{s:b}", "deleted", 1));
}

void sink_pwpush(struct sim *sim, struct sim_call *call)
{
    json_t *pushes = sink_member(sink_object(sim, "pwpush"), "pushes", json_object);
    const char *rest = sink_under(call, "/pwpush");
    bool v1 = !strcmp(rest, "/p.json"), v2 = !strcmp(rest, "/api/v2/pushes.json");

    if (!may(call, !v2))
        sink_json(call, 401,
                  json_make("{s:s}", "error", "You need to sign in or sign up before continuing."));
    else if (!strcmp(call->method, "POST") && (v1 || v2))
        push(call, pushes, json_object_get(call->json, v1 ? "password" : "push"));
    else if (!strcmp(call->method, "DELETE") && !strncmp(rest, "/p/", 3))
        delete_push(call, pushes, rest + 3);
    else
        sink_json(call, 404, json_make("{s:s}", "error", "not-found"));
}
