/* on_premises — what has to be done in Active Directory because the cloud does not accept it, as a warning
 * with the command that does it (tasks.md; contract/exchange.md section 7). */
#ifndef TASK_ON_PREMISES_H
#define TASK_ON_PREMISES_H

#include "task/task.h"

/* Warns with code on_premises_source and the command for this task. user is Graph's user, for the account's
 * name there; NULL writes a placeholder. group: the display name of the group it is about; NULL for none. */
void on_premises_warn(struct work *work, const json_t *user, const char *group);

#endif
