/* delete_user — the user is in deleted items, with the same object id. Undo restores it from there. */
#include "connector/graph.h"
#include "task/calls.h"
#include "task/on_premises.h"

static bool exists(const json_t *facts)
{
    return json_is_object(json_object_get(facts, "user"));
}

static bool is_deleted(const json_t *facts)
{
    return json_is_object(json_object_get(facts, "deleted"));
}

static json_t *evidence(const json_t *facts)
{
    json_t *object = json_make("{s:b, s:b}", "exists", exists(facts), "deleted", is_deleted(facts));
    return json_put_text(object, "deletedDateTime",
                         json_text(json_object_at(facts, "deleted"), "deletedDateTime"));
}

static enum observed gone(struct work *work)
{
    return work_refuse(work, "user_gone",
                       "There is no user with this object id any more, not even among the deleted ones.");
}

static enum observed observe(struct work *work, const json_t *facts)
{
    work_before(work, evidence(facts));
    work_after(work, evidence(facts));
    if (json_flag(json_object_get(facts, "user"), "onPremisesSyncEnabled"))
        on_premises_warn(work, json_object_get(facts, "user"), NULL);
    if (exists(facts))
        return OBSERVED_NEEDED;
    return is_deleted(facts) ? OBSERVED_DONE : gone(work);
}

static void act(struct work *work, const json_t *facts, struct calls *calls)
{
    (void)facts;
    calls_graph(calls, work, NULL, "DELETE", graph_path(work->arena, "/users/%s", work->run->user_id), NULL);
}

static bool already_so(const struct err *err)
{
    return err->kind == ERR_NOT_FOUND;
}

static enum observed observe_undo(struct work *work, const json_t *facts)
{
    work_before(work, evidence(facts));
    work_after(work, evidence(facts));
    if (exists(facts))
        return OBSERVED_DONE;
    return is_deleted(facts) ? OBSERVED_NEEDED : gone(work);
}

static void act_undo(struct work *work, const json_t *facts, struct calls *calls)
{
    (void)facts;
    calls_graph(calls, work, NULL, "POST",
                graph_path(work->arena, "/directory/deletedItems/%s/restore", work->run->user_id),
                json_make("{s:b}", "autoReconcileProxyConflict", 1));
}

const struct task_type task_delete_user = {
    .facts = FACT(USER) | FACT(DELETED),
    .proof = FACT(USER) | FACT(DELETED),
    .forward = {.observe = observe, .act = act, .already_so = already_so},
    .undo = {.observe = observe_undo, .act = act_undo}};
