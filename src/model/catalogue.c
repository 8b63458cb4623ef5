#include "model/catalogue.h"

#include <string.h>

#define T(id) TASK_BIT(TASK_##id)
static const struct task_info tasks[TASK_COUNT] = {
#define TASK(id, label, phase, after, needs, kind, unit, subject, help) \
    [TASK_##id] = {                                                     \
        #id, label, help, PHASE_##phase, after, needs, TASK_KIND_##kind, UNIT_##unit, SUBJECT_##subject},
#include "model/catalogue.def"
};

static const struct param params[] = {
#define PARAM(task, id, type, required, fallback, label, help) \
    {TASK_##task, #id, PARAM_##type, required, fallback, label, help},
#include "model/catalogue.def"
};
#define PARAM_TOTAL (sizeof params / sizeof *params)

static const struct app_permission permissions[] = {
#define PERMISSION(task, resource, any) {TASK_##task, RESOURCE_##resource, any},
#include "model/catalogue.def"
};

static const struct {
    enum task_id a;
    enum task_id b;
    const char *why;
} conflicts[] = {
#define CONFLICT(a, b, why) {TASK_##a, TASK_##b, why},
#include "model/catalogue.def"
};

static const struct {
    const char *name;
    const char *label;
} phases[] = {
#define X(id, name, label) {name, label},
    PHASES(X)
#undef X
};

static const char *const param_type_names[] = {
#define X(id, name) name,
    PARAM_TYPES(X)
#undef X
};

const char *const audience_names[] = {"all", "known", "none", NULL};
static const char *const audience_labels[] = {"Everybody", "Only known contacts", "Nobody outside"};

static const struct variable variables[] = {
    {"displayname", "Name of the person"},       {"userprincipalname", "Address of the person"},
    {"managername", "Name of the manager"},      {"manageremail", "Address of the manager"},
    {"forwardto", "Address mail is sent on to"}, {"tenantname", "Name of the organisation"},
};

const struct task_info *task_info(enum task_id id)
{
    return &tasks[id];
}

enum task_id task_by_name(const char *name)
{
    for (int id = 0; name && id < TASK_COUNT; id++) {
        if (strcmp(tasks[id].id, name) == 0)
            return (enum task_id)id;
    }
    return TASK_COUNT;
}

const struct param *task_params(enum task_id id, size_t *ret_count)
{
    const struct param *first = NULL;
    *ret_count = 0;
    for (size_t i = 0; i < PARAM_TOTAL; i++) {
        if (params[i].task == id) {
            first = first ? first : &params[i];
            ++*ret_count;
        }
    }
    return first;
}

const struct param *task_param(enum task_id id, const char *name)
{
    for (size_t i = 0; i < PARAM_TOTAL; i++) {
        if (params[i].task == id && strcmp(params[i].id, name) == 0)
            return &params[i];
    }
    return NULL;
}

const char *direction_name(enum direction direction)
{
    return direction == DIRECTION_UNDO ? "undo" : "do";
}

bool task_undoable(enum task_id id)
{
    return tasks[id].kind == TASK_KIND_UNDO || tasks[id].kind == TASK_KIND_UNDO_30_DAYS;
}

const struct app_permission *catalogue_permissions(size_t *ret_count)
{
    *ret_count = sizeof permissions / sizeof *permissions;
    return permissions;
}

task_set catalogue_subject(enum task_subject subject)
{
    task_set set = 0;
    for (int id = 0; id < TASK_COUNT; id++)
        set |= tasks[id].subject == subject ? TASK_BIT(id) : 0;
    return set;
}

const char *task_conflict(enum task_id a, enum task_id b)
{
    for (size_t i = 0; i < sizeof conflicts / sizeof *conflicts; i++) {
        if ((conflicts[i].a == a && conflicts[i].b == b) || (conflicts[i].a == b && conflicts[i].b == a))
            return conflicts[i].why;
    }
    return NULL;
}

const char *phase_name(enum phase phase)
{
    return phases[phase].name;
}

const struct variable *catalogue_variables(size_t *ret_count)
{
    *ret_count = sizeof variables / sizeof *variables;
    return variables;
}

static json_t *set_json(task_set set)
{
    json_t *names = json_array();
    for (int id = 0; id < TASK_COUNT; id++) {
        if (set & TASK_BIT(id))
            json_add(names, json_text_new(tasks[id].id));
    }
    return names;
}

static json_t *param_json(const struct param *param)
{
    json_t *choices = json_array();
    for (size_t i = 0; param->type == PARAM_AUDIENCE && audience_names[i]; i++)
        json_add(choices, json_make("{s:s, s:s}", "value", audience_names[i], "label", audience_labels[i]));
    return json_make("{s:s, s:s, s:s, s:s, s:b, s:o, s:o}", "id", param->id, "label", param->label, "help",
                     param->help, "type", param_type_names[param->type], "required", param->required,
                     "choices", choices, "default",
                     param->fallback ? json_loads(param->fallback, JSON_DECODE_ANY, NULL) : json_null());
}

static json_t *permissions_json(enum task_id id)
{
    static const char *const resources[RESOURCE_COUNT] = {"graph", "exchange", "sharepoint"};
    json_t *list = json_array();
    for (size_t i = 0; i < sizeof permissions / sizeof *permissions; i++) {
        if (permissions[i].task == id)
            json_add(list, json_make("{s:s, s:s}", "resource", resources[permissions[i].resource], "any",
                                     permissions[i].any));
    }
    return list;
}

static json_t *task_json(enum task_id id)
{
    const struct task_info *task = &tasks[id];
    json_t *list = json_array(), *excludes = json_array(), *reasons = json_object();
    size_t count;
    const struct param *first = task_params(id, &count);
    for (size_t i = 0; i < count; i++)
        json_add(list, param_json(&first[i]));
    for (int other = 0; other < TASK_COUNT; other++) {
        const char *why = task_conflict(id, (enum task_id)other);
        if (!why)
            continue;
        json_add(excludes, json_text_new(tasks[other].id));
        json_put_text(reasons, tasks[other].id, why);
    }
    json_t *value =
        json_make("{s:s, s:s, s:s, s:s, s:b, s:b, s:o, s:o, s:o, s:o}", "id", task->id, "label", task->label,
                  "help", task->help, "phase", phases[task->phase].name, "undoable", task_undoable(id),
                  "destructive", task->kind == TASK_KIND_DESTRUCTIVE, "parameters", list, "conflicts",
                  excludes, "after", set_json(task->after), "needs", set_json(task->needs));
    json_put(value, "conflict_reasons", reasons);
    json_put(value, "undo_days", task->kind == TASK_KIND_UNDO_30_DAYS ? json_integer(30) : json_null());
    return json_put(value, "permissions", permissions_json(id));
}

json_t *catalogue_json(void)
{
    json_t *phase_list = json_array(), *task_list = json_array(), *variable_list = json_array();
    for (int phase = 0; phase < PHASE_COUNT; phase++)
        json_add(phase_list, json_make("{s:s, s:s}", "id", phases[phase].name, "label", phases[phase].label));
    for (int id = 0; id < TASK_COUNT; id++)
        json_add(task_list, task_json((enum task_id)id));
    for (size_t i = 0; i < sizeof variables / sizeof *variables; i++)
        json_add(variable_list,
                 json_make("{s:s, s:s}", "name", variables[i].name, "label", variables[i].label));
    return json_make("{s:o, s:o, s:o}", "phases", phase_list, "tasks", task_list, "variables", variable_list);
}
