#include "api/live.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "api/live_frame.h"
#include "base/log.h"
#include "base/memory.h"
#include "base/thread.h"
#include "journal/offboardings.h"

enum {
    FOLLOWERS_MAX = 3000,
    FOLLOWERS_PER_PRINCIPAL = 50,
    RING_FRAMES = 1024,
    PAGE_EVENTS = 64,
    SNAPSHOT_MAX = 16 * 1024 * 1024,
    COMMENT_AFTER_MS = 15000,
    STREAM_LIFE_MS = 30 * 60 * 1000, /* then the client comes again, and is checked again */
    TICK_MS = 1000,
};

struct follower {
    struct stream *stream;
    char *owner;          /* "account:<id>" */
    char *offboarding_id; /* NULL: all */
    json_t *tenants;      /* own copy; NULL: all */
    int64_t cursor;       /* the newest id that it has or need not have */
    int64_t written_at;
    int64_t ends_at;
    struct follower *next;
};

struct live {
    struct api_context context;
    pthread_t thread;
    pthread_mutex_t lock; /* guards all below */
    pthread_cond_t wake;
    pthread_cond_t gone;        /* the last follower was let go after ended */
    struct follower *followers; /* others add, only the live thread removes */
    size_t count;
    bool news;
    bool ended;                     /* no new streams */
    bool stopping;                  /* the thread leaves */
    struct frame ring[RING_FRAMES]; /* touched by the live thread alone */
    size_t ring_first;
    size_t ring_count;
    int64_t ring_floor; /* every later event is in the ring, up to ring_last */
    int64_t ring_last;
};

static int64_t now_of(const struct live *live)
{
    return clock_mono_ms(live->context.clock);
}

/* --- followers ----------------------------------------------------------------------------------------- */

static void follower_free(struct follower *follower)
{
    stream_writer_leaves(follower->stream);
    json_decref(follower->tenants);
    free(follower->owner);
    free(follower->offboarding_id);
    free(follower);
}

static bool wants(const struct follower *follower, const struct frame *frame)
{
    if (follower->offboarding_id)
        return strcmp(follower->offboarding_id, frame->offboarding_id) == 0;
    struct principal who = {.tenants = follower->tenants};
    return principal_sees(&who, frame->tenant_id);
}

/* False when there is no room just now. */
static bool give(struct live *live, struct follower *follower, const struct frame *frame)
{
    if (frame->id <= follower->cursor)
        return true;
    if (wants(follower, frame)) {
        /* One larger than the buffer goes in alone. */
        size_t length = strlen(frame->text);
        size_t max = stream_room(follower->stream) == STREAM_MAX_BYTES && length > STREAM_MAX_BYTES
                         ? length
                         : STREAM_MAX_BYTES;
        if (!stream_write(follower->stream, frame->text, length, max))
            return false;
        follower->written_at = now_of(live);
    }
    follower->cursor = frame->id;
    return true;
}

static void give_ring_locked(struct live *live, struct follower *follower)
{
    for (size_t i = 0; i < live->ring_count; i++)
        if (!give(live, follower, &live->ring[(live->ring_first + i) % RING_FRAMES]))
            return;
    if (follower->cursor < live->ring_last)
        follower->cursor = live->ring_last;
}

/* --- the ring ------------------------------------------------------------------------------------------ */

static void ring_add(struct live *live, const struct frame *frame)
{
    if (live->ring_count == RING_FRAMES) {
        struct frame *oldest = &live->ring[live->ring_first];
        live->ring_floor = oldest->id;
        frame_done(oldest);
        live->ring_first = (live->ring_first + 1) % RING_FRAMES;
        live->ring_count--;
    }
    live->ring[(live->ring_first + live->ring_count++) % RING_FRAMES] = *frame;
    live->ring_last = frame->id;
}

/* Reads what is new into the ring. */
static bool ring_fill(struct live *live)
{
    struct frame frames[PAGE_EVENTS];
    struct err err = {0};
    ptrdiff_t count;
    do {
        count = frames_read(live->context.store, NULL, live->ring_last, frames, PAGE_EVENTS, &err);
        if (count < 0) {
            log_warn("live.read", LOG_ERR(&err));
            return false;
        }
        WITH_LOCK(&live->lock);
        for (ptrdiff_t i = 0; i < count; i++)
            ring_add(live, &frames[i]);
        for (struct follower *f = live->followers; f; f = f->next)
            if (f->cursor >= live->ring_floor)
                give_ring_locked(live, f);
    } while (count == PAGE_EVENTS);
    return true;
}

/* --- the thread ---------------------------------------------------------------------------------------- */

/* Feeds one that is behind the ring, from the journal. */
static void catch_up(struct live *live, struct follower *follower)
{
    struct frame frames[PAGE_EVENTS];
    struct err err = {0};
    if (stream_room(follower->stream) < STREAM_MAX_BYTES / 2)
        return;
    ptrdiff_t count = frames_read(live->context.store, follower->offboarding_id, follower->cursor, frames,
                                  PAGE_EVENTS, &err);
    if (count < 0)
        log_warn("live.read", LOG_ERR(&err));
    WITH_LOCK(&live->lock);
    bool room = true;
    for (ptrdiff_t i = 0; i < count; i++) {
        room = room && give(live, follower, &frames[i]);
        frame_done(&frames[i]);
    }
    if (room && count >= 0 && count < PAGE_EVENTS && follower->cursor < live->ring_floor)
        follower->cursor = live->ring_floor; /* nothing of its own in between */
    if (follower->cursor >= live->ring_floor)
        give_ring_locked(live, follower);
}

static struct follower *next_behind(struct live *live, struct follower *after)
{
    WITH_LOCK(&live->lock);
    struct follower *follower = after ? after->next : live->followers;
    while (follower && follower->cursor >= live->ring_floor)
        follower = follower->next;
    return follower;
}

/* Comments keep proxies patient and show who has left; streams that are over are let go. */
static void tend_locked(struct live *live)
{
    int64_t now = now_of(live);
    for (struct follower **link = &live->followers; *link;) {
        struct follower *follower = *link;
        if (now - follower->written_at >= COMMENT_AFTER_MS) {
            (void)!stream_write(follower->stream, SSE_COMMENT, strlen(SSE_COMMENT), STREAM_MAX_BYTES);
            follower->written_at = now;
        }
        if (live->ended || now >= follower->ends_at || !stream_is_read(follower->stream)) {
            *link = follower->next;
            live->count--;
            follower_free(follower);
        } else {
            if (follower->cursor >= live->ring_floor && follower->cursor < live->ring_last)
                give_ring_locked(live, follower); /* it had no room before */
            link = &follower->next;
        }
    }
    if (live->ended && live->count == 0)
        pthread_cond_broadcast(&live->gone);
}

static bool wait_for_news(struct live *live)
{
    WITH_LOCK(&live->lock);
    if (!live->news && !live->stopping)
        thread_wait_ms(&live->wake, &live->lock, TICK_MS);
    live->news = false;
    tend_locked(live);
    return !live->stopping;
}

static void *live_thread(void *arg)
{
    struct live *live = arg;
    while (wait_for_news(live)) {
        if (!ring_fill(live))
            continue;
        for (struct follower *f = NULL; (f = next_behind(live, f));)
            catch_up(live, f);
    }
    return NULL;
}

static void on_commit(void *arg)
{
    struct live *live = arg;
    WITH_LOCK(&live->lock);
    live->news = true;
    pthread_cond_signal(&live->wake);
}

struct live *live_start(const struct api_context *context)
{
    struct live *live = must(calloc(1, sizeof *live));
    struct err err = {0};
    int64_t oldest;
    live->context = *context;
    pthread_mutex_init(&live->lock, NULL);
    thread_cond_init(&live->wake);
    thread_cond_init(&live->gone);
    AUTO_TX struct tx *tx = store_begin_read(context->store, &err);
    if (!tx || !journal_bounds(tx, &oldest, &live->ring_last, &err))
        log_warn("live.read", LOG_ERR(&err)); /* then everything is new, and goes by the ring */
    live->ring_floor = live->ring_last;
    live->thread = thread_start("live", live_thread, live);
    journal_subscribe(context->journal, on_commit, live);
    return live;
}

void live_end_streams(struct live *live)
{
    WITH_LOCK(&live->lock);
    live->ended = true;
    live->news = true;
    pthread_cond_signal(&live->wake);
    while (live->count > 0)
        thread_wait_ms(&live->gone, &live->lock, TICK_MS);
}

void live_stop(struct live *live)
{
    if (!live)
        return;
    journal_unsubscribe(live->context.journal, on_commit, live);
    {
        WITH_LOCK(&live->lock);
        live->stopping = true;
        pthread_cond_signal(&live->wake);
    }
    pthread_join(live->thread, NULL);
    for (size_t i = 0; i < live->ring_count; i++)
        frame_done(&live->ring[(live->ring_first + i) % RING_FRAMES]);
    pthread_mutex_destroy(&live->lock);
    pthread_cond_destroy(&live->wake);
    pthread_cond_destroy(&live->gone);
    free(live);
}

size_t live_count(struct live *live)
{
    WITH_LOCK(&live->lock);
    return live->count;
}

/* --- opening ------------------------------------------------------------------------------------------- */

/* The first bytes, and the id to go on after. */
static bool open_text(struct live *live, const struct principal *who, const char *offboarding_id,
                      enum sse_last last, int64_t last_id, struct strbuf *text, int64_t *ret_cursor,
                      struct err *err)
{
    int64_t oldest;
    int64_t newest;
    AUTO_TX struct tx *tx = store_begin_read(live->context.store, err);
    if (!tx || !journal_bounds(tx, &oldest, &newest, err))
        return false;
    sse_begin(text);
    *ret_cursor = newest;
    if (last == SSE_ID && last_id <= newest && last_id >= oldest - 1) {
        *ret_cursor = last_id;
        return true;
    }
    if (last == SSE_ID) {
        sse_event(text, newest, "reset", "{}");
        return true;
    }
    AUTO_JSON json_t *snapshot = frame_snapshot(tx, who, offboarding_id, err);
    if (!snapshot)
        return false;
    char *AUTO_FREE data = json_write(snapshot);
    sse_event(text, newest, "snapshot", data);
    return true;
}

static bool admit_locked(const struct live *live, const char *owner, struct err *err)
{
    size_t own = 0;
    for (const struct follower *f = live->followers; f; f = f->next)
        own += strcmp(f->owner, owner) == 0;
    if (!live->ended && own < FOLLOWERS_PER_PRINCIPAL && live->count < FOLLOWERS_MAX)
        return true;
    err_set(err, ERR_LIMIT, "Too many event streams are open: close one, or try again in a moment.");
    if (err)
        err->retry_after_ms = 5000;
    return false;
}

struct stream *live_open(struct live *live, const struct principal *who, const char *offboarding_id,
                         enum sse_last last, int64_t last_id, struct err *err)
{
    char owner[80];
    int64_t cursor;
    AUTO_STRBUF struct strbuf text = STRBUF_MAX(SNAPSHOT_MAX);
    snprintf(owner, sizeof owner, "%s:%s", principal_kind_name(who->kind), who->id);
    if (!open_text(live, who, offboarding_id, last, last_id, &text, &cursor, err))
        return NULL;

    WITH_LOCK(&live->lock);
    if (!admit_locked(live, owner, err))
        return NULL;
    struct follower *follower = must(calloc(1, sizeof *follower));
    *follower = (struct follower){.stream = stream_new(),
                                  .owner = text_copy(owner),
                                  .offboarding_id = text_copy(offboarding_id),
                                  .tenants = who->tenants ? json_deep_copy(who->tenants) : NULL,
                                  .cursor = cursor,
                                  .written_at = now_of(live),
                                  .ends_at = now_of(live) + STREAM_LIFE_MS,
                                  .next = live->followers};
    (void)!stream_write(follower->stream, strbuf_text(&text), text.length, SNAPSHOT_MAX);
    live->followers = follower;
    live->count++;
    live->news = true;
    pthread_cond_signal(&live->wake);
    return follower->stream;
}
