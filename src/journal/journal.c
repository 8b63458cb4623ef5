#include "journal/journal.h"

#include <stdlib.h>

#include "base/memory.h"
#include "base/thread.h"
#include "journal/chain.h"

#define SUBSCRIBERS 16

/* ", 'intent', 'result', …" */
#define HIDDEN_true(name)
#define HIDDEN_false(name) ", '" name "'"
#define X(id, name, live) HIDDEN_##live(name)
#define IS_LIVE "kind NOT IN ('-'" EVENT_KINDS(X) ")"

struct journal {
    struct store *store;
    pthread_mutex_t lock;
    struct {
        void (*wake)(void *ctx);
        void *ctx;
    } subscribers[SUBSCRIBERS];
};

static const char *const kind_names[] = {
#define NAME(id, name, live) name,
    EVENT_KINDS(NAME)
#undef NAME
};

static void wake_all(void *arg)
{
    struct journal *journal = arg;
    WITH_LOCK(&journal->lock);
    for (size_t i = 0; i < SUBSCRIBERS; i++) {
        if (journal->subscribers[i].wake)
            journal->subscribers[i].wake(journal->subscribers[i].ctx);
    }
}

struct journal *journal_new(struct store *store)
{
    struct journal *journal = must(calloc(1, sizeof *journal));
    journal->store = store;
    pthread_mutex_init(&journal->lock, NULL);
    store_watch(store, STORE_EVENTS, wake_all, journal);
    return journal;
}

void journal_free(struct journal *journal)
{
    if (!journal)
        return;
    store_watch(journal->store, STORE_EVENTS, NULL, NULL);
    pthread_mutex_destroy(&journal->lock);
    free(journal);
}

bool journal_append(struct tx *tx, const char *offboarding_id, int64_t at, enum event_kind kind,
                    const char *task, json_t *data, struct err *err)
{
    struct chain_link link;
    const char *name = kind_names[kind];
    AUTO_FREE char *text = json_canonical(data, NULL);
    json_decref(data);
    return chain_advance(tx, offboarding_id, at, name, task, text, &link, err) &&
           tx_exec(tx, err,
                   "INSERT INTO events(offboarding_id, at, kind, task, data_json, seq, hash) "
                   "VALUES ($1, $2, $3, $4, $5, $6, $7)",
                   P_TEXT(offboarding_id), P_INT(at), P_TEXT(name), P_TEXT(task), P_TEXT(text),
                   P_INT(link.seq), P_TEXT(link.hash));
}

bool journal_commit(struct journal *journal, struct tx **tx, struct err *err)
{
    if (!tx_commit(tx, err))
        return false;
    wake_all(journal);
    store_tell(journal->store, STORE_EVENTS);
    return true;
}

ptrdiff_t journal_read(struct store *store, struct arena *arena, const char *offboarding_id, int64_t after_id,
                       bool all, struct event *ret_events, size_t limit, struct err *err)
{
    ptrdiff_t count = 0;
    int64_t settled;
    AUTO_TX struct tx *tx = store_begin_read(store, err);
    if (!tx || !tx_events_settled(tx, &settled, err))
        return -1;
    AUTO_ROWS struct rows *rows =
        offboarding_id
            ? tx_query(tx, err,
                       "SELECT id, at, offboarding_id, kind, task, data_json FROM events WHERE "
                       "offboarding_id = $1 AND id > $2 AND id <= $3 "
                       "AND ($4 = 1 OR " IS_LIVE ") ORDER BY id LIMIT $5",
                       P_TEXT(offboarding_id), P_INT(after_id), P_INT(settled), P_INT(all), P_INT(limit))
            : tx_query(tx, err,
                       "SELECT id, at, offboarding_id, kind, task, data_json FROM events WHERE id > $1 AND "
                       "id <= $2 "
                       "AND ($3 = 1 OR " IS_LIVE ") ORDER BY id LIMIT $4",
                       P_INT(after_id), P_INT(settled), P_INT(all), P_INT(limit));
    while (rows && (size_t)count < limit && rows_next(rows))
        ret_events[count++] = (struct event){row_int(rows, 0),
                                             row_int(rows, 1),
                                             arena_text(arena, row_text(rows, 2)),
                                             arena_text(arena, row_text(rows, 3)),
                                             arena_text(arena, row_text(rows, 4)),
                                             row_json(rows, 5)};
    if (rows && !rows_failed(rows, err))
        return count;
    while (count > 0)
        json_decref(ret_events[--count].data);
    return -1;
}

bool journal_bounds(struct tx *tx, int64_t *ret_oldest, int64_t *ret_newest, struct err *err)
{
    int64_t settled;
    if (!tx_events_settled(tx, &settled, err))
        return false;
    AUTO_ROWS struct rows *rows = tx_query(tx, err, "SELECT min(id), max(id) FROM events");
    if (!rows || !rows_next(rows)) /* both have always a row */
        return rows && !rows_failed(rows, err);
    *ret_oldest = row_int(rows, 0);
    *ret_newest = row_int(rows, 1) < settled ? row_int(rows, 1) : settled;
    return true;
}

void journal_subscribe(struct journal *journal, void (*wake)(void *ctx), void *ctx)
{
    size_t i = 0;
    WITH_LOCK(&journal->lock);
    while (i < SUBSCRIBERS && journal->subscribers[i].wake)
        i++;
    if (i == SUBSCRIBERS)
        abort();
    journal->subscribers[i].wake = wake;
    journal->subscribers[i].ctx = ctx;
}

void journal_unsubscribe(struct journal *journal, void (*wake)(void *ctx), void *ctx)
{
    WITH_LOCK(&journal->lock);
    for (size_t i = 0; i < SUBSCRIBERS; i++) {
        if (journal->subscribers[i].wake == wake && journal->subscribers[i].ctx == ctx)
            journal->subscribers[i].wake = NULL;
    }
}
