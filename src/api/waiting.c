#include "api/waiting.h"

#include <stdlib.h>
#include <string.h>

#include "api/problem.h"
#include "base/memory.h"
#include "base/thread.h"

#define RETRY_MS 2000

struct waiting {
    pthread_mutex_t lock; /* everything below */
    char what[32];
    struct err why;
};

struct waiting *waiting_new(void)
{
    struct waiting *waiting = must(calloc(1, sizeof *waiting));
    pthread_mutex_init(&waiting->lock, NULL);
    struct err err;
    err_code(&err, ERR_UNREACHABLE, "starting", "The server is starting.");
    waiting_for(waiting, "server", &err);
    return waiting;
}

void waiting_free(struct waiting *waiting)
{
    if (waiting)
        pthread_mutex_destroy(&waiting->lock);
    free(waiting);
}

void waiting_for(struct waiting *waiting, const char *what, const struct err *why)
{
    WITH_LOCK(&waiting->lock);
    snprintf(waiting->what, sizeof waiting->what, "%s", what);
    waiting->why = *why;
    waiting->why.kind = ERR_UNREACHABLE;
    waiting->why.retry_after_ms = RETRY_MS;
}

static void reply_json(struct reply *reply, struct arena *arena, int status, json_t *value)
{
    AUTO_FREE char *text = json_write(value);
    json_decref(value);
    reply->status = status;
    reply->content_type = "application/json";
    reply->body = arena_text(arena, text);
    reply->length = strlen(text);
}

void waiting_answer(struct waiting *waiting, const struct http_request *request, struct arena *arena,
                    struct reply *reply)
{
    WITH_LOCK(&waiting->lock);
    if (strcmp(request->path, "/healthz") == 0)
        reply_json(reply, arena, 200, json_make("{s:s, s:s}", "status", "ok", "version", LASTDAY_VERSION));
    else if (strcmp(request->path, "/readyz") == 0)
        reply_json(reply, arena, 503,
                   json_make("{s:s, s:[{s:s, s:b, s:s, s:o}]}", "status", "not_ready", "checks", "name",
                             waiting->what, "ok", 0, "code", waiting->why.code, "message",
                             json_text_new(waiting->why.message)));
    else
        problem_reply(reply, arena, &waiting->why, NULL, request->id);
}
