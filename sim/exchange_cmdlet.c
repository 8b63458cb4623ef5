/* exchange_cmdlet — the table of cmdlets and the checking of their parameters. */
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "exchange.h"

#define DEFAULT_RESULT_SIZE 1000

static const struct cmdlet cmdlets[] = {
#define CMDLET(name, function, flags, parameters) {name, function, flags, parameters},
#include "exchange_cmdlets.def"
#undef CMDLET
};

/* Every cmdlet takes these. */
static const char common_parameters[] = "Confirm:b WhatIf:f ErrorAction:t WarningAction:t Verbose:f Debug:f";

const struct cmdlet *cmdlet_at(size_t index)
{
    return index < sizeof cmdlets / sizeof *cmdlets ? &cmdlets[index] : NULL;
}

const struct cmdlet *cmdlet_find(const char *name)
{
    for (size_t i = 0; name && i < sizeof cmdlets / sizeof *cmdlets; i++)
        if (!strcasecmp(name, cmdlets[i].name))
            return &cmdlets[i];
    return NULL;
}

/* What a directory role of the caller allows. */
bool cmdlet_allowed(const struct cmdlet *cmdlet, const struct sim_caller *caller)
{
    static const struct {
        const char *role;
        unsigned needs;   /* flags a cmdlet must have */
        unsigned refuses; /* flags it must not have */
    } roles[] = {
        {"Global Administrator", 0, 0},
        {"Exchange Administrator", 0, 0},
        {"Exchange Recipient Administrator", 0, CMDLET_ORGANISATION},
        {"Global Reader", CMDLET_READ, CMDLET_NOT_FOR_READERS},
    };
    const json_t *held = json_array_at(caller->app, "directory_roles");
    for (size_t i = 0; i < sizeof roles / sizeof *roles; i++)
        if (sim_text_index(held, roles[i].role) >= 0 && (cmdlet->flags & roles[i].needs) == roles[i].needs &&
            !(cmdlet->flags & roles[i].refuses))
            return true;
    return false;
}

bool run_fail(struct cmdlet_run *run, enum run_failure failure, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    vsnprintf(run->text, sizeof run->text, format, args);
    va_end(args);
    text_trim_partial_utf8(run->text);
    run->failure = failure;
    return false;
}

bool run_not_found(struct cmdlet_run *run, const char *identity)
{
    return run_fail(run, RUN_NOT_FOUND,
                    "The operation couldn't be performed because object '%s' couldn't be found on "
                    "'AM0PR00A001DC01.EURPR00A001.PROD.OUTLOOK.COM'.",
                    identity);
}

void run_warn(struct cmdlet_run *run, const char *format, ...)
{
    AUTO_FREE char *text = NULL;
    va_list args;
    va_start(args, format);
    if (vasprintf(&text, format, args) < 0)
        abort();
    va_end(args);
    json_add(run->warnings, json_text_new(text));
}

json_t *run_row(struct cmdlet_run *run)
{
    json_t *row = json_object();
    json_add(run->rows, row);
    return row;
}

bool run_has(const struct cmdlet_run *run, const char *name)
{
    return json_object_get(run->params, name) != NULL;
}

const char *run_text(const struct cmdlet_run *run, const char *name)
{
    const char *text = json_text(run->params, name);
    return text && *text ? text : NULL;
}

bool run_flag(const struct cmdlet_run *run, const char *name)
{
    return json_flag(run->params, name);
}

bool run_list_holds(const struct cmdlet_run *run, const char *name, const char *text)
{
    return sim_text_index(json_array_at(run->params, name), text) >= 0;
}

size_t run_limit(const struct cmdlet_run *run)
{
    int64_t limit = 0;
    const char *text = run_text(run, "ResultSize");
    if (text && !strcasecmp(text, "Unlimited"))
        return SIZE_MAX;
    return text && text_to_int(text, 1, INT32_MAX, &limit) ? (size_t)limit : DEFAULT_RESULT_SIZE;
}

bool run_on_page(const struct cmdlet_run *run)
{
    size_t next = json_array_size(run->rows);
    return next >= run->page_from && next < run->page_to;
}

bool run_add(struct cmdlet_run *run, json_t *row)
{
    if (json_array_size(run->rows) < run_limit(run)) {
        json_add(run->rows, row);
        return true;
    }
    json_decref(row);
    run_warn(
        run,
        "There are more results available than are currently displayed. To view them, increase the value for "
        "the ResultSize parameter.");
    return false;
}

/* ---- parameters ---- */

struct parameter {
    char name[64];
    char kind;
    bool mandatory;
};

/* The next "Name:kind!" of a list; false at its end. */
static bool parameter_next(const char **list, struct parameter *ret)
{
    *list += strspn(*list, " ");
    size_t length = strcspn(*list, ":");
    if (!(*list)[length] || length >= sizeof ret->name)
        return false;
    memcpy(ret->name, *list, length);
    ret->name[length] = '\0';
    ret->kind = (*list)[length + 1];
    ret->mandatory = (*list)[length + 2] == '!';
    *list += length + 2 + ret->mandatory;
    return true;
}

static bool parameter_find(const struct cmdlet *cmdlet, const char *name, struct parameter *ret)
{
    const char *const lists[] = {cmdlet->parameters, common_parameters};
    for (size_t i = 0; i < 2; i++)
        for (const char *list = lists[i]; parameter_next(&list, ret);)
            if (!strcasecmp(ret->name, name))
                return true;
    return false;
}

static bool texts_only(const json_t *array)
{
    const json_t *element;
    size_t i;
    json_array_foreach (array, i, element)
        if (!json_is_string(element))
            return false;
    return true;
}

/* A hashtable names its type and has add, remove or neither. */
static bool hashtable_good(const json_t *value)
{
    const char *type = json_text(value, "@odata.type");
    const char *key;
    json_t *part;
    if (!type || strcmp(type, "#Exchange.GenericHashTable") != 0)
        return false;
    json_object_foreach ((json_t *)value, key, part)
        if (*key != '@' && ((strcasecmp(key, "add") != 0 && strcasecmp(key, "remove") != 0) ||
                            (!json_is_string(part) && !(json_is_array(part) && texts_only(part)))))
            return false;
    return true;
}

/* The value as the cmdlets read it; NULL when it does not fit the kind. */
static json_t *parameter_value(char kind, const json_t *value)
{
    switch (kind) {
    case 'b':
    case 'f':
        return json_is_boolean(value) ? json_incref((json_t *)value) : NULL;
    case 'n':
    case 's': {
        char digits[32];
        int64_t number = 0;
        const char *text = json_string_value(value);
        if (json_is_integer(value)) {
            snprintf(digits, sizeof digits, "%lld", (long long)json_integer_value(value));
            text = digits;
        }
        if (!text || (!text_to_int(text, 0, INT32_MAX, &number) &&
                      (kind == 'n' || strcasecmp(text, "Unlimited") != 0)))
            return NULL;
        return kind == 'n' ? json_integer(number) : json_text_new(text);
    }
    case 'l':
        if (json_is_string(value))
            return json_make("[O]", value);
        return json_is_array(value) && texts_only(value) ? json_incref((json_t *)value) : NULL;
    case 'h':
        if (json_is_string(value))
            return json_make("[O]", value);
        if (json_is_null(value))
            return json_array();
        if (json_is_array(value))
            return texts_only(value) ? json_incref((json_t *)value) : NULL;
        return json_is_object(value) && hashtable_good(value) ? json_incref((json_t *)value) : NULL;
    default: /* i, t */
        if (json_is_integer(value)) {
            char digits[32];
            snprintf(digits, sizeof digits, "%lld", (long long)json_integer_value(value));
            return json_text_new(digits);
        }
        return json_is_string(value) || json_is_null(value) ? json_incref((json_t *)value) : NULL;
    }
}

static const char *type_name(char kind)
{
    switch (kind) {
    case 'b':
        return "System.Boolean";
    case 'f':
        return "System.Management.Automation.SwitchParameter";
    case 'n':
        return "System.Int32";
    case 's':
        return "Microsoft.Exchange.Data.Unlimited`1[System.UInt32]";
    case 'h':
    case 'l':
        return "Microsoft.Exchange.Data.MultiValuedProperty`1[System.String]";
    default:
        return "System.String";
    }
}

static bool parameters_check(struct cmdlet_run *run, const struct cmdlet *cmdlet, const json_t *given)
{
    const char *key;
    json_t *value;
    struct parameter parameter;
    json_object_foreach ((json_t *)given, key, value) {
        if (*key == '@')
            continue;
        if (!parameter_find(cmdlet, key, &parameter))
            return run_fail(run, RUN_BINDING, "A parameter cannot be found that matches parameter name '%s'.",
                            key);
        json_t *checked = parameter_value(parameter.kind, value);
        if (!checked)
            return run_fail(
                run, RUN_TRANSFORM,
                "Cannot process argument transformation on parameter '%s'. Cannot convert the value to type "
                "\"%s\".",
                parameter.name, type_name(parameter.kind));
        json_put(run->params, parameter.name, checked);
    }
    for (const char *list = cmdlet->parameters; parameter_next(&list, &parameter);)
        if (parameter.mandatory && !run_has(run, parameter.name) &&
            !(cmdlet->flags & CMDLET_READ && !strcmp(parameter.name, "Identity")))
            return run_fail(run, RUN_BINDING,
                            "Cannot process command because of one or more missing mandatory parameters: %s.",
                            parameter.name);
    return true;
}

static bool must_ask(const struct cmdlet_run *run, const struct cmdlet *cmdlet)
{
    /* Set-Mailbox asks only when the type changes. */
    bool prompts = (cmdlet->flags & CMDLET_PROMPTS) || (cmdlet->run == mailbox_set && run_has(run, "Type"));
    return prompts && !json_is_false(json_object_get(run->params, "Confirm"));
}

bool cmdlet_run(struct cmdlet_run *run, const struct cmdlet *cmdlet, const json_t *given)
{
    run->name = cmdlet->name;
    run->params = json_object();
    run->rows = json_array();
    run->warnings = json_array();
    if (!parameters_check(run, cmdlet, given))
        return false;
    if (must_ask(run, cmdlet)) {
        struct strbuf prompt = STRBUF_MAX(1000);
        strbuf_printf(&prompt, "Are you sure you want to perform this action?\n%s \"%s\".", cmdlet->name,
                      run_text(run, "Identity") ? run_text(run, "Identity") : "");
        run->prompt = strbuf_take(&prompt);
        return true;
    }
    return cmdlet->run(run);
}

void cmdlet_run_done(struct cmdlet_run *run)
{
    json_decref(run->params);
    json_decref(run->rows);
    json_decref(run->warnings);
    json_decref(run->name_uses);
    free(run->prompt);
}
