/* GET /stats: the figures of the dashboard. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "api/visible.h"
#include "journal/stats.h"
#include "schedule/zone.h"
#include "store/prices.h"

enum { DAYS_DEFAULT = 30, DAYS_MAX = 366, COMING_DAYS = 7 };

/* What is asked for, and when its days begin on the clocks of its zone. */
struct span {
    const char *zone;
    int days;
    int64_t now;
    struct zone_day today, first; /* first: of the days that are listed */
    int64_t week_at, month_at;    /* when this week (Monday) and this month began */
    int64_t coming_at;            /* what is planned before this is coming up */
};

static int query_days(struct call *call)
{
    int64_t days = DAYS_DEFAULT;
    const char *text = call_query(call, "days", 10);
    if (text && !text_to_int(text, 1, DAYS_MAX, &days))
        input_bad(&call->input, "?days", "out_of_range", "days must be a whole number from 1 to %d.",
                  DAYS_MAX);
    return (int)days;
}

static void read_span(struct call *call, struct span *ret)
{
    struct err err = {0};
    struct zone_day week, month, coming;
    const char *zone = call_query(call, "time_zone", 64);
    *ret = (struct span){
        .zone = zone ? zone : "UTC", .days = query_days(call), .now = clock_utc_ms(call->api->context.clock)};
    if (!zone_day(ret->now, 0, ret->zone, &ret->today, &err) ||
        !zone_day(ret->now, 1 - ret->days, ret->zone, &ret->first, &err) ||
        !zone_day(ret->now, 1 - ret->today.weekday, ret->zone, &week, &err) ||
        !zone_day(ret->now, 1 - ret->today.day_of_month, ret->zone, &month, &err) ||
        !zone_day(ret->now, COMING_DAYS, ret->zone, &coming, &err)) {
        input_bad(&call->input, "?time_zone", err.code, "%s", err.message);
        return;
    }
    ret->week_at = week.begins_at;
    ret->month_at = month.begins_at;
    ret->coming_at = coming.begins_at;
}

/* --- leavers ------------------------------------------------------------------------------------------- */

struct slots {
    const struct stats_slot *list;
    size_t count;
};

static json_t *count_since(const struct slots *slots, int64_t from)
{
    int64_t leavers = 0;
    for (size_t i = 0; i < slots->count; i++)
        if (slots->list[i].at >= from)
            leavers += slots->list[i].leavers;
    return json_integer(leavers);
}

/* One entry for each day, empty ones too. */
static json_t *days_json(const struct span *span, const struct slots *slots, int64_t *ret_failed)
{
    json_t *days = json_array();
    size_t at = 0;
    *ret_failed = 0;
    for (int n = 0; n < span->days; n++) {
        struct zone_day day, next;
        int64_t leavers = 0, failed = 0;
        if (!zone_day(span->now, 1 - span->days + n, span->zone, &day, NULL) ||
            !zone_day(span->now, 2 - span->days + n, span->zone, &next, NULL))
            break;
        for (; at < slots->count && slots->list[at].at < next.begins_at; at++) {
            if (slots->list[at].at < day.begins_at)
                continue;
            leavers += slots->list[at].leavers;
            failed += slots->list[at].failed;
        }
        *ret_failed += failed;
        json_add(days, json_make("{s:s, s:I, s:I}", "date", day.date, "leavers", (json_int_t)leavers,
                                 "failed", (json_int_t)failed));
    }
    return days;
}

static int64_t earliest(const struct span *span)
{
    int64_t from = span->first.begins_at < span->week_at ? span->first.begins_at : span->week_at;
    return from < span->month_at ? from : span->month_at;
}

static bool put_leavers(struct call *call, struct tx *tx, const struct stats_scope *scope,
                        const struct span *span, json_t *answer, int64_t *ret_failed, struct err *err)
{
    struct stats_slot *list;
    ptrdiff_t count = stats_slots(tx, call->arena, scope, earliest(span), span->now + 1, &list, err);
    if (count < 0)
        return false;
    const struct slots slots = {list, (size_t)count};
    json_t *leavers = json_object();
    json_put(leavers, "today", count_since(&slots, span->today.begins_at));
    json_put(leavers, "this_week", count_since(&slots, span->week_at));
    json_put(leavers, "this_month", count_since(&slots, span->month_at));
    json_put(leavers, "days", days_json(span, &slots, ret_failed));
    json_put(answer, "leavers", leavers);
    return true;
}

static bool put_lockout(struct tx *tx, const struct stats_scope *scope, const struct span *span,
                        json_t *answer, struct err *err)
{
    struct stats_lockout lockout;
    if (!stats_lockout(tx, scope, span->first.begins_at, span->now + 1, &lockout, err))
        return false;
    bool any = lockout.count > 0;
    json_t *value = json_make("{s:I}", "count", (json_int_t)lockout.count);
    json_put(value, "median_ms", any ? json_integer(lockout.median_ms) : json_null());
    json_put(value, "p95_ms", any ? json_integer(lockout.p95_ms) : json_null());
    json_put(answer, "time_to_lockout", value);
    return true;
}

static bool put_open(struct tx *tx, const struct stats_scope *scope, const struct span *span, int64_t failed,
                     json_t *answer, struct err *err)
{
    struct stats_open open;
    if (!stats_open(tx, scope, span->coming_at, &open, err))
        return false;
    json_put(answer, "attention",
             json_make("{s:I, s:I, s:I}", "failed", (json_int_t)failed, "needs_attention",
                       (json_int_t)open.needs_attention, "awaiting_approval",
                       (json_int_t)open.awaiting_approval));
    json_put(answer, "under_way",
             json_make("{s:I, s:I, s:I}", "queued", (json_int_t)open.queued, "running",
                       (json_int_t)open.running, "waiting", (json_int_t)open.waiting));
    json_t *coming = json_make("{s:I, s:I}", "planned", (json_int_t)open.planned, "next_7_days",
                               (json_int_t)open.planned_before);
    json_put(answer, "coming_up", json_put_time(coming, "next_at", open.next_at));
    return true;
}

/* --- licenses ------------------------------------------------------------------------------------------ */

/* "12.50" → 1250; checked when it was written. */
static int64_t cents_of(const char *amount)
{
    int64_t cents = 0;
    int behind = -1;
    for (; *amount && behind < 2; amount++) {
        if (*amount == '.') {
            behind = 0;
            continue;
        }
        cents = cents * 10 + (*amount - '0');
        behind += behind >= 0;
    }
    for (behind = behind < 0 ? 0 : behind; behind < 2; behind++)
        cents *= 10;
    return cents;
}

static json_t *amount_json(int64_t cents)
{
    char text[40];
    snprintf(text, sizeof text, "%" PRId64 ".%02d", cents / 100, (int)(cents % 100));
    return json_text_new(text);
}

/* A product without a price counts as freed and adds nothing to the sum, which then says so. */
static bool put_licenses(struct call *call, struct tx *tx, const struct stats_scope *scope,
                         const struct span *span, json_t *answer, struct err *err)
{
    AUTO_PRICE_LIST struct price_list prices = {0};
    int64_t freed = 0, total = 0, priced = 0;
    size_t i;
    json_t *row;
    if (!price_list_load(tx, call->arena, &prices, err))
        return false;
    AUTO_JSON json_t *rows = stats_licenses(tx, scope, span->first.begins_at, span->now + 1, err);
    json_array_foreach (rows, i, row) {
        const json_t *price = json_array_find(prices.prices, "sku_id", json_text(row, "sku_id"));
        int64_t count = json_int(row, "freed", 0),
                each = price ? cents_of(json_text(price, "monthly_price")) : 0;
        freed += count;
        priced += price ? count : 0;
        total += each * count;
        json_put(row, "monthly_price", price ? amount_json(each) : json_null());
        json_put(row, "monthly_total", price ? amount_json(each * count) : json_null());
    }
    json_t *value = json_make("{s:I, s:I, s:O?}", "freed", (json_int_t)freed, "priced", (json_int_t)priced,
                              "products", rows);
    json_put_text(value, "currency", *prices.currency ? prices.currency : NULL);
    json_put(value, "monthly_total", priced ? amount_json(total) : json_null());
    json_put(answer, "licenses", value);
    return rows != NULL;
}

bool stats_get(struct call *call, struct err *err)
{
    char from[TIME_TEXT_SIZE];
    struct span span;
    struct stats_scope scope = {.only_tenants = call->who.tenants};
    int64_t failed;
    read_span(call, &span);
    if (!visible_query_tenant(call, &scope.tenant_id, err) || !input_verdict(&call->input, err))
        return false;
    json_t *answer = call_keep(call, json_make("{s:s, s:s}", "from", time_format(span.first.begins_at, from),
                                               "time_zone", span.zone));
    AUTO_TX struct tx *tx = store_begin_read(call->api->context.store, err);
    return tx && put_leavers(call, tx, &scope, &span, answer, &failed, err) &&
           put_lockout(tx, &scope, &span, answer, err) && put_open(tx, &scope, &span, failed, answer, err) &&
           put_licenses(call, tx, &scope, &span, answer, err) && call_json(call, 200, answer);
}
