#include "store/prices.h"

void price_list_done(struct price_list *list)
{
    json_decref(list->prices);
    list->prices = NULL;
}

bool price_list_load(struct tx *tx, struct arena *arena, struct price_list *ret, struct err *err)
{
    AUTO_ROWS struct rows *rows = tx_query(
        tx, err,
        "SELECT currency, prices_json, version, changed_at, changed_by FROM price_list WHERE id = 1");
    *ret = (struct price_list){.currency = ""};
    if (rows && rows_next(rows))
        *ret = (struct price_list){arena_text(arena, row_text(rows, 0)), row_json(rows, 1), row_int(rows, 2),
                                   row_int(rows, 3), arena_text(arena, row_text(rows, 4))};
    else
        ret->prices = json_array();
    return rows && !rows_failed(rows, err);
}

bool price_list_store(struct tx *tx, const struct price_list *list, struct err *err)
{
    AUTO_FREE char *prices = json_write(list->prices);
    return tx_exec(tx, err,
                   "INSERT INTO price_list(id, currency, prices_json, version, changed_at, changed_by) "
                   "VALUES (1, $1, $2, 1, $3, $4) ON CONFLICT (id) DO UPDATE SET currency = $1, "
                   "prices_json = $2, version = price_list.version + 1, changed_at = $3, changed_by = $4 "
                   "WHERE price_list.version = $5",
                   P_TEXT(list->currency), P_TEXT(prices), P_INT(list->changed_at), P_TEXT(list->changed_by),
                   P_INT(list->version)) &&
           (tx_changes(tx) > 0 ||
            err_set(err, ERR_PRECONDITION,
                    "The list prices were changed meanwhile. Read them again, then repeat the change."));
}
