/* offboardings — the rows of an offboarding and its tasks, and the one way to move their states.
 *
 * A move checks the status table, changes the row and appends the event in the caller's transaction. Whoever
 * has claimed an offboarding passes the epoch of the claim with every write: when another node has taken over
 * since, the write changes nothing and fails with ERR_STALE. epoch -1 is for writes that need no claim
 * (request, cancel). */
#ifndef JOURNAL_OFFBOARDINGS_H
#define JOURNAL_OFFBOARDINGS_H

#include "base/clock.h"
#include "base/rng.h"
#include "journal/journal.h"
#include "model/catalogue.h"
#include "model/status.h"

#define NO_EPOCH ((int64_t)-1)

/* Texts live in the arena it was loaded into; JSON members are owned by the row's arena user: see
 * offboarding_done. */
struct offboarding {
    const char *id;
    const char *batch;
    const char *tenant_id;
    const char *user_id;
    const char *user_principal_name;
    const char *display_name;
    enum run_status status;
    json_t *options; /* checked options */
    json_t *plan;
    json_t *notify;   /* or null */
    json_t *schedule; /* as asked for, or null */
    const char *reference;
    const char *reason;
    const char *requested_by;
    int64_t created_at;
    int64_t due_at; /* when it next wants to be claimed */
    int64_t scheduled_at;
    int64_t started_at;
    int64_t ended_at;
    int64_t locked_out_at;
    int64_t remind_at; /* when to remind of a planned one; 0: not, or done */
    json_t *warnings;
    json_t *context; /* {"people": {reference: object id}, "federated": bool}, or null */
    json_t *undo;    /* {"requested_by", "requested_at", "prior"} once undo was asked for, or null */
    int64_t undo_started_at;
    int64_t undo_ended_at;
    enum direction direction;
    bool cancel_requested;
    int64_t epoch;
    int64_t crashes; /* how often the process died while it worked on this */
};

struct task_row {
    enum task_id task;
    enum direction direction;
    enum task_status status;
    const char *reason; /* code of skipped, blocked or waiting; NULL */
    json_t *error;      /* {"code","message","request_id","retryable"} or NULL */
    json_t *warnings;   /* array or NULL */
    json_t *items;      /* array or NULL */
    json_t *before;     /* object or NULL */
    json_t *after;      /* object or NULL */
    int64_t started_at;
    int64_t ended_at;
    int64_t attempts;
    int64_t failures; /* tries in a row that failed in a way that may pass */
    int64_t waiting_until;
};

void offboarding_done(struct offboarding *offboarding); /* gives its JSON values back */
void task_row_done(struct task_row *row);

/* Inserts the offboarding and a pending task for each chosen one, with the first event. ERR_CONFLICT with
 * code "already_open" when the user has an unfinished one. */
MUST_USE bool offboarding_insert(struct tx *tx, const struct offboarding *offboarding, struct err *err);
/* ERR_NOT_FOUND when there is none. */
MUST_USE bool offboarding_load(struct tx *tx, struct arena *arena, const char *id, struct offboarding *ret,
                               struct err *err);
/* Fills rows[TASK_COUNT] of one direction, indexed by task; returns the set that exists. False on failure. */
MUST_USE bool offboarding_tasks(struct tx *tx, struct arena *arena, const char *id, enum direction direction,
                                struct task_row rows[TASK_COUNT], task_set *ret_set, struct err *err);
/* An unfinished offboarding of this user? *ret_id lives in the arena, NULL when there is none. */
MUST_USE bool offboarding_open_of(struct tx *tx, struct arena *arena, const char *tenant_id,
                                  const char *user_id, const char **ret_id, struct err *err);

/* Leases count by the clock that all nodes share (store.h, tx_lease_base); on SQLite, which is for one
 * process, that is the monotonic clock, `mono`, and the next process ends them (offboarding_take_up). */

struct offboarding_id {
    char text[UUID_SIZE];
};
/* The tenants with something due whose lease has run out, in the order of their ids, from the one after
 * `after` on ("": from the first), but for those that are disconnected and not to be tried yet. Returns the
 * count, -1 with err set. */
ptrdiff_t offboarding_due_tenants(struct tx *tx, int64_t now, int64_t mono, const char *after,
                                  struct offboarding_id *ret_ids, size_t limit, struct err *err);
/* What is due of one tenant and whose lease has run out, the oldest due time first. No other node is given
 * them before this transaction ends. Returns the count, -1 with err set. */
ptrdiff_t offboarding_due(struct tx *tx, const char *tenant_id, int64_t now, int64_t mono,
                          struct offboarding_id *ret_ids, size_t limit, struct err *err);
/* Claims one of these: raises its epoch, moves it to running and loads it. */
MUST_USE bool offboarding_take(struct tx *tx, struct arena *arena, const char *id, const char *node,
                               int64_t now, int64_t mono, int64_t lease_ms, struct offboarding *ret,
                               struct err *err);
/* The moment, by the clock of `now`, when the next one falls due or its lease runs out: `now` when one can be
 * claimed already, INT64_MAX when nothing waits. Costs the same however many are planned. */
MUST_USE bool offboarding_next_due(struct tx *tx, int64_t now, int64_t mono, int64_t *ret_at,
                                   struct err *err);
/* ERR_STALE when the claim is lost. *ret_cancel tells whether somebody asked to cancel. */
MUST_USE bool offboarding_renew(struct tx *tx, const char *id, int64_t epoch, int64_t mono, int64_t lease_ms,
                                bool *ret_cancel, struct err *err);
/* At the start of a node: what was held under its name need not wait for its lease; with all, nor what was
 * held under any. */
MUST_USE bool offboarding_take_up(struct tx *tx, const char *node, bool all, struct err *err);

/* Which of those that this node has claimed somebody asked to cancel; one look for all of them. Returns the
 * count, -1 with err set. */
ptrdiff_t offboarding_cancelled(struct tx *tx, const char *node, int64_t now, struct offboarding_id *ret_ids,
                                size_t limit, struct err *err);

/* Moves the status. now becomes started_at or ended_at where the status asks for it; due_at counts for
 * waiting (ends the lease). */
MUST_USE bool offboarding_move(struct tx *tx, const char *id, int64_t epoch, enum run_status to, int64_t now,
                               int64_t due_at, struct err *err);
/* Notes that the account is locked out; the first time counts. */
MUST_USE bool offboarding_locked_out(struct tx *tx, const char *id, int64_t epoch, int64_t now,
                                     struct err *err);
/* Ends it at once when nothing runs, else asks the running node to stop. ERR_CONFLICT when it has ended. */
MUST_USE bool offboarding_cancel(struct tx *tx, const char *id, const char *by, int64_t now, struct err *err);
/* Journals who asked for what ("undo", "reschedule"); takes more (an object or NULL) over. */
MUST_USE bool offboarding_tell(struct tx *tx, const struct offboarding *offboarding, const char *what,
                               const char *by, json_t *more, int64_t now, struct err *err);

/* --- what has not started yet ------------------------------------------------------------------------------
 */

/* Another time for one that has not started. schedule as asked for; remind_at 0: no reminder. ERR_CONFLICT
 * when it has started. */
MUST_USE bool offboarding_reschedule(struct tx *tx, const char *id, const json_t *schedule, int64_t at,
                                     int64_t remind_at, const char *by, int64_t now, struct err *err);
/* Starts a planned one at once. ERR_CONFLICT for any other. */
MUST_USE bool offboarding_run_now(struct tx *tx, const char *id, const char *by, int64_t now,
                                  struct err *err);
/* Lets go on what waits for a second person, or what needs attention: then its blockers are lifted with the
 * reason. ERR_CONFLICT when nothing waits, ERR_FORBIDDEN when the one who asked would approve it. */
MUST_USE bool offboarding_approve(struct tx *tx, const char *id, const char *by, const char *reason,
                                  int64_t now, struct err *err);
/* A claimed one is not to start: it needs attention. warnings replace the stored ones; words say why. */
MUST_USE bool offboarding_hold(struct tx *tx, const char *id, int64_t epoch, const json_t *warnings,
                               const char *words, int64_t now, struct err *err);
/* What the look at the start of a claimed one found. Borrowed. */
struct offboarding_start {
    const json_t *warnings; /* all there are now */
    const json_t *added;    /* those among them that are new */
    const json_t *context;
    const char *user_principal_name; /* as they are now */
    const char *display_name;
    int64_t mono, lease_ms; /* as for renewing */
};
MUST_USE bool offboarding_started(struct tx *tx, const char *id, int64_t epoch,
                                  const struct offboarding_start *start, int64_t now, struct err *err);

/* Of the forward tasks, those that changed or may have changed something and can be undone. */
task_set offboarding_undoable(const struct task_row rows[TASK_COUNT], task_set set);
/* Starts to undo the chosen tasks (0: all that can be) of an offboarding that has ended. ERR_CONFLICT when it
 * has not, when nothing can be undone, or when another offboarding of the user is open. */
MUST_USE bool offboarding_undo(struct tx *tx, const char *id, task_set tasks, const char *by, int64_t now,
                               struct err *err);
/* What an undo ends as: undone when everything that can be undone is, else what the offboarding was before.
 */
enum run_status offboarding_undo_end(const struct offboarding *offboarding,
                                     const struct task_row forward[TASK_COUNT], task_set forward_set,
                                     task_set undone, bool failed);
/* Queues what failed or was blocked again (task TASK_COUNT: all of it), in the direction it went last.
 * ERR_CONFLICT when nothing did. */
MUST_USE bool offboarding_retry(struct tx *tx, const char *id, enum task_id task, const char *by, int64_t now,
                                struct err *err);
/* Writes a task's row; from its stored status to row->status must be allowed. */
MUST_USE bool task_move(struct tx *tx, const char *id, int64_t epoch, const struct task_row *row, int64_t now,
                        struct err *err);
/* An intent or result event about one upstream effect; guarded by the epoch like every other write. */
MUST_USE bool journal_effect(struct tx *tx, const char *id, int64_t epoch, enum event_kind kind,
                             const char *task, json_t *data, int64_t now, struct err *err);

/* Everything, as GET /offboardings/{id} returns it (api.md); a new value, NULL with err set. */
json_t *offboarding_json(struct tx *tx, const char *id, struct err *err);
/* What was asked for and what was known then, for the first event: a new value, NULL with err set. */
json_t *offboarding_request_json(struct tx *tx, const struct offboarding *offboarding, struct err *err);
/* One task as that answer holds it. */
json_t *task_row_json(const struct task_row *row);
/* What GET holds without tasks and evidence, with "progress": {"ended","failed","total"}; NULL with err set.
 */
json_t *offboarding_summary_json(struct tx *tx, const char *id, struct err *err);
#endif
