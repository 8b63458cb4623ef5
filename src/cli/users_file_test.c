/* Tables of CSV files as people export them, and as they break. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "cli/users_file.h"

static void finds_the_column(void **state)
{
    (void)state;
    static const struct {
        const char *text, *users;
    } cases[] = {
        {"user\na@x.com\nb@x.com\n", "[\"a@x.com\",\"b@x.com\"]"},
        {"\xef\xbb\xbfName,User principal name\r\n\"Vance, Adele\",a@x.com\r\n", "[\"a@x.com\"]"},
        {"Name;UPN;Id\nAdele;a@x.com;1\n\nBo;b@x.com;2", "[\"a@x.com\",\"b@x.com\"]"},
        {"id\tuser_principal_name\n1\ta@x.com\n", "[\"a@x.com\"]"},
        {"user\n\" a@x.com \"\n", "[\"a@x.com\"]"},
        {"note,user\n\"two\nlines, \"\"quoted\"\"\",a@x.com\n", "[\"a@x.com\"]"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct err err = {0};
        AUTO_JSON json_t *users = json_array();
        assert_true(users_file_parse(cases[i].text, strlen(cases[i].text), users, &err));
        AUTO_FREE char *text = json_write(users);
        assert_string_equal(text, cases[i].users);
    }
}

static void says_what_is_wrong(void **state)
{
    (void)state;
    static const struct {
        const char *text, *words;
    } cases[] = {
        {"", "names no user"},
        {"user\n", "names no user"},
        {"name\nAdele\n", "the first row names no column"},
        {"a@x.com\nb@x.com\n", "the first row names no column"},
        {"name,user\nAdele,a@x.com\nBo,\n", "row 3 names no user"},
        {"name,user\nAdele\n", "row 2 names no user"},
        {"user\n\"a@x.com\n", "row 2: quotes"},
        {"user\na\"b@x.com\n", "row 2: quotes"},
        {"user\n\xff\n", "not UTF-8"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct err err = {0};
        AUTO_JSON json_t *users = json_array();
        assert_false(users_file_parse(cases[i].text, strlen(cases[i].text), users, &err));
        assert_int_equal(err.kind, ERR_INPUT);
        if (!strstr(err.message, cases[i].words))
            print_error("%s\n", err.message);
        assert_non_null(strstr(err.message, cases[i].words));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(finds_the_column),
        cmocka_unit_test(says_what_is_wrong),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
