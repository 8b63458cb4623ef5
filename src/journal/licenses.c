#include "journal/licenses.h"

#include <string.h>

static bool is_status(const json_t *item, const char *status)
{
    return strcmp(json_text_or(item, "status", ""), status) == 0;
}

/* A user may hold a product twice: directly and by a group. */
static bool all_gone(const json_t *items, const char *sku_id)
{
    size_t i;
    json_t *item;
    bool gone = false;
    json_array_foreach ((json_t *)items, i, item) {
        if (!text_equal_nocase(json_text(item, "sku_id"), sku_id))
            continue;
        if (!is_status(item, "succeeded") && !is_status(item, "already_done"))
            return false;
        gone = gone || is_status(item, "succeeded");
    }
    return gone;
}

static bool note_freed(struct tx *tx, const char *id, const json_t *item, int64_t now, struct err *err)
{
    const char *sku_id = json_text(item, "sku_id");
    return tx_exec(tx, err,
                   "INSERT INTO freed_licenses(offboarding_id, sku_id, name, tenant_id, at) "
                   "SELECT id, lower($2), $3, tenant_id, $4 FROM offboardings WHERE id = $1 "
                   "ON CONFLICT (offboarding_id, sku_id) DO NOTHING",
                   P_TEXT(id), P_TEXT(sku_id), P_TEXT(json_text_or(item, "name", sku_id)), P_INT(now));
}

static bool note_given_back(struct tx *tx, const char *id, const json_t *item, struct err *err)
{
    return !is_status(item, "succeeded") ||
           tx_exec(tx, err, "DELETE FROM freed_licenses WHERE offboarding_id = $1 AND sku_id = lower($2)",
                   P_TEXT(id), P_TEXT(json_text(item, "sku_id")));
}

bool licenses_note(struct tx *tx, const char *id, const struct task_row *row, int64_t now, struct err *err)
{
    size_t i;
    json_t *item;
    json_array_foreach (row->items, i, item) {
        const char *sku_id = json_text(item, "sku_id");
        if (!sku_id)
            continue;
        bool good = row->direction == DIRECTION_UNDO
                        ? note_given_back(tx, id, item, err)
                        : !all_gone(row->items, sku_id) || note_freed(tx, id, item, now, err);
        if (!good)
            return false;
    }
    return true;
}
