/* task — what an offboarding does, as desired states. One file for each task; task.c dispatches by the
 * catalogue.
 *
 * observe compares the wanted state with the facts and changes nothing; act adds the calls that are still
 * needed; verifying is observing again. Undo is the same with another wanted state: the one from before. The
 * engine calls task_unit_run for tasks that share their calls (a unit) and stores what it leaves in each row.
 * A task is safe to run again after a crash at any instant: it starts at observe. */
#ifndef TASK_TASK_H
#define TASK_TASK_H

#include "base/arena.h"
#include "base/clock.h"
#include "base/rng.h"
#include "connector/m365.h"
#include "journal/offboardings.h"
#include "task/facts.h"
#include "vault/vault.h"

struct calls;

/* One offboarding under way, as its tasks see it. Read-only for them. */
struct run_view {
    const char *offboarding_id;
    const char *tenant_id;
    const char *tenant_name;
    const char *user_id;
    const char *user_principal_name;
    const char *display_name;
    const json_t *options;
    const json_t *people;           /* {reference: object id}, as resolved for the plan; NULL */
    const json_t *elsewhere;        /* where the permission index has seen the user: see facts.h; NULL */
    bool indexed;                   /* somebody keeps the permission index (index.enabled) */
    bool federated;                 /* the user's password is kept by another identity provider */
    const struct task_row *forward; /* [TASK_COUNT]: what is being undone; NULL when going forward */
    task_set chosen;
    struct m365 *m365;
    struct store *store;
    struct vault *vault;
    const struct clock *clock;
    const struct rng *rng;
};

/* One task in one attempt. The row is the engine's; the task fills status, reason, error, warnings, items,
 * before, after and waiting_until. */
struct work {
    const struct run_view *run;
    enum task_id task;
    const json_t *params;
    struct task_row *row;
    struct arena *arena;              /* of the attempt */
    const struct m365_target *target; /* carries the hooks that journal each effect of this attempt */
    bool resumed;                     /* an earlier attempt may have had effects */
    bool acted;                       /* this attempt has made its calls */
    const json_t *user;               /* the user as a fact while calls are settled; NULL: not known */
    int64_t wait_ms;                  /* with OBSERVED_WAIT: when to look again */
    int64_t wait_at_most_ms;          /* and for how long in all; 0 takes the task's patience */
    struct err later;                 /* a call failed that may succeed later; ERR_NONE: none did */
};

enum observed {
    OBSERVED_NEEDED, /* the wanted state is not there */
    OBSERVED_DONE,   /* it is there */
    OBSERVED_SKIP,   /* there is nothing to do it to: row->reason says why */
    OBSERVED_WAIT, /* something else has to happen first: row->reason says what, wait_ms when to look again */
    OBSERVED_FAILED, /* it cannot be reached: row->error says why */
};

/* One direction of a task. */
struct task_verbs {
    enum observed (*observe)(struct work *work, const json_t *facts);
    /* Adds the calls that are still needed. */
    void (*act)(struct work *work, const json_t *facts, struct calls *calls);
    /* Or makes them itself, where the service knows no batch. False with err set when it failed as a whole.
     */
    bool (*apply)(struct work *work, const json_t *facts, struct err *err);
    /* This error of a call means that nothing is left to do. NULL: none does. */
    bool (*already_so)(const struct err *err);
    /* This refusal may pass when other items are done or time goes by; it may note that in the item (which
     * may be NULL). NULL: none does. */
    bool (*passes)(json_t *item, const struct err *err);
};

struct task_type {
    fact_set facts; /* what observe looks at, in both directions */
    fact_set proof; /* those of them that show whether it is done: all that verifying reads again */
    struct task_verbs forward;
    struct task_verbs undo; /* zeroed for what cannot be undone */
    int64_t patience_ms;    /* how long the read-back may lag; 0 takes 15 minutes */
};

const struct task_type *task_type(enum task_id task);
/* The verbs of a work's direction. */
const struct task_verbs *work_verbs(const struct work *work);

/* Runs the tasks of one unit together and leaves an end or TASK_STATUS_WAITING in each row. facts are what is
 * known already, with the time of each reading; what is missing or too old is read. *ret_facts is everything
 * that was read on the way, the caller's; NULL when nothing was. */
void task_unit_run(struct work *works, size_t count, const json_t *facts, json_t **ret_facts);

/* What would happen, for the confirmation step: adds "expected" (change, nothing, skip, wait, fail),
 * "reason", "items" and "warnings" to each step. run: as far as it is known; its forward rows make it an
 * undo. */
void task_forecast(json_t *plan, const struct run_view *run, const json_t *facts);

/* --- for the tasks' own files --- */
void work_end(struct work *work, enum task_status status, const char *reason);
void work_fail(struct work *work, const struct err *err);
void work_wait(struct work *work, const char *reason, int64_t delay_ms);
/* Does this observation read back what was sent, so that nothing more is sent after it? */
bool work_reads_back(const struct work *work);
void work_warn(struct work *work, const char *code, const char *message);
/* With a command that an administrator can run elsewhere. */
void work_warn_command(struct work *work, const char *code, const char *message, const char *command);
/* A call of this task failed in a way that may pass: it comes again from its observation. */
void work_later(struct work *work, const struct err *err);
/* Notes the first error of several as the task's. */
void work_note_error(struct work *work, const struct err *err);
/* A denial says which permission would help: the item's own ("permission"), or those of the catalogue. */
void work_explain(const struct work *work, const json_t *item, struct err *err);
/* Notes the error as the task's own; returns OBSERVED_FAILED. */
enum observed work_refuse(struct work *work, const char *code, const char *message);
/* Notes the reason; returns OBSERVED_SKIP. */
enum observed work_skip(struct work *work, const char *reason);
/* There is no mailbox: skips. Undoing what took the license or the account, it comes back a while after them
 * and is waited for as long as the task's patience lasts. */
enum observed work_no_mailbox(struct work *work);
/* Sets the evidence. before counts once, after every time; both take the value over. */
void work_before(struct work *work, json_t *evidence);
void work_after(struct work *work, json_t *evidence);
/* What the forward task found before it changed anything; an empty object when there is no such evidence. */
const json_t *work_forward_before(const struct work *work);
/* The mailbox as a fact; NULL when there is none. */
const json_t *facts_mailbox(const json_t *facts);
/* The named members of an object, null where missing; a new object. names end with NULL. */
json_t *evidence_of(const json_t *object, const char *const *names);

#endif
