#include "connector/script_test.h"

#include <microhttpd.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/text.h"
#include "base/thread.h"

#define PATHS_MAX 512

struct script {
    struct MHD_Daemon *daemon;
    script_fn answer;
    void *ctx;
    char url[64];
    pthread_mutex_t answering, lock; /* taken in this order */
    struct {
        char name[300];
        unsigned count;
    } seen[PATHS_MAX];
};

struct exchange {
    char *uri;
    struct strbuf body;
    bool started;
};

static unsigned *counter_locked(struct script *script, const char *method, const char *uri)
{
    char name[300];
    snprintf(name, sizeof name, "%s %.*s", method, (int)strcspn(uri, "?"), uri);
    for (size_t i = 0; i < PATHS_MAX; i++) {
        if (script->seen[i].name[0] == '\0')
            memcpy(script->seen[i].name, name, sizeof name);
        if (strcmp(script->seen[i].name, name) == 0)
            return &script->seen[i].count;
    }
    abort();
}

unsigned script_count(struct script *script, const char *method, const char *path)
{
    WITH_LOCK(&script->lock);
    return *counter_locked(script, method, path);
}

static void *remember_uri(void *context, const char *uri, struct MHD_Connection *connection)
{
    (void)context;
    (void)connection;
    struct exchange *exchange = calloc(1, sizeof *exchange);
    exchange->uri = strdup(uri);
    exchange->body.max = 1 << 20;
    return exchange;
}

static void completed(void *context, struct MHD_Connection *connection, void **state,
                      enum MHD_RequestTerminationCode code)
{
    (void)context;
    (void)connection;
    (void)code;
    struct exchange *exchange = *state;
    if (!exchange)
        return;
    free(exchange->uri);
    strbuf_done(&exchange->body);
    free(exchange);
}

static const char *header(struct MHD_Connection *connection, const char *name)
{
    const char *value = MHD_lookup_connection_value(connection, MHD_HEADER_KIND, name);
    return value ? value : "";
}

static enum MHD_Result reply(struct MHD_Connection *connection, const struct script_answer *answer)
{
    size_t length = answer->body_length ? answer->body_length : strlen(answer->body);
    struct MHD_Response *response;
    if (answer->filler) {
        char *filler = malloc(answer->filler);
        memset(filler, ' ', answer->filler);
        response = MHD_create_response_from_buffer(answer->filler, filler, MHD_RESPMEM_MUST_FREE);
    } else {
        response = MHD_create_response_from_buffer(length, (void *)answer->body, MHD_RESPMEM_MUST_COPY);
    }
    for (size_t i = 0; i < 4 && answer->header[i]; i++) {
        char name[100];
        const char *colon = strchr(answer->header[i], ':');
        snprintf(name, sizeof name, "%.*s", (int)(colon - answer->header[i]), answer->header[i]);
        MHD_add_response_header(response, name, colon + 2);
    }
    enum MHD_Result result = MHD_queue_response(connection, (unsigned)answer->status, response);
    MHD_destroy_response(response);
    return result;
}

static enum MHD_Result handle(void *context, struct MHD_Connection *connection, const char *url,
                              const char *method, const char *version, const char *data, size_t *size,
                              void **state)
{
    (void)url;
    (void)version;
    struct script *script = context;
    struct exchange *exchange = *state;
    if (!exchange->started) {
        exchange->started = true;
        return MHD_YES;
    }
    if (*size) {
        strbuf_add(&exchange->body, data, *size);
        *size = 0;
        return MHD_YES;
    }
    struct script_request request = {.method = method,
                                     .uri = exchange->uri,
                                     .body = strbuf_text(&exchange->body),
                                     .body_length = exchange->body.length,
                                     .authorization = header(connection, "Authorization"),
                                     .anchor = header(connection, "X-AnchorMailbox"),
                                     .content_type = header(connection, "Content-Type"),
                                     .consistency = header(connection, "ConsistencyLevel"),
                                     .priority = header(connection, "x-ms-throttle-priority")};
    {
        WITH_LOCK(&script->lock);
        request.number = ++*counter_locked(script, method, exchange->uri);
    }
    struct script_answer answer = {.status = 200};
    {
        WITH_LOCK(&script->answering); /* a test's function need not be thread-safe */
        script->answer(script->ctx, &request, &answer);
    }
    if (answer.delay_ms)
        nanosleep(&(struct timespec){answer.delay_ms / 1000, answer.delay_ms % 1000 * 1000000L}, NULL);
    return answer.status ? reply(connection, &answer) : MHD_NO;
}

static void be_silent(void *context, const char *format, va_list args)
{
    (void)context;
    (void)format;
    (void)args;
}

struct script *script_start(script_fn answer, void *ctx)
{
    struct script *script = calloc(1, sizeof *script);
    pthread_mutex_init(&script->lock, NULL);
    pthread_mutex_init(&script->answering, NULL);
    script->answer = answer;
    script->ctx = ctx;
    script->daemon = MHD_start_daemon(MHD_USE_INTERNAL_POLLING_THREAD | MHD_USE_THREAD_PER_CONNECTION, 0,
                                      NULL, NULL, handle, script, MHD_OPTION_EXTERNAL_LOGGER, be_silent, NULL,
                                      MHD_OPTION_URI_LOG_CALLBACK, remember_uri, NULL,
                                      MHD_OPTION_NOTIFY_COMPLETED, completed, NULL, MHD_OPTION_END);
    if (!script->daemon)
        abort();
    const union MHD_DaemonInfo *info = MHD_get_daemon_info(script->daemon, MHD_DAEMON_INFO_BIND_PORT);
    snprintf(script->url, sizeof script->url, "http://127.0.0.1:%u", info->port);
    return script;
}

void script_stop(struct script *script)
{
    MHD_stop_daemon(script->daemon);
    pthread_mutex_destroy(&script->lock);
    pthread_mutex_destroy(&script->answering);
    free(script);
}

const char *script_url(const struct script *script)
{
    return script->url;
}

/* --- time --- */

static int64_t ahead_utc_ms(const struct clock *clock)
{
    return clock_utc_ms(clock_system()) + ((const struct test_clock *)clock)->ahead_ms;
}

static int64_t ahead_mono_ms(const struct clock *clock)
{
    return clock_mono_ms(clock_system()) + ((const struct test_clock *)clock)->ahead_ms;
}

static void jump_ms(const struct clock *clock, pthread_cond_t *cond, pthread_mutex_t *mutex, int64_t ms)
{
    (void)cond;
    (void)mutex;
    ((struct test_clock *)clock)->ahead_ms += ms > 0 ? ms : 0;
}

void test_clock_init(struct test_clock *clock)
{
    clock->clock = (struct clock){ahead_utc_ms, ahead_mono_ms, jump_ms};
    clock->ahead_ms = 0;
}

/* --- stage --- */

static void no_chance(const struct rng *rng, void *bytes, size_t count)
{
    (void)rng;
    memset(bytes, 0, count);
}

static void answer_stage(void *context, const struct script_request *request, struct script_answer *ret)
{
    struct stage *stage = context;
    if (strstr(request->uri, "/oauth2/v2.0/token"))
        snprintf(ret->body, sizeof ret->body, "{\"access_token\":\"token-%u\",\"expires_in\":3599}",
                 request->number);
    stage->answer(stage->ctx, request, ret); /* may replace the token's answer */
}

static void open_stage(struct stage *stage, script_fn answer, void *ctx, struct m365_settings *settings,
                       bool jumps)
{
    static const struct rng rng = {no_chance};
    struct err err = {0};
    *stage =
        (struct stage){.answer = answer, .ctx = ctx, .target = {.tenant_id = STAGE_TENANT}, .jumps = jumps};
    test_clock_init(&stage->clock);
    stage->script = script_start(answer_stage, stage);
    stage->wire = wire_start(&(struct wire_settings){0}, &err);
    settings->login_url = settings->graph_url = settings->exchange_url = script_url(stage->script);
    if (!settings->sharepoint_url)
        settings->sharepoint_url = script_url(stage->script);
    settings->app.client_id = "22222222-2222-2222-2222-222222222222";
    stage->m365 = m365_new(settings, stage->wire, jumps ? &stage->clock.clock : clock_system(), &rng, &err);
    if (!stage->m365) {
        fprintf(stderr, "%s\n", err.message);
        abort();
    }
    stage->target.timeout_ms = 5000;
    stage->target.patience_ms = 10000;
}

void stage_open_with(struct stage *stage, script_fn answer, void *ctx, struct m365_settings *settings)
{
    open_stage(stage, answer, ctx, settings, false);
}

void stage_open(struct stage *stage, script_fn answer, void *ctx)
{
    struct m365_settings settings = {.app = {.client_secret = "very~secret/value"}};
    open_stage(stage, answer, ctx, &settings, false);
}

void stage_open_jumping(struct stage *stage, script_fn answer, void *ctx, struct m365_settings *settings)
{
    struct m365_settings usual = {.app = {.client_secret = "very~secret/value"}};
    open_stage(stage, answer, ctx, settings ? settings : &usual, true);
}

int64_t stage_now(const struct stage *stage)
{
    return clock_mono_ms(stage->jumps ? &stage->clock.clock : clock_system());
}

void stage_close(struct stage *stage)
{
    m365_free(stage->m365);
    wire_stop(stage->wire);
    script_stop(stage->script);
}
