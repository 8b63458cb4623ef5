#include "plan/options.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "plan/html.h"

#define POINTER_SIZE 200
#define PEOPLE_MAX 50
#define REFERENCE_MAX 320

void problem_add(json_t *problems, const char *pointer, const char *code, const char *format, ...)
{
    char message[500];
    va_list args;
    va_start(args, format);
    vsnprintf(message, sizeof message, format, args);
    va_end(args);
    text_trim_partial_utf8(message);
    json_t *problem = json_object();
    json_put_text(problem, "pointer", pointer);
    json_put_text(problem, "code", code);
    json_put_text(problem, "message", message);
    json_add(problems, problem);
}

/* What one parameter's check needs. */
struct check {
    const struct param *param;
    const char *pointer;
    json_t *problems;
};

static json_t *check_person(const struct check *check, const json_t *value, const char *pointer)
{
    const char *text = json_string_value(value);
    if (text && *text && strlen(text) <= REFERENCE_MAX &&
        (strcmp(text, "manager") == 0 || text_is_uuid(text) || strchr(text, '@')))
        return json_string(text);
    problem_add(
        check->problems, pointer, "invalid_user",
        "%s must be an object id, a user principal name such as adele@contoso.com, or the word manager.",
        check->param->label);
    return NULL;
}

static json_t *check_user(const struct check *check, const json_t *value)
{
    return check_person(check, value, check->pointer);
}

static json_t *check_users(const struct check *check, const json_t *value)
{
    size_t i, count = json_array_size(value);
    const json_t *element;
    json_t *list;
    if (!json_is_array(value) || !count || count > PEOPLE_MAX) {
        problem_add(check->problems, check->pointer, count > PEOPLE_MAX ? "too_many" : "required",
                    "%s must be a list of one to %d users.", check->param->label, PEOPLE_MAX);
        return NULL;
    }
    list = json_array();
    json_array_foreach ((json_t *)value, i, element) {
        char pointer[POINTER_SIZE];
        snprintf(pointer, sizeof pointer, "%s/%zu", check->pointer, i);
        json_t *person = check_person(check, element, pointer);
        if (person)
            json_add(list, person);
    }
    return list;
}

static json_t *check_html(const struct check *check, const json_t *value)
{
    struct err err;
    char word[60];
    const char *html = json_string_value(value);
    if (!html) {
        problem_add(check->problems, check->pointer, "invalid_type", "%s must be a text.",
                    check->param->label);
        return NULL;
    }
    AUTO_FREE char *clean = html_clean(html, &err);
    if (!clean) {
        problem_add(check->problems, check->pointer, "invalid_html", "%s: %s", check->param->label,
                    err.message);
        return NULL;
    }
    if (html_unknown_variable(clean, word, sizeof word)) {
        problem_add(
            check->problems, check->pointer, "unknown_variable",
            "%s holds %s, which is no known variable. Known are %%displayname%%, %%userprincipalname%%, "
            "%%managername%%, %%manageremail%%, %%forwardto%% and %%tenantname%%.",
            check->param->label, word);
        return NULL;
    }
    if (check->param->required && html_is_blank(clean)) {
        problem_add(check->problems, check->pointer, "required",
                    "%s is empty. Write what people should read.", check->param->label);
        return NULL;
    }
    return html_is_blank(clean) ? json_null() : json_string(clean);
}

static json_t *check_group(const struct check *check, const json_t *value)
{
    const char *text = json_string_value(value);
    if (text && text_is_uuid(text))
        return json_string(text);
    problem_add(check->problems, check->pointer, "invalid_group",
                "%s must be the object id of a group, such as 5f1c0b6e-6d0f-4c39-9f51-0f3b8f0f7a11.",
                check->param->label);
    return NULL;
}

static json_t *check_boolean(const struct check *check, const json_t *value)
{
    if (json_is_boolean(value))
        return json_boolean(json_is_true(value));
    problem_add(check->problems, check->pointer, "invalid_type", "%s must be true or false.",
                check->param->label);
    return NULL;
}

static json_t *check_audience(const struct check *check, const json_t *value)
{
    const char *text = json_string_value(value);
    for (size_t i = 0; text && audience_names[i]; i++) {
        if (strcmp(text, audience_names[i]) == 0)
            return json_string(text);
    }
    problem_add(check->problems, check->pointer, "invalid_choice", "%s must be all, known or none.",
                check->param->label);
    return NULL;
}

static json_t *(*const checks[PARAM_TYPE_COUNT])(const struct check *, const json_t *) = {
    [PARAM_USER] = check_user,       [PARAM_USERS] = check_users,       [PARAM_HTML] = check_html,
    [PARAM_BOOLEAN] = check_boolean, [PARAM_AUDIENCE] = check_audience, [PARAM_GROUP] = check_group,
};

static void check_param(json_t *params, const struct param *param, const json_t *given,
                        const char *task_pointer, json_t *problems)
{
    char pointer[POINTER_SIZE];
    const json_t *value = json_object_get(given, param->id);
    json_t *checked = NULL;
    snprintf(pointer, sizeof pointer, "%s/%s", task_pointer, param->id);
    if (value && !json_is_null(value)) {
        checked = checks[param->type](&(struct check){param, pointer, problems}, value);
    } else if (param->required) {
        problem_add(problems, pointer, "required", "%s is missing.", param->label);
    } else if (param->fallback) {
        checked = json_loads(param->fallback, JSON_DECODE_ANY, NULL);
    }
    if (checked)
        json_put(params, param->id, checked);
}

static json_t *check_task(enum task_id task, const json_t *value, const char *pointer, json_t *problems)
{
    json_t *params = json_object();
    size_t count;
    const struct param *first = task_params(task, &count);
    const char *name;
    json_t *ignored;
    if (!json_is_object(value) && !json_is_true(value)) {
        problem_add(problems, pointer, "invalid_type",
                    "%s must be true, false or an object with its parameters.", task_info(task)->label);
        return params;
    }
    json_object_foreach ((json_t *)value, name, ignored) {
        if (!task_param(task, name))
            problem_add(problems, pointer, "unknown_parameter", "%s has no parameter named %.60s.",
                        task_info(task)->label, name);
    }
    for (size_t i = 0; i < count; i++)
        check_param(params, &first[i], value, pointer, problems);
    return params;
}

static bool is_chosen(const json_t *value)
{
    return value && !json_is_false(value) && !json_is_null(value);
}

/* Full Access with and without automapping exclude each other for one person. */
static void check_both_grants(const json_t *checked, const char *prefix, json_t *problems)
{
    const json_t *without = json_array_at(options_of(checked, TASK_grant_mailbox_access), "users");
    const json_t *with = json_array_at(options_of(checked, TASK_grant_mailbox_access_automap), "users");
    size_t i, k;
    json_t *one, *other;
    json_array_foreach ((json_t *)with, i, one) {
        json_array_foreach ((json_t *)without, k, other) {
            char pointer[POINTER_SIZE];
            if (!text_equal_nocase(json_string_value(one), json_string_value(other)))
                continue;
            snprintf(pointer, sizeof pointer, "%s/%s/users/%zu", prefix,
                     task_info(TASK_grant_mailbox_access_automap)->id, i);
            problem_add(problems, pointer, "conflict",
                        "%.80s is named for access with and without automapping. Choose one of the two.",
                        json_string_value(one));
        }
    }
}

json_t *options_check(const json_t *options, const char *prefix, json_t *problems)
{
    json_t *checked = json_object();
    const char *name;
    json_t *value;
    if (!json_is_object(options)) {
        problem_add(problems, prefix, "required", "options must be an object that names at least one task.");
        return checked;
    }
    json_object_foreach ((json_t *)options, name, value) {
        if (task_by_name(name) == TASK_COUNT)
            problem_add(problems, prefix, "unknown_task", "There is no task named %.60s.", name);
    }
    for (int id = 0; id < TASK_COUNT; id++) {
        char pointer[POINTER_SIZE];
        const char *task = task_info((enum task_id)id)->id;
        value = json_object_get(options, task);
        snprintf(pointer, sizeof pointer, "%s/%s", prefix, task);
        if (!is_chosen(value))
            continue;
        json_put(checked, task, check_task((enum task_id)id, value, pointer, problems));
        for (int other = 0; other < id; other++) {
            const char *why = task_conflict((enum task_id)id, (enum task_id)other);
            if (why && is_chosen(json_object_get(options, task_info((enum task_id)other)->id)))
                problem_add(problems, pointer, "conflict", "%s", why);
        }
    }
    check_both_grants(checked, prefix, problems);
    if (!json_object_size(checked) && !json_array_size(problems))
        problem_add(problems, prefix, "required", "No task is chosen. Choose at least one.");
    return checked;
}

task_set options_tasks(const json_t *options)
{
    task_set set = 0;
    for (int id = 0; id < TASK_COUNT; id++) {
        if (is_chosen(json_object_get(options, task_info((enum task_id)id)->id)))
            set |= TASK_BIT(id);
    }
    return set;
}

const json_t *options_of(const json_t *options, enum task_id task)
{
    return json_object_at(options, task_info(task)->id);
}

void options_each_person(const json_t *options,
                         void (*each)(void *ctx, const char *reference, enum task_id task,
                                      const char *pointer),
                         void *ctx)
{
    for (int id = 0; id < TASK_COUNT; id++) {
        size_t count, i;
        const struct param *first = task_params((enum task_id)id, &count);
        const json_t *params = options_of(options, (enum task_id)id);
        for (size_t p = 0; p < count; p++) {
            char pointer[POINTER_SIZE];
            const json_t *value = json_object_get(params, first[p].id), *element;
            if (first[p].type == PARAM_USER && json_is_string(value)) {
                snprintf(pointer, sizeof pointer, "/options/%s/%s", task_info((enum task_id)id)->id,
                         first[p].id);
                each(ctx, json_string_value(value), (enum task_id)id, pointer);
            }
            if (first[p].type != PARAM_USERS)
                continue;
            json_array_foreach ((json_t *)value, i, element) {
                snprintf(pointer, sizeof pointer, "/options/%s/%s/%zu", task_info((enum task_id)id)->id,
                         first[p].id, i);
                each(ctx, json_string_value(element), (enum task_id)id, pointer);
            }
        }
    }
}
