/* What each task makes of the facts: a table of wanted states, without any upstream. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/json_damage.h"
#include "plan/group.h"
#include "plan/options.h"
#include "task/facts.h"
#include "task/forwarding.h"
#include "task/task.h"

static json_t *parse(const char *text)
{
    json_t *value = json_loads(text, JSON_DECODE_ANY, NULL);
    assert_non_null(value);
    return value;
}

static void every_task_of_the_catalogue_can_run(void **state)
{
    (void)state;
    for (int id = 0; id < TASK_COUNT; id++) {
        const struct task_type *type = task_type((enum task_id)id);
        enum task_unit unit = task_info((enum task_id)id)->unit;
        assert_non_null(type->forward.observe);
        assert_int_equal(type->proof & ~type->facts, 0);
        assert_int_equal(unit == UNIT_LOCKOUT && id != TASK_disable_sign_in, type->proof == 0);
        assert_int_equal(unit == UNIT_CLOUD, type->forward.act != NULL);
        assert_int_equal(unit == UNIT_SITE, type->forward.apply != NULL);
        assert_int_equal(task_undoable((enum task_id)id), type->undo.observe != NULL);
        assert_int_equal(task_undoable((enum task_id)id), type->undo.act || type->undo.apply);
    }
}

/* What a case does not tell is not there. */
static void complete(json_t *facts)
{
    for (int fact = 0; fact < FACT_COUNT; fact++) {
        const char *name = fact_name((enum fact)fact);
        if (!json_object_get(facts, name))
            json_put(facts, name, fact == FACT_NUMBER_USER ? json_object() : json_null());
    }
}

static void observing_compares_facts_with_the_promise(void **state)
{
    (void)state;
    static const struct {
        enum task_id task;
        const char *options, *facts;
        const char *expected, *reason;
    } cases[] = {
        {TASK_disable_sign_in, "{\"disable_sign_in\":{}}", "{\"user\":{\"accountEnabled\":false}}", "nothing",
         NULL},
        {TASK_disable_sign_in, "{\"disable_sign_in\":{}}", "{\"user\":{\"accountEnabled\":true}}", "change",
         NULL},
        {TASK_reset_password, "{\"reset_password\":{}}", "{\"user\":{\"onPremisesSyncEnabled\":true}}",
         "skip", "needs_delegated_sign_in"},
        {TASK_revoke_sessions, "{\"revoke_sessions\":{}}", "{}", "change", NULL},
        {TASK_hide_from_gal, "{\"hide_from_gal\":{}}", "{\"mailbox\":null}", "skip", "no_mailbox"},
        {TASK_hide_from_gal, "{\"hide_from_gal\":{}}",
         "{\"mailbox\":{\"HiddenFromAddressListsEnabled\":true}}", "nothing", NULL},
        {TASK_convert_to_shared, "{\"convert_to_shared\":{}}",
         "{\"mailbox\":{\"RecipientTypeDetails\":\"UserMailbox\"}}", "change", NULL},
        {TASK_convert_to_shared, "{\"convert_to_shared\":{}}",
         "{\"mailbox\":{\"RecipientTypeDetails\":\"SharedMailbox\"}}", "nothing", NULL},
        {TASK_forward_email, "{\"forward_email\":{\"to\":\"manager\",\"keep_copy\":true}}",
         "{\"mailbox\":{\"ForwardingSmtpAddress\":\"smtp:Bob@x.com\",\"DeliverToMailboxAndForward\":true},"
         "\"people\":{\"manager\":{\"id\":\"b\",\"mail\":\"bob@x.com\"}}}",
         "nothing", NULL},
        {TASK_forward_email, "{\"forward_email\":{\"to\":\"manager\",\"keep_copy\":true}}",
         "{\"mailbox\":{\"ForwardingSmtpAddress\":\"smtp:bob@x.com\",\"ForwardingAddress\":\"Eve\","
         "\"DeliverToMailboxAndForward\":true},\"people\":{\"manager\":{\"id\":\"b\",\"mail\":\"bob@x.com\"}}"
         "}",
         "change", NULL},
        {TASK_disable_forwarding, "{\"disable_forwarding\":{}}",
         "{\"mailbox\":{\"ForwardingSmtpAddress\":\"smtp:b@x\"}}", "change", NULL},
        {TASK_disable_forwarding, "{\"disable_forwarding\":{}}",
         "{\"mailbox\":{\"ForwardingSmtpAddress\":null}}", "nothing", NULL},
        {TASK_set_out_of_office,
         "{\"set_out_of_office\":{\"message_html\":\"<p>%displayname% left</p>\",\"audience\":\"all\"}}",
         "{\"user\":{\"displayName\":\"Ann\"},\"mailbox\":{},\"auto_reply\":{\"AutoReplyState\":\"Enabled\","
         "\"ExternalAudience\":\"All\",\"InternalMessage\":\"<html><body>\\n<p>Ann "
         "left</p>\\n</body></html>\\n\","
         "\"ExternalMessage\":\"<html><body><p>Ann left</p></body></html>\"}}",
         "nothing", NULL},
        {TASK_set_out_of_office,
         "{\"set_out_of_office\":{\"message_html\":\"<p>Bye</p>\",\"audience\":\"known\"}}",
         "{\"user\":{},\"mailbox\":{},\"auto_reply\":{\"AutoReplyState\":\"Disabled\"}}", "change", NULL},
        {TASK_grant_mailbox_access, "{\"grant_mailbox_access\":{\"users\":[\"manager\"]}}",
         "{\"mailbox\":{},\"people\":{\"manager\":{\"id\":\"b\",\"userPrincipalName\":\"b@x\"}},"
         "\"permissions\":[{\"User\":\"B@x\",\"AccessRights\":[\"FullAccess, ReadPermission\"]}]}",
         "nothing", NULL},
        {TASK_grant_mailbox_access, "{\"grant_mailbox_access\":{\"users\":[\"manager\"]}}",
         "{\"mailbox\":{},\"people\":{\"manager\":{\"id\":\"b\",\"userPrincipalName\":\"b@x\"}},"
         "\"permissions\":[{\"User\":\"b@x\",\"AccessRights\":[\"FullAccess\"],\"Deny\":true}]}",
         "change", NULL},
        {TASK_remove_from_groups, "{\"remove_from_groups\":{}}",
         "{\"groups\":[{\"id\":\"g\",\"displayName\":\"D\",\"membershipRule\":\"x\",\"groupTypes\":["
         "\"DynamicMembership\"]}]}",
         "nothing", NULL},
        {TASK_remove_from_groups, "{\"remove_from_groups\":{}}",
         "{\"groups\":[{\"id\":\"g\",\"displayName\":\"S\",\"securityEnabled\":true}]}", "change", NULL},
        {TASK_remove_from_groups, "{\"remove_from_groups\":{},\"remove_licenses\":{}}",
         "{\"groups\":[{\"id\":\"g\",\"displayName\":\"S\",\"securityEnabled\":true,\"assignedLicenses\":[{}]"
         "}]}",
         "nothing", NULL},
        {TASK_remove_from_groups, "{\"remove_from_groups\":{}}",
         "{\"groups\":[],\"owned\":[{\"id\":\"g\",\"displayName\":\"T\"}],\"sole_owner_of\":[\"g\"]}",
         "nothing", NULL},
        {TASK_remove_licenses, "{\"remove_licenses\":{\"force\":false},\"convert_to_shared\":{}}",
         "{\"user\":{\"licenseAssignmentStates\":[{\"skuId\":\"s\",\"assignedByGroup\":null}]},\"mailbox_"
         "size\":60000000000,"
         "\"mailbox\":{\"RecipientTypeDetails\":\"SharedMailbox\"},\"skus\":[{\"skuId\":\"s\","
         "\"skuPartNumber\":\"SPB\","
         "\"servicePlans\":[{\"servicePlanId\":\"9aaf7827-d63c-4b61-89c3-182f06f82e5c\"}]}]}",
         "nothing", NULL},
        {TASK_remove_licenses, "{\"remove_licenses\":{\"force\":true},\"convert_to_shared\":{}}",
         "{\"user\":{\"licenseAssignmentStates\":[{\"skuId\":\"s\",\"assignedByGroup\":null}]},\"mailbox_"
         "size\":60000000000,"
         "\"mailbox\":{\"RecipientTypeDetails\":\"SharedMailbox\"},\"skus\":[{\"skuId\":\"s\","
         "\"servicePlans\":["
         "{\"servicePlanId\":\"9aaf7827-d63c-4b61-89c3-182f06f82e5c\"}]}]}",
         "change", NULL},
        {TASK_remove_licenses, "{\"remove_licenses\":{}}", "{\"user\":{\"licenseAssignmentStates\":[]}}",
         "nothing", NULL},
        {TASK_remove_mailbox_permissions, "{\"remove_mailbox_permissions\":{}}",
         "{\"access_index\":{\"usable\":true}}", "nothing", NULL},
        {TASK_remove_mailbox_permissions, "{\"remove_mailbox_permissions\":{}}",
         "{\"access_index\":{\"usable\":false,\"kept\":true}}", "wait", "permission_index"},
        {TASK_remove_mailbox_permissions, "{\"remove_mailbox_permissions\":{}}",
         "{\"access_index\":{\"usable\":false,\"kept\":true},\"send_as_elsewhere\":[{\"Identity\":\"Info\"}]"
         "}",
         "change", NULL},
        {TASK_remove_mailbox_permissions, "{\"remove_mailbox_permissions\":{}}",
         "{\"access_index\":{\"usable\":false,\"kept\":false}}", "fail", NULL},
        {TASK_remove_calendar_permissions, "{\"remove_calendar_permissions\":{}}",
         "{\"access_index\":{\"usable\":false,\"kept\":true}}", "wait", "permission_index"},
        {TASK_remove_calendar_permissions, "{\"remove_calendar_permissions\":{}}",
         "{\"access_index\":{\"usable\":true},\"calendars_elsewhere\":[{\"mailbox\":\"m\",\"folder\":"
         "\"\\\\Kalender\",\"rights\":[\"Editor\"]}]}",
         "change", NULL},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        AUTO_JSON json_t *options = parse(cases[i].options);
        AUTO_JSON json_t *facts = parse(cases[i].facts);
        AUTO_JSON json_t *plan = json_make("[{s:s}]", "task", task_info(cases[i].task)->id);
        complete(facts);
        const struct run_view run = {.options = options,
                                     .user_id = "u",
                                     .user_principal_name = "u@x",
                                     .chosen = options_tasks(options),
                                     .clock = clock_system()};
        task_forecast(plan, &run, facts);
        const json_t *step = json_array_get(plan, 0);
        if (strcmp(json_text(step, "expected"), cases[i].expected) != 0)
            print_error("case %zu, %s\n", i, task_info(cases[i].task)->id);
        assert_string_equal(json_text(step, "expected"), cases[i].expected);
        if (cases[i].reason)
            assert_string_equal(json_text(step, "reason"), cases[i].reason);
    }
}

/* What the index shows for the first time while a task reads back was never sent: it has to come with a look
 * of its own, or the task would wait for it to vanish. */
static void what_is_new_while_reading_back_comes_with_the_next_look(void **state)
{
    (void)state;
    AUTO_ARENA struct arena *arena = arena_new();
    AUTO_JSON json_t *first = parse("{\"mailbox\":null,\"access_index\":{\"usable\":false,\"kept\":true},"
                                    "\"access_elsewhere\":[{\"mailbox\":\"m1\",\"name\":\"One\"}]}");
    AUTO_JSON json_t *more = parse("{\"mailbox\":null,\"access_index\":{\"usable\":true},"
                                   "\"access_elsewhere\":[{\"mailbox\":\"m2\",\"name\":\"Two\"}]}");
    const struct run_view run = {
        .user_id = "u", .chosen = TASK_BIT(TASK_remove_mailbox_permissions), .clock = clock_system()};
    struct task_row row = {.task = TASK_remove_mailbox_permissions};
    struct work work = {.run = &run, .task = row.task, .row = &row, .arena = arena};
    const struct task_verbs *verbs = &task_type(row.task)->forward;
    assert_int_equal(verbs->observe(&work, first), OBSERVED_NEEDED);
    work.acted = true;
    assert_int_equal(verbs->observe(&work, more), OBSERVED_WAIT); /* m1 is gone, m2 is new */
    assert_string_equal(row.reason, "permission_index");
    assert_int_equal(json_array_size(row.items), 1);
    assert_string_equal(json_text(json_array_get(row.items, 0), "status"), "succeeded");
    work.acted = false;
    assert_int_equal(verbs->observe(&work, more), OBSERVED_NEEDED);
    assert_int_equal(json_array_size(row.items), 2);
    assert_int_equal(json_array_size(json_array_at(row.before, "full_access")), 2);
    task_row_done(&row);
}

/* The license came back in this undo, and Exchange needs a while. */
static void a_mailbox_that_comes_back_is_waited_for(void **state)
{
    (void)state;
    static const struct {
        int64_t minutes; /* since the task began */
        task_set also;   /* undone in the same run */
        bool undo;
        enum observed observed;
        const char *reason;
    } cases[] = {
        {0, TASK_BIT(TASK_remove_licenses), true, OBSERVED_WAIT, "mailbox_returns"},
        {14, TASK_BIT(TASK_delete_user), true, OBSERVED_WAIT, "mailbox_returns"},
        {16, TASK_BIT(TASK_remove_licenses), true, OBSERVED_SKIP, "no_mailbox"},
        {0, TASK_BIT(TASK_remove_from_groups), true, OBSERVED_SKIP, "no_mailbox"},
        {0, TASK_BIT(TASK_remove_licenses), false, OBSERVED_SKIP, "no_mailbox"},
    };
    const struct task_row forward[TASK_COUNT] = {{0}};
    AUTO_JSON json_t *facts = parse("{\"mailbox\":null}");
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        AUTO_ARENA struct arena *arena = arena_new();
        const struct run_view run = {.user_id = "u",
                                     .chosen = cases[i].also | TASK_BIT(TASK_hide_from_gal),
                                     .forward = cases[i].undo ? forward : NULL,
                                     .clock = clock_system()};
        struct task_row row = {.task = TASK_hide_from_gal,
                               .started_at = clock_utc_ms(clock_system()) - cases[i].minutes * 60000};
        struct work work = {.run = &run, .task = row.task, .row = &row, .arena = arena};
        assert_int_equal(work_verbs(&work)->observe(&work, facts), cases[i].observed);
        assert_string_equal(row.reason, cases[i].reason);
        assert_int_equal(json_array_size(row.warnings), cases[i].minutes > 15);
        task_row_done(&row);
    }
}

static void waiting_for_the_index_has_an_end(void **state)
{
    (void)state;
    static const struct {
        int64_t hours;       /* since the task began */
        const char *error;   /* of the scan */
        int64_t error_hours; /* since that happened */
        bool again;
        enum observed observed;
        const char *words;
    } cases[] = {
        {1, NULL, 0, false, OBSERVED_WAIT, NULL},
        {23, NULL, 0, false, OBSERVED_WAIT, NULL},
        {25, NULL, 0, false, OBSERVED_FAILED, "within 24 hours"},
        {25, "The service failed.", 1, true, OBSERVED_FAILED,
         "within 24 hours. What was known has been done. Microsoft 365 says: The service failed."},
        {1, "The service failed.", 0, true, OBSERVED_WAIT, NULL},
        {2, "The role lacks the cmdlet.", 1, false, OBSERVED_FAILED,
         "cannot be looked at. Microsoft 365 says: The role lacks the cmdlet."},
        {1, "The role lacks the cmdlet.", 2, false, OBSERVED_WAIT,
         NULL}, /* from before: it may be granted by now */
    };
    const int64_t hour = 3600000, now = clock_utc_ms(clock_system());
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        AUTO_ARENA struct arena *arena = arena_new();
        AUTO_JSON json_t *facts = parse("{\"access_index\":{\"usable\":false,\"kept\":true}}");
        if (cases[i].error)
            json_put(
                json_object_get(facts, "access_index"), "error",
                json_put_time(json_make("{s:s, s:b}", "message", cases[i].error, "retryable", cases[i].again),
                              "at", now - cases[i].error_hours * hour));
        const struct run_view run = {.user_id = "u", .clock = clock_system()};
        struct task_row row = {.task = TASK_remove_calendar_permissions,
                               .started_at = now - cases[i].hours * hour};
        struct work work = {.run = &run, .task = row.task, .row = &row, .arena = arena};
        assert_int_equal(task_type(row.task)->forward.observe(&work, facts), cases[i].observed);
        if (cases[i].words)
            assert_non_null(strstr(json_text(row.error, "message"), cases[i].words));
        else
            assert_in_range(work.wait_ms, 2000, 120000);
        task_row_done(&row);
    }
}

static void groups_are_told_apart(void **state)
{
    (void)state;
    static const struct {
        const char *group;
        enum group_kind kind;
    } cases[] = {
        {"{\"groupTypes\":[\"Unified\"],\"mailEnabled\":true}", GROUP_MICROSOFT_365},
        {"{\"groupTypes\":[\"Unified\",\"DynamicMembership\"],\"mailEnabled\":true}", GROUP_DYNAMIC},
        {"{\"securityEnabled\":true}", GROUP_SECURITY},
        {"{\"securityEnabled\":true,\"mailEnabled\":true}", GROUP_MAIL_SECURITY},
        {"{\"mailEnabled\":true}", GROUP_DISTRIBUTION},
        {"{\"mailEnabled\":true,\"onPremisesSyncEnabled\":true}", GROUP_ON_PREMISES},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        AUTO_JSON json_t *group = parse(cases[i].group);
        assert_int_equal(group_kind(group), cases[i].kind);
        assert_int_equal(group_kind_parse(group_kind_name(cases[i].kind)), cases[i].kind);
    }
    assert_int_equal(group_kind_parse("user"), GROUP_KIND_COUNT);
}

/* --- answers of any shape ---------------------------------------------------------------------------------
 */

static const char all_options[] =
    "{\"disable_sign_in\":{},\"reset_password\":{},\"revoke_sessions\":{},\"hide_from_gal\":{},"
    "\"convert_to_shared\":{},\"forward_email\":{\"to\":\"manager\",\"keep_copy\":true},\"disable_"
    "forwarding\":{},"
    "\"set_out_of_office\":{\"message_html\":\"<p>%displayname% %managername%</p>\",\"audience\":\"all\"},"
    "\"grant_mailbox_access\":{\"users\":[\"manager\"]},\"grant_send_as\":{\"users\":[\"manager\"]},"
    "\"grant_send_on_behalf\":{\"users\":[\"manager\"]},\"grant_onedrive_access\":{\"users\":[\"manager\"]},"
    "\"add_to_group\":{\"group\":\"g\"},\"remove_licenses\":{\"force\":false}}";
static const char all_facts[] =
    "{\"user\":{\"id\":\"u\",\"displayName\":\"Ann\",\"userPrincipalName\":\"u@x\",\"accountEnabled\":true,"
    "\"onPremisesSyncEnabled\":true,\"onPremisesSamAccountName\":\"ann\",\"licenseAssignmentStates\":[{"
    "\"skuId\":\"s\","
    "\"assignedByGroup\":\"g\",\"disabledPlans\":[\"p\"]}]},\"mailbox\":{\"RecipientTypeDetails\":"
    "\"UserMailbox\","
    "\"ForwardingSmtpAddress\":\"smtp:b@x\",\"ForwardingAddress\":\"Eve\",\"GrantSendOnBehalfTo\":[\"b\"],"
    "\"InPlaceHolds\":[\"h\"],\"DistinguishedName\":\"CN=u\"},\"mailbox_size\":1,\"auto_reply\":{"
    "\"AutoReplyState\":"
    "\"Enabled\",\"InternalMessage\":\"<p>x</"
    "p>\"},\"people\":{\"manager\":{\"id\":\"b\",\"userPrincipalName\":\"b@x\","
    "\"mail\":\"b@x\",\"displayName\":\"Bob\"}},\"recipients\":{\"manager\":{\"ExternalDirectoryObjectId\":"
    "\"b\","
    "\"Name\":\"b\"}},\"permissions\":[{\"User\":\"b@x\",\"AccessRights\":[\"FullAccess\"]}],\"send_as\":[{"
    "\"Trustee\":\"b@x\"}],\"send_as_elsewhere\":[{\"Identity\":\"Info\"}],\"on_behalf_elsewhere\":[{"
    "\"ExternalDirectoryObjectId\":\"m\",\"DisplayName\":\"M\"}],\"access_elsewhere\":[{\"mailbox\":\"m\","
    "\"name\":"
    "\"M\"}],\"calendars_elsewhere\":[{\"mailbox\":\"m\",\"folder\":\"K\",\"rights\":[\"Editor\"]}],\"access_"
    "index\":{"
    "\"usable\":true,\"unreadable\":1,\"as_of\":\"2026-01-01T00:00:00Z\"},\"groups\":[{\"id\":\"g\","
    "\"displayName\":"
    "\"S\",\"securityEnabled\":true,\"groupTypes\":[\"Unified\"],\"assignedLicenses\":[{}]}],\"owned\":[{"
    "\"id\":\"g\"}],"
    "\"sole_owner_of\":[\"g\"],\"group\":{\"id\":\"g\",\"displayName\":\"S\",\"securityEnabled\":true},"
    "\"skus\":[{"
    "\"skuId\":\"s\",\"skuPartNumber\":\"SPB\",\"servicePlans\":[{\"servicePlanId\":"
    "\"9aaf7827-d63c-4b61-89c3-182f06f82e5c\"}]}],\"roles\":[{\"roleTemplateId\":\"r\",\"displayName\":\"R\"}"
    "],"
    "\"role_assignments\":[{\"id\":\"a\",\"roleDefinitionId\":\"r\",\"directoryScopeId\":\"/"
    "\",\"roleDefinition\":{"
    "\"displayName\":\"R\"}}],\"role_schedules\":[{\"roleDefinitionId\":\"q\",\"memberType\":\"Group\"}],"
    "\"methods\":[{\"@odata.type\":\"#microsoft.graph.phoneAuthenticationMethod\",\"id\":\"p\","
    "\"phoneNumber\":\"1\"}],"
    "\"app_assignments\":[{\"id\":\"a\",\"resourceId\":\"r\",\"principalType\":\"User\"}],\"consents\":[{"
    "\"id\":"
    "\"c\",\"clientId\":\"k\",\"scope\":\"s\"}],\"phone_numbers\":[{\"telephoneNumber\":\"1\",\"numberType\":"
    "\"d\"}],"
    "\"meetings\":[{\"id\":\"e\",\"subject\":\"x\"}],\"rules\":[{\"Name\":\"r\",\"RuleIdentity\":\"1\","
    "\"Identity\":"
    "\"i\"}],\"message_rules\":[{\"id\":\"r\",\"displayName\":\"r\",\"hasError\":true}],\"devices\":[{"
    "\"Guid\":\"d\","
    "\"Identity\":\"d\"}],\"drive\":{\"id\":\"d\",\"siteUrl\":\"https://x\",\"webUrl\":\"https://x\"},"
    "\"site_admins\":[{\"LoginName\":\"i:0#.f|membership|b@x\"}],\"deleted\":{\"id\":\"u\"},\"domains\":[{"
    "\"id\":\"x\"}]}";

static void observe_damaged(void *ctx, const json_t *damaged)
{
    const json_t *options = ctx;
    AUTO_JSON json_t *facts = json_is_object(damaged) ? json_deep_copy(damaged) : json_object();
    complete(facts);
    struct task_row forward[TASK_COUNT] = {{0}};
    for (int undo = 0; undo < 2; undo++) {
        for (int id = 0; id < TASK_COUNT; id++) {
            AUTO_ARENA struct arena *arena = arena_new();
            const struct run_view run = {.options = options,
                                         .tenant_name = "T",
                                         .user_id = "u",
                                         .user_principal_name = "u@x",
                                         .chosen = TASK_BIT(id),
                                         .forward = undo ? forward : NULL,
                                         .clock = clock_system()};
            struct task_row row = {.task = (enum task_id)id};
            struct work work = {.run = &run,
                                .task = row.task,
                                .params = options_of(options, row.task),
                                .row = &row,
                                .arena = arena};
            const struct task_verbs *verbs =
                undo ? &task_type(row.task)->undo : &task_type(row.task)->forward;
            if (verbs->observe)
                verbs->observe(&work, facts);
            if (undo)
                task_row_done(&row);
            else
                forward[id] = row;
        }
    }
    for (int id = 0; id < TASK_COUNT; id++)
        task_row_done(&forward[id]);
}

/* Whatever Microsoft 365 answers, or leaves out of an answer, ends no process. */
static void facts_of_any_shape_are_observed(void **state)
{
    (void)state;
    AUTO_JSON json_t *options = parse(all_options);
    AUTO_JSON json_t *facts = parse(all_facts);
    assert_true(json_damage(facts, observe_damaged, options) > 1000);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_task_of_the_catalogue_can_run),
        cmocka_unit_test(observing_compares_facts_with_the_promise),
        cmocka_unit_test(what_is_new_while_reading_back_comes_with_the_next_look),
        cmocka_unit_test(a_mailbox_that_comes_back_is_waited_for),
        cmocka_unit_test(waiting_for_the_index_has_an_end),
        cmocka_unit_test(facts_of_any_shape_are_observed),
        cmocka_unit_test(groups_are_told_apart),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
