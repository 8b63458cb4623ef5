/* POST …/preflight: facts, warnings, and the plan that would run. Changes nothing. */
#include <string.h>

#include "api/choice.h"
#include "api/facts_view.h"
#include "api/people.h"
#include "api/preflight.h"
#include "api/visible.h"
#include "plan/options.h"
#include "plan/plan.h"
#include "task/task.h"

/* The pairs among the chosen tasks that exclude each other. */
static json_t *conflicts_of(task_set chosen)
{
    json_t *conflicts = json_array();
    for (int a = 0; a < TASK_COUNT; a++)
        for (int b = a + 1; b < TASK_COUNT; b++) {
            const char *why = task_conflict((enum task_id)a, (enum task_id)b);
            if (why && chosen & TASK_BIT(a) && chosen & TASK_BIT(b))
                json_add(conflicts, json_make("{s:[s, s], s:s}", "tasks", task_info((enum task_id)a)->id,
                                              task_info((enum task_id)b)->id, "message", why));
        }
    return conflicts;
}

/* Conflicts have a place of their own in the answer; every other mistake refuses the request. */
static void drop_conflicts(json_t *problems)
{
    for (size_t i = json_array_size(problems); i-- > 0;)
        if (strcmp(json_text_or(json_array_get(problems, i), "code", ""), "conflict") == 0)
            json_array_remove(problems, i);
}

void preflight_word_forecast(json_t *plan)
{
    static const struct {
        const char *forecast, *expected;
    } words[] = {{"nothing", "already_done"}, {"skip", "skipped"}, {"wait", "waiting"}, {"fail", "failed"}};
    size_t i;
    json_t *step;
    json_array_foreach (plan, i, step) {
        const char *expected = "will_run";
        for (size_t w = 0; w < sizeof words / sizeof words[0]; w++)
            if (strcmp(json_text_or(step, "expected", ""), words[w].forecast) == 0)
                expected = words[w].expected;
        json_put_text(step, "expected", expected);
        if (!json_object_get(step, "reason"))
            json_put(step, "reason", json_null());
    }
}

static json_t *plan_of(const struct call *call, const json_t *options, const struct leaver *leaver)
{
    json_t *plan = plan_make(options);
    AUTO_JSON json_t *context = leaver_context(leaver);
    const struct run_view run = {.options = options,
                                 .user_id = json_text(leaver->user, "id"),
                                 .user_principal_name = json_text(leaver->user, "user_principal_name"),
                                 .federated = json_flag(context, "federated"),
                                 .chosen = options_tasks(options),
                                 .m365 = call->api->context.m365,
                                 .clock = call->api->context.clock};
    task_forecast(plan, &run, leaver->facts);
    preflight_word_forecast(plan);
    return plan;
}

static bool answer(struct call *call, const struct choice *choice, const struct leaver *leaver)
{
    const json_t *options = choice->options;
    json_t *value = call_keep(call, json_object());
    json_t *conflicts = conflicts_of(options_tasks(options));
    bool clear = json_array_size(conflicts) == 0;
    json_put(value, "facts", facts_view(leaver->facts));
    json_put(value, "warnings", json_incref(leaver->warnings));
    json_put(value, "conflicts", conflicts);
    json_put(value, "options", json_incref(choice->options));
    json_put(value, "options_from", json_incref(choice->from));
    json_put(value, "plan", clear ? plan_of(call, options, leaver) : json_array());
    return call_json(call, 200, value);
}

/* The options that are meant, without conflicts among the mistakes. */
static bool read_choice(struct call *call, const struct tenant *tenant, struct choice *ret, struct err *err)
{
    static const struct input_field fields[] = {CHOICE_FIELDS};
    INPUT_OBJECT_CHECK(&call->input, call->body, "", fields);
    if (!input_verdict(&call->input, err) || !choice_read(call, tenant, ret, err))
        return false;
    drop_conflicts(call->input.errors);
    return input_verdict(&call->input, err);
}

bool preflight_post(struct call *call, struct err *err)
{
    AUTO_TENANT struct tenant tenant = {0};
    struct choice choice;
    if (!visible_tenant(call, call->params[0], &tenant, err) || !read_choice(call, &tenant, &choice, err))
        return false;
    AUTO(leaver_done) struct leaver leaver = {.reference = call->params[1], .pointer = ""};
    struct leaving leaving = {
        .call = call, .tenant = &tenant, .options = choice.options, .leavers = &leaver, .count = 1};
    if (!leaving_read(&leaving, err))
        return false;
    if (!leaver.facts) { /* the user stands in the path here */
        *err = leaver.err;
        input_done(&call->input);
        return false;
    }
    return leaving_judge(&leaving, err) && input_verdict(&call->input, err) && answer(call, &choice, &leaver);
}
