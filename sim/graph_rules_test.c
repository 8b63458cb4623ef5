/* Inbox rules: one truth in two tongues. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "call_fixture.h"

#define RENE "rene.rules@contoso.com"
#define RULES "users/" RENE "/mailFolders/inbox/messageRules"

static int setup(void **state)
{
    *state = fixture_seeded();
    return 0;
}

static int teardown(void **state)
{
    fixture_free(*state);
    return 0;
}

static size_t rules_in(struct sim *sim)
{
    return json_array_size(json_array_at(fixture_mailbox(sim, RENE), "_rules"));
}

static struct reply at_rule(struct sim *sim, const char *method, const char *id, const char *body)
{
    AUTO_STRBUF struct strbuf target = STRBUF_MAX(400);

    strbuf_text_add(&target, RULES "/");
    strbuf_percent(&target, id);
    return fixture_graph(sim, method, strbuf_text(&target), body);
}

static void hidden_rules_show_in_exchange_only(void **state)
{
    struct sim *sim = *state;
    AUTO_REPLY struct reply graph = fixture_graph(sim, "GET", RULES, NULL);
    AUTO_REPLY struct reply plain = fixture_cmdlet(sim, "Get-InboxRule", "{\"Mailbox\":\"" RENE "\"}");
    AUTO_REPLY struct reply hidden =
        fixture_cmdlet(sim, "Get-InboxRule", "{\"Mailbox\":\"" RENE "\",\"IncludeHidden\":true}");

    assert_int_equal(rules_in(sim), 7);
    assert_int_equal(reply_count(&graph), 3); /* two plain and the broken one */
    assert_true(json_flag(reply_item(&graph, 2), "hasError"));
    assert_int_equal(reply_count(&plain), 3); /* two plain and Outlook's; the broken one is a warning */
    assert_int_equal(reply_count(&hidden), 6);
}

static void a_rule_is_made_changed_and_deleted(void **state)
{
    static const char body[] =
        "{\"displayName\":\"Invoices\",\"sequence\":1,\"isEnabled\":true,"
        "\"conditions\":{\"subjectContains\":[\"invoice\"],\"fromAddresses\":[{\"emailAddress\":{\"name\":"
        "\"x\","
        "\"address\":\"outside@example.com\"}}],\"importance\":\"high\"},"
        "\"actions\":{\"forwardTo\":[{\"emailAddress\":{\"address\":\"megan.bowen@contoso.com\"}}],"
        "\"stopProcessingRules\":true},\"exceptions\":{\"hasAttachments\":true}}";
    struct sim *sim = *state;
    AUTO_REPLY struct reply made = fixture_graph(sim, "POST", RULES, body);

    assert_int_equal(made.status, 201);
    assert_int_equal(json_int(made.json, "sequence", 0), 1);
    const json_t *rule = json_array_get(json_array_at(fixture_mailbox(sim, RENE), "_rules"), 0);
    assert_string_equal(json_string_value(json_array_get(json_array_at(rule, "SubjectContainsWords"), 0)),
                        "invoice");
    assert_string_equal(json_text(rule, "WithImportance"), "High");
    assert_true(json_flag(rule, "ExceptIfHasAttachment"));
    assert_non_null(strstr(json_string_value(json_array_get(json_array_at(rule, "ForwardTo"), 0)),
                           "\"Megan Bowen\" [EX:/o=ExchangeLabs/"));
    assert_int_equal(
        json_int(json_array_get(json_array_at(fixture_mailbox(sim, RENE), "_rules"), 1), "Priority", 0), 2);
    AUTO_REPLY struct reply read = at_rule(sim, "GET", json_text(made.json, "id"), NULL);
    const json_t *to = json_array_get(json_array_at(json_object_get(read.json, "actions"), "forwardTo"), 0);
    assert_string_equal(json_text(json_object_get(to, "emailAddress"), "address"), "megan.bowen@contoso.com");
    AUTO_REPLY struct reply off = at_rule(sim, "PATCH", json_text(made.json, "id"), "{\"isEnabled\":false}");
    assert_int_equal(off.status, 200);
    assert_false(json_flag(off.json, "isEnabled"));
    assert_string_equal(json_text(off.json, "displayName"), "Invoices");
    AUTO_REPLY struct reply gone = at_rule(sim, "DELETE", json_text(made.json, "id"), NULL);
    assert_int_equal(gone.status, 204);
    AUTO_REPLY struct reply again = at_rule(sim, "DELETE", json_text(made.json, "id"), NULL);
    assert_int_equal(again.status, 404);
    assert_int_equal(rules_in(sim), 7);
}

static void folders_are_ids_here_and_names_there(void **state)
{
    struct sim *sim = *state;
    AUTO_REPLY struct reply before = fixture_graph(sim, "GET", RULES, NULL);
    const char *folder = json_text(json_object_get(reply_item(&before, 0), "actions"), "moveToFolder");
    AUTO_STRBUF struct strbuf body = STRBUF_MAX(400);

    assert_non_null(folder);
    strbuf_printf(&body, "{\"displayName\":\"Copy\",\"actions\":{\"copyToFolder\":\"%s\"}}", folder);
    AUTO_REPLY struct reply made = fixture_graph(sim, "POST", RULES, strbuf_text(&body));
    assert_int_equal(made.status, 201);
    const json_t *rule = json_array_get(json_array_at(fixture_mailbox(sim, RENE), "_rules"), 7);
    assert_string_equal(json_text(rule, "CopyToFolder"), "Newsletters");
}

static void what_is_no_rule_is_refused(void **state)
{
    static const char *const bodies[] = {
        "{\"displayName\":\"x\"}",
        "{\"displayName\":\"x\",\"actions\":{}}",
        "{\"actions\":{\"delete\":true}}",
        "{\"displayName\":\"x\",\"actions\":{\"destroy\":true}}",
        "{\"displayName\":\"x\",\"actions\":{\"delete\":\"yes\"}}",
        "{\"displayName\":\"x\",\"actions\":{\"moveToFolder\":\"no id\"}}",
        "{\"displayName\":\"x\",\"actions\":{\"forwardTo\":[{\"emailAddress\":{\"address\":\"nobody\"}}]}}",
        "{\"displayName\":\"x\",\"actions\":{\"delete\":true},\"conditions\":{\"colour\":\"red\"}}",
    };
    struct sim *sim = *state;

    for (size_t i = 0; i < sizeof bodies / sizeof *bodies; i++) {
        AUTO_REPLY struct reply reply = fixture_graph(sim, "POST", RULES, bodies[i]);
        assert_int_equal(reply.status, 400);
    }
    assert_int_equal(rules_in(sim), 7);
    fixture_permissions(sim, "MailboxSettings.Read");
    AUTO_REPLY struct reply denied =
        fixture_graph(sim, "POST", RULES, "{\"displayName\":\"x\",\"actions\":{\"delete\":true}}");
    assert_int_equal(denied.status, 403);
    assert_string_equal(reply_code(&denied), "ErrorAccessDenied");
}

static void exchange_makes_rules_from_what_it_showed(void **state)
{
    struct sim *sim = *state;
    AUTO_REPLY struct reply made = fixture_cmdlet(
        sim, "New-InboxRule",
        "{\"Mailbox\":\"" RENE "\",\"Name\":\"Again\",\"Priority\":0,\"SubjectContainsWords\":[\"a\",\"b\"],"
        "\"ForwardTo\":[\"\\\"Megan Bowen\\\" [EX:/o=ExchangeLabs/ou=Exchange Administrative Group "
        "(FYDIBOHF23SPDLT)/cn=Recipients/"
        "cn=5f1c0a2e3b4d4c5e8f6a000000000001-megan.bowen]\",\"out@example.com\"],"
        "\"MoveToFolder\":\"" RENE
        ":\\\\Old\",\"MarkAsRead\":true,\"ExceptIfFrom\":[\"kai.kalender@contoso.com\"]}");

    assert_int_equal(made.status, 200);
    const json_t *rule = json_array_get(json_array_at(fixture_mailbox(sim, RENE), "_rules"), 0);
    assert_string_equal(json_text(rule, "Name"), "Again");
    assert_string_equal(json_text(rule, "MoveToFolder"), "Old");
    assert_non_null(
        strstr(json_string_value(json_array_get(json_array_at(rule, "ForwardTo"), 0)), "Megan Bowen"));
    assert_string_equal(json_string_value(json_array_get(json_array_at(rule, "ForwardTo"), 1)),
                        "\"out@example.com\" [SMTP:out@example.com]");
    AUTO_REPLY struct reply twice = fixture_cmdlet(
        sim, "New-InboxRule", "{\"Mailbox\":\"" RENE "\",\"Name\":\"Again\",\"MarkAsRead\":true}");
    assert_int_equal(twice.status, 400);
    AUTO_REPLY struct reply nobody = fixture_cmdlet(
        sim, "New-InboxRule", "{\"Mailbox\":\"" RENE "\",\"Name\":\"B\",\"ForwardTo\":[\"Nobody At All\"]}");
    assert_int_equal(nobody.status, 404);
}

static void outlooks_own_rule_goes_by_force_only(void **state)
{
    struct sim *sim = *state;
    AUTO_REPLY struct reply refused =
        fixture_cmdlet(sim, "Remove-InboxRule",
                       "{\"Mailbox\":\"" RENE "\",\"Identity\":\"Sounds in Outlook\",\"Confirm\":false}");
    assert_int_equal(refused.status, 400);
    AUTO_REPLY struct reply gone = fixture_cmdlet(
        sim, "Remove-InboxRule",
        "{\"Mailbox\":\"" RENE "\",\"Identity\":\"Sounds in Outlook\",\"Force\":true,\"Confirm\":false}");
    assert_int_equal(gone.status, 200);
    assert_int_equal(rules_in(sim), 6);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
    const struct CMUnitTest tests[] = {
        TEST(hidden_rules_show_in_exchange_only),       TEST(a_rule_is_made_changed_and_deleted),
        TEST(folders_are_ids_here_and_names_there),     TEST(what_is_no_rule_is_refused),
        TEST(exchange_makes_rules_from_what_it_showed), TEST(outlooks_own_rule_goes_by_force_only),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
