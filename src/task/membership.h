/* membership — how a member enters and leaves a group of each kind (contract/graph.md section 2). */
#ifndef TASK_MEMBERSHIP_H
#define TASK_MEMBERSHIP_H

#include "plan/group.h"
#include "task/calls.h"

/* Adds the call that takes the user out of the group, or puts the user in. */
void group_leave(struct calls *calls, struct work *work, json_t *item, enum group_kind kind,
                 const char *group_id);
void group_join(struct calls *calls, struct work *work, json_t *item, enum group_kind kind,
                const char *group_id);
/* "{"@odata.id": …}" for POST …/$ref; a new object. */
json_t *group_reference(struct work *work, const char *object_id);
/* These errors mean that the user has left already, or is in it already. */
bool group_already_left(const struct err *err);
bool group_already_joined(const struct err *err);

#endif
