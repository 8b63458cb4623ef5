/* Site calls: giving and taking the administrator's place, and each refusal. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "call_fixture.h"

#define SITE "/personal/ada_contoso_com"
#define WEB SITE "/_api/web"

static int setup(void **state)
{
    *state = fixture_new();
    return 0;
}

static int teardown(void **state)
{
    fixture_free(*state);
    return 0;
}

static struct reply call(struct sim *sim, bool certificate, const char *method, const char *target,
                         const char *body)
{
    AUTO_FREE char *token = fixture_token(sim, "https://contoso-my.sharepoint.com/.default", certificate);
    AUTO_STRBUF struct strbuf value = STRBUF_MAX(8000);
    strbuf_printf(&value, "Bearer %s", token);
    fixture_header(sim, "Authorization", strbuf_text(&value));
    return fixture_call(sim, "sharepoint", method, target, body);
}

static struct reply merge(struct sim *sim, const char *target, const char *body)
{
    fixture_header(sim, "X-HTTP-Method", "MERGE");
    fixture_header(sim, "IF-MATCH", "*");
    return call(sim, true, "POST", target, body);
}

static void an_administrator_comes_and_goes(void **state)
{
    struct sim *sim = *state;
    AUTO_REPLY struct reply ensured =
        call(sim, true, "POST", WEB "/ensureuser", "{\"logonName\":\"i:0#.f|membership|bob@contoso.com\"}");
    assert_int_equal(ensured.status, 200);
    assert_string_equal(json_text(ensured.json, "LoginName"), "i:0#.f|membership|bob@contoso.com");
    assert_false(json_flag(ensured.json, "IsSiteAdmin"));
    AUTO_STRBUF struct strbuf target = STRBUF_MAX(200);
    strbuf_printf(&target, WEB "/getuserbyid(%d)", (int)json_int(ensured.json, "Id", 0));
    AUTO_REPLY struct reply set = merge(sim, strbuf_text(&target), "{\"IsSiteAdmin\":true}");
    assert_int_equal(set.status, 204);
    AUTO_REPLY struct reply admins =
        call(sim, true, "GET",
             WEB "/siteusers?$filter=IsSiteAdmin%20eq%20true&$select=Id,LoginName,IsSiteAdmin", NULL);
    assert_int_equal(json_array_size(json_array_at(admins.json, "value")), 2);
    assert_null(json_object_get(json_array_get(json_array_at(admins.json, "value"), 0), "Title"));
    AUTO_REPLY struct reply read = call(sim, true, "GET", strbuf_text(&target), NULL);
    assert_true(json_flag(read.json, "IsSiteAdmin"));
    AUTO_REPLY struct reply off =
        merge(sim, WEB "/siteusers(@v)?@v='i%3A0%23.f%7Cmembership%7Cbob%40contoso.com'",
              "{\"__metadata\":{\"type\":\"SP.User\"},\"IsSiteAdmin\":false}");
    assert_int_equal(off.status, 204);
    AUTO_REPLY struct reply owner = merge(sim, WEB "/getuserbyid(3)", "{\"IsSiteAdmin\":false}");
    assert_int_equal(owner.status, 400);
    AUTO_REPLY struct reply title = call(sim, true, "GET", WEB "?$select=Title", NULL);
    assert_string_equal(json_text(title.json, "Title"), "Ada Leaver");
}

static void calls_are_refused_as_documented(void **state)
{
    static const struct {
        bool certificate;
        const char *method;
        const char *target;
        const char *body;
        int status;
        const char *text; /* somewhere in the body */
    } cases[] = {
        {false, "GET", WEB "/siteusers", NULL, 401, "Unsupported app only token."},
        {true, "POST", WEB "/ensureuser", "{\"logonName\":\"i:0#.f|membership|nobody@contoso.com\"}", 400,
         "The specified user i:0#.f|membership|nobody@contoso.com could not be found."},
        {true, "POST", WEB "/ensureuser", "{\"loginName\":\"x\"}", 400, "loginName"},
        {true, "POST", WEB "/ensureuser", "{}", 400, "logonName"},
        {true, "GET", "/personal/nobody/_api/web", NULL, 404, "does not exist"},
        {true, "GET", WEB "/lists", NULL, 404, "Cannot find resource"},
        {true, "GET", WEB "/siteusers?$filter=Id%20gt%203", NULL, 400, "is not valid"},
        {true, "GET", WEB "/getuserbyid(99)", NULL, 404, "User cannot be found"},
        {true, "POST", WEB "/getuserbyid(3)", "{\"IsSiteAdmin\":true}", 400, "MERGE"},
        {true, "GET", WEB "/siteusers(@v)?@v=x", NULL, 400, "is not valid"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        AUTO_REPLY struct reply reply =
            call(*state, cases[i].certificate, cases[i].method, cases[i].target, cases[i].body);
        assert_int_equal(reply.status, cases[i].status);
        assert_non_null(strstr(reply.text, cases[i].text));
    }
    AUTO_REPLY struct reply wrong = merge(*state, WEB "/getuserbyid(3)", "{\"IsOwner\":true}");
    assert_int_equal(wrong.status, 400);
    AUTO_REPLY struct reply nobody = fixture_call(*state, "sharepoint", "GET", WEB, NULL);
    assert_int_equal(nobody.status, 401);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(an_administrator_comes_and_goes, setup, teardown),
        cmocka_unit_test_setup_teardown(calls_are_refused_as_documented, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
