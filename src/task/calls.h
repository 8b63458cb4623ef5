/* calls — what the tasks of a unit still have to change, collected and then sent in as few requests as
 * possible: one Graph $batch and one Exchange $batch in parallel, and one Set-Mailbox for all that set its
 * properties.
 *
 * A task adds its calls in act(); calls_run sends them and settles each in its task: an error that says
 * "already so" is none, a refusal fails the item (or the task, for a call without one), what may succeed
 * later lets the task come again. Whether it worked, the read-back decides. Belongs to one thread. */
#ifndef TASK_CALLS_H
#define TASK_CALLS_H

#include "task/task.h"

struct calls;

struct calls *calls_new(struct arena *arena);

/* One call. item is the row it is about, NULL for the task as a whole. Bodies and params are taken over
 * (NULL: none); texts are borrowed until calls_run has returned. */
void calls_graph(struct calls *calls, struct work *work, json_t *item, const char *method, const char *path,
                 json_t *body);
/* As calls_graph, but only after the call added last before it has succeeded. */
void calls_graph_then(struct calls *calls, struct work *work, json_t *item, const char *method,
                      const char *path, json_t *body);
void calls_exchange(struct calls *calls, struct work *work, json_t *item, const char *cmdlet, json_t *params);
/* A property of the leaver's own mailbox: travels in the one Set-Mailbox. When that is refused, each task's
 * properties go alone, so that one refusal does not fail all. */
void calls_mailbox(struct calls *calls, struct work *work, const char *property, json_t *value);

/* Sends everything and settles it. */
void calls_run(struct calls *calls);

#endif
