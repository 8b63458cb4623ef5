/* Tables of cases for what is pure: options, HTML, order, warnings. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "plan/html.h"
#include "plan/options.h"
#include "plan/plan.h"

static void html_keeps_the_allow_list_only(void **state)
{
    (void)state;
    static const struct {
        const char *in, *out;
    } cases[] = {
        {"<p>Hello <b>you</b></p>", "<p>Hello <b>you</b></p>"},
        {"<p onclick=x style='background:url(https://t)'>a</p>", "<p>a</p>"},
        {"<script>alert(1)</script>b<style>p{}</style>", "b"},
        {"<a href='javascript:alert(1)'>x</a>", "x"},
        {"<a href='https://a.example/?a=1&amp;b=2' target=_blank>x</a>",
         "<a href=\"https://a.example/?a=1&amp;b=2\">x</a>"},
        {"<a href='JaVaScRiPt:x'>x</a><a href=' https://x'>y</a>", "xy"},
        {"<table><tr><td>cell</td></tr></table><img src=x onerror=y>", "cell"},
        {"<svg><p>in</p></svg><iframe src=x></iframe>t", "<p>in</p>t"},
        {"1 < 2 & 3 > 2 \"q\"", "1 &lt; 2 &amp; 3 &gt; 2 &quot;q&quot;"},
        {"<ul><li>one<li>two</ul>a<br/>b", "<ul><li>one</li><li>two</li></ul>a<br>b"},
        {"<noscript><p title=\"</noscript><img src=x onerror=alert(1)>\">", "<p></p>"},
        {"", ""},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct err err;
        AUTO_FREE char *clean = html_clean(cases[i].in, &err);
        assert_non_null(clean);
        assert_string_equal(clean, cases[i].out);
        AUTO_FREE char *twice = html_clean(clean, &err);
        assert_string_equal(twice, clean);
    }
}

static void html_refuses_what_takes_long(void **state)
{
    (void)state;
    struct err err;
    AUTO_STRBUF struct strbuf deep = STRBUF_MAX(100000);
    for (int i = 0; i < 300; i++)
        strbuf_text_add(&deep, "<div>");
    assert_null(html_clean(strbuf_text(&deep), &err));
    assert_int_equal(err.kind, ERR_INPUT);
    char *big = calloc(1, HTML_MAX_BYTES + 2);
    memset(big, 'a', HTML_MAX_BYTES + 1);
    assert_null(html_clean(big, &err));
    free(big);
}

static const char *give(void *ctx, const char *name)
{
    (void)ctx;
    return strcmp(name, "displayname") == 0 ? "Ann <b>O'Hara</b>" : NULL;
}

static void html_variables_are_known_and_escaped(void **state)
{
    (void)state;
    char word[40];
    assert_false(html_unknown_variable("100 % sure, 5% or %displayname%", word, sizeof word));
    assert_true(html_unknown_variable("<p>%DisplayName% %phone%</p>", word, sizeof word));
    assert_string_equal(word, "%phone%");
    AUTO_FREE char *text = html_expand("%DISPLAYNAME% left, 5% %managername%.", give, NULL);
    assert_string_equal(text, "Ann &lt;b&gt;O&#39;Hara&lt;/b&gt; left, 5% .");
    assert_true(html_is_blank("<p> \xc2\xa0<br></p>"));
    assert_false(html_is_blank("<p>a</p>"));
}

static json_t *parse(const char *text)
{
    json_t *value = json_loads(text, JSON_DECODE_ANY, NULL);
    assert_non_null(value);
    return value;
}

static void options_name_every_mistake(void **state)
{
    (void)state;
    static const struct {
        const char *options, *pointer, *code;
    } cases[] = {
        {"{}", "/options", "required"},
        {"[]", "/options", "required"},
        {"{\"disable_sign_in\":false}", "/options", "required"},
        {"{\"fire\":true}", "/options", "unknown_task"},
        {"{\"disable_sign_in\":1}", "/options/disable_sign_in", "invalid_type"},
        {"{\"disable_sign_in\":{\"x\":1}}", "/options/disable_sign_in", "unknown_parameter"},
        {"{\"forward_email\":{}}", "/options/forward_email/to", "required"},
        {"{\"forward_email\":true}", "/options/forward_email/to", "required"},
        {"{\"forward_email\":{\"to\":\"bob\"}}", "/options/forward_email/to", "invalid_user"},
        {"{\"forward_email\":{\"to\":\"manager\",\"keep_copy\":\"yes\"}}", "/options/forward_email/keep_copy",
         "invalid_type"},
        {"{\"forward_email\":{\"to\":\"manager\"},\"disable_forwarding\":true}",
         "/options/disable_forwarding", "conflict"},
        {"{\"grant_mailbox_access\":{\"users\":[]}}", "/options/grant_mailbox_access/users", "required"},
        {"{\"grant_mailbox_access\":{\"users\":[\"manager\",5]}}", "/options/grant_mailbox_access/users/1",
         "invalid_user"},
        {"{\"set_out_of_office\":{\"message_html\":\"<p> </p>\"}}", "/options/set_out_of_office/message_html",
         "required"},
        {"{\"set_out_of_office\":{\"message_html\":\"%phone%\"}}", "/options/set_out_of_office/message_html",
         "unknown_variable"},
        {"{\"set_out_of_office\":{\"message_html\":\"x\",\"audience\":\"friends\"}}",
         "/options/set_out_of_office/audience", "invalid_choice"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        AUTO_JSON json_t *options = parse(cases[i].options);
        AUTO_JSON json_t *problems = json_array();
        AUTO_JSON json_t *checked = options_check(options, "/options", problems);
        assert_int_equal(json_array_size(problems), 1);
        assert_string_equal(json_text(json_array_get(problems, 0), "pointer"), cases[i].pointer);
        assert_string_equal(json_text(json_array_get(problems, 0), "code"), cases[i].code);
        assert_non_null(checked);
    }
}

/* The mailbox goes with the user. */
static void the_deletion_excludes_what_is_about_the_mailbox(void **state)
{
    (void)state;
    static const char *const others[] = {
        "\"convert_to_shared\":true",
        "\"forward_email\":{\"to\":\"manager\"}",
        "\"set_out_of_office\":{\"message_html\":\"x\"}",
        "\"grant_mailbox_access\":{\"users\":[\"manager\"]}",
        "\"grant_mailbox_access_automap\":{\"users\":[\"manager\"]}",
        "\"grant_send_as\":{\"users\":[\"manager\"]}",
        "\"grant_send_on_behalf\":{\"users\":[\"manager\"]}",
    };
    for (size_t i = 0; i < sizeof others / sizeof *others; i++) {
        AUTO_STRBUF struct strbuf text = STRBUF_MAX(200);
        strbuf_printf(&text, "{\"delete_user\":true,%s}", others[i]);
        AUTO_JSON json_t *options = parse(strbuf_text(&text));
        AUTO_JSON json_t *problems = json_array();
        AUTO_JSON json_t *checked = options_check(options, "/options", problems);
        assert_int_equal(json_array_size(problems), 1);
        assert_string_equal(json_text(json_array_get(problems, 0), "code"), "conflict");
        assert_int_equal(json_object_size(checked), 2);
    }
}

static void options_come_back_whole(void **state)
{
    (void)state;
    AUTO_JSON json_t *options =
        parse("{\"forward_email\":{\"to\":\"manager\"},\"reset_password\":true,\"hide_from_gal\":null,"
              "\"set_out_of_office\":{\"message_html\":\"<p>x<script>y</script></p>\"}}");
    AUTO_JSON json_t *problems = json_array();
    AUTO_JSON json_t *checked = options_check(options, "/options", problems);
    assert_int_equal(json_array_size(problems), 0);
    assert_int_equal(options_tasks(checked), TASK_BIT(TASK_forward_email) | TASK_BIT(TASK_reset_password) |
                                                 TASK_BIT(TASK_set_out_of_office));
    assert_true(json_is_false(json_object_get(options_of(checked, TASK_forward_email), "keep_copy")));
    assert_string_equal(json_text(options_of(checked, TASK_set_out_of_office), "message_html"), "<p>x</p>");
    assert_string_equal(json_text(options_of(checked, TASK_set_out_of_office), "audience"), "all");
    AUTO_JSON json_t *again = options_check(checked, "/options", problems);
    assert_true(json_equal(again, checked));
}

static void order_follows_the_catalogue(void **state)
{
    (void)state;
    const task_set lockout = TASK_BIT(TASK_disable_sign_in) | TASK_BIT(TASK_reset_password);
    const task_set chosen = lockout | TASK_BIT(TASK_revoke_sessions) | TASK_BIT(TASK_convert_to_shared) |
                            TASK_BIT(TASK_remove_licenses);
    const task_set unit = lockout | TASK_BIT(TASK_revoke_sessions);
    assert_int_equal(plan_ready(DIRECTION_DO, chosen, 0, 0), unit | TASK_BIT(TASK_convert_to_shared));
    assert_int_equal(plan_ready(DIRECTION_DO, chosen, unit, unit), TASK_BIT(TASK_convert_to_shared));
    const task_set converted = TASK_BIT(TASK_convert_to_shared);
    assert_int_equal(plan_ready(DIRECTION_DO, chosen, converted, converted) & TASK_BIT(TASK_remove_licenses),
                     TASK_BIT(TASK_remove_licenses));
    assert_int_equal(plan_blocker(DIRECTION_DO, TASK_remove_licenses, chosen, converted, 0),
                     TASK_convert_to_shared);
    assert_int_equal(plan_blocker(DIRECTION_DO, TASK_remove_licenses, chosen, converted, converted),
                     TASK_COUNT);
    AUTO_JSON json_t *options = parse("{\"remove_licenses\":true,\"convert_to_shared\":true}");
    AUTO_JSON json_t *plan = plan_make(options);
    assert_string_equal(json_text(json_array_get(plan, 0), "task"), "convert_to_shared");
    assert_string_equal(json_string_value(json_array_get(json_array_at(json_array_get(plan, 1), "after"), 0)),
                        "convert_to_shared");
}

#define NOW INT64_C(1785585600000) /* 2026-08-01T12:00:00Z */

static void warnings_say_what_is_dangerous(void **state)
{
    (void)state;
    static const struct {
        const char *options, *facts, *code, *severity;
    } cases[] = {
        {"{\"disable_sign_in\":{}}", "{\"user\":{\"id\":\"u\",\"userPrincipalName\":\"me@x.com\"}}", "self",
         "blocker"},
        {"{\"disable_sign_in\":{}}", "{\"user\":{\"id\":\"prot\"}}", "protected_user", "blocker"},
        {"{\"disable_sign_in\":{}}", "{\"user\":{\"id\":\"u\"},\"roles\":[{}]}", "privileged_user", "warn"},
        {"{\"disable_sign_in\":{}}", "{\"user\":{\"id\":\"u\",\"onPremisesSyncEnabled\":true}}",
         "on_premises_source", "warn"},
        {"{\"disable_sign_in\":{}}", "{\"user\":{\"id\":\"u\"},\"direct_reports\":2}", "has_direct_reports",
         "info"},
        {"{\"hide_from_gal\":{}}", "{\"user\":{\"id\":\"u\"},\"mailbox\":null}", "no_mailbox", "info"},
        {"{\"convert_to_shared\":{}}",
         "{\"user\":{\"id\":\"u\"},\"mailbox\":{},\"mailbox_size\":60000000000}", "mailbox_too_large",
         "warn"},
        {"{\"convert_to_shared\":{}}",
         "{\"user\":{\"id\":\"u\"},\"mailbox\":{\"LitigationHoldEnabled\":true}}", "litigation_hold", "warn"},
        {"{\"convert_to_shared\":{}}", "{\"user\":{\"id\":\"u\"},\"mailbox\":{\"ArchiveStatus\":\"Active\"}}",
         "archive_enabled", "warn"},
        {"{\"convert_to_shared\":{}}", "{\"user\":{\"id\":\"u\"},\"mailbox\":{\"InPlaceHolds\":[\"mbx1\"]}}",
         "retention_hold", "warn"},
        {"{\"remove_licenses\":{}}",
         "{\"user\":{\"id\":\"u\",\"licenseAssignmentStates\":[{}]},\"mailbox\":{\"RecipientTypeDetails\":"
         "\"UserMailbox\"}}",
         "mailbox_loses_license", "warn"},
        {"{\"remove_licenses\":{}}", "{\"user\":{\"id\":\"u\"}}", "no_licenses", "info"},
        {"{\"remove_from_groups\":{}}", "{\"user\":{\"id\":\"u\"},\"groups\":[{\"membershipRule\":\"x\"}]}",
         "dynamic_group", "warn"},
        {"{\"remove_from_groups\":{}}",
         "{\"user\":{\"id\":\"u\"},\"groups\":[{\"onPremisesSyncEnabled\":true}]}", "on_premises_group",
         "warn"},
        {"{\"remove_from_groups\":{}}",
         "{\"user\":{\"id\":\"u\"},\"groups\":[{\"isAssignableToRole\":true}]}", "role_assignable_group",
         "warn"},
        {"{\"remove_mailbox_permissions\":{}}",
         "{\"user\":{\"id\":\"u\"},\"access_index\":{\"usable\":false,\"kept\":true}}",
         "permission_index_incomplete", "info"},
        {"{\"remove_calendar_permissions\":{}}",
         "{\"user\":{\"id\":\"u\"},\"access_index\":{\"usable\":false,\"kept\":false}}",
         "permission_index_incomplete", "warn"},
        {"{\"remove_calendar_permissions\":{}}",
         "{\"user\":{\"id\":\"u\"},\"access_index\":{\"usable\":true,\"kept\":true,\"unreadable\":2}}",
         "permission_index_incomplete", "info"},
        {"{\"remove_mailbox_permissions\":{}}",
         "{\"user\":{\"id\":\"u\"},\"access_index\":{\"usable\":true,\"unshown\":7}}",
         "permission_list_shortened", "info"},
        {"{\"disable_sign_in\":{}}", "{\"user\":{\"id\":\"u\"},\"other_global_admins\":0}",
         "last_global_admin", "blocker"},
        {"{\"disable_sign_in\":{}}", "{\"user\":{\"id\":\"u\"},\"role_eligibilities\":[{}]}",
         "privileged_user", "warn"},
        {"{\"disable_sign_in\":{}}", "{\"user\":{\"id\":\"u\"},\"role_assignments\":[{}]}", "privileged_user",
         "warn"},
        {"{\"disable_sign_in\":{}}", "{\"user\":{\"id\":\"u\"},\"sole_owner_of\":[\"g\"]}",
         "last_group_owner", "warn"},
        {"{\"disable_sign_in\":{}}", "{\"user\":{\"id\":\"u\"},\"owned_apps\":[{}]}",
         "owns_app_registrations", "warn"},
        {"{\"disable_sign_in\":{}}",
         "{\"user\":{\"id\":\"u\"},\"sign_in\":{\"lastSignInDateTime\":\"2026-07-31T12:00:01Z\"}}",
         "signed_in_recently", "info"},
        {"{\"disable_sign_in\":{}}",
         "{\"user\":{\"id\":\"u\"},\"sign_in\":{\"lastNonInteractiveSignInDateTime\":\"2026-08-01T11:59:"
         "00Z\"}}",
         "signed_in_recently", "info"},
        {"{\"grant_onedrive_access\":{\"users\":[\"b\"]}}", "{\"user\":{\"id\":\"u\"},\"drive\":null}",
         "no_onedrive", "info"},
        {"{\"disable_sign_in\":{}}", "{\"user\":{\"id\":\"u\"},\"granted\":{\"graph\":[\"User.Read.All\"]}}",
         "missing_permission", "blocker"},
        {"{\"grant_onedrive_access\":{\"users\":[\"b\"]}}",
         "{\"user\":{\"id\":\"u\"},\"drive\":{},\"granted\":{\"secret_only\":true}}", "missing_permission",
         "blocker"},
        {"{\"disable_sign_in\":{}}",
         "{\"user\":{\"id\":\"u\"},\"unread\":{\"groups\":{\"status\":403,\"message\":\"No.\"}}}",
         "missing_permission", "blocker"},
        {"{\"disable_sign_in\":{}}",
         "{\"user\":{\"id\":\"u\"},\"unread\":{\"groups\":{\"status\":400,\"message\":\"No.\"}}}",
         "unreadable", "warn"},
        {"{\"delete_user\":{}}", "{\"user\":{\"id\":\"u\"},\"mailbox\":{\"LitigationHoldEnabled\":true}}",
         "litigation_hold", "warn"},
        {"{\"delete_user\":{}}", "{\"user\":{\"id\":\"u\"},\"mailbox\":{\"InPlaceHolds\":[\"mbx1\"]}}",
         "retention_hold", "warn"},
        {"{\"delete_user\":{}}", "{\"user\":{\"id\":\"u\"},\"mailbox\":{\"ArchiveStatus\":\"Active\"}}",
         "archive_enabled", "warn"},
        {"{\"grant_send_as\":{\"users\":[\"b@x\"]}}",
         "{\"user\":{\"id\":\"u\"},\"mailbox\":{},\"people\":{\"b@x\":{\"id\":\"b\",\"mail\":\"b@x\","
         "\"accountEnabled\":false}}}",
         "recipient_disabled", "warn"},
        {"{\"grant_send_as\":{\"users\":[\"b@x\"]}}",
         "{\"user\":{\"id\":\"u\"},\"mailbox\":{},\"people\":{\"b@x\":{\"id\":\"b\"}},"
         "\"recipients\":{\"b@x\":null}}",
         "recipient_no_mailbox", "warn"},
        {"{\"grant_send_as\":{\"users\":[\"b@x\"]}}",
         "{\"user\":{\"id\":\"u\"},\"mailbox\":{},\"people\":{\"b@x\":{\"id\":\"b\",\"mail\":\"b@x\","
         "\"userType\":\"Guest\"}}}",
         "recipient_external", "warn"},
        {"{\"grant_onedrive_access\":{\"users\":[\"b@x\"]}}",
         "{\"user\":{\"id\":\"u\"},\"drive\":{},\"people\":{\"b@x\":{\"id\":\"b\",\"being_offboarded\":"
         "true}}}",
         "recipient_being_offboarded", "blocker"},
        {"{\"forward_email\":{\"to\":\"b@x\"}}",
         "{\"user\":{\"id\":\"u\"},\"mailbox\":{},\"people\":{\"b@x\":{\"id\":\"b\",\"mail\":\"b@x\","
         "\"accountEnabled\":false}}}",
         "recipient_disabled", "blocker"},
        {"{\"forward_email\":{\"to\":\"b@x\"}}",
         "{\"user\":{\"id\":\"u\"},\"mailbox\":{},\"people\":{\"b@x\":{\"id\":\"b\"}}}",
         "recipient_no_mailbox", "blocker"},
        {"{\"forward_email\":{\"to\":\"b@x\"}}",
         "{\"user\":{\"id\":\"u\"},\"mailbox\":{},\"people\":{\"b@x\":{\"id\":\"leaver2\",\"mail\":\"b@x\"}}"
         "}",
         "recipient_being_offboarded", "blocker"},
        {"{\"forward_email\":{\"to\":\"b@x\"}}",
         "{\"user\":{\"id\":\"u\"},\"mailbox\":{},\"people\":{\"b@x\":{\"id\":\"b\",\"mail\":\"b@x\","
         "\"userType\":\"Guest\"}}}",
         "recipient_external", "blocker"},
    };
    AUTO_JSON json_t *protected_users = parse("[\"prot\"]");
    AUTO_JSON json_t *leaving = parse("[\"leaver2\"]");
    const struct plan_policy policy = {
        .technician = "ME@x.com", .protected_users = protected_users, .also_leaving = leaving, .now = NOW};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        AUTO_JSON json_t *options = parse(cases[i].options);
        AUTO_JSON json_t *facts = parse(cases[i].facts);
        AUTO_JSON json_t *warnings = plan_warnings(options, facts, &policy);
        const json_t *found = json_array_find(warnings, "code", cases[i].code);
        if (!found)
            print_error("missing: %s\n", cases[i].code);
        assert_non_null(found);
        assert_string_equal(json_text(found, "severity"), cases[i].severity);
        assert_int_equal(json_array_size(warnings), 1);
    }
}

static void one_that_is_open_already_blocks(void **state)
{
    (void)state;
    const struct plan_policy policy = {.already_open = true};
    AUTO_JSON json_t *options = parse("{\"disable_sign_in\":{}}");
    AUTO_JSON json_t *facts = parse("{\"user\":{\"id\":\"u\"}}");
    AUTO_JSON json_t *warnings = plan_warnings(options, facts, &policy);
    assert_int_equal(json_array_size(warnings), 1);
    assert_string_equal(json_text(json_array_get(warnings, 0), "code"), "already_open");
    assert_string_equal(json_text(json_array_get(warnings, 0), "severity"), "blocker");
}

/* Facts that look like trouble and are none for what was chosen. */
static void warnings_stay_away_where_nothing_is_at_stake(void **state)
{
    (void)state;
    static const struct {
        const char *options, *facts;
    } cases[] = {
        {"{\"disable_sign_in\":{}}",
         "{\"user\":{\"id\":\"u\"},\"mailbox\":{\"LitigationHoldEnabled\":true,\"ArchiveStatus\":\"Active\"},"
         "\"mailbox_size\":60000000000}"},
        {"{\"convert_to_shared\":{}}",
         "{\"user\":{\"id\":\"u\"},\"mailbox\":{},\"mailbox_size\":53687091200}"},
        {"{\"disable_sign_in\":{}}",
         "{\"user\":{\"id\":\"u\"},\"groups\":[{\"membershipRule\":\"x\",\"onPremisesSyncEnabled\":true}]}"},
        {"{\"disable_sign_in\":{}}", "{\"user\":{\"id\":\"u\"},\"other_global_admins\":1}"},
        {"{\"disable_sign_in\":{}}",
         "{\"user\":{\"id\":\"u\"},\"sign_in\":{\"lastSignInDateTime\":\"2026-07-31T11:59:59Z\"}}"},
        {"{\"disable_sign_in\":{}}", "{\"user\":{\"id\":\"u\"},\"granted\":{\"graph\":null}}"},
        {"{\"remove_licenses\":{},\"convert_to_shared\":{}}",
         "{\"user\":{\"id\":\"u\",\"licenseAssignmentStates\":[{}]},\"mailbox\":{\"RecipientTypeDetails\":"
         "\"UserMailbox\"}}"},
        {"{\"grant_onedrive_access\":{\"users\":[\"b@x\"]}}",
         "{\"user\":{\"id\":\"u\"},\"drive\":{},\"people\":{\"b@x\":{\"id\":\"b\"}}}"},
    };
    const struct plan_policy policy = {.now = NOW};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        AUTO_JSON json_t *options = parse(cases[i].options);
        AUTO_JSON json_t *facts = parse(cases[i].facts);
        AUTO_JSON json_t *warnings = plan_warnings(options, facts, &policy);
        if (json_array_size(warnings))
            print_error("case %zu: %s\n", i, json_text(json_array_get(warnings, 0), "code"));
        assert_int_equal(json_array_size(warnings), 0);
    }
}

static void an_index_that_is_whole_needs_no_words(void **state)
{
    (void)state;
    const struct plan_policy policy = {0};
    AUTO_JSON json_t *options =
        parse("{\"remove_mailbox_permissions\":{},\"remove_calendar_permissions\":{}}");
    AUTO_JSON json_t *facts =
        parse("{\"user\":{\"id\":\"u\"},\"access_index\":{\"usable\":true,\"unreadable\":0}}");
    AUTO_JSON json_t *warnings = plan_warnings(options, facts, &policy);
    assert_int_equal(json_array_size(warnings), 0);
}

static void an_index_being_made_says_how_far_it_is(void **state)
{
    (void)state;
    const struct plan_policy policy = {.now = NOW};
    AUTO_JSON json_t *options =
        parse("{\"remove_mailbox_permissions\":{},\"remove_calendar_permissions\":{}}");
    AUTO_JSON json_t *facts =
        parse("{\"user\":{\"id\":\"u\"},\"access_index\":{\"usable\":false,\"kept\":true,"
              "\"mailboxes\":600,\"pass\":{\"looked\":120,\"mailboxes\":600}}}");
    AUTO_JSON json_t *warnings = plan_warnings(options, facts, &policy);
    assert_int_equal(json_array_size(warnings), 1);
    const char *message = json_text(json_array_get(warnings, 0), "message");
    assert_non_null(strstr(message, "as of 2026-08-01T12:00:00.000Z, 120 of 600 mailboxes"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(html_keeps_the_allow_list_only),
        cmocka_unit_test(html_refuses_what_takes_long),
        cmocka_unit_test(html_variables_are_known_and_escaped),
        cmocka_unit_test(options_name_every_mistake),
        cmocka_unit_test(the_deletion_excludes_what_is_about_the_mailbox),
        cmocka_unit_test(options_come_back_whole),
        cmocka_unit_test(order_follows_the_catalogue),
        cmocka_unit_test(warnings_say_what_is_dangerous),
        cmocka_unit_test(one_that_is_open_already_blocks),
        cmocka_unit_test(warnings_stay_away_where_nothing_is_at_stake),
        cmocka_unit_test(an_index_that_is_whole_needs_no_words),
        cmocka_unit_test(an_index_being_made_says_how_far_it_is),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
