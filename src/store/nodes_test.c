/* The list of nodes says who lives, who died, and forgets those that stopped. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>

#include <cmocka.h>

#include "store/nodes.h"
#include "store/open_fixture.h"

#define NOW ((int64_t)1800000000000)

static const struct node_self one = {"one", "all", "1.0"}, two = {"two", "worker", "1.1"},
                              web = {"one", "web", "1.0"};

static void enter(const struct node_self *self, bool shared)
{
    struct err err;
    AUTO_TX struct tx *tx = store_begin(store, &err);
    assert_true(nodes_enter(tx, self, shared, NOW, &err));
    assert_true(tx_commit(&tx, &err));
}

static void beat(const struct node_self *self)
{
    struct err err;
    AUTO_TX struct tx *tx = store_begin(store, &err);
    assert_true(nodes_beat(tx, self, NOW, &err));
    assert_true(tx_commit(&tx, &err));
}

/* As if its last sign of life had been so long ago. */
static void age(const struct node_self *self, int64_t ms)
{
    struct err err;
    AUTO_TX struct tx *tx = store_begin(store, &err);
    assert_true(
        tx_exec(tx, &err,
                "UPDATE nodes SET seen_at = seen_at - $3, started_at = started_at - $3 WHERE name = $1 "
                "AND role = $2",
                P_TEXT(self->name), P_TEXT(self->role), P_INT(ms)));
    assert_true(tx_commit(&tx, &err));
}

/* Such as "one/all:self two/worker:dead". */
static const char *listed(const struct node_self *self)
{
    static char text[200];
    struct err err;
    size_t i, length = 0;
    json_t *node;
    AUTO_TX struct tx *tx = store_begin_read(store, &err);
    AUTO_JSON json_t *list = nodes_list(tx, self, NOW, &err);
    assert_non_null(list);
    text[0] = '\0';
    json_array_foreach (list, i, node) {
        assert_non_null(json_text(node, "started_at"));
        assert_non_null(json_text(node, "seen_at"));
        length += (size_t)snprintf(text + length, sizeof text - length, "%s%s/%s %s%s", i ? ", " : "",
                                   json_text(node, "name"), json_text(node, "role"),
                                   json_flag(node, "alive") ? "lives" : "is dead",
                                   json_flag(node, "self") ? " here" : "");
    }
    return text;
}

static void who_says_nothing_is_dead_and_forgotten_in_the_end(void **state)
{
    (void)state;
    enter(&one, true);
    enter(&two, true);
    enter(&web, true);
    assert_string_equal(listed(&one), "one/all lives here, one/web lives, two/worker lives");
    age(&two, NODE_SILENT_MS + 5000);
    age(&one, NODE_SILENT_MS + 5000);
    /* The one that answers is no dead one. */
    assert_string_equal(listed(&one), "one/all lives here, one/web lives, two/worker is dead");
    beat(&two);
    assert_string_equal(listed(&web), "one/all is dead, one/web lives here, two/worker lives");
    age(&one, NODE_KEPT_MS);
    beat(&two);
    assert_string_equal(listed(&web), "one/web lives here, two/worker lives");
    /* A node that slept so long is back. */
    beat(&one);
    assert_string_equal(listed(&web), "one/all lives, one/web lives here, two/worker lives");
}

static void who_stops_is_listed_no_more(void **state)
{
    struct err err;
    (void)state;
    AUTO_TX struct tx *tx = store_begin(store, &err);
    assert_true(nodes_leave(tx, &two, &err));
    assert_true(tx_commit(&tx, &err));
    assert_string_equal(listed(&one), "one/all lives here, one/web lives");
}

static void a_store_for_one_process_lists_one(void **state)
{
    static const struct node_self renamed = {"renamed", "all", "1.2"};
    (void)state;
    enter(&renamed, false);
    assert_string_equal(listed(&renamed), "renamed/all lives here");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(who_says_nothing_is_dead_and_forgotten_in_the_end),
        cmocka_unit_test(who_stops_is_listed_no_more),
        cmocka_unit_test(a_store_for_one_process_lists_one),
    };
    return cmocka_run_group_tests(tests, open_fixture_make, open_fixture_remove);
}
