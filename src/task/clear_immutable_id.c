/* clear_immutable_id — onPremisesImmutableId is empty. Graph refuses while the account is still synced: the
 * task waits until the link to Active Directory is broken. */
#include "connector/graph.h"
#include "task/calls.h"

#define LOOK_AGAIN_MS ((int64_t)15 * 60 * 1000)
#define PATIENCE_MS ((int64_t)14 * 24 * 60 * 60 * 1000)

static enum observed observe(struct work *work, const json_t *facts)
{
    static const char *const names[] = {"onPremisesImmutableId", "onPremisesSyncEnabled", NULL};
    const json_t *user = json_object_at(facts, "user");
    work_before(work, evidence_of(user, names));
    work_after(work, evidence_of(user, names));
    if (!json_text(user, "onPremisesImmutableId"))
        return OBSERVED_DONE;
    if (!json_flag(user, "onPremisesSyncEnabled"))
        return OBSERVED_NEEDED;
    work->row->reason = "still_synced";
    work->wait_ms = LOOK_AGAIN_MS;
    return OBSERVED_WAIT;
}

static void act(struct work *work, const json_t *facts, struct calls *calls)
{
    (void)facts;
    calls_graph(calls, work, NULL, "PATCH", graph_path(work->arena, "/users/%s", work->run->user_id),
                json_make("{s:n}", "onPremisesImmutableId"));
}

const struct task_type task_clear_immutable_id = {.facts = FACT(USER),
                                                  .proof = FACT(USER),
                                                  .forward = {.observe = observe, .act = act},
                                                  .patience_ms = PATIENCE_MS};
