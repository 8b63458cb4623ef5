/* exchange_value — how Exchange writes values into JSON (exchange.md, section 2, "Value formats"). */
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/clock.h"
#include "exchange.h"

void value_size(json_t *row, const char *key, int64_t bytes)
{
    static const char *const units[] = {"B", "KB", "MB", "GB", "TB"};
    double amount = (double)bytes;
    size_t unit = 0;
    while (amount >= 1024 && unit + 1 < sizeof units / sizeof *units) {
        amount /= 1024;
        unit++;
    }
    char digits[32], grouped[48];
    int length = snprintf(digits, sizeof digits, "%lld", (long long)bytes), at = 0;
    for (int i = 0; i < length; i++) {
        if (i && (length - i) % 3 == 0)
            grouped[at++] = ',';
        grouped[at++] = digits[i];
    }
    grouped[at] = '\0';
    AUTO_STRBUF struct strbuf text = STRBUF_MAX(120);
    strbuf_printf(&text, "%.4g %s (%s bytes)", amount, units[unit], grouped);
    json_put_text(row, key, strbuf_text(&text));
}

bool value_time_read(const char *text, int64_t *ret_utc_ms)
{
    AUTO_STRBUF struct strbuf with_zone = STRBUF_MAX(60);
    strbuf_printf(&with_zone, strlen(text) == 10 ? "%sT00:00:00Z" : "%sZ", text);
    return time_parse(text, ret_utc_ms) || time_parse(strbuf_text(&with_zone), ret_utc_ms);
}

void value_time(json_t *row, const char *key, const char *when)
{
    int64_t utc_ms;
    if (!when || !value_time_read(when, &utc_ms)) {
        json_put(row, key, json_null());
        return;
    }
    char text[TIME_TEXT_SIZE];
    AUTO_STRBUF struct strbuf out = STRBUF_MAX(40);
    strbuf_printf(&out, "%.23s0000Z", time_format(utc_ms, text));
    json_put_text(row, key, strbuf_text(&out));
}

static bool is_time(const char *text)
{
    int64_t ignored;
    return strlen(text) == 28 && text[10] == 'T' && time_parse(text, &ignored);
}

static bool selected(const char *select, const char *key)
{
    size_t length = strlen(key);
    while (select && *select) {
        size_t part = strcspn(select, ",");
        if (part == length && !strncasecmp(select, key, length))
            return true;
        select += part + (select[part] == ',');
    }
    return false;
}

static void sidecar(json_t *out, const char *key, const char *kind, const char *type)
{
    AUTO_STRBUF struct strbuf name = STRBUF_MAX(300);
    strbuf_printf(&name, "%s@%s", key, kind);
    json_put_text(out, strbuf_text(&name), type);
}

json_t *value_annotated(const json_t *row, const char *select)
{
    if (!json_is_object(row))
        return json_deep_copy(row);
    json_t *out = json_object();
    const char *key;
    json_t *value;
    json_object_foreach ((json_t *)row, key, value) {
        const char *text = json_string_value(value);
        if (*key == '_' || (select && *select && !selected(select, key)))
            continue;
        if (json_is_array(value))
            sidecar(out, key, "odata.type", "#Collection(String)");
        else if (!strcmp(key, "RuleIdentity"))
            sidecar(out, key, "data.type", "System.UInt64");
        else if (text && text_is_uuid(text))
            sidecar(out, key, "data.type", "System.Guid");
        else if (text && is_time(text))
            sidecar(out, key, "data.type", "System.DateTime");
        json_put(out, key, json_deep_copy(value));
    }
    return out;
}

char *value_raw_numbers(char *text)
{
    /* A quote inside a JSON text is escaped, so this pattern begins nothing but a key. */
    static const char pattern[] = "\"RuleIdentity\":\"";
    size_t skip = sizeof pattern - 1;
    char *out = text;
    for (char *in = text; *in;) {
        size_t digits = strncmp(in, pattern, skip) ? 0 : strspn(in + skip, "0123456789");
        if (digits && in[skip + digits] == '"') {
            memmove(out, in, skip - 1);
            memmove(out + skip - 1, in + skip, digits);
            out += skip - 1 + digits;
            in += skip + digits + 1;
        } else {
            *out++ = *in++;
        }
    }
    *out = '\0';
    return text;
}

bool value_change(json_t *object, const char *key, json_t *value)
{
    const json_t *old = json_object_get(object, key);
    bool same = old ? json_equal(old, value) : json_is_null(value);
    if (same)
        json_decref(value);
    else
        json_put(object, key, value);
    return !same;
}

static void merge(json_t *list, const json_t *change, bool add)
{
    AUTO_JSON json_t *texts =
        json_is_string(change) ? json_make("[O]", change) : json_incref((json_t *)change);
    const json_t *element;
    size_t i;
    json_array_foreach (texts, i, element) {
        ptrdiff_t at = sim_text_index(list, json_string_value(element));
        if (add && at < 0)
            json_add(list, json_copy((json_t *)element));
        else if (!add && at >= 0)
            json_array_remove(list, (size_t)at);
    }
}

json_t *value_list_merge(const json_t *list, const json_t *parameter)
{
    if (json_is_array(parameter))
        return json_deep_copy(parameter);
    const char *key;
    json_t *part;
    json_t *out = json_array();
    bool any = false;
    json_object_foreach ((json_t *)parameter, key, part)
        any = any || *key != '@';
    if (!any) /* a hashtable without add and remove empties the list */
        return out;
    merge(out, list, true);
    json_object_foreach ((json_t *)parameter, key, part)
        if (*key != '@')
            merge(out, part, !strcasecmp(key, "add"));
    return out;
}

void run_warn_unchanged(struct cmdlet_run *run, const char *identity)
{
    run_warn(run, "The command completed successfully but no settings of '%s' have been modified.", identity);
}
