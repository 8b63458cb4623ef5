#include "store/nodes.h"

#include <string.h>

bool nodes_enter(struct tx *tx, const struct node_self *self, bool shared, int64_t now, struct err *err)
{
    struct lease_base base;
    return tx_lease_base(tx, now, &base, err) && (shared || tx_exec(tx, err, "DELETE FROM nodes")) &&
           tx_exec(tx, err,
                   "INSERT INTO nodes(name, role, version, started_at, seen_at) VALUES ($1, $2, $3, $4, $4) "
                   "ON CONFLICT (name, role) DO UPDATE SET version = $3, started_at = $4, seen_at = $4",
                   P_TEXT(self->name), P_TEXT(self->role), P_TEXT(self->version), P_INT(base.now));
}

bool nodes_beat(struct tx *tx, const struct node_self *self, int64_t now, struct err *err)
{
    struct lease_base base;
    return tx_lease_base(tx, now, &base, err) &&
           tx_exec(tx, err, "DELETE FROM nodes WHERE seen_at < $1", P_INT(base.now - NODE_KEPT_MS)) &&
           tx_exec(tx, err, "UPDATE nodes SET seen_at = $3 WHERE name = $1 AND role = $2", P_TEXT(self->name),
                   P_TEXT(self->role), P_INT(base.now)) &&
           (tx_changes(tx) > 0 || nodes_enter(tx, self, true, now, err));
}

bool nodes_leave(struct tx *tx, const struct node_self *self, struct err *err)
{
    return tx_exec(tx, err, "DELETE FROM nodes WHERE name = $1 AND role = $2", P_TEXT(self->name),
                   P_TEXT(self->role));
}

static json_t *node_json(const struct rows *rows, const struct node_self *self, int64_t now)
{
    json_t *node = json_object();
    bool me = strcmp(row_text(rows, 0), self->name) == 0 && strcmp(row_text(rows, 1), self->role) == 0;
    int64_t seen_at = me ? now : row_int(rows, 4);
    json_put_text(node, "name", row_text(rows, 0));
    json_put_text(node, "role", row_text(rows, 1));
    json_put_text(node, "version", row_text(rows, 2));
    json_put_time(node, "started_at", row_int(rows, 3));
    json_put_time(node, "seen_at", seen_at);
    json_put(node, "alive", json_boolean(now - seen_at <= NODE_SILENT_MS));
    return json_put(node, "self", json_boolean(me));
}

json_t *nodes_list(struct tx *tx, const struct node_self *self, int64_t now, struct err *err)
{
    struct lease_base base;
    if (!tx_lease_base(tx, now, &base, err))
        return NULL;
    AUTO_ROWS struct rows *rows =
        tx_query(tx, err, "SELECT name, role, version, started_at, seen_at FROM nodes ORDER BY name, role");
    AUTO_JSON json_t *list = json_array();
    while (rows && rows_next(rows))
        json_add(list, node_json(rows, self, base.now));
    return !rows || rows_failed(rows, err) ? NULL : json_incref(list);
}
