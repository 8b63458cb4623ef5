/* GET and PUT /settings/prices: what products cost, for the figures. */
#include <string.h>

#include "api/call.h"
#include "api/once.h"
#include "api/problem.h"
#include "model/sku.h"
#include "store/prices.h"

/* With the names that people know the products by. */
static json_t *prices_json(const struct price_list *list)
{
    json_t *value = json_object(), *prices = json_array(), *row;
    size_t i;
    json_array_foreach (list->prices, i, row) {
        if (json_is_object(row))
            json_add(prices,
                     json_put_text(json_deep_copy(row), "name", sku_name(json_text_or(row, "sku_id", ""))));
    }
    json_put_text(value, "currency", *list->currency ? list->currency : NULL);
    json_put(value, "prices", prices);
    json_put_time(value, "changed_at", list->changed_at);
    return json_put_text(value, "changed_by", list->changed_by);
}

static bool load(struct call *call, struct price_list *ret, struct err *err)
{
    AUTO_TX struct tx *tx = store_begin_read(call->api->context.store, err);
    return tx && price_list_load(tx, call->arena, ret, err);
}

bool prices_get(struct call *call, struct err *err)
{
    AUTO_PRICE_LIST struct price_list list = {0};
    return load(call, &list, err) &&
           call_json_versioned(call, 200, call_keep(call, prices_json(&list)), list.version);
}

static bool is_currency(const char *text)
{
    return text && strlen(text) == 3 && strspn(text, "ABCDEFGHIJKLMNOPQRSTUVWXYZ") == 3;
}

/* "12.50": up to seven digits and at most two behind the point. */
static bool is_amount(const char *text)
{
    size_t whole = strspn(text, "0123456789");
    size_t cents = text[whole] == '.' ? strspn(text + whole + 1, "0123456789") : 0;
    return whole >= 1 && whole <= 7 && cents <= 2 && (text[whole] != '.' || cents > 0) &&
           text[whole + (text[whole] == '.') + cents] == '\0';
}

/* One checked entry is added to the list; mistakes are noted. */
static void read_price(struct call *call, const json_t *entry, size_t index, json_t *prices)
{
    static const struct input_field fields[] = {{"sku_id", INPUT_UUID, INPUT_REQUIRED, 0, 0},
                                                {"monthly_price", INPUT_TEXT, INPUT_REQUIRED, 1, 20},
                                                {"name", INPUT_TEXT, INPUT_NULLABLE, 0, 300}};
    const char *pointer = pointer_at(call->arena, "/prices", index);
    if (!INPUT_OBJECT_CHECK(&call->input, entry, pointer, fields))
        return;
    if (!is_amount(json_text(entry, "monthly_price"))) {
        input_bad(&call->input, pointer_join(call->arena, pointer, "monthly_price"), "invalid_amount",
                  "monthly_price must be an amount such as 12.50, as a text.");
        return;
    }
    AUTO_FREE char *sku_id = text_fold(json_text(entry, "sku_id"));
    if (json_array_find(prices, "sku_id", sku_id))
        input_bad(&call->input, pointer, "named_twice", "This product is named twice; name each once.");
    else
        json_add(prices, json_make("{s:s, s:O}", "sku_id", sku_id, "monthly_price",
                                   json_object_get(entry, "monthly_price")));
}

static bool read_body(struct call *call, struct price_list *ret, struct err *err)
{
    static const struct input_field fields[] = {{"currency", INPUT_TEXT, INPUT_REQUIRED, 0, 0},
                                                {"prices", INPUT_ARRAY, INPUT_REQUIRED, 0, 1000}};
    size_t i;
    json_t *entry;
    ret->prices = json_array();
    ret->currency = json_text(call->body, "currency");
    INPUT_OBJECT_CHECK(&call->input, call->body, "", fields);
    if (ret->currency && !is_currency(ret->currency))
        input_bad(&call->input, "/currency", "invalid_currency",
                  "currency must be three capitals, such as EUR.");
    json_array_foreach ((json_t *)json_array_at(call->body, "prices"), i, entry)
        read_price(call, entry, i, ret->prices);
    return input_verdict(&call->input, err);
}

bool prices_put(struct call *call, struct err *err)
{
    AUTO_PRICE_LIST struct price_list before = {0}, after = {0}, stored = {0};
    const struct logbook_entry entry = {.what = LOGBOOK_PRICES_CHANGED};
    if (!load(call, &before, err) ||
        !call_if_match_changed(call, before.version, before.changed_by, before.changed_at, err) ||
        !read_body(call, &after, err))
        return false;
    after.version = before.version;
    after.changed_at = clock_utc_ms(call->api->context.clock);
    after.changed_by = call->who.name;
    AUTO_TX struct tx *tx = store_begin(call->api->context.store, err);
    if (!tx || !price_list_store(tx, &after, err) || !call_note(call, tx, &entry, err) ||
        !price_list_load(tx, call->arena, &stored, err))
        return false;
    const json_t *value = call_keep(call, prices_json(&stored));
    return once_commit(call, &tx, 200, value, err) && call_json_versioned(call, 200, value, stored.version);
}
