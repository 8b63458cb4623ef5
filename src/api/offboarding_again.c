/* Going again over an offboarding that has ended: what an undo would do, the undo itself, and retrying what
 * failed. */
#include <string.h>

#include "api/offboarding_accept.h"
#include "api/preflight.h"
#include "api/problem.h"
#include "api/visible.h"
#include "plan/plan.h"
#include "task/elsewhere.h"
#include "task/task.h"

#define READ_PATIENCE_MS 5000

/* --- the requests ----------------------------------------------------------------------------------------
 */

/* The tasks that the body names; 0: none is named, which means all. */
static bool read_tasks(struct call *call, task_set *ret, struct err *err)
{
    static const struct input_field fields[] = {{"tasks", INPUT_ARRAY, INPUT_NULLABLE, 1, TASK_COUNT}};
    size_t i;
    json_t *name;
    *ret = 0;
    if (!call->body)
        return true;
    INPUT_OBJECT_CHECK(&call->input, call->body, "", fields);
    json_array_foreach ((json_t *)json_array_at(call->body, "tasks"), i, name) {
        enum task_id task = task_by_name(json_string_value(name));
        if (task == TASK_COUNT)
            input_bad(&call->input, pointer_at(call->arena, "/tasks", i), "unknown_task",
                      "There is no task of this name.");
        else if (!task_undoable(task))
            input_bad(&call->input, pointer_at(call->arena, "/tasks", i), "not_undoable",
                      "%s cannot be undone.", task_info(task)->label);
        else
            *ret |= TASK_BIT(task);
    }
    return input_verdict(&call->input, err);
}

static bool read_task(struct call *call, enum task_id *ret, struct err *err)
{
    static const struct input_field fields[] = {{"task", INPUT_TEXT, INPUT_NULLABLE, 1, 80}};
    *ret = TASK_COUNT;
    if (!call->body)
        return true;
    INPUT_OBJECT_CHECK(&call->input, call->body, "", fields);
    const char *name = json_text(call->body, "task");
    if (name && (*ret = task_by_name(name)) == TASK_COUNT)
        input_bad(&call->input, "/task", "unknown_task", "There is no task %.80s.", name);
    return input_verdict(&call->input, err);
}

bool offboarding_undo_post(struct call *call, struct err *err)
{
    const struct api_context *context = &call->api->context;
    const char *id;
    task_set tasks;
    if (!visible_offboarding(call, &id, err) || !read_tasks(call, &tasks, err))
        return false;
    AUTO_TX struct tx *tx = store_begin(context->store, err);
    return tx && offboarding_undo(tx, id, tasks, call->who.name, clock_utc_ms(context->clock), err) &&
           note_offboarding(call, tx, LOGBOOK_OFFBOARDING_UNDONE, id, err) &&
           offboarding_accept(call, &tx, id, 202, err);
}

bool offboarding_retry_post(struct call *call, struct err *err)
{
    const struct api_context *context = &call->api->context;
    const char *id;
    enum task_id task;
    if (!visible_offboarding(call, &id, err) || !read_task(call, &task, err))
        return false;
    AUTO_TX struct tx *tx = store_begin(context->store, err);
    return tx && offboarding_retry(tx, id, task, call->who.name, clock_utc_ms(context->clock), err) &&
           note_offboarding(call, tx, LOGBOOK_OFFBOARDING_RETRIED, id, err) &&
           offboarding_accept(call, &tx, id, 202, err);
}

/* --- what an undo would do -------------------------------------------------------------------------------
 */

struct looked_at {
    struct offboarding o;
    struct task_row rows[TASK_COUNT];
    task_set set;
    json_t *elsewhere;
};

static void looked_at_done(struct looked_at *looked)
{
    offboarding_done(&looked->o);
    json_decref(looked->elsewhere);
    for (int task = 0; task < TASK_COUNT; task++) {
        if (looked->set & TASK_BIT(task))
            task_row_done(&looked->rows[task]);
    }
}

static bool look_at(struct call *call, const char *id, struct looked_at *ret, struct err *err)
{
    AUTO_TX struct tx *tx = store_begin_read(call->api->context.store, err);
    if (!tx || !offboarding_load(tx, call->arena, id, &ret->o, err) ||
        !offboarding_tasks(tx, call->arena, id, DIRECTION_DO, ret->rows, &ret->set, err))
        return false;
    const struct elsewhere about = {.tenant_id = ret->o.tenant_id,
                                    .user_id = ret->o.user_id,
                                    .rows = ret->rows,
                                    .indexed = call->api->context.indexed};
    ret->elsewhere = elsewhere_read(tx, &about, clock_utc_ms(call->api->context.clock), err);
    return ret->elsewhere != NULL;
}

static json_t *read_facts(struct call *call, const struct looked_at *looked, task_set tasks, struct err *err)
{
    const struct m365_target target = {.tenant_id = looked->o.tenant_id, .patience_ms = READ_PATIENCE_MS};
    struct facts_request request = {.m365 = call->api->context.m365,
                                    .target = &target,
                                    .user_id = looked->o.user_id,
                                    .options = looked->o.options,
                                    .people = json_object_get(looked->o.context, "people"),
                                    .elsewhere = looked->elsewhere,
                                    .wanted = FACT(USER)};
    for (int task = 0; task < TASK_COUNT; task++)
        request.wanted |= tasks & TASK_BIT(task) ? task_type((enum task_id)task)->facts : 0;
    return facts_read(&request, err);
}

bool offboarding_undo_get(struct call *call, struct err *err)
{
    const char *id;
    AUTO(looked_at_done) struct looked_at looked = {0};
    if (!visible_offboarding(call, &id, err) || !look_at(call, id, &looked, err))
        return false;
    task_set tasks = offboarding_undoable(looked.rows, looked.set);
    AUTO_JSON json_t *facts = read_facts(call, &looked, tasks, err);
    if (!facts)
        return false;
    const struct run_view run = {.options = looked.o.options,
                                 .user_id = looked.o.user_id,
                                 .user_principal_name = looked.o.user_principal_name,
                                 .people = json_object_get(looked.o.context, "people"),
                                 .forward = looked.rows,
                                 .chosen = tasks,
                                 .m365 = call->api->context.m365,
                                 .clock = call->api->context.clock};
    json_t *plan = plan_make_undo(tasks), *kept = json_array();
    task_forecast(plan, &run, facts);
    preflight_word_forecast(plan);
    for (int task = 0; task < TASK_COUNT; task++) {
        bool done = looked.set & TASK_BIT(task) && looked.rows[task].status == TASK_STATUS_SUCCEEDED;
        if (done && !task_undoable((enum task_id)task))
            json_add(kept, json_make("{s:s, s:s}", "task", task_info((enum task_id)task)->id, "label",
                                     task_info((enum task_id)task)->label));
    }
    json_t *value = call_keep(call, json_make("{s:b, s:o, s:o}", "possible",
                                              tasks != 0 && run_status_ended(looked.o.status), "plan", plan,
                                              "stays", kept));
    return call_json(call, 200, value);
}
