/* Telephone numbers of Teams. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "call_fixture.h"

#define ROOT "admin/teams/telephoneNumberManagement/"
#define ADELE "5f1c0a2e-3b4d-4c5e-8f6a-000000000002"
#define NUMBER "+31205550100"

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

static size_t numbers_of(struct sim *sim)
{
    AUTO_REPLY struct reply reply = fixture_graph(
        sim, "GET", ROOT "numberAssignments?$filter=assignmentTargetId%20eq%20'" ADELE "'", NULL);
    return reply_count(&reply);
}

static struct reply change(struct sim *sim, const char *action, const char *number, const char *more)
{
    char target[120], body[400];

    snprintf(target, sizeof target, ROOT "numberAssignments/%s", action);
    snprintf(body, sizeof body, "{\"telephoneNumber\":\"%s\",\"numberType\":\"callingPlan\"%s}", number,
             more);
    return fixture_graph(sim, "POST", target, body);
}

static void status_of(struct sim *sim, const struct reply *accepted, const char *wanted)
{
    const char *location = json_text(accepted->headers, "Location");

    assert_int_equal(accepted->status, 202);
    AUTO_REPLY struct reply reply = fixture_graph(sim, "GET", strstr(location, "v1.0/") + 5, NULL);
    assert_string_equal(json_text(reply.json, "status"), wanted);
    assert_string_equal(json_text(json_array_get(json_array_at(reply.json, "numbers"), 0), "status"), wanted);
}

static void a_number_is_taken_and_given_back(void **state)
{
    struct sim *sim = *state;

    sim->operation_ms = 3000;
    AUTO_REPLY struct reply configuration =
        fixture_graph(sim, "GET", "admin/teams/userConfigurations/" ADELE, NULL);
    assert_string_equal(json_text(json_array_get(json_array_at(configuration.json, "telephoneNumbers"), 0),
                                  "telephoneNumber"),
                        NUMBER);
    AUTO_REPLY struct reply taken = change(sim, "unassignNumber", NUMBER, "");
    status_of(sim, &taken, "notStarted");
    assert_int_equal(numbers_of(sim), 1);
    fixture_advance(sim, 4000);
    status_of(sim, &taken, "succeeded");
    assert_int_equal(numbers_of(sim), 0);
    AUTO_REPLY struct reply again = change(sim, "unassignNumber", NUMBER, "");
    fixture_advance(sim, 4000);
    status_of(sim, &again, "failed");
    AUTO_REPLY struct reply given =
        change(sim, "assignNumber", NUMBER,
               ",\"assignmentTargetId\":\"" ADELE "\",\"assignmentCategory\":\"primary\"");
    fixture_advance(sim, 4000);
    status_of(sim, &given, "succeeded");
    assert_int_equal(numbers_of(sim), 1);
}

static void what_is_wrong_is_refused(void **state)
{
    struct sim *sim = *state;
    AUTO_REPLY struct reply unknown = change(sim, "unassignNumber", "+100", "");
    assert_int_equal(unknown.status, 404);
    AUTO_REPLY struct reply no_teams = fixture_graph(
        sim, "GET", "admin/teams/userConfigurations/5f1c0a2e-3b4d-4c5e-8f6a-000000000105", NULL);
    assert_int_equal(no_teams.status, 404);
    AUTO_REPLY struct reply no_phone =
        change(sim, "assignNumber", "+31205559000",
               ",\"assignmentTargetId\":\"5f1c0a2e-3b4d-4c5e-8f6a-000000000105\"");
    assert_int_equal(no_phone.status, 400);
    fixture_permissions(sim, "User.ReadWrite.All");
    AUTO_REPLY struct reply denied = change(sim, "unassignNumber", NUMBER, "");
    assert_int_equal(denied.status, 403);
    assert_string_equal(reply_code(&denied), "Forbidden");
}

static void a_number_is_named_exactly_as_it_is_listed(void **state)
{
    struct sim *sim = *state;

    sim->flipped[VARIANT_phone_plus] = sim->flipped[VARIANT_unassign_operation] = true;
    AUTO_REPLY struct reply with_plus = change(sim, "unassignNumber", NUMBER, "");
    assert_int_equal(with_plus.status, 404);
    AUTO_REPLY struct reply without = change(sim, "unassignNumber", NUMBER + 1, "");
    assert_int_equal(without.status, 204);
    assert_int_equal(numbers_of(sim), 0);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
    const struct CMUnitTest tests[] = {TEST(a_number_is_taken_and_given_back), TEST(what_is_wrong_is_refused),
                                       TEST(a_number_is_named_exactly_as_it_is_listed)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
