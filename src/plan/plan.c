#include "plan/plan.h"

#include "plan/options.h"

/* What has to have ended before the task: in the other direction, those that waited for it. */
static task_set before(enum direction direction, enum task_id task)
{
    const struct task_info *info = task_info(task);
    task_set set = info->after | info->needs;
    if (direction == DIRECTION_DO)
        return set;
    set = 0;
    for (int other = 0; other < TASK_COUNT; other++) {
        if ((task_info((enum task_id)other)->after | task_info((enum task_id)other)->needs) & TASK_BIT(task))
            set |= TASK_BIT(other);
    }
    return set;
}

static task_set needs(enum direction direction, enum task_id task)
{
    task_set set = 0;
    if (direction == DIRECTION_DO)
        return task_info(task)->needs;
    for (int other = 0; other < TASK_COUNT; other++)
        set |= task_info((enum task_id)other)->needs & TASK_BIT(task) ? TASK_BIT(other) : 0;
    return set;
}

static json_t *step_json(enum direction direction, enum task_id task, task_set chosen)
{
    const struct task_info *info = task_info(task);
    json_t *after = json_array();
    for (int other = 0; other < TASK_COUNT; other++) {
        if (before(direction, task) & chosen & TASK_BIT(other))
            json_add(after, json_text_new(task_info((enum task_id)other)->id));
    }
    return json_make("{s:s, s:s, s:s, s:o}", "task", info->id, "label", info->label, "phase",
                     phase_name(info->phase), "after", after);
}

json_t *plan_make(const json_t *options)
{
    task_set chosen = options_tasks(options);
    json_t *plan = json_array();
    for (int id = 0; id < TASK_COUNT; id++) {
        if (chosen & TASK_BIT(id))
            json_add(plan, step_json(DIRECTION_DO, (enum task_id)id, chosen));
    }
    return plan;
}

json_t *plan_make_undo(task_set chosen)
{
    json_t *plan = json_array();
    for (int id = TASK_COUNT - 1; id >= 0; id--) {
        if (chosen & TASK_BIT(id))
            json_add(plan, step_json(DIRECTION_UNDO, (enum task_id)id, chosen));
    }
    return plan;
}

static task_set lockout_tasks(void)
{
    task_set set = 0;
    for (int id = 0; id < TASK_COUNT; id++)
        set |= task_info((enum task_id)id)->unit == UNIT_LOCKOUT ? TASK_BIT(id) : 0;
    return set;
}

task_set plan_ready(enum direction direction, task_set chosen, task_set started, task_set ended)
{
    task_set ready = 0, together = direction == DIRECTION_DO ? lockout_tasks() : 0;
    for (int id = 0; id < TASK_COUNT; id++) {
        task_set first = before(direction, (enum task_id)id) & chosen;
        first &= together & TASK_BIT(id) ? ~together : ~(task_set)0;
        if ((chosen & TASK_BIT(id)) && !(started & TASK_BIT(id)) && !(first & ~ended))
            ready |= TASK_BIT(id);
    }
    return ready;
}

enum task_id plan_blocker(enum direction direction, enum task_id task, task_set chosen, task_set ended,
                          task_set ended_well)
{
    task_set missing = needs(direction, task) & chosen & ended & ~ended_well;
    int id = 0;
    while (id < TASK_COUNT && !(missing & TASK_BIT(id)))
        id++;
    return (enum task_id)id;
}
