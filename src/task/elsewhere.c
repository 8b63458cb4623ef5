#include "task/elsewhere.h"

#include <string.h>

static bool is_known(const json_t *places, const char *id, const char *folder)
{
    size_t i;
    json_t *place;
    json_array_foreach ((json_t *)places, i, place) {
        if (text_equal_nocase(json_text(place, "id"), id) &&
            strcmp(json_text_or(place, "folder", ""), folder ? folder : "") == 0)
            return true;
    }
    return false;
}

static void add(json_t *places, const char *id, const char *name, const char *folder)
{
    if (!id || !*id || is_known(places, id, folder))
        return;
    json_t *place = json_object();
    json_put_text(place, "id", id);
    json_put_text(place, "name", name);
    if (folder)
        json_put_text(place, "folder", folder);
    json_add(places, place);
}

/* What the run touched is asked again even when the index no longer shows it: to prove that it is gone, or
 * back. */
static void add_touched(json_t *mailboxes, json_t *calendars, const struct task_row *rows)
{
    size_t i;
    json_t *item;
    if (!rows)
        return;
    json_array_foreach (rows[TASK_remove_mailbox_permissions].items, i, item) {
        if (strcmp(json_text_or(item, "kind", ""), "full_access") == 0)
            add(mailboxes, json_text(item, "mailbox"), json_text(item, "name"), NULL);
    }
    json_array_foreach (rows[TASK_remove_calendar_permissions].items, i, item)
        add(calendars, json_text(item, "mailbox"), json_text(item, "name"), json_text_or(item, "folder", ""));
}

json_t *elsewhere_read(struct tx *tx, const char *tenant_id, const char *user_id, const struct task_row *rows,
                       const struct task_row *forward)
{
    json_t *mailboxes = json_array(), *calendars = json_array();
    (void)tx;
    (void)tenant_id;
    (void)user_id;
    add_touched(mailboxes, calendars, rows);
    add_touched(mailboxes, calendars, forward);
    return json_make("{s:o, s:o}", "mailboxes", mailboxes, "calendars", calendars);
}
