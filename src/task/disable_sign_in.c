/* disable_sign_in — accountEnabled is false. Forward it is part of the lockout (lockout.c). */
#include "connector/graph.h"
#include "task/calls.h"

static bool enabled(const json_t *facts)
{
    return json_flag(json_object_at(facts, "user"), "accountEnabled");
}

static enum observed observe(struct work *work, const json_t *facts)
{
    (void)work;
    return enabled(facts) ? OBSERVED_NEEDED : OBSERVED_DONE;
}

static enum observed observe_undo(struct work *work, const json_t *facts)
{
    bool was_enabled = json_flag(work_forward_before(work), "accountEnabled");
    static const char *const names[] = {"accountEnabled", NULL};
    work_before(work, evidence_of(json_object_at(facts, "user"), names));
    work_after(work, evidence_of(json_object_at(facts, "user"), names));
    return enabled(facts) == was_enabled || !was_enabled ? OBSERVED_DONE : OBSERVED_NEEDED;
}

static void act_undo(struct work *work, const json_t *facts, struct calls *calls)
{
    (void)facts;
    calls_graph(calls, work, NULL, "PATCH", graph_path(work->arena, "/users/%s", work->run->user_id),
                json_make("{s:b}", "accountEnabled", 1));
}

const struct task_type task_disable_sign_in = {.facts = FACT(USER),
                                               .proof = FACT(USER),
                                               .forward = {.observe = observe},
                                               .undo = {.observe = observe_undo, .act = act_undo}};
