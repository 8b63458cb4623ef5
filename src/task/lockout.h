/* lockout — disable, reset and revoke in one Graph round trip (design.md): read the user, act in the order
 * that leaves no new token behind, read again; each step only after the one before it. */
#ifndef TASK_LOCKOUT_H
#define TASK_LOCKOUT_H

#include "connector/graph.h"
#include "task/task.h"

/* Runs those of the three that are given. */
void lockout_run(struct work *works, size_t count);

#endif
