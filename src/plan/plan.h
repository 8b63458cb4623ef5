/* plan — checked options become an ordered list of tasks; facts and policy become warnings.
 *
 * Pure: no I/O, no clock. The same inputs give the same plan. Facts are the JSON that task/facts.h describes.
 */
#ifndef PLAN_PLAN_H
#define PLAN_PLAN_H

#include "base/json.h"
#include "model/catalogue.h"

/* [{"task","label","phase","after":[ids]}] in the order people read it; `after` names chosen tasks only. */
json_t *plan_make(const json_t *options);
/* The same for undoing these tasks, in the order they are undone. */
json_t *plan_make_undo(task_set chosen);

/* The tasks of `chosen` that may start now: not started, and all they come after have ended. Undo goes the
 * other way round: a task waits for those that came after it. Going forward, the tasks of the lockout unit
 * start together; the unit orders them itself. */
task_set plan_ready(enum direction direction, task_set chosen, task_set started, task_set ended);
/* The first task that `task` needs, was chosen and did not end well; TASK_COUNT when nothing stands in its
 * way. Undo goes the other way round here too: what a task needed is taken back only after it itself was. */
enum task_id plan_blocker(enum direction direction, enum task_id task, task_set chosen, task_set ended,
                          task_set ended_well);

/* Do the permissions of a token (an array of names) hold any one of "A|B"? */
bool plan_is_granted(const json_t *granted, const char *any);

/* Whom and what the warnings are about, beside the facts. */
struct plan_policy {
    const char *technician; /* user principal name or object id of who asks; NULL when not a directory user */
    const json_t *protected_users; /* object ids */
    bool allow_external_forwarding;
    bool already_open;
    const json_t *also_leaving; /* object ids of the other users of the same request */
    int64_t now;                /* Unix ms */
};

/* [{"code","severity","message","task"}]; severity is info, warn or blocker; one row for each code and task.
 * The table of tasks.md, as far as the chosen tasks reach. */
json_t *plan_warnings(const json_t *options, const json_t *facts, const struct plan_policy *policy);

#endif
