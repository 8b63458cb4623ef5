/* journal — the append-only history: every change of state and every upstream effect, before and after it.
 *
 * An event is appended in the transaction of the change that it tells. Who follows is woken after the commit
 * is durable, never before, and by the commits of other nodes as well. Whoever reads on after the last id it
 * was given misses nothing and reads in order, on any node. Thread-safe. */
#ifndef JOURNAL_JOURNAL_H
#define JOURNAL_JOURNAL_H

#include "store/store.h"

/* kind, is it part of the live stream? request is what was asked for, with the names of that time; intent and
 * result surround each upstream effect; reads are the calls that changed nothing; secret says who made, used
 * or revoked a one-time link. */
#define EVENT_KINDS(X)                  \
    X(REQUEST, "request", false)        \
    X(OFFBOARDING, "offboarding", true) \
    X(TASK, "task", true)               \
    X(ITEM, "item", true)               \
    X(WARNING, "warning", true)         \
    X(END, "end", true)                 \
    X(INTENT, "intent", false)          \
    X(RESULT, "result", false)          \
    X(READS, "reads", false)            \
    X(SECRET, "secret", false)

enum event_kind {
#define X(id, ...) EVENT_##id,
    EVENT_KINDS(X)
#undef X
};

struct journal;

/* Keeps store, which must outlive it. */
struct journal *journal_new(struct store *store);
void journal_free(struct journal *journal);

/* Appends one event, as the next link of its offboarding's chain (chain.h); takes data (an object) over.
 * Wakes nobody yet: end the transaction with journal_commit. */
MUST_USE bool journal_append(struct tx *tx, const char *offboarding_id, int64_t at, enum event_kind kind,
                             const char *task, json_t *data, struct err *err);
/* tx_commit, and then wakes those who follow. */
MUST_USE bool journal_commit(struct journal *journal, struct tx **tx, struct err *err);

struct event {
    int64_t id; /* grows; gaps are possible */
    int64_t at;
    const char *offboarding_id;
    const char *kind; /* as in EVENT_KINDS */
    const char *task; /* NULL when it is about the whole */
    json_t *data;     /* the caller frees it with json_decref */
};

/* Up to limit events of the live stream after an id, oldest first; offboarding_id NULL means all. Texts live
 * in the arena. Returns the count, -1 with err set. With all true, the others come too. */
ptrdiff_t journal_read(struct store *store, struct arena *arena, const char *offboarding_id, int64_t after_id,
                       bool all, struct event *ret_events, size_t limit, struct err *err);
/* The oldest id there is, and the newest up to which nothing can still appear; 0 when there is none. The
 * first thing to ask in a reading transaction. */
MUST_USE bool journal_bounds(struct tx *tx, int64_t *ret_oldest, int64_t *ret_newest, struct err *err);

/* wake(ctx) is called after every commit that appended something, here or on another node: it must only set a
 * flag or signal. At most 16 subscribers; unsubscribe returns when no call is under way any more. */
void journal_subscribe(struct journal *journal, void (*wake)(void *ctx), void *ctx);
void journal_unsubscribe(struct journal *journal, void (*wake)(void *ctx), void *ctx);

#endif
