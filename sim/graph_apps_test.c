/* App-role assignments, consents, owned applications. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "call_fixture.h"

#define ADELE "users/adele.vance@contoso.com"

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

static int delete_at(struct sim *sim, const char *set, const char *id)
{
    char target[300];

    snprintf(target, sizeof target, "%s/%s", set, id);
    AUTO_REPLY struct reply reply = fixture_graph(sim, "DELETE", target, NULL);
    return reply.status;
}

static void an_assignment_goes_and_comes_back(void **state)
{
    struct sim *sim = *state;
    AUTO_REPLY struct reply before = fixture_graph(sim, "GET", ADELE "/appRoleAssignments", NULL);
    const json_t *assignment = reply_item(&before, 0);
    AUTO_STRBUF struct strbuf body = STRBUF_MAX(500);

    assert_int_equal(reply_count(&before), 1);
    assert_string_equal(json_text(assignment, "resourceDisplayName"), "Salesforce CRM");
    assert_string_equal(json_text(assignment, "principalType"), "User");
    assert_int_equal(delete_at(sim, ADELE "/appRoleAssignments", json_text(assignment, "id")), 204);
    assert_int_equal(delete_at(sim, ADELE "/appRoleAssignments", json_text(assignment, "id")), 404);
    strbuf_printf(&body, "{\"principalId\":\"%s\",\"resourceId\":\"%s\",\"appRoleId\":\"%s\"}",
                  json_text(assignment, "principalId"), json_text(assignment, "resourceId"),
                  json_text(assignment, "appRoleId"));
    AUTO_REPLY struct reply made =
        fixture_graph(sim, "POST", ADELE "/appRoleAssignments", strbuf_text(&body));
    assert_int_equal(made.status, 201);
    assert_string_not_equal(json_text(made.json, "id"), json_text(assignment, "id"));
    AUTO_REPLY struct reply twice =
        fixture_graph(sim, "POST", ADELE "/appRoleAssignments", strbuf_text(&body));
    assert_int_equal(twice.status, 400);
    char to[200];
    snprintf(to, sizeof to, "servicePrincipals/%s/appRoleAssignedTo?$top=999",
             json_text(assignment, "resourceId"));
    AUTO_REPLY struct reply holders = fixture_graph(sim, "GET", to, NULL);
    assert_non_null(json_array_find(json_array_at(holders.json, "value"), "id", json_text(made.json, "id")));
}

static void an_assignment_by_group_stays(void **state)
{
    struct sim *sim = *state;
    json_t *group, *found = NULL;
    const char *id;

    json_object_foreach (json_object_get(fixture_tenant(sim), "groups"), id, group)
        if (!strcmp(json_text_or(group, "displayName", ""), "APP-Reporting"))
            found = group;
    json_add(json_object_get(found, "_members"),
             json_text_new(json_text(fixture_user(sim, "adele.vance@contoso.com"), "id")));
    AUTO_REPLY struct reply reply = fixture_graph(sim, "GET", ADELE "/appRoleAssignments", NULL);
    const json_t *by_group = json_array_find(json_array_at(reply.json, "value"), "principalType", "Group");
    assert_non_null(by_group);
    assert_int_equal(delete_at(sim, ADELE "/appRoleAssignments", json_text(by_group, "id")), 400);
}

static void a_consent_goes_and_comes_back(void **state)
{
    struct sim *sim = *state;
    AUTO_REPLY struct reply before = fixture_graph(sim, "GET", ADELE "/oauth2PermissionGrants", NULL);
    const json_t *grant = reply_item(&before, 0);
    AUTO_STRBUF struct strbuf body = STRBUF_MAX(800);

    assert_int_equal(reply_count(&before), 1);
    assert_string_equal(json_text(grant, "consentType"), "Principal");
    assert_int_equal(delete_at(sim, "oauth2PermissionGrants", json_text(grant, "id")), 204);
    assert_int_equal(delete_at(sim, "oauth2PermissionGrants", json_text(grant, "id")), 404);
    strbuf_printf(
        &body,
        "{\"clientId\":\"%s\",\"consentType\":\"Principal\",\"principalId\":\"%s\",\"resourceId\":\"%s\","
        "\"scope\":\"%s\"}",
        json_text(grant, "clientId"), json_text(grant, "principalId"), json_text(grant, "resourceId"),
        json_text(grant, "scope"));
    AUTO_REPLY struct reply made = fixture_graph(sim, "POST", "oauth2PermissionGrants", strbuf_text(&body));
    assert_int_equal(made.status, 201);
    AUTO_REPLY struct reply twice = fixture_graph(sim, "POST", "oauth2PermissionGrants", strbuf_text(&body));
    assert_int_equal(twice.status, 409);
    AUTO_REPLY struct reply after = fixture_graph(sim, "GET", ADELE "/oauth2PermissionGrants", NULL);
    assert_string_equal(json_text(reply_item(&after, 0), "scope"), json_text(grant, "scope"));
}

static void consents_for_everybody_show_when_reality_shows_them(void **state)
{
    struct sim *sim = *state;

    sim->flipped[VARIANT_grants_of_everybody] = true;
    AUTO_REPLY struct reply reply = fixture_graph(sim, "GET", ADELE "/oauth2PermissionGrants", NULL);
    assert_int_equal(reply_count(&reply), 2);
    assert_non_null(json_array_find(json_array_at(reply.json, "value"), "consentType", "AllPrincipals"));
}

static void owned_objects_are_of_three_kinds(void **state)
{
    static const struct {
        const char *cast;
        size_t count;
    } cases[] = {{"", 4},
                 {"/microsoft.graph.group", 2},
                 {"/microsoft.graph.application", 1},
                 {"/microsoft.graph.servicePrincipal", 1}};
    struct sim *sim = *state;

    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char target[120];

        snprintf(target, sizeof target, "users/otto.owner@contoso.com/ownedObjects%s?$select=id,displayName",
                 cases[i].cast);
        AUTO_REPLY struct reply reply = fixture_graph(sim, "GET", target, NULL);
        assert_int_equal(reply_count(&reply), cases[i].count);
    }
    AUTO_REPLY struct reply owned = fixture_graph(
        sim, "GET", "users/otto.owner@contoso.com/ownedObjects/microsoft.graph.application", NULL);
    char owners[200];
    snprintf(owners, sizeof owners, "applications/%s/owners/%s/$ref", json_text(reply_item(&owned, 0), "id"),
             json_text(fixture_user(sim, "otto.owner@contoso.com"), "id"));
    fixture_permissions(sim, "Application.ReadWrite.All");
    AUTO_REPLY struct reply gone = fixture_graph(sim, "DELETE", owners, NULL);
    assert_int_equal(gone.status, 204); /* an application may be without owners */
}

static void each_call_needs_its_permission(void **state)
{
    static const struct {
        const char *method, *target;
    } cases[] = {{"GET", ADELE "/appRoleAssignments"},
                 {"DELETE", ADELE "/appRoleAssignments/x"},
                 {"GET", ADELE "/oauth2PermissionGrants"},
                 {"DELETE", "oauth2PermissionGrants/x"},
                 {"GET", "servicePrincipals"}};
    struct sim *sim = *state;

    fixture_permissions(sim, "User.ReadWrite.All");
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        AUTO_REPLY struct reply reply = fixture_graph(sim, cases[i].method, cases[i].target, NULL);
        assert_int_equal(reply.status, 403);
        assert_string_equal(reply_code(&reply), "Authorization_RequestDenied");
    }
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
    const struct CMUnitTest tests[] = {
        TEST(an_assignment_goes_and_comes_back), TEST(an_assignment_by_group_stays),
        TEST(a_consent_goes_and_comes_back),     TEST(consents_for_everybody_show_when_reality_shows_them),
        TEST(owned_objects_are_of_three_kinds),  TEST(each_call_needs_its_permission),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
