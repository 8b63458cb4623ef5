/* Templates: named sets of options, for every tenant or for one. */
#include <string.h>

#include "api/choice.h"
#include "api/once.h"
#include "api/visible.h"
#include "plan/options.h"

enum { LIMIT_DEFAULT = 50, LIMIT_MAX = 200 };

static bool no_template(struct err *err)
{
    return err_code(err, ERR_NOT_FOUND, "unknown_template", "There is no template with this id.");
}

/* Whoever is bound to tenants sees theirs and the ones for all. */
static bool sees(const struct call *call, const struct template *template)
{
    return !template->tenant_id || principal_sees(&call->who, template->tenant_id);
}

/* NULL with err set when it cannot be read. */
static json_t *tenant_of(struct tx *tx, struct arena *arena, const char *id, struct err *err)
{
    AUTO_TENANT struct tenant tenant = {0};
    if (!id)
        return json_null();
    if (!tenant_find(tx, arena, id, &tenant, err)) /* removed since */
        return err->kind == ERR_NOT_FOUND ? json_null() : NULL;
    return json_make("{s:s, s:s, s:s}", "id", tenant.id, "default_domain", tenant.default_domain,
                     "display_name", tenant.display_name);
}

static json_t *template_json(struct tx *tx, struct arena *arena, const struct template *template,
                             struct err *err)
{
    json_t *tenant = tenant_of(tx, arena, template->tenant_id, err);
    if (!tenant)
        return NULL;
    json_t *value = json_object();
    json_put_text(value, "id", template->id);
    json_put_text(value, "name", template->name);
    json_put_text(value, "description", template->description);
    json_put(value, "tenant", tenant);
    json_put(value, "options", json_incref(template->options));
    json_put(value, "warnings", choice_problems(template->options));
    json_put_time(value, "created_at", template->created_at);
    json_put_text(value, "created_by", template->created_by);
    json_put_time(value, "changed_at", template->changed_at);
    return json_put_text(value, "changed_by", template->changed_by);
}

/* --- reading ------------------------------------------------------------------------------------------- */

static json_t *list_json(struct tx *tx, struct arena *arena, const struct template *templates, size_t count,
                         struct err *err)
{
    AUTO_JSON json_t *items = json_array();
    for (size_t i = 0; i < count; i++) {
        json_t *one = template_json(tx, arena, &templates[i], err);
        if (!one)
            return NULL;
        json_add(items, one);
    }
    return json_incref(items);
}

bool templates_get(struct call *call, struct err *err)
{
    struct template templates[LIMIT_MAX + 1];
    struct page page = call_page_of(call, LIMIT_DEFAULT, LIMIT_MAX);
    struct template_query query = {.search = call_query(call, "search", 200),
                                   .only = call->who.tenants,
                                   .after = call_cursor(call, page.cursor),
                                   .limit = page.limit + 1};
    if (!visible_query_tenant(call, &query.tenant_id, err) || !input_verdict(&call->input, err))
        return false;
    AUTO_TX struct tx *tx = store_begin_read(call->api->context.store, err);
    ptrdiff_t count = tx ? template_list(tx, call->arena, &query, templates, err) : -1;
    if (count < 0)
        return false;
    bool more = (size_t)count > page.limit;
    json_t *items = list_json(tx, call->arena, templates, more ? page.limit : (size_t)count, err);
    const char *next = more ? call_cursor_make(call, templates[page.limit - 1].id) : NULL;
    for (ptrdiff_t i = 0; i < count; i++)
        template_done(&templates[i]);
    return items && call_list(call, items, next);
}

static bool find(struct call *call, struct tx *tx, struct template *ret, struct err *err)
{
    if (!template_find(tx, call->arena, call->params[0], ret, err))
        return err->kind == ERR_NOT_FOUND && no_template(err);
    return sees(call, ret) || no_template(err);
}

/* Answers with the template as it is in the transaction, which is committed when it writes. */
static bool answer(struct call *call, struct tx **tx, int status, const char *id, bool writes,
                   struct err *err)
{
    AUTO_TEMPLATE struct template template = {0};
    if (!template_find(*tx, call->arena, id, &template, err))
        return false;
    json_t *value = call_keep(call, template_json(*tx, call->arena, &template, err));
    return value && (!writes || once_commit(call, tx, status, value, err)) &&
           call_json_versioned(call, status, value, template.version);
}

bool template_get(struct call *call, struct err *err)
{
    AUTO_TEMPLATE struct template template = {0};
    AUTO_TX struct tx *tx = store_begin_read(call->api->context.store, err);
    return tx && find(call, tx, &template, err) && answer(call, &tx, 200, template.id, false, err);
}

/* --- writing ------------------------------------------------------------------------------------------- */

/* The tenant that the body names; NULL for every tenant. */
static bool read_tenant(struct call *call, struct template *ret, struct err *err)
{
    AUTO_TENANT struct tenant tenant = {0};
    const char *name = json_text(call->body, "tenant");
    if (!name)
        return !call->who.tenants ||
               err_set(
                   err, ERR_FORBIDDEN,
                   "This token is bound to tenants: it may not write templates for all of them. Name one.");
    bool ok = visible_tenant_at(call, name, "/tenant", &tenant, err);
    ret->tenant_id = tenant.id;
    return ok;
}

static bool read_body(struct call *call, struct template *ret, struct err *err)
{
    static const struct input_field fields[] = {
        {"name", INPUT_TEXT, INPUT_REQUIRED, 1, 100},
        {"description", INPUT_TEXT, INPUT_NULLABLE, 0, 1000},
        {"tenant", INPUT_TEXT, INPUT_NULLABLE, 1, 255},
        {"options", INPUT_OBJECT, INPUT_REQUIRED, 0, 0},
    };
    INPUT_OBJECT_CHECK(&call->input, call->body, "", fields);
    ret->name = json_text(call->body, "name");
    ret->description = json_text(call->body, "description");
    if (!read_tenant(call, ret, err))
        return false;
    const json_t *options = json_object_get(call->body, "options");
    if (json_is_object(options)) {
        AUTO_JSON json_t *problems = json_array();
        ret->options = options_check(options, "/options", problems);
        json_array_extend(input_errors(&call->input), problems);
    }
    return input_verdict(&call->input, err);
}

static bool note(struct call *call, struct tx *tx, enum logbook_what what, const struct template *template,
                 struct err *err)
{
    const struct logbook_entry entry = {
        .what = what, .tenant_id = template->tenant_id, .object_id = template->id, .object = template->name};
    return call_note(call, tx, &entry, err);
}

bool templates_post(struct call *call, struct err *err)
{
    const struct api_context *context = &call->api->context;
    char id[UUID_SIZE];
    AUTO_TEMPLATE struct template template = {.id = uuid_v7(context->clock, context->rng, id),
                                              .created_at = clock_utc_ms(context->clock),
                                              .created_by = call->who.name};
    if (!read_body(call, &template, err))
        return false;
    AUTO_TX struct tx *tx = store_begin(context->store, err);
    if (!tx || !template_insert(tx, &template, err) ||
        !note(call, tx, LOGBOOK_TEMPLATE_ADDED, &template, err))
        return false;
    reply_header(&call->reply, "Location", arena_printf(call->arena, "/api/v1/templates/%s", id));
    return answer(call, &tx, 201, id, true, err);
}

/* Is it a tenant's default, other than of the tenant it is for? */
static bool check_unused(struct call *call, struct tx *tx, const char *id, const char *except_tenant,
                         struct err *err)
{
    AUTO_ROWS struct rows *rows = tx_query(
        tx, err, "SELECT id, display_name, defaults_json FROM tenants WHERE lower(defaults_json) LIKE $1",
        P_TEXT(arena_printf(call->arena, "%%%s%%", id)));
    while (rows && rows_next(rows)) {
        AUTO_JSON json_t *defaults = row_json(rows, 2);
        if (text_equal_nocase(json_text(defaults, "template"), id) &&
            !text_equal_nocase(except_tenant, row_text(rows, 0)))
            return err_code(err, ERR_CONFLICT, "template_in_use",
                            "This template is the default of %.100s. Choose another default there first.",
                            row_text(rows, 1));
    }
    return rows && !rows_failed(rows, err);
}

/* Who is bound to tenants may use the templates for all, not change them. */
static bool check_reach(const struct call *call, const struct template *template, struct err *err)
{
    return template->tenant_id || !call->who.tenants ||
           err_set(err, ERR_FORBIDDEN,
                   "This token is bound to tenants: it may not change the templates for all of them.");
}

bool template_put(struct call *call, struct err *err)
{
    const struct api_context *context = &call->api->context;
    AUTO_TEMPLATE struct template before = {0}, after = {0};
    {
        AUTO_TX struct tx *tx = store_begin_read(context->store, err);
        if (!tx || !find(call, tx, &before, err))
            return false;
    }
    if (!check_reach(call, &before, err) ||
        !call_if_match_changed(call, before.version, before.changed_by, before.changed_at, err) ||
        !read_body(call, &after, err))
        return false;
    after.id = before.id;
    after.version = before.version;
    after.changed_at = clock_utc_ms(context->clock);
    after.changed_by = call->who.name;
    AUTO_TX struct tx *tx = store_begin(context->store, err);
    return tx && (!after.tenant_id || check_unused(call, tx, after.id, after.tenant_id, err)) &&
           template_update(tx, &after, err) && note(call, tx, LOGBOOK_TEMPLATE_CHANGED, &after, err) &&
           answer(call, &tx, 200, after.id, true, err);
}

bool template_remove(struct call *call, struct err *err)
{
    AUTO_TEMPLATE struct template template = {0};
    AUTO_TX struct tx *tx = store_begin(call->api->context.store, err);
    return tx && find(call, tx, &template, err) && check_reach(call, &template, err) &&
           check_unused(call, tx, template.id, NULL, err) && template_delete(tx, template.id, err) &&
           note(call, tx, LOGBOOK_TEMPLATE_DELETED, &template, err) &&
           once_commit(call, &tx, 204, NULL, err) && call_empty(call, 204);
}
