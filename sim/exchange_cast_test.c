/* What Exchange says about the cast of the small seed: mailboxes that refuse, are gone, are shared with
 * others. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "call_fixture.h"

#define ADELE "adele.vance@contoso.com"

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

static const char *warning_of(const struct reply *reply)
{
    const char *text = json_string_value(json_array_get(json_array_at(reply->json, "@adminapi.warnings"), 0));
    return text ? text : "";
}

static void each_mailbox_answers_in_its_own_way(void **state)
{
    static const struct {
        const char *cmdlet, *parameters;
        int status;
        const char *class;
    } cases[] = {
        {"Set-Mailbox", "{\"Identity\":\"syd.synced@contoso.com\",\"HiddenFromAddressListsEnabled\":true}",
         400, "InvalidOperationException"},
        {"Set-Mailbox",
         "{\"Identity\":\"syd.synced@contoso.com\",\"GrantSendOnBehalfTo\":{\"@odata.type\":"
         "\"#Exchange.GenericHashTable\",\"add\":\"megan.bowen@contoso.com\"}}",
         400, "InvalidOperationException"},
        {"Set-Mailbox", "{\"Identity\":\"syd.synced@contoso.com\",\"Type\":\"Shared\",\"Confirm\":false}",
         200, ""},
        {"Set-Mailbox", "{\"Identity\":\"syd.synced@contoso.com\",\"IsExchangeCloudManaged\":true}", 200, ""},
        {"Set-Mailbox", "{\"Identity\":\"syd.synced@contoso.com\",\"HiddenFromAddressListsEnabled\":true}",
         200, ""},
        {"Get-Mailbox", "{\"Identity\":\"nora.nomail@contoso.com\"}", 404,
         "ManagementObjectNotFoundException"},
        {"Get-Mailbox", "{\"Identity\":\"moe.mailuser@contoso.com\"}", 404,
         "ManagementObjectNotFoundException"},
        {"Get-MailUser", "{\"Identity\":\"moe.mailuser@contoso.com\"}", 200, ""},
        {"Get-Mailbox", "{\"Identity\":\"gus.guest@partner-example.com\"}", 404,
         "ManagementObjectNotFoundException"},
        {"Get-Recipient", "{\"Identity\":\"gus.guest@partner-example.com\"}", 200, ""},
        {"Remove-DistributionGroupMember",
         "{\"Identity\":\"Finance Approvers\",\"Member\":\"" ADELE "\",\"Confirm\":false,"
         "\"BypassSecurityGroupManagerCheck\":true}",
         200, ""},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        AUTO_REPLY struct reply reply = fixture_cmdlet(*state, cases[i].cmdlet, cases[i].parameters);
        if (reply.status != cases[i].status || strcmp(reply_class(&reply), cases[i].class) != 0)
            fail_msg("case %zu: %d %s", i, reply.status, reply.text);
    }
}

static void sizes_holds_and_archives_are_told(void **state)
{
    struct sim *sim = *state;
    AUTO_REPLY struct reply big =
        fixture_cmdlet(sim, "Get-MailboxStatistics", "{\"Identity\":\"bruno.big@contoso.com\"}");
    assert_string_equal(reply_row_text(&big, "TotalItemSize"), "60 GB (64,424,509,440 bytes)");
    AUTO_REPLY struct reply held =
        fixture_cmdlet(sim, "Get-Mailbox", "{\"Identity\":\"hanna.hold@contoso.com\"}");
    assert_true(json_flag(reply_item(&held, 0), "LitigationHoldEnabled"));
    assert_int_equal(json_array_size(json_object_get(reply_item(&held, 0), "InPlaceHolds")), 1);
    AUTO_REPLY struct reply archive =
        fixture_cmdlet(sim, "Get-Mailbox", "{\"Identity\":\"archie.archive@contoso.com\"}");
    assert_string_equal(reply_row_text(&archive, "ArchiveStatus"), "Active");
    AUTO_REPLY struct reply inside = fixture_cmdlet(
        sim, "Get-MailboxStatistics", "{\"Identity\":\"archie.archive@contoso.com\",\"Archive\":true}");
    assert_string_equal(reply_row_text(&inside, "TotalItemSize"), "20 GB (21,474,836,480 bytes)");
}

static void what_a_user_may_use_is_found_by_distinguished_name(void **state)
{
    struct sim *sim = *state;
    AUTO_REPLY struct reply user = fixture_cmdlet(sim, "Get-User", "{\"Identity\":\"" ADELE "\"}");
    AUTO_STRBUF struct strbuf filter = STRBUF_MAX(1000);

    strbuf_printf(&filter, "{\"Filter\":\"GrantSendOnBehalfTo -eq '%s'\"}",
                  reply_row_text(&user, "DistinguishedName"));
    AUTO_REPLY struct reply behalf = fixture_cmdlet(sim, "Get-Mailbox", strbuf_text(&filter));
    assert_int_equal(reply_count(&behalf), 1);
    assert_string_equal(reply_row_text(&behalf, "DisplayName"), "Invoices");
    AUTO_REPLY struct reply send_as =
        fixture_cmdlet(sim, "Get-RecipientPermission", "{\"Trustee\":\"" ADELE "\"}");
    assert_int_equal(reply_count(&send_as), 1);
    strbuf_done(&filter);
    filter.max = 1000;
    strbuf_printf(&filter, "{\"Filter\":\"Members -eq '%s'\"}", reply_row_text(&user, "DistinguishedName"));
    AUTO_REPLY struct reply lists = fixture_cmdlet(sim, "Get-Recipient", strbuf_text(&filter));
    assert_int_equal(reply_count(&lists),
                     4 + 2 + 1); /* Microsoft 365 groups, lists, a mail-enabled security group */
    json_put_text(fixture_mailbox(sim, "cora.cloud@contoso.com"), "_forwarding_id",
                  "5f1c0a2e-3b4d-4c5e-8f6a-000000000002");
    strbuf_done(&filter);
    filter.max = 1000;
    strbuf_printf(&filter, "{\"Filter\":\"ForwardingAddress -eq '%s'\"}",
                  reply_row_text(&user, "DistinguishedName"));
    AUTO_REPLY struct reply forwards = fixture_cmdlet(sim, "Get-Mailbox", strbuf_text(&filter));
    assert_int_equal(reply_count(&forwards), 1);
}

static void send_as_may_be_given_on_groups(void **state)
{
    static const char named[] = "{\"Identity\":\"Retail Newsletter\",\"Trustee\":\"" ADELE
                                "\",\"AccessRights\":[\"SendAs\"],\"Confirm\":false}";
    struct sim *sim = *state;
    AUTO_REPLY struct reply added = fixture_cmdlet(sim, "Add-RecipientPermission", named);
    assert_int_equal(added.status, 200);
    AUTO_REPLY struct reply found =
        fixture_cmdlet(sim, "Get-RecipientPermission", "{\"Trustee\":\"" ADELE "\"}");
    assert_int_equal(reply_count(&found), 2);
    AUTO_REPLY struct reply gone = fixture_cmdlet(sim, "Remove-RecipientPermission", named);
    assert_string_equal(warning_of(&gone), "");
    AUTO_REPLY struct reply again = fixture_cmdlet(sim, "Remove-RecipientPermission", named);
    assert_non_null(strstr(warning_of(&again), "because the ACE isn't present."));
    sim->flipped[VARIANT_ace_doesnt_exist] = true;
    AUTO_REPLY struct reply other = fixture_cmdlet(sim, "Remove-RecipientPermission", named);
    assert_non_null(strstr(warning_of(&other), "doesn't exist on the object."));
}

static void a_calendar_has_the_name_of_its_language(void **state)
{
    static const char right[] =
        "{\"Identity\":\"kai.kalender@contoso.com:\\\\Kalender\",\"User\":\"" ADELE "\"}";
    static const char other[] = "{\"Identity\":\"kai.kalender@contoso.com:\\\\Kalender\",\"User\":\""
                                "cora.cloud@contoso.com"
                                "\"}";
    struct sim *sim = *state;
    AUTO_REPLY struct reply folders =
        fixture_cmdlet(sim, "Get-MailboxFolderStatistics",
                       "{\"Identity\":\"kai.kalender@contoso.com\",\"FolderScope\":\"Calendar\"}");
    assert_string_equal(reply_row_text(&folders, "FolderPath"), "/Kalender");
    AUTO_REPLY struct reply english = fixture_cmdlet(
        sim, "Get-MailboxFolderPermission", "{\"Identity\":\"kai.kalender@contoso.com:\\\\Calendar\"}");
    assert_int_equal(english.status, 404);
    AUTO_REPLY struct reply row = fixture_cmdlet(sim, "Get-MailboxFolderPermission", right);
    assert_string_equal(reply_row_text(&row, "User"), "Adele Vance");
    assert_string_equal(reply_row_text(&row, "SharingPermissionFlags"), "Delegate");
    AUTO_REPLY struct reply none = fixture_cmdlet(sim, "Get-MailboxFolderPermission", other);
    assert_string_equal(reply_class(&none), "UserNotFoundInPermissionEntryException");
    sim->flipped[VARIANT_folder_user_object] = sim->flipped[VARIANT_folder_no_entry_fails] = true;
    AUTO_REPLY struct reply object = fixture_cmdlet(sim, "Get-MailboxFolderPermission", right);
    assert_string_equal(json_text(json_object_get(reply_item(&object, 0), "User"), "UserType"), "Internal");
    AUTO_REPLY struct reply empty = fixture_cmdlet(sim, "Get-MailboxFolderPermission", other);
    assert_int_equal(empty.status, 200);
    assert_int_equal(reply_count(&empty), 0);
}

static void a_device_is_cleared_and_removed(void **state)
{
    struct sim *sim = *state;
    json_t *devices = json_object_get(fixture_mailbox(sim, ADELE), "_devices");
    char parameters[200];

    for (size_t i = 0; i < 2; i++) {
        snprintf(parameters, sizeof parameters,
                 "{\"Identity\":\"%s\",\"AccountOnly\":true,\"Confirm\":false}",
                 json_text(json_array_get(devices, i), "Guid"));
        AUTO_REPLY struct reply cleared = fixture_cmdlet(sim, "Clear-MobileDevice", parameters);
        assert_int_equal(cleared.status, 200);
        assert_true(json_flag(json_array_get(devices, i), "_wipe_account_only"));
    }
    AUTO_REPLY struct reply statistics =
        fixture_cmdlet(sim, "Get-MobileDeviceStatistics", "{\"Mailbox\":\"" ADELE "\"}");
    assert_string_equal(reply_row_text(&statistics, "Status"), "AccountOnlyDeviceWipePending");
    AUTO_REPLY struct reply asked = fixture_cmdlet(sim, "Remove-MobileDevice", "{\"Identity\":\"x\"}");
    assert_non_null(strstr(asked.text, "@adminapi.confirmationmessage"));
    for (size_t left = 2; left-- > 0;) {
        snprintf(parameters, sizeof parameters, "{\"Identity\":\"%s\",\"Confirm\":false}",
                 json_text(json_array_get(devices, 0), "Guid"));
        AUTO_REPLY struct reply removed = fixture_cmdlet(sim, "Remove-MobileDevice", parameters);
        assert_int_equal(removed.status, 200);
        assert_int_equal(json_array_size(devices), left);
    }
}

static void a_deleted_users_mailbox_is_soft_deleted(void **state)
{
    struct sim *sim = *state;
    AUTO_REPLY struct reply gone = fixture_graph(sim, "DELETE", "users/hanna.hold@contoso.com", NULL);
    assert_int_equal(gone.status, 204);
    AUTO_REPLY struct reply missing =
        fixture_cmdlet(sim, "Get-Mailbox", "{\"Identity\":\"hanna.hold@contoso.com\"}");
    assert_int_equal(missing.status, 404);
    AUTO_REPLY struct reply inactive = fixture_cmdlet(sim, "Get-Mailbox", "{\"InactiveMailboxOnly\":true}");
    assert_int_equal(reply_count(&inactive), 1); /* a hold keeps it */
    assert_true(json_flag(reply_item(&inactive, 0), "IsInactiveMailbox"));
    AUTO_REPLY struct reply nobody =
        fixture_cmdlet(sim, "Get-Mailbox", "{\"Identity\":\"" ADELE "\",\"SoftDeletedMailbox\":true}");
    assert_int_equal(nobody.status, 404);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
    const struct CMUnitTest tests[] = {
        TEST(each_mailbox_answers_in_its_own_way),
        TEST(sizes_holds_and_archives_are_told),
        TEST(what_a_user_may_use_is_found_by_distinguished_name),
        TEST(send_as_may_be_given_on_groups),
        TEST(a_calendar_has_the_name_of_its_language),
        TEST(a_device_is_cleared_and_removed),
        TEST(a_deleted_users_mailbox_is_soft_deleted),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
