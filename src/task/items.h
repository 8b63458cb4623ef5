/* items — applying one cmdlet or one Graph call to each pending item of a task, in batches. */
#ifndef TASK_ITEMS_H
#define TASK_ITEMS_H

#include "task/task.h"

bool item_is(const json_t *item, const char *status);
/* Makes the Graph call for every pending item for which make() gives a path. A refused item is failed with
 * its message; a code in already_so counts as done. False with err set when the batch as a whole must come
 * again. */
struct item_call {
    const char *method;
    const json_t *body;                                       /* NULL for none */
    char *(*path)(struct work *work, const json_t *item);     /* NULL: not by Graph */
    const char *cmdlet;                                       /* the same for Exchange */
    json_t *(*params)(struct work *work, const json_t *item); /* NULL: not by Exchange; a new object */
    bool (*already_so)(const struct err *err); /* this error means that nothing is left to do */
};
bool items_apply(struct work *work, const struct item_call *call, struct err *err);

#endif
