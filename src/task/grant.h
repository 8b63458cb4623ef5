/* grant — what the four tasks share that let people use the leaver's mailbox: one item for each person, read
 * back, and taken back by undo from those alone who did not have it before. */
#ifndef TASK_GRANT_H
#define TASK_GRANT_H

#include "task/calls.h"

struct grant {
    /* Does this person (Graph's user) hold the permission? */
    bool (*held)(const json_t *facts, const json_t *person);
    /* The cmdlet that gives it (or takes it back), with its parameters. */
    const char *(*cmdlet)(bool give);
    json_t *(*params)(const struct work *work, const char *person_id, bool give);
    json_t *(*evidence)(const json_t *facts);
};

enum observed grant_observe(struct work *work, const json_t *facts, const struct grant *grant);
enum observed grant_observe_undo(struct work *work, const json_t *facts, const struct grant *grant);
/* Adds the calls for the pending items. */
void grant_act(struct work *work, struct calls *calls, const struct grant *grant, bool give);

/* Full Access, which two tasks give: with automapping and without. */
bool grant_full_access_held(const json_t *facts, const json_t *person);
json_t *grant_full_access_params(const struct work *work, const char *person_id, bool give, bool automap);
json_t *grant_full_access_evidence(const json_t *facts);
const char *grant_full_access_cmdlet(bool give);

/* The task of a grant, whose file holds `static const struct grant grant`. fact: where the permission shows.
 */
#define GRANT_TASK(id, fact, shown_by)                                                      \
    static enum observed observe(struct work *work, const json_t *facts)                    \
    {                                                                                       \
        return grant_observe(work, facts, &grant);                                          \
    }                                                                                       \
    static void act(struct work *work, const json_t *facts, struct calls *calls)            \
    {                                                                                       \
        (void)facts;                                                                        \
        grant_act(work, calls, &grant, true);                                               \
    }                                                                                       \
    static enum observed observe_undo(struct work *work, const json_t *facts)               \
    {                                                                                       \
        return grant_observe_undo(work, facts, &grant);                                     \
    }                                                                                       \
    static void act_undo(struct work *work, const json_t *facts, struct calls *calls)       \
    {                                                                                       \
        (void)facts;                                                                        \
        grant_act(work, calls, &grant, false);                                              \
    }                                                                                       \
    const struct task_type task_##id = {.facts = FACT(PEOPLE) | FACT(MAILBOX) | FACT(fact), \
                                        .proof = FACT(shown_by),                            \
                                        .forward = {.observe = observe, .act = act},        \
                                        .undo = {.observe = observe_undo, .act = act_undo}};

/* The row of a person whom the options name, "failed" when there is no such person any more. */
json_t *grant_item(struct work *work, const json_t *facts, const char *reference, const json_t **ret_person);

#endif
