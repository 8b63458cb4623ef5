/* Every filter and order gives each row once, page by page, and finds its page by an index. */
#include "journal/journal_fixture.h"
#include "journal/list.h"
#include "store/sql.h"

#define ROWS 60
#define A "11111111-1111-4111-8111-111111111111"
#define B "22222222-2222-4222-8222-222222222222"
#define BIT(status) ((uint32_t)1 << RUN_##status)

/* Three rows share each creation time; every fifth is planned, every seventh has failed. */
static bool insert(int n, struct err *err)
{
    char id[16], user[16], name[40];
    snprintf(id, sizeof id, "o%02d", n);
    snprintf(user, sizeof user, "u%02d", n);
    snprintf(name, sizeof name, "%c Person %d", 'Z' - n % 26, n);
    bool planned = n % 5 == 0, failed = n % 7 == 1;
    const struct offboarding o = {.id = id,
                                  .batch = n % 3 ? "b" : "together",
                                  .tenant_id = n % 4 == 0 ? A : B,
                                  .user_id = user,
                                  .user_principal_name = n == 33 ? "Émile_50%@contoso.com" : "x@contoso.com",
                                  .display_name = name,
                                  .status = planned ? RUN_PLANNED : RUN_QUEUED,
                                  .reference = n == 34 ? "TICKET-7" : NULL,
                                  .created_at = 1000 + n / 3,
                                  .scheduled_at = planned ? 5000 - n : 0,
                                  .due_at = 1};
    if (!fixture_insert(o, err))
        return false;
    if (!failed)
        return true;
    AUTO_TX struct tx *tx = store_begin(store, err);
    return tx &&
           tx_exec(tx, err, "UPDATE offboardings SET status = 'failed', unfinished = 0 WHERE id = $1",
                   P_TEXT(id)) &&
           tx_commit(&tx, err);
}

static int setup_rows(void **state)
{
    struct err err;
    setup(state);
    for (int n = 0; n < ROWS; n++)
        if (!insert(n, &err))
            return -1;
    return 0;
}

/* All pages of at most `limit` as one array. */
static json_t *pages(struct offboarding_filter filter, size_t limit)
{
    struct err err;
    json_t *all = json_array();
    AUTO_ARENA struct arena *arena = arena_new();
    const char *next;
    filter.limit = limit;
    do {
        AUTO_TX struct tx *tx = store_begin_read(store, &err);
        AUTO_JSON json_t *page = offboarding_list(tx, arena, &filter, &next, &err);
        if (!page)
            fail_msg("%s", err.message);
        assert_true(json_array_size(page) <= limit);
        json_array_extend(all, page);
        filter.after = next;
        assert_true(json_array_size(all) <= ROWS);
    } while (next);
    return all;
}

static const char *ids(const json_t *list)
{
    static char text[400];
    size_t i;
    json_t *row;
    text[0] = '\0';
    json_array_foreach ((json_t *)list, i, row)
        snprintf(text + strlen(text), sizeof text - strlen(text), "%s%s", i ? " " : "", json_text(row, "id"));
    return text;
}

/* Pages of any size are the same list. */
static size_t count(struct offboarding_filter filter)
{
    AUTO_JSON json_t *whole = pages(filter, 200), *small = pages(filter, 7), *single = pages(filter, 1);
    assert_true(json_equal(whole, small));
    assert_true(json_equal(whole, single));
    return json_array_size(whole);
}
#define COUNT(...) count((struct offboarding_filter){__VA_ARGS__})
#define IDS(...)                                                                     \
    ({                                                                               \
        AUTO_JSON json_t *list = pages((struct offboarding_filter){__VA_ARGS__}, 3); \
        ids(list);                                                                   \
    })

static void each_filter_finds_its_rows(void **state)
{
    (void)state;
    AUTO_JSON json_t *one = json_make("[s]", A), *both = json_make("[s, s]", A, B), *none = json_array();
    assert_int_equal(COUNT(0), ROWS);
    assert_int_equal(COUNT(.statuses = BIT(FAILED)), 9);
    assert_int_equal(COUNT(.statuses = BIT(PLANNED) | BIT(FAILED)), 19);
    assert_int_equal(COUNT(.statuses = BIT(CANCELLED)), 0);
    assert_int_equal(COUNT(.tenant_id = A), 15);
    assert_int_equal(COUNT(.batch = "together"), 20);
    assert_string_equal(IDS(.batch = "together", .statuses = BIT(FAILED)), "o57 o36 o15");
    assert_int_equal(COUNT(.batch = "other"), 0);
    assert_int_equal(COUNT(.only_tenants = one), 15);
    assert_int_equal(COUNT(.only_tenants = both), ROWS);
    assert_int_equal(COUNT(.only_tenants = none), 0);
    assert_int_equal(COUNT(.from = 1005, .to = 1006), 6);
    assert_string_equal(IDS(.search = "ÉMILE_50%"), "o33");
    assert_string_equal(IDS(.search = "ticket-7"), "o34");
    assert_int_equal(COUNT(.search = "PERSON 1"), 11);
    assert_int_equal(COUNT(.search = "_"), 1); /* itself, not any character */
    assert_string_equal(IDS(.search = "person 3", .tenant_id = A, .statuses = BIT(QUEUED)), "o32");
}

static void each_order_is_kept(void **state)
{
    (void)state;
    assert_int_equal(strncmp(IDS(0), "o59 o58 o57 o56", 15), 0);
    assert_int_equal(strncmp(IDS(.ascending = true), "o00 o01 o02 o03", 15), 0);
    assert_string_equal(IDS(.search = "z person", .sort = SORT_USER, .ascending = true), "o00 o26 o52");
    assert_int_equal(strncmp(IDS(.sort = SORT_USER), "o52 o26 o00", 11), 0);
    /* what is planned between two instants */
    assert_string_equal(IDS(.planned_from = 4960, .planned_to = 4980, .sort = SORT_START, .ascending = true),
                        "o40 o35 o30 o25 o20");
    assert_int_equal(strncmp(IDS(.sort = SORT_START), "o00 o05 o10", 11), 0);
    for (int sort = 0; sort < SORT_COUNT; sort++) {
        assert_int_equal(COUNT(.sort = (enum offboarding_sort)sort), ROWS);
        assert_int_equal(COUNT(.sort = (enum offboarding_sort)sort, .ascending = true,
                               .statuses = BIT(PLANNED) | BIT(FAILED) | BIT(QUEUED)),
                         ROWS);
    }
    struct offboarding_filter filter = {0};
    assert_true(offboarding_sort_read("-start", &filter));
    assert_true(filter.sort == SORT_START && !filter.ascending);
    assert_true(offboarding_sort_read("user", &filter));
    assert_true(filter.sort == SORT_USER && filter.ascending);
    assert_false(offboarding_sort_read("", &filter));
    assert_false(offboarding_sort_read("--user", &filter));
}

static void cursors_of_another_order_are_refused(void **state)
{
    static const char *const bad[] = {
        "", "x", "-created_at", "-created_at o01", "-created_at o01 x", "created_at o01 1000", "-user o01 a"};
    (void)state;
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        struct err err;
        const char *next;
        AUTO_ARENA struct arena *arena = arena_new();
        const struct offboarding_filter filter = {.after = bad[i], .limit = 1};
        AUTO_TX struct tx *tx = store_begin_read(store, &err);
        assert_null(offboarding_list(tx, arena, &filter, &next, &err));
        assert_string_equal(err.code, "bad_cursor");
    }
}

/* How SQLite would run it: no table is read from end to end, and nothing is sorted but the pages themselves.
 */
static void expect_index(struct offboarding_filter filter)
{
    struct err err;
    AUTO_ARENA struct arena *arena = arena_new();
    AUTO_SQL struct sql sql = SQL_EMPTY, explain = SQL_EMPTY;
    AUTO_STRBUF struct strbuf plan = STRBUF_MAX(8192);
    int sorted = 0;
    filter.limit = 50;
    assert_true(offboarding_list_sql(&sql, arena, &filter, &err));
    strbuf_printf(&explain.text, "EXPLAIN QUERY PLAN %s", strbuf_text(&sql.text));
    memcpy(explain.params, sql.params, sizeof explain.params);
    explain.count = sql.count;
    AUTO_TX struct tx *tx = store_begin_read(store, &err);
    AUTO_ROWS struct rows *rows = sql_query(tx, &err, &explain);
    while (rows_next(rows)) {
        const char *step = row_text(rows, 3);
        strbuf_printf(&plan, "%s\n", step);
        sorted += strstr(step, "TEMP B-TREE") != NULL;
        if (strstr(step, "SCAN offboardings") && !strstr(step, "USING"))
            fail_msg("%s\n%s", strbuf_text(&sql.text), strbuf_text(&plan));
    }
    if (sorted > 1)
        fail_msg("%s\n%s", strbuf_text(&sql.text), strbuf_text(&plan));
}
#define EXPECT_INDEX(...) expect_index((struct offboarding_filter){__VA_ARGS__})

static void pages_are_found_by_an_index(void **state)
{
    (void)state;
    if (store_is_shared(store))
        skip(); /* PostgreSQL plans by the size of tables */
    AUTO_JSON json_t *one = json_make("[s]", A);
    EXPECT_INDEX(0);
    EXPECT_INDEX(.ascending = true);
    EXPECT_INDEX(.after = "-created_at o10 1003");
    EXPECT_INDEX(.statuses = BIT(FAILED), .after = "-created_at o10 1003");
    EXPECT_INDEX(.statuses = BIT(FAILED) | BIT(NEEDS_ATTENTION) | BIT(RUNNING));
    EXPECT_INDEX(.tenant_id = A, .after = "-created_at o10 1003");
    EXPECT_INDEX(.only_tenants = one, .statuses = BIT(SUCCEEDED));
    EXPECT_INDEX(.from = 1, .to = 2000);
    EXPECT_INDEX(.batch = "together", .after = "-created_at o10 1003");
    EXPECT_INDEX(.sort = SORT_USER, .after = "-user o10 p");
    EXPECT_INDEX(.sort = SORT_START, .ascending = true, .planned_from = 1, .planned_to = 9000,
                 .after = "start o10 4990");
}

/* Names that no index of PostgreSQL would hold whole. */
static void a_very_long_name_is_found_by_its_beginning(void **state)
{
    (void)state;
    struct err err;
    char name[3 * 3000 + 1] = "Zz Longest";
    uint32_t seed = 1; /* what repeats would be compressed */
    for (size_t i = strlen(name); i + 1 < sizeof name; i++, seed = seed * 1103515245U + 12345U)
        name[i] = (char)('!' + (seed >> 16) % 90);
    const struct offboarding o = {.id = "long",
                                  .tenant_id = A,
                                  .user_id = "long",
                                  .user_principal_name = "long@contoso.com",
                                  .display_name = name,
                                  .status = RUN_QUEUED,
                                  .created_at = 1,
                                  .due_at = 1};
    if (!fixture_insert(o, &err))
        fail_msg("%s", err.message);
    AUTO_ARENA struct arena *arena = arena_new();
    const char *next;
    AUTO_TX struct tx *tx = store_begin_read(store, &err);
    AUTO_JSON json_t *found = offboarding_list(
        tx, arena, &(struct offboarding_filter){.limit = 9, .search = "zz longest"}, &next, &err);
    assert_int_equal(json_array_size(found), 1);
    assert_string_equal(json_text(json_array_get(found, 0), "id"), "long");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_filter_finds_its_rows),
        cmocka_unit_test(each_order_is_kept),
        cmocka_unit_test(cursors_of_another_order_are_refused),
        cmocka_unit_test(pages_are_found_by_an_index),
        cmocka_unit_test(a_very_long_name_is_found_by_its_beginning),
    };
    return cmocka_run_group_tests(tests, setup_rows, teardown);
}
