/* The directory of a tenant. */
#include <stdlib.h>
#include <string.h>

#include "api/people.h"
#include "api/visible.h"
#include "journal/offboardings.h"

static json_t *copy_text(const json_t *user, const char *key)
{
    const char *text = json_text(user, key);
    return json_text_new(text && *text ? text : NULL);
}

/* The directory's row as openapi.yaml's User. */
static json_t *user_json(const json_t *row, const char *open_offboarding)
{
    json_t *user = json_object();
    json_put_text(user, "id", json_text(row, "id"));
    json_put_text(user, "user_principal_name", json_text_or(row, "user_principal_name", ""));
    json_put_text(user, "display_name", json_text_or(row, "display_name", ""));
    json_put(user, "mail", copy_text(row, "mail"));
    json_put(user, "job_title", copy_text(row, "job_title"));
    json_put(user, "department", copy_text(row, "department"));
    json_put(user, "account_enabled", json_boolean(json_flag(row, "account_enabled")));
    json_put(user, "guest", json_boolean(text_equal_nocase(json_text(row, "user_type"), "Guest")));
    json_put(user, "synced", json_boolean(json_flag(row, "synced")));
    json_put(user, "licensed", json_boolean(json_flag(row, "licensed")));
    json_put(user, "licenses", json_deep_copy(json_array_at(row, "licenses")));
    json_put_text(user, "last_sign_in_at", json_text(row, "last_sign_in_at"));
    json_put_text(user, "open_offboarding", open_offboarding);
    return user;
}

static json_t *users_json(struct call *call, const char *tenant_id, const json_t *rows, struct err *err)
{
    AUTO_TX struct tx *tx = store_begin_read(call->api->context.store, err);
    json_t *users = json_array();
    for (size_t i = 0; tx && i < json_array_size(rows); i++) {
        const json_t *row = json_array_get(rows, i);
        const char *open = NULL;
        if (!offboarding_open_of(tx, call->arena, tenant_id, json_text(row, "id"), &open, err)) {
            json_decref(users);
            return NULL;
        }
        json_add(users, user_json(row, open));
    }
    if (tx)
        return users;
    json_decref(users);
    return NULL;
}

bool users_get(struct call *call, struct err *err)
{
    AUTO_TENANT struct tenant tenant = {0};
    struct page page = call_page(call);
    const char *search = call_query(call, "search", 200);
    char *AUTO_FREE next = NULL;
    size_t total = 0;
    if (!input_verdict(&call->input, err) || !visible_tenant(call, call->params[0], &tenant, err))
        return false;
    AUTO_JSON json_t *rows = directory_search(call->api->context.directory, tenant.id, search ? search : "",
                                              page.limit, page.cursor, &next, &total, err);
    json_t *users = rows ? users_json(call, tenant.id, rows, err) : NULL;
    if (!users)
        return false;
    json_t *answer = call_keep(call, json_object());
    json_put(answer, "items", users);
    json_put_text(answer, "next_cursor", next);
    json_put(answer, "total", json_integer((json_int_t)total));
    return call_json(call, 200, answer);
}

bool user_get(struct call *call, struct err *err)
{
    AUTO_TENANT struct tenant tenant = {0};
    if (!visible_tenant(call, call->params[0], &tenant, err))
        return false;
    AUTO_JSON json_t *row = people_find(call, tenant.id, call->params[1], err);
    AUTO_JSON json_t *rows = row ? json_make("[O]", row) : NULL;
    json_t *users = rows ? call_keep(call, users_json(call, tenant.id, rows, err)) : NULL;
    return users && call_json(call, 200, json_array_get(users, 0));
}
