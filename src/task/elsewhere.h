/* elsewhere — the other mailboxes and calendars that are worth asking about a user: where the permission
 * index has seen the user, and those that the offboarding itself has touched. And the way back: what an
 * offboarding changed, the index knows at once. */
#ifndef TASK_ELSEWHERE_H
#define TASK_ELSEWHERE_H

#include "task/task.h"

/* About whom, and what is known of them. */
struct elsewhere {
    const char *tenant_id;
    const char *user_id;
    const char *user_principal_name; /* what Exchange may call the user; NULL when not known */
    const char *display_name;
    const struct task_row *rows; /* [TASK_COUNT] of the run, and what it undoes; NULL */
    const struct task_row *forward;
    bool indexed; /* somebody keeps the index here (index.enabled) */
};

/* {"mailboxes":[{"id","name"}], "calendars":[{"id","name","folder"}], "index"} as facts.h asks for; a new
 * object. index is the state as in access.h, with "kept": bool and "usable": bool (whole, and not too old).
 * NULL with err set when it cannot be read. */
json_t *elsewhere_read(struct tx *tx, const struct elsewhere *about, int64_t now, struct err *err);
/* The tenant's scan goes first from now on when the index that was read is not usable. */
MUST_USE bool elsewhere_want(struct tx *tx, const struct elsewhere *about, const json_t *elsewhere,
                             int64_t now, struct err *err);
/* Both, in transactions of their own, for a run under way: what is true now. NULL when the store does not
 * answer. rows [TASK_COUNT] are the run's as they are now. */
json_t *elsewhere_refresh(const struct run_view *run, const struct task_row *rows);
/* What this task's row says was granted or taken away goes into the index. Only ended items count; other
 * tasks change nothing there. */
MUST_USE bool elsewhere_note(struct tx *tx, const struct run_view *run, const struct task_row *row,
                             int64_t now, struct err *err);

/* --- for the tasks that rest on the index --- */

/* The index may grow while a task runs. What is new while it reads back (work_reads_back) comes with the next
 * look, or it would wait for something that was never sent. */

/* Nothing is left to do where the user is known to be: OBSERVED_DONE, or why that is not all. more: something
 * new was left for the next look. */
enum observed elsewhere_settled(struct work *work, const json_t *facts, bool more);
/* The item with this id, made when it is not there yet; NULL when it is left for the next look. */
json_t *elsewhere_item(struct work *work, const char *id, const char *name, const char *kind);
/* work_before for an object of arrays that an index still being made adds to: what comes later is added.
 * Takes evidence over. */
void elsewhere_before(struct work *work, json_t *evidence);
/* The index as evidence: {"completed_at", "as_of", "mailboxes", "unreadable"}; a new value. */
json_t *elsewhere_evidence(const json_t *facts);

#endif
