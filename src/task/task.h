/* task — what an offboarding does, as desired states. One file for each task; task.c dispatches by the
 * catalogue.
 *
 * observe compares the wanted state with the facts and changes nothing; apply makes the calls that are still
 * needed; verifying is observing again. The engine calls task_unit_run for tasks that share their calls (a
 * unit) and stores what it leaves in each row. A task is safe to run again after a crash at any instant: it
 * starts at observe. */
#ifndef TASK_TASK_H
#define TASK_TASK_H

#include "base/arena.h"
#include "base/clock.h"
#include "base/rng.h"
#include "connector/m365.h"
#include "journal/offboardings.h"
#include "vault/vault.h"

/* One offboarding under way, as its tasks see it. Read-only for them. */
struct run_view {
    const char *offboarding_id;
    const char *tenant_id;
    const char *tenant_name;
    const char *user_id;
    const char *user_principal_name;
    const json_t *options;
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
};

enum observed {
    OBSERVED_NEEDED,  /* the wanted state is not there */
    OBSERVED_DONE,    /* it is there */
    OBSERVED_SKIP,    /* there is nothing to do it to: row->reason says why */
    OBSERVED_UNKNOWN, /* row->error says why */
};

struct task_type {
    unsigned facts; /* FACT_… that observe reads */
    bool fresh;     /* the facts of the run's start are too old for it: read them again */
    enum observed (*observe)(struct work *work, const json_t *facts);
    /* UNIT_SINGLE: makes the calls. False with err set when it failed as a whole; single items fail in their
     * rows. */
    bool (*apply)(struct work *work, const json_t *facts, struct err *err);
    /* UNIT_MAILBOX: adds its part to the parameters of the one Set-Mailbox call. */
    void (*contribute)(struct work *work, const json_t *facts, json_t *params);
    int64_t patience_ms; /* how long the read-back may lag; 0 takes 15 minutes */
};

const struct task_type *task_type(enum task_id task);

/* Runs the tasks of one unit together and leaves an end or TASK_STATUS_WAITING in each row. facts are those
 * read at the run's start, or NULL when they must be read. */
void task_unit_run(struct work *works, size_t count, const json_t *facts);

/* What would happen, for the confirmation step: adds "expected" (change, nothing, skip) and "reason" to each
 * step. */
void task_forecast(json_t *plan, const json_t *options, const json_t *facts);

/* For the tasks' own files. */
void work_end(struct work *work, enum task_status status, const char *reason);
void work_fail(struct work *work, const struct err *err);
void work_wait(struct work *work, const char *reason, int64_t delay_ms);
void work_warn(struct work *work, const char *code, const char *message);
/* The item's row, made when it is not there yet. status may be changed later with work_item_set. */
json_t *work_item(struct work *work, const char *id, const char *name, const char *kind);
void work_item_set(json_t *item, const char *status, const char *message);
/* Skips with no_mailbox when the facts say so. */
bool work_has_mailbox(struct work *work, const json_t *facts);

#endif
