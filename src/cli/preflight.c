#include "cli/preflight.h"

#include <string.h>

#include "base/text.h"
#include "cli/screen.h"

#define NAMES_SHOWN 8

/* --- facts -----------------------------------------------------------------------------------------------
 */

/* How a fact reads: a text, yes or no, a number of bytes, or the names in a list. */
static void word(struct strbuf *text, const json_t *value, const char *key)
{
    size_t i;
    json_t *each;
    if (json_is_string(value))
        strbuf_text_add(text, json_string_value(value));
    else if (json_is_boolean(value))
        strbuf_text_add(text, json_is_true(value) ? "yes" : "no");
    else if (json_is_integer(value) && strstr(key, "bytes"))
        strbuf_printf(text, "%.1f GB", (double)json_integer_value(value) / (1024.0 * 1024 * 1024));
    else if (json_is_integer(value))
        strbuf_printf(text, "%d", (int)json_integer_value(value));
    else if (json_is_null(value) || (json_is_array(value) && !json_array_size(value)))
        strbuf_text_add(text, "none");
    else if (json_is_object(value)) /* a person */
        strbuf_text_add(text, json_text_or(value, "display_name", json_text_or(value, "id", "?")));
    json_array_foreach ((json_t *)(json_is_array(value) ? value : NULL), i, each) {
        const char *name = json_is_string(each) ? json_string_value(each)
                                                : json_text_or(each, "name", json_text_or(each, "kind", "?"));
        if (i < NAMES_SHOWN)
            strbuf_printf(text, "%s%s", i ? ", " : "", name);
        else if (i == NAMES_SHOWN)
            strbuf_printf(text, " and %zu more", json_array_size(value) - NAMES_SHOWN);
    }
}

static void print_fact(FILE *out, const char *label, const json_t *value, const char *key)
{
    AUTO_STRBUF struct strbuf text = STRBUF_MAX(4000);
    if (!value)
        return; /* nobody asked for it */
    word(&text, value, key);
    fputs("  ", out);
    screen_cell(out, label, 22);
    screen_text(out, strbuf_text(&text));
    fputc('\n', out);
}

static void print_facts(FILE *out, const json_t *facts)
{
    static const struct {
        const char *label, *of, *key; /* of: the object in facts that holds it; NULL: facts itself */
    } rows[] = {{"Sign-in allowed", NULL, "account_enabled"},
                {"Last sign-in", NULL, "last_sign_in_at"},
                {"Guest", NULL, "guest"},
                {"From Active Directory", NULL, "synced"},
                {"Job title", NULL, "job_title"},
                {"Department", NULL, "department"},
                {"Manager", NULL, "manager"},
                {"Direct reports", NULL, "has_direct_reports"},
                {"Licenses", NULL, "licenses"},
                {"Groups", NULL, "groups"},
                {"Only owner of", NULL, "sole_owner_of"},
                {"Admin roles", NULL, "roles"},
                {"Eligible admin roles", NULL, "eligible_roles"},
                {"Owned applications", NULL, "owned_apps"},
                {"Sign-in methods", NULL, "sign_in_methods"},
                {"Mobile devices", NULL, "devices"},
                {"Telephone numbers", NULL, "phone_numbers"},
                {"Meetings to come", NULL, "meetings"},
                {"Mailbox", "mailbox", "type"},
                {"Mailbox size", "mailbox", "size_bytes"},
                {"Archive", "mailbox", "archive"},
                {"Litigation hold", "mailbox", "litigation_hold"},
                {"Retention hold", "mailbox", "retention_hold"},
                {"Hidden from lists", "mailbox", "hidden"},
                {"Forwards to", "mailbox", "forwards_to"},
                {"Inbox rules", "mailbox", "rules"},
                {"Automatic replies", "mailbox", "automatic_replies"},
                {"OneDrive", "onedrive", "url"},
                {"OneDrive size", "onedrive", "size_bytes"}};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        const json_t *holder = rows[i].of ? json_object_get(facts, rows[i].of) : facts;
        bool first = !rows[i].of || i == 0 || !rows[i - 1].of || strcmp(rows[i].of, rows[i - 1].of) != 0;
        if (json_is_null(holder) && first)
            print_fact(out, rows[i].label, holder, rows[i].key); /* such as no mailbox */
        else if (json_is_object(holder))
            print_fact(out, rows[i].label, json_object_get(holder, rows[i].key), rows[i].key);
    }
}

/* --- warnings and the plan -------------------------------------------------------------------------------
 */

static void print_line(FILE *out, enum tone tone, const char *word_, const char *message, const char *code)
{
    fputs("  ", out);
    screen_tone(out, tone, word_);
    for (size_t n = strlen(word_); n < 15; n++)
        fputc(' ', out);
    screen_text(out, message);
    if (code) {
        fputs(" (", out);
        screen_text(out, code);
        fputc(')', out);
    }
    fputc('\n', out);
}

/* "after 1, 4": the numbers that those steps have above. */
static void print_after(FILE *out, const json_t *plan, const json_t *step)
{
    size_t i, n;
    json_t *name, *other;
    bool first = true;
    json_array_foreach ((json_t *)json_array_at(step, "after"), i, name)
        json_array_foreach ((json_t *)plan, n, other)
            if (!strcmp(json_text_or(other, "task", ""), json_string_value(name))) {
                fprintf(out, "%s%zu", first ? ", after " : ", ", n + 1);
                first = false;
            }
}

static void print_touched(FILE *out, const json_t *step)
{
    AUTO_STRBUF struct strbuf text = STRBUF_MAX(4000);
    size_t i;
    json_t *warning;
    if (json_array_size(json_array_at(step, "items"))) {
        word(&text, json_array_at(step, "items"), "items");
        fputs("        ", out);
        screen_text(out, strbuf_text(&text));
        fputc('\n', out);
    }
    json_array_foreach ((json_t *)json_array_at(step, "warnings"), i, warning) {
        fputs("        ", out);
        screen_tone(out, TONE_BAD, "warning");
        fputs("  ", out);
        screen_text(out, json_text(warning, "message"));
        fputc('\n', out);
    }
}

void preflight_print_plan(FILE *out, const json_t *plan)
{
    size_t i;
    json_t *step;
    json_array_foreach ((json_t *)plan, i, step) {
        fprintf(out, "  %2zu. ", i + 1);
        screen_cell(out, json_text_or(step, "label", json_text(step, "task")), 44);
        screen_text(out, json_text(step, "expected"));
        if (json_text(step, "reason")) {
            fputs(": ", out);
            screen_text(out, json_text(step, "reason"));
        }
        print_after(out, plan, step);
        fputc('\n', out);
        print_touched(out, step);
    }
}

void preflight_print(FILE *out, const char *user, const json_t *preflight)
{
    size_t i;
    json_t *each;
    screen_text(out, user);
    fputc('\n', out);
    print_facts(out, json_object_at(preflight, "facts"));
    json_array_foreach ((json_t *)json_array_at(preflight, "conflicts"), i, each)
        print_line(out, TONE_BAD, "conflict", json_text(each, "message"), NULL);
    json_array_foreach ((json_t *)json_array_at(preflight, "warnings"), i, each) {
        const char *severity = json_text_or(each, "severity", "warn");
        print_line(out, strcmp(severity, "info") ? TONE_BAD : TONE_DIM, severity, json_text(each, "message"),
                   json_text(each, "code"));
    }
    preflight_print_plan(out, json_array_at(preflight, "plan"));
}
