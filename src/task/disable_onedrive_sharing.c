/* disable_onedrive_sharing — the OneDrive's site is shared with nobody outside the organisation. */
#include "task/site.h"
#include "task/task.h"

#define DISABLED 0 /* contract/sharepoint.md section 4 */

static int64_t sharing(const json_t *object)
{
    return json_int(object, "SharingCapability", -1);
}

static enum observed look(struct work *work, const json_t *facts, int64_t wanted)
{
    const json_t *is = json_object_at(facts, "site_sharing");
    static const char *const names[] = {"SharingCapability", NULL};
    if (!json_text(json_object_at(facts, "drive"), "siteUrl"))
        return work_skip(work, "no_onedrive");
    work_before(work, evidence_of(is, names));
    work_after(work, evidence_of(is, names));
    return sharing(is) == wanted ? OBSERVED_DONE : OBSERVED_NEEDED;
}

static bool set(struct work *work, const json_t *facts, int64_t wanted, struct err *err)
{
    struct m365_target target = *work->target;
    target.task = task_info(work->task)->id;
    return site_set_sharing(work->run->m365, &target, json_text(json_object_at(facts, "drive"), "siteUrl"),
                            (int)wanted, err);
}

static enum observed observe(struct work *work, const json_t *facts)
{
    return look(work, facts, DISABLED);
}

static bool apply(struct work *work, const json_t *facts, struct err *err)
{
    return set(work, facts, DISABLED, err);
}

static enum observed observe_undo(struct work *work, const json_t *facts)
{
    return look(work, facts, sharing(work_forward_before(work)));
}

static bool apply_undo(struct work *work, const json_t *facts, struct err *err)
{
    return set(work, facts, sharing(work_forward_before(work)), err);
}

const struct task_type task_disable_onedrive_sharing = {
    .facts = FACT(DRIVE) | FACT(SITE_SHARING),
    .proof = FACT(SITE_SHARING),
    .forward = {.observe = observe, .apply = apply},
    .undo = {.observe = observe_undo, .apply = apply_undo}};
