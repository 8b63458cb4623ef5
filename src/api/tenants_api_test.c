/* Tenants over HTTP: renaming, removing, and who is protected there. What asks Microsoft is in the
 * integration tests. */
#include "api/api_fixture.h"
#include "journal/disconnected.h"

#define TENANT "/api/v1/tenants/contoso.example"

static void renaming_is_guarded(void **state)
{
    (void)state;
    AUTO_ANSWER struct answer before = ASK(.path = TENANT);
    assert_true(json_is_null(json_object_get(before.json, "changed_by")));
    AUTO_ANSWER struct answer bare =
        ASK(.method = "PATCH", .path = TENANT, .body = "{\"display_name\":\"X\"}");
    expect_problem(&bare, 428, "precondition_required");
    AUTO_ANSWER struct answer empty = ASK(.method = "PATCH", .path = TENANT,
                                          .body = "{\"display_name\":\"\"}", .headers = {if_match(&before)});
    expect_field(&empty, "/display_name", "empty");
    AUTO_ANSWER struct answer renamed = ASK(.method = "PATCH", .path = TENANT, .headers = {if_match(&before)},
                                            .body = "{\"display_name\":\"Contoso Ltd\"}");
    expect_status(&renamed, 200);
    assert_string_equal(json_text(renamed.json, "display_name"), "Contoso Ltd");
    AUTO_ANSWER struct answer stale = ASK(.method = "PATCH", .path = TENANT, .headers = {if_match(&before)},
                                          .body = "{\"display_name\":\"Contoso Inc\"}");
    expect_problem(&stale, 412, "precondition_failed");
    assert_non_null(strstr(json_text(stale.json, "detail"), "admin changed this at"));
    AUTO_ANSWER struct answer viewer =
        ASK(.method = "PATCH", .path = TENANT, .token = world.viewer, .body = "{\"display_name\":\"Mine\"}");
    expect_problem(&viewer, 403, "forbidden");
}

static void protected_users_have_names(void **state)
{
    (void)state;
    world_sql("UPDATE tenants SET defaults_json = '{\"protected_users\":[\"" FAKE_PROTECTED_USER
              "\",\"cccccccc-0000-4000-8000-000000000009\"]}' WHERE default_domain = 'contoso.example'");
    AUTO_ANSWER struct answer list = ASK(.path = TENANT "/protected-users");
    expect_status(&list, 200);
    const json_t *items = json_array_at(list.json, "items");
    assert_string_equal(json_text(json_array_get(items, 0), "display_name"), "Break Glass");
    assert_true(json_is_null(json_object_get(json_array_get(items, 1), "display_name")));
    AUTO_ANSWER struct answer none = ASK(.path = "/api/v1/tenants/fabrikam.example/protected-users");
    assert_int_equal(json_array_size(json_array_at(none.json, "items")), 1); /* the fixture protects one */
}

static void f13_a_disconnected_tenant_says_so(void **state)
{
    struct err err;
    (void)state;
    AUTO_ANSWER struct answer before = ASK(.path = TENANT);
    assert_true(json_is_null(json_object_get(before.json, "health")));
    world_sql("INSERT INTO tenant_health(tenant_id, status, checked_at, result_json) VALUES ('" FAKE_TENANT
              "', 'ok', 5, '{}')");
    {
        AUTO_TX struct tx *tx = store_begin(world.store, &err);
        assert_true(tx &&
                    disconnected_note(tx, FAKE_TENANT, "AADSTS7000222", "The secret is old.", 7000, &err));
        assert_true(tx_commit(&tx, &err));
    }
    AUTO_ANSWER struct answer list = ASK(.path = "/api/v1/tenants?search=contoso");
    const json_t *row = json_array_get(json_array_at(list.json, "items"), 0);
    const json_t *health = json_object_at(row, "health"), *why = json_object_at(health, "disconnected");
    assert_string_equal(json_text(health, "status"), "disconnected");
    assert_string_equal(json_text(health, "checked_at"), json_text(why, "since"));
    assert_string_equal(json_text(why, "code"), "AADSTS7000222");
    assert_string_equal(json_text(why, "message"), "The secret is old.");
    AUTO_ANSWER struct answer metrics = ASK(.path = "/metrics");
    assert_non_null(strstr(metrics.body, "lastday_tenants{health=\"disconnected\"} 1"));
    {
        AUTO_TX struct tx *tx = store_begin(world.store, &err);
        assert_true(tx && disconnected_mended(tx, FAKE_TENANT, 8000, &err) && tx_commit(&tx, &err));
    }
    AUTO_ANSWER struct answer after = ASK(.path = TENANT);
    assert_string_equal(json_text(json_object_at(after.json, "health"), "status"), "ok");
    assert_true(json_is_null(json_object_get(json_object_at(after.json, "health"), "disconnected")));
}

static void a_tenant_goes_when_its_work_is_done(void **state)
{
    char path[100];
    (void)state;
    AUTO_ANSWER struct answer template =
        ASK(.path = "/api/v1/templates",
            .body =
                "{\"name\":\"Own\",\"tenant\":\"contoso.example\",\"options\":{\"disable_sign_in\":true}}");
    expect_status(&template, 201);
    AUTO_ANSWER struct answer made = ASK(.path = OFFBOARDINGS, .body = NEW("open@contoso.example", ""));
    expect_status(&made, 202);
    AUTO_ANSWER struct answer busy = ASK(.method = "DELETE", .path = TENANT);
    expect_problem(&busy, 409, "unfinished_offboardings");
    const char *id = json_text(json_array_get(json_array_at(made.json, "offboardings"), 0), "id");
    snprintf(path, sizeof path, OFFBOARDINGS "/%s/cancel", id);
    AUTO_ANSWER struct answer cancelled = ASK(.method = "POST", .path = path);
    expect_status(&cancelled, 200);
    AUTO_ANSWER struct answer gone = ASK(.method = "DELETE", .path = TENANT);
    expect_status(&gone, 204);
    AUTO_ANSWER struct answer again = ASK(.method = "DELETE", .path = TENANT);
    expect_problem(&again, 404, "unknown_tenant");
    AUTO_ANSWER struct answer templates = ASK(.path = "/api/v1/templates");
    assert_int_equal(json_array_size(json_array_at(templates.json, "items")), 0);
    snprintf(path, sizeof path, OFFBOARDINGS "/%s", id);
    AUTO_ANSWER struct answer kept = ASK(.path = path); /* history stays */
    expect_status(&kept, 200);
    AUTO_ANSWER struct answer log = ASK(.path = "/api/v1/logbook?what=tenant_deleted");
    assert_int_equal(json_array_size(json_array_at(log.json, "items")), 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(renaming_is_guarded),
        cmocka_unit_test(protected_users_have_names),
        cmocka_unit_test(f13_a_disconnected_tenant_says_so),
        cmocka_unit_test(a_tenant_goes_when_its_work_is_done),
    };
    world_setup();
    return cmocka_run_group_tests(tests, world_start, world_stop);
}
