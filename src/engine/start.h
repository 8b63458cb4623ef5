/* start — the look at a user before an offboarding that was planned begins: weeks may lie between the plan
 * and its day. Runs on a worker (private to engine/). */
#ifndef ENGINE_START_H
#define ENGINE_START_H

#include "engine/engine.h"
#include "task/task.h"

enum start_verdict {
    START_GO,
    START_HOLD,  /* a person has to look: blockers that nobody has lifted */
    START_LATER, /* what has to be known cannot be read just now */
};

struct start {
    enum start_verdict verdict;
    char words[300];    /* why it is held, or cannot be read */
    json_t *warnings;   /* what speaks against it now, merged with what was known; owned */
    json_t *added;      /* the new ones among them; owned */
    json_t *context;    /* as offboarding.context, renewed; owned */
    char name[320];     /* user principal name now */
    char display[1040]; /* display name now: 256 characters at most */
};
void start_done(struct start *start);

/* Is it due for a look: nothing of it was tried, and time has passed since the request? */
bool start_is_due(const struct offboarding *offboarding, const struct task_row *rows, task_set chosen,
                  int64_t now);
/* Judges by facts read just now (NULL: they cannot be read). leapt: its time has come by a jump of the clock
 * alone. */
void start_judge(const struct engine_parts *parts, const struct offboarding *offboarding, json_t *facts,
                 bool leapt, struct start *ret);

#endif
