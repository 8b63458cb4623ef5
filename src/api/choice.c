#include "api/choice.h"

#include <string.h>

#include "plan/options.h"

json_t *choice_problems(const json_t *options)
{
    json_t *problems = json_array();
    json_decref(options_check(options, "/options", problems));
    return problems;
}

static json_t *from_json(const char *kind, const struct template *template)
{
    json_t *from = json_make("{s:s}", "kind", kind);
    json_put(from, "template",
             template ? json_make("{s:s, s:s}", "id", template->id, "name", template->name) : json_null());
    return from;
}

static void take(struct call *call, const json_t *options, const char *pointer, json_t *from,
                 struct choice *ret)
{
    AUTO_JSON json_t *problems = json_array();
    ret->options = call_keep(call, options_check(options, pointer, problems));
    ret->from = call_keep(call, from);
    json_array_extend(input_errors(&call->input), problems);
}

/* What was stored by an earlier version may name what this one does not know: one sentence says so. */
static bool is_outdated(struct call *call, const json_t *options, const char *pointer, const char *code,
                        const char *what)
{
    AUTO_JSON json_t *problems = choice_problems(options);
    const json_t *first = json_array_get(problems, 0);
    if (first)
        input_bad(&call->input, pointer, code,
                  "%s cannot be used any more: %s Change it, or choose the options by hand.", what,
                  json_text_or(first, "message", ""));
    return first != NULL;
}

static bool take_template(struct call *call, const struct tenant *tenant, const char *name, const char *kind,
                          struct choice *ret, struct err *err)
{
    AUTO_TEMPLATE struct template template = {0};
    AUTO_TX struct tx *tx = store_begin_read(call->api->context.store, err);
    if (!tx)
        return false;
    if (!template_named(tx, call->arena, tenant->id, name, &template, err)) {
        if (err->kind != ERR_NOT_FOUND)
            return false;
        input_bad(&call->input, "/template", "unknown_template",
                  "%.100s has no template %.100s, and there is none for all tenants.", tenant->display_name,
                  name);
        return true;
    }
    const char *what = arena_printf(call->arena, "The template %s", template.name);
    if (!is_outdated(call, template.options, "/template", "template_outdated", what))
        take(call, template.options, "/template", from_json(kind, &template), ret);
    return true;
}

static bool take_defaults(struct call *call, const struct tenant *tenant, struct choice *ret, struct err *err)
{
    const char *template = json_text(tenant->defaults, "template");
    const json_t *options = json_object_at(tenant->defaults, "options");
    if (template)
        return take_template(call, tenant, template, "tenant_defaults", ret, err);
    if (json_object_size(options) == 0) {
        input_bad(
            &call->input, "/options", "no_options",
            "The request names no options, and %.100s has no default options: choose what is to be done, "
            "or a template.",
            tenant->display_name);
        return true;
    }
    const char *what = arena_printf(call->arena, "The default options of %s", tenant->display_name);
    if (!is_outdated(call, options, "/options", "defaults_outdated", what))
        take(call, options, "/options", from_json("tenant_defaults", NULL), ret);
    return true;
}

bool choice_read(struct call *call, const struct tenant *tenant, struct choice *ret, struct err *err)
{
    const json_t *options = json_object_get(call->body, "options");
    const char *template = json_text(call->body, "template");
    *ret = (struct choice){0};
    if (json_is_object(options) && template)
        input_bad(&call->input, "/template", "options_or_template",
                  "options and template exclude each other: send one of the two.");
    if (json_is_object(options)) {
        take(call, options, "/options", from_json("request", NULL), ret);
        return true;
    }
    bool wrong = json_object_get(call->body, "options") && !json_is_null(options); /* noted already */
    if (!tenant || wrong)
        return true;
    return template ? take_template(call, tenant, template, "template", ret, err)
                    : take_defaults(call, tenant, ret, err);
}
