#include "connector/directory.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

#include "base/text.h"
#include "connector/script_test.h"

static _Atomic int64_t now_ms = 1000000;

static int64_t read_now(const struct clock *clock)
{
    (void)clock;
    return now_ms;
}

static const struct clock test_clock = {read_now, read_now};

static _Atomic unsigned lists; /* first pages asked for so far */
static _Atomic bool premium_refused;
static _Atomic int list_delay_ms;

static void answer(void *ctx, const struct script_request *request, struct script_answer *ret)
{
    const char *base = *(const char **)ctx;
    if (strstr(request->uri, "/oauth2/"))
        return;
    if (strstr(request->uri, "/subscribedSkus"))
        snprintf(ret->body, sizeof ret->body,
                 "{\"value\":[{\"skuId\":\"x\",\"skuPartNumber\":\"CONTOSO_SUITE\"}]}");
    else if (strstr(request->uri, "signInActivity") && premium_refused)
        ret->status = 403;
    else if (strstr(request->uri, "signInActivity"))
        snprintf(
            ret->body, sizeof ret->body,
            "{\"value\":[{\"id\":\"1\",\"signInActivity\":{\"lastSignInDateTime\":\"2026-11-01T08:00:00Z\"}},"
            "{\"id\":\"2\"}]}");
    else if (strstr(request->uri, "/users/"))
        snprintf(ret->body, sizeof ret->body,
                 "{\"id\":\"live\",\"displayName\":\"Live\",\"accountEnabled\":true}");
    else if (strstr(request->uri, "skip"))
        snprintf(ret->body, sizeof ret->body,
                 "{\"value\":[{\"id\":\"3\",\"displayName\":\"Zo\xc3\x8b "
                 "Quist\",\"userPrincipalName\":\"z@contoso.com\","
                 "\"mail\":null,\"onPremisesSyncEnabled\":true}]}");
    else if (strstr(request->uri, "%24search") || strstr(request->uri, "$search"))
        snprintf(ret->body, sizeof ret->body,
                 "{\"@odata.count\":41,\"value\":[{\"id\":\"8\",\"displayName\":\"Zed\"},{\"id\":\"7\","
                 "\"displayName\":\"Amy %s\"}]}",
                 strstr(request->uri, "%5C%22") ? "quoted" : "plain");
    else if (ret->delay_ms = list_delay_ms, ++lists > 9)
        ret->status = 400;
    else
        snprintf(ret->body, sizeof ret->body,
                 "{\"value\":[{\"id\":\"2\",\"displayName\":\"Bob "
                 "Keep\",\"userPrincipalName\":\"bob@contoso.com\","
                 "\"mail\":\"robert@contoso.com\",\"accountEnabled\":false},"
                 "{\"id\":\"1\",\"displayName\":\"Ann Leaver %u\",\"userPrincipalName\":\"ann@contoso.com\","
                 "\"accountEnabled\":true,\"assignedLicenses\":[{\"skuId\":\"x\"}]}],"
                 "\"@odata.nextLink\":\"%s/v1.0/users?skip=2\"}",
                 lists, base);
}

struct fixture {
    struct stage stage;
    struct directory *directory;
    const char *base;
};

static int setup(void **state)
{
    struct fixture *fixture = calloc(1, sizeof *fixture);
    stage_open(&fixture->stage, answer, &fixture->base);
    lists = 0;
    premium_refused = true;
    list_delay_ms = 0;
    fixture->base = script_url(fixture->stage.script);
    fixture->directory = directory_new(fixture->stage.m365, &test_clock);
    *state = fixture;
    return 0;
}

static int teardown(void **state)
{
    struct fixture *fixture = *state;
    directory_free(fixture->directory);
    stage_close(&fixture->stage);
    free(fixture);
    return 0;
}

/* The ids found, as "1,2". */
static const char *search(struct fixture *fixture, const char *query, size_t limit, const char *cursor,
                          char **ret_next, size_t *ret_total)
{
    static char ids[100];
    struct err err;
    size_t i;
    json_t *user;
    ids[0] = '\0';
    AUTO_JSON json_t *found =
        directory_search(fixture->directory, STAGE_TENANT, query, limit, cursor, ret_next, ret_total, &err);
    assert_non_null(found);
    json_array_foreach (found, i, user)
        snprintf(ids + strlen(ids), sizeof ids - strlen(ids), "%s%s", i ? "," : "", json_text(user, "id"));
    return ids;
}

static void finds_any_part_of_name_and_mail(void **state)
{
    struct fixture *fixture = *state;
    size_t total;
    assert_string_equal(search(fixture, "LEAVER", 10, NULL, NULL, &total), "1");
    assert_string_equal(search(fixture, "robert@", 10, NULL, NULL, &total), "2");
    assert_string_equal(search(fixture, "zo\xc3\xab", 10, NULL, NULL, &total), "3");
    assert_string_equal(search(fixture, "contoso", 10, NULL, NULL, &total), "1,2,3");
    assert_string_equal(search(fixture, "", 10, NULL, NULL, &total), "1,2,3");
    assert_string_equal(search(fixture, "nobody", 10, NULL, NULL, &total), "");
    assert_int_equal(total, 0);
    assert_int_equal(lists, 1);
}

static void pages_by_cursor(void **state)
{
    struct fixture *fixture = *state;
    AUTO_FREE char *next = NULL;
    char *last = NULL;
    size_t total;
    struct err err;
    assert_string_equal(search(fixture, "contoso", 2, NULL, &next, &total), "1,2");
    assert_int_equal(total, 3);
    assert_non_null(next);
    assert_string_equal(search(fixture, "contoso", 2, next, &last, &total), "3");
    assert_null(last);
    assert_null(directory_search(fixture->directory, STAGE_TENANT, "", 2, "-1", NULL, NULL, &err));
    assert_int_equal(err.kind, ERR_INPUT);
}

static void users_have_our_shape(void **state)
{
    struct fixture *fixture = *state;
    struct err err;
    AUTO_JSON json_t *found =
        directory_search(fixture->directory, STAGE_TENANT, "ann", 1, NULL, NULL, NULL, &err);
    AUTO_FREE char *text = json_write(json_array_get(found, 0));
    assert_string_equal(
        text, "{\"id\":\"1\",\"display_name\":\"Ann Leaver 1\",\"user_principal_name\":\"ann@contoso.com\","
              "\"mail\":null,\"job_title\":null,\"department\":null,\"user_type\":null,"
              "\"account_enabled\":true,\"synced\":false,\"licensed\":true,\"licenses\":[\"CONTOSO_SUITE\"],"
              "\"last_sign_in_at\":null}");
    AUTO_JSON json_t *user = directory_user(fixture->directory, STAGE_TENANT, "live@contoso.com", &err);
    assert_string_equal(json_text(user, "id"), "live");
}

static void serves_the_old_list_while_loading(void **state)
{
    struct fixture *fixture = *state;
    assert_string_equal(search(fixture, "leaver 1", 10, NULL, NULL, NULL), "1");
    now_ms += 61000;
    assert_string_equal(search(fixture, "leaver 1", 10, NULL, NULL, NULL), "1");
    for (int i = 0; i < 100 && strcmp(search(fixture, "leaver 2", 10, NULL, NULL, NULL), "1") != 0; i++)
        nanosleep(&(struct timespec){0, 20 * 1000000L}, NULL);
    assert_string_equal(search(fixture, "leaver 2", 10, NULL, NULL, NULL), "1");
}

static void graph_is_asked_until_the_list_is_there(void **state)
{
    struct fixture *fixture = *state;
    AUTO_FREE char *next = NULL;
    size_t total = 0;
    struct err err;
    list_delay_ms = 2500;
    AUTO_JSON json_t *found =
        directory_search(fixture->directory, STAGE_TENANT, "a\"m", 10, NULL, &next, &total, &err);
    assert_string_equal(json_text(json_array_get(found, 0), "display_name"), "Amy quoted"); /* by name */
    assert_string_equal(json_text(json_array_get(found, 1), "display_name"), "Zed");
    assert_int_equal(total, 41);
    assert_null(next);
    for (int i = 0; i < 100 && strcmp(search(fixture, "leaver", 10, NULL, NULL, &total), "1") != 0; i++)
        nanosleep(&(struct timespec){0, 50 * 1000000L}, NULL);
    assert_string_equal(search(fixture, "leaver", 10, NULL, NULL, &total), "1");
}

static const char *last_sign_in(struct fixture *fixture, const char *name)
{
    static char text[40];
    struct err err;
    AUTO_JSON json_t *found =
        directory_search(fixture->directory, STAGE_TENANT, name, 1, NULL, NULL, NULL, &err);
    snprintf(text, sizeof text, "%s", json_text_or(json_array_get(found, 0), "last_sign_in_at", "unknown"));
    return text;
}

static void sign_ins_come_after_the_list(void **state)
{
    struct fixture *fixture = *state;
    assert_string_equal(last_sign_in(fixture, "ann"), "unknown");
    while (script_count(fixture->stage.script, "GET", "/v1.0/users") < 3)
        assert_string_equal(last_sign_in(fixture, "ann"), "unknown");
    premium_refused = false;
    now_ms += 60 * 60 * 1000; /* asked again within the hour by nobody */
    for (int i = 0; i < 100 && strcmp(last_sign_in(fixture, "ann"), "unknown") == 0; i++)
        nanosleep(&(struct timespec){0, 20 * 1000000L}, NULL);
    assert_string_equal(last_sign_in(fixture, "ann"), "2026-11-01T08:00:00Z");
    assert_string_equal(last_sign_in(fixture, "bob"), "unknown");
    premium_refused = true;
    directory_forget(fixture->directory, STAGE_TENANT);
    assert_string_equal(last_sign_in(fixture, "ann"), "unknown");
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
    const struct CMUnitTest tests[] = {
        TEST(finds_any_part_of_name_and_mail),
        TEST(pages_by_cursor),
        TEST(users_have_our_shape),
        TEST(serves_the_old_list_while_loading),
        TEST(graph_is_asked_until_the_list_is_there),
        TEST(sign_ins_come_after_the_list),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
