/* items — the rows of what a task touches one by one: a group, a rule, a device. Each row is
 * {"id","name","kind","status","message"}; tasks add members of their own, such as what undo needs. */
#ifndef TASK_ITEMS_H
#define TASK_ITEMS_H

#include "task/task.h"

/* The row with this id, made as "pending" when it is not there yet. Borrowed from the work's row. */
json_t *work_item(struct work *work, const char *id, const char *name, const char *kind);
void item_set(json_t *item, const char *status, const char *message);
bool item_is(const json_t *item, const char *status);
/* Ends every pending row that the facts show as reached (there(…) true): succeeded, or already_done when
 * nothing was sent for it. True when one is left. */
bool items_settle(struct work *work, const json_t *facts,
                  bool (*there)(const struct work *work, const json_t *facts, const json_t *item));
/* Keeps the evidence, which it takes over, as what was found and what is there now, and settles the rows:
 * OBSERVED_NEEDED when one is left, else OBSERVED_DONE. */
enum observed items_observed(struct work *work, const json_t *facts, json_t *evidence,
                             bool (*there)(const struct work *work, const json_t *facts, const json_t *item));

/* For undo: the rows that the forward task changed or may have changed, each copied into the work as pending.
 * Rows of the same id that are there already stay. */
void items_from_forward(struct work *work);

#define items_foreach(work, index, item) json_array_foreach ((work)->row->items, index, item)
/* Those that are not done yet. */
#define items_pending_foreach(work, index, item) \
    items_foreach (work, index, item)            \
        if (!item_is(item, "pending")) {         \
        } else

#endif
