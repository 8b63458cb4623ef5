#include "model/status.h"

#include <string.h>

struct status {
    const char *name;
    uint32_t next;
};

static const struct status run_statuses[] = {
#define X(id, name, next) {name, next},
    RUN_STATUSES(X)
#undef X
};

static const struct status task_statuses[] = {
#define X(id, name, next) {name, next},
    TASK_STATUSES(X)
#undef X
};

static int status_parse(const struct status *table, int count, const char *name)
{
    int i = 0;
    while (i < count && !(name && strcmp(table[i].name, name) == 0))
        i++;
    return i;
}

const char *run_status_name(enum run_status status)
{
    return run_statuses[status].name;
}

enum run_status run_status_parse(const char *name)
{
    return (enum run_status)status_parse(run_statuses, RUN_STATUS_COUNT, name);
}

bool run_status_may(enum run_status from, enum run_status to)
{
    return run_statuses[from].next >> to & 1;
}

bool run_status_ended(enum run_status status)
{
    return status == RUN_SUCCEEDED || status == RUN_SUCCEEDED_WITH_WARNINGS || status == RUN_FAILED ||
           status == RUN_CANCELLED || status == RUN_UNDONE;
}

const char *task_status_name(enum task_status status)
{
    return task_statuses[status].name;
}

enum task_status task_status_parse(const char *name)
{
    return (enum task_status)status_parse(task_statuses, TASK_STATUS_COUNT, name);
}

bool task_status_may(enum task_status from, enum task_status to)
{
    return task_statuses[from].next >> to & 1;
}

bool task_status_ended(enum task_status status)
{
    return status != TASK_STATUS_PENDING && status != TASK_STATUS_RUNNING && status != TASK_STATUS_WAITING;
}

bool task_status_good(enum task_status status)
{
    return status == TASK_STATUS_SUCCEEDED || status == TASK_STATUS_ALREADY_DONE ||
           status == TASK_STATUS_SKIPPED;
}
