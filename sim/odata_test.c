/* clang-format off */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
/* clang-format on */

#include <string.h>

#include "odata.h"

static json_t *ann(void)
{
    return json_make("{s:s, s:s, s:b, s:n, s:i, s:[s, s], s:[{s:s}], s:{s:s}}", "displayName",
                     "Ann O'Brien-Müller", "mail", "ann@contoso.com", "accountEnabled", 1, "department",
                     "size", 7, "proxyAddresses", "SMTP:ann@contoso.com", "smtp:a@x.com", "assignedLicenses",
                     "skuId", "cbdc14ab-d96c-4c30-b9f4-6ada7cdc1d46", "start", "dateTime",
                     "2027-01-01T00:00:00");
}

static void filter_meets_as_graph_does(void **state)
{
    static const struct {
        const char *filter;
        int meets; /* -1: refused */
    } cases[] = {
        {"displayName eq 'ann o''brien-müller'", 1},
        {"startswith(displayName,'ann')", 1},
        {"startswith(displayName, 'bob') or startswith(mail,'ann')", 1},
        {"startswith(displayName,'bob') or startswith(mail,'bob')", 0},
        {"accountEnabled eq true and size ge 7", 1},
        {"accountEnabled eq false", 0},
        {"department eq null", 1},
        {"department ne null", 0},
        {"not startswith(mail,'bob')", 1},
        {"not(accountEnabled eq true)", 0},
        {"mail in ('x@y', 'ann@contoso.com')", 1},
        {"endswith(mail,'contoso.com')", 1},
        {"proxyAddresses/any(p:p eq 'x')", 0},
        {"assignedLicenses/any(l:l/skuId eq cbdc14ab-d96c-4c30-b9f4-6ada7cdc1d46)", 1},
        {"start/dateTime ge '2026-08-01T00:00:00'", 1},
        {"(mail eq 'a' or mail eq 'ann@contoso.com') and accountEnabled eq true", 1},
        {"mail eq 'a' or mail eq 'b' and accountEnabled eq true", 0},
        {"", -1},
        {"mail", -1},
        {"mail eq", -1},
        {"mail eq 'open", -1},
        {"mail like 'x'", -1},
        {"startswith(mail)", -1},
        {"(mail eq 'x'", -1},
        {"mail eq 'x' mail", -1},
        {"proxyAddresses/any(", -1},
        {"proxyAddresses/any(p", -1},
        {"not", -1},
    };
    AUTO_JSON json_t *user = ann();

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct err err = {0};
        struct odata_filter *filter = odata_filter_new(cases[i].filter, NULL, &err);
        int meets = filter ? odata_filter_meets(filter, user) : -1;

        if (meets != cases[i].meets)
            fail_msg("%s gives %d, not %d (%s)", cases[i].filter, meets, cases[i].meets, err.message);
        odata_filter_free(filter);
    }
}

static bool only_mail(const char *name)
{
    return text_equal_nocase(name, "mail");
}

static void unknown_property_is_named(void **state)
{
    struct err err = {0};

    (void)state;
    assert_null(odata_filter_new("mail eq 'x' and foo eq 'y'", only_mail, &err));
    assert_non_null(strstr(err.message, "'foo'"));
}

static void advanced_queries_are_seen(void **state)
{
    static const struct {
        const char *filter;
        bool advanced;
    } cases[] = {{"mail eq 'x'", false},
                 {"startswith(mail,'x')", false},
                 {"mail ne 'x'", true},
                 {"mail eq 'x' and endswith(mail,'y')", true},
                 {"not(mail eq 'x')", true}};

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct odata_filter *filter = odata_filter_new(cases[i].filter, NULL, NULL);

        assert_int_equal(odata_filter_advanced(filter), cases[i].advanced);
        odata_filter_free(filter);
    }
}

static void search_meets_words(void **state)
{
    static const struct {
        const char *search;
        bool right, meets;
    } cases[] = {
        {"\"displayName:ann\"", true, true},
        {"\"displayName:brien\"", true, true},
        {"\"displayName:müll\"", true, true},
        {"\"displayName:nn\"", true, false},
        {"\"displayName:bob\" OR \"mail:ann\"", true, true},
        {"\"displayName:ann\" AND \"mail:bob\"", true, false},
        {"\"displayName:x\" OR \"displayName:ann\" AND \"mail:ann\"", true, true},
        {"\"displayName:ann o'brien\"", true, true},
        {"displayName:ann", false, false},
        {"\"ann\"", false, false},
        {"\"mail:a\" or \"mail:b\"", false, false},
        {"", false, false},
    };
    AUTO_JSON json_t *user = ann();

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        if (odata_search_check(cases[i].search, NULL) != cases[i].right ||
            (cases[i].right && odata_search_meets(cases[i].search, user) != cases[i].meets))
            fail_msg("%s", cases[i].search);
    }
}

static void query_is_decoded(void **state)
{
    AUTO_JSON json_t *query = odata_query("$top=5&%24filter=mail%20eq%20'a%2Bb'&flag&$search=%22a:b+c%22");

    (void)state;
    assert_string_equal(json_text(query, "$top"), "5");
    assert_string_equal(json_text(query, "$filter"), "mail eq 'a+b'");
    assert_string_equal(json_text(query, "$search"), "\"a:b c\"");
    assert_string_equal(json_text(query, "flag"), "");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(filter_meets_as_graph_does), cmocka_unit_test(unknown_property_is_named),
        cmocka_unit_test(advanced_queries_are_seen),  cmocka_unit_test(search_meets_words),
        cmocka_unit_test(query_is_decoded),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
