/* Authentication methods and the password reset. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "call_fixture.h"

#define MIA "users/mia.methods@contoso.com"
#define METHODS MIA "/authentication/"
#define RESET "/authentication/methods/28c10230-6103-485e-b985-444c60001490/resetPassword"

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

static size_t kinds_in(struct sim *sim, const char *target)
{
    AUTO_REPLY struct reply reply = fixture_graph(sim, "GET", target, NULL);
    return reply_count(&reply);
}

static void each_version_lists_what_it_knows(void **state)
{
    struct sim *sim = *state;
    size_t all = json_array_size(json_object_get(fixture_user(sim, "mia.methods@contoso.com"), "_methods"));

    assert_int_equal(all, 15);
    assert_int_equal(kinds_in(sim, "beta/" METHODS "methods"), all);
    assert_int_equal(kinds_in(sim, METHODS "methods"), all - 1); /* hardware tokens are beta's */
    AUTO_REPLY struct reply options = fixture_graph(sim, "GET", METHODS "methods?$top=5", NULL);
    assert_int_equal(options.status, 400);
}

static const char *method_id(struct sim *sim, const char *type)
{
    json_t *method;
    size_t i;

    json_array_foreach (json_object_get(fixture_user(sim, "mia.methods@contoso.com"), "_methods"), i, method)
        if (strstr(json_text(method, "@odata.type"), type))
            return json_text(method, "id");
    return "";
}

static int delete_one(struct sim *sim, const char *version, const char *segment, const char *id)
{
    AUTO_STRBUF struct strbuf target = STRBUF_MAX(500);

    strbuf_printf(&target, "%s" METHODS "%s", version, segment);
    if (id) {
        strbuf_char(&target, '/');
        strbuf_percent(&target, id);
    }
    AUTO_REPLY struct reply reply = fixture_graph(sim, "DELETE", strbuf_text(&target), NULL);
    return reply.status;
}

static void every_method_goes_in_the_right_order(void **state)
{
    static const struct {
        const char *version, *segment, *type;
        int status;
        bool single;
    } steps[] = {
        /* The default cannot go first, nor the mobile number before the alternate. */
        {"", "microsoftAuthenticatorMethods", "microsoftAuthenticator", 400, false},
        {"", "phoneMethods", "phoneAuthentication", 400, false},
        {"", "passwordMethods", "passwordAuthentication", 405, false},
        {"", "hardwareOathMethods", "hardwareOath", 400, false},
        {"", "qrCodePinMethod", "qrCodePin", 400, true},
        {"", "fido2Methods", "emailAuthentication", 404, false}, /* an id of another type */
        {"", "emailMethods", "emailAuthentication", 204, false},
        {"", "softwareOathMethods", "softwareOath", 204, false},
        {"", "fido2Methods", "fido2", 204, false},
        {"", "fido2Methods", "fido2", 204, false}, /* she has two */
        {"", "windowsHelloForBusinessMethods", "windowsHello", 204, false},
        {"", "platformCredentialMethods", "platformCredential", 204, false},
        {"", "temporaryAccessPassMethods", "temporaryAccessPass", 204, false},
        {"", "externalAuthenticationMethods", "external", 204, false},
        {"beta/", "qrCodePinMethod", "qrCodePin", 204, true},
        {"beta/", "qrCodePinMethod", "qrCodePin", 404, true},
        {"beta/", "hardwareOathMethods", "hardwareOath", 204, false},
    };
    struct sim *sim = *state;

    for (size_t i = 0; i < sizeof steps / sizeof *steps; i++) {
        AUTO_FREE char *id = strdup(method_id(sim, steps[i].type));
        int status = delete_one(sim, steps[i].version, steps[i].segment, steps[i].single ? NULL : id);

        if (status != steps[i].status)
            fail_msg("step %zu, %s: %d", i, steps[i].segment, status);
    }
    assert_int_equal(delete_one(sim, "", "phoneMethods", "b6332ec1-7057-4abe-9331-3d72feddfe41"), 204);
    assert_int_equal(delete_one(sim, "", "phoneMethods", "e37fc753-ff3b-4958-9484-eaa9425c82bc"), 204);
    assert_int_equal(delete_one(sim, "", "phoneMethods", "3179e48a-750b-4051-897c-87b9720928f7"), 204);
    AUTO_FREE char *last = strdup(method_id(sim, "microsoftAuthenticator"));
    assert_int_equal(delete_one(sim, "", "microsoftAuthenticatorMethods", last), 204);
    const json_t *user = fixture_user(sim, "mia.methods@contoso.com");
    assert_int_equal(json_array_size(json_object_get(user, "_methods")), 1);
    assert_null(json_object_get(user, "_default_method"));
}

static void each_type_has_a_permission_of_its_own(void **state)
{
    struct sim *sim = *state;

    fixture_permissions(sim, "UserAuthMethod-Email.ReadWrite.All");
    assert_int_equal(delete_one(sim, "", "softwareOathMethods", method_id(sim, "softwareOath")), 403);
    assert_int_equal(delete_one(sim, "", "emailMethods", method_id(sim, "emailAuthentication")), 204);
    fixture_permissions(sim, "User.Read.All");
    AUTO_REPLY struct reply denied = fixture_graph(sim, "GET", METHODS "methods", NULL);
    assert_int_equal(denied.status, 403);
    assert_string_equal(reply_code(&denied), "Authorization_RequestDenied");
}

static const char *status_at(struct sim *sim, const char *location, char status[20])
{
    AUTO_REPLY struct reply reply = fixture_graph_user(sim, "GET", strstr(location, "v1.0/") + 5, NULL);

    snprintf(status, 20, "%s", json_text_or(reply.json, "status", "?"));
    return status;
}

static void a_reset_is_an_operation_that_ends(void **state)
{
    struct sim *sim = *state;
    char status[20];

    sim->operation_ms = 3000;
    AUTO_REPLY struct reply reply = fixture_graph_user(sim, "POST", "users/syd.synced@contoso.com" RESET,
                                                       "{\"newPassword\":\"Zx9-Quite-Long-And-Odd\"}");
    assert_int_equal(reply.status, 202);
    AUTO_FREE char *location = strdup(json_text(reply.headers, "Location"));
    assert_string_equal(status_at(sim, location, status), "notStarted");
    fixture_advance(sim, 1500);
    assert_string_equal(status_at(sim, location, status), "running");
    const json_t *user = fixture_user(sim, "syd.synced@contoso.com");
    assert_null(json_text(user, "_password"));
    fixture_advance(sim, 2000);
    assert_string_equal(status_at(sim, location, status), "succeeded");
    assert_string_equal(json_text(user, "_password"), "Zx9-Quite-Long-And-Odd");
    AUTO_REPLY struct reply denied = fixture_graph(sim, "GET", strstr(location, "v1.0/") + 5, NULL);
    assert_int_equal(denied.status, 403);
}

static void a_reset_without_writeback_fails(void **state)
{
    struct sim *sim = *state;
    char status[20];

    json_put(fixture_tenant(sim), "password_writeback", json_false());
    AUTO_REPLY struct reply reply = fixture_graph_user(sim, "POST", "users/syd.synced@contoso.com" RESET,
                                                       "{\"newPassword\":\"Zx9-Quite-Long-And-Odd\"}");
    AUTO_FREE char *location = strdup(json_text(reply.headers, "Location"));
    assert_string_equal(status_at(sim, location, status), "failed");
    assert_null(json_text(fixture_user(sim, "syd.synced@contoso.com"), "_password"));
}

static void a_reset_is_refused_as_documented(void **state)
{
    static const struct {
        const char *user, *body;
        bool delegated;
        int status;
    } cases[] = {
        {"cora.cloud@contoso.com", "{\"newPassword\":\"Zx9-Quite-Long-And-Odd\"}", false, 403},
        {"cora.cloud@contoso.com", "{\"newPassword\":\"short\"}", true, 400},
        {"cora.cloud@contoso.com", "{}", true, 202},
        {"syd.synced@contoso.com", "{}", true, 400},
        {"fedor.federated@fed.contoso.com", "{\"newPassword\":\"Zx9-Quite-Long-And-Odd\"}", true, 400},
        {"nobody@contoso.com", "{}", true, 404},
    };
    struct sim *sim = *state;

    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char target[200];

        snprintf(target, sizeof target, "users/%s" RESET, cases[i].user);
        AUTO_REPLY struct reply reply = cases[i].delegated
                                            ? fixture_graph_user(sim, "POST", target, cases[i].body)
                                            : fixture_graph(sim, "POST", target, cases[i].body);
        if (reply.status != cases[i].status)
            fail_msg("case %zu: %d %s", i, reply.status, reply.text);
        if (reply.status == 202)
            assert_non_null(json_text(reply.json, "newPassword"));
    }
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
    const struct CMUnitTest tests[] = {
        TEST(each_version_lists_what_it_knows),      TEST(every_method_goes_in_the_right_order),
        TEST(each_type_has_a_permission_of_its_own), TEST(a_reset_is_an_operation_that_ends),
        TEST(a_reset_without_writeback_fails),       TEST(a_reset_is_refused_as_documented),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
