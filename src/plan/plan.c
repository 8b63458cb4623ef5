#include "plan/plan.h"

#include "plan/options.h"

json_t *plan_make(const json_t *options)
{
    task_set chosen = options_tasks(options);
    json_t *plan = json_array();
    for (int id = 0; id < TASK_COUNT; id++) {
        const struct task_info *task = task_info((enum task_id)id);
        json_t *after = json_array();
        if (!(chosen & TASK_BIT(id))) {
            json_decref(after);
            continue;
        }
        for (int other = 0; other < id; other++) {
            if ((task->after | task->needs) & chosen & TASK_BIT(other))
                json_add(after, json_text_new(task_info((enum task_id)other)->id));
        }
        json_add(plan, json_make("{s:s, s:s, s:s, s:o}", "task", task->id, "label", task->label, "phase",
                                 phase_name(task->phase), "after", after));
    }
    return plan;
}

/* A unit keeps the order among its own tasks: they start together. */
static task_set unit_tasks(enum task_unit unit)
{
    task_set set = 0;
    for (int id = 0; unit != UNIT_SINGLE && id < TASK_COUNT; id++)
        set |= task_info((enum task_id)id)->unit == unit ? TASK_BIT(id) : 0;
    return set;
}

task_set plan_ready(task_set chosen, task_set started, task_set ended)
{
    task_set ready = 0;
    for (int id = 0; id < TASK_COUNT; id++) {
        const struct task_info *task = task_info((enum task_id)id);
        task_set before = (task->after | task->needs) & chosen & ~unit_tasks(task->unit);
        if ((chosen & TASK_BIT(id)) && !(started & TASK_BIT(id)) && !(before & ~ended))
            ready |= TASK_BIT(id);
    }
    return ready;
}

enum task_id plan_blocker(enum task_id task, task_set chosen, task_set ended, task_set ended_well)
{
    task_set missing = task_info(task)->needs & chosen & ended & ~ended_well;
    int id = 0;
    while (id < TASK_COUNT && !(missing & TASK_BIT(id)))
        id++;
    return (enum task_id)id;
}
