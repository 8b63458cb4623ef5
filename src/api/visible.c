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
    return no_tenant(name, err);
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
