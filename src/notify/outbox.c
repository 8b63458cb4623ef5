#include "notify/outbox.h"

#include <inttypes.h>
#include <string.h>

#include "journal/notices.h"
#include "notify/deliveries.h"
#include "notify/event.h"
#include "notify/settings.h"
#include "store/tenants.h"

#define REMINDERS_AT_ONCE 200
#define REMINDER_LOOK_MS (10 * 1000)

struct notice {
    int64_t id;
    const char *offboarding_id, *tenant_id, *event;
    json_t *data;
    int64_t at;
};

/* What one expansion decides by. */
struct choice {
    const struct notify_parts *parts;
    struct tx *tx;
    const json_t *settings;
    const struct notice *notice;
    const json_t *request; /* offboardings.notify */
    const json_t *tenant;  /* defaults.notify */
    int64_t now;
};

static bool list_has(const json_t *list, const char *text)
{
    size_t i;
    json_t *entry;
    json_array_foreach ((json_t *)list, i, entry)
        if (text && strcmp(json_string_value(entry) ?: "", text) == 0)
            return true;
    return false;
}

/* The request decides, then the tenant, then the settings. */
static bool channel_on(const struct choice *choice, const char *channel)
{
    const json_t *flag = json_object_get(choice->request, channel);
    if (!json_is_boolean(flag))
        flag = json_object_get(choice->tenant, channel);
    return !json_is_false(flag);
}

static bool add(const struct choice *choice, const char *channel, const char *endpoint, const char *name,
                struct err *err)
{
    char id[UUID_SIZE];
    const struct delivery delivery = {.id = uuid_v7(choice->parts->clock, choice->parts->rng, id),
                                      .notice_id = choice->notice->id,
                                      .offboarding_id = choice->notice->offboarding_id,
                                      .tenant_id = choice->notice->tenant_id,
                                      .event = choice->notice->event,
                                      .channel = channel,
                                      .endpoint = endpoint,
                                      .endpoint_name = name,
                                      .created_at = choice->notice->at};
    return delivery_insert(choice->tx, &delivery, choice->now, err);
}

static bool wants(const struct choice *choice, const json_t *config)
{
    const json_t *tenants = json_object_get(config, "tenants");
    return json_flag(config, "enabled") && list_has(json_array_at(config, "events"), choice->notice->event) &&
           (!json_is_array(tenants) || list_has(tenants, choice->notice->tenant_id));
}

static bool add_webhook(const struct choice *choice, const json_t *hook, struct err *err)
{
    AUTO_STRBUF struct strbuf endpoint = STRBUF_MAX(100);
    strbuf_printf(&endpoint, "webhook:%s", json_text_or(hook, "id", ""));
    return add(choice, "webhook", strbuf_text(&endpoint), json_text_or(hook, "name", ""), err);
}

static bool expand_choices(const struct choice *choice, struct err *err)
{
    const json_t *email = json_object_at(choice->settings, "email"),
                 *psa = json_object_at(choice->settings, "psa");
    size_t i;
    json_t *hook;
    json_array_foreach ((json_t *)json_array_at(choice->settings, "webhooks"), i, hook)
        if (channel_on(choice, "webhook") && wants(choice, hook) && !add_webhook(choice, hook, err))
            return false;
    if (channel_on(choice, "email") && wants(choice, email) && !add(choice, "email", "email", "E-mail", err))
        return false;
    return !channel_on(choice, "psa") || !wants(choice, psa) ||
           add(choice, "psa", "psa", json_text_or(psa, "kind", "PSA"), err);
}

/* What is wrong with one endpoint is told by another: mail where there is mail, else every other webhook. */
static bool expand_operator(const struct choice *choice, struct err *err)
{
    const char *about = json_text_or(choice->notice->data, "endpoint", "");
    AUTO_ARENA struct arena *arena = arena_new();
    size_t i;
    json_t *hook;
    if (json_flag(json_object_at(choice->settings, "email"), "enabled") && strcmp(about, "email") != 0)
        return add(choice, "email", "email", "E-mail", err);
    json_array_foreach ((json_t *)json_array_at(choice->settings, "webhooks"), i, hook)
        if (json_flag(hook, "enabled") &&
            strcmp(about, arena_printf(arena, "webhook:%s", json_text_or(hook, "id", ""))) != 0 &&
            !add_webhook(choice, hook, err))
            return false;
    return true;
}

static json_t *notify_of_offboarding(struct tx *tx, const char *id)
{
    AUTO_ROWS struct rows *rows =
        id ? tx_query(tx, NULL, "SELECT notify_json FROM offboardings WHERE id = $1", P_TEXT(id)) : NULL;
    return rows && rows_next(rows) ? row_json(rows, 0) : json_null();
}

static json_t *notify_of_tenant(struct tx *tx, const char *id)
{
    AUTO_ARENA struct arena *arena = arena_new();
    AUTO_TENANT struct tenant tenant = {0};
    struct err err;
    if (!id || !tenant_find(tx, arena, id, &tenant, &err))
        return json_null();
    return json_incref((json_t *)json_object_at(tenant.defaults, "notify"));
}

static bool expand_one(const struct notify_parts *parts, struct tx *tx, const json_t *settings,
                       const struct notice *notice, struct err *err)
{
    AUTO_JSON json_t *request = notify_of_offboarding(tx, notice->offboarding_id);
    AUTO_JSON json_t *tenant = notify_of_tenant(tx, notice->tenant_id);
    const struct choice choice = {parts, tx, settings, notice, request, tenant, clock_utc_ms(parts->clock)};
    return (event_is_choice(notice->event) ? expand_choices : expand_operator)(&choice, err) &&
           tx_exec(tx, err, "UPDATE notices SET expanded_at = $2 WHERE id = $1", P_INT(notice->id),
                   P_INT(choice.now));
}

static bool read_waiting(struct tx *tx, struct arena *arena, struct notice *ret, size_t max,
                         size_t *ret_count, struct err *err)
{
    AUTO_ROWS struct rows *rows =
        tx_query(tx, err,
                 "SELECT id, offboarding_id, tenant_id, event, data_json, at FROM notices "
                 "WHERE expanded_at IS NULL ORDER BY id LIMIT $1",
                 P_INT(max));
    *ret_count = 0;
    while (rows && *ret_count < max && rows_next(rows))
        ret[(*ret_count)++] = (struct notice){row_int(rows, 0),
                                              arena_text(arena, row_text(rows, 1)),
                                              arena_text(arena, row_text(rows, 2)),
                                              arena_text(arena, row_text(rows, 3)),
                                              row_json(rows, 4),
                                              row_int(rows, 5)};
    return rows && !rows_failed(rows, err);
}

bool outbox_expand(const struct notify_parts *parts, size_t max, size_t *ret_count, struct err *err)
{
    AUTO_ARENA struct arena *arena = arena_new();
    struct notice *notices = arena_alloc(arena, max, sizeof *notices);
    AUTO_JSON json_t *settings = NULL;
    int64_t version;
    AUTO_TX struct tx *tx = store_begin(parts->store, err);
    bool good = tx && read_waiting(tx, arena, notices, max, ret_count, err);
    if (good && *ret_count > 0)
        good = notify_settings_load(tx, parts->vault, &settings, &version, err);
    for (size_t i = 0; tx && i < *ret_count; i++) {
        good = good && expand_one(parts, tx, settings, &notices[i], err);
        json_decref(notices[i].data);
    }
    return good && (*ret_count == 0 || tx_commit(&tx, err));
}

/* --- reminders --- */

struct due {
    const char *id;
    int64_t scheduled_at;
};

#define NOT_REMINDED                                                                                        \
    " AND o.unfinished = 1 AND (o.status || '') = 'planned' AND NOT EXISTS (SELECT 1 FROM notices n WHERE " \
    "n.once = o.id || '/reminder/' || CAST(o.scheduled_at AS TEXT)) LIMIT $1"

static bool take(struct rows *rows, struct arena *arena, struct due *ret, size_t *count, struct err *err)
{
    while (rows && *count < REMINDERS_AT_ONCE && rows_next(rows))
        ret[(*count)++] = (struct due){arena_text(arena, row_text(rows, 0)), row_int(rows, 1)};
    return rows && !rows_failed(rows, err);
}

/* Those that asked for it at a moment of their own, and the others ahead_ms before their time (0: not). */
static bool find_due(struct tx *tx, struct arena *arena, int64_t ahead_ms, int64_t now, struct due *ret,
                     size_t *ret_count, struct err *err)
{
    *ret_count = 0;
    AUTO_ROWS struct rows *own = tx_query(
        tx, err, "SELECT o.id, o.scheduled_at FROM offboardings o WHERE o.remind_at <= $2" NOT_REMINDED,
        P_INT(REMINDERS_AT_ONCE), P_INT(now));
    if (!take(own, arena, ret, ret_count, err) || ahead_ms == 0)
        return own && !rows_failed(own, err);
    rows_auto_close(&own);
    AUTO_ROWS struct rows *others =
        tx_query(tx, err,
                 "SELECT o.id, o.scheduled_at FROM offboardings o WHERE o.due_at > $2 "
                 "AND o.due_at <= $3 AND o.remind_at IS NULL" NOT_REMINDED,
                 P_INT(REMINDERS_AT_ONCE), P_INT(now), P_INT(now + ahead_ms));
    return take(others, arena, ret, ret_count, err);
}

/* The notice's key is the time it reminds of, so that both ways and several nodes write one. */
static bool remind(const struct notify_parts *parts, const struct due *due, size_t count, int64_t now,
                   struct err *err)
{
    AUTO_TX struct tx *tx = count > 0 ? store_begin(parts->store, err) : NULL;
    bool good = count == 0 || tx;
    for (size_t i = 0; good && i < count; i++)
        good = notice_append(tx, due[i].id, "reminder", due[i].scheduled_at, now, err) &&
               tx_exec(tx, err, "UPDATE offboardings SET remind_at = NULL WHERE id = $1", P_TEXT(due[i].id));
    return good && (count == 0 || tx_commit(&tx, err));
}

bool outbox_remind(const struct notify_parts *parts, int64_t *ret_next, struct err *err)
{
    AUTO_ARENA struct arena *arena = arena_new();
    AUTO_JSON json_t *settings = NULL;
    int64_t version, now = clock_utc_ms(parts->clock);
    size_t count = 0;
    struct due *due = arena_alloc(arena, REMINDERS_AT_ONCE, sizeof *due);
    {
        AUTO_TX struct tx *tx = store_begin_read(parts->store, err);
        if (!tx || !notify_settings_load(tx, parts->vault, &settings, &version, err) ||
            !find_due(tx, arena, json_int(settings, "reminder_minutes", 0) * 60 * 1000, now, due, &count,
                      err))
            return false;
    }
    *ret_next = now + REMINDER_LOOK_MS;
    return remind(parts, due, count, now, err);
}
