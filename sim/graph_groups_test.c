/* Groups of every kind, and who may change their members and owners. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "call_fixture.h"

#define CORA "cora.cloud@contoso.com"
#define REFERENCE "https://graph.microsoft.com/v1.0/directoryObjects/"

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

static json_t *group_named(struct sim *sim, const char *name)
{
    json_t *group;
    const char *id;

    json_object_foreach (json_object_get(fixture_tenant(sim), "groups"), id, group)
        if (!strcmp(json_text_or(group, "displayName", ""), name))
            return group;
    fail_msg("no group %s", name);
    return NULL;
}

static struct reply remove_from(struct sim *sim, const char *name, const char *list, const char *user_id)
{
    char target[200];

    snprintf(target, sizeof target, "groups/%s/%s/%s/$ref", json_text(group_named(sim, name), "id"), list,
             user_id);
    return fixture_graph(sim, "DELETE", target, NULL);
}

static struct reply add_to(struct sim *sim, const char *name, const char *list, const char *user_id)
{
    char target[200], body[200];

    snprintf(target, sizeof target, "groups/%s/%s/$ref", json_text(group_named(sim, name), "id"), list);
    snprintf(body, sizeof body, "{\"@odata.id\":\"" REFERENCE "%s\"}", user_id);
    return fixture_graph(sim, "POST", target, body);
}

static void each_kind_is_left_in_its_own_way(void **state)
{
    static const struct {
        const char *name;
        int status;
        const char *text;
    } cases[] = {
        {"Cast Party", 204, NULL},
        {"SG-Cast", 204, NULL},
        {"Finance Approvers", 400, "Cannot Update a mail-enabled security groups and or distribution list."},
        {"Retail Newsletter", 400, "Cannot Update a mail-enabled security groups and or distribution list."},
        {"All Staff", 400, "dynamic membership"},
        {"AD-Branch-Office", 400, "on-premises mastered Directory Sync"},
        {"Tier-0 Operators", 204, NULL},
        {"SG-Board-Restricted", 403, "Insufficient privileges"},
    };
    struct sim *sim = *state;
    const char *id = json_text(fixture_user(sim, CORA), "id");

    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        json_t *members = json_object_get(group_named(sim, cases[i].name), "_members");

        if (sim_text_index(members, id) < 0)
            json_add(members, json_string(id));
        AUTO_REPLY struct reply reply = remove_from(sim, cases[i].name, "members", id);
        if (reply.status != cases[i].status || (cases[i].text && !strstr(reply.text, cases[i].text)))
            fail_msg("%s: %d %s", cases[i].name, reply.status, reply.text);
        assert_int_equal(sim_text_index(members, id) < 0, reply.status == 204);
    }
    AUTO_REPLY struct reply again = remove_from(sim, "Cast Party", "members", id);
    assert_int_equal(again.status, 400);
    assert_non_null(strstr(again.text, "One or more removed object references do not exist"));
    AUTO_REPLY struct reply back = add_to(sim, "Cast Party", "members", id);
    assert_int_equal(back.status, 204);
    AUTO_REPLY struct reply twice = add_to(sim, "Cast Party", "members", id);
    assert_int_equal(twice.status, 400);
    assert_non_null(strstr(twice.text, "One or more added object references already exist"));
}

static void role_assignable_groups_take_a_higher_permission(void **state)
{
    struct sim *sim = *state;
    const char *id = json_text(fixture_user(sim, "ada.admin@contoso.com"), "id");
    AUTO_FREE char *own = strdup(id);

    fixture_permissions(sim, "GroupMember.ReadWrite.All");
    AUTO_REPLY struct reply denied = remove_from(sim, "Tier-0 Operators", "members", own);
    assert_int_equal(denied.status, 403);
    AUTO_REPLY struct reply plain = remove_from(sim, "SG-Cast", "members", own);
    assert_int_equal(plain.status, 204);
    AUTO_REPLY struct reply owner = add_to(sim, "SG-Cast", "owners", own);
    assert_int_equal(owner.status, 403); /* owners take Group.ReadWrite.All */
    fixture_permissions(sim, "GroupMember.ReadWrite.All|RoleManagement.ReadWrite.Directory");
    AUTO_REPLY struct reply allowed = remove_from(sim, "Tier-0 Operators", "members", own);
    assert_int_equal(allowed.status, 204);
}

static void the_last_owner_stays(void **state)
{
    struct sim *sim = *state;
    const char *id = json_text(fixture_user(sim, "otto.owner@contoso.com"), "id");
    AUTO_REPLY struct reply only = remove_from(sim, "Otto's Team", "owners", id);
    assert_int_equal(only.status, 400);
    assert_non_null(strstr(only.text, "The group must have at least one owner"));
    AUTO_REPLY struct reply added =
        add_to(sim, "Otto's Team", "owners", json_text(fixture_user(sim, CORA), "id"));
    assert_int_equal(added.status, 204);
    AUTO_REPLY struct reply gone = remove_from(sim, "Otto's Team", "owners", id);
    assert_int_equal(gone.status, 204);
}

static void without_ref_the_user_is_deleted(void **state)
{
    struct sim *sim = *state;
    char target[200];

    snprintf(target, sizeof target, "groups/%s/members/%s", json_text(group_named(sim, "SG-Cast"), "id"),
             json_text(fixture_user(sim, CORA), "id"));
    AUTO_REPLY struct reply reply = fixture_graph(sim, "DELETE", target, NULL);
    assert_int_equal(reply.status, 204);
    assert_non_null(json_text(fixture_user(sim, CORA), "deletedDateTime"));
}

static void many_join_at_once_or_none(void **state)
{
    struct sim *sim = *state;
    AUTO_STRBUF struct strbuf body = STRBUF_MAX(1000);
    json_t *group = group_named(sim, "SG-VPN-Users");
    size_t before = json_array_size(json_object_get(group, "_members"));
    char target[100];

    snprintf(target, sizeof target, "groups/%s", json_text(group, "id"));
    for (int i = 0; i < 2; i++) {
        strbuf_done(&body);
        body.max = 1000;
        strbuf_printf(&body, "{\"members@odata.bind\":[\"" REFERENCE "%s\",\"" REFERENCE "%s\"]}",
                      json_text(fixture_user(sim, CORA), "id"),
                      i ? json_text(fixture_user(sim, "kai.kalender@contoso.com"), "id") : "nobody");
        AUTO_REPLY struct reply reply = fixture_graph(sim, "PATCH", target, strbuf_text(&body));
        assert_int_equal(reply.status, i ? 204 : 404);
        assert_int_equal(json_array_size(json_object_get(group, "_members")), before + (i ? 2 : 0));
    }
}

static void nested_groups_show_transitively(void **state)
{
    struct sim *sim = *state;
    const char *id = json_text(fixture_user(sim, CORA), "id");

    json_add(json_object_get(group_named(sim, "APP-Reporting"), "_members"), json_string(id));
    AUTO_REPLY struct reply direct =
        fixture_graph(sim, "GET", "users/" CORA "/memberOf?$select=id,displayName", NULL);
    AUTO_REPLY struct reply all =
        fixture_graph(sim, "GET", "users/" CORA "/transitiveMemberOf?$select=id,displayName", NULL);
    assert_null(json_array_find(json_array_at(direct.json, "value"), "displayName", "SG-All-Sites"));
    assert_non_null(json_array_find(json_array_at(all.json, "value"), "displayName", "SG-All-Sites"));
    char target[200];
    snprintf(target, sizeof target, "groups/%s/members?$select=id,displayName",
             json_text(group_named(sim, "SG-All-Sites"), "id"));
    AUTO_REPLY struct reply members = fixture_graph(sim, "GET", target, NULL);
    assert_string_equal(json_text(reply_item(&members, 0), "@odata.type"), "#microsoft.graph.group");
}

static void a_role_by_a_group_shows_transitively(void **state)
{
    struct sim *sim = *state;
    AUTO_REPLY struct reply direct =
        fixture_graph(sim, "GET", "users/ada.admin@contoso.com/memberOf?$select=id,displayName", NULL);
    AUTO_REPLY struct reply all = fixture_graph(
        sim, "GET", "users/ada.admin@contoso.com/transitiveMemberOf?$select=id,displayName", NULL);
    assert_null(
        json_array_find(json_array_at(direct.json, "value"), "displayName", "Helpdesk Administrator"));
    assert_non_null(
        json_array_find(json_array_at(all.json, "value"), "displayName", "Helpdesk Administrator"));
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
    const struct CMUnitTest tests[] = {
        TEST(each_kind_is_left_in_its_own_way),
        TEST(role_assignable_groups_take_a_higher_permission),
        TEST(the_last_owner_stays),
        TEST(without_ref_the_user_is_deleted),
        TEST(many_join_at_once_or_none),
        TEST(nested_groups_show_transitively),
        TEST(a_role_by_a_group_shows_transitively),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
