/* Users: what is shown, changed, deleted and restored, and their licences. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "call_fixture.h"
#include "license.h"

#define ADELE "users/adele.vance@contoso.com"
#define ADELE_ID "5f1c0a2e-3b4d-4c5e-8f6a-000000000002"
#define SPB "cbdc14ab-d96c-4c30-b9f4-6ada7cdc1d46"
#define PROJECT "53818b1b-4a27-454b-8896-0dba576410e6"
#define PASSWORD "{\"passwordProfile\":{\"password\":\"Zx9-Quite-Long-And-Odd\"}}"

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

static int64_t units(struct sim *sim, const char *sku_id)
{
    return json_int(license_sku(fixture_tenant(sim), sku_id), "consumedUnits", -1);
}

static void changes_are_refused_as_documented(void **state)
{
    static const struct {
        const char *user, *body;
        int status;
    } cases[] = {
        {"cora.cloud@contoso.com", "{\"accountEnabled\":false}", 204},
        {"cora.cloud@contoso.com", "{\"AccountEnabled\":false}", 400},
        {"cora.cloud@contoso.com", "{\"id\":\"x\"}", 400},
        {"cora.cloud@contoso.com", "{\"onPremisesImmutableId\":null}", 204},
        {"syd.synced@contoso.com", "{\"accountEnabled\":false}", 204},
        {"syd.synced@contoso.com", PASSWORD, 400},
        {"syd.synced@contoso.com", "{\"onPremisesImmutableId\":null}", 400},
        {"fedor.federated@fed.contoso.com", PASSWORD, 400},
        {"fedor.federated@fed.contoso.com", "{\"onPremisesImmutableId\":null}", 400},
        {"fedor.federated@fed.contoso.com", "{\"accountEnabled\":false}", 204},
        {"cora.cloud@contoso.com", "{\"userPrincipalName\":\"adele.vance@contoso.com\"}", 400},
    };
    struct sim *sim = *state;

    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char target[100];

        snprintf(target, sizeof target, "users/%s", cases[i].user);
        AUTO_REPLY struct reply reply = fixture_graph(sim, "PATCH", target, cases[i].body);
        if (reply.status != cases[i].status)
            fail_msg("case %zu: %d %s", i, reply.status, reply.text);
    }
    sim->flipped[VARIANT_synced_sign_in] = true;
    AUTO_REPLY struct reply synced =
        fixture_graph(sim, "PATCH", "users/syd.synced@contoso.com", "{\"accountEnabled\":true}");
    assert_int_equal(synced.status, 400);
}

static void the_anchor_goes_once_the_link_is_broken(void **state)
{
    struct sim *sim = *state;
    json_t *user = fixture_user(sim, "syd.synced@contoso.com");

    json_put(user, "onPremisesSyncEnabled", json_false());
    AUTO_REPLY struct reply reply =
        fixture_graph(sim, "PATCH", "users/syd.synced@contoso.com", "{\"onPremisesImmutableId\":null}");
    assert_int_equal(reply.status, 204);
    assert_null(json_text(user, "onPremisesImmutableId"));
}

static void the_cloud_may_take_over_a_synced_user(void **state)
{
    static const char target[] = "users/syd.synced@contoso.com/onPremisesSyncBehavior";
    struct sim *sim = *state;
    AUTO_REPLY struct reply before = fixture_graph(sim, "GET", target, NULL);
    assert_false(json_flag(before.json, "isCloudManaged"));
    AUTO_REPLY struct reply taken = fixture_graph(sim, "PATCH", target, "{\"isCloudManaged\":true}");
    assert_int_equal(taken.status, 204);
    AUTO_REPLY struct reply after = fixture_graph(sim, "GET", target, NULL);
    assert_true(json_flag(after.json, "isCloudManaged"));
    AUTO_REPLY struct reply password = fixture_graph(sim, "PATCH", "users/syd.synced@contoso.com", PASSWORD);
    assert_int_equal(password.status, 204);
    AUTO_REPLY struct reply cloud = fixture_graph(
        sim, "PATCH", "users/cora.cloud@contoso.com/onPremisesSyncBehavior", "{\"isCloudManaged\":true}");
    assert_int_equal(cloud.status, 400);
}

static void permissions_of_a_patch_are_those_of_its_properties(void **state)
{
    static const struct {
        const char *permissions, *user, *body;
        int status;
    } cases[] = {
        {"User.EnableDisableAccount.All|User.Read.All", "cora.cloud@contoso.com",
         "{\"accountEnabled\":false}", 204},
        {"User.EnableDisableAccount.All", "cora.cloud@contoso.com", "{\"accountEnabled\":false}", 403},
        {"User.ReadWrite.All", "cora.cloud@contoso.com", PASSWORD, 403},
        {"User-PasswordProfile.ReadWrite.All", "cora.cloud@contoso.com", PASSWORD, 204},
        {"User-PasswordProfile.ReadWrite.All", "cora.cloud@contoso.com", "{\"accountEnabled\":true}", 403},
    };
    struct sim *sim = *state;

    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char target[100];

        snprintf(target, sizeof target, "users/%s", cases[i].user);
        fixture_permissions(sim, cases[i].permissions);
        AUTO_REPLY struct reply reply = fixture_graph(sim, "PATCH", target, cases[i].body);
        if (reply.status != cases[i].status)
            fail_msg("case %zu: %d %s", i, reply.status, reply.text);
    }
}

static void an_administrator_takes_a_privileged_role(void **state)
{
    static const char *const bodies[] = {"{\"accountEnabled\":false}", PASSWORD};
    struct sim *sim = *state;
    json_t *app = json_array_get(json_array_at(fixture_tenant(sim), "apps"), 0);

    for (size_t i = 0; i < 2; i++) {
        json_put(app, "directory_roles",
                 i ? json_make("[ss]", "User Administrator", "Privileged Authentication Administrator")
                   : json_make("[s]", "User Administrator"));
        for (size_t j = 0; j < 2; j++) {
            AUTO_REPLY struct reply reply =
                fixture_graph(sim, "PATCH", "users/ada.admin@contoso.com", bodies[j]);
            assert_int_equal(reply.status, i ? 204 : 403);
        }
        AUTO_REPLY struct reply gone = fixture_graph(sim, "DELETE", "users/ada.admin@contoso.com", NULL);
        assert_int_equal(gone.status, i ? 204 : 403);
    }
}

static void a_token_keeps_the_permissions_it_was_issued_with(void **state)
{
    struct sim *sim = *state;
    AUTO_FREE char *old = fixture_token(sim, "https://graph.microsoft.com/.default", true);
    AUTO_STRBUF struct strbuf authorization = STRBUF_MAX(16000);

    strbuf_printf(&authorization, "Bearer %s", old);
    fixture_permissions(sim, "Mail.Send");
    fixture_header(sim, "Authorization", strbuf_text(&authorization));
    AUTO_REPLY struct reply before = fixture_call(sim, "graph", "GET", "/v1.0/" ADELE, NULL);
    assert_int_equal(before.status, 200);
    AUTO_REPLY struct reply after = fixture_graph(sim, "GET", ADELE, NULL);
    assert_int_equal(after.status, 403);
}

static void sign_in_activity_is_premium(void **state)
{
    static const char one[] = ADELE "?$select=id,signInActivity";
    struct sim *sim = *state;
    AUTO_REPLY struct reply reply = fixture_graph(sim, "GET", one, NULL);
    assert_non_null(json_text(json_object_get(reply.json, "signInActivity"), "lastSignInDateTime"));
    AUTO_REPLY struct reply page =
        fixture_graph(sim, "GET", "users?$select=id,signInActivity&$top=999", NULL);
    assert_int_equal(page.status, 400);
    fixture_permissions(sim, "User.Read.All");
    AUTO_REPLY struct reply denied = fixture_graph(sim, "GET", one, NULL);
    assert_string_equal(reply_code(&denied), "Authorization_RequestDenied");
    fixture_permissions(sim, NULL);
    json_put(fixture_tenant(sim), "skus", json_array());
    AUTO_REPLY struct reply poor = fixture_graph(sim, "GET", one, NULL);
    assert_int_equal(poor.status, 403);
    assert_string_equal(reply_code(&poor), "Authentication_RequestFromNonPremiumTenantOrB2CTenant");
    AUTO_REPLY struct reply rest = fixture_graph(sim, "GET", ADELE "?$select=id", NULL);
    assert_int_equal(rest.status, 200);
}

static void mailbox_settings_fail_the_whole_user(void **state)
{
    struct sim *sim = *state;
    AUTO_REPLY struct reply good = fixture_graph(sim, "GET", ADELE "?$select=id,mailboxSettings", NULL);
    assert_string_equal(json_text(json_object_get(good.json, "mailboxSettings"), "userPurpose"), "user");
    AUTO_REPLY struct reply bad =
        fixture_graph(sim, "GET", "users/nora.nomail@contoso.com?$select=id,mailboxSettings", NULL);
    assert_int_equal(bad.status, 404);
    AUTO_REPLY struct reply list = fixture_graph(sim, "GET", "users?$select=id,mailboxSettings", NULL);
    assert_int_equal(list.status, 501);
}

/* ---- deleting ---- */

static void a_deleted_user_comes_back_as_before(void **state)
{
    struct sim *sim = *state;
    int64_t before = units(sim, SPB);
    AUTO_REPLY struct reply gone = fixture_graph(sim, "DELETE", ADELE, NULL);
    assert_int_equal(gone.status, 204);
    assert_int_equal(units(sim, SPB), before - 1);
    AUTO_REPLY struct reply missing = fixture_graph(sim, "GET", "users/" ADELE_ID, NULL);
    assert_int_equal(missing.status, 404);
    AUTO_REPLY struct reply deleted = fixture_graph(
        sim, "GET",
        "directory/deletedItems/microsoft.graph.user?$select=id,userPrincipalName,deletedDateTime", NULL);
    assert_int_equal(reply_count(&deleted), 1);
    assert_string_equal(json_text(reply_item(&deleted, 0), "userPrincipalName"),
                        "5f1c0a2e3b4d4c5e8f6a000000000002adele.vance@contoso.com");
    AUTO_REPLY struct reply soft =
        fixture_cmdlet(sim, "Get-Mailbox", "{\"Identity\":\"" ADELE_ID "\",\"SoftDeletedMailbox\":true}");
    assert_int_equal(reply_count(&soft), 1);
    AUTO_REPLY struct reply back =
        fixture_graph(sim, "POST", "directory/deletedItems/" ADELE_ID "/restore", NULL);
    assert_int_equal(back.status, 200);
    assert_string_equal(json_text(back.json, "@odata.type"), "#microsoft.graph.user");
    assert_int_equal(units(sim, SPB), before);
    AUTO_REPLY struct reply groups = fixture_graph(sim, "GET", ADELE "/memberOf?$select=id", NULL);
    assert_int_equal(reply_count(&groups), 12);
    AUTO_REPLY struct reply licenses = fixture_graph(sim, "GET", ADELE "/licenseDetails", NULL);
    assert_int_equal(reply_count(&licenses), 3);
}

static void a_restore_meets_what_happened_meanwhile(void **state)
{
    static const char path[] = "directory/deletedItems/" ADELE_ID "/restore";
    struct sim *sim = *state;
    AUTO_REPLY struct reply gone = fixture_graph(sim, "DELETE", ADELE, NULL);
    assert_int_equal(gone.status, 204);
    AUTO_REPLY struct reply renamed = fixture_graph(sim, "PATCH", "users/cora.cloud@contoso.com",
                                                    "{\"userPrincipalName\":\"adele.vance@contoso.com\"}");
    assert_int_equal(renamed.status, 204);
    AUTO_REPLY struct reply taken = fixture_graph(sim, "POST", path, NULL);
    assert_int_equal(taken.status, 409);
    sim->flipped[VARIANT_restore_conflict_409] = true;
    AUTO_REPLY struct reply also = fixture_graph(sim, "POST", path, NULL);
    assert_int_equal(also.status, 400);
    json_t *sku = license_sku(fixture_tenant(sim), SPB);
    json_put(json_object_get(sku, "prepaidUnits"), "enabled", json_integer(0));
    AUTO_REPLY struct reply back =
        fixture_graph(sim, "POST", path, "{\"newUserPrincipalName\":\"adele2@contoso.com\"}");
    assert_int_equal(back.status, 200);
    AUTO_REPLY struct reply licenses =
        fixture_graph(sim, "GET", "users/adele2@contoso.com/licenseDetails", NULL);
    assert_int_equal(reply_count(&licenses), 2); /* none of the third was left */
}

static void a_taken_address_is_a_conflict_unless_reconciled(void **state)
{
    static const char path[] = "directory/deletedItems/" ADELE_ID "/restore";
    struct sim *sim = *state;
    AUTO_REPLY struct reply gone = fixture_graph(sim, "DELETE", ADELE, NULL);
    assert_int_equal(gone.status, 204);
    json_add(json_object_get(fixture_user(sim, "cora.cloud@contoso.com"), "proxyAddresses"),
             json_string("smtp:adele.vance@contoso.onmicrosoft.com"));
    AUTO_REPLY struct reply taken = fixture_graph(sim, "POST", path, "{}");
    assert_int_equal(taken.status, 409);
    AUTO_REPLY struct reply back = fixture_graph(sim, "POST", path, "{\"autoReconcileProxyConflict\":true}");
    assert_int_equal(back.status, 200);
    assert_int_equal(json_array_size(json_object_get(fixture_user(sim, ADELE_ID), "proxyAddresses")), 1);
}

static void deleted_items_last_thirty_days(void **state)
{
    struct sim *sim = *state;
    AUTO_REPLY struct reply gone = fixture_graph(sim, "DELETE", ADELE, NULL);
    assert_int_equal(gone.status, 204);
    fixture_advance(sim, (int64_t)31 * 24 * 60 * 60 * 1000);
    AUTO_REPLY struct reply late =
        fixture_graph(sim, "POST", "directory/deletedItems/" ADELE_ID "/restore", NULL);
    assert_int_equal(late.status, 404);
    AUTO_REPLY struct reply deleted =
        fixture_graph(sim, "GET", "directory/deletedItems/microsoft.graph.user", NULL);
    assert_int_equal(reply_count(&deleted), 0);
}

/* ---- licences ---- */

static void licences_are_counted(void **state)
{
    struct sim *sim = *state;
    int64_t before = units(sim, SPB);
    AUTO_REPLY struct reply taken = fixture_graph(sim, "POST", ADELE "/assignLicense",
                                                  "{\"addLicenses\":[],\"removeLicenses\":[\"" SPB "\"]}");
    assert_int_equal(taken.status, 200);
    assert_int_equal(units(sim, SPB), before - 1);
    assert_null(fixture_mailbox(sim, ADELE_ID)); /* a user mailbox without a licence is disconnected */
    AUTO_REPLY struct reply disconnected = fixture_cmdlet(
        sim, "Get-Mailbox", "{\"Identity\":\"adele.vance@contoso.com\",\"SoftDeletedMailbox\":true}");
    assert_int_equal(reply_count(&disconnected), 1);
    AUTO_REPLY struct reply given =
        fixture_graph(sim, "POST", ADELE "/assignLicense",
                      "{\"addLicenses\":[{\"skuId\":\"" SPB "\"}],\"removeLicenses\":[]}");
    assert_int_equal(given.status, 200);
    assert_int_equal(units(sim, SPB), before);
    assert_non_null(fixture_mailbox(sim, ADELE_ID));
}

static void a_shared_mailbox_without_a_licence_cannot_become_a_users_again(void **state)
{
    struct sim *sim = *state;
    static const char set[] = "{\"Identity\":\"" ADELE_ID "\",\"Type\":\"%s\",\"Confirm\":false}";
    char parameters[200];

    snprintf(parameters, sizeof parameters, set, "Shared");
    AUTO_REPLY struct reply shared = fixture_cmdlet(sim, "Set-Mailbox", parameters);
    assert_int_equal(shared.status, 200);
    fixture_advance(sim, 61000);
    AUTO_REPLY struct reply taken = fixture_graph(sim, "POST", ADELE "/assignLicense",
                                                  "{\"addLicenses\":[],\"removeLicenses\":[\"" SPB "\"]}");
    assert_int_equal(taken.status, 200);
    assert_non_null(fixture_mailbox(sim, ADELE_ID));
    snprintf(parameters, sizeof parameters, set, "Regular");
    AUTO_REPLY struct reply regular = fixture_cmdlet(sim, "Set-Mailbox", parameters);
    assert_int_equal(regular.status, 200);
    fixture_advance(sim, 61000);
    assert_null(fixture_mailbox(sim, ADELE_ID)); /* disconnected */
}

static void licences_are_refused_as_documented(void **state)
{
    static const struct {
        const char *user, *body, *text;
    } cases[] = {
        {"lisa.licensed@contoso.com", "{\"addLicenses\":[],\"removeLicenses\":[\"" SPB "\"]}",
         "inherited from a group"},
        {"nora.nomail@contoso.com", "{\"addLicenses\":[],\"removeLicenses\":[\"" SPB "\"]}",
         "User does not have a corresponding license."},
        {"nora.nomail@contoso.com", "{\"addLicenses\":[{\"skuId\":\"" PROJECT "\"}],\"removeLicenses\":[]}",
         "does not have any available licenses."},
        {"moe.mailuser@contoso.com", "{\"addLicenses\":[{\"skuId\":\"" SPB "\"}],\"removeLicenses\":[]}",
         "invalid usage location"},
        {"nora.nomail@contoso.com", "{\"addLicenses\":[]}", "removeLicenses"},
    };
    struct sim *sim = *state;

    json_object_del(fixture_user(sim, "moe.mailuser@contoso.com"), "usageLocation");
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char target[100];

        snprintf(target, sizeof target, "users/%s/assignLicense", cases[i].user);
        AUTO_REPLY struct reply reply = fixture_graph(sim, "POST", target, cases[i].body);
        assert_int_equal(reply.status, 400);
        if (!strstr(reply.text, cases[i].text))
            fail_msg("case %zu: %s", i, reply.text);
    }
}

static void a_licence_by_group_goes_later(void **state)
{
    struct sim *sim = *state;
    const char *id = json_text(fixture_user(sim, "lisa.licensed@contoso.com"), "id");
    AUTO_REPLY struct reply groups = fixture_graph(
        sim, "GET", "users/lisa.licensed@contoso.com/memberOf/microsoft.graph.group?$select=id,displayName",
        NULL);
    const json_t *group =
        json_array_find(json_array_at(groups.json, "value"), "displayName", "LIC-Business-Premium");
    char target[200];

    sim->settle_ms = 60000;
    snprintf(target, sizeof target, "groups/%s/members/%s/$ref", json_text(group, "id"), id);
    AUTO_REPLY struct reply left = fixture_graph(sim, "DELETE", target, NULL);
    assert_int_equal(left.status, 204);
    assert_non_null(fixture_mailbox(sim, id));
    fixture_advance(sim, 61000);
    assert_null(fixture_mailbox(sim, id));
    int64_t free_units = license_left(license_sku(fixture_tenant(sim), SPB));
    json_t *sku = license_sku(fixture_tenant(sim), SPB);
    json_put(json_object_get(sku, "prepaidUnits"), "enabled",
             json_integer(json_int(sku, "consumedUnits", 0)));
    assert_true(free_units > 0);
    char body[200];
    snprintf(target, sizeof target, "groups/%s/members/$ref", json_text(group, "id"));
    snprintf(body, sizeof body, "{\"@odata.id\":\"https://graph.microsoft.com/v1.0/directoryObjects/%s\"}",
             id);
    AUTO_REPLY struct reply joined = fixture_graph(sim, "POST", target, body);
    assert_int_equal(joined.status, 204);
    fixture_advance(sim, 61000);
    const json_t *states = json_object_get(fixture_user(sim, id), "licenseAssignmentStates");
    assert_string_equal(json_text(json_array_find(states, "skuId", SPB), "error"), "CountViolation");
    assert_null(fixture_mailbox(sim, id));
}

static void domains_say_who_signs_in(void **state)
{
    AUTO_REPLY struct reply reply =
        fixture_graph(*state, "GET", "domains?$select=id,authenticationType,isVerified", NULL);
    assert_string_equal(
        json_text(json_array_find(json_array_at(reply.json, "value"), "id", "fed.contoso.com"),
                  "authenticationType"),
        "Federated");
    assert_string_equal(json_text(json_array_find(json_array_at(reply.json, "value"), "id", "contoso.com"),
                                  "authenticationType"),
                        "Managed");
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
    const struct CMUnitTest tests[] = {
        TEST(changes_are_refused_as_documented),
        TEST(the_anchor_goes_once_the_link_is_broken),
        TEST(the_cloud_may_take_over_a_synced_user),
        TEST(permissions_of_a_patch_are_those_of_its_properties),
        TEST(an_administrator_takes_a_privileged_role),
        TEST(a_token_keeps_the_permissions_it_was_issued_with),
        TEST(sign_in_activity_is_premium),
        TEST(mailbox_settings_fail_the_whole_user),
        TEST(a_deleted_user_comes_back_as_before),
        TEST(a_restore_meets_what_happened_meanwhile),
        TEST(a_taken_address_is_a_conflict_unless_reconciled),
        TEST(deleted_items_last_thirty_days),
        TEST(licences_are_counted),
        TEST(a_shared_mailbox_without_a_licence_cannot_become_a_users_again),
        TEST(licences_are_refused_as_documented),
        TEST(a_licence_by_group_goes_later),
        TEST(domains_say_who_signs_in),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
