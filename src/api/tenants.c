/* Tenants and their defaults. */
#include <string.h>

#include "access/access.h"
#include "api/addresses.h"
#include "api/once.h"
#include "api/problem.h"
#include "api/visible.h"
#include "plan/options.h"
#include "store/templates.h"

static bool note(const struct call *call, struct tx *tx, enum logbook_what what, const struct tenant *tenant,
                 struct err *err)
{
    const struct logbook_entry entry = {
        .what = what, .tenant_id = tenant->id, .object_id = tenant->id, .object = tenant->display_name};
    return call_note(call, tx, &entry, err);
}

bool tenants_get(struct call *call, struct err *err)
{
    struct page page = call_page(call);
    struct tenant_query query = {.search = call_query(call, "search", 200),
                                 .only = call->who.tenants,
                                 .limit = page.limit,
                                 .after = page.cursor};
    const char *next;
    json_t *items;
    if (!input_verdict(&call->input, err))
        return false;
    AUTO_TX struct tx *tx = store_begin_read(call->api->context.store, err);
    return tx && tenant_list(tx, call->arena, &query, &items, &next, err) && call_list(call, items, next);
}

bool tenant_get(struct call *call, struct err *err)
{
    AUTO_TENANT struct tenant tenant;
    if (!visible_tenant(call, call->params[0], &tenant, err))
        return false;
    json_t *value = call_keep(call, tenant_json(&tenant));
    AUTO_TX struct tx *tx = store_begin_read(call->api->context.store, err);
    json_t *index = tx ? access_state(tx, tenant.id, err) : NULL;
    if (!index)
        return false;
    json_put(value, "permission_index", json_put(index, "kept", json_boolean(call->api->context.indexed)));
    return call_json_versioned(call, 200, value, tenant.version);
}

/* Letters, digits, dots and hyphens with a dot inside: enough to catch a name or an address put there. */
static bool is_domain(const char *text)
{
    size_t length = strlen(text);
    return length == strspn(text, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.-") &&
           strchr(text, '.') && text[0] != '.' && text[length - 1] != '.';
}

static char *lower(struct arena *arena, const char *text)
{
    char *copy = arena_text(arena, text);
    for (char *c = copy; *c; c++)
        if (*c >= 'A' && *c <= 'Z')
            *c = (char)(*c + ('a' - 'A'));
    return copy;
}

bool tenants_post(struct call *call, struct err *err)
{
    static const struct input_field fields[] = {
        {"tenant_id", INPUT_UUID, INPUT_REQUIRED, 0, 0},
        {"default_domain", INPUT_TEXT, INPUT_REQUIRED, 0, 255},
        {"display_name", INPUT_TEXT, INPUT_REQUIRED, 1, 255},
    };
    const char *domain = json_text(call->body, "default_domain");

    INPUT_OBJECT_CHECK(&call->input, call->body, "", fields);
    if (domain && !is_domain(domain))
        input_bad(&call->input, "/default_domain", "invalid_domain",
                  "default_domain must be a domain name, such as contoso.onmicrosoft.com.");
    if (!input_verdict(&call->input, err))
        return false;
    struct tenant tenant = {.id = lower(call->arena, json_text(call->body, "tenant_id")),
                            .default_domain = lower(call->arena, domain),
                            .display_name = json_text(call->body, "display_name"),
                            .created_at = clock_utc_ms(call->api->context.clock),
                            .version = 1};
    AUTO_TENANT struct tenant stored = {0};
    AUTO_TX struct tx *tx = store_begin(call->api->context.store, err);
    if (!tx || !tenant_insert(tx, &tenant, err) || !note(call, tx, LOGBOOK_TENANT_ADDED, &tenant, err) ||
        !tenant_find(tx, call->arena, tenant.id, &stored, err))
        return false;
    reply_header(&call->reply, "Location", arena_printf(call->arena, "/api/v1/tenants/%s", stored.id));
    const json_t *value = call_keep(call, tenant_json(&stored));
    return once_commit(call, &tx, 201, value, err) && call_json_versioned(call, 201, value, stored.version);
}

static bool check_version(struct call *call, const struct tenant *tenant, struct err *err)
{
    return call_if_match_changed(call, tenant->version, tenant->changed_by, tenant->changed_at, err);
}

static struct tenant_change change_of(const struct call *call, const struct tenant *tenant)
{
    return (struct tenant_change){tenant->version, call->who.name, clock_utc_ms(call->api->context.clock)};
}

bool tenant_patch(struct call *call, struct err *err)
{
    static const struct input_field fields[] = {{"display_name", INPUT_TEXT, INPUT_REQUIRED, 1, 255}};
    AUTO_TENANT struct tenant tenant = {0}, stored = {0};
    if (!visible_tenant(call, call->params[0], &tenant, err) || !check_version(call, &tenant, err))
        return false;
    INPUT_OBJECT_CHECK(&call->input, call->body, "", fields);
    if (!input_verdict(&call->input, err))
        return false;
    const struct tenant_change change = change_of(call, &tenant);
    AUTO_TX struct tx *tx = store_begin(call->api->context.store, err);
    if (!tx || !tenant_rename(tx, tenant.id, json_text(call->body, "display_name"), &change, err) ||
        !tenant_find(tx, call->arena, tenant.id, &stored, err) ||
        !note(call, tx, LOGBOOK_TENANT_CHANGED, &stored, err))
        return false;
    const json_t *value = call_keep(call, tenant_json(&stored));
    return once_commit(call, &tx, 200, value, err) && call_json_versioned(call, 200, value, stored.version);
}

bool tenant_remove(struct call *call, struct err *err)
{
    const struct api_context *context = &call->api->context;
    AUTO_TENANT struct tenant tenant = {0};
    if (!visible_tenant(call, call->params[0], &tenant, err))
        return false;
    {
        AUTO_TX struct tx *tx = store_begin(context->store, err);
        if (!tx || !tenant_delete(tx, tenant.id, err) || !template_delete_of(tx, tenant.id, err) ||
            !note(call, tx, LOGBOOK_TENANT_DELETED, &tenant, err) || !once_commit(call, &tx, 204, NULL, err))
            return false;
    }
    directory_forget(context->directory, tenant.id);
    if (context->m365)
        m365_forget(context->m365, tenant.id);
    return call_empty(call, 204);
}

/* Stored defaults with everything that was never set filled in. */
static json_t *defaults_json(const json_t *stored)
{
    json_t *value = json_object();
    json_put(value, "options", json_deep_copy(json_object_at(stored, "options")));
    json_put(value, "protected_users", json_deep_copy(json_array_at(stored, "protected_users")));
    json_put(value, "allow_external_forwarding",
             json_boolean(json_flag(stored, "allow_external_forwarding")));
    json_put_text(value, "template", json_text(stored, "template"));
    json_put(value, "notify", json_deep_copy(json_object_at(stored, "notify")));
    return value;
}

bool defaults_get(struct call *call, struct err *err)
{
    AUTO_TENANT struct tenant tenant;
    return visible_tenant(call, call->params[0], &tenant, err) &&
           call_json_versioned(call, 200, call_keep(call, defaults_json(tenant.defaults)), tenant.version);
}

static void check_protected_users(struct call *call)
{
    const json_t *users = json_array_at(call->body, "protected_users");
    for (size_t i = 0; i < json_array_size(users); i++) {
        const char *text = json_string_value(json_array_get(users, i));
        if (!text || !text_is_uuid(text))
            input_bad(&call->input, pointer_at(call->arena, "/protected_users", i), "wrong_type",
                      "protected_users must hold object ids, which are UUIDs.");
    }
}

/* Defaults may be empty: what a request itself must choose is checked there. */
static void check_default_options(struct call *call)
{
    const json_t *options = json_object_get(call->body, "options");
    if (!json_is_object(options) || json_object_size(options) == 0)
        return;
    json_decref(options_check(options, "/options", input_errors(&call->input)));
}

/* One of the two says what is done when a request does not. */
static bool check_default_template(struct call *call, const char *tenant_id, struct err *err)
{
    AUTO_TEMPLATE struct template template = {0};
    const char *id = json_text(call->body, "template");
    if (!id)
        return true;
    if (json_object_size(json_object_get(call->body, "options")) > 0)
        input_bad(&call->input, "/template", "options_or_template",
                  "The defaults are a template or options of their own: leave one of the two empty.");
    AUTO_TX struct tx *tx = store_begin_read(call->api->context.store, err);
    if (tx && template_named(tx, call->arena, tenant_id, id, &template, err))
        return true;
    if (!tx || err->kind != ERR_NOT_FOUND)
        return false;
    input_bad(&call->input, "/template", "unknown_template",
              "There is no template with this id for this tenant or for all tenants.");
    return true;
}

bool defaults_put(struct call *call, struct err *err)
{
    static const struct input_field fields[] = {
        {"options", INPUT_OBJECT, INPUT_REQUIRED, 0, 0},
        {"protected_users", INPUT_ARRAY, INPUT_REQUIRED, 0, 1000},
        {"allow_external_forwarding", INPUT_FLAG, INPUT_REQUIRED, 0, 0},
        {"template", INPUT_UUID, INPUT_REQUIRED | INPUT_NULLABLE, 0, 0},
        {"notify", INPUT_OBJECT, INPUT_REQUIRED, 0, 0},
    };
    static const struct input_field notify_fields[] = {
        {"webhook", INPUT_FLAG, 0, 0, 0},
        {"email", INPUT_FLAG, 0, 0, 0},
        {"psa", INPUT_FLAG, 0, 0, 0},
        {"email_to", INPUT_ARRAY, 0, 0, 50},
        {"psa_company", INPUT_COUNT, INPUT_NULLABLE, 1, (size_t)1 << 53}};
    AUTO_TENANT struct tenant tenant = {0};
    if (!visible_tenant(call, call->params[0], &tenant, err) || !check_version(call, &tenant, err))
        return false;
    if (INPUT_OBJECT_CHECK(&call->input, call->body, "", fields)) {
        INPUT_OBJECT_CHECK(&call->input, json_object_get(call->body, "notify"), "/notify", notify_fields);
        input_addresses(&call->input, json_object_get(json_object_get(call->body, "notify"), "email_to"),
                        "/notify/email_to");
        check_protected_users(call);
        check_default_options(call);
        if (!check_default_template(call, tenant.id, err))
            return false;
    }
    if (!input_verdict(&call->input, err))
        return false;
    AUTO_TENANT struct tenant stored = {0};
    const struct tenant_change change = change_of(call, &tenant);
    AUTO_TX struct tx *tx = store_begin(call->api->context.store, err);
    if (!tx || !tenant_set_defaults(tx, tenant.id, call->body, &change, err) ||
        !note(call, tx, LOGBOOK_DEFAULTS_CHANGED, &tenant, err) ||
        !tenant_find(tx, call->arena, tenant.id, &stored, err))
        return false;
    const json_t *value = call_keep(call, defaults_json(stored.defaults));
    return once_commit(call, &tx, 200, value, err) && call_json_versioned(call, 200, value, stored.version);
}

/* The names behind the ids of the defaults; an id that is nobody's any more has none. */
bool protected_users_get(struct call *call, struct err *err)
{
    AUTO_TENANT struct tenant tenant = {0};
    if (!visible_tenant(call, call->params[0], &tenant, err))
        return false;
    AUTO_JSON json_t *ids = json_array();
    json_t *items, *id;
    size_t i;
    json_array_foreach ((json_t *)json_array_at(tenant.defaults, "protected_users"), i, id) {
        if (json_is_string(id))
            json_add(ids, json_incref(id));
    }
    AUTO_JSON json_t *found = json_array_size(ids)
                                  ? directory_find(call->api->context.directory, tenant.id, ids, err)
                                  : json_array();
    if (!found)
        return false;
    items = json_array();
    json_array_foreach (ids, i, id) {
        const json_t *user = json_array_find(found, "id", json_string_value(id));
        json_t *item = json_make("{s:O}", "id", id);
        json_put_text(item, "user_principal_name", json_text(user, "user_principal_name"));
        json_add(items, json_put_text(item, "display_name", json_text(user, "display_name")));
    }
    return call_list(call, items, NULL);
}
