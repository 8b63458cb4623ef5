/* elsewhere — the other mailboxes and calendars that are worth asking about a user: where the permission
 * index has seen the user, and those that the offboarding itself has touched. */
#ifndef TASK_ELSEWHERE_H
#define TASK_ELSEWHERE_H

#include "task/task.h"

/* {"mailboxes":[{"id","name"}], "calendars":[{"id","name","folder"}]} as facts.h asks for; a new object. rows
 * and forward (may be NULL) are the run's, [TASK_COUNT]. */
json_t *elsewhere_read(struct tx *tx, const char *tenant_id, const char *user_id, const struct task_row *rows,
                       const struct task_row *forward);

#endif
