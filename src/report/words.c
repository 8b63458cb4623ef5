#include "report/words.h"

#include <glib.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/clock.h"

#define LIST_SHOWN 25
#define VALUE_MAX_BYTES (64u * 1024)

/* --- texts of others -------------------------------------------------------------------------------------
 */

static bool is_unseen(gunichar c)
{
    bool control = (c < 0x20 && c != '\n') || (c >= 0x7F && c < 0xA0);
    bool direction = (c >= 0x202A && c <= 0x202E) || (c >= 0x2066 && c <= 0x2069);
    return control || direction || c == 0x2028 || c == 0x2029 || c == 0xFEFF || (c & 0xFFFE) == 0xFFFE;
}

const char *words_clean(struct arena *arena, const char *text, size_t max)
{
    AUTO_STRBUF struct strbuf out = STRBUF_MAX(max * 4 + 100);
    if (!text)
        return NULL;
    for (const char *at = text; *at; at = g_utf8_next_char(at)) {
        gunichar c = g_utf8_get_char(at);
        if ((size_t)(at - text) >= max) {
            strbuf_text_add(&out, " … (cut here; the JSON holds all of it)");
            break;
        }
        if (c == '\t')
            strbuf_char(&out, ' ');
        else if (c == '\r' && at[1] == '\n')
            continue;
        else if (is_unseen(c))
            strbuf_printf(&out, "⟨U+%04X⟩", c);
        else
            strbuf_add(&out, at, (size_t)(g_utf8_next_char(at) - at));
    }
    return arena_text(arena, strbuf_text(&out));
}

/* --- times -----------------------------------------------------------------------------------------------
 */

const char *words_time(struct arena *arena, const char *rfc3339)
{
    int64_t ms;
    char text[TIME_TEXT_SIZE];
    if (!rfc3339 || !time_parse(rfc3339, &ms))
        return NULL;
    time_format(ms, text);
    text[10] = ' ';
    text[23] = '\0'; /* without the Z: the report says once that all times are UTC */
    return arena_text(arena, text);
}

const char *words_span(struct arena *arena, int64_t ms)
{
    int64_t s = ms / 1000, min = s / 60, h = min / 60;
    if (ms < 1000)
        return arena_printf(arena, "%" PRId64 " ms", ms);
    if (s < 60)
        return arena_printf(arena, "%" PRId64 ".%" PRId64 " s", s, ms % 1000 / 100);
    if (min < 60)
        return arena_printf(arena, "%" PRId64 " min %" PRId64 " s", min, s % 60);
    if (h < 48)
        return arena_printf(arena, "%" PRId64 " h %" PRId64 " min", h, min % 60);
    return arena_printf(arena, "%" PRId64 " d %" PRId64 " h", h / 24, h % 24);
}

/* --- names and states ------------------------------------------------------------------------------------
 */

static const struct {
    const char *status;
    const char *words;
    enum accent accent;
} states[] = {
    {"planned", "planned", ACCENT_DIM},
    {"awaiting_approval", "awaiting approval", ACCENT_WARN},
    {"needs_attention", "needs attention", ACCENT_BAD},
    {"queued", "queued", ACCENT_DIM},
    {"running", "running", ACCENT_NONE},
    {"waiting", "waiting", ACCENT_WARN},
    {"succeeded", "succeeded", ACCENT_GOOD},
    {"succeeded_with_warnings", "succeeded with warnings", ACCENT_WARN},
    {"failed", "failed", ACCENT_BAD},
    {"cancelled", "cancelled", ACCENT_WARN},
    {"undoing", "being undone", ACCENT_NONE},
    {"undone", "undone", ACCENT_GOOD},
    {"pending", "not started", ACCENT_DIM},
    {"already_done", "already so", ACCENT_GOOD},
    {"skipped", "skipped", ACCENT_DIM},
    {"blocked", "blocked", ACCENT_BAD},
    {"done", "done", ACCENT_GOOD},
    {"unknown", "no answer", ACCENT_WARN},
    {"throttled", "throttled", ACCENT_WARN},
    {"refused", "refused", ACCENT_BAD},
    {"not_run", "not run", ACCENT_WARN},
};

struct cell words_state(const char *status)
{
    for (size_t i = 0; status && i < sizeof states / sizeof *states; i++) {
        if (strcmp(states[i].status, status) == 0)
            return (struct cell){states[i].words, states[i].accent, false};
    }
    return (struct cell){status, ACCENT_NONE, false};
}

/* A capital after a small letter begins a word: accountEnabled, DeliverToMailboxAndForward. */
const char *words_name(struct arena *arena, const char *name)
{
    AUTO_STRBUF struct strbuf out = STRBUF_MAX(400);
    for (const char *c = name; *c; c++) {
        bool begins = c > name && g_ascii_isupper(*c) && g_ascii_islower(c[-1]);
        bool capital = g_ascii_isupper(*c) && !g_ascii_isupper(c[1]);
        if (begins)
            strbuf_char(&out, ' ');
        if (*c == '_')
            strbuf_char(&out, ' ');
        else if (c == name)
            strbuf_char(&out, g_ascii_toupper(*c));
        else
            strbuf_char(&out, begins && capital ? g_ascii_tolower(*c) : *c);
    }
    if (out.overflow)
        text_trim_partial_utf8(out.data);
    return words_clean(arena, strbuf_text(&out), 400);
}

static const char *const reasons[][2] = {
    {"mailbox_returns", "the mailbox comes back with its license"},
    {"no_mailbox", "the user has no mailbox"},
    {"no_onedrive", "the user has no OneDrive"},
    {"still_synced", "the account is still synced from Active Directory"},
    {"on_premises_source", "managed in Active Directory"},
    {"dynamic_group", "a rule decides who is in this group"},
    {"on_premises_group", "the group is managed in Active Directory"},
    {"federated_domain", "another identity provider keeps the password"},
    {"needs_delegated_sign_in", "needs the sign-in of a partner user"},
    {"verifying", "waiting until the change shows"},
    {"retrying", "trying again after a fault"},
    {"throttled", "Microsoft 365 asked to wait"},
};

const char *words_reason(struct arena *arena, const char *code)
{
    if (!code)
        return NULL;
    for (size_t i = 0; i < sizeof reasons / sizeof *reasons; i++) {
        if (strcmp(reasons[i][0], code) == 0)
            return reasons[i][1];
    }
    return words_name(arena, code);
}

/* --- values ----------------------------------------------------------------------------------------------
 */

/* What people would call the thing; the ids come last. */
static const char *const naming[] = {"displayName",
                                     "display_name",
                                     "Name",
                                     "name",
                                     "subject",
                                     "FriendlyName",
                                     "phoneNumber",
                                     "User",
                                     "Trustee",
                                     "Title",
                                     "userPrincipalName",
                                     "mail",
                                     "skuPartNumber",
                                     "skuId",
                                     "roleDefinitionId",
                                     "Identity",
                                     "Guid",
                                     "id"};

/* An id in words, where an item has that id. */
static const char *item_name(const json_t *items, const char *id)
{
    const json_t *item = json_array_find(items, "id", id);
    item = item ? item : json_array_find(items, "sku_id", id);
    return json_text_or(item, "name", id);
}

static const char *name_of(const json_t *object, const json_t *items)
{
    for (size_t i = 0; i < sizeof naming / sizeof *naming; i++) {
        const char *text = json_text(object, naming[i]);
        if (text && *text)
            return item_name(items, text);
    }
    return NULL;
}

static void add_value(struct strbuf *out, const json_t *value, const json_t *items, int depth);

static void add_list(struct strbuf *out, const json_t *list, const json_t *items, int depth)
{
    size_t i, count = json_array_size(list);
    json_t *element;
    if (!count)
        strbuf_text_add(out, "none");
    json_array_foreach ((json_t *)list, i, element) {
        if (i == LIST_SHOWN) {
            strbuf_printf(out, "\nand %zu more", count - i);
            break;
        }
        if (i)
            strbuf_text_add(out, depth ? ", " : "\n");
        add_value(out, element, items, depth + 1);
    }
}

static void add_object(struct strbuf *out, const json_t *object, const json_t *items, int depth)
{
    const char *name = name_of(object, items), *key;
    json_t *value;
    size_t count = 0;
    if (name) {
        strbuf_text_add(out, name);
        return;
    }
    json_object_foreach ((json_t *)object, key, value) {
        AUTO_ARENA struct arena *arena = arena_new();
        strbuf_printf(out, "%s%s: ", count++ ? "; " : "", words_name(arena, key));
        add_value(out, value, items, depth + 1);
    }
    if (!count)
        strbuf_text_add(out, "none");
}

static void add_value(struct strbuf *out, const json_t *value, const json_t *items, int depth)
{
    if (json_is_string(value)) {
        const char *text = json_string_value(value);
        strbuf_text_add(out, *text ? item_name(items, text) : "(empty)");
    } else if (json_is_boolean(value)) {
        strbuf_text_add(out, json_is_true(value) ? "yes" : "no");
    } else if (json_is_array(value)) {
        add_list(out, value, items, depth);
    } else if (json_is_object(value)) {
        add_object(out, value, items, depth);
    } else if (!value || json_is_null(value)) {
        strbuf_text_add(out, "none");
    } else {
        AUTO_FREE char *text = json_write(value);
        strbuf_text_add(out, text);
    }
}

const char *words_value(struct arena *arena, const json_t *value, const json_t *items)
{
    AUTO_STRBUF struct strbuf out = STRBUF_MAX(VALUE_MAX_BYTES);
    add_value(&out, value, items, 0);
    while (out.length && strchr(" \r\n\t", out.data[out.length - 1]))
        out.data[--out.length] = '\0';
    const char *text = strbuf_text(&out);
    return words_clean(arena, text + strspn(text, " \r\n\t"), WORDS_MAX_BYTES);
}
