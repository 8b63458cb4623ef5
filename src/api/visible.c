#include "api/visible.h"

static bool no_tenant(const char *name, struct err *err)
{
    return err_code(err, ERR_NOT_FOUND, "unknown_tenant",
                    "There is no tenant %.80s here; use a tenant's id or its default domain.", name);
}

bool visible_tenant(struct call *call, const char *name, struct tenant *ret, struct err *err)
{
    AUTO_TX struct tx *tx = store_begin_read(call->api->context.store, err);
    *ret = (struct tenant){0};
    if (!tx)
        return false;
    if (!tenant_find(tx, call->arena, name, ret, err))
        return err->kind == ERR_NOT_FOUND && no_tenant(name, err);
    if (principal_sees(&call->who, ret->id))
        return true;
    tenant_done(ret);
    *ret = (struct tenant){0}; /* nothing of it is told */
    return no_tenant(name, err);
}

bool visible_tenant_at(struct call *call, const char *name, const char *pointer, struct tenant *ret,
                       struct err *err)
{
    if (visible_tenant(call, name, ret, err))
        return true;
    if (err->kind != ERR_NOT_FOUND)
        return false;
    input_bad(&call->input, pointer, "unknown_tenant", "%s", err->message);
    return true;
}

bool visible_query_tenant(struct call *call, const char **ret_id, struct err *err)
{
    const char *name = call_query(call, "tenant", 255);
    AUTO_TENANT struct tenant tenant = {0};
    bool ok = !name || visible_tenant_at(call, name, "?tenant", &tenant, err);
    *ret_id = tenant.id;
    return ok;
}

bool visible_offboarding(struct call *call, const char **ret_id, struct err *err)
{
    AUTO_TX struct tx *tx = store_begin_read(call->api->context.store, err);
    AUTO_ROWS struct rows *rows =
        tx ? tx_query(tx, err, "SELECT id, tenant_id FROM offboardings WHERE id = lower($1)",
                      P_TEXT(call->params[0]))
           : NULL;
    if (!rows)
        return false;
    if (!rows_next(rows))
        return !rows_failed(rows, err) &&
               err_code(err, ERR_NOT_FOUND, "unknown_offboarding", "There is no offboarding with this id.");
    if (!principal_sees(&call->who, row_text(rows, 1)))
        return err_code(err, ERR_NOT_FOUND, "unknown_offboarding", "There is no offboarding with this id.");
    *ret_id = arena_text(call->arena, row_text(rows, 0));
    return true;
}

bool note_offboarding(const struct call *call, struct tx *tx, enum logbook_what what, const char *id,
                      struct err *err)
{
    AUTO_ROWS struct rows *rows = tx_query(
        tx, err, "SELECT tenant_id, user_principal_name FROM offboardings WHERE id = $1", P_TEXT(id));
    if (!rows || !rows_next(rows))
        return rows && !rows_failed(rows, err) &&
               err_set(err, ERR_NOT_FOUND, "There is no offboarding with this id.");
    const struct logbook_entry entry = {.what = what,
                                        .tenant_id = arena_text(call->arena, row_text(rows, 0)),
                                        .object_id = id,
                                        .object = arena_text(call->arena, row_text(rows, 1))};
    rows_auto_close(&rows);
    return call_note(call, tx, &entry, err);
}
