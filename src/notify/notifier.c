#include "notify/notifier.h"

#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "base/memory.h"
#include "base/thread.h"
#include "journal/notices.h"
#include "notify/event.h"
#include "notify/message.h"
#include "notify/outbox.h"
#include "notify/password_link.h"
#include "notify/settings.h"
#include "store/idempotency.h"
#include "store/tenants.h"

#define WORKERS 8
#define EXPAND_AT_ONCE 100
#define IDLE_POLL_MS 1000 /* another node may have added something; a wake-up is only a hint */
#define PASS_MIN_MS \
    10 /* between passes: every commit of the journal wakes us, and a busy engine commits all the time */
#define STORE_RETRY_MS 500
#define SWEEP_MS (INT64_C(3600) * 1000)
#define DAY_MS (INT64_C(24) * 3600 * 1000)

struct job {
    struct job *next;
    struct arena *arena;
    struct delivery delivery;
};

struct notifier {
    struct notify_parts parts;
    struct cancel *cancel;
    int64_t remind_at, sweep_at; /* of the dispatcher */
    pthread_mutex_t lock;        /* everything below */
    pthread_cond_t wake;         /* the dispatcher */
    pthread_cond_t work;         /* the workers */
    struct job *queue;
    size_t busy; /* jobs queued or under way */
    bool woken;
    bool stopping;
    pthread_t dispatcher;
    pthread_t workers[WORKERS];
};

static const struct {
    const char *name;
    channel_send *send;
} channels[] = {{"webhook", channel_webhook}, {"email", channel_email}, {"psa", channel_psa}};

static channel_send *channel_find(const char *name)
{
    for (size_t i = 0; i < sizeof channels / sizeof *channels; i++)
        if (strcmp(channels[i].name, name) == 0)
            return channels[i].send;
    return NULL;
}

/* The endpoint's part of the settings; NULL when it is not there or switched off. Borrowed. */
static const json_t *config_of(const json_t *settings, const char *endpoint)
{
    static const char webhook[] = "webhook:";
    const json_t *config = strncmp(endpoint, webhook, strlen(webhook)) == 0
                               ? notify_settings_webhook(settings, endpoint + strlen(webhook))
                               : json_object_get(settings, endpoint);
    return json_flag(config, "enabled") ? config : NULL;
}

/* --- one try --- */

struct material {
    json_t *settings, *data, *request, *tenant;
    int64_t at;
};

static void material_done(struct material *material)
{
    json_decref(material->settings);
    json_decref(material->data);
    json_decref(material->request);
    json_decref(material->tenant);
}

static bool load_rows(struct tx *tx, const struct delivery *d, struct material *ret, struct err *err)
{
    AUTO_ROWS struct rows *rows = tx_query(
        tx, err,
        "SELECT n.data_json, n.at, o.notify_json, t.defaults_json FROM notices n "
        "LEFT JOIN offboardings o ON o.id = n.offboarding_id LEFT JOIN tenants t ON t.id = n.tenant_id "
        "WHERE n.id = $1",
        P_INT(d->notice_id));
    if (!rows)
        return false;
    if (!rows_next(rows))
        return !rows_failed(rows, err) && err_set(err, ERR_INTERNAL, "the notice of a delivery is gone");
    AUTO_JSON json_t *defaults = row_json(rows, 3);
    ret->data = row_json(rows, 0);
    ret->at = row_int(rows, 1);
    ret->request = row_json(rows, 2);
    ret->tenant = json_incref((json_t *)json_object_at(defaults, "notify"));
    return true;
}

static bool load_material(const struct notify_parts *parts, const struct delivery *d, struct material *ret,
                          struct err *err)
{
    int64_t version;
    AUTO_TX struct tx *tx = store_begin_read(parts->store, err);
    *ret = (struct material){0};
    return tx && notify_settings_load(tx, parts->vault, &ret->settings, &version, err) &&
           load_rows(tx, d, ret, err);
}

/* The password was set in this offboarding and the endpoint may be shown the way to it. */
static bool wants_link(const json_t *config, const struct delivery *d, const json_t *data)
{
    const json_t *task = json_array_find(json_array_at(data, "tasks"), "id", "reset_password");
    return json_flag(config, "private") && event_is_end(d->event) &&
           strcmp(json_text_or(task, "status", ""), "succeeded") == 0;
}

/* The link that goes with the message: the one made for the first try, for every later one. */
static bool link_for(const struct notify_parts *parts, const struct material *material,
                     const struct delivery *d, struct arena *arena, struct secret **ret, struct err *err)
{
    struct link link;
    const struct link_wish wish = {.offboarding_id = d->offboarding_id,
                                   .task = "reset_password",
                                   .by = arena_printf(arena, "notification to %s", d->endpoint_name),
                                   .delivery_id = d->id};
    if (!password_link_kept(parts, d->id, ret, err))
        return false;
    /* Without a password there is no link, and the message goes all the same. */
    return *ret || password_link_make(parts, material->settings, &wish, arena, &link, ret, err) ||
           err->kind == ERR_NOT_FOUND;
}

static void hopeless(struct outcome *outcome, const char *code, const char *message)
{
    outcome->hopeless = true;
    err_code(&outcome->err, ERR_CONFLICT, code, "%s", message);
}

static void try_out(const struct notifier *notifier, const struct job *job, struct outcome *ret)
{
    const struct notify_parts *parts = &notifier->parts;
    const struct delivery *d = &job->delivery;
    struct material material;
    char id[MESSAGE_ID_SIZE];
    struct err err = {0};
    AUTO_SECRET struct secret *link = NULL;
    bool loaded = load_material(parts, d, &material, &err);
    const json_t *config = loaded ? config_of(material.settings, d->endpoint) : NULL;
    if (!loaded) {
        outcome_fail(ret, &err);
        ret->endpoint_fault = false;
    } else if (!config) {
        hopeless(ret, "endpoint_off", "This endpoint was removed or switched off.");
    } else if (wants_link(config, d, material.data) &&
               !link_for(parts, &material, d, job->arena, &link, &err)) {
        outcome_fail(ret, &err);
        ret->endpoint_fault = false;
    } else {
        AUTO_JSON json_t *message =
            message_make(d->event, material.data, material.at, parts->public_url, message_id(d->id, id));
        if (link)
            json_put_text(message, "password_url", secret_reveal(link));
        const struct attempt attempt = {.parts = parts,
                                        .arena = job->arena,
                                        .config = config,
                                        .message = message,
                                        .request = material.request,
                                        .tenant = material.tenant,
                                        .delivery = d,
                                        .message_id = id,
                                        .link = link ? secret_reveal(link) : NULL,
                                        .cancel = notifier->cancel};
        channel_find(d->channel)(&attempt, ret);
        outcome_scrub(ret, &attempt);
    }
    material_done(&material);
}

/* --- what came of it --- */

/* The endpoint said that it wants nothing more: it is switched off, what waits for it ends, somebody is told.
 */
static bool switch_off(const struct notify_parts *parts, struct tx *tx, const struct delivery *d, int64_t now,
                       struct err *err)
{
    AUTO_JSON json_t *settings = NULL;
    int64_t version;
    if (!notify_settings_load(tx, parts->vault, &settings, &version, err))
        return false;
    json_t *config = (json_t *)config_of(settings, d->endpoint);
    if (!config)
        return true;
    json_put(config, "enabled", json_false());
    json_put_text(config, "disabled_reason", "The receiver answered 410: it wants no more notifications.");
    return notify_settings_store(tx, parts->vault, settings, version, "lastday", now, err) &&
           deliveries_end_of(tx, d->endpoint, "gone", now, err) &&
           notice_to_operator(
               tx, "endpoint_disabled", d->endpoint, d->id,
               "The receiver answered 410 Gone. Lastday sends it nothing more until it is switched on "
               "again in the notification settings.",
               json_make("[{s:s, s:s}]", "name", "Endpoint", "value", d->endpoint_name), now, err);
}

/* Once a day for each endpoint; never about an operator's own notice. */
static bool tell_of_death(struct tx *tx, const struct delivery *d, const struct outcome *outcome, int64_t now,
                          struct err *err)
{
    char day[24];
    snprintf(day, sizeof day, "%lld", (long long)(now / DAY_MS));
    if (!d->offboarding_id)
        return true;
    return notice_to_operator(
        tx, "delivery_failed", d->endpoint, day,
        "A notification was given up. It can be sent again by hand from the list of deliveries.",
        json_make("[{s:s, s:s}, {s:s, s:o}]", "name", "Endpoint", "value", d->endpoint_name, "name",
                  "Last error", "value", json_text_new(outcome->err.message)),
        now, err);
}

static bool record(const struct notify_parts *parts, const struct delivery *d, const struct outcome *outcome,
                   struct err *err)
{
    int64_t now = clock_utc_ms(parts->clock);
    bool dead = false;
    AUTO_TX struct tx *tx = store_begin(parts->store, err);
    return tx && delivery_record(tx, parts->rng, d, outcome, now, &dead, err) &&
           (!outcome->gone || switch_off(parts, tx, d, now, err)) &&
           (!dead || outcome->gone || tell_of_death(tx, d, outcome, now, err)) && tx_commit(&tx, err);
}

static void note(const struct delivery *d, const struct outcome *outcome)
{
    if (outcome->delivered)
        log_info("notification_delivered", LOG_TEXT("delivery", d->id), LOG_TEXT("endpoint", d->endpoint),
                 LOG_INT("status", outcome->status), LOG_INT("ms", outcome->ms));
    else
        log_warn("notification_not_delivered", LOG_TEXT("delivery", d->id), LOG_TEXT("endpoint", d->endpoint),
                 LOG_INT("status", outcome->status), LOG_ERR(&outcome->err));
}

static void run_job(struct notifier *notifier, struct job *job)
{
    struct outcome outcome = {.at = clock_utc_ms(notifier->parts.clock)};
    int64_t begun = clock_mono_ms(notifier->parts.clock);
    struct err err = {0};
    try_out(notifier, job, &outcome);
    outcome.ms = clock_mono_ms(notifier->parts.clock) - begun;
    if (outcome.err.kind == ERR_CANCELLED && cancel_requested(notifier->cancel)) {
        outcome_done(&outcome); /* stopping: the next start tries it again */
        return;
    }
    note(&job->delivery, &outcome);
    if (!record(&notifier->parts, &job->delivery, &outcome, &err) && err.kind != ERR_STALE)
        log_error("notification_not_recorded", LOG_TEXT("delivery", job->delivery.id), LOG_ERR(&err));
    outcome_done(&outcome);
}

static void job_free(struct job *job)
{
    arena_free(job->arena);
    free(job);
}

static void *worker_run(void *arg)
{
    struct notifier *notifier = arg;
    for (;;) {
        struct job *job;
        {
            WITH_LOCK(&notifier->lock);
            while (!notifier->queue && !notifier->stopping)
                thread_wait_ms(&notifier->work, &notifier->lock, -1);
            job = notifier->stopping ? NULL : notifier->queue;
            if (!job)
                return NULL;
            notifier->queue = job->next;
        }
        run_job(notifier, job);
        job_free(job);
        WITH_LOCK(&notifier->lock);
        notifier->busy--;
        notifier->woken = true; /* a place is free, and what waited behind may go */
        pthread_cond_signal(&notifier->wake);
    }
}

/* --- the dispatcher --- */

static void enqueue(struct notifier *notifier, const struct delivery *delivery, struct arena *arena)
{
    struct job *job = must(calloc(1, sizeof *job));
    *job = (struct job){.arena = arena, .delivery = *delivery};
    WITH_LOCK(&notifier->lock);
    struct job **at = &notifier->queue;
    while (*at)
        at = &(*at)->next;
    *at = job;
    notifier->busy++;
    pthread_cond_signal(&notifier->work);
}

static struct delivery copy(struct arena *arena, const struct delivery *d)
{
    struct delivery twin = *d;
    twin.id = arena_text(arena, d->id);
    twin.offboarding_id = arena_text(arena, d->offboarding_id);
    twin.tenant_id = arena_text(arena, d->tenant_id);
    twin.event = arena_text(arena, d->event);
    twin.channel = arena_text(arena, d->channel);
    twin.endpoint = arena_text(arena, d->endpoint);
    twin.endpoint_name = arena_text(arena, d->endpoint_name);
    return twin;
}

/* When is something due, and may any of it go now? A reader decides, so that an idle node writes nothing. */
static bool next_due(struct notifier *notifier, int64_t now, int64_t *ret_at, bool *ret_may_go,
                     struct err *err)
{
    AUTO_TX struct tx *tx = store_begin_read(notifier->parts.store, err);
    *ret_may_go = false;
    return tx && deliveries_next_due(tx, ret_at, err) &&
           (*ret_at > now || deliveries_may_go(tx, now, ret_may_go, err));
}

static bool claim(struct notifier *notifier, size_t room, size_t *ret_count, struct err *err)
{
    AUTO_ARENA struct arena *arena = arena_new();
    struct delivery found[WORKERS];
    *ret_count = 0;
    AUTO_TX struct tx *tx = store_begin(notifier->parts.store, err);
    if (!tx ||
        !deliveries_claim(tx, arena, notifier->parts.node_name, clock_utc_ms(notifier->parts.clock), found,
                          room, ret_count, err) ||
        !tx_commit(&tx, err))
        return false;
    for (size_t i = 0; i < *ret_count; i++) {
        struct arena *own = arena_new();
        struct delivery twin = copy(own, &found[i]);
        enqueue(notifier, &twin, own);
    }
    return true;
}

static bool has_waiting_notice(struct notifier *notifier, bool *ret, struct err *err)
{
    AUTO_TX struct tx *tx = store_begin_read(notifier->parts.store, err);
    AUTO_ROWS struct rows *rows =
        tx ? tx_query(tx, err, "SELECT 1 FROM notices WHERE expanded_at IS NULL LIMIT 1") : NULL;
    *ret = rows && rows_next(rows);
    return rows && !rows_failed(rows, err);
}

static bool look_after(struct notifier *notifier, int64_t now, struct err *err)
{
    bool waiting = false;
    size_t expanded = EXPAND_AT_ONCE;
    if (now >= notifier->remind_at && !outbox_remind(&notifier->parts, &notifier->remind_at, err))
        return false;
    if (now >= notifier->sweep_at) {
        notifier->sweep_at = now + SWEEP_MS;
        AUTO_TX struct tx *tx = store_begin(notifier->parts.store, err);
        if (!tx || !deliveries_sweep(tx, now, err) || !idempotency_sweep(tx, now, err) ||
            !tx_commit(&tx, err))
            return false;
    }
    if (!has_waiting_notice(notifier, &waiting, err))
        return false;
    while (waiting && expanded == EXPAND_AT_ONCE)
        if (!outbox_expand(&notifier->parts, EXPAND_AT_ONCE, &expanded, err))
            return false;
    return true;
}

/* One pass; returns how long to wait before the next. */
static int64_t pass(struct notifier *notifier)
{
    struct err err = {0};
    int64_t now = clock_utc_ms(notifier->parts.clock), due = INT64_MAX;
    size_t room, claimed = 0;
    bool may_go = false;
    {
        WITH_LOCK(&notifier->lock);
        room = notifier->busy < WORKERS ? WORKERS - notifier->busy : 0;
    }
    if (!look_after(notifier, now, &err) || !next_due(notifier, now, &due, &may_go, &err) ||
        (room > 0 && may_go && !claim(notifier, room, &claimed, &err))) {
        log_error("notifier_store", LOG_ERR(&err));
        return STORE_RETRY_MS;
    }
    if (claimed)
        return 0;
    /* What is due and may not go waits for a worker, whose end wakes us, or for an endpoint. */
    return due > now && due - now < IDLE_POLL_MS ? due - now : IDLE_POLL_MS;
}

static void *dispatcher_run(void *arg)
{
    struct notifier *notifier = arg;
    for (;;) {
        int64_t delay = pass(notifier);
        cancel_sleep_ms(notifier->cancel, PASS_MIN_MS);
        WITH_LOCK(&notifier->lock);
        if (notifier->stopping)
            return NULL;
        if (!notifier->woken && delay > 0)
            thread_wait_ms(&notifier->wake, &notifier->lock, delay);
        notifier->woken = false;
    }
}

/* --- life --- */

static void wake(void *arg)
{
    notifier_wake(arg);
}

void notifier_wake(struct notifier *notifier)
{
    if (!notifier)
        return;
    WITH_LOCK(&notifier->lock);
    notifier->woken = true;
    pthread_cond_signal(&notifier->wake);
}

static bool take_up(const struct notify_parts *parts, struct err *err)
{
    AUTO_TX struct tx *tx = store_begin(parts->store, err);
    return tx && deliveries_take_up(tx, parts->node_name, err) && tx_commit(&tx, err);
}

struct notifier *notifier_start(const struct notify_parts *parts, struct err *err)
{
    if (!take_up(parts, err))
        return NULL;
    struct notifier *notifier = must(calloc(1, sizeof *notifier));
    notifier->parts = *parts;
    notifier->cancel = cancel_new();
    notifier->sweep_at = clock_utc_ms(parts->clock) + SWEEP_MS;
    pthread_mutex_init(&notifier->lock, NULL);
    thread_cond_init(&notifier->wake);
    thread_cond_init(&notifier->work);
    for (size_t i = 0; i < WORKERS; i++)
        notifier->workers[i] = thread_start("notify", worker_run, notifier);
    notifier->dispatcher = thread_start("notifier", dispatcher_run, notifier);
    journal_subscribe(parts->journal, wake, notifier);
    return notifier;
}

void notifier_stop(struct notifier *notifier)
{
    if (!notifier)
        return;
    journal_unsubscribe(notifier->parts.journal, wake, notifier);
    {
        WITH_LOCK(&notifier->lock);
        notifier->stopping = true;
        pthread_cond_signal(&notifier->wake);
        pthread_cond_broadcast(&notifier->work);
    }
    cancel_trigger(notifier->cancel);
    pthread_join(notifier->dispatcher, NULL);
    for (size_t i = 0; i < WORKERS; i++)
        pthread_join(notifier->workers[i], NULL);
    while (notifier->queue) {
        struct job *job = notifier->queue;
        notifier->queue = job->next;
        job_free(job);
    }
    pthread_mutex_destroy(&notifier->lock);
    pthread_cond_destroy(&notifier->wake);
    pthread_cond_destroy(&notifier->work);
    cancel_free(notifier->cancel);
    free(notifier);
}

bool notifier_test(const struct notify_parts *parts, const json_t *settings, const char *channel,
                   const char *webhook_id, struct outcome *ret, struct err *err)
{
    AUTO_ARENA struct arena *arena = arena_new();
    bool webhook = strcmp(channel, "webhook") == 0;
    const json_t *config = webhook ? notify_settings_webhook(settings, webhook_id ? webhook_id : "")
                                   : json_object_get(settings, channel);
    channel_send *send = channel_find(channel);
    char uuid[UUID_SIZE], id[MESSAGE_ID_SIZE];
    int64_t now = clock_utc_ms(parts->clock), begun = clock_mono_ms(parts->clock);
    if (!send || !json_is_object(config))
        return err_code(err, ERR_NOT_FOUND, "unknown_endpoint",
                        "There is no such endpoint in the settings; save it before it is tested.");
    AUTO_JSON json_t *data = json_make("{s:s, s:[]}", "summary",
                                       "This is a test from Lastday: notifications arrive here.", "facts");
    AUTO_JSON json_t *message = message_make("test", data, now, parts->public_url,
                                             message_id(uuid_v7(parts->clock, parts->rng, uuid), id));
    const struct attempt attempt = {
        .parts = parts, .arena = arena, .config = config, .message = message, .message_id = id};
    *ret = (struct outcome){.at = now};
    send(&attempt, ret);
    outcome_scrub(ret, &attempt);
    ret->ms = clock_mono_ms(parts->clock) - begun;
    return true;
}
