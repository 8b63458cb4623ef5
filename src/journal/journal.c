#include "journal/journal.h"

#include <stdlib.h>

#include "base/thread.h"

#define SUBSCRIBERS 16

struct journal {
    struct store *store;
    pthread_mutex_t lock;
    struct {
        void (*wake)(void *ctx);
        void *ctx;
    } subscribers[SUBSCRIBERS];
};

static const char *const kind_names[] = {
#define X(id, name, live) name,
    EVENT_KINDS(X)
#undef X
};

struct journal *journal_new(struct store *store)
{
    struct journal *journal = calloc(1, sizeof *journal);
    if (!journal)
        abort();
    journal->store = store;
    pthread_mutex_init(&journal->lock, NULL);
    return journal;
}

void journal_free(struct journal *journal)
{
    if (journal)
        pthread_mutex_destroy(&journal->lock);
    free(journal);
}

bool journal_append(struct tx *tx, const char *offboarding_id, int64_t at, enum event_kind kind,
                    const char *task, json_t *data, struct err *err)
{
    AUTO_FREE char *text = json_write(data);
    json_decref(data);
    return tx_exec(
        tx, err, "INSERT INTO events(offboarding_id, at, kind, task, data_json) VALUES ($1, $2, $3, $4, $5)",
        P_TEXT(offboarding_id), P_INT(at), P_TEXT(kind_names[kind]), P_TEXT(task), P_TEXT(text));
}

bool journal_commit(struct journal *journal, struct tx **tx, struct err *err)
{
    if (!tx_commit(tx, err))
        return false;
    WITH_LOCK(&journal->lock);
    for (size_t i = 0; i < SUBSCRIBERS; i++) {
        if (journal->subscribers[i].wake)
            journal->subscribers[i].wake(journal->subscribers[i].ctx);
    }
    return true;
}

ptrdiff_t journal_read(struct store *store, struct arena *arena, const char *offboarding_id, int64_t after_id,
                       bool all, struct event *ret_events, size_t limit, struct err *err)
{
    ptrdiff_t count = 0;
    AUTO_TX struct tx *tx = store_begin_read(store, err);
    if (!tx)
        return -1;
    AUTO_ROWS struct rows *rows =
        offboarding_id
            ? tx_query(tx, err,
                       "SELECT id, at, offboarding_id, kind, task, data_json FROM events WHERE "
                       "offboarding_id = $1 AND id > $2 "
                       "AND ($3 = 1 OR kind NOT IN ('intent', 'result', 'secret')) ORDER BY id LIMIT $4",
                       P_TEXT(offboarding_id), P_INT(after_id), P_INT(all), P_INT(limit))
            : tx_query(tx, err,
                       "SELECT id, at, offboarding_id, kind, task, data_json FROM events WHERE id > $1 "
                       "AND ($2 = 1 OR kind NOT IN ('intent', 'result', 'secret')) ORDER BY id LIMIT $3",
                       P_INT(after_id), P_INT(all), P_INT(limit));
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
    AUTO_ROWS struct rows *rows = tx_query(tx, err, "SELECT min(id), max(id) FROM events");
    if (!rows || !rows_next(rows))
        return false;
    *ret_oldest = row_int(rows, 0);
    *ret_newest = row_int(rows, 1);
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
