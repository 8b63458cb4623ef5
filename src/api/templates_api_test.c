/* Templates over HTTP, and which options a request means. */
#include "api/api_fixture.h"

#define TEMPLATES "/api/v1/templates"
#define LEAVER "{\"name\":\"Leaver\",\"options\":{\"disable_sign_in\":true,\"revoke_sessions\":true}"

static struct answer make(const char *body)
{
    struct answer made = ASK(.path = TEMPLATES, .body = body);
    expect_status(&made, 201);
    return made;
}

static const char *path_of(const struct answer *answer)
{
    static char path[100];
    snprintf(path, sizeof path, TEMPLATES "/%s", json_text(answer->json, "id"));
    return path;
}

static void templates_are_written_and_guarded(void **state)
{
    (void)state;
    AUTO_ANSWER struct answer made = make(LEAVER ",\"description\":\"For everybody\"}");
    assert_true(json_is_null(json_object_get(made.json, "tenant")));
    assert_int_equal(json_array_size(json_array_at(made.json, "warnings")), 0);
    assert_string_equal(json_text(made.json, "created_by"), "admin");
    AUTO_ANSWER struct answer twice = ASK(.path = TEMPLATES, .body = "{\"name\":\"LEAVER\",\"options\":"
                                                                     "{\"disable_sign_in\":true}}");
    expect_problem(&twice, 409, "template_exists");
    AUTO_ANSWER struct answer own = make("{\"name\":\"leaver\",\"tenant\":\"contoso.example\",\"options\":"
                                         "{\"hide_from_gal\":true}}");
    assert_string_equal(json_text(json_object_at(own.json, "tenant"), "display_name"), "Contoso");

    AUTO_ANSWER struct answer bad =
        ASK(.path = TEMPLATES, .body = "{\"name\":\"\",\"tenant\":\"nowhere\",\"options\":{\"forward_email\":"
                                       "{\"to\":5},\"make_coffee\":true}}");
    expect_field(&bad, "/name", "empty");
    expect_field(&bad, "/tenant", "unknown_tenant");
    expect_field(&bad, "/options/forward_email/to", "invalid_user");
    expect_field(&bad, "/options", "unknown_task");

    const char *changed = "{\"name\":\"Leaver\",\"tenant\":null,\"options\":{\"disable_sign_in\":true}}";
    AUTO_ANSWER struct answer bare = ASK(.method = "PUT", .path = path_of(&made), .body = changed);
    expect_problem(&bare, 428, "precondition_required");
    AUTO_ANSWER struct answer put =
        ASK(.method = "PUT", .path = path_of(&made), .body = changed, .headers = {if_match(&made)});
    expect_status(&put, 200);
    assert_null(json_object_get(json_object_at(put.json, "options"), "revoke_sessions"));
    AUTO_ANSWER struct answer stale =
        ASK(.method = "PUT", .path = path_of(&made), .body = changed, .headers = {if_match(&made)});
    expect_problem(&stale, 412, "precondition_failed");
    assert_non_null(strstr(json_text(stale.json, "detail"), "admin changed this at 20"));

    AUTO_ANSWER struct answer all = ASK(.path = TEMPLATES);
    assert_int_equal(json_array_size(json_array_at(all.json, "items")), 2);
    AUTO_ANSWER struct answer page = ASK(.path = TEMPLATES "?limit=1");
    char next[400];
    snprintf(next, sizeof next, TEMPLATES "?limit=1&cursor=%s", json_text_or(page.json, "next_cursor", ""));
    AUTO_ANSWER struct answer second = ASK(.path = next);
    assert_int_equal(json_array_size(json_array_at(second.json, "items")), 1);
    assert_null(json_text(second.json, "next_cursor"));
    assert_false(json_equal(page.json, second.json));
    AUTO_ANSWER struct answer viewer = ASK(.path = TEMPLATES, .token = world.viewer, .body = changed);
    expect_problem(&viewer, 403, "forbidden");
    AUTO_ANSWER struct answer gone = ASK(.path = TEMPLATES "/00000000-0000-4000-8000-000000000000");
    expect_problem(&gone, 404, "unknown_template");
}

static void who_is_bound_sees_and_writes_its_own(void **state)
{
    char bound[80];
    (void)state;
    add_token("admin", FAKE_OTHER_TENANT, bound, sizeof bound);
    AUTO_ANSWER struct answer list = ASK(.path = TEMPLATES, .token = bound);
    assert_int_equal(json_array_size(json_array_at(list.json, "items")), 1); /* the one for all */
    char path[100];
    snprintf(path, sizeof path, TEMPLATES "/%s",
             json_text(json_array_get(json_array_at(list.json, "items"), 0), "id"));
    AUTO_ANSWER struct answer all = ASK(.path = TEMPLATES, .token = bound, .body = LEAVER "}");
    expect_problem(&all, 403, "forbidden");
    AUTO_ANSWER struct answer removed = ASK(.method = "DELETE", .path = path, .token = bound);
    expect_problem(&removed, 403, "forbidden");
    AUTO_ANSWER struct answer own =
        ASK(.path = TEMPLATES, .token = bound,
            .body =
                "{\"name\":\"Own\",\"tenant\":\"fabrikam.example\",\"options\":{\"disable_sign_in\":true}}");
    expect_status(&own, 201);
    AUTO_ANSWER struct answer other =
        ASK(.path = TEMPLATES, .token = bound,
            .body =
                "{\"name\":\"Own\",\"tenant\":\"contoso.example\",\"options\":{\"disable_sign_in\":true}}");
    expect_field(&other, "/tenant", "unknown_tenant");
    AUTO_ANSWER struct answer gone = ASK(.method = "DELETE", .path = path_of(&own), .token = bound);
    expect_status(&gone, 204);
}

static void nothing_is_told_of_a_tenant_of_others(void **state)
{
    (void)state;
    AUTO_ANSWER struct answer named = ASK(.path = OFFBOARDINGS, .token = world.bound,
                                          .body = "{\"tenant\":\"contoso.example\",\"users\":[\"nobody@x\"],"
                                                  "\"template\":\"Nothing of that name\"}");
    AUTO_ANSWER struct answer none =
        ASK(.path = OFFBOARDINGS, .token = world.bound,
            .body = "{\"tenant\":\"contoso.example\",\"users\":[\"adele@contoso.example\"]}");
    const struct answer *answers[] = {&named, &none};
    for (size_t i = 0; i < 2; i++) {
        expect_field(answers[i], "/tenant", "unknown_tenant");
        assert_int_equal(json_array_size(json_array_at(answers[i]->json, "errors")), 1);
        assert_null(strstr(answers[i]->body, "Contoso"));
    }
}

/* --- which options are meant --------------------------------------------------------------------------- */

#define REQUEST(user, more) "{\"tenant\":\"contoso.example\",\"users\":[\"" user "\"]" more "}"

/* Makes an offboarding; "disable_sign_in,…" of what it does, and in kind where its options came from. */
static const char *tasks_of(const char *body, char kind[40])
{
    static char text[300];
    char path[100];
    const char *task;
    json_t *ignored;
    AUTO_ANSWER struct answer made = ASK(.path = OFFBOARDINGS, .body = body);
    expect_status(&made, 202);
    snprintf(path, sizeof path, OFFBOARDINGS "/%s",
             json_text(json_array_get(json_array_at(made.json, "offboardings"), 0), "id"));
    AUTO_ANSWER struct answer shown = ASK(.path = path);
    text[0] = '\0';
    json_object_foreach ((json_t *)json_object_at(shown.json, "options"), task, ignored)
        snprintf(text + strlen(text), sizeof text - strlen(text), "%s%s", *text ? "," : "", task);
    snprintf(kind, 40, "%s", json_text_or(json_object_at(shown.json, "options_from"), "kind", "?"));
    return text;
}

static void set_defaults(const char *options, const char *template)
{
    char body[600];
    AUTO_ANSWER struct answer before = ASK(.path = "/api/v1/tenants/contoso.example/defaults");
    snprintf(body, sizeof body,
             "{\"options\":%s,\"protected_users\":[],\"allow_external_forwarding\":false,\"template\":%s,"
             "\"notify\":{}}",
             options, template);
    AUTO_ANSWER struct answer put = ASK(.method = "PUT", .path = "/api/v1/tenants/contoso.example/defaults",
                                        .body = body, .headers = {if_match(&before)});
    expect_status(&put, 200);
}

static void one_source_of_options_counts(void **state)
{
    char kind[40], quoted[50];
    (void)state;
    AUTO_ANSWER struct answer none = ASK(.path = OFFBOARDINGS, .body = REQUEST("c1@contoso.example", ""));
    expect_problem(&none, 422, "invalid");
    expect_field(&none, "/options", "no_options");
    AUTO_ANSWER struct answer both =
        ASK(.path = OFFBOARDINGS,
            .body = REQUEST("c1@contoso.example", ",\"options\":{\"disable_sign_in\":true},"
                                                  "\"template\":\"Leaver\""));
    expect_field(&both, "/template", "options_or_template");
    AUTO_ANSWER struct answer unknown =
        ASK(.path = OFFBOARDINGS, .body = REQUEST("c1@contoso.example", ",\"template\":\"Nobody's\""));
    expect_field(&unknown, "/template", "unknown_template");

    /* The tenant's own template goes before the one for all of the same name. */
    assert_string_equal(tasks_of(REQUEST("c1@contoso.example", ",\"template\":\"LEAVER\""), kind),
                        "hide_from_gal");
    assert_string_equal(kind, "template");
    set_defaults("{\"disable_sign_in\":true,\"hide_from_gal\":true}", "null");
    assert_string_equal(tasks_of(REQUEST("c2@contoso.example", ""), kind), "disable_sign_in,hide_from_gal");
    assert_string_equal(kind, "tenant_defaults");
    assert_string_equal(
        tasks_of(REQUEST("c3@contoso.example", ",\"options\":{\"revoke_sessions\":true}"), kind),
        "revoke_sessions");
    assert_string_equal(kind, "request");

    AUTO_ANSWER struct answer template = make("{\"name\":\"Default\",\"options\":{\"remove_rules\":true}}");
    snprintf(quoted, sizeof quoted, "\"%s\"", json_text(template.json, "id"));
    set_defaults("{}", quoted);
    assert_string_equal(tasks_of(REQUEST("c4@contoso.example", ",\"options\":null"), kind), "remove_rules");
    assert_string_equal(kind, "tenant_defaults");
    AUTO_ANSWER struct answer preflight =
        ASK(.path = "/api/v1/tenants/contoso.example/users/c5%40contoso.example/preflight", .body = "{}");
    expect_status(&preflight, 200);
    assert_non_null(json_object_get(json_object_at(preflight.json, "options"), "remove_rules"));
    assert_string_equal(
        json_text(json_object_at(json_object_at(preflight.json, "options_from"), "template"), "name"),
        "Default");

    /* A tenant's default stays where it is. */
    AUTO_ANSWER struct answer used = ASK(.method = "DELETE", .path = path_of(&template));
    expect_problem(&used, 409, "template_in_use");
    AUTO_ANSWER struct answer moved =
        ASK(.method = "PUT", .path = path_of(&template), .headers = {if_match(&template)},
            .body =
                "{\"name\":\"Default\",\"tenant\":\"fabrikam.example\",\"options\":{\"remove_rules\":true}}");
    expect_problem(&moved, 409, "template_in_use");
}

static void defaults_name_a_template_or_options(void **state)
{
    const char *path = "/api/v1/tenants/contoso.example/defaults";
    (void)state;
    AUTO_ANSWER struct answer other =
        make("{\"name\":\"Fabrikam's\",\"tenant\":\"fabrikam.example\",\"options\":"
             "{\"disable_sign_in\":true}}");
    AUTO_ANSWER struct answer before = ASK(.path = path);
    char body[500];
    snprintf(body, sizeof body,
             "{\"options\":{},\"protected_users\":[],\"allow_external_forwarding\":false,"
             "\"template\":\"%s\",\"notify\":{\"fax\":true}}",
             json_text(other.json, "id"));
    AUTO_ANSWER struct answer put =
        ASK(.method = "PUT", .path = path, .body = body, .headers = {if_match(&before)});
    expect_field(&put, "/template", "unknown_template"); /* it is another tenant's */
    expect_field(&put, "/notify/fax", "unknown_field");
    AUTO_ANSWER struct answer leaver = ASK(.path = TEMPLATES "?search=leaver&tenant=contoso.example");
    snprintf(
        body, sizeof body,
        "{\"options\":{\"disable_sign_in\":true},\"protected_users\":[],\"allow_external_forwarding\":false,"
        "\"template\":\"%s\",\"notify\":{}}",
        json_text(json_array_get(json_array_at(leaver.json, "items"), 0), "id"));
    AUTO_ANSWER struct answer both =
        ASK(.method = "PUT", .path = path, .body = body, .headers = {if_match(&before)});
    expect_field(&both, "/template", "options_or_template");
}

/* Written by a version that knew more tasks. */
static void a_task_that_is_gone_is_shown_and_refused(void **state)
{
    (void)state;
    AUTO_ANSWER struct answer made = make("{\"name\":\"Old\",\"options\":{\"disable_sign_in\":true}}");
    world_sql("UPDATE templates SET options_json = '{\"disable_sign_in\":{},\"wipe_phone\":{}}' WHERE name = "
              "'Old'");
    AUTO_ANSWER struct answer shown = ASK(.path = path_of(&made));
    expect_status(&shown, 200);
    const json_t *warning = json_array_get(json_array_at(shown.json, "warnings"), 0);
    assert_string_equal(json_text(warning, "code"), "unknown_task");
    assert_non_null(strstr(json_text(warning, "message"), "wipe_phone"));
    AUTO_ANSWER struct answer used =
        ASK(.path = OFFBOARDINGS, .body = REQUEST("c9@contoso.example", ",\"template\":\"Old\""));
    expect_problem(&used, 422, "invalid");
    expect_field(&used, "/template", "template_outdated");
    assert_non_null(strstr(json_text(used.json, "detail"),
                           "The template Old cannot be used any more: There is no task named wipe_phone."));
    AUTO_ANSWER struct answer again =
        ASK(.method = "PUT", .path = path_of(&made), .headers = {if_match(&shown)},
            .body = "{\"name\":\"Old\",\"options\":{\"wipe_phone\":true}}");
    expect_field(&again, "/options", "unknown_task");
    world_sql("UPDATE tenants SET defaults_json = '{\"options\":{\"wipe_phone\":{}}}' WHERE display_name = "
              "'Contoso'");
    AUTO_ANSWER struct answer defaults = ASK(.path = OFFBOARDINGS, .body = REQUEST("c9@contoso.example", ""));
    expect_field(&defaults, "/options", "defaults_outdated");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(templates_are_written_and_guarded),
        cmocka_unit_test(who_is_bound_sees_and_writes_its_own),
        cmocka_unit_test(nothing_is_told_of_a_tenant_of_others),
        cmocka_unit_test(one_source_of_options_counts),
        cmocka_unit_test(defaults_name_a_template_or_options),
        cmocka_unit_test(a_task_that_is_gone_is_shown_and_refused),
    };
    world_setup();
    return cmocka_run_group_tests(tests, world_start, world_stop);
}
