/* The tenant's administration: CSOM and REST, by the right token for the right host; and sites that say no.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "call_fixture.h"

#define SITE "https://contoso-my.sharepoint.com/personal/adele_vance_contoso_com"
#define ADELE "5f1c0a2e-3b4d-4c5e-8f6a-000000000002"
#define ADMIN "https://contoso-admin.sharepoint.com/.default"
#define MY "https://contoso-my.sharepoint.com/.default"
#define WEB "/personal/adele_vance_contoso_com/_api/web"
#define PROCESS "/_vti_bin/client.svc/ProcessQuery"

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

static struct reply call(struct sim *sim, const char *scope, const char *method, const char *target,
                         const char *body)
{
    AUTO_FREE char *token = fixture_token(sim, scope, true);
    AUTO_STRBUF struct strbuf value = STRBUF_MAX(8000);

    strbuf_printf(&value, "Bearer %s", token);
    fixture_header(sim, "Authorization", strbuf_text(&value));
    return fixture_call(sim, "sharepoint", method, target, body);
}

static json_t *site_of(struct sim *sim)
{
    return json_object_get(json_object_get(fixture_tenant(sim), "sites"), ADELE);
}

/* As the contract writes it; actions is what stands between <Actions> and its end. */
static void request(struct strbuf *body, const char *actions, const char *site)
{
    strbuf_printf(
        body,
        "<Request AddExpandoFieldTypeSuffix=\"true\" SchemaVersion=\"15.0.0.0\" LibraryVersion=\"16.0.0.0\" "
        "ApplicationName=\"Lastday\" xmlns=\"http://schemas.microsoft.com/sharepoint/clientquery/2009\">"
        "<Actions>%s</Actions><ObjectPaths><Method Id=\"4\" ParentId=\"1\" Name=\"GetSitePropertiesByUrl\">"
        "<Parameters><Parameter Type=\"String\">%s</Parameter><Parameter Type=\"Boolean\">false</Parameter>"
        "</Parameters></Method><Constructor Id=\"1\" TypeId=\"{268004ae-ef6b-4e9b-8425-127220d84719}\" />"
        "</ObjectPaths></Request>",
        actions, site);
}

#define SET_SHARING                                                                                  \
    "<SetProperty Id=\"7\" ObjectPathId=\"4\" Name=\"SharingCapability\"><Parameter Type=\"Enum\">0" \
    "</Parameter></SetProperty>"
#define UPDATE "<Method Name=\"Update\" Id=\"9\" ObjectPathId=\"4\" />"
#define QUERY \
    "<Query Id=\"5\" ObjectPathId=\"4\"><Query SelectAllProperties=\"true\"><Properties /></Query></Query>"

static struct reply process(struct sim *sim, const char *actions, const char *site)
{
    AUTO_STRBUF struct strbuf body = STRBUF_MAX(4000);

    request(&body, actions, site);
    return call(sim, ADMIN, "POST", PROCESS, strbuf_text(&body));
}

static const char *error_of(const struct reply *reply)
{
    return json_text_or(json_object_get(json_array_get(reply->json, 0), "ErrorInfo"), "ErrorTypeName", "");
}

static void sharing_is_set_by_update_alone(void **state)
{
    struct sim *sim = *state;
    AUTO_REPLY struct reply only_set = process(sim, SET_SHARING, SITE);
    assert_int_equal(only_set.status, 200);
    assert_string_equal(error_of(&only_set), "");
    assert_int_equal(json_int(site_of(sim), "sharing", -1), 2);
    AUTO_REPLY struct reply updated = process(sim, SET_SHARING UPDATE, SITE);
    assert_string_equal(error_of(&updated), "");
    assert_int_equal(json_int(site_of(sim), "sharing", -1), 0);
    AUTO_REPLY struct reply read = process(sim, QUERY, SITE);
    assert_int_equal(json_integer_value(json_array_get(read.json, 1)), 5);
    assert_int_equal(json_int(json_array_get(read.json, 2), "SharingCapability", -1), 0);
    assert_int_equal(strncmp(json_text(json_array_get(read.json, 2), "SiteId"), "/Guid(", 6), 0);
    AUTO_REPLY struct reply locked =
        process(sim,
                "<SetProperty Id=\"7\" ObjectPathId=\"4\" Name=\"LockState\"><Parameter "
                "Type=\"String\">ReadOnly</Parameter>"
                "</SetProperty>" UPDATE,
                SITE);
    assert_string_equal(error_of(&locked), "");
    assert_string_equal(json_text(site_of(sim), "lock"), "ReadOnly");
}

static void csom_says_what_is_wrong_in_its_answer(void **state)
{
    struct sim *sim = *state;
    AUTO_REPLY struct reply no_site = process(sim, SET_SHARING UPDATE, SITE "2");
    assert_int_equal(no_site.status, 200);
    assert_string_equal(error_of(&no_site), "Microsoft.Online.SharePoint.Common.SpoNoSiteException");
    AUTO_REPLY struct reply no_value =
        process(sim,
                "<SetProperty Id=\"7\" ObjectPathId=\"4\" Name=\"LockState\"><Parameter "
                "Type=\"String\">Shut</Parameter>"
                "</SetProperty>" UPDATE,
                SITE);
    assert_string_equal(error_of(&no_value), "Microsoft.SharePoint.Client.InvalidClientQueryException");
    AUTO_REPLY struct reply broken = call(sim, ADMIN, "POST", PROCESS, "<Request><Actions>");
    assert_int_equal(broken.status, 400);
    sim->flipped[VARIANT_csom_app_only] = true;
    AUTO_REPLY struct reply denied = process(sim, SET_SHARING UPDATE, SITE);
    assert_int_equal(denied.status, 200);
    assert_string_equal(error_of(&denied), "System.UnauthorizedAccessException");
    assert_int_equal(json_int(site_of(sim), "sharing", -1), 2);
}

static void each_host_wants_its_own_token(void **state)
{
    static const char body[] = "{\"url\":\"" SITE "\",\"includeDetail\":true}";
    struct sim *sim = *state;
    AUTO_REPLY struct reply wrong = call(sim, MY, "POST", "/_api/SPO.Tenant/GetSitePropertiesByUrl", body);
    assert_int_equal(wrong.status, 401);
    AUTO_REPLY struct reply also = call(sim, ADMIN, "GET", WEB, NULL);
    assert_int_equal(also.status, 401);
    AUTO_REPLY struct reply right = call(sim, ADMIN, "POST", "/_api/SPO.Tenant/GetSitePropertiesByUrl", body);
    assert_int_equal(right.status, 200);
    assert_string_equal(json_text(right.json, "Template"), "SPSPERS#10");
    assert_string_equal(json_text(right.json, "OwnerEmail"), "adele.vance@contoso.com");
    char target[200];
    snprintf(target, sizeof target, "/_api/SPO.Tenant/GetSiteAdministrators?siteId='%s'",
             json_text(right.json, "SiteId"));
    AUTO_REPLY struct reply admins = call(sim, ADMIN, "POST", target, NULL);
    assert_int_equal(reply_count(&admins), 1);
    AUTO_REPLY struct reply root = call(sim, "https://contoso.sharepoint.com/.default", "GET", WEB, NULL);
    assert_int_equal(root.status, 401);
    sim->flipped[VARIANT_site_root_token] = true;
    AUTO_REPLY struct reply open = call(sim, "https://contoso.sharepoint.com/.default", "GET", WEB, NULL);
    assert_int_equal(open.status, 200);
}

static struct reply ensure(struct sim *sim, const char *login)
{
    char body[300];

    snprintf(body, sizeof body, "{\"logonName\":\"i:0#.f|membership|%s\"}", login);
    return call(sim, MY, "POST", WEB "/ensureuser", body);
}

static void people_without_files_are_not_found(void **state)
{
    static const struct {
        const char *login;
        int status;
    } cases[] = {{"megan.bowen@contoso.com", 200},
                 {"nora.nomail@contoso.com", 400},
                 {"gus.guest_partner-example.com#EXT#@contoso.onmicrosoft.com", 200},
                 {"dora.disabled@contoso.com", 200},
                 {"nobody@contoso.com", 400}};
    struct sim *sim = *state;

    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        AUTO_REPLY struct reply reply = ensure(sim, cases[i].login);
        if (reply.status != cases[i].status)
            fail_msg("%s: %d %s", cases[i].login, reply.status, reply.text);
    }
    sim->flipped[VARIANT_site_disabled_user] = true;
    AUTO_REPLY struct reply disabled = ensure(sim, "dora.disabled@contoso.com");
    assert_int_equal(disabled.status, 400);
}

static void a_locked_site_says_no(void **state)
{
    struct sim *sim = *state;

    json_put_text(site_of(sim), "lock", "ReadOnly");
    AUTO_REPLY struct reply read = call(sim, MY, "GET", WEB "/siteusers", NULL);
    assert_int_equal(read.status, 200);
    AUTO_REPLY struct reply write = ensure(sim, "megan.bowen@contoso.com");
    assert_int_equal(write.status, 403);
    json_put_text(site_of(sim), "lock", "NoAccess");
    AUTO_REPLY struct reply shut = call(sim, MY, "GET", WEB "/siteusers", NULL);
    assert_int_equal(shut.status, 403);
    assert_string_equal(reply_code(&shut), "-2147024891, System.UnauthorizedAccessException");
    sim->flipped[VARIANT_site_lock_423] = true;
    AUTO_REPLY struct reply other = call(sim, MY, "GET", WEB "/siteusers", NULL);
    assert_int_equal(other.status, 423);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
    const struct CMUnitTest tests[] = {
        TEST(sharing_is_set_by_update_alone), TEST(csom_says_what_is_wrong_in_its_answer),
        TEST(each_host_wants_its_own_token),  TEST(people_without_files_are_not_found),
        TEST(a_locked_site_says_no),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
