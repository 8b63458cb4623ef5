/* What was done is written down once, found by each filter, and stays. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "store/logbook.h"
#include "store/open_fixture.h"
#include "store/sql.h"
#include "store/tenants.h"

#define CONTOSO "11111111-1111-4111-8111-111111111111"
#define FABRIKAM "22222222-2222-4222-8222-222222222222"

static const struct logbook_by ann = {"account", "a-1", "Ännchen", "req-1", "192.0.2.7"};
static const struct logbook_by script = {"token", "t-1", "script", "req-2", NULL};

static void add(const struct logbook_by *by, enum logbook_what what, const char *tenant, const char *object,
                int64_t at)
{
    struct err err;
    AUTO_JSON json_t *details = json_make("{s:s}", "reason", "because");
    AUTO_TX struct tx *tx = store_begin(store, &err);
    const struct logbook_entry entry = {what, tenant, "o-1", object, details};
    assert_true(logbook_add(tx, by, &entry, at, &err));
    assert_true(tx_commit(&tx, &err));
}

static int setup(void **state)
{
    struct err err = {0};
    open_fixture_make(state);
    AUTO_TX struct tx *tx = store_begin(store, &err);
    const struct tenant tenant = {
        .id = CONTOSO, .default_domain = "contoso.example", .display_name = "Contoso", .created_at = 1};
    if (!tenant_insert(tx, &tenant, &err) || !tx_commit(&tx, &err))
        return -1;
    add(&ann, LOGBOOK_SIGN_IN, NULL, NULL, 1000);
    add(&ann, LOGBOOK_OFFBOARDING_REQUESTED, CONTOSO, "adele@contoso.example", 2000);
    add(&script, LOGBOOK_OFFBOARDING_REQUESTED, FABRIKAM, "100%_sure@fabrikam.example", 3000);
    add(&script, LOGBOOK_OFFBOARDING_CANCELLED, FABRIKAM, "1000 sure@fabrikam.example", 3000);
    return 0;
}

/* The ids that the filter finds, such as "4 3". */
static const char *found(struct logbook_filter filter)
{
    static char text[100];
    struct err err;
    size_t i;
    json_t *row;
    text[0] = '\0';
    filter.limit = filter.limit ? filter.limit : 100;
    AUTO_TX struct tx *tx = store_begin_read(store, &err);
    AUTO_JSON json_t *list = logbook_list(tx, &filter, &err);
    assert_non_null(list);
    json_array_foreach (list, i, row)
        snprintf(text + strlen(text), sizeof text - strlen(text), "%s%d", i ? " " : "",
                 (int)json_int(row, "id", 0));
    return text;
}

#define FOUND(...) found((struct logbook_filter){__VA_ARGS__})
#define BIT(what) (UINT64_C(1) << LOGBOOK_##what)

static void each_filter_finds_its_rows(void **state)
{
    (void)state;
    AUTO_JSON json_t *one = json_make("[s]", FABRIKAM), *two = json_make("[s, s]", CONTOSO, FABRIKAM);
    AUTO_JSON json_t *none = json_array();
    assert_string_equal(FOUND(0), "4 3 2 1");
    assert_string_equal(FOUND(.what = BIT(SIGN_IN)), "1");
    assert_string_equal(FOUND(.what = BIT(SIGN_IN) | BIT(OFFBOARDING_CANCELLED)), "4 1");
    assert_string_equal(FOUND(.actor = "äNNCHEN"), "2 1");
    assert_string_equal(FOUND(.actor = "änn"), "");
    assert_string_equal(FOUND(.tenant_id = CONTOSO), "2");
    assert_string_equal(FOUND(.text = "ADELE"), "2");
    assert_string_equal(FOUND(.text = "192.0.2.7"), "2 1");
    assert_string_equal(FOUND(.text = "req-2"), "4 3");
    assert_string_equal(FOUND(.text = "0%_S"), "3");
    assert_string_equal(FOUND(.from = 2000), "4 3 2");
    assert_string_equal(FOUND(.to = 2000), "2 1");
    assert_string_equal(FOUND(.only_tenants = one), "4 3");
    assert_string_equal(FOUND(.only_tenants = two), "4 3 2");
    assert_string_equal(FOUND(.only_tenants = none), "");
}

static void pages_go_on_where_the_last_ended(void **state)
{
    (void)state;
    assert_string_equal(FOUND(.limit = 1), "4");
    assert_string_equal(FOUND(.limit = 2, .before_at = 3000, .before_id = 4), "3 2");
    assert_string_equal(FOUND(.limit = 2, .before_at = 2000, .before_id = 2), "1");
}

static void a_row_tells_all_that_was_noted(void **state)
{
    struct err err;
    (void)state;
    const struct logbook_filter filter = {.tenant_id = CONTOSO, .limit = 1};
    AUTO_TX struct tx *tx = store_begin_read(store, &err);
    AUTO_JSON json_t *list = logbook_list(tx, &filter, &err);
    AUTO_JSON json_t *wanted = json_make(
        "{s:i, s:s, s:s, s:s, s:{s:s, s:s, s:s}, s:{s:s, s:s}, s:{s:s, s:s}, s:{s:s}, s:s, s:s}", "id", 2,
        "at", "1970-01-01T00:00:02.000Z", "what", "offboarding_requested", "words", "requested to offboard",
        "actor", "kind", "account", "id", "a-1", "name", "Ännchen", "tenant", "id", CONTOSO, "display_name",
        "Contoso", "object", "id", "o-1", "name", "adele@contoso.example", "details", "reason", "because",
        "request_id", "req-1", "client", "192.0.2.7");
    AUTO_FREE char *text = json_write(json_array_get(list, 0));
    if (!json_equal(json_array_get(list, 0), wanted))
        fail_msg("%s", text);
}

/* What a filter asks of the database, as SQLite answers it. */
static void expect_plan(const struct sql *sql, const char *wanted)
{
    struct err err;
    AUTO_SQL struct sql explain = SQL_EMPTY;
    AUTO_STRBUF struct strbuf plan = STRBUF_MAX(4096);
    strbuf_printf(&explain.text, "EXPLAIN QUERY PLAN %s", strbuf_text(&sql->text));
    memcpy(explain.params, sql->params, sizeof explain.params);
    explain.count = sql->count;
    AUTO_TX struct tx *tx = store_begin_read(store, &err);
    AUTO_ROWS struct rows *rows = sql_query(tx, &err, &explain);
    while (rows_next(rows))
        strbuf_printf(&plan, "%s; ", row_text(rows, 3));
    if (!strstr(strbuf_text(&plan), wanted) || strstr(strbuf_text(&plan), "TEMP B-TREE"))
        fail_msg("wanted %s, got %s", wanted, strbuf_text(&plan));
}

static void statements_are_put_together_of_parts(void **state)
{
    (void)state;
    AUTO_ARENA struct arena *arena = arena_new();
    AUTO_SQL struct sql sql = SQL_EMPTY;
    const char *const words[] = {"sign_in"};
    sql_add(&sql, "SELECT id FROM logbook WHERE 1 = 1");
    sql_add_words(&sql, arena, "what", words, 1);
    sql_add(&sql, " AND (at, id) < ($?, $?) ORDER BY at DESC, id DESC LIMIT $?", P_INT(5), P_INT(6),
            P_INT(7));
    assert_string_equal(strbuf_text(&sql.text),
                        "SELECT id FROM logbook WHERE 1 = 1 AND what IN ($1) AND (at, id) < "
                        "($2, $3) ORDER BY at DESC, id DESC LIMIT $4");
    assert_int_equal(sql.count, 4);
    if (!store_is_shared(store)) /* PostgreSQL plans by the size of tables */
        expect_plan(&sql, "logbook_of_kind (what=? AND at");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_filter_finds_its_rows),
        cmocka_unit_test(pages_go_on_where_the_last_ended),
        cmocka_unit_test(a_row_tells_all_that_was_noted),
        cmocka_unit_test(statements_are_put_together_of_parts),
    };
    return cmocka_run_group_tests(tests, setup, open_fixture_remove);
}
