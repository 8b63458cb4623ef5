/* status — the states of an offboarding and of a task as two tables: the name, what may follow, whether it is
 * an end. One function in src/journal moves a status and writes the event in the same transaction. */
#ifndef MODEL_STATUS_H
#define MODEL_STATUS_H

#include <stdint.h>

#include "base/err.h"

#define R(id) (1u << RUN_##id)
#define S(id) (1u << TASK_STATUS_##id)

/* status, name, what may follow */
#define RUN_STATUSES(X)                                                                                     \
    X(PLANNED, "planned", R(QUEUED) | R(RUNNING) | R(NEEDS_ATTENTION) | R(CANCELLED))                       \
    X(AWAITING_APPROVAL, "awaiting_approval", R(PLANNED) | R(QUEUED) | R(CANCELLED))                        \
    X(NEEDS_ATTENTION, "needs_attention", R(PLANNED) | R(QUEUED) | R(UNDOING) | R(CANCELLED))               \
    X(QUEUED, "queued", R(RUNNING) | R(NEEDS_ATTENTION) | R(CANCELLED))                                     \
    X(RUNNING, "running",                                                                                   \
      R(RUNNING) | R(WAITING) | R(SUCCEEDED) | R(SUCCEEDED_WITH_WARNINGS) | R(FAILED) | R(CANCELLED) |      \
          R(NEEDS_ATTENTION))                                                                               \
    X(WAITING, "waiting", R(RUNNING) | R(WAITING) | R(CANCELLED))                                           \
    X(SUCCEEDED, "succeeded", R(UNDOING))                                                                   \
    X(SUCCEEDED_WITH_WARNINGS, "succeeded_with_warnings", R(UNDOING))                                       \
    X(FAILED, "failed", R(QUEUED) | R(UNDOING))                                                             \
    X(CANCELLED, "cancelled", R(UNDOING))                                                                   \
    X(UNDOING, "undoing",                                                                                   \
      R(UNDOING) | R(UNDONE) | R(NEEDS_ATTENTION) | R(FAILED) | R(SUCCEEDED) | R(SUCCEEDED_WITH_WARNINGS) | \
          R(CANCELLED))                                                                                     \
    X(UNDONE, "undone", R(UNDOING))

#define TASK_STATUSES(X)                                                                                \
    X(PENDING, "pending", S(RUNNING) | S(BLOCKED) | S(CANCELLED))                                       \
    X(RUNNING, "running",                                                                               \
      S(RUNNING) | S(WAITING) | S(SUCCEEDED) | S(ALREADY_DONE) | S(SKIPPED) | S(FAILED) | S(CANCELLED)) \
    X(WAITING, "waiting", S(RUNNING) | S(CANCELLED))                                                    \
    X(SUCCEEDED, "succeeded", 0)                                                                        \
    X(ALREADY_DONE, "already_done", 0)                                                                  \
    X(SKIPPED, "skipped", 0)                                                                            \
    X(FAILED, "failed", S(PENDING))                                                                     \
    X(BLOCKED, "blocked", S(PENDING))                                                                   \
    X(CANCELLED, "cancelled", 0)

enum run_status {
#define X(id, ...) RUN_##id,
    RUN_STATUSES(X)
#undef X
        RUN_STATUS_COUNT
};

enum task_status {
#define X(id, ...) TASK_STATUS_##id,
    TASK_STATUSES(X)
#undef X
        TASK_STATUS_COUNT
};

const char *run_status_name(enum run_status status);
enum run_status run_status_parse(const char *name); /* RUN_STATUS_COUNT when unknown */
bool run_status_may(enum run_status from, enum run_status to);
bool run_status_ended(enum run_status status);

const char *task_status_name(enum task_status status);
enum task_status task_status_parse(const char *name); /* TASK_STATUS_COUNT when unknown */
bool task_status_may(enum task_status from, enum task_status to);
bool task_status_ended(enum task_status status);
/* Ended so that tasks which need it may run. */
bool task_status_good(enum task_status status);

#endif
