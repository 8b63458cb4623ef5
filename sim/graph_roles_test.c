/* Directory roles, active and eligible. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "call_fixture.h"
#include "directory.h"

#define UPN "ada.admin@contoso.com"
#define ROLES "roleManagement/directory/"
#define MINUTE 60000

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

static const char *id_of(struct sim *sim, const char *upn)
{
    return json_text(fixture_user(sim, upn), "id");
}

/* What is listed under a set for one principal; the caller is done with it. */
static struct reply listed(struct sim *sim, const char *set, const char *principal_id, const char *more)
{
    AUTO_STRBUF struct strbuf target = STRBUF_MAX(500);

    strbuf_printf(&target, ROLES "%s?$filter=principalId%%20eq%%20'%s'%s", set, principal_id, more);
    return fixture_graph(sim, "GET", strbuf_text(&target), NULL);
}

static size_t count_of(struct sim *sim, const char *set, const char *principal_id)
{
    AUTO_REPLY struct reply reply = listed(sim, set, principal_id, "");
    return reply_count(&reply);
}

static struct reply request(struct sim *sim, const char *set, const char *action, const char *principal_id,
                            const char *role, const char *more)
{
    AUTO_STRBUF struct strbuf body = STRBUF_MAX(1000);
    char target[100];

    snprintf(target, sizeof target, ROLES "%s", set);
    strbuf_printf(
        &body,
        "{\"action\":\"%s\",\"principalId\":\"%s\",\"roleDefinitionId\":\"%s\",\"directoryScopeId\":\"/\","
        "\"justification\":\"Offboarding\"%s}",
        action, principal_id, role, more);
    return fixture_graph(sim, "POST", target, strbuf_text(&body));
}

static void assignments_are_read_with_their_definition(void **state)
{
    struct sim *sim = *state;
    AUTO_REPLY struct reply reply =
        listed(sim, "roleAssignments", id_of(sim, UPN), "&$expand=roleDefinition($select=displayName)");

    assert_int_equal(reply_count(&reply), 2);
    const json_t *definition = json_object_get(reply_item(&reply, 0), "roleDefinition");
    assert_string_equal(json_text(definition, "displayName"), "Global Administrator");
    assert_null(json_object_get(definition, "templateId"));
    AUTO_REPLY struct reply holders =
        fixture_graph(sim, "GET",
                      ROLES "roleAssignments?$filter=roleDefinitionId%20eq%20'" ROLE_GLOBAL_ADMINISTRATOR
                            "'&$expand=principal",
                      NULL);
    assert_int_equal(reply_count(&holders), 2);
    assert_string_equal(json_text(json_object_get(reply_item(&holders, 0), "principal"), "@odata.type"),
                        "#microsoft.graph.user");
    AUTO_REPLY struct reply bad = listed(sim, "roleAssignments", id_of(sim, UPN), "&$expand=nonsense");
    assert_int_equal(bad.status, 400);
}

static void an_assignment_is_removed_and_made_again(void **state)
{
    struct sim *sim = *state;
    const char *id = id_of(sim, UPN);
    AUTO_REPLY struct reply before = listed(sim, "roleAssignments", id, "");
    AUTO_STRBUF struct strbuf target = STRBUF_MAX(300);

    strbuf_printf(&target, ROLES "roleAssignments/%s", json_text(reply_item(&before, 1), "id"));
    AUTO_REPLY struct reply gone = fixture_graph(sim, "DELETE", strbuf_text(&target), NULL);
    assert_int_equal(gone.status, 204);
    AUTO_REPLY struct reply again = fixture_graph(sim, "DELETE", strbuf_text(&target), NULL);
    assert_int_equal(again.status, 404);
    assert_string_equal(reply_code(&again), "Request_ResourceNotFound");
    AUTO_STRBUF struct strbuf body = STRBUF_MAX(500);
    strbuf_printf(&body, "{\"principalId\":\"%s\",\"roleDefinitionId\":\"%s\",\"directoryScopeId\":\"/\"}",
                  id, directory_role_id("Exchange Administrator"));
    AUTO_REPLY struct reply made = fixture_graph(sim, "POST", ROLES "roleAssignments", strbuf_text(&body));
    assert_int_equal(made.status, 201);
    assert_int_equal(count_of(sim, "roleAssignments", id), 2);
    AUTO_REPLY struct reply twice = fixture_graph(sim, "POST", ROLES "roleAssignments", strbuf_text(&body));
    assert_int_equal(twice.status, 400);
    assert_non_null(strstr(twice.text, "A conflicting object"));
}

static void the_last_global_administrator_stays(void **state)
{
    struct sim *sim = *state;
    AUTO_REPLY struct reply holders = fixture_graph(
        sim, "GET", ROLES "roleAssignments?$filter=roleDefinitionId%20eq%20'" ROLE_GLOBAL_ADMINISTRATOR "'",
        NULL);

    for (size_t i = 0; i < 2; i++) {
        AUTO_STRBUF struct strbuf target = STRBUF_MAX(300);

        strbuf_printf(&target, ROLES "roleAssignments/%s", json_text(reply_item(&holders, i), "id"));
        AUTO_REPLY struct reply reply = fixture_graph(sim, "DELETE", strbuf_text(&target), NULL);
        assert_int_equal(reply.status, i ? 400 : 204);
    }
    const char *last = json_text(reply_item(&holders, 1), "principalId");
    AUTO_REPLY struct reply pim =
        request(sim, "roleAssignmentScheduleRequests", "adminRemove", last, ROLE_GLOBAL_ADMINISTRATOR, "");
    assert_int_equal(pim.status, 400);
}

static void pim_shows_and_removes_both_kinds(void **state)
{
    struct sim *sim = *state;
    const char *id = id_of(sim, UPN), *role = directory_role_id("User Administrator");

    assert_int_equal(count_of(sim, "roleAssignmentScheduleInstances", id), 2);
    AUTO_REPLY struct reply eligible = listed(sim, "roleEligibilityScheduleInstances", id, "");
    assert_int_equal(reply_count(&eligible), 2);
    assert_string_equal(json_text(reply_item(&eligible, 0), "memberType"), "Direct");
    AUTO_REPLY struct reply trial = request(sim, "roleEligibilityScheduleRequests", "adminRemove", id, role,
                                            ",\"isValidationOnly\":true");
    assert_int_equal(trial.status, 201);
    assert_int_equal(count_of(sim, "roleEligibilitySchedules", id), 2);
    AUTO_REPLY struct reply removed =
        request(sim, "roleEligibilityScheduleRequests", "adminRemove", id, role, "");
    assert_int_equal(removed.status, 201);
    assert_string_equal(json_text(removed.json, "status"), "Revoked");
    AUTO_REPLY struct reply again =
        request(sim, "roleEligibilityScheduleRequests", "adminRemove", id, role, "");
    assert_int_equal(again.status, 400);
    assert_string_equal(reply_code(&again), "RoleAssignmentDoesNotExist");
    AUTO_REPLY struct reply back = request(sim, "roleEligibilityScheduleRequests", "adminAssign", id, role,
                                           ",\"scheduleInfo\":{\"startDateTime\":\"2026-08-01T00:00:00Z\","
                                           "\"expiration\":{\"type\":\"noExpiration\"}}");
    assert_int_equal(back.status, 201);
    assert_string_equal(json_text(back.json, "status"), "Provisioned");
    assert_int_equal(count_of(sim, "roleEligibilityScheduleInstances", id), 2);
}

static void a_young_active_assignment_cannot_be_removed(void **state)
{
    struct sim *sim = *state;
    const char *id = id_of(sim, "cora.cloud@contoso.com"),
               *role = directory_role_id("Helpdesk Administrator");
    const char *forever = ",\"scheduleInfo\":{\"expiration\":{\"type\":\"noExpiration\"}}";
    AUTO_REPLY struct reply given =
        request(sim, "roleAssignmentScheduleRequests", "adminAssign", id, role, forever);
    assert_int_equal(given.status, 201);
    AUTO_REPLY struct reply twice =
        request(sim, "roleAssignmentScheduleRequests", "adminAssign", id, role, forever);
    assert_string_equal(reply_code(&twice), "RoleAssignmentExists");
    AUTO_REPLY struct reply early =
        request(sim, "roleAssignmentScheduleRequests", "adminRemove", id, role, "");
    assert_string_equal(reply_code(&early), "ActiveDurationTooShort");
    fixture_advance(sim, 6 * MINUTE);
    AUTO_REPLY struct reply late =
        request(sim, "roleAssignmentScheduleRequests", "adminRemove", id, role, "");
    assert_int_equal(late.status, 201);
    AUTO_REPLY struct reply nobody = request(sim, "roleAssignmentScheduleRequests", "adminRemove",
                                             "00000000-0000-4000-8000-000000000000", role, "");
    assert_string_equal(reply_code(&nobody), "SubjectNotFound");
}

static void without_p2_there_is_no_pim(void **state)
{
    struct sim *sim = *state;
    json_t *sku;
    size_t i;

    json_array_foreach (json_object_get(fixture_tenant(sim), "skus"), i, sku)
        if (json_array_find(json_array_at(sku, "servicePlans"), "servicePlanName", "AAD_PREMIUM_P2"))
            json_put_text(sku, "capabilityStatus", "Suspended");
    AUTO_REPLY struct reply reply = listed(sim, "roleEligibilityScheduleInstances", id_of(sim, UPN), "");
    assert_int_equal(reply.status, 400);
    assert_string_equal(reply_code(&reply), "AadPremiumLicenseRequired");
    assert_int_equal(count_of(sim, "roleAssignments", id_of(sim, UPN)), 2);
}

static void membership_of_a_role_has_another_id(void **state)
{
    struct sim *sim = *state;
    AUTO_REPLY struct reply reply =
        fixture_graph(sim, "GET", "users/" UPN "/memberOf?$select=id,displayName,roleTemplateId", NULL);
    const json_t *role = json_array_find(json_array_at(reply.json, "value"), "roleTemplateId",
                                         directory_role_id("Exchange Administrator"));
    AUTO_STRBUF struct strbuf target = STRBUF_MAX(300);

    assert_string_not_equal(json_text(role, "id"), json_text(role, "roleTemplateId"));
    strbuf_printf(&target, "directoryRoles/%s/members/%s/$ref", json_text(role, "id"), id_of(sim, UPN));
    AUTO_REPLY struct reply gone = fixture_graph(sim, "DELETE", strbuf_text(&target), NULL);
    assert_int_equal(gone.status, 204);
    assert_int_equal(count_of(sim, "roleAssignments", id_of(sim, UPN)), 1);
}

static void changing_roles_needs_the_permission(void **state)
{
    struct sim *sim = *state;
    const char *id = id_of(sim, UPN);
    AUTO_FREE char *own = strdup(id);

    fixture_permissions(sim, "RoleManagement.Read.Directory");
    AUTO_REPLY struct reply denied = request(sim, "roleEligibilityScheduleRequests", "adminRemove", own,
                                             directory_role_id("User Administrator"), "");
    assert_int_equal(denied.status, 403);
    assert_int_equal(count_of(sim, "roleEligibilityScheduleInstances", own), 2);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
    const struct CMUnitTest tests[] = {
        TEST(assignments_are_read_with_their_definition),  TEST(an_assignment_is_removed_and_made_again),
        TEST(the_last_global_administrator_stays),         TEST(pim_shows_and_removes_both_kinds),
        TEST(a_young_active_assignment_cannot_be_removed), TEST(without_p2_there_is_no_pim),
        TEST(membership_of_a_role_has_another_id),         TEST(changing_roles_needs_the_permission),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
