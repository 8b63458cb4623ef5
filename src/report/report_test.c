/* The report says all that the journal says, shows it without harm, and no changed byte of it goes unnoticed.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/canonical.h"
#include "base/json_damage.h"
#include "report/concerns.h"
#include "report/model.h"
#include "report/report_fixture.h"
#include "report/verify.h"

/* Fontconfig 2.14 loses a few bytes once, while it reads its configuration. */
const char *__lsan_default_suppressions(void);
const char *__lsan_default_suppressions(void)
{
    return "leak:libfontconfig\n";
}

static struct fixture fixture;

static int setup(void **state)
{
    (void)state;
    fixture_open(&fixture);
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    fixture_close(&fixture);
    return 0;
}

static json_t *model(void)
{
    struct err err = {0};
    AUTO_TX struct tx *tx = store_begin_read(fixture.store, &err);
    json_t *value = report_model(tx, FIXTURE_ID, &err);
    if (!value)
        fail_msg("%s", err.message);
    return value;
}

/* --- the document ----------------------------------------------------------------------------------------
 */

/* After a wished-for change of the document: LASTDAY_WRITE_GOLDEN=FILE writes it, to be looked at and kept.
 */
static void the_document_is_the_one_that_is_known(void **state)
{
    (void)state;
    struct err err;
    fixture_fill(&fixture);
    AUTO_JSON json_t *made = model();
    assert_string_equal(json_text(made, "made_by"), "Lastday " LASTDAY_VERSION);
    json_put_text(made, "made_by", "Lastday");
    const char *path = getenv("LASTDAY_WRITE_GOLDEN");
    if (path)
        assert_int_equal(json_dump_file(made, path, JSON_INDENT(1) | JSON_SORT_KEYS), 0);
    AUTO_FREE char *text = text_read_file(GOLDEN, 1 << 20, NULL, &err);
    assert_non_null(text);
    AUTO_JSON json_t *known = json_read(text, strlen(text), &err);
    AUTO_FREE char *a = json_canonical(made, NULL), *b = json_canonical(known, NULL);
    assert_string_equal(a, b);
}

static const json_t *at(const json_t *list, size_t i)
{
    return json_array_get(list, i);
}

static void calls_are_paired_with_their_answers(void **state)
{
    (void)state;
    fixture_fill(&fixture);
    AUTO_JSON json_t *made = model();
    const json_t *calls = json_array_at(made, "calls");
    static const struct {
        const char *direction, *outcome, *request_id;
    } expected[] = {{"do", "done", "req-1"},
                    {"do", "unknown", NULL}, /* a crash cut it off */
                    {"do", "refused", "req-2"},
                    {"undo", "done", "req-3"}};
    assert_int_equal(json_array_size(calls), 4);
    for (size_t i = 0; i < 4; i++) {
        assert_int_equal(json_int(at(calls, i), "n", 0), i + 1);
        assert_string_equal(json_text(at(calls, i), "direction"), expected[i].direction);
        assert_string_equal(json_text(at(calls, i), "outcome"), expected[i].outcome);
        assert_string_equal(json_text_or(at(calls, i), "request_id", "-"), expected[i].request_id ?: "-");
    }
    assert_string_equal(json_text(at(json_array_at(made, "reads"), 0), "request_id"), "read-1");
    assert_int_equal(json_int(made, "lockout_ms", 0), 37);
    assert_int_equal(json_array_size(json_array_at(made, "timeline")), 5);
    assert_string_equal(json_text(at(json_array_at(made, "on_premises"), 0), "command"),
                        "Disable-ADAccount -Identity 'o''neill'");
    assert_string_equal(json_text(at(json_array_at(made, "lasting"), 0), "task"), "reset_password");
}

static void warnings_say_who_accepted_or_lifted_them(void **state)
{
    (void)state;
    fixture_fill(&fixture);
    AUTO_JSON json_t *made = model();
    const json_t *warnings = json_array_at(made, "warnings");
    assert_string_equal(json_text(json_object_at(at(warnings, 0), "accepted"), "by"), "ann");
    assert_string_equal(json_text(json_object_at(at(warnings, 1), "lifted"), "reason"), "The board <asked>");
    assert_true(json_is_null(json_object_get(at(warnings, 1), "accepted")));
    assert_true(json_is_null(json_object_get(at(warnings, 2), "accepted")));
    assert_true(json_is_null(json_object_get(at(warnings, 2), "lifted")));
}

static void what_is_found_later_is_lifted_by_who_approves(void **state)
{
    (void)state;
    AUTO(concerns_done) struct concerns concerns = {0};
    AUTO_JSON json_t *blocker = json_make("{s:s, s:s, s:s}", "code", "became_privileged", "severity",
                                          "blocker", "message", "An admin now.");
    AUTO_JSON json_t *held =
        json_make("{s:s, s:s, s:s}", "status", "needs_attention", "by", "bob", "reason", "ok");
    AUTO_JSON json_t *second = json_make("{s:s, s:s}", "status", "awaiting_approval", "by", "carl");
    concerns_approved(&concerns, 1000, second);
    concerns_found(&concerns, 2000, blocker);
    concerns_found(&concerns, 2500, blocker); /* the same again */
    assert_int_equal(json_array_size(concerns.warnings), 1);
    const json_t *entry = json_array_get(concerns.warnings, 0);
    assert_string_equal(json_text(entry, "found_at"), "1970-01-01T00:00:02.000Z");
    assert_true(json_is_null(json_object_get(entry, "lifted")));
    concerns_approved(&concerns, 3000, held);
    assert_string_equal(json_text(json_object_at(entry, "lifted"), "by"), "bob");
    assert_string_equal(json_text(json_object_at(entry, "lifted"), "at"), "1970-01-01T00:00:03.000Z");
    assert_string_equal(json_text(concerns.approved, "by"), "carl");
}

static void what_was_changed_beside_the_journal_is_said(void **state)
{
    (void)state;
    static const char *const cases[][2] = {
        {"UPDATE tasks SET status = 'succeeded' WHERE task = 'remove_licenses'",
         "The task remove_licenses (do)"},
        {"UPDATE tasks SET before_json = '{}' WHERE task = 'disable_sign_in' AND direction = 'undo'",
         "The task disable_sign_in (undo)"},
        {"UPDATE offboardings SET reason = 'another'", "The request's reason"},
        {"UPDATE offboardings SET requested_by = 'eve'", "The request's requested_by"},
        {"UPDATE offboardings SET user_id = 'x'", "The user"},
        {"UPDATE events SET data_json = '{}' WHERE kind = 'request'", "This event"},
        {"DELETE FROM events WHERE seq = 7", "Between event 6 and event 8"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        if (i) {
            fixture_close(&fixture);
            fixture_open(&fixture);
        }
        fixture_fill(&fixture);
        fixture_sql(&fixture, cases[i][0]);
        AUTO_JSON json_t *made = model();
        const json_t *findings = json_array_at(json_object_at(made, "journal"), "findings");
        assert_true(json_array_size(findings) >= 1);
        assert_non_null(strstr(json_text(at(findings, 0), "message"), cases[i][1]));
        struct strbuf html = fixture_report(&fixture, REPORT_HTML);
        assert_non_null(strstr(html.data, "The journal of this offboarding is not as it was written"));
        strbuf_done(&html);
    }
}

/* --- showing it ------------------------------------------------------------------------------------------
 */

static void the_page_escapes_what_it_shows(void **state)
{
    (void)state;
    fixture_fill(&fixture);
    struct strbuf html = fixture_report(&fixture, REPORT_HTML);
    static const char *const forbidden[] = {"<script>",          "<b>not",   "<img",
                                            "onerror=alert(1)>", "<asked>",  "\xE2\x80\xAE",
                                            "http://",           "https://", "javascript:"};
    static const char *const wanted[] = {"&lt;script&gt;alert(&#39;&amp;&#39;)&lt;/script&gt;",
                                         "Zoë عبد الله 李小龍",
                                         "日本語 한국어 ไทย हिन्दी עברית",
                                         "⟨U+202E⟩evil",
                                         "Disable-ADAccount -Identity &#39;o&#39;&#39;neill&#39;",
                                         "Contoso &amp; Söhne",
                                         "req-1",
                                         "req-2",
                                         "req-3",
                                         "read-1",
                                         "Insufficient privileges &lt;img src=x onerror=alert(1)&gt;."};
    char *shown = strstr(html.data, "<main>");
    char *data = strstr(html.data, "<script type=\"application/json\"");
    assert_true(shown && data > shown);
    for (size_t i = 0; i < sizeof wanted / sizeof *wanted; i++) {
        if (!strstr(shown, wanted[i]))
            fail_msg("%s is missing", wanted[i]);
    }
    assert_null(strchr(strchr(data, '{'), '&')); /* the data holds nothing that HTML would read */
    *data = '\0';
    for (size_t i = 0; i < sizeof forbidden / sizeof *forbidden; i++) {
        char *found = strstr(shown, forbidden[i]);
        while (found && strncmp(found, "http://www.w3.org/2000/svg\"", 27) == 0)
            found = strstr(found + 1, forbidden[i]);
        if (found)
            fail_msg("%.60s", found);
    }
    strbuf_done(&html);
}

static void twice_is_the_same(void **state)
{
    (void)state;
    fixture_fill(&fixture);
    for (int format = 0; format < REPORT_FORMAT_COUNT; format++) {
        struct strbuf first = fixture_report(&fixture, (enum report_format)format);
        struct strbuf second = fixture_report(&fixture, (enum report_format)format);
        assert_int_equal(first.length, second.length);
        assert_memory_equal(first.data, second.data, first.length);
        strbuf_done(&first);
        strbuf_done(&second);
    }
}

static void a_file_has_a_harmless_name(void **state)
{
    (void)state;
    struct err err;
    const char *name;
    AUTO_ARENA struct arena *arena = arena_new();
    AUTO_STRBUF struct strbuf out = STRBUF_MAX(REPORT_MAX_BYTES);
    fixture_fill(&fixture);
    assert_true(report_write(&fixture.parts, arena, FIXTURE_ID, REPORT_JSON, &out, &name, &err));
    assert_string_equal(name, "offboarding-zo-" FIXTURE_ID ".json");
    assert_false(report_write(&fixture.parts, arena, "nobody", REPORT_JSON, &out, &name, &err));
    assert_int_equal(err.kind, ERR_NOT_FOUND);
}

static void a_report_that_is_too_large_is_refused(void **state)
{
    (void)state;
    struct err err;
    const char *name;
    AUTO_ARENA struct arena *arena = arena_new();
    fixture_fill(&fixture);
    for (int format = 0; format < REPORT_FORMAT_COUNT; format++) {
        AUTO_STRBUF struct strbuf out = STRBUF_MAX(5000);
        assert_false(
            report_write(&fixture.parts, arena, FIXTURE_ID, (enum report_format)format, &out, &name, &err));
        assert_int_equal(err.kind, ERR_TOO_LARGE);
    }
}

static void what_has_not_begun_has_a_report_too(void **state)
{
    (void)state;
    struct err err;
    fixture_fill_queued(&fixture);
    AUTO_JSON json_t *made = model();
    assert_string_equal(json_text(json_array_get(json_array_at(made, "tasks"), 0), "status"), "pending");
    assert_true(json_is_null(json_object_get(made, "lockout_ms")));
    for (int format = 0; format < REPORT_FORMAT_COUNT; format++) {
        struct strbuf out = fixture_report(&fixture, (enum report_format)format);
        AUTO(verdict_done) struct verdict verdict;
        assert_true(report_verify(out.data, out.length, NULL, &verdict, &err));
        strbuf_done(&out);
    }
}

/* A row that breaks goes on below the heads of its columns, with what was not written yet. */
static void what_no_page_can_hold_goes_on_on_the_next(void **state)
{
    (void)state;
    fixture_fill_long(&fixture);
    struct strbuf pdf = fixture_report(&fixture, REPORT_PDF), html = fixture_report(&fixture, REPORT_HTML);
    char *pages = memmem(pdf.data, pdf.length, "/Count ", 7);
    assert_non_null(pages);
    assert_in_range(strtol(pages + 7, NULL, 10), 8, 14);
    assert_non_null(strstr(html.data, "(cut here; the JSON holds all of it)"));
    strbuf_done(&pdf);
    strbuf_done(&html);
}

static void three_hundred_groups_are_all_there(void **state)
{
    (void)state;
    char name[40];
    fixture_fill_groups(&fixture, 300);
    for (int format = 0; format < REPORT_FORMAT_COUNT; format++) {
        struct strbuf out = fixture_report(&fixture, (enum report_format)format);
        assert_true(out.length < 2 * 1024 * 1024);
        for (int i = 0; i < 300 && format != REPORT_PDF; i++) {
            snprintf(name, sizeof name, format == REPORT_JSON ? "\"Group %d\"" : ">Group %d<", i);
            assert_non_null(strstr(out.data, name));
        }
        strbuf_done(&out);
    }
}

/* --- verifying -------------------------------------------------------------------------------------------
 */

static json_t *server_keys(void)
{
    struct err err;
    return json_make("{s:o}", "items", signing_keys_json(fixture.store, &err));
}

static bool holds(const char *bytes, size_t length, const json_t *keys, struct err *err)
{
    AUTO(verdict_done) struct verdict verdict;
    return report_verify(bytes, length, keys, &verdict, err);
}

static void what_was_issued_is_genuine(void **state)
{
    (void)state;
    fixture_fill(&fixture);
    for (int format = 0; format < REPORT_FORMAT_COUNT; format++) {
        struct err err = {0};
        AUTO(verdict_done) struct verdict verdict;
        struct strbuf out = fixture_report(&fixture, (enum report_format)format);
        AUTO_JSON json_t *keys = server_keys();
        if (!report_verify(out.data, out.length, keys, &verdict, &err))
            fail_msg("%s", err.message);
        assert_int_equal(verdict.format, format);
        assert_true(verdict.key_known);
        assert_int_equal(verdict.journal_checked, format != REPORT_PDF);
        assert_true(holds(out.data, out.length, NULL, &err));
        strbuf_done(&out);
    }
}

/* Every byte near both ends, where the headers and seals are, and a sample between. */
static void flip_bytes(struct strbuf *out, size_t samples, unsigned char mask)
{
    struct err err;
    size_t step = out->length / samples + 1, edge = 320;
    for (size_t i = 0; i < out->length; i += i < edge || i + edge > out->length ? 1 : step) {
        out->data[i] = (char)(out->data[i] ^ mask);
        if (holds(out->data, out->length, NULL, &err))
            fail_msg("byte %zu of %zu was changed and nobody noticed", i, out->length);
        out->data[i] = (char)(out->data[i] ^ mask);
    }
}

static void a_changed_byte_is_found(void **state)
{
    (void)state;
    fixture_fill(&fixture);
    for (int format = 0; format < REPORT_FORMAT_COUNT; format++) {
        struct strbuf out = fixture_report(&fixture, (enum report_format)format);
        flip_bytes(&out, 200, 0x01);
        flip_bytes(&out, 100, 0x20); /* small letters become capitals */
        strbuf_done(&out);
    }
}

static void what_is_cut_or_added_is_found(void **state)
{
    (void)state;
    struct err err;
    fixture_fill(&fixture);
    for (int format = 0; format < REPORT_FORMAT_COUNT; format++) {
        struct strbuf out = fixture_report(&fixture, (enum report_format)format);
        for (size_t cut = 1; cut < 600; cut += 7)
            assert_false(holds(out.data, out.length - cut, NULL, &err));
        assert_false(holds(out.data + 1, out.length - 1, NULL, &err));
        assert_false(holds(out.data, 0, NULL, &err));
        strbuf_char(&out, '\n');
        assert_false(holds(out.data, out.length, NULL, &err));
        strbuf_done(&out);
    }
}

static void a_json_that_was_written_anew_is_told_apart(void **state)
{
    (void)state;
    struct err err;
    fixture_fill(&fixture);
    struct strbuf out = fixture_report(&fixture, REPORT_JSON);
    AUTO_JSON json_t *value = json_read(out.data, out.length, &err);
    AUTO_FREE char *pretty = json_dumps(value, JSON_INDENT(2));
    assert_false(holds(pretty, strlen(pretty), NULL, &err));
    assert_string_equal(err.code, "reformatted");
    json_put_text(json_object_get(value, "report"), "status", "succeeded");
    AUTO_FREE char *forged = json_canonical(value, NULL);
    assert_false(holds(forged, strlen(forged), NULL, &err));
    assert_string_equal(err.code, "changed");
    strbuf_done(&out);
}

static void a_key_of_somebody_else_is_not_the_servers(void **state)
{
    (void)state;
    struct err err;
    AUTO_ARENA struct arena *arena = arena_new();
    const char *id;
    fixture_fill(&fixture);
    AUTO_JSON json_t *none = json_make("{s:[]}", "items");
    for (int format = 0; format < REPORT_FORMAT_COUNT; format++) {
        struct strbuf out = fixture_report(&fixture, (enum report_format)format);
        assert_false(holds(out.data, out.length, none, &err));
        assert_string_equal(err.code, "unknown_key");
        strbuf_done(&out);
    }
    /* An old key stays good for what it signed … */
    const struct logbook_by by = {.kind = "local", .name = "tester"};
    struct strbuf out = fixture_report(&fixture, REPORT_JSON);
    assert_true(signing_key_rotate(fixture.store, arena, fixture.vault, rng_system(), &by,
                                   FIXTURE_START + 90000, &id, &err));
    AUTO_JSON json_t *keys = server_keys();
    assert_int_equal(json_array_size(json_array_at(keys, "items")), 2);
    assert_true(holds(out.data, out.length, keys, &err));
    /* … but not for what came after it. */
    json_put_text(json_array_get(json_object_get(keys, "items"), 1), "retired_at", "2026-11-26T02:00:00Z");
    assert_false(holds(out.data, out.length, keys, &err));
    assert_string_equal(err.code, "retired_key");
    strbuf_done(&out);
}

/* --- what is damaged -------------------------------------------------------------------------------------
 */

struct told {
    int64_t id;
    json_t *data;
};

static size_t read_events(struct told *ret, size_t max)
{
    size_t count = 0;
    AUTO_TX struct tx *tx = store_begin_read(fixture.store, NULL);
    AUTO_ROWS struct rows *rows = tx_query(tx, NULL, "SELECT max(id), data_json FROM events GROUP BY kind");
    while (count < max && rows_next(rows))
        ret[count++] = (struct told){row_int(rows, 0), row_json(rows, 1)};
    return count;
}

static void write_event(const struct told *event, const json_t *data)
{
    AUTO_FREE char *text = json_write(data);
    AUTO_TX struct tx *tx = store_begin(fixture.store, NULL);
    assert_true(
        tx_exec(tx, NULL, "UPDATE events SET data_json = $2 WHERE id = $1", P_INT(event->id), P_TEXT(text)) &&
        tx_commit(&tx, NULL));
}

static void report_of_damaged(void *ctx, const json_t *data)
{
    write_event(ctx, data);
    struct strbuf out = fixture_report(&fixture, REPORT_HTML);
    strbuf_done(&out);
}

/* It is the report that shows what somebody has changed: whatever that is, it is made. */
static void a_damaged_journal_has_a_report_too(void **state)
{
    struct told events[64];
    (void)state;
    fixture_fill(&fixture);
    size_t count = read_events(events, 64);
    assert_true(count > 5);
    for (size_t i = 0; i < count; i++) {
        json_damage(events[i].data, report_of_damaged, &events[i]);
        write_event(&events[i], events[i].data);
        json_decref(events[i].data);
    }
}

#define WITH_STORE(test) cmocka_unit_test_setup_teardown(test, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        WITH_STORE(the_document_is_the_one_that_is_known),
        WITH_STORE(calls_are_paired_with_their_answers),
        WITH_STORE(warnings_say_who_accepted_or_lifted_them),
        cmocka_unit_test(what_is_found_later_is_lifted_by_who_approves),
        WITH_STORE(what_was_changed_beside_the_journal_is_said),
        WITH_STORE(the_page_escapes_what_it_shows),
        WITH_STORE(twice_is_the_same),
        WITH_STORE(a_file_has_a_harmless_name),
        WITH_STORE(a_report_that_is_too_large_is_refused),
        WITH_STORE(what_has_not_begun_has_a_report_too),
        WITH_STORE(what_no_page_can_hold_goes_on_on_the_next),
        WITH_STORE(three_hundred_groups_are_all_there),
        WITH_STORE(a_damaged_journal_has_a_report_too),
        WITH_STORE(what_was_issued_is_genuine),
        WITH_STORE(a_changed_byte_is_found),
        WITH_STORE(what_is_cut_or_added_is_found),
        WITH_STORE(a_json_that_was_written_anew_is_told_apart),
        WITH_STORE(a_key_of_somebody_else_is_not_the_servers),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
