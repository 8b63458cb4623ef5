/* The admin API as a client meets it: envelopes, refusals, and what each cmdlet leaves behind. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "call_fixture.h"
#include "exchange.h"

#define INVOKE "/adminapi/beta/" TENANT "/InvokeCommand"

static int setup(void **state)
{
    *state = fixture_new();
    return 0;
}

static int teardown(void **state)
{
    fixture_free(*state);
    return 0;
}

static size_t rows_of(const struct reply *reply)
{
    return json_array_size(json_array_at(reply->json, "value"));
}

static const char *warning_of(const struct reply *reply)
{
    const char *text = json_string_value(json_array_get(json_array_at(reply->json, "@adminapi.warnings"), 0));
    return text ? text : "";
}

static void commands_are_refused_as_documented(void **state)
{
    static const struct {
        const char *cmdlet;
        const char *parameters;
        int status;
        const char *class;
    } cases[] = {
        {"Get-Nonsense", "{}", 400, "CommandNotFoundException"},
        {"Get-Mailbox", "{\"Identety\":\"x\"}", 400, "ParameterBindingException"},
        {"Get-Mailbox", "{\"Identity\":true}", 400, "ParameterTransformationException"},
        {"Get-Mailbox", "{\"Identity\":\"nobody@contoso.com\"}", 404, "ManagementObjectNotFoundException"},
        {"Get-Mailbox", "{\"Identity\":\"dan@contoso.com\"}", 404, "ManagementObjectNotFoundException"},
        {"Get-Mailbox", "{\"Identity\":\"Bob Keep\"}", 400, "ManagementObjectAmbiguousException"},
        {"Get-Mailbox", "{\"Filter\":\"Nonsense\"}", 400, "ParameterTransformationException"},
        {"Set-Mailbox", "{\"Type\":\"Shared\",\"Confirm\":false}", 400, "ParameterBindingException"},
        {"Set-Mailbox", "{\"Identity\":null,\"Type\":\"Shared\",\"Confirm\":false}", 400,
         "ParameterBindingException"},
        {"Set-Mailbox", "{\"Identity\":\"ada\",\"Type\":\"Sheared\",\"Confirm\":false}", 400,
         "ParameterTransformationException"},
        {"Set-Mailbox", "{\"Identity\":\"ada\",\"HiddenFromAddressListsEnabled\":\"yes\"}", 400,
         "ParameterTransformationException"},
        {"Set-Mailbox", "{\"Identity\":\"ada\",\"ForwardingAddress\":\"x@elsewhere.com\"}", 404,
         "ManagementObjectNotFoundException"},
        {"Set-Mailbox", "{\"Identity\":\"ada\",\"ForwardingSmtpAddress\":\"nonsense\"}", 400,
         "ParameterTransformationException"},
        {"Set-Mailbox", "{\"Identity\":\"cyd\",\"HiddenFromAddressListsEnabled\":true}", 400,
         "InvalidOperationException"},
        {"Set-Mailbox", "{\"Identity\":\"ada\",\"GrantSendOnBehalfTo\":{\"add\":\"bob\"}}", 400,
         "ParameterTransformationException"},
        {"Add-MailboxPermission", "{\"Identity\":\"ada\",\"User\":\"bob\",\"AccessRights\":[\"Everything\"]}",
         400, "ParameterTransformationException"},
        {"Remove-DistributionGroupMember",
         "{\"Identity\":\"staff\",\"Member\":\"bob\",\"Confirm\":false,\"BypassSecurityGroupManagerCheck\":"
         "true}",
         400, "MemberNotFoundException"},
        {"Remove-DistributionGroupMember", "{\"Identity\":\"staff\",\"Member\":\"ada\",\"Confirm\":false}",
         400, "OperationRequiresGroupManagerException"},
        {"Remove-DistributionGroupMember",
         "{\"Identity\":\"old\",\"Member\":\"ada\",\"Confirm\":false,\"BypassSecurityGroupManagerCheck\":"
         "true}",
         400, "InvalidOperationException"},
        {"Add-DistributionGroupMember",
         "{\"Identity\":\"staff\",\"Member\":\"ada\",\"BypassSecurityGroupManagerCheck\":true}", 400,
         "MemberAlreadyExistsException"},
        {"Set-DistributionGroup",
         "{\"Identity\":\"staff\",\"ManagedBy\":[],\"BypassSecurityGroupManagerCheck\":true}", 400,
         "RecipientTaskException"},
        {"Remove-InboxRule", "{\"Identity\":\"Nonsense\",\"Mailbox\":\"ada\",\"Confirm\":false}", 404,
         "ManagementObjectNotFoundException"},
        {"Set-MailboxAutoReplyConfiguration", "{\"Identity\":\"ada\",\"AutoReplyState\":\"On\"}", 400,
         "ParameterTransformationException"},
        {"Set-MailboxAutoReplyConfiguration",
         "{\"Identity\":\"ada\",\"AutoReplyState\":\"Scheduled\",\"StartTime\":\"2026-01-02T00:00:00\","
         "\"EndTime\":\"2026-01-01T00:00:00\"}",
         400, "RecipientTaskException"},
        {"Remove-MailboxFolderPermission",
         "{\"Identity\":\"ada:\\\\Calendar\",\"User\":\"cyd\",\"Confirm\":false}", 400,
         "UserNotFoundInPermissionEntryException"},
        {"Add-MailboxFolderPermission",
         "{\"Identity\":\"ada:\\\\Calendar\",\"User\":\"bob\",\"AccessRights\":[\"Editor\"]}", 400,
         "UserAlreadyExistsInPermissionEntryException"},
        {"Remove-CalendarEvents",
         "{\"Identity\":\"ada\",\"CancelOrganizedMeetings\":true,\"QueryWindowInDays\":1826,\"Confirm\":"
         "false}",
         400, "RecipientTaskException"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        AUTO_REPLY struct reply reply = fixture_cmdlet(*state, cases[i].cmdlet, cases[i].parameters);
        if (reply.status != cases[i].status || strcmp(reply_class(&reply), cases[i].class) != 0)
            print_message("case %zu: %s\n", i, reply.text);
        assert_int_equal(reply.status, cases[i].status);
        assert_string_equal(reply_class(&reply), cases[i].class);
        const json_t *details = json_array_at(json_object_at(reply.json, "error"), "details");
        if (strcmp(cases[i].class, "ParameterTransformationException") != 0) /* those come without details */
            assert_int_equal(strncmp(json_text(json_array_get(details, 0), "message"), "Ex", 2), 0);
        else
            assert_int_equal(json_array_size(details), 0);
    }
}

static void identity_takes_every_unique_name(void **state)
{
    static const char dn[] = "CN=Ada Leaver,OU=contoso.onmicrosoft.com,OU=Microsoft Exchange Hosted "
                             "Organizations,DC=EURPR00A001,DC=PROD,DC=OUTLOOK,DC=COM";
    static const char *const names[] = {
        ADA,
        "ADA@contoso.com",
        "ada.leaver@contoso.com",
        "smtp:ada.leaver@contoso.com",
        "ada",
        "Ada Leaver",
        "44444444-4444-4444-8444-444444444401",
        dn,
    };
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        AUTO_STRBUF struct strbuf parameters = STRBUF_MAX(500);
        strbuf_printf(&parameters, "{\"identity\":\"%s\"}", names[i]);
        AUTO_REPLY struct reply reply = fixture_cmdlet(*state, "get-mailbox", strbuf_text(&parameters));
        assert_string_equal(reply_row_text(&reply, "ExternalDirectoryObjectId"), ADA);
        assert_int_equal(rows_of(&reply), 1);
    }
    AUTO_REPLY struct reply all = fixture_cmdlet(*state, "Get-Mailbox", "{\"Identity\":null}");
    assert_int_equal(rows_of(&all), 4);
    AUTO_REPLY struct reply user =
        fixture_cmdlet(*state, "Get-Recipient", "{\"Identity\":\"dan@contoso.com\"}");
    assert_string_equal(reply_row_text(&user, "RecipientTypeDetails"), "MailUser");
}

static void rows_carry_types_and_documented_values(void **state)
{
    AUTO_REPLY struct reply reply = fixture_cmdlet(*state, "Get-Mailbox", "{\"Identity\":\"ada\"}");
    assert_string_equal(reply_row_text(&reply, "ExchangeGuid@data.type"), "System.Guid");
    assert_string_equal(reply_row_text(&reply, "EmailAddresses@odata.type"), "#Collection(String)");
    assert_string_equal(reply_row_text(&reply, "WhenMailboxCreated"), "2024-02-03T04:05:06.0000000Z");
    assert_string_equal(reply_row_text(&reply, "ProhibitSendQuota"), "99 GB (106,300,440,576 bytes)");
    assert_string_equal(json_text(reply.json, "@odata.context"),
                        "http://127.0.0.1:9090/exchange/adminapi/beta/" TENANT
                        "/$metadata#Collection(Exchange.GenericHashTable)");
    AUTO_REPLY struct reply size = fixture_cmdlet(*state, "Get-MailboxStatistics", "{\"Identity\":\"ada\"}");
    assert_string_equal(reply_row_text(&size, "TotalItemSize"), "99 GB (106,300,440,576 bytes)");
}

static void a_rule_identity_is_a_bare_number_beyond_64_bits(void **state)
{
    AUTO_REPLY struct reply reply = fixture_cmdlet(*state, "Get-InboxRule", "{\"Mailbox\":\"ada\"}");
    assert_int_equal(rows_of(&reply), 1);
    assert_non_null(strstr(reply.text, "\"RuleIdentity\":16140901064495857665,"));
    assert_string_equal(reply_row_text(&reply, "Identity"),
                        "44444444-4444-4444-8444-444444444401\\16140901064495857665");
    assert_int_equal(strncmp(warning_of(&reply), "The Inbox rule \"Bad\"", 20), 0);
    AUTO_REPLY struct reply hidden =
        fixture_cmdlet(*state, "Get-InboxRule", "{\"Mailbox\":\"ada\",\"IncludeHidden\":true}");
    assert_int_equal(rows_of(&hidden), 2);
    char text[] = "{\"a\":\"\\\"RuleIdentity\\\":\\\"1\\\"\",\"RuleIdentity\":\"2\"}";
    assert_string_equal(value_raw_numbers(text),
                        "{\"a\":\"\\\"RuleIdentity\\\":\\\"1\\\"\",\"RuleIdentity\":2}");
}

static void rules_are_switched_and_removed(void **state)
{
    json_t *rules = json_object_get(fixture_mailbox(*state, ADA), "_rules");
    AUTO_REPLY struct reply off = fixture_cmdlet(
        *state, "Disable-InboxRule", "{\"Mailbox\":\"ada\",\"Identity\":\"Forward\",\"Confirm\":false}");
    assert_false(json_flag(json_array_get(rules, 0), "Enabled"));
    AUTO_REPLY struct reply on =
        fixture_cmdlet(*state, "Enable-InboxRule", "{\"Mailbox\":\"ada\",\"Identity\":\"Forward\"}");
    assert_true(json_flag(json_array_get(rules, 0), "Enabled"));
    const char *identity =
        "{\"Mailbox\":\"ada\",\"Force\":true,\"Identity\":\"44444444-4444-4444-8444-444444444401"
        "\\\\16140901064495857665\",\"Confirm\":false}";
    AUTO_REPLY struct reply gone = fixture_cmdlet(*state, "Remove-InboxRule", identity);
    assert_int_equal(gone.status, 200);
    assert_int_equal(json_array_size(rules), 2);
    AUTO_REPLY struct reply again = fixture_cmdlet(*state, "Remove-InboxRule", identity);
    assert_int_equal(again.status, 404);
}

static void a_prompt_that_nobody_answers_does_nothing(void **state)
{
    AUTO_REPLY struct reply asked =
        fixture_cmdlet(*state, "Set-Mailbox", "{\"Identity\":\"ada\",\"Type\":\"Shared\"}");
    assert_int_equal(asked.status, 200);
    assert_non_null(json_text(asked.json, "@adminapi.confirmationmessage"));
    AUTO_REPLY struct reply device = fixture_cmdlet(
        *state, "Remove-MobileDevice", "{\"Identity\":\"55555555-5555-4555-8555-555555555501\"}");
    assert_non_null(json_text(device.json, "@adminapi.confirmationmessage"));
    assert_int_equal(json_array_size(json_object_get(fixture_mailbox(*state, ADA), "_devices")), 1);
    assert_null(json_object_get(fixture_mailbox(*state, ADA), "_pending_type"));
}

static void a_conversion_takes_its_time(void **state)
{
    struct sim *sim = *state;
    const char *shared = "{\"Identity\":\"ada\",\"Type\":\"Shared\",\"Confirm\":false}";
    AUTO_REPLY struct reply set = fixture_cmdlet(sim, "Set-Mailbox", shared);
    assert_int_equal(set.status, 200);
    assert_string_equal(warning_of(&set), "");
    AUTO_REPLY struct reply before = fixture_cmdlet(sim, "Get-Mailbox", "{\"Identity\":\"ada\"}");
    assert_string_equal(reply_row_text(&before, "RecipientTypeDetails"), "UserMailbox");
    sim->clock_offset_ms += 61000;
    AUTO_REPLY struct reply after = fixture_cmdlet(sim, "Get-Mailbox", "{\"Identity\":\"ada\"}");
    assert_string_equal(reply_row_text(&after, "RecipientTypeDetails"), "SharedMailbox");
    assert_true(json_flag(json_array_get(json_array_at(after.json, "value"), 0), "IsShared"));
    AUTO_REPLY struct reply again = fixture_cmdlet(sim, "Set-Mailbox", shared);
    assert_string_equal(warning_of(&again),
                        "The command completed successfully but no settings of 'Ada Leaver' have "
                        "been modified.");
}

static void settings_are_kept_and_shown_as_names(void **state)
{
    AUTO_REPLY struct reply set =
        fixture_cmdlet(*state, "Set-Mailbox",
                       "{\"Identity\":\"ada\",\"HiddenFromAddressListsEnabled\":true,\"ForwardingAddress\":"
                       "\"eve@contoso.com\","
                       "\"ForwardingSmtpAddress\":\"x@elsewhere.com\",\"DeliverToMailboxAndForward\":true,"
                       "\"GrantSendOnBehalfTo\":{\"@odata.type\":\"#Exchange.GenericHashTable\",\"add\":["
                       "\"dan@contoso.com\"]}}");
    assert_int_equal(set.status, 200);
    AUTO_REPLY struct reply get = fixture_cmdlet(*state, "Get-Mailbox", "{\"Identity\":\"ada\"}");
    /* Two people are called Bob Keep, so the directory name differs. */
    assert_string_equal(reply_row_text(&get, "ForwardingAddress"), "Bob Keep_22222222");
    assert_string_equal(reply_row_text(&get, "ForwardingSmtpAddress"), "smtp:x@elsewhere.com");
    const json_t *row = json_array_get(json_array_at(get.json, "value"), 0);
    assert_true(json_flag(row, "HiddenFromAddressListsEnabled"));
    assert_string_equal(json_string_value(json_array_get(json_array_at(row, "GrantSendOnBehalfTo"), 0)),
                        "Dan Premises");
    AUTO_REPLY struct reply clear =
        fixture_cmdlet(*state, "Set-Mailbox",
                       "{\"Identity\":\"ada\",\"ForwardingAddress\":null,\"ForwardingSmtpAddress\":null,"
                       "\"GrantSendOnBehalfTo\":{\"@odata.type\":\"#Exchange.GenericHashTable\"}}");
    assert_int_equal(clear.status, 200);
    AUTO_REPLY struct reply after = fixture_cmdlet(*state, "Get-Mailbox", "{\"Identity\":\"ada\"}");
    row = json_array_get(json_array_at(after.json, "value"), 0);
    assert_true(json_is_null(json_object_get(row, "ForwardingAddress")));
    assert_int_equal(json_array_size(json_array_at(row, "GrantSendOnBehalfTo")), 0);
}

static void a_refused_setting_leaves_the_others_unset(void **state)
{
    AUTO_REPLY struct reply set = fixture_cmdlet(
        *state, "Set-Mailbox",
        "{\"Identity\":\"cyd\",\"DeliverToMailboxAndForward\":true,\"HiddenFromAddressListsEnabled\":true}");
    assert_string_equal(reply_class(&set), "InvalidOperationException");
    assert_false(json_flag(fixture_mailbox(*state, CYD), "DeliverToMailboxAndForward"));
    AUTO_REPLY struct reply cloud = fixture_cmdlet(
        *state, "Set-Mailbox",
        "{\"Identity\":\"cyd\",\"IsExchangeCloudManaged\":true,\"HiddenFromAddressListsEnabled\":true}");
    assert_int_equal(cloud.status, 200);
}

static void permissions_come_and_go_with_warnings(void **state)
{
    static const struct {
        const char *cmdlet;
        const char *parameters;
        const char *warning; /* how it begins */
    } steps[] = {
        {"Add-MailboxPermission", "{\"Identity\":\"ada\",\"User\":\"bob\",\"AccessRights\":[\"FullAccess\"]}",
         ""},
        {"Add-MailboxPermission", "{\"Identity\":\"ada\",\"User\":\"bob\",\"AccessRights\":[\"FullAccess\"]}",
         "The appropriate access control entry is already present"},
        {"Remove-MailboxPermission",
         "{\"Identity\":\"ada\",\"User\":\"bob\",\"AccessRights\":[\"FullAccess\"],\"Confirm\":false}", ""},
        {"Remove-MailboxPermission",
         "{\"Identity\":\"ada\",\"User\":\"bob\",\"AccessRights\":[\"FullAccess\"],\"Confirm\":false}",
         "Can't remove the access control entry"},
        {"Add-RecipientPermission",
         "{\"Identity\":\"ada\",\"Trustee\":\"bob\",\"AccessRights\":[\"SendAs\"],\"Confirm\":false}", ""},
        {"Add-RecipientPermission",
         "{\"Identity\":\"ada\",\"Trustee\":\"bob\",\"AccessRights\":[\"SendAs\"],\"Confirm\":false}",
         "The appropriate access control entry is already present"},
        {"Remove-RecipientPermission",
         "{\"Identity\":\"ada\",\"Trustee\":\"bob\",\"AccessRights\":[\"SendAs\"],\"Confirm\":false}", ""},
    };
    for (size_t i = 0; i < sizeof steps / sizeof *steps; i++) {
        AUTO_REPLY struct reply reply = fixture_cmdlet(*state, steps[i].cmdlet, steps[i].parameters);
        assert_int_equal(reply.status, 200);
        assert_int_equal(strncmp(warning_of(&reply), steps[i].warning, strlen(steps[i].warning)), 0);
        assert_int_equal(!*warning_of(&reply), !*steps[i].warning);
    }
    AUTO_REPLY struct reply self = fixture_cmdlet(*state, "Get-MailboxPermission", "{\"Identity\":\"eve\"}");
    assert_int_equal(rows_of(&self), 2);
    assert_string_equal(reply_row_text(&self, "User"), "NT AUTHORITY\\SELF");
    const json_t *stale = json_array_get(json_array_at(self.json, "value"), 1);
    assert_int_equal(strncmp(json_text(stale, "User"), "S-1-5-21-", 9), 0);
    AUTO_REPLY struct reply reverse =
        fixture_cmdlet(*state, "Get-RecipientPermission", "{\"Trustee\":\"" ADA "\"}");
    assert_int_equal(rows_of(&reverse), 1);
    assert_string_equal(reply_row_text(&reverse, "Trustee"), "ada@contoso.com");
}

static void everything_else_answers(void **state)
{
    static const struct {
        const char *cmdlet;
        const char *parameters;
        size_t rows;
        const char *key; /* of the first row */
        const char *text;
    } cases[] = {
        {"Get-MobileDevice", "{\"Mailbox\":\"ada\"}", 1, "DeviceType", "Outlook"},
        {"Remove-MobileDevice", "{\"Identity\":\"55555555-5555-4555-8555-555555555501\",\"Confirm\":false}",
         0, "", ""},
        {"Get-MobileDevice", "{\"Mailbox\":\"ada\"}", 0, "", ""},
        {"Set-MailboxAutoReplyConfiguration",
         "{\"Identity\":\"ada\",\"AutoReplyState\":\"enabled\",\"InternalMessage\":\"<p>Gone</p>\"}", 0, "",
         ""},
        {"Get-MailboxAutoReplyConfiguration", "{\"Identity\":\"ada\"}", 1, "InternalMessage",
         "<html>\n<body>\n<p>Gone</p>\n</body>\n</html>\n"},
        {"Get-MailboxAutoReplyConfiguration", "{\"Identity\":\"ada\"}", 1, "AutoReplyState", "Enabled"},
        {"Get-DistributionGroup", "{\"Identity\":\"staff@contoso.com\"}", 1, "RecipientTypeDetails",
         "MailUniversalDistributionGroup"},
        {"Get-DistributionGroupMember", "{\"Identity\":\"staff\"}", 1, "PrimarySmtpAddress",
         "ada@contoso.com"},
        {"Get-Recipient",
         "{\"Filter\":\"Members -eq 'CN=Ada Leaver,OU=contoso.onmicrosoft.com,OU=Microsoft Exchange Hosted "
         "Organizations,DC=EURPR00A001,DC=PROD,DC=OUTLOOK,DC=COM'\"}",
         2, "DisplayName", "All Staff"},
        {"Get-Mailbox", "{\"Filter\":\"RecipientTypeDetails -eq 'UserMailbox' -and Alias -like 'a*'\"}", 1,
         "Alias", "ada"},
        {"Get-Mailbox", "{\"RecipientTypeDetails\":\"SharedMailbox\"}", 0, "", ""},
        {"Remove-DistributionGroupMember",
         "{\"Identity\":\"staff\",\"Member\":\"ada\",\"Confirm\":false,\"BypassSecurityGroupManagerCheck\":"
         "true}",
         0, "", ""},
        {"Get-DistributionGroupMember", "{\"Identity\":\"staff\"}", 0, "", ""},
        {"Add-DistributionGroupMember",
         "{\"Identity\":\"staff\",\"Member\":\"bob\",\"BypassSecurityGroupManagerCheck\":true}", 0, "", ""},
        {"Set-DistributionGroup",
         "{\"Identity\":\"staff\",\"ManagedBy\":[\"" ADA "\"],\"BypassSecurityGroupManagerCheck\":true}", 0,
         "", ""},
        {"Get-User", "{\"Identity\":\"dan\"}", 1, "RecipientTypeDetails", "MailUser"},
        {"Get-MailUser", "{}", 1, "Alias", "dan"},
        {"Get-CASMailbox", "{\"Identity\":\"ada\"}", 1, "Identity", "Ada Leaver"},
        {"Set-CASMailbox", "{\"Identity\":\"ada\",\"OWAEnabled\":false}", 0, "", ""},
        {"Get-OrganizationConfig", "{}", 1, "Name", "contoso.onmicrosoft.com"},
        {"Get-AcceptedDomain", "{\"Identity\":\"contoso.com\"}", 1, "DomainName", "contoso.com"},
        {"Get-HostedOutboundSpamFilterPolicy", "{}", 1, "AutoForwardingMode", "Automatic"},
        {"Get-MailboxFolderStatistics", "{\"Identity\":\"ada\",\"FolderScope\":\"Calendar\"}", 1,
         "FolderPath", "/Calendar"},
        {"Get-MailboxFolderPermission", "{\"Identity\":\"ada:\\\\Calendar\"}", 3, "User", "Default"},
        {"Set-MailboxFolderPermission",
         "{\"Identity\":\"ada:\\\\Calendar\",\"User\":\"bob\",\"AccessRights\":[\"Reviewer\"]}", 0, "", ""},
        {"Remove-MailboxFolderPermission",
         "{\"Identity\":\"ada:\\\\Calendar\",\"User\":\"bob\",\"Confirm\":false}", 0, "", ""},
        {"Add-MailboxFolderPermission",
         "{\"Identity\":\"ada:\\\\Calendar\",\"User\":\"cyd\",\"AccessRights\":[\"Editor\"]}", 1, "User",
         "Cyd Synced"},
        {"Remove-CalendarEvents",
         "{\"Identity\":\"ada\",\"CancelOrganizedMeetings\":true,\"QueryWindowInDays\":30,"
         "\"QueryStartDate\":\"2030-01-01\",\"Confirm\":false}",
         1, "", ""},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        AUTO_REPLY struct reply reply = fixture_cmdlet(*state, cases[i].cmdlet, cases[i].parameters);
        if (reply.status != 200 || rows_of(&reply) != cases[i].rows)
            print_message("case %zu: %s\n", i, reply.text);
        assert_int_equal(reply.status, 200);
        assert_int_equal(rows_of(&reply), cases[i].rows);
        if (*cases[i].key)
            assert_string_equal(reply_row_text(&reply, cases[i].key), cases[i].text);
    }
}

/* ---- the front ---- */

static void authorize(struct sim *sim)
{
    AUTO_FREE char *token = fixture_token(sim, "https://outlook.office365.com/.default", true);
    AUTO_STRBUF struct strbuf value = STRBUF_MAX(8000);
    strbuf_printf(&value, "Bearer %s", token);
    fixture_header(sim, "Authorization", strbuf_text(&value));
    fixture_header(sim, "X-AnchorMailbox", "UPN:ada@contoso.com");
}

static json_t *app_of(struct sim *sim)
{
    return json_array_get(json_object_get(sim_tenant(sim, TENANT), "apps"), 0);
}

static void pages_are_fetched_by_posting_again(void **state)
{
    struct sim *sim = *state;
    const char *body =
        "{\"CmdletInput\":{\"CmdletName\":\"Get-Mailbox\",\"Parameters\":{\"ResultSize\":\"Unlimited\"}}}";
    authorize(sim);
    fixture_header(sim, "Prefer", "odata.maxpagesize=3");
    AUTO_REPLY struct reply first = fixture_call(sim, "exchange", "POST", INVOKE "?$select=Alias", body);
    assert_int_equal(rows_of(&first), 3);
    assert_string_equal(reply_row_text(&first, "DisplayName"), "");
    const char *link = json_text(first.json, "@odata.nextLink");
    assert_int_equal(strncmp(link, "http://127.0.0.1:9090/exchange" INVOKE "?%24skiptoken=", 50), 0);
    const char *target = link + strlen("http://127.0.0.1:9090/exchange");
    authorize(sim);
    AUTO_REPLY struct reply second = fixture_call(sim, "exchange", "POST", target, body);
    assert_int_equal(rows_of(&second), 1);
    assert_string_not_equal(reply_row_text(&second, "Alias"), "");
    assert_null(json_text(second.json, "@odata.nextLink"));
    authorize(sim);
    AUTO_REPLY struct reply other = fixture_call(
        sim, "exchange", "POST", target, "{\"CmdletInput\":{\"CmdletName\":\"Get-User\",\"Parameters\":{}}}");
    assert_int_equal(other.status, 400);
    sim->clock_offset_ms += 31 * 60 * 1000;
    authorize(sim);
    AUTO_REPLY struct reply late = fixture_call(sim, "exchange", "POST", target, body);
    assert_int_equal(late.status, 400);
    AUTO_REPLY struct reply cut = fixture_cmdlet(sim, "Get-Mailbox", "{\"ResultSize\":2}");
    assert_int_equal(rows_of(&cut), 2);
    assert_int_equal(strncmp(warning_of(&cut), "There are more results available", 32), 0);
}

static void only_the_right_caller_is_served(void **state)
{
    struct sim *sim = *state;
    const char *body =
        "{\"CmdletInput\":{\"CmdletName\":\"Get-InboxRule\",\"Parameters\":{\"Mailbox\":\"ada\"}}}";
    AUTO_REPLY struct reply nobody = fixture_call(sim, "exchange", "POST", INVOKE, body);
    assert_int_equal(nobody.status, 401);
    authorize(sim);
    AUTO_REPLY struct reply elsewhere =
        fixture_call(sim, "exchange", "POST", "/adminapi/beta/" ADA "/InvokeCommand", body);
    assert_int_equal(elsewhere.status, 401);
    authorize(sim);
    AUTO_REPLY struct reply lost =
        fixture_call(sim, "exchange", "POST", "/adminapi/beta/" TENANT "/Nonsense", body);
    assert_int_equal(lost.status, 404);
    authorize(sim);
    fixture_header(sim, "X-AnchorMailbox", "");
    AUTO_REPLY struct reply anchorless = fixture_call(sim, "exchange", "POST", INVOKE, body);
    assert_int_equal(anchorless.status, 400);
    authorize(sim);
    AUTO_REPLY struct reply broken = fixture_call(sim, "exchange", "POST", INVOKE, "{}");
    assert_int_equal(broken.status, 400);

    json_put(app_of(sim), "directory_roles", json_make("[s]", "Global Reader"));
    authorize(sim);
    AUTO_REPLY struct reply reader = fixture_call(sim, "exchange", "POST", INVOKE, body);
    assert_int_equal(reader.status, 403);
    assert_string_equal(reply_class(&reader), "CmdletAccessDeniedException");
    authorize(sim);
    AUTO_REPLY struct reply module =
        fixture_call(sim, "exchange", "GET", "/adminapi/v1.0/" TENANT "/EXOModuleFile?Version=3.9.2", NULL);
    assert_non_null(strstr(reply_row_text(&module, "exportedCmdlets"), "Get-Mailbox,"));
    assert_null(strstr(reply_row_text(&module, "exportedCmdlets"), "Set-Mailbox,"));

    json_put(app_of(sim), "directory_roles", json_array());
    authorize(sim);
    AUTO_REPLY struct reply roleless = fixture_call(sim, "exchange", "POST", INVOKE, body);
    assert_int_equal(roleless.status, 403);
    assert_null(roleless.json);
    json_put(app_of(sim), "exchange_roles", json_array());
    authorize(sim);
    AUTO_REPLY struct reply unconsented = fixture_call(sim, "exchange", "POST", INVOKE, body);
    assert_int_equal(unconsented.status, 401);
}

static void filters_compare_and_join(void **state)
{
    (void)state;
    static const struct {
        const char *filter;
        int fits; /* -1: cannot be read */
    } cases[] = {
        {"Name -eq 'O''Hara'", 1},
        {"name -EQ 'o''hara'", 1},
        {"Name -ne 'x' -and Hidden -eq $true", 1},
        {"Name -eq 'x' -or Hidden -eq 'false'", 0},
        {"(Name -like 'O*a')", 1},
        {"List -eq 'b'", 1},
        {"Missing -eq 'x'", -1},
        {"Name -eq 'x", -1},
        {"Name -gt 'x'", -1},
        {"Name -eq 'x' -xor Name -eq 'x'", -1},
    };
    AUTO_JSON json_t *row = json_make("{sssbs[ss]}", "Name", "O'Hara", "Hidden", 1, "List", "a", "b");
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        bool bad = false;
        bool fits = filter_fits(cases[i].filter, row, NULL, &bad);
        assert_int_equal(bad ? -1 : fits, cases[i].fits);
    }
}

static void sizes_have_units_and_bytes(void **state)
{
    (void)state;
    static const struct {
        int64_t bytes;
        const char *text;
    } cases[] = {
        {0, "0 B (0 bytes)"},
        {999, "999 B (999 bytes)"},
        {1536, "1.5 KB (1,536 bytes)"},
        {53687091200, "50 GB (53,687,091,200 bytes)"},
    };
    AUTO_JSON json_t *row = json_object();
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        value_size(row, "Size", cases[i].bytes);
        assert_string_equal(json_text(row, "Size"), cases[i].text);
    }
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(commands_are_refused_as_documented),
        CASE(identity_takes_every_unique_name),
        CASE(rows_carry_types_and_documented_values),
        CASE(a_rule_identity_is_a_bare_number_beyond_64_bits),
        CASE(rules_are_switched_and_removed),
        CASE(a_prompt_that_nobody_answers_does_nothing),
        CASE(a_conversion_takes_its_time),
        CASE(settings_are_kept_and_shown_as_names),
        CASE(a_refused_setting_leaves_the_others_unset),
        CASE(permissions_come_and_go_with_warnings),
        CASE(everything_else_answers),
        CASE(pages_are_fetched_by_posting_again),
        CASE(only_the_right_caller_is_served),
        CASE(filters_compare_and_join),
        CASE(sizes_have_units_and_bytes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
