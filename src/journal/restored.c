#include "journal/restored.h"

static json_t *missed(struct tx *tx, int64_t now, struct err *err)
{
    AUTO_JSON json_t *list = json_array();
    AUTO_ROWS struct rows *rows = tx_query(tx, err,
                                           "SELECT id, user_principal_name, due_at FROM offboardings "
                                           "WHERE unfinished = 1 AND status = 'planned' AND due_at <= $1 "
                                           "ORDER BY due_at, id FOR UPDATE",
                                           P_INT(now));
    while (rows && rows_next(rows))
        json_add(list, json_put_time(json_make("{s:s, s:s}", "id", row_text(rows, 0), "user_principal_name",
                                               row_text(rows, 1)),
                                     "due_at", row_int(rows, 2)));
    return rows && !rows_failed(rows, err) ? json_incref(list) : NULL;
}

static bool warn(struct tx *tx, struct offboarding *o, int64_t now, struct err *err)
{
    char due[TIME_TEXT_SIZE];
    AUTO_ARENA struct arena *arena = arena_new();
    const char *message = arena_printf(arena,
                                       "This was due at %s. The store was restored from a backup after that: "
                                       "whether it ran, was moved or was "
                                       "cancelled is not known. Look at the user, then run it or cancel it.",
                                       time_format(o->due_at, due));
    json_t *warning = json_make("{s:s, s:s, s:s, s:n}", "code", "missed_while_restored", "severity", "warn",
                                "message", message, "task");
    if (!json_is_array(o->warnings)) {
        json_decref(o->warnings);
        o->warnings = json_array();
    }
    json_add(o->warnings, json_incref(warning));
    AUTO_FREE char *text = json_write(o->warnings);
    bool kept = tx_exec(tx, err, "UPDATE offboardings SET warnings_json = $2 WHERE id = $1", P_TEXT(o->id),
                        P_TEXT(text));
    if (kept)
        return journal_append(tx, o->id, now, EVENT_WARNING, NULL, warning, err);
    json_decref(warning);
    return false;
}

static bool hold(struct tx *tx, const char *id, int64_t now, struct err *err)
{
    AUTO_ARENA struct arena *arena = arena_new();
    struct offboarding o;
    if (!offboarding_load(tx, arena, id, &o, err))
        return false;
    bool held =
        warn(tx, &o, now, err) && offboarding_move(tx, id, NO_EPOCH, RUN_NEEDS_ATTENTION, now, o.due_at, err);
    offboarding_done(&o);
    return held;
}

json_t *restored_hold_missed(struct tx *tx, int64_t now, struct err *err)
{
    size_t i;
    json_t *one;
    AUTO_JSON json_t *list = missed(tx, now, err);
    json_array_foreach (list, i, one)
        if (!hold(tx, json_text(one, "id"), now, err))
            return NULL;
    return json_incref(list);
}
