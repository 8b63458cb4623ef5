/* clang-format off */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
/* clang-format on */

#include <string.h>

#include "seed.h"
#include "state_user.h"

static json_t *tenant_of(const json_t *state, const char *domain)
{
    json_t *tenant;
    const char *id;

    json_object_foreach (json_object_get(state, "tenants"), id, tenant) {
        if (text_equal_nocase(json_text(tenant, "initial_domain"), domain))
            return tenant;
    }
    return NULL;
}

static int seeded(void **state)
{
    *state = seed_make("small", NULL);
    return *state ? 0 : -1;
}

static int freed(void **state)
{
    json_decref(*state);
    return 0;
}

static void same_seed_same_state(void **state)
{
    AUTO_JSON json_t *again = seed_make("small", NULL);

    assert_true(json_equal(*state, again));
}

static void tenants_have_their_size(void **state)
{
    assert_int_equal(json_object_size(json_object_get(tenant_of(*state, "contoso.onmicrosoft.com"), "users")),
                     78);
    assert_int_equal(
        json_object_size(json_object_get(tenant_of(*state, "fabrikam.onmicrosoft.com"), "users")), 600);
    assert_int_equal(
        json_object_size(json_object_get(tenant_of(*state, "northwind.onmicrosoft.com"), "users")), 6000);
}

static unsigned count_groups(const json_t *tenant, const char *user_id)
{
    json_t *group, *member;
    const char *id;
    unsigned count = 0;
    size_t i;

    json_object_foreach (json_object_get(tenant, "groups"), id, group) {
        json_array_foreach (json_object_get(group, "_members"), i, member)
            count += !strcmp(json_string_value(member), user_id);
    }
    return count;
}

static void leaver_is_as_documented(void **state)
{
    json_t *tenant = tenant_of(*state, "contoso.onmicrosoft.com");
    json_t *user = json_object_get(json_object_get(tenant, "users"), SEED_LEAVER_ID);
    const json_t *box = json_object_get(json_object_get(tenant, "mailboxes"), SEED_LEAVER_ID);
    AUTO_JSON json_t *slice = state_user(tenant, user);
    const json_t *access = json_object_get(slice, "access");

    assert_string_equal(json_text(user, "userPrincipalName"), "adele.vance@contoso.com");
    assert_string_equal(json_text(user, "_manager"), SEED_MANAGER_ID);
    assert_int_equal(count_groups(tenant, SEED_LEAVER_ID), 12);
    assert_int_equal(json_array_size(json_object_get(user, "licenseAssignmentStates")), 3);
    assert_int_equal(json_array_size(json_object_get(user, "_methods")), 4);
    assert_int_equal(json_array_size(json_object_get(box, "_rules")), 3);
    assert_int_equal(json_array_size(json_object_get(box, "_devices")), 2);
    assert_int_equal(json_array_size(json_object_get(box, "_permissions")), 2);
    assert_int_equal(json_array_size(json_object_get(box, "_events")), 6);
    assert_non_null(json_object_get(json_object_get(tenant, "sites"), SEED_LEAVER_ID));
    assert_int_equal(json_array_size(json_object_get(slice, "groups")), 12);
    assert_int_equal(json_array_size(json_object_get(slice, "app_roles")), 1);
    assert_int_equal(json_array_size(json_object_get(slice, "grants")), 1);
    assert_int_equal(json_array_size(json_object_get(slice, "phone_numbers")), 1);
    assert_int_equal(json_object_size(json_object_get(access, "mailboxes")), 2);
    assert_int_equal(json_object_size(json_object_get(access, "send_as")), 1);
    assert_int_equal(json_object_size(json_object_get(access, "send_on_behalf")), 1);
    assert_int_equal(json_object_size(json_object_get(access, "calendars")), 1);
}

/* docs/simulator.md names them. */
static void cast_is_complete(void **state)
{
    static const char *const names[] = {
        "cora.cloud@contoso.com",     "syd.synced@contoso.com",
        "ada.admin@contoso.com",      "lisa.licensed@contoso.com",
        "nora.nomail@contoso.com",    "moe.mailuser@contoso.com",
        "nils.nodrive@contoso.com",   "sharon.shared@contoso.com",
        "bruno.big@contoso.com",      "hanna.hold@contoso.com",
        "archie.archive@contoso.com", "fedor.federated@fed.contoso.com",
        "dora.disabled@contoso.com",  "otto.owner@contoso.com",
        "rene.rules@contoso.com",     "mia.methods@contoso.com",
        "kai.kalender@contoso.com",   "gus.guest_partner-example.com#EXT#@contoso.onmicrosoft.com"};
    const json_t *users = json_object_get(tenant_of(*state, "contoso.onmicrosoft.com"), "users");
    json_t *user;
    const char *id;

    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        bool found = false;

        json_object_foreach ((json_t *)users, id, user)
            found |= !strcmp(json_text_or(user, "userPrincipalName", ""), names[i]);
        if (!found)
            fail_msg("%s is missing", names[i]);
    }
}

static void a_tenant_alone_is_as_among_the_others(void **state)
{
    const json_t *fabrikam = tenant_of(*state, "fabrikam.onmicrosoft.com");
    AUTO_JSON json_t *alone = seed_tenant("small", json_text(fabrikam, "id"));

    assert_true(json_equal(alone, fabrikam));
    assert_null(seed_tenant("small", "nobody"));
    assert_null(seed_tenant("/some/file.json", json_text(fabrikam, "id")));
}

static void wide_has_somebody_in_300_groups(void **state)
{
    const json_t *contoso = tenant_of(*state, "contoso.onmicrosoft.com");
    AUTO_JSON json_t *tenant = seed_tenant("wide", json_text(contoso, "id"));
    json_t *user;
    const char *id;
    unsigned groups = 0;

    json_object_foreach (json_object_get(tenant, "users"), id, user)
        if (!strcmp(json_text_or(user, "userPrincipalName", ""), "max.many@contoso.com"))
            groups = count_groups(tenant, id);
    assert_int_equal(groups, 300);
}

/* Every entry of the list, or what it holds under key, is the id of a user or a group. */
static void references_lead_somewhere(const json_t *tenant, const json_t *object, const char *list,
                                      const char *key)
{
    json_t *entry;
    size_t i;

    json_array_foreach (json_object_get(object, list), i, entry) {
        const char *id = key ? json_text(entry, key) : json_string_value(entry);

        assert_true(json_object_get(json_object_get(tenant, "users"), id) ||
                    json_object_get(json_object_get(tenant, "groups"), id));
    }
}

/* Names are unique, managers exist and go up to one chief without a circle, references lead somewhere. */
static void state_is_sound(void **state)
{
    const json_t *tenants = json_object_get(*state, "tenants"), *tenant;
    const char *tenant_id, *id;
    json_t *user;

    json_object_foreach ((json_t *)tenants, tenant_id, tenant) {
        const json_t *users = json_object_get(tenant, "users");
        AUTO_JSON json_t *seen = json_object();

        json_object_foreach ((json_t *)users, id, user) {
            const char *upn = json_text(user, "userPrincipalName"), *manager = json_text(user, "_manager");
            unsigned steps = 0;

            assert_string_equal(json_text(user, "id"), id);
            assert_true(text_is_uuid(id));
            assert_null(json_object_get(seen, upn));
            json_put(seen, upn, json_true());
            while (manager) {
                const json_t *above = json_object_get(users, manager);
                assert_non_null(above);
                assert_true(++steps < 20);
                manager = json_text(above, "_manager");
            }
        }
        json_t *box, *group;

        json_object_foreach (json_object_get(tenant, "mailboxes"), id, box) {
            assert_non_null(json_object_get(users, id));
            references_lead_somewhere(tenant, box, "_permissions", "user");
            references_lead_somewhere(tenant, box, "_recipient_permissions", "trustee");
            references_lead_somewhere(tenant, box, "_send_on_behalf", NULL);
        }
        json_object_foreach (json_object_get(tenant, "groups"), id, group) {
            references_lead_somewhere(tenant, group, "_members", NULL);
            references_lead_somewhere(tenant, group, "_owners", NULL);
        }
    }
}

static void names_become_addresses(void **state)
{
    static const char *const cases[][2] = {
        {"Jürgen", "juergen"}, {"O'Brien", "obrien"}, {"Łukasz", "lukasz"},    {"van den Berg", "vandenberg"},
        {"Weiß", "weiss"},     {"Nguyễn", "nguyen"},  {"Mei-Ling", "mei-ling"}};
    char text[80];

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        seed_ascii(cases[i][0], text, sizeof text);
        assert_string_equal(text, cases[i][1]);
    }
}

static void no_file_is_an_error(void **state)
{
    struct err err = {0};

    (void)state;
    assert_null(seed_make("/nonexistent/state.json", &err));
    assert_true(err.kind != ERR_NONE);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(same_seed_same_state),
        cmocka_unit_test(tenants_have_their_size),
        cmocka_unit_test(leaver_is_as_documented),
        cmocka_unit_test(state_is_sound),
        cmocka_unit_test(cast_is_complete),
        cmocka_unit_test(a_tenant_alone_is_as_among_the_others),
        cmocka_unit_test(wide_has_somebody_in_300_groups),
        cmocka_unit_test(names_become_addresses),
        cmocka_unit_test(no_file_is_an_error),
    };

    return cmocka_run_group_tests(tests, seeded, freed);
}
